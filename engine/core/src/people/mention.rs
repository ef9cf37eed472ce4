//! What a rule names, so that it can be checked.

use super::{Chooser, PeopleRule, Scope, Top};

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
    /// A field that may hold anything; a path without `record.`.
    AnyField(String),
    /// A state in which people act.
    State(String),
    /// A rule, `file.function`, with the input names it is given.
    Rule(String, Vec<String>),
    /// What somebody chooses, by its field's name.
    Choice,
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
            PeopleRule::Chosen { pool: of, .. }
            | PeopleRule::Except(of, _)
            | PeopleRule::Pick { of, .. } => of.roles(),
            PeopleRule::Either(parts) => parts.iter().flat_map(PeopleRule::roles).collect(),
            PeopleRule::Applicant
            | PeopleRule::User(_)
            | PeopleRule::Post(_)
            | PeopleRule::Members(_)
            | PeopleRule::Head { .. }
            | PeopleRule::Supervisors { .. }
            | PeopleRule::SupervisorsTo(_)
            | PeopleRule::SameAs(_)
            | PeopleRule::Actors(_)
            | PeopleRule::Approvers
            | PeopleRule::Script { .. }
            | PeopleRule::Field(_) => vec![],
        }
    }

    /// True when who it is depends on what people will do or what a field will say: today's organisation cannot tell.
    pub fn is_open(&self) -> bool {
        match self {
            PeopleRule::Chosen { .. }
            | PeopleRule::SameAs(_)
            | PeopleRule::Approvers
            | PeopleRule::Script { .. }
            | PeopleRule::Field(_) => true,
            PeopleRule::Except(of, _) | PeopleRule::Pick { of, .. } => of.is_open(),
            PeopleRule::Either(parts) => parts.iter().any(PeopleRule::is_open),
            PeopleRule::Applicant
            | PeopleRule::User(_)
            | PeopleRule::Role { .. }
            | PeopleRule::Post(_)
            | PeopleRule::Members(_)
            | PeopleRule::Head { .. }
            | PeopleRule::Supervisors { .. }
            | PeopleRule::SupervisorsTo(_)
            | PeopleRule::Actors(_) => false,
        }
    }

    /// True when it names `approvers of original` anywhere.
    pub fn asks_approvers(&self) -> bool {
        match self {
            PeopleRule::Approvers => true,
            PeopleRule::Except(of, without) => of.asks_approvers() || without.asks_approvers(),
            PeopleRule::Either(parts) => parts.iter().any(PeopleRule::asks_approvers),
            PeopleRule::Pick { of, .. } | PeopleRule::Chosen { pool: of, .. } => {
                of.asks_approvers()
            }
            PeopleRule::Applicant
            | PeopleRule::User(_)
            | PeopleRule::Role { .. }
            | PeopleRule::Post(_)
            | PeopleRule::Members(_)
            | PeopleRule::Head { .. }
            | PeopleRule::Supervisors { .. }
            | PeopleRule::SupervisorsTo(_)
            | PeopleRule::SameAs(_)
            | PeopleRule::Actors(_)
            | PeopleRule::Script { .. }
            | PeopleRule::Field(_) => false,
        }
    }

    /// The choice in it, wherever it stands: who chooses, from which pool, fewest and most. A rule holds one at most.
    pub fn choice(&self) -> Option<(&Chooser, &PeopleRule, u32, u32)> {
        match self {
            PeopleRule::Chosen {
                by,
                pool,
                least,
                most,
            } => Some((by, pool, *least, *most)),
            PeopleRule::Except(of, without) => of.choice().or_else(|| without.choice()),
            PeopleRule::Either(parts) => parts.iter().find_map(PeopleRule::choice),
            PeopleRule::Pick { of, .. } => of.choice(),
            PeopleRule::Applicant
            | PeopleRule::User(_)
            | PeopleRule::Role { .. }
            | PeopleRule::Post(_)
            | PeopleRule::Members(_)
            | PeopleRule::Head { .. }
            | PeopleRule::Supervisors { .. }
            | PeopleRule::SupervisorsTo(_)
            | PeopleRule::SameAs(_)
            | PeopleRule::Actors(_)
            | PeopleRule::Approvers
            | PeopleRule::Script { .. }
            | PeopleRule::Field(_) => None,
        }
    }

    fn collect(&self, found: &mut Vec<Mention>) {
        match self {
            PeopleRule::Applicant | PeopleRule::Approvers | PeopleRule::Supervisors { .. } => {}
            PeopleRule::User(id) => found.push(Mention::User(id.clone())),
            PeopleRule::Role { role, within } => {
                found.push(Mention::Role(role.clone()));
                found.extend(within.as_ref().and_then(Scope::mention));
            }
            PeopleRule::Post(id) => found.push(Mention::Post(id.clone())),
            PeopleRule::Members(of) | PeopleRule::Head { of, .. } => found.extend(of.mention()),
            PeopleRule::Field(path) => found.push(Mention::PeopleField(path.clone())),
            PeopleRule::Chosen { by, pool, .. } => {
                found.push(Mention::Choice);
                if let Chooser::State(state) = by {
                    found.push(Mention::State(state.clone()));
                }
                pool.collect(found);
            }
            PeopleRule::SupervisorsTo(Top::Post(id)) => found.push(Mention::Post(id.clone())),
            PeopleRule::SupervisorsTo(Top::Role(id)) => found.push(Mention::Role(id.clone())),
            PeopleRule::SameAs(state) | PeopleRule::Actors(state) => {
                found.push(Mention::State(state.clone()));
            }
            PeopleRule::Pick { of, .. } => of.collect(found),
            PeopleRule::Script { rule, give } => {
                found.push(Mention::Rule(rule.clone(), give.clone()));
                found.extend(give.iter().cloned().map(Mention::AnyField));
            }
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
