//! The cast of an example stands in for the organisation.

use crate::definition::{Definition, PeopleRef, StateKind};
use crate::directory::{Absence, Directory, Person, ProxyAsk, ProxyFound, RoleGrant};
use crate::example::Example;
use crate::instance::Case;
use crate::people::{PeopleContext, PeopleRule, PersonId, Resolved};
use crate::text::{Lang, Text};
use crate::time::Moment;
use crate::turn::Organisation;
use crate::value::Values;

/// Who plays the applicant when the cast does not say.
pub(super) const APPLICANT: &str = "申请人";
/// Who plays the flow's owner when the cast does not say.
const OWNER: &str = "流程负责人";

/// Person → the names of `people:` they play.
#[derive(Clone, Debug)]
pub(super) struct Cast {
    pub parts: Vec<(PersonId, Vec<String>)>,
    pub applicant: PersonId,
    /// The names of `people:` with their rules.
    rules: Vec<(String, PeopleRule)>,
    /// Who is away.
    absences: Vec<Absence>,
}

impl Cast {
    pub(super) fn new(def: &Definition, example: &Example) -> Self {
        let drafted_by = def.states.iter().find_map(|state| match &state.kind {
            StateKind::Draft {
                by: PeopleRef::Named(name),
            } => Some(name.as_str()),
            _ => None,
        });
        let playing = |part: &str| {
            example
                .cast
                .iter()
                .find(|(_, parts)| parts.iter().any(|known| known == part))
                .map(|(person, _)| person.clone())
        };
        let applicant = playing("applicant")
            .or_else(|| playing(drafted_by?))
            .unwrap_or_else(|| APPLICANT.to_owned());
        Self {
            parts: example.cast.clone(),
            applicant,
            rules: def.people.clone(),
            absences: example.away.clone(),
        }
    }

    pub(super) fn recast(&mut self, person: &str, parts: &[String]) {
        self.parts.retain(|(known, _)| known != person);
        self.parts.push((person.to_owned(), parts.to_vec()));
    }

    fn playing(&self, part: &str) -> Vec<PersonId> {
        self.parts
            .iter()
            .filter(|(_, parts)| parts.iter().any(|known| known == part))
            .map(|(person, _)| person.clone())
            .collect()
    }

    /// The cast as an organisation: whoever plays a part holds the roles its rule asks for.
    fn directory(&self) -> Directory {
        let mut directory = Directory {
            absences: self.absences.clone(),
            ..Directory::default()
        };
        let person = |id: &PersonId, active| Person {
            id: id.clone(),
            name: id.clone(),
            mail: String::new(),
            unit: String::new(),
            superior: None,
            posts: vec![],
            lang: Lang::Zh,
            active,
        };
        let applicant = person(&self.applicant, true);
        directory.people.insert(self.applicant.clone(), applicant);
        for (id, parts) in &self.parts {
            let active = !parts.is_empty() || *id == self.applicant;
            directory.people.insert(id.clone(), person(id, active));
            let rules = self.rules.iter().filter(|(name, _)| parts.contains(name));
            let roles = rules.flat_map(|(_, rule)| rule.roles());
            directory.roles.extend(roles.map(|role| RoleGrant {
                role: role.to_owned(),
                person: id.clone(),
                unit: None,
            }));
        }
        directory
    }

    /// Who a name stands for: whoever plays it. A rule about what happened so far (who acted, was chosen or drawn, who is
    /// left out) is applied to them, so that an example shows it.
    fn named(&self, name: &str, case: &Case) -> Resolved {
        let players = Resolved {
            people: self.playing(name),
            by_role: self.by_role(name),
            ..Resolved::default()
        };
        let Some((_, rule)) = self.rules.iter().find(|(known, _)| known == name) else {
            return players;
        };
        let directory = self.directory();
        let values = Values::new();
        let mut cx = PeopleContext::new(&directory, &case.instance.applicant, &values);
        (cx.name, cx.instance) = (name, Some(&case.instance));
        // Everybody who plays the part stands for what the rule draws or chooses from.
        cx.standing_for = Some(&players);
        rule.resolve(&cx)
    }

    fn by_role(&self, name: &str) -> Vec<(PersonId, String)> {
        let rule = self.rules.iter().find(|(known, _)| known == name);
        let role = rule.and_then(|(_, rule)| rule.roles().first().map(|role| (*role).to_owned()));
        let players = self.playing(name).into_iter();
        players.filter_map(|it| Some((it, role.clone()?))).collect()
    }
}

impl Organisation for Cast {
    fn choosable(&self, _def: &Definition, name: &str, _case: &Case) -> Vec<PersonId> {
        self.playing(name)
    }

    fn stand_in(&self, ask: &ProxyAsk<'_>) -> ProxyFound {
        self.directory().proxy_for(ask)
    }

    fn is_away(&self, person: &str, flow: &str, at: Moment) -> bool {
        self.directory().is_away(person, flow, at)
    }

    fn has_role(&self, person: &str, role: &str) -> bool {
        self.directory().has_role(person, role)
    }

    fn resolve_in(
        &self,
        _def: &Definition,
        who: &PeopleRef,
        case: &Case,
        _vacant_moves_up: bool,
    ) -> Resolved {
        match who {
            PeopleRef::Applicant => Resolved {
                people: vec![case.instance.applicant.clone()],
                ..Resolved::default()
            },
            PeopleRef::Waiting => {
                let people = case
                    .instance
                    .tasks
                    .iter()
                    .map(|task| task.assignee.clone())
                    .collect();
                Resolved {
                    people,
                    ..Resolved::default()
                }
            }
            PeopleRef::Named(name) => {
                let found = self.named(name, case);
                let why = if found.people.is_empty() {
                    Text::new(
                        format!("用例的 cast 里没有人担任 {name}。"),
                        format!("Nobody in the example's cast plays {name}."),
                    )
                } else {
                    Text::new(
                        format!("在用例中担任 {name}。"),
                        format!("Plays {name} in the example."),
                    )
                };
                Resolved {
                    why: [vec![why], found.why].concat(),
                    ..found
                }
            }
        }
    }

    fn may_act(&self, person: &str) -> bool {
        person == self.applicant
            || person == OWNER
            || self
                .parts
                .iter()
                .any(|(known, parts)| known == person && !parts.is_empty())
    }

    fn superior(&self, person: &str) -> Option<PersonId> {
        self.playing(&format!("superior of {person}"))
            .into_iter()
            .next()
            .or_else(|| self.playing("superior").into_iter().next())
    }

    fn name(&self, person: &str) -> String {
        person.to_owned()
    }

    fn owners(&self, _def: &Definition, _case: &Case) -> Vec<PersonId> {
        let owners = self.playing("owner");
        if owners.is_empty() {
            vec![OWNER.to_owned()]
        } else {
            owners
        }
    }

    fn administers(&self, person: &str) -> bool {
        let playing = self.playing("administrator");
        playing.iter().any(|known| known == person)
    }

    fn administrators(&self) -> Vec<PersonId> {
        self.playing("administrator")
    }

    fn unit(&self, _person: &str) -> Option<String> {
        None
    }
}
