//! The directory as the engine asks it.

use crate::definition::{Definition, Nobody, PeopleRef};
use crate::directory::{ADMIN_ROLE, Directory, ProxyAsk, ProxyFound};
use crate::instance::Case;
use crate::people::{PeopleContext, PeopleRule, PersonId, Resolved};
use crate::text::Text;
use crate::time::Moment;
use crate::turn::facts::References;
use crate::turn::{Lookup, Organisation};

/// The real organisation: a directory snapshot, with referenced records for rules like `role/inspector of vehicle.station`.
pub struct Directed<'a> {
    /// The snapshot.
    pub directory: &'a Directory,
    /// Referenced records.
    pub records: &'a dyn Lookup,
}

impl Organisation for Directed<'_> {
    fn resolve_in(
        &self,
        def: &Definition,
        who: &PeopleRef,
        case: &Case,
        vacant_moves_up: bool,
    ) -> Resolved {
        match who {
            PeopleRef::Applicant => Resolved {
                people: vec![case.instance.applicant.clone()],
                why: vec![Text::new("发起人。", "The applicant.")],
                ..Resolved::default()
            },
            PeopleRef::Waiting => Resolved {
                people: case
                    .instance
                    .tasks
                    .iter()
                    .flat_map(crate::instance::Task::holders)
                    .map(str::to_owned)
                    .collect(),
                why: vec![Text::new("有待办任务的人。", "Whoever has an open task.")],
                ..Resolved::default()
            },
            PeopleRef::Named(name) => def
                .people_rule(name)
                .map(|rule| self.rule(def, rule, (name, vacant_moves_up), case))
                .unwrap_or_default(),
        }
    }

    fn choosable(&self, def: &Definition, name: &str, case: &Case) -> Vec<PersonId> {
        let rule = def.people_rule(name).and_then(PeopleRule::choice);
        let up = def.policies.nobody == Nobody::Superior;
        rule.map(|(_, pool, ..)| self.rule(def, pool, (name, up), case).people)
            .unwrap_or_default()
    }

    fn stand_in(&self, ask: &ProxyAsk<'_>) -> ProxyFound {
        self.directory.proxy_for(ask)
    }

    fn is_away(&self, person: &str, flow: &str, at: Moment) -> bool {
        self.directory.is_away(person, flow, at)
    }

    fn has_role(&self, person: &str, role: &str) -> bool {
        self.directory.has_role(person, role)
    }

    fn may_act(&self, person: &str) -> bool {
        self.directory.active(person).is_some()
    }

    fn within(&self, person: &str, units: &[String]) -> Option<bool> {
        let unit = &self.directory.people.get(person)?.unit;
        let around = self.directory.upward(unit);
        Some(units.iter().any(|unit| around.contains(&unit.as_str())))
    }

    fn superior(&self, person: &str) -> Option<PersonId> {
        self.directory.superior_of(person).people.into_iter().next()
    }

    fn administrators(&self) -> Vec<PersonId> {
        let found = self.directory.holders(ADMIN_ROLE, None);
        found.into_iter().map(|person| person.id.clone()).collect()
    }

    fn name(&self, person: &str) -> String {
        self.directory.name(person).to_owned()
    }

    fn owners(&self, def: &Definition, case: &Case) -> Vec<PersonId> {
        let up = def.policies.nobody == Nobody::Superior;
        self.rule(def, &def.owner, ("owner", up), case).people
    }

    fn unit(&self, person: &str) -> Option<String> {
        self.directory
            .people
            .get(person)
            .map(|person| person.unit.clone())
    }
}

impl Directed<'_> {
    fn rule(
        &self,
        def: &Definition,
        rule: &PeopleRule,
        (name, vacant_moves_up): (&str, bool),
        case: &Case,
    ) -> Resolved {
        let refs = References {
            def,
            case,
            records: self.records,
        };
        let mut cx = PeopleContext::new(self.directory, &case.instance.applicant, &case.values);
        cx.refs = Some(&refs);
        cx.entity = Some(&def.entity);
        cx.name = name;
        cx.vacant_moves_up = vacant_moves_up;
        cx.instance = Some(&case.instance);
        cx.flow = Some(def);
        rule.resolve(&cx)
    }
}
