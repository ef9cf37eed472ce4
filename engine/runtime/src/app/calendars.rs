//! Working calendars: those that come with the program, and what administrators loaded on top, version by version.
//!
//! All versions stand in one setting, so that a load is one compare-and-swap. A load changes deadlines that run; each
//! affected instance gets a command by the system, and the reconciler finds those that a crash left behind, because what
//! is out of date can be seen on the instance itself.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

use assent_core::calendar::{
    CN_OFFICE, CalendarFile, CalendarSpec, WorkCalendar, builtin, builtins,
};
use assent_core::command::{Action, Actor, Command, Via};
use assent_core::refusal::{Refusal, RefusalKind};
use assent_core::text::Text;
use assent_core::time::Moment;
use assent_core::turn::moved;
use assent_core::value::Values;
use assent_store::{Loaded, Outcome, Store};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::error::AppError;
use super::state::App;
use super::view::When;
use crate::engine::stored_case;
use crate::view::when;

/// The setting that keeps them.
const SETTING: &str = "calendars";
/// Instances looked at in one step.
const PAGE: u32 = 100;
/// Affected deadlines that a preview names; it counts the others.
const NAMED_MAX: usize = 50;

/// The calendars in use.
#[derive(Debug, Default)]
pub(super) struct Calendars {
    /// `rev` of the setting they were read from.
    rev: u64,
    by_name: BTreeMap<String, Arc<WorkCalendar>>,
}

impl Calendars {
    pub(super) fn built_in() -> Self {
        let all = builtins().into_iter();
        Self {
            rev: 0,
            by_name: all
                .map(|calendar| (calendar.name().to_owned(), Arc::new(calendar)))
                .collect(),
        }
    }
}

/// A calendar as somebody loaded it.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Version {
    /// Counts up within a calendar.
    version: u32,
    /// When it was loaded.
    at: Moment,
    /// By whom; empty from the command line.
    by: String,
    /// The file it came from.
    file: String,
    spec: CalendarSpec,
}

/// What the setting holds: every version of every calendar, the newest last.
type Versions = BTreeMap<String, Vec<Version>>;

/// A calendar as the administrator's page shows it.
#[derive(Clone, Debug, Serialize)]
pub struct CalendarView {
    /// ASCII name that flows use.
    pub name: String,
    /// What people call it.
    pub label: Text,
    /// "09:00–12:00、13:30–18:00".
    pub shifts: String,
    /// Years whose holidays are known.
    pub years: Vec<i16>,
    /// 0: as it comes with the program.
    pub version: u32,
    /// When that version was loaded, by whom, from which file.
    pub loaded: Option<(When, String, String)>,
}

/// A running deadline that a calendar file would move.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MovedDeadline {
    /// The instance.
    pub instance: String,
    /// Its title.
    pub title: String,
    /// The state's name.
    pub state: Text,
    /// When it is due.
    pub from: When,
    /// When it would be due.
    pub to: When,
    /// How that is reckoned.
    pub why: Vec<Text>,
}

/// What loading a calendar file does: "affects N deadlines".
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CalendarChange {
    /// Calendars that change, by name.
    pub calendars: Vec<String>,
    /// Running deadlines that move.
    pub deadlines: usize,
    /// The first of them.
    pub moved: Vec<MovedDeadline>,
    /// Loading with this token is refused as `changed` when something else would happen by now.
    pub token: String,
}

/// The last year whose holidays the office calendar knows, as it is stored.
pub(crate) async fn published_until(store: &Store) -> Result<Option<i16>, AppError> {
    let stored = store.setting(SETTING).await?.map(|(body, _)| body);
    let versions: Option<Versions> = stored.and_then(|body| serde_json::from_str(&body).ok());
    let loaded = versions
        .and_then(|mut all| all.remove(CN_OFFICE)?.pop())
        .and_then(|version| WorkCalendar::new(version.spec).ok());
    let calendar = loaded.or_else(|| builtin(CN_OFFICE));
    Ok(calendar.and_then(|calendar| calendar.published_until()))
}

impl App {
    /// The calendar of that name. Checking refuses unknown names, so the office calendar only ever stands in for one
    /// that was taken away under a running instance.
    pub(crate) fn calendar(&self, name: &str) -> Arc<WorkCalendar> {
        let calendars = self.inner.calendars.read();
        let calendars = calendars.unwrap_or_else(PoisonError::into_inner);
        let by_name = &calendars.by_name;
        if let Some(known) = by_name.get(name).or_else(|| by_name.get(CN_OFFICE)) {
            return Arc::clone(known);
        }
        Arc::new(builtin(CN_OFFICE).unwrap_or_else(|| builtins().swap_remove(0)))
    }

    /// Names of all calendars.
    pub(crate) fn calendar_names(&self) -> Vec<String> {
        let calendars = self.inner.calendars.read();
        let calendars = calendars.unwrap_or_else(PoisonError::into_inner);
        calendars.by_name.keys().cloned().collect()
    }

    fn calendar_specs(&self) -> Vec<CalendarSpec> {
        let calendars = self.inner.calendars.read();
        let calendars = calendars.unwrap_or_else(PoisonError::into_inner);
        let all = calendars.by_name.values();
        all.map(|calendar| calendar.spec().clone()).collect()
    }

    /// Takes in what was loaded here or by another node, when there is something newer.
    pub(crate) async fn load_calendars(&self) -> Result<(), AppError> {
        let (versions, rev) = self.calendar_versions().await?;
        let known = {
            let calendars = self.inner.calendars.read();
            calendars.unwrap_or_else(PoisonError::into_inner).rev
        };
        if rev == known {
            return Ok(());
        }
        let mut next = Calendars::built_in();
        next.rev = rev;
        for version in versions.into_values().filter_map(|mut all| all.pop()) {
            match WorkCalendar::new(version.spec) {
                Ok(calendar) => {
                    let name = calendar.name().to_owned();
                    next.by_name.insert(name, Arc::new(calendar));
                }
                // It was checked when it was loaded; an older program may know fewer things.
                Err(faults) => tracing::error!(?faults, "a stored calendar cannot be used"),
            }
        }
        let calendars = self.inner.calendars.write();
        *calendars.unwrap_or_else(PoisonError::into_inner) = next;
        Ok(())
    }

    async fn calendar_versions(&self) -> Result<(Versions, u64), AppError> {
        let Some((body, rev)) = self.store().setting(SETTING).await? else {
            return Ok((Versions::new(), 0));
        };
        let versions = serde_json::from_str(&body).map_err(|fault| {
            AppError::unavailable(
                "damaged",
                "工作日历数据已损坏，请联系管理员",
                "The stored calendars are damaged; ask an administrator",
                fault,
            )
        })?;
        Ok((versions, rev))
    }

    /// Every calendar, as it is in use.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn calendars(&self) -> Result<Vec<CalendarView>, AppError> {
        self.load_calendars().await?;
        let (versions, _) = self.calendar_versions().await?;
        let specs = self.calendar_specs().into_iter();
        let view = specs.map(|spec| {
            let newest = versions.get(&spec.name).and_then(|all| all.last());
            let calendar = self.calendar(&spec.name);
            CalendarView {
                label: spec.label.clone(),
                shifts: spec
                    .shifts
                    .iter()
                    .map(ToString::to_string)
                    .collect::<Vec<_>>()
                    .join("、"),
                years: spec.years.keys().copied().collect(),
                version: newest.map_or(0, |newest| newest.version),
                loaded: newest.map(|newest| {
                    let by = match newest.by.as_str() {
                        "" => String::new(),
                        by => self.directory().name(by).to_owned(),
                    };
                    (when(newest.at, &calendar), by, newest.file.clone())
                }),
                name: spec.name,
            }
        });
        Ok(view.collect())
    }

    /// What loading this file would do.
    ///
    /// # Errors
    /// `Refused` with `calendar_file` for a file that is wrong, or changes nothing.
    pub async fn calendar_change(&self, text: &str) -> Result<CalendarChange, AppError> {
        self.load_calendars().await?;
        let changed = self.read_calendar(text)?;
        let mut change = CalendarChange {
            calendars: changed.iter().map(|one| one.name().to_owned()).collect(),
            ..CalendarChange::default()
        };
        let mut hash = Sha256::new().chain_update(text);
        for row in self.open_rows(&changed).await? {
            let (loaded, calendar) = row;
            let (case, def) = self.case_of(&loaded).await?;
            for moved in moved(&def, &case.instance, &calendar) {
                hash.update(format!(
                    "{}:{}:{}\n",
                    loaded.row.id, moved.entry, moved.to.0
                ));
                change.deadlines += 1;
                if change.moved.len() < NAMED_MAX {
                    change.moved.push(MovedDeadline {
                        instance: loaded.row.id.clone(),
                        title: loaded.row.title.clone(),
                        state: def.state_ix(&moved.state).map_or_else(
                            || Text::same(&moved.state),
                            |ix| def.states[ix].name.clone(),
                        ),
                        from: when(moved.from, &calendar),
                        to: when(moved.to, &calendar),
                        why: moved.why,
                    });
                }
            }
        }
        let digest = hash.finalize();
        change.token = assent_core::audit::hex(&digest);
        Ok(change)
    }

    /// Loads a calendar file and reckons every running deadline again. With a token from a preview it is refused when
    /// other deadlines would move by now.
    ///
    /// # Errors
    /// As [`App::calendar_change`]; `changed`; `Busy` when somebody else loaded one at the same time.
    pub async fn load_calendar(
        &self,
        by: Option<&str>,
        via: Via,
        file: &str,
        text: &str,
        token: Option<&str>,
    ) -> Result<CalendarChange, AppError> {
        if let Some(by) = by {
            self.administrators_only(by)?;
        }
        let change = self.calendar_change(text).await?;
        if token.is_some_and(|token| token != change.token) {
            let zh = format!(
                "预览之后情况已变化，现在会影响 {} 个期限；请重新预览后再确认。",
                change.deadlines
            );
            let en = format!(
                "Things changed since the preview; {} deadlines would move now. Look at the preview again.",
                change.deadlines
            );
            let refusal = Refusal::new(RefusalKind::Changed, "changed", zh, en);
            return Err(refusal
                .with("deadlines", change.deadlines.to_string())
                .into());
        }
        let changed = self.read_calendar(text)?;
        let (mut versions, rev) = self.calendar_versions().await?;
        for calendar in &changed {
            let known = versions.entry(calendar.name().to_owned()).or_default();
            let version = known.last().map_or(1, |newest| newest.version + 1);
            known.push(Version {
                version,
                at: self.now(),
                by: by.unwrap_or_default().to_owned(),
                file: file.to_owned(),
                spec: calendar.spec().clone(),
            });
        }
        let body = serde_json::to_string(&versions).unwrap_or_default();
        if self.store().save_setting(SETTING, &body, rev).await? != Outcome::Done {
            return Err(AppError::Busy);
        }
        self.load_calendars().await?;
        for (loaded, _) in self.open_rows(&changed).await? {
            self.recalculate(&loaded.row.id, via).await?;
        }
        Ok(change)
    }

    /// Reckons the deadlines of one instance again; nothing when they stand.
    pub(crate) async fn recalculate(&self, instance: &str, via: Via) -> Result<bool, AppError> {
        let command = Command {
            actor: Actor::System,
            via,
            action: Action::Recalculate,
            key: None,
        };
        let turned = self
            .turn_on(instance, self.now(), |_, _| Ok(command.clone()))
            .await;
        match turned {
            Ok(_) => Ok(true),
            Err(AppError::Refused(_) | AppError::NotFound) => Ok(false),
            Err(fault) => Err(fault),
        }
    }

    fn read_calendar(&self, text: &str) -> Result<Vec<WorkCalendar>, AppError> {
        let wrong = |faults: &[Text]| {
            let join = |pick: fn(&Text) -> &str, sep: &str| {
                faults.iter().map(pick).collect::<Vec<_>>().join(sep)
            };
            let (zh, en) = (join(|text| &text.zh, "；"), join(|text| &text.en, "; "));
            AppError::from(Refusal::new(RefusalKind::Input, "calendar_file", zh, en).about("file"))
        };
        let file = CalendarFile::read(text).map_err(|fault| wrong(&[fault]))?;
        let known = self.calendar_specs();
        let changed = file.applied(&known).map_err(|faults| wrong(&faults))?;
        let changes = changed
            .iter()
            .any(|calendar| !known.contains(calendar.spec()));
        if changes {
            return Ok(changed);
        }
        Err(wrong(&[Text::new(
            "文件与现有日历相同，没有变化",
            "The file is what the calendars are already; nothing changes",
        )]))
    }

    /// Running instances whose flow keeps time by one of these calendars, each with its new one.
    async fn open_rows(
        &self,
        changed: &[WorkCalendar],
    ) -> Result<Vec<(Loaded, Arc<WorkCalendar>)>, AppError> {
        let changed: Vec<Arc<WorkCalendar>> = changed.iter().cloned().map(Arc::new).collect();
        let (mut found, mut after) = (vec![], None::<String>);
        loop {
            let rows = self.store().open_instances(after.as_deref(), PAGE).await?;
            let is_last = rows.len() < PAGE as usize;
            after = rows.last().map(|row| row.id.clone());
            for row in rows {
                let def = self.definition_of(&row.flow, &row.version).await?;
                let by = changed.iter().find(|one| one.name() == def.calendar);
                if let Some(calendar) = by {
                    let loaded = Loaded {
                        row,
                        values: Values::new(),
                        record_rev: 0,
                    };
                    found.push((loaded, Arc::clone(calendar)));
                }
            }
            if is_last {
                return Ok(found);
            }
        }
    }

    async fn case_of(
        &self,
        loaded: &Loaded,
    ) -> Result<
        (
            assent_core::instance::Case,
            Arc<assent_core::definition::Definition>,
        ),
        AppError,
    > {
        let (flow, version) = (&loaded.row.flow, &loaded.row.version);
        Ok((
            stored_case(loaded)?,
            self.definition_of(flow, version).await?,
        ))
    }
}
