//! `away:` and `open_tasks:` of an example: who is away and who stands in; how much people have to do besides.

use std::collections::BTreeMap;

use crate::dialect::map::{MapReader, items, key_word};
use crate::dialect::reader::Reader;
use crate::dialect::scalar;
use crate::dialect::tree::Node;
use crate::directory::Absence;

use super::{Cx, person, time};

/// `away: [{who, from, until, proxy}]`.
pub(super) fn absences(reader: &mut Reader, cx: &Cx<'_>, node: &Node) -> Vec<Absence> {
    items(node)
        .iter()
        .filter_map(|item| absence(reader, cx, item))
        .collect()
}

fn absence(reader: &mut Reader, cx: &Cx<'_>, node: &Node) -> Option<Absence> {
    let mut map = MapReader::open(reader, node, ("休假", "absence"))?;
    let who = map.need("who").and_then(|node| scalar::text(reader, node));
    let who = who.filter(|word| person(reader, cx, word));
    let from = map.need("from").and_then(|node| time(reader, cx, node));
    let until = map.need("until").and_then(|node| time(reader, cx, node));
    let proxy = map.get("proxy").and_then(|node| scalar::text(reader, node));
    let proxy = proxy.filter(|word| person(reader, cx, word));
    map.close(reader);
    let (from, until) = (from?, until?);
    if until <= from {
        reader.error(
            "ends-before-it-begins",
            node.span,
            (
                "until 要晚于 from（回来的第一刻）",
                "until, the first moment back, is later than from",
            ),
            (
                "例如 {who: 张三, from: 2026-01-05 09:00, until: 2026-01-09 09:00, proxy: 李四}",
                "For example {who: Ann, from: 2026-01-05 09:00, until: 2026-01-09 09:00, proxy: Ben}",
            ),
        );
        return None;
    }
    Some(Absence {
        person: who?.text,
        from,
        until,
        proxy: proxy.map(|word| word.text),
        flow: None,
    })
}

/// Most open tasks somebody has in an example.
const TASKS_MAX: u32 = 10_000;

/// `open_tasks: {person: number}`.
pub(super) fn loads(reader: &mut Reader, cx: &Cx<'_>, node: &Node) -> BTreeMap<String, u64> {
    let Some(map) = MapReader::open(reader, node, ("open_tasks:", "open_tasks:")) else {
        return BTreeMap::new();
    };
    let mut found = BTreeMap::new();
    for (key, node) in map.written() {
        let word = key_word(key);
        let known = person(reader, cx, &word);
        if let (true, Some(count)) = (known, scalar::count(reader, node, 0, TASKS_MAX)) {
            found.insert(word.text, u64::from(count));
        }
    }
    found
}
