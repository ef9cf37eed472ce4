//! `choose:`: the first way whose condition holds.

use crate::definition::{State, StateIx, StateKind, Target, Way};
use crate::dialect::lean;
use crate::dialect::map::MapReader;
use crate::dialect::reader::Reader;
use crate::dialect::scalar;
use crate::dialect::tree::{Node, Span};

use super::skeleton::is_inline;
use super::{Cx, target};

/// Reads the ways. Inline states of ways are states of their own; here only their condition is read.
pub fn choose(
    reader: &mut Reader,
    cx: &Cx<'_, '_>,
    map: &mut MapReader<'_>,
    state: &State,
) -> Option<StateKind> {
    let node = map.get("choose")?;
    let Some(items) = node.items() else {
        reader.error(
            "list-due",
            node.span,
            (
                "choose: 下面是几条路的列表",
                "Under choose: stands a list of ways",
            ),
            (
                "例如 - {when: amount > 1000, go: director}，最后一条写 otherwise: true",
                "For example - {when: amount > 1000, go: director}; the last one says otherwise: true",
            ),
        );
        return None;
    };
    let mut ways = Vec::new();
    let mut otherwise: Option<Span> = None;
    for item in items {
        if let Some(at) = otherwise {
            let place = reader.place(at);
            let fault = reader
                .fault(
                    "way-after-otherwise",
                    item.span,
                    "这条路永远走不到：前面已经有 otherwise",
                    "This way is never taken: otherwise stands before it",
                )
                .hint("把 otherwise: true 放在最后", "Put otherwise: true last")
                .also(place, "otherwise 在这里", "otherwise is here");
            reader.push(fault);
        }
        if let Some((way, last)) = way(reader, cx, item, state) {
            ways.push(way);
            if last {
                otherwise = Some(item.span);
            }
        }
    }
    Some(StateKind::Choose { ways })
}

fn way(reader: &mut Reader, cx: &Cx<'_, '_>, node: &Node, state: &State) -> Option<(Way, bool)> {
    let inline = is_inline(node);
    let mut map = MapReader::open(reader, node, ("choose 的一条路", "way of choose:"))?;
    let when_node = map.get("when");
    let otherwise = map.get("otherwise");
    let last = otherwise.is_some_and(|node| scalar::flag(reader, node) == Some(true));
    match (when_node, otherwise) {
        (Some(_), None) | (None, Some(_)) => {}
        (Some(_), Some(_)) | (None, None) => reader.error(
            "way-condition",
            map.written().first().map_or(map.span, |(key, _)| key.span),
            (
                "每条路写一个 when:，最后一条写 otherwise: true",
                "Each way has a when:, and the last one otherwise: true",
            ),
            ("补上或去掉一个", "Add one, or remove one"),
        ),
    }
    let when = when_node.and_then(|node| lean::condition(reader, cx.names, node));
    if inline {
        // The rest of the map is a state, which reads and closes it.
        let to = inline_ix(cx, node).map_or(state.next, Target::Go);
        return Some((Way { when, to }, last));
    }
    let to = match map.need("go") {
        Some(node) => {
            let word = scalar::text(reader, node);
            word.and_then(|word| target::go_to(reader, cx.names, state.region, &word))
        }
        None => None,
    };
    map.close(reader);
    Some((Way { when, to: to? }, last))
}

fn inline_ix(cx: &Cx<'_, '_>, node: &Node) -> Option<StateIx> {
    let mut slots = cx.skeleton.slots.iter();
    slots.position(|slot| slot.way_of == Some(cx.ix) && std::ptr::eq(slot.node, node))
}
