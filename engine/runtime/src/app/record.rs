//! Records outside flows: master data that flows refer to.

use assent_core::apply::{CHAIN_START, link};
use assent_core::module::{HookContext, saved};
use assent_core::record::{Mode, from_json};
use assent_core::write::{EventRow, RecordWrite};
use assent_store::Outcome;
use serde_json::json;

use super::command::faults;
use super::error::AppError;
use super::state::App;
use super::view::JsonMap;
use crate::engine::references;

impl App {
    /// Makes a record from another system's data, or from a list: through the same hooks and field rules as everywhere, with
    /// an event in the record's own chain. False when the record is there already: it stays as it is.
    ///
    /// # Errors
    /// `NotFound` for an unknown entity type, `Invalid` for values that do not fit, `Refused` with a module's reason.
    pub async fn import_record(
        &self,
        entity: &str,
        id: &str,
        values: &JsonMap,
    ) -> Result<bool, AppError> {
        let kind = self.inner.entities.get(entity).ok_or(AppError::NotFound)?;
        if self.store().load_record(entity, id).await?.is_some() {
            return Ok(false);
        }
        let values = from_json(&kind.fields, values, &Mode::System).map_err(faults)?;
        let calendar = self.calendar(assent_core::calendar::CN_OFFICE);
        let (now, modules) = (self.now(), &self.config().modules);
        let mut records = self.preload(references(&kind.fields, &values)).await?;
        self.find_needs(entity, &values, &mut records).await?;
        let cx = HookContext {
            now,
            today: calendar.civil(now).date(),
            actor: None,
            record: id,
            complete: true,
            records: &records,
            organisation: None,
            modules,
        };
        let values = saved(modules, kind, None, values, &cx)?;
        let body = json!({"event": "record_made", "at": now, "actor": "system", "values": values})
            .to_string();
        let event = EventRow {
            seq: 1,
            at: now,
            actor: "system".to_owned(),
            kind: "record_made".to_owned(),
            hash: link(CHAIN_START, &body),
            body,
        };
        let record = RecordWrite {
            entity: kind.clone(),
            id: id.to_owned(),
            values,
            new: true,
        };
        Ok(self.store().save_record(&record, None, &event).await? == Outcome::Done)
    }
}
