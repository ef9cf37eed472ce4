//! A record is in approval once: nobody starts a second case on what a running one asks people to sign.

use std::sync::Arc;

use assent_core::command::Command;
use assent_core::definition::Definition;
use assent_core::refusal::{Refusal, RefusalKind};
use assent_core::text::{Lang, Text};
use assent_core::turn::New;
use assent_core::write::{Guard, InstanceRow};
use assent_store::InstanceFilter;

use super::error::AppError;
use super::state::App;
use crate::engine::Turned;

/// How often a start is tried again because the record moved meanwhile.
const START_AGAIN_MAX: u32 = 32;
/// Most running cases of one record that are looked at.
const CASES_MAX: u32 = 50;

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
        let filter = InstanceFilter {
            record: Some(record.to_owned()),
            ended: Some(false),
            ..InstanceFilter::default()
        };
        let rows = self
            .store()
            .list_instances(&filter, None, CASES_MAX)
            .await?;
        for row in rows.iter().filter(|row| row.entity == def.entity.name) {
            let other = self.definition_of(&row.flow, &row.version).await?;
            if share_fields(def, &other) {
                return Ok(Some(self.locked(row, &other)));
            }
        }
        Ok(None)
    }

    fn locked(&self, row: &InstanceRow, def: &Definition) -> Refusal {
        let directory = self.directory();
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
        let (zh, en) = (at(Lang::Zh, "、"), at(Lang::En, ", "));
        let zh = format!(
            "“{title}”（{who} 发起的“{}”，现在在“{zh}”）还没有结束，这份档案不能同时再发起。请等它结束，或请 {who} 撤回。",
            def.name.zh
        );
        let en = format!(
            "“{title}” (“{}”, started by {who}, now at “{en}”) is not over, and this record cannot be in two cases at once. Wait until it ends, or ask {who} to withdraw it.",
            def.name.en
        );
        Refusal::new(RefusalKind::TooLate, "record_in_approval", zh, en)
            .with("instance", row.id.clone())
            .with("applicant", row.applicant.clone())
            .with("standing", row.standing.clone())
    }
}

/// Do the forms of both flows hold a field that people fill in?
fn share_fields(one: &Definition, other: &Definition) -> bool {
    let fields = one.entity.fields.iter();
    let mut filled = fields.filter(|field| field.computed.is_none() && field.filled_by.is_none());
    filled.any(|field| one.in_draft(field) && other.in_draft(field))
}
