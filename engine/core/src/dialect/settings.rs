//! The short sections before the states: `tables:`, `people:`, `proxy:`, `mails:`.

use std::collections::BTreeMap;

use crate::calendar::TermUnit;
use crate::definition::{MailTemplate, Proxy, Revocation};
use crate::people::PeopleRule;
use crate::value::Value;

use super::lean;
use super::map::{MapReader, key_word};
use super::names::Names;
use super::policies::policy;
use super::reader::Reader;
use super::scalar;
use super::tree::Node;
use super::value;

/// `tables:` by table and key.
pub type Tables = BTreeMap<String, BTreeMap<String, Value>>;

/// `tables:`: constants by table and key.
pub fn tables(reader: &mut Reader, node: &Node) -> Tables {
    let mut found = Tables::new();
    let Some(list) = MapReader::open(reader, node, ("阈值表", "list of tables")) else {
        return found;
    };
    for (key, node) in list.written() {
        let name = key_word(key);
        let named = scalar::check_id(reader, &name);
        let Some(table) = MapReader::open(reader, node, ("表", "table")) else {
            continue;
        };
        let mut values = BTreeMap::new();
        for (key, node) in table.written() {
            let word = key_word(key);
            let fine = scalar::check_id(reader, &word);
            match value::constant(reader, node) {
                Some(value) if fine => {
                    values.insert(word.text, value);
                }
                Some(_) | None => {
                    let path = format!("tables.{}.{}", name.text, word.text);
                    reader.unreadable.insert(path);
                }
            }
        }
        if named {
            found.insert(name.text, values);
        }
    }
    found
}

/// Words under `people:` that always mean somebody.
const RESERVED_PEOPLE: [&str; 2] = ["applicant", "waiting"];

/// The names under `people:`, before their rules can be read.
pub fn people_names(reader: &mut Reader, node: &Node) -> Vec<String> {
    let Some(list) = MapReader::open(reader, node, ("人员表", "list of people")) else {
        return vec![];
    };
    let mut found = Vec::new();
    for (key, _) in list.written() {
        let word = key_word(key);
        if RESERVED_PEOPLE.contains(&word.text.as_str()) {
            reader.error(
                "reserved-name",
                word.span,
                (
                    format!("“{}”有固定含义，不用也不能定义", word.text),
                    format!(
                        "“{}” has a fixed meaning and is not defined here",
                        word.text
                    ),
                ),
                ("换一个名字", "Choose another name"),
            );
        } else if scalar::check_id(reader, &word) {
            found.push(word.text);
        }
    }
    found
}

/// The rules under `people:`, in file order.
pub fn people(reader: &mut Reader, names: &Names<'_>, node: &Node) -> Vec<(String, PeopleRule)> {
    let entries = node.entries().unwrap_or_default();
    let mut found = Vec::new();
    for (key, node) in entries {
        if let Some(rule) = lean::people_rule(reader, names, node) {
            found.push((key.text.clone(), rule));
        }
    }
    found
}

/// Longest time for revoking what was approved.
const REVOCATION_DAYS_MAX: u32 = 3_650;

/// `revocation: {flow, days}`.
pub fn revocation(reader: &mut Reader, names: &Names<'_>, node: &Node) -> Option<Revocation> {
    let mut map = MapReader::open(reader, node, ("revocation:", "revocation:"))?;
    let word = map.need("flow").and_then(|node| scalar::text(reader, node));
    let days = map
        .get("days")
        .and_then(|node| scalar::count(reader, node, 1, REVOCATION_DAYS_MAX));
    map.close(reader);
    let word = word?;
    let flows = &names.catalog.flows;
    if !flows.contains(&word.text) {
        let known = flows.iter().map(String::as_str);
        reader.unknown("unknown-flow", &word, ("流程", "flow"), known);
        return None;
    }
    Some(Revocation {
        flow: word.text,
        days,
    })
}

/// `proxy:`.
pub fn proxy(reader: &mut Reader, names: &Names<'_>, node: &Node) -> Proxy {
    let Some(mut map) = MapReader::open(reader, node, ("代理设置", "proxy setting")) else {
        return Proxy::default();
    };
    let to = policy(
        reader,
        &mut map,
        "to",
        &[("same_role", false), ("anyone", true)],
    );
    let refuse_chain = policy(
        reader,
        &mut map,
        "chain",
        &[("refuse", true), ("follow", false)],
    );
    let longest_days = map.get("longest").and_then(|node| {
        let term = lean::term(reader, node)?;
        if term.unit == TermUnit::Days {
            return Some(term.count);
        }
        reader.error(
            "days-due",
            node.span,
            (
                "代理最长时间按天算",
                "The longest absence is counted in days",
            ),
            ("例如 14 days", "For example 14 days"),
        );
        None
    });
    let mut not_for = Vec::new();
    if let Some(node) = map.get("not_for") {
        for word in scalar::words(reader, node) {
            if names.state(reader, &word).is_some() {
                not_for.push(word.text);
            }
        }
    }
    map.close(reader);
    Proxy {
        same_role: to == Some(false),
        anyone: to == Some(true),
        longest_days,
        refuse_chain: refuse_chain.unwrap_or_default(),
        not_for,
    }
}

/// The mail names, before the texts can be read.
pub fn mail_names(reader: &mut Reader, node: &Node) -> Vec<String> {
    let Some(list) = MapReader::open(reader, node, ("邮件表", "list of mails")) else {
        return vec![];
    };
    let mut found = Vec::new();
    for (key, _) in list.written() {
        let word = key_word(key);
        if scalar::check_id(reader, &word) {
            found.push(word.text);
        }
    }
    found
}

/// `mails:` by name.
pub fn mails(
    reader: &mut Reader,
    names: &Names<'_>,
    node: &Node,
) -> BTreeMap<String, MailTemplate> {
    let mut found = BTreeMap::new();
    for (key, node) in node.entries().unwrap_or_default() {
        let Some(mut map) = MapReader::open(reader, node, ("邮件", "mail")) else {
            continue;
        };
        let subject = map
            .need("subject")
            .and_then(|node| both(reader, names, node));
        let text = map.need("text").and_then(|node| both(reader, names, node));
        map.close(reader);
        if let (Some(subject), Some(text)) = (subject, text) {
            found.insert(key.text.clone(), MailTemplate { subject, text });
        }
    }
    found
}

type Both = [crate::template::Template; 2];

fn both(reader: &mut Reader, names: &Names<'_>, node: &Node) -> Option<Both> {
    // A text in one language only, or none: said by the reader of names.
    if node.entries().is_none() {
        scalar::names(reader, node);
        return None;
    }
    let mut map = MapReader::open(reader, node, ("中英文文字", "text in two languages"))?;
    let mut read = |reader: &mut Reader, key: &'static str| {
        let node = map.get(key);
        scalar::language(reader, &mut map, key)?;
        let node = node?;
        lean::template(reader, names, node)
    };
    let zh = read(reader, "zh");
    let en = read(reader, "en");
    map.close(reader);
    Some([zh?, en?])
}
