//! States that stand still: `wait:` and `subflow:`.

use crate::definition::StateKind;
use crate::dialect::lean;
use crate::dialect::map::MapReader;
use crate::dialect::reader::Reader;
use crate::dialect::scalar;

use super::Cx;

/// `wait: {for: event}` or `wait: {until: time}`.
pub fn wait(reader: &mut Reader, cx: &Cx<'_, '_>, map: &mut MapReader<'_>) -> Option<StateKind> {
    let mut map = MapReader::open(reader, map.get("wait")?, ("wait:", "wait:"))?;
    let event = map.get("for");
    let time = map.get("until");
    let span = map.span;
    map.close(reader);
    match (event, time) {
        (Some(node), None) => {
            let word = scalar::text(reader, node)?;
            let events = &cx.names.catalog.events;
            if !events.contains(&word.text) {
                let known = events.iter().map(String::as_str);
                reader.unknown("unknown-event", &word, ("事件", "event"), known);
                return None;
            }
            Some(StateKind::WaitFor { event: word.text })
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

/// `subflow: {flow, link, beside}`.
pub fn subflow(reader: &mut Reader, cx: &Cx<'_, '_>, map: &mut MapReader<'_>) -> Option<StateKind> {
    let mut map = MapReader::open(reader, map.get("subflow")?, ("subflow:", "subflow:"))?;
    let word = map.need("flow").and_then(|node| scalar::text(reader, node));
    let link = map.get("link").and_then(|node| scalar::id(reader, node));
    let beside = match map.get("beside") {
        Some(node) => scalar::flag(reader, node).unwrap_or_default(),
        None => false,
    };
    map.close(reader);
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
    })
}
