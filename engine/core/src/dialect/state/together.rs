//! `together:`: branches, or approvals in short form, at the same time.

use crate::definition::{Join, Region, StateKind};
use crate::dialect::lean;
use crate::dialect::map::MapReader;
use crate::dialect::names::Names;
use crate::dialect::reader::Reader;
use crate::dialect::scalar;
use crate::dialect::tree::{Node, Span};
use crate::text::Text;

use super::Cx;
use super::skeleton::RegionSlot;

/// Reads how the branches are joined; the branches themselves are regions.
pub fn together(
    reader: &mut Reader,
    cx: &Cx<'_, '_>,
    map: &mut MapReader<'_>,
) -> Option<StateKind> {
    let what = ("together:", "together:");
    let mut inner = MapReader::open(reader, map.get("together")?, what)?;
    let needs_node = inner.get("needs");
    let branches = inner.get("branches");
    let approvals = inner.get("approvals");
    let span = inner.span;
    inner.close(reader);
    listed(reader, branches, approvals, span);
    let regions: Vec<usize> = cx
        .skeleton
        .regions
        .iter()
        .enumerate()
        .filter(|(_, region)| region.parent == Some(cx.ix))
        .map(|(ix, _)| ix)
        .collect();
    let needs = match needs_node {
        Some(node) => join(reader, node, regions.len())?,
        None => Join::All,
    };
    Some(StateKind::Together {
        needs,
        branches: regions,
    })
}

fn listed(reader: &mut Reader, branches: Option<&Node>, approvals: Option<&Node>, span: Span) {
    match (branches, approvals) {
        (Some(list), None) | (None, Some(list)) => {
            if list.items().is_none_or(<[_]>::is_empty) {
                reader.error(
                    "list-due",
                    list.span,
                    ("这里是分支的列表", "A list of branches is due here"),
                    (
                        "每个分支以“- ”开头，有 id: 和 states:",
                        "Each branch starts with “- ” and has id: and states:",
                    ),
                );
            }
            for item in list.items().unwrap_or_default() {
                MapReader::open(reader, item, ("分支", "branch"));
            }
        }
        (Some(_), Some(_)) | (None, None) => reader.error(
            "branches-due",
            span,
            (
                "together: 要有 branches: 或 approvals: 其中一个",
                "together: needs one of branches: and approvals:",
            ),
            (
                "几条各有节点的分支写 branches:，只是几个人同时审批写 approvals:",
                "Use branches: for branches with states of their own, approvals: for people who approve at the same time",
            ),
        ),
    }
}

pub(super) fn join(reader: &mut Reader, node: &Node, branches: usize) -> Option<Join> {
    let word = scalar::text(reader, node)?;
    match word.text.as_str() {
        "all" => Some(Join::All),
        "any" => Some(Join::Any),
        text if text.starts_with(|c: char| c.is_ascii_digit()) => {
            let most = u32::try_from(branches.max(1)).unwrap_or(u32::MAX);
            scalar::count(reader, node, 1, most).map(Join::Count)
        }
        _ => {
            scalar::unknown_word(reader, &word, ["all", "any", "2"]);
            None
        }
    }
}

/// A branch's name and condition.
pub fn region(
    reader: &mut Reader,
    names: &Names<'_>,
    slot: &RegionSlot<'_>,
    flow_name: &Text,
) -> Region {
    let mut region = Region {
        parent: slot.parent,
        id: slot.id.text.clone(),
        name: Text::same(slot.id.text.clone()),
        when: None,
        states: slot.states.clone(),
    };
    let Some(node) = slot.node else {
        region.name = flow_name.clone();
        return region;
    };
    let Some(mut map) = MapReader::open(reader, node, ("分支", "branch")) else {
        return region;
    };
    if let Some(node) = map.get("when") {
        region.when = lean::condition(reader, names, node);
    }
    if let Some(node) = map.get("name")
        && let Some(name) = scalar::names(reader, node)
    {
        region.name = name;
    }
    // The short form's other keys are read, and closed, by the approval.
    if !slot.short {
        map.need("id");
        map.need("states");
        map.close(reader);
    }
    region
}
