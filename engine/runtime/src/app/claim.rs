//! A record is in approval once: nobody starts a second case on what a running one asks people to sign, and no case that runs
//! beside it changes that.

use std::sync::Arc;

use assent_core::command::{Action, Command};
use assent_core::definition::Definition;
use assent_core::instance::{Case, Instance, Task, TaskKind};
use assent_core::record::changed;
use assent_core::refusal::{Refusal, RefusalKind};
use assent_core::text::{Lang, Text};
use assent_core::turn::New;
use assent_core::value::Values;
use assent_core::write::{Guard, InstanceRow};
use assent_store::InstanceFilter;

use super::error::AppError;
use super::state::App;
use crate::engine::{Known, Turned, given, stored_instance};

/// How often a start is tried again because the record moved meanwhile.
const START_AGAIN_MAX: u32 = 32;
/// Most running cases of one record that are looked at.
const CASES_MAX: u32 = 50;
/// A refusal names this many people who have the other case.
const HOLDERS_SHOWN_MAX: usize = 3;

impl App {
    /// Starts on a record that exists. Its `rev` is part of the compare-and-swap, and grows: of two who start at the same time
    /// one is refused by the other's case.
    ///
    /// # Errors
    /// `NotFound` for an unknown record; `record_in_approval`.
    pub(super) async fn turn_on_record(
        &self,
        def: &Arc<Definition>,
        new: New,
        record: &str,
        command: &Command,
    ) -> Result<Turned, AppError> {
        let entity = &def.entity.name;
        for _ in 0..START_AGAIN_MAX {
            // The record first: a case that is begun after it was read makes this one stale.
            let known = self.store().load_record(entity, record).await?;
            let known = known.ok_or(AppError::NotFound)?;
            if let Some(refusal) = self.in_approval(def, record).await? {
                return self.refused(None, command, refusal).await;
            }
            let guard = Guard {
                entity: entity.clone(),
                id: record.to_owned(),
                rev: known.rev,
                grows: true,
            };
            let new = New {
                record: record.to_owned(),
                values: Some(known.values),
                ..new.clone()
            };
            if let Some(turned) = self.turn_new_on(def, new, command, guard).await? {
                return Ok(turned);
            }
        }
        Err(AppError::Busy)
    }

    /// Why a case of this flow cannot be started on the record: another one, of any flow, has fields of its form in approval.
    async fn in_approval(
        &self,
        def: &Definition,
        record: &str,
    ) -> Result<Option<Refusal>, AppError> {
        let others = self.others_on(&def.entity.name, record, None).await?;
        let taken = others
            .iter()
            .find(|other| claimed(def).any(|name| other.claims(name)));
        Ok(taken.map(|other| self.taken(other, "再发起", "be in two cases at once")))
    }

    /// Why a turn may not be written: it changes what another running case on the record has in approval, or would bring the
    /// same fields into approval a second time. What revokes works on what was approved, and is no second case. A turn that
    /// claims the record makes the `rev` it was read with grow, so that of two at the same time one is decided again.
    pub(crate) async fn against_others(
        &self,
        def: &Definition,
        before: &Values,
        after: &Case,
        command: &Command,
        read: &mut Option<Guard>,
    ) -> Result<Option<Refusal>, AppError> {
        // Without a record that was there before there is nobody beside.
        let Some(read) = read else {
            return Ok(None);
        };
        let action = &command.action;
        if !self.may_be_beside(def, action) || after.instance.revocation.of.is_some() {
            return Ok(None);
        }
        let changed = changed(before, &after.values);
        let enters = matches!(action, Action::Submit { .. } | Action::Reopen { .. });
        if changed.is_empty() && !enters {
            return Ok(None);
        }
        read.grows |= enters;
        let (entity, record) = (&def.entity.name, &after.instance.record);
        let own = Some(after.instance.id.as_str());
        for other in self.others_on(entity, record, own).await? {
            if !other.instance.submitted {
                continue;
            }
            if enters && claimed(def).any(|name| other.claims(name)) {
                return Ok(Some(self.taken(
                    &other,
                    "再送审",
                    "be in two cases at once",
                )));
            }
            let written = changed.keys().find(|name| other.claims(name));
            if let Some(field) = written {
                return Ok(Some(
                    self.written(&other, &def.entity.label_of(field))
                        .about(field),
                ));
            }
        }
        Ok(None)
    }

    /// Could another case be on the record of this turn? Only where several flows serve its entity type, or where a case that
    /// was over begins again.
    fn may_be_beside(&self, def: &Definition, action: &Action) -> bool {
        if matches!(action, Action::Reopen { .. }) {
            return true;
        }
        if given(action).is_none() {
            return false;
        }
        let known = self.inner.definitions.all();
        let serves = |known: &&Known| known.definition.entity.name == def.entity.name;
        known.iter().filter(serves).count() > 1
    }

    /// The running cases on a record, but one's own.
    async fn others_on(
        &self,
        entity: &str,
        record: &str,
        own: Option<&str>,
    ) -> Result<Vec<Other>, AppError> {
        let filter = InstanceFilter {
            record: Some(record.to_owned()),
            ended: Some(false),
            ..InstanceFilter::default()
        };
        let rows = self
            .store()
            .list_instances(&filter, None, CASES_MAX)
            .await?;
        let mut others = vec![];
        for row in rows {
            if row.entity != entity || own == Some(row.id.as_str()) {
                continue;
            }
            let def = self.definition_of(&row.flow, &row.version).await?;
            let instance = stored_instance(&row)?;
            others.push(Other { row, instance, def });
        }
        Ok(others)
    }

    fn taken(&self, other: &Other, zh: &str, en: &str) -> Refusal {
        let (case, who) = self.described(other);
        let zh = format!(
            "{}还没有结束，这份档案不能同时{zh}。请等它结束，或请 {who} 撤回。",
            case.zh
        );
        let en = format!(
            "{} is not over, and this record cannot {en}. Wait until it ends, or ask {who} to withdraw it.",
            case.en
        );
        other.refusal(zh, en)
    }

    fn written(&self, other: &Other, field: &Text) -> Refusal {
        let (case, who) = self.described(other);
        let zh = format!(
            "“{}”正在{}里审批，不能在这里改。请等它结束，或请 {who} 撤回。",
            field.zh, case.zh
        );
        let en = format!(
            "“{}” is in approval in {}, so it cannot be changed here. Wait until that ends, or ask {who} to withdraw it.",
            field.en, case.en
        );
        other.refusal(zh, en)
    }

    /// Another case in words: what it is, where it stands and who has it; and who started it.
    fn described(&self, other: &Other) -> (Text, String) {
        let directory = self.directory();
        let Other { row, instance, def } = other;
        let (who, title) = (directory.name(&row.applicant), &row.title);
        let places = row.standing.split(',').filter_map(|id| {
            let state = def.state_ix(id)?;
            Some(&def.states[state].name)
        });
        let places: Vec<&Text> = places.collect();
        let at = |lang: Lang, between: &str| {
            let names: Vec<&str> = places.iter().map(|name| name.get(lang)).collect();
            names.join(between)
        };
        let acting = instance.tasks.iter();
        let acting = acting.filter(|task| task.kind != TaskKind::Read);
        let mut holders: Vec<&str> = acting.flat_map(Task::holders).collect();
        holders.dedup();
        holders.truncate(HOLDERS_SHOWN_MAX);
        let holders: Vec<&str> = holders.iter().map(|id| directory.name(id)).collect();
        let (with_zh, with_en) = match holders.as_slice() {
            [] => (String::new(), String::new()),
            some => (
                format!("，等 {} 处理", some.join("、")),
                format!(", waiting for {}", some.join(", ")),
            ),
        };
        let case = Text::new(
            format!(
                "“{title}”（{who} 发起的“{}”，现在在“{}”{with_zh}）",
                def.name.zh,
                at(Lang::Zh, "、")
            ),
            format!(
                "“{title}” (“{}”, started by {who}, now at “{}”{with_en})",
                def.name.en,
                at(Lang::En, ", ")
            ),
        );
        (case, who.to_owned())
    }
}

/// Another running case on a record.
struct Other {
    row: InstanceRow,
    instance: Instance,
    def: Arc<Definition>,
}

impl Other {
    /// Is this field one that the case asks people to approve?
    fn claims(&self, field: &str) -> bool {
        claimed(&self.def).any(|name| name == field)
    }

    fn refusal(&self, zh: String, en: String) -> Refusal {
        Refusal::new(RefusalKind::TooLate, "record_in_approval", zh, en)
            .with("instance", self.row.id.clone())
            .with("applicant", self.row.applicant.clone())
            .with("standing", self.row.standing.clone())
    }
}

/// The fields a case of this flow brings into approval: those its draft lists, or all that people fill in where it lists
/// none. What is merely required of every record of the type was there before.
fn claimed(def: &Definition) -> impl Iterator<Item = &str> {
    let fields = def.entity.fields.iter();
    let by_people = fields.filter(|field| field.computed.is_none() && field.filled_by.is_none());
    let asked = by_people.filter(|field| def.asks_in_draft(field));
    asked.map(|field| field.name.as_str())
}
