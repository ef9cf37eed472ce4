//! Who is asked: rules, and their resolution against the directory into people *and the explanation*.
//!
//! A rule is one line of text in YAML:
//!
//! | text | people |
//! |---|---|
//! | `applicant` | who started the instance |
//! | `user/zhangsan` | a named person |
//! | `role/finance_manager` | everyone who holds the role |
//! | `role/dispatcher in record.area` | … for that unit or one above it (`in` and `of` mean the same) |
//! | `post/cashier` | everyone on the post |
//! | `members of department/finance` | everyone in the unit and in those below it |
//! | `head of applicant.department up 1` | the head of the unit, that many levels up |
//! | `supervisor of applicant` | the direct superior |
//! | `supervisors of applicant up to 3` | that many levels of superiors, in order |
//! | `supervisors of applicant up to post/x` | the superiors up to the first on that post (or with that role) |
//! | `record.engineer` | the people a field names |
//! | `chosen by applicant from role/x` | the applicant's choice, within the pool; `at least 1 at most 3`, `exactly 2` |
//! | `chosen by state/first from role/x` | the same, chosen by whoever decides there |
//! | `same as state/first` | who acted there last |
//! | `actors of state/first` | everyone who ever acted there, for `except` |
//! | `approvers of original` | in a flow that revokes: who approved what is to be revoked |
//! | `rule/file.function given record.x` | the people a rule's output `people` names |
//! | `least loaded of A`, `one of A at random`, `A in turn` | one of them, drawn when they are first asked |
//! | `A or B`, `A except B` | both sets together; the first without the second |
//!
//! The last three kinds are decided once, when somebody is first asked, and kept with the instance: they stand for a whole
//! rule, not for a part of one.
//!
//! A unit is written `applicant.department`, `record.<field>`, or `department/x` (`unit/`, `area/` and `station/` mean the
//! same: units of the directory). `or` and `except` do not mix without parentheses, because people read them both ways.

mod context;
mod display;
mod hint;
mod history;
mod mention;
mod names;
mod parse;
mod resolve;
mod upward;
mod words;

pub use context::PeopleContext;
pub use hint::PeopleError;
pub use mention::{Located, Mention};
pub use names::{Ids, Labels, Names};
pub use parse::RULE_BYTES_MAX;
pub use resolve::SUPERVISOR_LEVELS_MAX;

pub(crate) use history::choice_field;
pub(crate) use names::list;

use crate::text::Text;

/// Ids of people are short texts (`zhangsan`), stable for ever.
pub type PersonId = String;

/// A rule that names people. Written as text in YAML (see the module's head), parsed once; displayed as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PeopleRule {
    /// `applicant`.
    Applicant,
    /// `user/zhangsan`.
    User(PersonId),
    /// `role/finance_manager`, perhaps within a department or area: `role/dispatcher in record.area`,
    /// `role/inspector of record.station`, `role/sales_head of applicant.department`.
    Role {
        /// Role id.
        role: String,
        /// The unit a grant must cover; none is everywhere.
        within: Option<Scope>,
    },
    /// `post/cashier`.
    Post(String),
    /// `members of department/finance`, `members of record.department`.
    Members(Scope),
    /// `head of applicant.department`, `head of record.department up 1`.
    Head {
        /// The unit.
        of: Scope,
        /// How many levels above it.
        up: u32,
    },
    /// `supervisor of applicant`: the first level; `supervisors of applicant up to 3`: that many levels, in order.
    Supervisors {
        /// How many levels.
        levels: u32,
    },
    /// `record.engineer`: the people a field names.
    Field(String),
    /// `chosen by applicant from role/…`: the value `chosen_<name>` given with the draft (or with the decision of the
    /// state named) is the choice, within the pool.
    Chosen {
        /// Who chooses.
        by: Chooser,
        /// Who may be chosen.
        pool: Box<PeopleRule>,
        /// Fewest that must be chosen.
        least: u32,
        /// Most that may be.
        most: u32,
    },
    /// `A except B`.
    Except(Box<PeopleRule>, Box<PeopleRule>),
    /// `A or B`: both sets together.
    Either(Vec<PeopleRule>),
    /// `supervisors of applicant up to post/general_manager`: up to and with the first who is that.
    SupervisorsTo(Top),
    /// `same as state/first`: who acted there last.
    SameAs(String),
    /// `actors of state/first`: everyone who ever acted there, in their own name or for somebody.
    Actors(String),
    /// `approvers of original`: who approved the instance that this one asks to revoke.
    Approvers,
    /// `least loaded of …`, `one of … at random`, `… in turn`.
    Pick {
        /// How one is found.
        how: Pick,
        /// Among whom.
        of: Box<PeopleRule>,
    },
    /// `rule/file.function given record.area`: its output `people` names them.
    Script {
        /// `file.function`.
        rule: String,
        /// Paths of the fields it is given; the last part is the input's name.
        give: Vec<String>,
    },
}

/// Who makes a choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chooser {
    /// The applicant, with the draft.
    Applicant,
    /// Whoever decides in that state, with the decision.
    State(String),
}

/// Where a chain of superiors ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Top {
    /// The first on that post.
    Post(String),
    /// The first who holds that role.
    Role(String),
}

/// How one of several is drawn.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Pick {
    /// Fewest open tasks.
    LeastLoaded,
    /// By lot.
    Random,
    /// One after the other.
    InTurn,
    /// A rule says who.
    Rule,
}

/// The department or area a rule is limited to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The department of the applicant.
    ApplicantDepartment,
    /// The department (or area, station: any unit) a field names; `a.b` goes through a reference. Without `record.`.
    Field(String),
    /// A named unit.
    Unit(String),
}

/// The people a rule found, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resolved {
    /// Who, in order, without doubles.
    pub people: Vec<PersonId>,
    /// Why these, and why nobody where it is empty; one sentence per step.
    pub why: Vec<Text>,
    /// Fields the rule asked that are not filled in: when nobody was found, the instance is held and names them.
    pub missing: Vec<String>,
    /// Who was found for a role they hold and by nothing else, with that role: their task goes to a proxy only where the
    /// flow says so.
    pub by_role: Vec<(PersonId, String)>,
}

#[cfg(test)]
mod tests;
