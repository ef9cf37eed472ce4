//! Something happened outside, or was told by another record: it reaches every case that waits for it.

use assent_core::command::{Action, Actor, Command, Via};
use assent_core::refusal::{Refusal, RefusalKind};
use assent_core::value::Value;
use assent_store::InstanceFilter;

use super::error::AppError;
use super::state::App;
use super::view::JsonMap;

/// Most instances one event from outside wakes.
const WOKEN_MAX: u32 = 200;
/// The status of an instance that keeps what comes until it goes on.
const SUSPENDED: &str = "suspended";

/// Something that happened, and what it is about.
pub(crate) struct Happening<'a> {
    /// The event, as a module declares it.
    pub event: &'a str,
    /// Entity type of the record; none: whatever it is.
    pub entity: Option<&'a str>,
    /// Id of the record.
    pub record: &'a str,
    /// What comes with it.
    pub payload: Value,
    /// The way it came.
    pub via: Via,
    /// What keeps it from being told twice.
    pub key: Option<&'a str>,
}

/// Whom an event reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reached {
    /// Instances that went on because of it.
    pub woken: u32,
    /// Suspended instances that wait for it: it is kept, and done when they go on.
    pub kept: u32,
}

impl App {
    /// Something happened outside: wakes every instance that waits for this event on this record (by its id), and is kept by
    /// those that are suspended. Nobody may wait for it: then it reaches nobody.
    ///
    /// # Errors
    /// `NotFound` for an event no module declares; `unknown_record`.
    pub async fn happen(
        &self,
        event: &str,
        record: &str,
        payload: &JsonMap,
        key: Option<String>,
    ) -> Result<Reached, AppError> {
        let reached = self
            .wake_by(Happening {
                event,
                entity: None,
                record,
                payload: plain(&serde_json::Value::Object(payload.clone())),
                via: Via::Api,
                key: key.as_deref(),
            })
            .await?;
        // A typing mistake of whoever tells it would never be noticed.
        if reached == Reached::default() && !self.is_record(record).await? {
            let zh = format!("没有编号为“{record}”的记录，事件没有送达任何流程；请核对记录编号。");
            let en = format!(
                "There is no record “{record}”, so the event reached nobody; check the record's id."
            );
            let refusal = Refusal::new(RefusalKind::NotFound, "unknown_record", zh, en);
            return Err(refusal.about("record").into());
        }
        Ok(reached)
    }

    /// Does any entity type hold a record with this id, or did a case ever run on one?
    async fn is_record(&self, id: &str) -> Result<bool, AppError> {
        let filter = InstanceFilter {
            record: Some(id.to_owned()),
            ..InstanceFilter::default()
        };
        if !self
            .store()
            .list_instances(&filter, None, 1)
            .await?
            .is_empty()
        {
            return Ok(true);
        }
        for entity in self.inner.entities.keys() {
            if self.store().load_record(entity, id).await?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The same, from wherever it is told.
    pub(crate) async fn wake_by(&self, told: Happening<'_>) -> Result<Reached, AppError> {
        let modules = self.config().modules.iter();
        let mut events = modules.flat_map(|module| &module.manifest().events);
        if !events.any(|(id, _)| id == told.event) {
            return Err(AppError::NotFound);
        }
        let filter = InstanceFilter {
            record: Some(told.record.to_owned()),
            ended: Some(false),
            ..InstanceFilter::default()
        };
        let rows = self.store().list_instances(&filter, None, WOKEN_MAX);
        let mut reached = Reached::default();
        for row in rows.await? {
            if told.entity.is_some_and(|entity| entity != row.entity) {
                continue;
            }
            let command = Command {
                actor: Actor::System,
                via: told.via,
                action: Action::Happen {
                    event: told.event.to_owned(),
                    payload: told.payload.clone(),
                },
                // One key for the event, one for each instance it wakes.
                key: told.key.map(|key| format!("{key}:{}", row.id)),
            };
            match self.command(&row.id, command).await {
                Ok(answer) if answer.status == SUSPENDED => reached.kept += 1,
                Ok(_) => reached.woken += 1,
                Err(AppError::Refused(refusal)) if refusal.code == "already_known" => {
                    reached.kept += 1;
                }
                Err(AppError::Refused(_)) => {}
                Err(fault) => return Err(fault),
            }
        }
        Ok(reached)
    }
}

/// A payload nobody declared: numbers exact where they can be, the rest as it is.
fn plain(json: &serde_json::Value) -> Value {
    match json {
        serde_json::Value::Null => Value::Empty,
        serde_json::Value::Bool(flag) => Value::Flag(*flag),
        serde_json::Value::Number(number) => number
            .to_string()
            .parse()
            .map_or_else(|_| Value::Text(number.to_string()), Value::Number),
        serde_json::Value::String(text) => Value::Text(text.clone()),
        serde_json::Value::Array(items) => Value::List(items.iter().map(plain).collect()),
        serde_json::Value::Object(map) => Value::Map(
            map.iter()
                .map(|(name, value)| (name.clone(), plain(value)))
                .collect(),
        ),
    }
}
