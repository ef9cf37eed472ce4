//! `end:` with `then:`, and `mail:` as a state of its own.

use crate::definition::{Outcome, PeopleRef, StateKind, Then};
use crate::dialect::map::{MapReader, items};
use crate::dialect::reader::Reader;
use crate::dialect::scalar;
use crate::dialect::tree::Node;

use super::{Cx, calls, people};

/// `mail: name, to: [...]`.
pub fn mail(reader: &mut Reader, cx: &Cx<'_, '_>, map: &mut MapReader<'_>) -> Option<StateKind> {
    let (mail, to) = mail_to(reader, cx, map)?;
    Some(StateKind::Mail { mail, to })
}

fn mail_to(
    reader: &mut Reader,
    cx: &Cx<'_, '_>,
    map: &mut MapReader<'_>,
) -> Option<(String, Vec<PeopleRef>)> {
    let word = map.get("mail").and_then(|node| scalar::text(reader, node));
    let known = word
        .as_ref()
        .is_some_and(|word| cx.names.mail(reader, word));
    let to = map
        .need("to")
        .map(|node| people::refs(reader, cx.names, node));
    known.then_some(())?;
    Some((word?.text, to?))
}

/// `end: approved`, perhaps with `then:`.
pub fn end(reader: &mut Reader, cx: &Cx<'_, '_>, map: &mut MapReader<'_>) -> Option<StateKind> {
    if cx.slot().region != 0 {
        let span = map.entry("end").map_or(map.span, |(key, _)| key.span);
        reader.error(
            "end-in-branch",
            span,
            (
                "end: 不能放在分支里：其他分支还没有完成",
                "end: cannot stand in a branch: other branches may still be open",
            ),
            (
                "让分支走到最后自然结束，或在外层用 go: 到 end: 节点",
                "Let the branch run out, or lead to an end: state outside with go:",
            ),
        );
    }
    let word = map.get("end").and_then(|node| scalar::id(reader, node));
    let then = map.get("then").map_or_else(Vec::new, |node| {
        items(node)
            .iter()
            .filter_map(|item| then(reader, cx, item))
            .collect()
    });
    let word = word?;
    let outcome = match word.text.as_str() {
        "approved" => Outcome::Approved,
        "rejected" => Outcome::Rejected,
        "withdrawn" => Outcome::Withdrawn,
        "cancelled" => Outcome::Cancelled,
        // Words of tests and lists for what is not over yet.
        "held" | "running" | "suspended" | "revoked" => {
            reader.error(
                "reserved-name",
                word.span,
                (
                    format!("“{}”有固定含义，不能作结果", word.text),
                    format!(
                        "“{}” has a fixed meaning and cannot be an outcome",
                        word.text
                    ),
                ),
                (
                    "用 approved、rejected、cancelled，或自己的词",
                    "Use approved, rejected, cancelled, or a word of your own",
                ),
            );
            return None;
        }
        _ => Outcome::Named(word.text),
    };
    Some(StateKind::End { outcome, then })
}

fn then(reader: &mut Reader, cx: &Cx<'_, '_>, node: &Node) -> Option<Then> {
    let mut map = MapReader::open(reader, node, ("结束时的动作", "step at the end"))?;
    let found = if map.has("run") {
        calls::call(reader, cx, &mut map, false).map(Then::Run)
    } else {
        map.allow(&["to"]);
        let mail = map.need("mail").is_some();
        let read = mail.then(|| mail_to(reader, cx, &mut map)).flatten();
        read.map(|(mail, to)| Then::Mail { mail, to })
    };
    map.close(reader);
    found
}
