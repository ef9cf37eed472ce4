//! The organisation as data: a snapshot that the engine reads and never changes.

mod ahead;
mod changes;
mod kept;
mod proxy;

pub use ahead::FlowRules;
pub use proxy::{PROXY_HOPS_MAX, ProxyAsk, ProxyFlag, ProxyFound};
pub(crate) use proxy::{left_with, words as proxy_words};

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::people::{PersonId, Resolved, SUPERVISOR_LEVELS_MAX};
use crate::text::{Lang, Text};
use crate::time::Moment;

/// Role whose holders administer everything.
pub const ADMIN_ROLE: &str = "administrator";

/// The organisation at one moment.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Directory {
    /// Counts up with every change.
    pub version: u64,
    /// Everybody, by id.
    pub people: BTreeMap<PersonId, Person>,
    /// Departments, areas, stations: every unit, by id.
    pub units: BTreeMap<String, Unit>,
    /// Who holds which role, where.
    pub roles: Vec<RoleGrant>,
    /// Names of roles, by id.
    pub role_names: BTreeMap<String, Text>,
    /// Who is away, and who stands in.
    pub absences: Vec<Absence>,
    /// Names of posts, by id: modules declare them, so they are not kept with the organisation.
    #[serde(skip)]
    pub post_names: BTreeMap<String, Text>,
}

/// Somebody.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct Person {
    /// Stable id.
    pub id: PersonId,
    /// The name people use.
    pub name: String,
    /// Mail address.
    pub mail: String,
    /// The unit they belong to.
    pub unit: String,
    /// Direct superior.
    pub superior: Option<PersonId>,
    /// Posts held (岗位), by id.
    pub posts: Vec<String>,
    /// The language of their mails and pages.
    pub lang: Lang,
    /// False once they have left: they can be named, but never act.
    pub active: bool,
}

/// A department, an area, a station.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct Unit {
    /// Stable id.
    pub id: String,
    /// What people call it.
    pub name: Text,
    /// The unit above.
    pub parent: Option<String>,
    /// Its head.
    pub head: Option<PersonId>,
}

/// Somebody holds a role, everywhere or within a unit and what is below it.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct RoleGrant {
    /// Role id.
    pub role: String,
    /// Who.
    pub person: PersonId,
    /// Where; none is everywhere.
    pub unit: Option<String>,
}

/// Somebody is away in the half-open window [from, until).
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct Absence {
    /// Who is away.
    pub person: PersonId,
    /// First moment away.
    pub from: Moment,
    /// First moment back.
    pub until: Moment,
    /// Who stands in.
    pub proxy: Option<PersonId>,
    /// Only for this flow; none is for all.
    pub flow: Option<String>,
}

impl Directory {
    /// The person, if known and still here.
    pub fn active(&self, id: &str) -> Option<&Person> {
        self.people.get(id).filter(|person| person.active)
    }

    /// What people call somebody; the id when unknown.
    pub fn name<'a>(&'a self, id: &'a str) -> &'a str {
        self.people.get(id).map_or(id, |person| &person.name)
    }

    /// A unit and all above it, nearest first. Ends at a cycle.
    pub fn upward<'a>(&'a self, unit: &'a str) -> Vec<&'a str> {
        let (mut chain, mut at) = (Vec::new(), Some(unit));
        while let Some(id) = at {
            if chain.contains(&id) {
                break;
            }
            chain.push(id);
            at = self.units.get(id).and_then(|unit| unit.parent.as_deref());
        }
        chain
    }

    /// Do the units above this one lead back into themselves?
    pub fn circle_above(&self, unit: &str) -> bool {
        let chain = self.upward(unit);
        let top = chain.last().and_then(|id| self.units.get(*id));
        top.is_some_and(|unit| {
            unit.parent
                .as_deref()
                .is_some_and(|parent| chain.contains(&parent))
        })
    }

    /// The next superior who is still here, with the way to them; nobody at the top or in a circle.
    pub fn superior_of(&self, person: &str) -> Resolved {
        let (mut found, mut seen) = (Resolved::default(), vec![person]);
        for _ in 0..SUPERVISOR_LEVELS_MAX {
            let below = seen.last().copied().unwrap_or(person);
            let name = self.name(below);
            let Some(superior) = self
                .people
                .get(below)
                .and_then(|person| person.superior.as_deref())
            else {
                found.why.push(Text::new(
                    format!("{name}没有上级"),
                    format!("{name} has no superior"),
                ));
                return found;
            };
            let above = self.name(superior);
            if seen.contains(&superior) {
                found.why.push(Text::new(
                    format!("上级关系形成了循环（回到{above}）"),
                    format!("The superiors form a circle (back at {above})"),
                ));
                return found;
            }
            if self.active(superior).is_some() {
                found.people.push(superior.to_owned());
                found.why.push(Text::new(
                    format!("{name}的上级：{above}"),
                    format!("Superior of {name}: {above}"),
                ));
                return found;
            }
            found.why.push(Text::new(
                format!("{name}的上级{above}已离职或停用，再往上一级"),
                format!("{above}, the superior of {name}, has left: one level further up"),
            ));
            seen.push(superior);
        }
        found
    }

    /// Everyone still here who holds the role; with a unit, those whose grant covers it.
    pub fn holders(&self, role: &str, unit: Option<&str>) -> Vec<&Person> {
        let scope: Option<BTreeSet<&str>> =
            unit.map(|unit| self.upward(unit).into_iter().collect());
        let mut seen = BTreeSet::new();
        self.roles
            .iter()
            .filter(|grant| grant.role == role)
            .filter(|grant| match (&scope, &grant.unit) {
                (Some(scope), Some(at)) => scope.contains(at.as_str()),
                (Some(_) | None, None) | (None, Some(_)) => true,
            })
            .filter_map(|grant| self.active(&grant.person))
            .filter(|person| seen.insert(person.id.clone()))
            .collect()
    }

    /// Does this person hold the role anywhere?
    pub fn has_role(&self, person: &str, role: &str) -> bool {
        self.active(person).is_some()
            && self
                .roles
                .iter()
                .any(|grant| grant.role == role && grant.person == person)
    }
}
