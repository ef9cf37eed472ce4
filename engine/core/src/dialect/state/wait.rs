//! States that stand still: `wait:` and `subflow:`.

use crate::definition::{ForEach, Join, Outcome, State, StateKind, Target};
use crate::dialect::lean;
use crate::dialect::map::MapReader;
use crate::dialect::reader::{Reader, Word};
use crate::dialect::scalar;
use crate::dialect::tree::{Node, Span};
use crate::field::FieldKind;

use super::{Cx, target, together};

/// `wait: {for: event}`, with a `name:` where it has another one here than its module gives it, or `wait: {until: time}`.
pub fn wait(reader: &mut Reader, cx: &Cx<'_, '_>, map: &mut MapReader<'_>) -> Option<StateKind> {
    let mut map = MapReader::open(reader, map.get("wait")?, ("wait:", "wait:"))?;
    let event = map.get("for");
    let time = map.get("until");
    let own = match map.entry("name") {
        Some((key, _)) if event.is_none() => {
            name_of_no_event(reader, key.span);
            None
        }
        Some((_, node)) => scalar::names(reader, node),
        None => None,
    };
    let span = map.span;
    map.close(reader);
    match (event, time) {
        (Some(node), None) => {
            let word = scalar::text(reader, node)?;
            let events = &cx.names.catalog.events;
            let Some(known) = events.get(&word.text) else {
                let known = events.keys().map(String::as_str);
                reader.unknown("unknown-event", &word, ("事件", "event"), known);
                return None;
            };
            Some(StateKind::WaitFor {
                event: word.text,
                name: own.unwrap_or_else(|| known.clone()),
            })
        }
        (None, Some(node)) => {
            let time = lean::time(reader, cx.names, node)?;
            Some(StateKind::WaitUntil { time })
        }
        (Some(_), Some(_)) | (None, None) => {
            reader.error(
                "wait-for-what",
                span,
                (
                    "要写等什么：for: 事件，或 until: 时间，二选一",
                    "Say what is waited for: one of for: an event and until: a time",
                ),
                (
                    "例如 {for: parts.received} 或 {until: finished_on + 3 days}",
                    "For example {for: parts.received} or {until: finished_on + 3 days}",
                ),
            );
            None
        }
    }
}

/// A time says itself what is waited for.
fn name_of_no_event(reader: &mut Reader, span: Span) {
    reader.error(
        "wait-name-unfit",
        span,
        (
            "wait: 里的 name: 是事件的名称；等到一个时间时它没有作用",
            "The name: in wait: is what the event is called; it does nothing with a time",
        ),
        (
            "删去它；节点自己的名称写在节点的 name:",
            "Take it out; the state's own name stands in its name:",
        ),
    );
}

/// `subflow: {flow, link, beside, for_each, as, needs, outcomes}`.
pub fn subflow(
    reader: &mut Reader,
    cx: &Cx<'_, '_>,
    map: &mut MapReader<'_>,
    state: &State,
) -> Option<StateKind> {
    let mut map = MapReader::open(reader, map.get("subflow")?, ("subflow:", "subflow:"))?;
    let word = map.need("flow").and_then(|node| scalar::text(reader, node));
    let link = map.get("link").and_then(|node| scalar::id(reader, node));
    let beside = match map.get("beside") {
        Some(node) => scalar::flag(reader, node).unwrap_or_default(),
        None => false,
    };
    let each = map
        .entry("for_each")
        .and_then(|(_, node)| scalar::text(reader, node));
    let as_field = map.get("as").and_then(|node| scalar::id(reader, node));
    let needs = map
        .get("needs")
        .and_then(|node| together::join(reader, node, CHILDREN_NAMED_MAX));
    let outcomes = map
        .get("outcomes")
        .map(|node| outcomes(reader, cx, node, state));
    let unfit = [
        (map.has("as") && each.is_none(), "as"),
        (map.has("needs") && (each.is_none() || beside), "needs"),
        (map.has("outcomes") && beside, "outcomes"),
    ];
    let span = map.span;
    map.close(reader);
    for (_, key) in unfit.into_iter().filter(|(unfit, _)| *unfit) {
        reader.error(
            "subflow-key-unfit",
            span,
            (
                format!("{key}: 在这里没有作用"),
                format!("{key}: does nothing here"),
            ),
            (
                "as: 和 needs: 要和 for_each: 一起写；beside: true 时不等结果，不写 needs: 和 outcomes:",
                "as: and needs: go with for_each:; with beside: true nobody waits, so leave out needs: and outcomes:",
            ),
        );
    }
    let each = match each {
        Some(word) => Some(for_each(reader, cx, &word, as_field)?),
        None => None,
    };
    let word = word?;
    let flows = &cx.names.catalog.flows;
    if !flows.contains(&word.text) {
        let known = flows.iter().map(String::as_str);
        reader.unknown("unknown-flow", &word, ("流程", "flow"), known);
        return None;
    }
    Some(StateKind::Subflow {
        flow: word.text,
        link: link.map(|word| word.text),
        beside,
        each,
        needs: needs.unwrap_or(Join::All),
        outcomes: outcomes.unwrap_or_default(),
    })
}

/// Most children that `needs:` may ask for.
const CHILDREN_NAMED_MAX: usize = 200;

/// A table field of the record, or a name from `people:`.
fn for_each(
    reader: &mut Reader,
    cx: &Cx<'_, '_>,
    word: &Word,
    as_field: Option<Word>,
) -> Option<ForEach> {
    let field = cx.names.field_type(&word.text);
    if field.is_some_and(|field| matches!(field.kind, FieldKind::Table { .. })) {
        return Some(ForEach::Rows(word.text.clone()));
    }
    if field.is_some() {
        reader.error(
            "for-each-not-a-table",
            word.span,
            (
                format!("字段“{}”不是子表，没有行", word.text),
                format!("The field “{}” is not a table and has no rows", word.text),
            ),
            (
                "写一个子表字段（type: table），或 people: 里的名称",
                "Name a table field (type: table), or a name from people:",
            ),
        );
        return None;
    }
    let who = cx.names.people(reader, word)?;
    let Some(field) = as_field else {
        reader.error(
            "for-each-as-due",
            word.span,
            (
                "每人一个子流程时，要写子流程里填这个人的字段",
                "With one subflow per person, the field of the subflow that names the person is needed",
            ),
            ("加上 as: 字段名", "Add as: and the field"),
        );
        return None;
    };
    Some(ForEach::People {
        who,
        field: field.text,
    })
}

/// `outcomes: {late: {go: expedite}, rejected: end}`.
fn outcomes(
    reader: &mut Reader,
    cx: &Cx<'_, '_>,
    node: &Node,
    state: &State,
) -> Vec<(Outcome, Target)> {
    let what = ("结果", "outcomes");
    let Some(map) = MapReader::open(reader, node, what) else {
        return vec![];
    };
    let mut found = Vec::new();
    for (key, node) in map.written() {
        let word = super::key_word(key);
        if !scalar::check_id(reader, &word) {
            continue;
        }
        if word.text == "approved" {
            reader.error(
                "approved-goes-on",
                key.span,
                (
                    "子流程同意后走 if_approved: 或下一个节点",
                    "An approved subflow leads where if_approved: says, or to the next state",
                ),
                ("改写 if_approved:", "Write if_approved: instead"),
            );
            continue;
        }
        let target = way(reader, cx, node, state);
        found.extend(target.map(|target| (Outcome::of_word(&word.text), target)));
    }
    found
}

/// `{go: …}`, `{back_to: …}` or `end`.
fn way(reader: &mut Reader, cx: &Cx<'_, '_>, node: &Node, state: &State) -> Option<Target> {
    if node.scalar().is_some_and(|scalar| scalar.text == "end") {
        return Some(Target::Reject);
    }
    let mut map = MapReader::open(reader, node, ("去向", "way"))?;
    let (go, back) = (map.get("go"), map.get("back_to"));
    let span = map.span;
    map.close(reader);
    match (go, back) {
        (Some(node), None) => {
            let word = scalar::text(reader, node)?;
            target::go_to(reader, cx.names, state.region, &word)
        }
        (None, Some(node)) => {
            let word = scalar::text(reader, node)?;
            target::back_to(reader, cx.names, state.region, &word)
        }
        (Some(_), Some(_)) | (None, None) => {
            reader.error(
                "way-unclear",
                span,
                (
                    "要写 go:（去）或 back_to:（退回）其中一个",
                    "Write one of go: and back_to:",
                ),
                (
                    "例如 {go: refused} 或 {back_to: draft}",
                    "For example {go: refused} or {back_to: draft}",
                ),
            );
            None
        }
    }
}
