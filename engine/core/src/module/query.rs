//! Other records that hooks read.

use crate::value::Value;

/// Entity type of records without fields whose `rev` is what counts: of a counter the last document number, of a value that
/// only one record may hold how often it was asked for ([`Query::alone`]).
pub const COUNTERS: &str = "number_series";

/// Other records a check reads: those of an entity type whose field holds this value. Hooks find them with
/// [`super::HookContext::find`]; what else they must be, the hook says itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Query {
    /// Entity type.
    pub entity: String,
    /// Its field.
    pub field: String,
    /// What the field holds.
    pub is: Value,
    /// The record that all who add to what is found have in common (entity type and id): the contract of invoices, the
    /// receipt of allocations. Its `rev` goes into the compare-and-swap, so that two who were both decided on the same sum
    /// cannot both be written.
    pub guard: Option<(String, String)>,
}

impl Query {
    /// Records of `entity` whose `field` holds `is`.
    pub fn new(entity: &str, field: &str, is: impl Into<Value>) -> Self {
        Self {
            entity: entity.to_owned(),
            field: field.to_owned(),
            is: is.into(),
            guard: None,
        }
    }

    /// The same, guarded by a record.
    #[must_use]
    pub fn guarded_by(mut self, entity: &str, id: &str) -> Self {
        self.guard = Some((entity.to_owned(), id.to_owned()));
        self
    }

    /// The same, guarded by the value itself, where only one record may hold it: of two who are written with it at the same
    /// time one is decided again, and then finds the other.
    #[must_use]
    pub fn alone(self) -> Self {
        let value = match self.is.as_text() {
            Some(text) => text.to_owned(),
            None => serde_json::to_string(&self.is).unwrap_or_default(),
        };
        let id = format!("{}.{}={value}", self.entity, self.field);
        self.guarded_by(COUNTERS, &id)
    }
}
