//! `expect:`: what must be true.

use std::collections::BTreeMap;

use crate::definition::{Outcome, StateKind};
use crate::dialect::map::{MapReader, key_word};
use crate::dialect::reader::{Reader, Word};
use crate::dialect::scalar;
use crate::dialect::tree::Node;
use crate::example::Expect;

use super::{Cx, known_calls, parts, people};

/// Largest round an example may expect.
const ROUND_MAX: u32 = 1_000;

/// Reads what must be true.
pub fn expect(reader: &mut Reader, cx: &Cx<'_>, node: &Node) -> Expect {
    let Some(mut map) = MapReader::open(reader, node, ("expect:", "expect:")) else {
        return Expect::default();
    };
    let line = reader.place(map.span).line;
    let found = Expect {
        line,
        result: map.get("result").and_then(|node| result(reader, cx, node)),
        waiting_on: map.get("waiting_on").map(|node| people(reader, cx, node)),
        skipped: map.get("skipped").map(|node| states(reader, cx, node)),
        path: map.get("path").map(|node| states(reader, cx, node)),
        ran: map.get("ran").map(|node| calls(reader, cx, node)),
        mailed: map.get("mailed").map(|node| mails(reader, cx, node)),
        told: map.get("told").map(|node| parts(reader, cx, node)),
        events: map.get("events").map(|node| events(reader, cx, node)),
        reminded: map.get("reminded").map(|node| people(reader, cx, node)),
        added: map.get("added").map(|node| added(reader, cx, node)),
        round: map
            .get("round")
            .and_then(|node| scalar::count(reader, node, 1, ROUND_MAX)),
        values: map
            .get("values")
            .and_then(|node| super::values(reader, cx, node)),
        refused: map
            .get("refused")
            .and_then(|node| scalar::id(reader, node))
            .map(|word| word.text),
    };
    map.close(reader);
    found
}

fn result(reader: &mut Reader, cx: &Cx<'_>, node: &Node) -> Option<String> {
    let word = scalar::text(reader, node)?;
    let mut known = vec![
        "approved",
        "rejected",
        "withdrawn",
        "cancelled",
        "held",
        "suspended",
        "revoked",
        "running",
    ];
    known.extend(cx.states.iter().filter_map(|state| match &state.kind {
        StateKind::End { outcome, .. } => Some(Outcome::word(outcome)),
        StateKind::Draft { .. }
        | StateKind::Approve(_)
        | StateKind::Work { .. }
        | StateKind::Rule { .. }
        | StateKind::Run(_)
        | StateKind::Choose { .. }
        | StateKind::Mail { .. }
        | StateKind::WaitFor { .. }
        | StateKind::WaitUntil { .. }
        | StateKind::Subflow { .. }
        | StateKind::Together { .. } => None,
    }));
    if known.contains(&word.text.as_str()) {
        return Some(word.text);
    }
    let mut seen = std::collections::BTreeSet::new();
    known.retain(|word| seen.insert(*word));
    scalar::unknown_word(reader, &word, known);
    None
}

/// States; a branch is named by its id too.
fn states(reader: &mut Reader, cx: &Cx<'_>, node: &Node) -> Vec<String> {
    let words = scalar::words(reader, node);
    words
        .into_iter()
        .filter(|word| cx.names.state(reader, word).is_some())
        .map(|word| word.text)
        .collect()
}

fn calls(reader: &mut Reader, cx: &Cx<'_>, node: &Node) -> Vec<String> {
    let known = known_calls(cx);
    let mut found = Vec::new();
    for word in scalar::words(reader, node) {
        if known.contains(&word.text.as_str()) {
            found.push(word.text);
        } else {
            let what = (
                "本流程调用的规则、模块动作或子流程",
                "rule, effect or subflow used by this flow",
            );
            reader.unknown("unknown-call", &word, what, known.iter().copied());
        }
    }
    found
}

fn mails(reader: &mut Reader, cx: &Cx<'_>, node: &Node) -> Vec<String> {
    let words = scalar::words(reader, node);
    words
        .into_iter()
        .filter(|word| cx.names.mail(reader, word))
        .map(|word| word.text)
        .collect()
}

fn events(reader: &mut Reader, cx: &Cx<'_>, node: &Node) -> Vec<String> {
    let known = &cx.names.catalog.events;
    let mut found = Vec::new();
    for word in scalar::words(reader, node) {
        if known.contains_key(&word.text) {
            found.push(word.text);
        } else {
            let known = known.keys().map(String::as_str);
            reader.unknown("unknown-event", &word, ("事件", "event"), known);
        }
    }
    found
}

fn added(reader: &mut Reader, cx: &Cx<'_>, node: &Node) -> BTreeMap<String, Vec<String>> {
    let mut found = BTreeMap::new();
    let Some(map) = MapReader::open(reader, node, ("added:", "added:")) else {
        return found;
    };
    for (key, node) in map.written() {
        let word: Word = key_word(key);
        let known = cx.names.state(reader, &word).is_some();
        let who = people(reader, cx, node);
        if known {
            found.insert(word.text, who);
        }
    }
    found
}
