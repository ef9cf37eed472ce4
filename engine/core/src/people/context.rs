//! What a rule is resolved against.

use crate::condition::Facts;
use crate::directory::Directory;
use crate::field::EntityType;
use crate::instance::Instance;
use crate::people::{Names, Resolved};
use crate::value::{Value, Values};

/// What a rule is resolved against: everything it may know.
#[derive(Clone, Copy)]
pub struct PeopleContext<'a> {
    /// Who is who.
    pub directory: &'a Directory,
    /// Who started the instance.
    pub applicant: &'a str,
    /// The record's values.
    pub values: &'a Values,
    /// Asked for dotted paths `values` cannot answer: fields of referenced records.
    pub refs: Option<&'a dyn Facts>,
    /// For the labels of fields in explanations.
    pub entity: Option<&'a EntityType>,
    /// The rule's name in `people:`: choices and draws are kept by it.
    pub name: &'a str,
    /// `nobody: superior`: a vacant level is taken by the next one up instead of being consumed.
    pub vacant_moves_up: bool,
    /// What happened so far: who acted where, whom somebody chose, who was drawn.
    pub instance: Option<&'a Instance>,
    /// For the names of states in explanations.
    pub flow: Option<&'a dyn Names>,
    /// In an example: whoever plays the name, in place of everything that only an organisation or a record knows.
    pub standing_for: Option<&'a Resolved>,
}

impl<'a> PeopleContext<'a> {
    /// A context with nothing special; the other fields are public.
    pub fn new(directory: &'a Directory, applicant: &'a str, values: &'a Values) -> Self {
        Self {
            directory,
            applicant,
            values,
            refs: None,
            entity: None,
            name: "",
            vacant_moves_up: false,
            instance: None,
            flow: None,
            standing_for: None,
        }
    }

    /// The value at a dotted path; empty when there is none.
    pub(super) fn value(&self, path: &str) -> Value {
        let mut parts = path.split('.');
        let mut at = parts.next().and_then(|head| self.values.get(head));
        let mut deep = false;
        for part in parts {
            deep = true;
            at = match at {
                Some(Value::Map(inner)) => inner.get(part),
                _ => None,
            };
        }
        match (at, self.refs) {
            (Some(value), _) => value.clone(),
            (None, Some(refs)) if deep => refs.get(path).unwrap_or_default(),
            (None, _) => Value::Empty,
        }
    }
}
