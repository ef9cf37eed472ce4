//! The sections beside the states: figures, people, policies, proxies, mails.

use std::collections::BTreeSet;

use crate::definition::{Definition, MailTemplate, PeopleRef, StateKind};
use crate::text::Text;
use crate::value::Value;

use super::fact::{Fact, compare as facts_differ};
use super::words::{list, quoted};
use super::{Both, Changed, Weight, policies};

pub(super) fn compare(both: &Both<'_>) -> Vec<Changed> {
    let whole = Text::default();
    let mut changes = facts_differ(&whole, "tables", &tables(both.old), &tables(both.new));
    let (old, new) = (people(both, both.old), people(both, both.new));
    changes.extend(facts_differ(&whole, "people", &old, &new));
    let policy = |def: &Definition| policies::facts(def, both.names);
    changes.extend(facts_differ(
        &whole,
        "policies",
        &policy(both.old),
        &policy(both.new),
    ));
    changes.extend(facts_differ(
        &whole,
        "mails",
        &mails(both.old),
        &mails(both.new),
    ));
    changes
}

/// A figure as an admin writes it.
pub(super) fn value_word(value: &Value) -> String {
    match value {
        Value::Empty => String::new(),
        Value::Flag(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        Value::Date(day) => day.to_string(),
        Value::Time(at) => at.0.to_string(),
        Value::List(_) | Value::Map(_) => serde_json::to_string(value).unwrap_or_default(),
    }
}

fn tables(def: &Definition) -> Vec<Fact> {
    let mut facts = Vec::new();
    for (table, keys) in &def.tables {
        for (key, value) in keys {
            let (zh, en) = (
                format!("阈值“{table}.{key}”"),
                format!("the figure “{table}.{key}”"),
            );
            facts.push(Fact::new(
                Weight::Condition,
                format!("{table}.{key}"),
                (&zh, &en),
                Text::same(value_word(value)),
            ));
        }
    }
    facts
}

fn people(both: &Both<'_>, def: &Definition) -> Vec<Fact> {
    let mut facts = Vec::new();
    for (name, rule) in &def.people {
        let used = used_in(def, name);
        let (used_zh, used_en) = if used.zh.is_empty() {
            (String::new(), String::new())
        } else {
            (
                format!("（用于{}）", used.zh),
                format!(" (asked in {})", used.en),
            )
        };
        let (zh, en) = (
            format!("人员“{name}”{used_zh}"),
            format!("who “{name}” is{used_en}"),
        );
        let said = rule.text(both.names);
        facts.push(Fact::new(Weight::People, name, (&zh, &en), said).equal_by(format!("{rule:?}")));
    }
    facts
}

/// The states that ask somebody by this name.
fn used_in(def: &Definition, name: &str) -> Text {
    let named = |refs: &[PeopleRef]| {
        refs.iter()
            .any(|who| matches!(who, PeopleRef::Named(known) if known == name))
    };
    let mut seen = BTreeSet::new();
    let names: Vec<Text> = def
        .states
        .iter()
        .filter(|state| match &state.kind {
            StateKind::Draft { by } => named(std::slice::from_ref(by)),
            StateKind::Approve(approve) => named(&approve.by),
            StateKind::Work { by, .. } => named(by),
            StateKind::Mail { to, .. } => named(to),
            StateKind::Rule { .. }
            | StateKind::Run(_)
            | StateKind::Choose { .. }
            | StateKind::WaitFor { .. }
            | StateKind::WaitUntil { .. }
            | StateKind::Subflow { .. }
            | StateKind::Together { .. }
            | StateKind::End { .. } => false,
        })
        .filter(|state| seen.insert(state.id.clone()))
        .map(|state| quoted(&state.name))
        .collect();
    list(&names)
}

fn mails(def: &Definition) -> Vec<Fact> {
    let one = |(name, mail): (&String, &MailTemplate)| {
        let (zh, en) = (format!("邮件“{name}”"), format!("the mail “{name}”"));
        let texts = mail.subject.iter().chain(&mail.text);
        let same: Vec<&str> = texts.map(|template| template.text.as_str()).collect();
        Fact::new(Weight::Words, name, (&zh, &en), Text::default()).equal_by(same.join("\n"))
    };
    def.mails.iter().map(one).collect()
}
