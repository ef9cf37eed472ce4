//! A rule as a sentence, and as it is written.

use std::fmt;

use super::{Names, PeopleRule, Scope};
use crate::text::{Lang, Text};

impl PeopleRule {
    /// The rule as a sentence fragment: "发起人所在部门的负责人", "the head of the applicant's department".
    pub fn words(&self, lang: Lang, names: &dyn Names) -> String {
        let text = self.text(names);
        text.get(lang).to_owned()
    }

    /// The same in both languages.
    pub fn text(&self, names: &dyn Names) -> Text {
        match self {
            PeopleRule::Applicant => Text::new("发起人", "the applicant"),
            PeopleRule::User(id) => names.person(id),
            PeopleRule::Role { role, within } => {
                role_text(&names.role(role), within.as_ref(), names)
            }
            PeopleRule::Post(id) => {
                let post = names.post(id);
                Text::new(
                    format!("岗位“{}”的任职人", post.zh),
                    format!("whoever is on the post “{}”", post.en),
                )
            }
            PeopleRule::Members(of) => {
                let unit = of.text(names);
                Text::new(
                    format!("{}的全体成员", unit.zh),
                    format!("everyone in {}", unit.en),
                )
            }
            PeopleRule::Head { of, up } => head_text(&of.text(names), *up),
            PeopleRule::Supervisors { levels: 1 } => {
                Text::new("发起人的直接上级", "the applicant's direct superior")
            }
            PeopleRule::Supervisors { levels } => Text::new(
                format!("发起人的逐级上级（共 {levels} 级）"),
                format!("the applicant's superiors, {levels} levels up, in order"),
            ),
            PeopleRule::Field(path) => {
                let field = names.field(path);
                Text::new(
                    format!("字段“{}”中的人员", field.zh),
                    format!("whoever “{}” names", field.en),
                )
            }
            PeopleRule::Chosen { pool } => {
                let pool = pool.text(names);
                Text::new(
                    format!("发起人从{}中选定的人", pool.zh),
                    format!("whom the applicant chooses from {}", pool.en),
                )
            }
            PeopleRule::Except(of, without) => {
                let (of, without) = (inner(of, names), inner(without, names));
                Text::new(
                    format!("{}，{}除外", of.zh, without.zh),
                    format!("{} except {}", of.en, without.en),
                )
            }
            PeopleRule::Either(parts) => {
                let parts: Vec<Text> = parts.iter().map(|part| inner(part, names)).collect();
                let join = |pick: fn(&Text) -> &str, or| {
                    parts.iter().map(pick).collect::<Vec<_>>().join(or)
                };
                Text::new(
                    join(|part| &part.zh, "，以及"),
                    join(|part| &part.en, " and "),
                )
            }
        }
    }
}

impl PeopleRule {
    /// The rule in a few words, for a picture or a column: "调度员（区域）", "Dispatcher (area)".
    pub fn brief(&self, names: &dyn Names) -> Text {
        match self {
            PeopleRule::Applicant => Text::new("发起人", "the applicant"),
            PeopleRule::User(id) => names.person(id),
            PeopleRule::Role { role, within: None } => names.role(role),
            PeopleRule::Role {
                role,
                within: Some(scope),
            } => {
                let (role, unit) = (names.role(role), scope.brief(names));
                Text::new(
                    format!("{}（{}）", role.zh, unit.zh),
                    format!("{} ({})", role.en, unit.en),
                )
            }
            PeopleRule::Post(id) => names.post(id),
            PeopleRule::Members(of) => {
                let unit = of.brief(names);
                Text::new(format!("{}成员", unit.zh), format!("{}: members", unit.en))
            }
            PeopleRule::Head { of, up } => {
                let unit = of.brief(names);
                let (zh, en) = match up {
                    0 => (String::new(), String::new()),
                    up => (format!("上 {up} 级"), format!(" +{up}")),
                };
                Text::new(
                    format!("{}{zh}负责人", unit.zh),
                    format!("{}{en}: head", unit.en),
                )
            }
            PeopleRule::Supervisors { levels: 1 } => Text::new("直接上级", "direct superior"),
            PeopleRule::Supervisors { levels } => Text::new(
                format!("逐级上级（{levels} 级）"),
                format!("superiors ({levels} levels)"),
            ),
            PeopleRule::Field(path) => names.field(path),
            PeopleRule::Chosen { .. } => Text::new("发起人选定", "chosen by the applicant"),
            PeopleRule::Except(of, without) => {
                let (of, without) = (of.brief(names), without.brief(names));
                Text::new(
                    format!("{}（除{}）", of.zh, without.zh),
                    format!("{} (not {})", of.en, without.en),
                )
            }
            PeopleRule::Either(parts) => {
                let parts: Vec<Text> = parts.iter().map(|part| part.brief(names)).collect();
                let join = |pick: fn(&Text) -> &str, or| {
                    parts.iter().map(pick).collect::<Vec<_>>().join(or)
                };
                Text::new(join(|part| &part.zh, "、"), join(|part| &part.en, ", "))
            }
        }
    }
}

/// A part of a larger rule; what is composed itself stands in brackets.
fn inner(rule: &PeopleRule, names: &dyn Names) -> Text {
    let text = rule.text(names);
    if composed(rule) {
        Text::new(format!("（{}）", text.zh), format!("({})", text.en))
    } else {
        text
    }
}

fn composed(rule: &PeopleRule) -> bool {
    match rule {
        PeopleRule::Except(..) | PeopleRule::Either(_) => true,
        PeopleRule::Applicant
        | PeopleRule::User(_)
        | PeopleRule::Role { .. }
        | PeopleRule::Post(_)
        | PeopleRule::Members(_)
        | PeopleRule::Head { .. }
        | PeopleRule::Supervisors { .. }
        | PeopleRule::Field(_)
        | PeopleRule::Chosen { .. } => false,
    }
}

fn role_text(role: &Text, within: Option<&Scope>, names: &dyn Names) -> Text {
    match within.map(|scope| scope.text(names)) {
        None => Text::new(
            format!("“{}”角色", role.zh),
            format!("the role “{}”", role.en),
        ),
        Some(unit) => Text::new(
            format!("{}的“{}”角色", unit.zh, role.zh),
            format!("the role “{}” of {}", role.en, unit.en),
        ),
    }
}

fn head_text(unit: &Text, up: u32) -> Text {
    match up {
        0 => Text::new(
            format!("{}的负责人", unit.zh),
            format!("the head of {}", unit.en),
        ),
        1 => Text::new(
            format!("{}的上一级单位负责人", unit.zh),
            format!("the head of the unit above {}", unit.en),
        ),
        up => Text::new(
            format!("{}往上 {up} 级单位的负责人", unit.zh),
            format!("the head of the unit {up} levels above {}", unit.en),
        ),
    }
}

impl Scope {
    /// The scope in a word or two.
    pub fn brief(&self, names: &dyn Names) -> Text {
        match self {
            Scope::ApplicantDepartment => Text::new("发起人部门", "the applicant's department"),
            Scope::Unit(id) => names.unit(id),
            Scope::Field(path) => names.field(path),
        }
    }

    /// The scope as a sentence fragment.
    pub fn text(&self, names: &dyn Names) -> Text {
        match self {
            Scope::ApplicantDepartment => Text::new("发起人所在部门", "the applicant's department"),
            Scope::Unit(id) => names.unit(id),
            Scope::Field(path) => {
                let field = names.field(path);
                Text::new(
                    format!("字段“{}”所指单位", field.zh),
                    format!("the unit in “{}”", field.en),
                )
            }
        }
    }
}

impl fmt::Display for PeopleRule {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = |rule: &PeopleRule| {
            if composed(rule) {
                format!("({rule})")
            } else {
                rule.to_string()
            }
        };
        match self {
            PeopleRule::Applicant => out.write_str("applicant"),
            PeopleRule::User(id) => write!(out, "user/{id}"),
            PeopleRule::Role { role, within: None } => write!(out, "role/{role}"),
            PeopleRule::Role {
                role,
                within: Some(scope),
            } => write!(out, "role/{role} of {scope}"),
            PeopleRule::Post(id) => write!(out, "post/{id}"),
            PeopleRule::Members(of) => write!(out, "members of {of}"),
            PeopleRule::Head { of, up: 0 } => write!(out, "head of {of}"),
            PeopleRule::Head { of, up } => write!(out, "head of {of} up {up}"),
            PeopleRule::Supervisors { levels: 1 } => out.write_str("supervisor of applicant"),
            PeopleRule::Supervisors { levels } => {
                write!(out, "supervisors of applicant up to {levels}")
            }
            PeopleRule::Field(path) => write!(out, "record.{path}"),
            PeopleRule::Chosen { pool } => write!(out, "chosen by applicant from {}", part(pool)),
            PeopleRule::Except(of, without) => write!(out, "{} except {}", part(of), part(without)),
            PeopleRule::Either(parts) => {
                let parts: Vec<String> = parts.iter().map(part).collect();
                out.write_str(&parts.join(" or "))
            }
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Scope::ApplicantDepartment => out.write_str("applicant.department"),
            Scope::Field(path) => write!(out, "record.{path}"),
            Scope::Unit(id) => write!(out, "department/{id}"),
        }
    }
}
