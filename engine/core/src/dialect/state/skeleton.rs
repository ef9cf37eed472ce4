//! The first walk over `states:`: which states there are, in which branch, and what follows them. Ids and order are known
//! before any state is read, so every reference may point forward.

use crate::definition::{RegionIx, StateIx, Target};
use crate::dialect::map::key_word;
use crate::dialect::reader::{Reader, Word};
use crate::dialect::scalar;
use crate::dialect::tree::{Key, Node};

use super::VERBS;

/// Most states in one flow: a page nobody can read otherwise.
pub const STATES_MAX: usize = 500;

/// A state found.
#[derive(Debug)]
pub struct Slot<'t> {
    /// Its id.
    pub id: Word,
    /// Its map.
    pub node: &'t Node,
    /// Where it belongs.
    pub region: RegionIx,
    /// Where it leads in file order. For a state inside a choice's way: the choice's own order.
    pub after: Target,
    /// The choice it is a way of.
    pub way_of: Option<StateIx>,
    /// The short form inside `together: approvals:`: the map holds an approval's keys directly.
    pub short: bool,
}

/// A list of states found.
#[derive(Debug)]
pub struct RegionSlot<'t> {
    /// The parallel state it is a branch of.
    pub parent: Option<StateIx>,
    /// Branch id; empty for the root.
    pub id: Word,
    /// The branch's map; none for the root.
    pub node: Option<&'t Node>,
    /// Its states.
    pub states: Vec<StateIx>,
    /// From `approvals:`: `when:` and `name:` stand in the same map as the approval.
    pub short: bool,
}

/// All states and regions of a flow.
#[derive(Debug, Default)]
pub struct Skeleton<'t> {
    /// States in file order, inner ones after the state that holds them.
    pub slots: Vec<Slot<'t>>,
    /// Regions; 0 is the root.
    pub regions: Vec<RegionSlot<'t>>,
}

/// Walks `states:`.
pub fn walk<'t>(reader: &mut Reader, node: &'t Node) -> Skeleton<'t> {
    let mut skeleton = Skeleton::default();
    skeleton.regions.push(RegionSlot {
        parent: None,
        id: Word {
            text: String::new(),
            span: node.span,
        },
        node: None,
        states: vec![],
        short: false,
    });
    list(reader, &mut skeleton, node, 0, Target::Finish);
    duplicates(reader, &skeleton);
    skeleton
}

fn list<'t>(
    reader: &mut Reader,
    skeleton: &mut Skeleton<'t>,
    node: &'t Node,
    region: RegionIx,
    after: Target,
) {
    let Some(items) = node.items() else {
        reader.error(
            "list-due",
            node.span,
            (
                "states: 下面是节点的列表，每个以“- ”开头",
                "Under states: stands a list; each state starts with “- ”",
            ),
            ("例如 - id: draft", "For example - id: draft"),
        );
        return;
    };
    if items.is_empty() {
        reader.error(
            "no-states",
            node.span,
            ("这里一个节点也没有", "There is no state here"),
            ("至少写一个节点", "Write at least one state"),
        );
    }
    let mut own = Vec::new();
    for item in items {
        if item.entries().is_none() {
            // Says what is wrong with an item that is no map.
            crate::dialect::map::MapReader::open(reader, item, super::STATE);
            continue;
        }
        own.extend(state(reader, skeleton, item, region, None, false));
    }
    let followers = own.iter().skip(1).copied().map(Target::Go);
    for (ix, next) in own.iter().zip(followers.chain([after])) {
        set_after(skeleton, *ix, next);
    }
}

/// Sets what follows a state, and the ways inside it: they go where their choice goes.
fn set_after(skeleton: &mut Skeleton<'_>, ix: StateIx, after: Target) {
    let mut todo = vec![ix];
    while let Some(ix) = todo.pop() {
        skeleton.slots[ix].after = after;
        let inner = (0..skeleton.slots.len()).filter(|at| skeleton.slots[*at].way_of == Some(ix));
        todo.extend(inner);
    }
}

fn state<'t>(
    reader: &mut Reader,
    skeleton: &mut Skeleton<'t>,
    node: &'t Node,
    region: RegionIx,
    way_of: Option<StateIx>,
    short: bool,
) -> Option<StateIx> {
    let ix = skeleton.slots.len();
    if ix >= STATES_MAX {
        let last = &skeleton.slots[ix - 1];
        reader.error(
            "too-many-states",
            last.id.span,
            (
                format!("节点超过 {STATES_MAX} 个，后面的不再读取"),
                format!("There are more than {STATES_MAX} states; the rest is not read"),
            ),
            ("把流程拆成子流程", "Split the flow into subflows"),
        );
        return None;
    }
    let id = id_of(reader, node);
    if !id.text.is_empty() {
        reader.note(format!("states.{}", id.text), id.span);
    }
    skeleton.slots.push(Slot {
        id,
        node,
        region,
        after: Target::Finish,
        way_of,
        short,
    });
    skeleton.regions[region].states.push(ix);
    if let Some(ways) = node.get("choose").and_then(Node::items) {
        for way in ways.iter().filter(|way| is_inline(way)) {
            state(reader, skeleton, way, region, Some(ix), false);
        }
    }
    if let Some(together) = node.get("together") {
        branches(reader, skeleton, together, ix);
    }
    Some(ix)
}

/// A way of a choice that is a state of its own.
pub fn is_inline(way: &Node) -> bool {
    let verb = |(key, _): &(Key, Node)| VERBS.contains(&key.text.as_str());
    way.entries()
        .is_some_and(|entries| entries.iter().any(verb))
}

fn branches<'t>(
    reader: &mut Reader,
    skeleton: &mut Skeleton<'t>,
    together: &'t Node,
    parent: StateIx,
) {
    for key in ["branches", "approvals"] {
        let Some(items) = together.get(key).and_then(Node::items) else {
            continue;
        };
        for node in items.iter().filter(|item| item.entries().is_some()) {
            let short = key == "approvals";
            let region = skeleton.regions.len();
            let id = if short {
                // Its id is read, and judged, as the approval's.
                written_id(node)
            } else {
                id_of(reader, node)
            };
            let path = format!("branches.{}.{}", skeleton.slots[parent].id.text, id.text);
            reader.note(path, id.span);
            skeleton.regions.push(RegionSlot {
                parent: Some(parent),
                id,
                node: Some(node),
                states: vec![],
                short,
            });
            if short {
                if let Some(ix) = state(reader, skeleton, node, region, None, true) {
                    set_after(skeleton, ix, Target::BranchEnd);
                }
            } else if let Some(states) = node.get("states") {
                list(reader, skeleton, states, region, Target::BranchEnd);
            }
        }
    }
}

fn written_id(node: &Node) -> Word {
    let found = node.get("id");
    Word {
        text: found
            .and_then(Node::scalar)
            .map_or_else(String::new, |scalar| scalar.text.clone()),
        span: found.map_or(first_key(node), |node| node.span),
    }
}

fn first_key(node: &Node) -> crate::dialect::tree::Span {
    node.entries()
        .and_then(<[_]>::first)
        .map_or(node.span, |(key, _)| key_word(key).span)
}

/// The id; an empty one where it is missing (the state's reader says so) or no id.
fn id_of(reader: &mut Reader, node: &Node) -> Word {
    node.get("id")
        .and_then(|node| scalar::id(reader, node))
        .unwrap_or_else(|| Word {
            text: String::new(),
            span: first_key(node),
        })
}

fn duplicates(reader: &mut Reader, skeleton: &Skeleton<'_>) {
    let ids: Vec<&Word> = skeleton.slots.iter().map(|slot| &slot.id).collect();
    twice(reader, &ids);
    for (ix, _) in skeleton.slots.iter().enumerate() {
        let branches = skeleton.regions.iter();
        let ids: Vec<&Word> = branches
            .filter(|region| region.parent == Some(ix))
            .map(|region| &region.id)
            .collect();
        if !ids.is_empty() {
            twice(reader, &ids);
        }
    }
}

fn twice(reader: &mut Reader, ids: &[&Word]) {
    let mut seen: std::collections::BTreeMap<&str, &Word> = std::collections::BTreeMap::new();
    for id in ids.iter().filter(|id| !id.text.is_empty()) {
        let Some(first) = seen.insert(&id.text, id) else {
            continue;
        };
        let place = reader.place(first.span);
        let line = place.line;
        let fault = reader
            .fault(
                "duplicate-id",
                id.span,
                format!("标识“{}”已在第 {line} 行用过", id.text),
                format!("The id “{}” is already used on line {line}", id.text),
            )
            .hint(
                "每个节点要有自己的标识，嵌套的也一样",
                "Every state needs an id of its own, nested ones too",
            )
            .also(place, "第一次用在这里", "First used here");
        reader.push(fault);
    }
}
