//! Absences: one's own, or (for an administrator) anybody's. They are part of the organisation's snapshot.

use assent_core::definition::Definition;
use assent_core::directory::{Absence, Directory, FlowRules};
use assent_core::refusal::{Refusal, RefusalKind};
use assent_core::text::Text;
use assent_core::time::Moment;
use serde::Serialize;

use super::error::{AppError, FieldFault};
use super::state::App;
use super::view::{PersonView, When};
use crate::engine::Known;
use crate::view::when;

/// Calendar whose zone absences are shown in.
const OFFICE: &str = "cn_office";

/// An absence as pages show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AbsenceView {
    /// First moment away.
    pub from: When,
    /// First moment back.
    pub until: When,
    /// Who stands in.
    pub proxy: Option<PersonView>,
    /// Only for this flow; none is for all.
    pub flow: Option<String>,
    /// Under way.
    pub now: bool,
    /// What will go wrong by what is known today, and what whoever stands in will not get; one sentence each.
    pub warnings: Vec<Text>,
}

/// An absence that was saved, and what will go wrong by what is known today.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AbsenceSaved {
    /// One sentence each; empty when every task finds somebody and whoever stands in gets them all.
    pub warnings: Vec<Text>,
}

impl App {
    /// Somebody's absences that are not over, the next first.
    pub fn absences(&self, person: &str) -> Vec<AbsenceView> {
        let (now, calendar, directory) = (self.now(), self.calendar(OFFICE), self.directory());
        let known = self.inner.definitions.all();
        let mut found: Vec<&Absence> = directory
            .absences
            .iter()
            .filter(|absence| absence.person == person && absence.until > now)
            .collect();
        found.sort_by_key(|absence| absence.from);
        let shown = |absence: &Absence| AbsenceView {
            from: when(absence.from, &calendar),
            until: when(absence.until, &calendar),
            proxy: absence.proxy.as_deref().map(|id| self.person_view(id)),
            flow: absence.flow.clone(),
            now: absence.from <= now,
            warnings: warnings(&directory, absence, &known),
        };
        found.into_iter().map(shown).collect()
    }

    /// Somebody will be away. One that begins at the same moment for the same flow is replaced.
    ///
    /// # Errors
    /// `Refused` for somebody else's absence; `Invalid` when it cannot be.
    pub async fn set_absence(
        &self,
        actor: &str,
        absence: Absence,
    ) -> Result<AbsenceSaved, AppError> {
        self.may_set(actor, &absence.person)?;
        let known = self.inner.definitions.all();
        let (flows, now) = (rules(&known), self.now());
        self.change_directory(actor, |before| {
            let faults = faults(before, &absence, &flows, now);
            if !faults.is_empty() {
                return Err(AppError::Invalid(faults));
            }
            let mut next = before.clone();
            next.absences.retain(|other| !same(other, &absence));
            next.absences.push(absence.clone());
            Ok(next)
        })
        .await?;
        let warnings = warnings(&self.directory(), &absence, &known);
        Ok(AbsenceSaved { warnings })
    }

    /// Somebody is back: an absence under way ends now, one to come is taken out.
    ///
    /// # Errors
    /// `Refused` for somebody else's absence; `NotFound` when there is none that begins then.
    pub async fn end_absence(
        &self,
        actor: &str,
        person: &str,
        from: Moment,
        flow: Option<&str>,
    ) -> Result<(), AppError> {
        self.may_set(actor, person)?;
        let now = self.now();
        let meant = |absence: &Absence| {
            absence.person == person
                && absence.from == from
                && absence.flow.as_deref() == flow
                && absence.until > now
        };
        self.change_directory(actor, |before| {
            if !before.absences.iter().any(meant) {
                return Err(AppError::NotFound);
            }
            let mut next = before.clone();
            next.absences
                .retain(|absence| !meant(absence) || absence.from < now);
            for absence in next.absences.iter_mut().filter(|absence| meant(absence)) {
                absence.until = now;
            }
            Ok(next)
        })
        .await?;
        Ok(())
    }

    /// A time as people type it (`2026-01-05T09:00`), in the office calendar's zone.
    pub fn office_time(&self, typed: &str) -> Option<Moment> {
        let civil: jiff::civil::DateTime = typed.trim().parse().ok()?;
        let zone = self.calendar(OFFICE).zone();
        let zoned = civil.to_zoned(zone).ok()?;
        Some(Moment(zoned.timestamp().as_millisecond()))
    }

    fn may_set(&self, actor: &str, person: &str) -> Result<(), AppError> {
        if actor == person || self.is_admin(actor) {
            return Ok(());
        }
        let zh = "只能登记自己的休假；替别人登记请找管理员。";
        let en = "You may set your own absence; for somebody else's, ask an administrator.";
        Err(Refusal::new(RefusalKind::NotYours, "not_yours", zh, en).into())
    }
}

fn rules(known: &[Known]) -> Vec<FlowRules<'_>> {
    known
        .iter()
        .map(|known| FlowRules {
            flow: &known.definition.flow,
            name: &known.definition.name,
            rules: &known.definition.proxy,
        })
        .collect()
}

/// What will go wrong while somebody is away, and what stays with them.
fn warnings(directory: &Directory, absence: &Absence, known: &[Known]) -> Vec<Text> {
    let mut found = directory.warnings(absence, &rules(known));
    let flows: Vec<&Definition> = known.iter().map(|known| &*known.definition).collect();
    found.extend(directory.kept_back(absence, &flows));
    found
}

fn same(one: &Absence, other: &Absence) -> bool {
    one.person == other.person && one.from == other.from && one.flow == other.flow
}

/// Why an absence cannot be.
fn faults(
    directory: &Directory,
    absence: &Absence,
    flows: &[FlowRules<'_>],
    now: Moment,
) -> Vec<FieldFault> {
    let mut faults = vec![];
    let mut fault = |field: &str, code: &str, zh: &str, en: &str| {
        faults.push(FieldFault {
            field: field.to_owned(),
            code: code.to_owned(),
            message: Text::new(zh, en),
        });
    };
    if absence.until <= absence.from {
        fault(
            "until",
            "absence_ends_first",
            "回来的时间要晚于离开的时间",
            "The absence must end later than it begins",
        );
    } else if absence.until <= now {
        fault(
            "until",
            "absence_over",
            "这段时间已经过去，登记了也不起作用；请检查日期",
            "That time is over already, and setting it would change nothing; look at the dates",
        );
    }
    if directory.active(&absence.person).is_none() {
        fault(
            "person",
            "unknown_person",
            "没有这位在职人员，请另选",
            "There is no such person here; choose somebody else",
        );
    }
    match absence.proxy.as_deref() {
        Some(proxy) if proxy == absence.person => fault(
            "proxy",
            "own_proxy",
            "不能自己代理自己，请选一位同事",
            "Nobody is their own proxy; choose a colleague",
        ),
        Some(proxy) if directory.active(proxy).is_none() => fault(
            "proxy",
            "unknown_person",
            "代理人不在职或不存在，请另选",
            "The proxy is not here; choose somebody else",
        ),
        Some(_) | None => {}
    }
    let known = |flow: &str| flows.iter().any(|known| known.flow == flow);
    if absence.flow.as_deref().is_some_and(|flow| !known(flow)) {
        fault(
            "flow",
            "unknown",
            "没有这个流程，请另选，或留空表示所有流程",
            "There is no such flow; choose another, or leave it empty for all",
        );
    }
    let overlaps = directory.absences.iter().any(|other| {
        other.person == absence.person
            && other.flow == absence.flow
            && !same(other, absence)
            && other.from < absence.until
            && absence.from < other.until
    });
    if overlaps {
        fault(
            "from",
            "overlaps",
            "这段时间已经登记了休假，请先取消原来的",
            "An absence is set for that time already; end it first",
        );
    }
    faults
}
