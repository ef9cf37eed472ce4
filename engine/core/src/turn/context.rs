//! What a turn may know besides the case: time, people, calendar, rules, other records, modules. All of it values.

use crate::calendar::WorkCalendar;
use crate::definition::{Definition, Nobody, PeopleRef};
use crate::directory::{ADMIN_ROLE, ProxyAsk, ProxyFound};
use crate::field::EntityType;
use crate::instance::Case;
use crate::module::Module;
use crate::people::{PersonId, Resolved};
use crate::text::Text;
use crate::time::Moment;
use crate::value::{Value, Values};
use std::collections::BTreeMap;
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
    /// What a draw is decided by.
    pub chance: Chance<'a>,
}

/// What a draw is decided by: counts and a seed, handed in as values, so that a turn is the same whoever runs it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Chance<'a> {
    /// Made by the node for this turn.
    pub seed: u64,
    /// Open tasks by person; who is missing has none.
    pub loads: Option<&'a BTreeMap<PersonId, u64>>,
    /// Turns taken so far, by [`turn_key`]; what is missing is 0.
    pub turns: Option<&'a BTreeMap<String, u64>>,
}

/// The name of the counter of turns taken by a flow's `… in turn`.
pub fn turn_key(flow: &str, name: &str) -> String {
    format!("turn/{flow}/{name}")
}

/// Who is who: the directory, or the cast of an example.
pub trait Organisation {
    /// The people a name of the flow stands for, with the explanation; `vacant_moves_up` as the state's `nobody:` says.
    fn resolve_in(
        &self,
        def: &Definition,
        who: &PeopleRef,
        case: &Case,
        vacant_moves_up: bool,
    ) -> Resolved;
    /// The same under the flow's own policy.
    fn resolve(&self, def: &Definition, who: &PeopleRef, case: &Case) -> Resolved {
        self.resolve_in(def, who, case, def.policies.nobody == Nobody::Superior)
    }
    /// Everybody who may be chosen under a name.
    fn choosable(&self, def: &Definition, name: &str, case: &Case) -> Vec<PersonId>;
    /// Who gets a task of somebody who may be away.
    fn stand_in(&self, ask: &ProxyAsk<'_>) -> ProxyFound;
    /// Is somebody away?
    fn is_away(&self, person: &str, flow: &str, at: Moment) -> bool;
    /// Does somebody hold a role, anywhere?
    fn has_role(&self, person: &str, role: &str) -> bool;
    /// True while this person is here and may act.
    fn may_act(&self, person: &str) -> bool;
    /// The next superior who is still here.
    fn superior(&self, person: &str) -> Option<PersonId>;
    /// Does this person belong to one of these units, or to one below? None where there is no organisation to ask.
    fn within(&self, _person: &str, _units: &[String]) -> Option<bool> {
        None
    }
    /// May this person administer every flow (role `administrator`)?
    fn administers(&self, person: &str) -> bool {
        self.has_role(person, ADMIN_ROLE)
    }
    /// Whoever administers every flow and may act.
    fn administrators(&self) -> Vec<PersonId>;
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

    /// The flows in use that serve records of this type by `for:` or `priority:`; only while one of them is submitted.
    fn flows_of(&self, _entity: &str) -> Vec<Arc<Definition>> {
        vec![]
    }

    /// The last number issued by a counter ([`crate::module::Series::counter`]); 0 before the first.
    fn issued(&self, _counter: &str) -> u64 {
        0
    }
}
