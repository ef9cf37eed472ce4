//! The cast of an example stands in for the organisation.

use crate::definition::{Definition, PeopleRef, StateKind};
use crate::example::Example;
use crate::instance::Case;
use crate::people::{PersonId, Resolved};
use crate::text::Text;
use crate::turn::Organisation;

/// Who plays the applicant when the cast does not say.
pub(super) const APPLICANT: &str = "申请人";
/// Who plays the flow's owner when the cast does not say.
const OWNER: &str = "流程负责人";

/// Person → the names of `people:` they play.
#[derive(Clone, Debug)]
pub(super) struct Cast {
    pub parts: Vec<(PersonId, Vec<String>)>,
    pub applicant: PersonId,
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
}

impl Organisation for Cast {
    fn resolve(&self, _def: &Definition, who: &PeopleRef, case: &Case) -> Resolved {
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
                let people = self.playing(name);
                let why = if people.is_empty() {
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
                    people,
                    why: vec![why],
                    ..Resolved::default()
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

    fn unit(&self, _person: &str) -> Option<String> {
        None
    }
}
