//! What a rule names, so that it can be checked.

use super::{PeopleRule, Scope};

/// Something a rule names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mention {
    /// A role.
    Role(String),
    /// A person.
    User(String),
    /// A post.
    Post(String),
    /// A unit of the directory.
    Unit(String),
    /// A field that must name people; a path without `record.`.
    PeopleField(String),
    /// A field that must name a unit; a path without `record.`.
    UnitField(String),
}

/// A mention and where it stands in the rule's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// What is named.
    pub mention: Mention,
    /// Byte offset of the name (the whole word, `role/` included).
    pub offset: usize,
    /// Its length in bytes.
    pub len: usize,
}

impl PeopleRule {
    /// Everything the rule names, in order of appearance.
    pub fn mentions(&self) -> Vec<Mention> {
        let mut found = vec![];
        self.collect(&mut found);
        found
    }

    /// The roles it asks: a task asked for a role goes to a proxy only where the flow says so.
    pub fn roles(&self) -> Vec<&str> {
        match self {
            PeopleRule::Role { role, .. } => vec![role],
            PeopleRule::Chosen { pool } => pool.roles(),
            PeopleRule::Except(of, _) => of.roles(),
            PeopleRule::Either(parts) => parts.iter().flat_map(PeopleRule::roles).collect(),
            PeopleRule::Applicant
            | PeopleRule::User(_)
            | PeopleRule::Post(_)
            | PeopleRule::Members(_)
            | PeopleRule::Head { .. }
            | PeopleRule::Supervisors { .. }
            | PeopleRule::Field(_) => vec![],
        }
    }

    fn collect(&self, found: &mut Vec<Mention>) {
        match self {
            PeopleRule::Applicant | PeopleRule::Supervisors { .. } => {}
            PeopleRule::User(id) => found.push(Mention::User(id.clone())),
            PeopleRule::Role { role, within } => {
                found.push(Mention::Role(role.clone()));
                found.extend(within.as_ref().and_then(Scope::mention));
            }
            PeopleRule::Post(id) => found.push(Mention::Post(id.clone())),
            PeopleRule::Members(of) | PeopleRule::Head { of, .. } => found.extend(of.mention()),
            PeopleRule::Field(path) => found.push(Mention::PeopleField(path.clone())),
            PeopleRule::Chosen { pool } => pool.collect(found),
            PeopleRule::Except(of, without) => {
                of.collect(found);
                without.collect(found);
            }
            PeopleRule::Either(parts) => parts.iter().for_each(|part| part.collect(found)),
        }
    }
}

impl Scope {
    /// What the scope names.
    pub fn mention(&self) -> Option<Mention> {
        match self {
            Scope::ApplicantDepartment => None,
            Scope::Field(path) => Some(Mention::UnitField(path.clone())),
            Scope::Unit(id) => Some(Mention::Unit(id.clone())),
        }
    }
}
