//! A rule as a sentence, and in a few words.

use super::{Chooser, Names, PeopleRule, Pick, Scope, Top};
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
            PeopleRule::Chosen {
                by,
                pool,
                least,
                most,
            } => {
                let (who, pool, many) = (by.text(names), pool.text(names), many(*least, *most));
                Text::new(
                    format!("{}从{}中选定的{}", who.zh, pool.zh, many.zh),
                    format!("{} whom {} chooses from {}", many.en, who.en, pool.en),
                )
            }
            PeopleRule::SupervisorsTo(top) => {
                let top = top.text(names);
                Text::new(
                    format!("发起人的逐级上级（到{}为止）", top.zh),
                    format!("the applicant's superiors in order, up to {}", top.en),
                )
            }
            PeopleRule::SameAs(state) => {
                let state = names.state(state);
                Text::new(
                    format!("节点“{}”的办理人", state.zh),
                    format!("whoever acted at “{}”", state.en),
                )
            }
            PeopleRule::Actors(state) => {
                let state = names.state(state);
                Text::new(
                    format!("在节点“{}”办理过的人", state.zh),
                    format!("everyone who acted at “{}”", state.en),
                )
            }
            PeopleRule::Approvers => Text::new("原单据的审批人", "whoever approved the original"),
            PeopleRule::Pick { how, of } => {
                let of = inner(of, names);
                let (zh, en) = how.words();
                Text::new(
                    format!("{}中{zh}的一人", of.zh),
                    format!("{en} of {}", of.en),
                )
            }
            PeopleRule::Script { rule, .. } => {
                let rule = names.rule(rule);
                Text::new(
                    format!("规则“{}”给出的人", rule.zh),
                    format!("whom the rule “{}” names", rule.en),
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
            PeopleRule::Chosen { by, .. } => {
                let by = by.text(names);
                Text::new(format!("{}选定", by.zh), format!("chosen by {}", by.en))
            }
            PeopleRule::SupervisorsTo(top) => {
                let top = top.text(names);
                Text::new(
                    format!("逐级上级（到{}）", top.zh),
                    format!("superiors (up to {})", top.en),
                )
            }
            PeopleRule::SameAs(state) | PeopleRule::Actors(state) => {
                let state = names.state(state);
                Text::new(
                    format!("“{}”办理人", state.zh),
                    format!("who did “{}”", state.en),
                )
            }
            PeopleRule::Approvers => Text::new("原审批人", "original approvers"),
            PeopleRule::Pick { how, of } => {
                let (of, (zh, en)) = (of.brief(names), how.words());
                Text::new(format!("{}（{zh}）", of.zh), format!("{} ({en})", of.en))
            }
            PeopleRule::Script { rule, .. } => names.rule(rule),
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

/// Is it made of parts joined by `or` or `except`?
pub(super) fn composed(rule: &PeopleRule) -> bool {
    matches!(rule, PeopleRule::Except(..) | PeopleRule::Either(_))
}

/// How many are chosen: "1 人", "1–3 人".
fn many(least: u32, most: u32) -> Text {
    match (least, most) {
        (1, 1) => Text::new("一人", "the one"),
        (least, most) if least == most => Text::new(format!("{least} 人"), format!("the {least}")),
        (least, most) => Text::new(
            format!("{least} 到 {most} 人"),
            format!("the {least} to {most}"),
        ),
    }
}

impl Chooser {
    /// Who chooses, as a sentence fragment.
    pub fn text(&self, names: &dyn Names) -> Text {
        match self {
            Chooser::Applicant => Text::new("发起人", "the applicant"),
            Chooser::State(state) => {
                let state = names.state(state);
                Text::new(
                    format!("“{}”的审批人", state.zh),
                    format!("the approver at “{}”", state.en),
                )
            }
        }
    }
}

impl Top {
    fn text(&self, names: &dyn Names) -> Text {
        match self {
            Top::Post(post) => {
                let post = names.post(post);
                Text::new(
                    format!("岗位“{}”", post.zh),
                    format!("the post “{}”", post.en),
                )
            }
            Top::Role(role) => {
                let role = names.role(role);
                Text::new(
                    format!("角色“{}”", role.zh),
                    format!("the role “{}”", role.en),
                )
            }
        }
    }
}

impl Pick {
    /// In a word or two: Chinese before 的一人, English before "of".
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Pick::LeastLoaded => ("待办最少", "the least loaded"),
            Pick::Random => ("随机", "one at random"),
            Pick::InTurn => ("轮流", "one in turn"),
            Pick::Rule => ("规则指定", "by a rule"),
        }
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
