//! Rules that name people: each name in them must exist.

use super::within;
use crate::diagnostic::Diagnostic;
use crate::dialect::kinds;
use crate::dialect::names::Names;
use crate::dialect::reader::{Reader, Word};
use crate::dialect::scalar;
use crate::dialect::tree::{Node, Span};
use crate::field::FieldKind;
use crate::people::{Mention, PeopleError, PeopleRule};
use crate::text::Text;
use crate::turn::RULE_PEOPLE;

/// A rule that names people.
pub fn people_rule(reader: &mut Reader, names: &Names<'_>, node: &Node) -> Option<PeopleRule> {
    let word = scalar::text(reader, node)?;
    match PeopleRule::parse_located(&word.text) {
        Ok((rule, mentions)) => {
            for found in mentions {
                let at = (found.offset, found.offset + found.len);
                let span = within(reader, node, at).unwrap_or(node.span);
                let span = name_alone(reader.source().slice(span), span);
                mention(reader, names, &found.mention, span);
            }
            Some(rule)
        }
        Err(error) => {
            push_people_error(reader, node, error);
            None
        }
    }
}

/// The name in `role/name` or `record.name`: that is what a fix replaces.
fn name_alone(text: &str, span: Span) -> Span {
    let before = text
        .find('/')
        .map(|slash| slash + 1)
        .or_else(|| text.starts_with("record.").then_some("record.".len()));
    Span {
        start: span.start + before.unwrap_or(0),
        end: span.end,
    }
}

fn push_people_error(reader: &mut Reader, node: &Node, error: PeopleError) {
    let exact = within(reader, node, (error.offset, error.offset + error.len));
    let place = reader.place(exact.unwrap_or(node.span));
    let mut fault = Diagnostic::error(
        "people-rule",
        place.clone(),
        error.message.zh,
        error.message.en,
    );
    fault.hint = error.hint;
    if let (Some(fix), Some(_)) = (error.fix, exact) {
        let title = Text::new(format!("改为 {fix}"), format!("Change to {fix}"));
        fault = fault.fix(title, place, fix);
    }
    reader.push(fault);
}

/// Checks one name of a people rule. People and units are checked where the organisation is loaded.
fn mention(reader: &mut Reader, names: &Names<'_>, mention: &Mention, span: Span) {
    let catalog = names.catalog;
    let word = |text: &str| Word {
        text: text.to_owned(),
        span,
    };
    match mention {
        Mention::Role(id) if !catalog.roles.contains_key(id) => {
            let known = catalog.roles.keys().map(String::as_str);
            reader.unknown("unknown-role", &word(id), ("角色", "role"), known);
        }
        Mention::Post(id) if !catalog.posts.contains(id) => {
            let known = catalog.posts.iter().map(String::as_str);
            reader.unknown("unknown-post", &word(id), ("岗位", "post"), known);
        }
        Mention::User(id) if !catalog.people.is_empty() && !catalog.people.contains(id) => {
            let known = catalog.people.iter().map(String::as_str);
            reader.unknown("unknown-person", &word(id), ("人员", "person"), known);
        }
        Mention::Unit(id) if !catalog.units.is_empty() && !catalog.units.contains(id) => {
            let known = catalog.units.iter().map(String::as_str);
            reader.unknown("unknown-unit", &word(id), ("部门", "unit"), known);
        }
        Mention::PeopleField(path) => {
            field_of(reader, names, &word(path), &FieldKind::Person);
        }
        Mention::UnitField(path) => {
            field_of(reader, names, &word(path), &FieldKind::Department);
        }
        Mention::AnyField(path) => {
            let record = names.record();
            if !names.open && record.field_kind(path).is_none() {
                let known = names.entity.fields.iter();
                let known = known.map(|field| field.name.as_str());
                reader.unknown("unknown-field", &word(path), ("字段", "field"), known);
            }
        }
        Mention::State(id) => {
            names.state(reader, &word(id));
        }
        Mention::Rule(id, give) => rule(reader, names, &word(id), give),
        Mention::Role(_)
        | Mention::Post(_)
        | Mention::User(_)
        | Mention::Unit(_)
        | Mention::Choice => {}
    }
}

/// A rule that names people: it exists, takes what it is given, and gives `people`.
fn rule(reader: &mut Reader, names: &Names<'_>, word: &Word, give: &[String]) {
    let rules = &names.catalog.rules;
    let Some(known) = rules.get(&word.text) else {
        let known = rules.keys().map(String::as_str);
        reader.unknown("unknown-rule", word, ("规则", "rule"), known);
        return;
    };
    if !known.gives.iter().any(|port| port.name == RULE_PEOPLE) {
        reader.error(
            "rule-names-nobody",
            word.span,
            (
                format!("规则“{}”没有输出 people，不能用来找人", word.text),
                format!(
                    "The rule “{}” has no output people, so it names nobody",
                    word.text
                ),
            ),
            (
                "请换一条规则，或在规则的 gives: 里加上 people（一个人员编号，或一列）",
                "Use another rule, or declare people (the id of a person, or a list) under its gives:",
            ),
        );
    }
    let given = |input: &str| {
        give.iter()
            .any(|path| path.rsplit('.').next() == Some(input))
    };
    let missing = known.takes.iter().filter(|port| port.required);
    for port in missing.filter(|port| !given(&port.name)) {
        reader.error(
            "input-missing",
            word.span,
            (
                format!("规则“{}”需要输入 {}", word.text, port.name),
                format!("The rule “{}” needs the input {}", word.text, port.name),
            ),
            (
                "在规则后面写 given record.字段，字段名与输入相同",
                "Write given record.<field> after the rule; the field is named like the input",
            ),
        );
    }
}

fn field_of(reader: &mut Reader, names: &Names<'_>, word: &Word, due: &FieldKind) {
    if names.open {
        return;
    }
    let record = names.record();
    let Some(kind) = record.field_kind(&word.text) else {
        let known = names.entity.fields.iter();
        let known = known.map(|field| field.name.as_str());
        reader.unknown("unknown-field", word, ("字段", "field"), known);
        return;
    };
    if *kind != *due {
        let (is, due) = (kinds::words(kind), kinds::words(due));
        reader.error(
            "wrong-type",
            word.span,
            (
                format!("“{}”是{}，这里要{}", word.text, is.zh, due.zh),
                format!("“{}” is {}, but {} is due here", word.text, is.en, due.en),
            ),
            ("换一个类型相符的字段", "Use a field of that type"),
        );
    }
}
