//! What hooks may know besides the record.

use std::sync::Arc;

use jiff::civil::Date;

use super::{Module, Series};
use crate::time::Moment;
use crate::turn::{Lookup, Organisation};
use crate::value::{ReadValues, Value, Values};

/// What hooks may know besides the record.
#[derive(Clone, Copy)]
pub struct HookContext<'a> {
    /// Now.
    pub now: Moment,
    /// Today, where the flow's calendar is kept.
    pub today: Date,
    /// Who causes the change; none for the system.
    pub actor: Option<&'a str>,
    /// The record's own id: a query finds the record itself, too.
    pub record: &'a str,
    /// False while the applicant still fills in the draft: what must be there may still be missing.
    pub complete: bool,
    /// Records it refers to, and those of the module's queries.
    pub records: &'a dyn Lookup,
    /// Who is who; none outside the engine.
    pub organisation: Option<&'a dyn Organisation>,
    /// The modules that are on, with the series they declare.
    pub modules: &'a [Arc<dyn Module>],
}

impl HookContext<'_> {
    /// A record by entity type and id.
    pub fn record(&self, entity: &str, id: &str) -> Option<Values> {
        self.records.record(entity, id)
    }

    /// The record a field refers to.
    pub fn referred(&self, entity: &str, values: &Values, field: &str) -> Option<Values> {
        self.record(entity, values.get(field)?.as_text()?)
    }

    /// The records of a query the module declared ([`Module::needs`]), without the record itself; each holds its `id`.
    pub fn find(&self, entity: &str, field: &str, is: impl Into<Value>) -> Vec<Values> {
        let mut found = self.records.found(entity, field, &is.into());
        found.retain(|values| values.get("id").and_then(Value::as_text) != Some(self.record));
        found
    }

    /// True while this person is with the company and may act.
    pub fn is_here(&self, person: &str) -> bool {
        self.organisation
            .is_none_or(|organisation| organisation.may_act(person))
    }

    /// The next number of the series of a field; none when no series is declared for it.
    pub fn next_number(&self, entity: &str, field: &str) -> Option<Value> {
        let known = |series: &&Series| series.entity == entity && series.field == field;
        let mut series = self
            .modules
            .iter()
            .flat_map(|module| &module.manifest().numbers);
        let series = series.find(known)?;
        let year = self.today.year();
        let issued = self.records.issued(&series.counter(year));
        Some(Value::Text(series.number(year, issued + 1)))
    }

    /// Gives the document its number, when it has none yet: [`HookContext::next_number`] in a field, empty where the series
    /// gives none.
    pub fn give_number(&self, values: &mut Values, entity: &str, field: &str) {
        if values.lacks(field) {
            let number = self.next_number(entity, field).unwrap_or_default();
            values.insert(field.to_owned(), number);
        }
    }
}
