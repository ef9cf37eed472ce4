//! Who is asked: rules, and their resolution against the directory into people *and the explanation*.

use crate::text::Text;

/// Ids of people are short texts (`zhangsan`), stable for ever.
pub type PersonId = String;

/// A rule that names people. Written as text in YAML (see `docs/flow-reference.md`), parsed once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PeopleRule {
    /// `applicant`.
    Applicant,
    /// `user/zhangsan`.
    User(PersonId),
    /// `role/finance_manager`, perhaps within a department or area: `role/dispatcher in record.area`,
    /// `role/inspector of record.station`, `role/sales_head of applicant.department`.
    Role { role: String, within: Option<Scope> },
    /// `post/cashier`.
    Post(String),
    /// `members of department/finance`, `members of record.department`.
    Members(Scope),
    /// `head of applicant.department`, `head of record.department up 1`.
    Head { of: Scope, up: u32 },
    /// `supervisor of applicant`: the first level; `supervisors of applicant up to 3`: that many levels, in order.
    Supervisors { levels: u32 },
    /// `record.engineer`: the people a field names.
    Field(String),
    /// `chosen by applicant from role/…`: the field `chosen_<name>` holds the choice, within the pool.
    Chosen { pool: Box<PeopleRule> },
    /// `A except B`.
    Except(Box<PeopleRule>, Box<PeopleRule>),
    /// `A or B`: both sets together.
    Either(Vec<PeopleRule>),
}

/// The department or area a rule is limited to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The department of the applicant.
    ApplicantDepartment,
    /// The department (or area, station: any unit) a field names; `a.b` goes through a reference.
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
}
