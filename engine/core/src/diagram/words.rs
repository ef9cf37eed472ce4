//! What a state is, in words.

use crate::condition::{Expr, Kind};
use crate::definition::{Approve, Definition, Join, Needs, Outcome, PeopleRef, State, StateKind};
use crate::people::Names;
use crate::text::{Lang, Text};
use crate::value::Value;

/// What sort of state it is.
pub(crate) fn kind(kind: &StateKind) -> Text {
    match kind {
        StateKind::Draft { .. } => Text::new("填写", "draft"),
        StateKind::Approve(_) => Text::new("审批", "approval"),
        StateKind::Work { .. } => Text::new("办理", "work"),
        StateKind::Rule { .. } => Text::new("规则", "rule"),
        StateKind::Run(_) => Text::new("自动执行", "automatic"),
        StateKind::Choose { .. } => Text::new("选择", "choice"),
        StateKind::Mail { .. } => Text::new("发消息", "message"),
        StateKind::WaitFor { .. } | StateKind::WaitUntil { .. } => Text::new("等待", "wait"),
        StateKind::Subflow { .. } => Text::new("子流程", "subflow"),
        StateKind::Together { .. } => Text::new("并行", "in parallel"),
        StateKind::End { .. } => Text::new("结束", "end"),
    }
}

/// Its CSS class.
pub(super) fn class(kind: &StateKind) -> &'static str {
    match kind {
        StateKind::Draft { .. } => "dg-draft",
        StateKind::Approve(_) => "dg-approve",
        StateKind::Work { .. } => "dg-work",
        StateKind::Rule { .. } => "dg-rule",
        StateKind::Run(_) => "dg-run",
        StateKind::Choose { .. } => "dg-choose",
        StateKind::Mail { .. } => "dg-mail",
        StateKind::WaitFor { .. } | StateKind::WaitUntil { .. } => "dg-wait",
        StateKind::Subflow { .. } => "dg-subflow",
        StateKind::Together { .. } => "dg-together",
        StateKind::End { .. } => "dg-end",
    }
}

/// The facts below its name: who, how many, how long, or what runs.
pub(super) fn facts(def: &Definition, state: &State, names: &dyn Names) -> Vec<Text> {
    let mut facts = vec![];
    match &state.kind {
        StateKind::Draft { by } => facts.push(people(def, std::slice::from_ref(by), names)),
        StateKind::Approve(approve) => {
            facts.push(people(def, &approve.by, names));
            facts.extend(needs(approve));
        }
        StateKind::Work { by, .. } => facts.push(people(def, by, names)),
        StateKind::Mail { to, .. } => facts.push(people(def, to, names)),
        StateKind::Rule { label, .. } => facts.extend(title(state, label)),
        StateKind::Run(run) => facts.extend(title(state, &run.label)),
        StateKind::WaitFor { name, .. } => facts.push(name.clone()),
        StateKind::WaitUntil { time } => {
            let time = condition(time);
            facts.push(Text::new(
                format!("到 {}", time.zh),
                format!("until {}", time.en),
            ));
        }
        StateKind::Subflow { flow, beside, .. } => {
            facts.push(names.flow(flow));
            if *beside {
                facts.push(Text::new("不等待", "not waited for"));
            }
        }
        StateKind::Together { needs, .. } => facts.push(join(*needs)),
        StateKind::Choose { .. } | StateKind::End { .. } => {}
    }
    facts.extend(within(state));
    facts
}

/// What people call a rule or an effect, unless the state is called the same.
fn title(state: &State, label: &Text) -> Option<Text> {
    let says_more = label.zh != state.name.zh && label.en != state.name.en;
    says_more.then(|| label.clone())
}

/// The time allowed; where a field tells terms apart, each of them.
fn within(state: &State) -> Option<Text> {
    let terms = match &state.deadline_by {
        Some(by) => by.terms.iter().map(|(_, term)| term.text()).collect(),
        None => vec![state.deadline?.text()],
    };
    let each = |pick: fn(&Text) -> &str| terms.iter().map(pick).collect::<Vec<_>>().join(" / ");
    Some(Text::new(
        format!("限 {}", each(|term| &term.zh)),
        format!("within {}", each(|term| &term.en)),
    ))
}

pub(super) fn people(def: &Definition, by: &[PeopleRef], names: &dyn Names) -> Text {
    let each: Vec<Text> = by
        .iter()
        .map(|who| match who {
            PeopleRef::Applicant => Text::new("发起人", "the applicant"),
            PeopleRef::Waiting => Text::new("待办人", "whoever is asked"),
            PeopleRef::Named(name) => def
                .people_rule(name)
                .map_or_else(|| Text::same(name), |rule| rule.brief(names)),
        })
        .collect();
    let join = |pick: fn(&Text) -> &str, between: &str| {
        each.iter().map(pick).collect::<Vec<_>>().join(between)
    };
    Text::new(join(|text| &text.zh, "、"), join(|text| &text.en, ", "))
}

/// How many must approve, where it is not the default.
fn needs(approve: &Approve) -> Option<Text> {
    match &approve.needs {
        Needs::Any => None,
        Needs::All => Some(Text::new("会签", "all must approve")),
        Needs::InOrder => Some(Text::new("依次审批", "one after the other")),
        Needs::Count(count) => Some(Text::new(
            format!("{count} 人同意"),
            format!("{count} approvals"),
        )),
        Needs::Percent(share) => Some(Text::new(
            format!("{share}% 同意"),
            format!("{share}% must approve"),
        )),
        Needs::Weighted { at_least, .. } => Some(Text::new(
            format!("票权合计 {at_least}"),
            format!("votes that weigh {at_least}"),
        )),
        Needs::Each(_) => Some(Text::new("各组分别同意", "each group must approve")),
    }
}

/// How a flow ends, as a word in a sentence.
pub(crate) fn outcome(outcome: &Outcome) -> Text {
    match outcome {
        Outcome::Approved => Text::new("同意", "approved"),
        Outcome::Rejected => Text::new("拒绝", "rejected"),
        Outcome::Withdrawn => Text::new("撤回", "withdrawn"),
        Outcome::Cancelled => Text::new("作废", "cancelled"),
        Outcome::Named(name) => Text::same(name),
    }
}

fn join(needs: Join) -> Text {
    match needs {
        Join::All => Text::new("全部分支完成", "all branches"),
        Join::Any => Text::new("任一分支完成", "any branch"),
        Join::Count(count) => Text::new(format!("{count} 个分支完成"), format!("{count} branches")),
    }
}

/// A condition with the names of its fields and the values of its constants in place of paths: "装载率 < 0.85".
pub(crate) fn condition(expr: &Expr) -> Text {
    Text::new(said(expr, Lang::Zh), said(expr, Lang::En))
}

/// A condition that an event recorded as it was written, as people read it; as it was written where the definition does not know it.
pub fn when(def: &Definition, written: &str) -> Text {
    let ways = def.states.iter().flat_map(|state| match &state.kind {
        StateKind::Choose { ways } => ways.as_slice(),
        _ => &[],
    });
    let of_states = def.states.iter().filter_map(|state| state.when.as_ref());
    let of_ways = ways.filter_map(|way| way.when.as_ref());
    let of_branches = def.regions.iter().filter_map(|region| region.when.as_ref());
    let mut known = of_states.chain(of_ways).chain(of_branches);
    known
        .find(|expr| expr.text == written)
        .map_or_else(|| Text::same(written), condition)
}

fn said(expr: &Expr, lang: Lang) -> String {
    let mut out = String::new();
    let mut rest = expr.text.trim();
    let mut between = false;
    while let Some(first) = rest.chars().next() {
        let length = if first == '"' {
            rest[1..].find('"').map_or(rest.len(), |end| end + 2)
        } else if first.is_ascii_alphabetic() || first == '_' {
            rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.'))
                .unwrap_or(rest.len())
        } else if ["<=", ">=", "!=", "=="]
            .iter()
            .any(|sign| rest.starts_with(sign))
        {
            2
        } else {
            first.len_utf8()
        };
        let (word, after) = rest.split_at(length);
        rest = after;
        if let Some((said, after)) = filled_in(word, rest, lang) {
            out.push_str(said);
            rest = after;
            continue;
        }
        if let Some(option) = option(expr, word, lang) {
            out.push_str(&option);
            continue;
        }
        let path = word.strip_prefix("record.").unwrap_or(word);
        match expr.input(path) {
            Some(input) => out.push_str(&match &input.constant {
                Some(Value::Number(number)) => number.to_string(),
                Some(Value::Text(text)) => format!("\"{text}\""),
                Some(_) | None => input.label.get(lang).to_owned(),
            }),
            None => out.push_str(keyword(word, lang, &mut between)),
        }
    }
    out
}

/// `is empty` and `is not empty` as people say it, with what follows.
fn filled_in<'a>(word: &str, rest: &'a str, lang: Lang) -> Option<(&'static str, &'a str)> {
    if word != "is" {
        return None;
    }
    if let Some(after) = rest.strip_prefix(" not empty") {
        return Some((lang.pick("已填写", "is filled in"), after));
    }
    let after = rest.strip_prefix(" empty")?;
    Some((lang.pick("未填写", "is not filled in"), after))
}

/// The name of an option in place of its id in quotes.
fn option(expr: &Expr, word: &str, lang: Lang) -> Option<String> {
    let id = word.strip_prefix('"')?.strip_suffix('"')?;
    let mut choices = expr.inputs().iter().filter_map(|input| {
        if let Kind::Choice { options } = &input.kind {
            options.iter().find(|(known, _)| known == id)
        } else {
            None
        }
    });
    choices
        .next()
        .map(|(_, name)| format!("“{}”", name.get(lang)))
}

/// The language's own words in Chinese; the `and` of `between` is another one than that of two conditions.
fn keyword<'a>(word: &'a str, lang: Lang, between: &mut bool) -> &'a str {
    let of_between = std::mem::replace(between, word == "between" || (*between && word != "and"));
    match (lang, word) {
        (_, "<=") => "≤",
        (_, ">=") => "≥",
        (_, "!=") => "≠",
        (_, "==") => "=",
        (Lang::En, _) => word,
        (Lang::Zh, "and") if of_between => "与",
        (Lang::Zh, "and") => "且",
        (Lang::Zh, "or") => "或",
        (Lang::Zh, "not") => "非",
        (Lang::Zh, "in") => "属于",
        (Lang::Zh, "between") => "介于",
        (Lang::Zh, "workday" | "workdays") => "个工作日",
        (Lang::Zh, "day" | "days") => "天",
        (Lang::Zh, "hour" | "hours") => "小时",
        (Lang::Zh, "minute" | "minutes") => "分钟",
        (Lang::Zh, _) => word,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::condition::{self, Names};

    struct Fields;

    impl Names for Fields {
        fn kind(&self, path: &str) -> Option<Kind> {
            let option = |id: &str, zh: &str, en: &str| (id.to_owned(), Text::new(zh, en));
            Some(match path {
                "bearer" => Kind::Choice {
                    options: vec![
                        option("us", "我方", "Us"),
                        option("customer", "客户", "Customer"),
                    ],
                },
                "urgent" => Kind::Flag,
                _ => Kind::Number {
                    decimals: None,
                    currency: None,
                },
            })
        }

        fn label(&self, path: &str) -> Option<Text> {
            match path {
                "bearer" => Some(Text::new("费用承担", "Borne by")),
                "rate" => Some(Text::new("装载率", "Load rate")),
                "urgent" => Some(Text::new("加急", "Urgent")),
                _ => None,
            }
        }

        fn constant(&self, path: &str) -> Option<Value> {
            (path == "tables.load.pass").then(|| Value::Number("0.85".parse().unwrap()))
        }

        fn known(&self) -> Vec<String> {
            vec![]
        }
    }

    #[test]
    fn conditions_are_said_with_labels_options_and_constants() {
        for (text, zh, en) in [
            (
                "record.rate < tables.load.pass",
                "装载率 < 0.85",
                "Load rate < 0.85",
            ),
            (
                "bearer is empty or bearer == \"us\" and not urgent",
                "费用承担 未填写 或 费用承担 = “我方” 且 非 加急",
                "Borne by is not filled in or Borne by = “Us” and not Urgent",
            ),
            (
                "rate between 0.5 and 0.7 and bearer is not empty",
                "装载率 介于 0.5 与 0.7 且 费用承担 已填写",
                "Load rate between 0.5 and 0.7 and Borne by is filled in",
            ),
            (
                "bearer in [\"us\", \"customer\"]",
                "费用承担 属于 [“我方”, “客户”]",
                "Borne by in [“Us”, “Customer”]",
            ),
        ] {
            let said = condition(&condition::compile(text, &Fields).unwrap());
            assert_eq!((said.zh.as_str(), said.en.as_str()), (zh, en));
        }
    }

    /// What runs is called as its module and its script call it, not by its id.
    #[test]
    fn rules_and_effects_are_said_by_their_titles() {
        use crate::diagram::example::{repair_order, shipment_release};
        let mut said = vec![];
        for mut def in [shipment_release(), repair_order()] {
            for state in &mut def.states {
                match &mut state.kind {
                    StateKind::Rule { label, .. } => {
                        *label = Text::new("按质保条款", "By the terms")
                    }
                    StateKind::Run(run) => run.label = Text::new("在 ERP 中放行", "Release"),
                    _ => {}
                }
            }
            let ours =
                |kind: &StateKind| matches!(kind, StateKind::Rule { .. } | StateKind::Run(_));
            for state in def.states.iter().filter(|state| ours(&state.kind)) {
                let first = facts(&def, state, &crate::people::Ids).remove(0);
                said.push(first.zh);
            }
        }
        assert!(said.contains(&"按质保条款".to_owned()), "{said:?}");
        assert!(said.contains(&"在 ERP 中放行".to_owned()), "{said:?}");
        assert!(said.iter().all(|one| !one.contains('.')), "{said:?}");
    }
}
