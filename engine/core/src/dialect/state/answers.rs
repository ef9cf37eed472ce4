//! What an approval may ask for besides approve and reject: `outcomes:`, `signature:`, `step_up:`.

use crate::command::Verdict;
use crate::definition::{CustomOutcome, Signature, State, StepUp};
use crate::dialect::lean;
use crate::dialect::map::{MapReader, key_word};
use crate::dialect::reader::Reader;
use crate::dialect::scalar;
use crate::dialect::tree::{Key, Node};

use super::{Cx, actions};

/// Words every task has already.
const TAKEN: [&str; 4] = ["approve", "reject", "return", "transfer"];

/// `outcomes: {concession: {name, counts, go, reason}}`.
pub fn outcomes(
    reader: &mut Reader,
    cx: &Cx<'_, '_>,
    map: &mut MapReader<'_>,
    state: &State,
) -> Vec<CustomOutcome> {
    let Some(node) = map.get("outcomes") else {
        return vec![];
    };
    let Some(list) = MapReader::open(reader, node, ("结论表", "list of outcomes")) else {
        return vec![];
    };
    let entries = list.written().iter();
    entries
        .filter_map(|(key, node)| outcome(reader, cx, key, node, state))
        .collect()
}

fn outcome(
    reader: &mut Reader,
    cx: &Cx<'_, '_>,
    key: &Key,
    node: &Node,
    state: &State,
) -> Option<CustomOutcome> {
    let id = key_word(key);
    let named = scalar::check_id(reader, &id);
    if TAKEN.contains(&id.text.as_str()) {
        reader.error(
            "reserved-name",
            id.span,
            (
                format!("“{}”是内置操作，不能作结论名", id.text),
                format!(
                    "“{}” is a built-in verb and cannot name an outcome",
                    id.text
                ),
            ),
            ("换一个名字", "Choose another name"),
        );
        return None;
    }
    let mut map = MapReader::open(reader, node, ("结论", "outcome"))?;
    let name = map
        .need("name")
        .and_then(|node| scalar::names(reader, node));
    let counts = map.need("counts").and_then(|node| {
        let verdicts = [("approve", Verdict::Approve), ("reject", Verdict::Reject)];
        scalar::one_of(reader, node, &verdicts)
    });
    let leads = map.has("go") || map.has("back_to");
    let to = actions::way(reader, cx, &mut map, state).filter(|_| leads);
    let reason_required = match map.get("reason") {
        Some(node) => scalar::one_of(reader, node, &[("required", true), ("optional", false)])
            .unwrap_or_default(),
        None => false,
    };
    map.close(reader);
    if !named {
        return None;
    }
    Some(CustomOutcome {
        id: id.text,
        name: name?,
        counts: counts?,
        to,
        reason_required,
    })
}

/// `signature: typed | drawn`.
pub fn signature(reader: &mut Reader, map: &mut MapReader<'_>) -> Option<Signature> {
    let node = map.get("signature")?;
    let kinds = [("typed", Signature::Typed), ("drawn", Signature::Drawn)];
    scalar::one_of(reader, node, &kinds)
}

/// `step_up: true`, or `step_up: amount > 50000`.
pub fn step_up(reader: &mut Reader, cx: &Cx<'_, '_>, map: &mut MapReader<'_>) -> Option<StepUp> {
    let node: &Node = map.get("step_up")?;
    let plain = node.scalar().map(|scalar| scalar.text.as_str());
    match plain {
        Some("true") => Some(StepUp::Always),
        Some("false") => None,
        Some(_) | None => lean::condition(reader, cx.names, node).map(StepUp::When),
    }
}
