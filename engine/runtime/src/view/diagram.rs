//! The flow as a list, with where the instance stands.

use std::collections::BTreeSet;

use assent_core::definition::{RegionIx, StateIx, StateKind};
use assent_core::instance::Case;
use assent_core::text::Text;

use crate::app::{DiagramItem, DiagramView};
use crate::engine::Around;

/// The flow with where the instance stands.
pub(crate) fn diagram(case: &Case, around: &Around) -> DiagramView {
    let here: BTreeSet<&str> = case
        .instance
        .active
        .iter()
        .map(|active| active.state.as_str())
        .collect();
    let passed: BTreeSet<&str> = case
        .instance
        .path
        .iter()
        .filter(|passed| passed.entry > 0)
        .map(|passed| passed.state.as_str())
        .collect();
    let skipped: BTreeSet<&str> = case
        .instance
        .path
        .iter()
        .filter(|passed| passed.entry == 0)
        .map(|passed| passed.state.as_str())
        .collect();
    let mut list = Vec::new();
    let mark = |id: &str| {
        if here.contains(id) {
            "here"
        } else if passed.contains(id) {
            "passed"
        } else if skipped.contains(id) {
            "skipped"
        } else {
            "future"
        }
    };
    region(around, 0, 0, &mark, &mut list);
    DiagramView {
        svg: Text::default(),
        list,
    }
}

fn region(
    around: &Around,
    ix: RegionIx,
    depth: u32,
    mark: &impl Fn(&str) -> &'static str,
    list: &mut Vec<DiagramItem>,
) {
    let Some(region_of) = around.def.regions.get(ix) else {
        return;
    };
    for state_ix in &region_of.states {
        one(around, *state_ix, depth, mark, list);
    }
}

fn one(
    around: &Around,
    ix: StateIx,
    depth: u32,
    mark: &impl Fn(&str) -> &'static str,
    list: &mut Vec<DiagramItem>,
) {
    let state = &around.def.states[ix];
    list.push(DiagramItem {
        state: state.id.clone(),
        words: state.name.clone(),
        depth,
        mark: mark(&state.id),
    });
    if let StateKind::Together { branches, .. } = &state.kind {
        for branch in branches {
            region(around, *branch, depth + 1, mark, list);
        }
    }
}
