//! What a turn may know besides the case: time, people, calendar, rules, other records, modules. All of it values.

use crate::calendar::WorkCalendar;
use crate::definition::{Definition, PeopleRef};
use crate::field::EntityType;
use crate::instance::Case;
use crate::module::Module;
use crate::people::{PersonId, Resolved};
use crate::text::Text;
use crate::time::Moment;
use crate::value::{Value, Values};
use std::sync::Arc;

/// What a turn may know besides the case.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// Now.
    pub now: Moment,
    /// Who is who.
    pub organisation: &'a dyn Organisation,
    /// The flow's working calendar.
    pub calendar: &'a WorkCalendar,
    /// The rules a flow may run.
    pub rules: &'a dyn Rules,
    /// Referenced records.
    pub records: &'a dyn Lookup,
    /// Modules whose hooks see every change.
    pub modules: &'a [Arc<dyn Module>],
}

/// Who is who: the directory, or the cast of an example.
pub trait Organisation {
    /// The people a name of the flow stands for, with the explanation.
    fn resolve(&self, def: &Definition, who: &PeopleRef, case: &Case) -> Resolved;
    /// True while this person is here and may act.
    fn may_act(&self, person: &str) -> bool;
    /// The next superior who is still here.
    fn superior(&self, person: &str) -> Option<PersonId>;
    /// What people call somebody.
    fn name(&self, person: &str) -> String;
    /// The flow's owners.
    fn owners(&self, def: &Definition, case: &Case) -> Vec<PersonId>;
    /// The unit somebody belongs to (`applicant.department` in conditions).
    fn unit(&self, person: &str) -> Option<String>;
}

/// The rules a flow may run.
pub trait Rules {
    /// Runs `file.function`.
    ///
    /// # Errors
    /// One sentence: what is missing or went wrong.
    fn run(&self, rule: &str, given: &Values, cx: &Context<'_>) -> Result<RuleAnswer, Text>;
}

/// What a rule said.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RuleAnswer {
    /// Its outputs by name.
    pub gave: Values,
    /// Hash of the script's text: the version that was read.
    pub script: String,
}

/// Referenced records.
pub trait Lookup {
    /// The values of a record; none when there is no such record.
    fn record(&self, entity: &str, id: &str) -> Option<Values>;
    /// An entity type by name.
    fn entity(&self, name: &str) -> Option<EntityType>;

    /// The records whose field holds this value, each with its `id`; only what modules asked for
    /// ([`Module::needs`]) is known.
    fn found(&self, _entity: &str, _field: &str, _is: &Value) -> Vec<Values> {
        vec![]
    }

    /// The last number issued by a counter ([`crate::module::Series::counter`]); 0 before the first.
    fn issued(&self, _counter: &str) -> u64 {
        0
    }
}
