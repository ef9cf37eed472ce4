//! States and branches added, removed, renamed, moved.

use crate::definition::{Definition, RegionIx, StateIx};
use crate::diagram::said_kind;
use crate::text::Text;

use super::words::{quoted, state_name};
use super::{Both, Changed, Sort, Weight};

pub(super) fn compare(both: &Both<'_>) -> Vec<Changed> {
    let mut changes = Vec::new();
    for (ix, state) in both.new.states.iter().enumerate() {
        match both.pairs.old_of(ix) {
            None => changes.push(added(both, ix)),
            Some(old) if both.old.states[old].id != state.id => {
                changes.push(renamed(both, old, ix));
            }
            Some(_) => {}
        }
    }
    for (ix, state) in both.old.states.iter().enumerate() {
        if both.pairs.new_of(ix).is_none() {
            let (name, kind) = (quoted(&state.name), said_kind(&state.kind));
            changes.push(Changed {
                weight: Weight::Way,
                sort: Sort::Removed,
                part: format!("states.{}", state.id),
                words: Text::new(
                    format!("删除节点{}（{}）。", name.zh, kind.zh),
                    format!("State {} ({}) removed.", name.en, kind.en),
                ),
            });
        }
    }
    changes.extend(moved(both));
    changes
}

fn added(both: &Both<'_>, ix: StateIx) -> Changed {
    let state = &both.new.states[ix];
    let (name, kind) = (quoted(&state.name), said_kind(&state.kind));
    let place = place(both.new, ix);
    Changed {
        weight: Weight::Way,
        sort: Sort::Added,
        part: format!("states.{}", state.id),
        words: Text::new(
            format!("新增节点{}（{}），{}。", name.zh, kind.zh, place.zh),
            format!("State {} ({}) added, {}.", name.en, kind.en, place.en),
        ),
    }
}

fn renamed(both: &Both<'_>, old: StateIx, new: StateIx) -> Changed {
    let (before, now) = (&both.old.states[old], &both.new.states[new]);
    let name = quoted(&before.name);
    let as_ = if before.name == now.name {
        Text::new(
            format!("编号由 {} 改为 {}", before.id, now.id),
            format!("has the id {} instead of {}", now.id, before.id),
        )
    } else {
        let now_name = quoted(&now.name);
        Text::new(
            format!("改名为{}（编号 {} → {}）", now_name.zh, before.id, now.id),
            format!(
                "is now called {} (id {} → {})",
                now_name.en, before.id, now.id
            ),
        )
    };
    Changed {
        weight: Weight::Way,
        sort: Sort::Renamed,
        part: format!("states.{}", now.id),
        words: Text::new(
            format!("节点{}{}。", name.zh, as_.zh),
            format!("State {} {}.", name.en, as_.en),
        ),
    }
}

/// "在“申请”之后".
fn place(def: &Definition, ix: StateIx) -> Text {
    let region = def.states[ix].region;
    let list = &def.regions[region].states;
    let at = list.iter().position(|known| *known == ix).unwrap_or(0);
    let inside = within(def, region);
    let Some(before) = at.checked_sub(1).map(|before| list[before]) else {
        return Text::new(
            format!("{}在最前", inside.zh),
            format!("at the very beginning{}", inside.en),
        );
    };
    let name = state_name(def, before);
    Text::new(
        format!("{}在{}之后", inside.zh, name.zh),
        format!("after {}{}", name.en, inside.en),
    )
}

fn within(def: &Definition, region: RegionIx) -> Text {
    if def.regions[region].parent.is_none() {
        return Text::default();
    }
    let name = quoted(&def.regions[region].name);
    Text::new(
        format!("分支{}内", name.zh),
        format!(" in branch {}", name.en),
    )
}

/// Matched states that stand in another branch, or in another order among those that were there before.
fn moved(both: &Both<'_>) -> Vec<Changed> {
    let mut changes = Vec::new();
    for (region, list) in both.new.regions.iter().enumerate() {
        let here: Vec<(StateIx, StateIx)> = list
            .states
            .iter()
            .filter_map(|now| Some((both.pairs.old_of(*now)?, *now)))
            .collect();
        let (stayed, came): (Vec<_>, Vec<_>) = here
            .into_iter()
            .partition(|(old, _)| same_region(both, both.old.states[*old].region, region));
        let places: Vec<usize> = stayed
            .iter()
            .map(|(old, _)| place_in(both.old, *old))
            .collect();
        let kept = longest_rising(&places);
        let out_of_order = stayed
            .iter()
            .enumerate()
            .filter(|(at, _)| !kept.contains(at))
            .map(|(_, pair)| pair);
        for (_, now) in out_of_order.chain(&came) {
            let (name, place) = (state_name(both.new, *now), place(both.new, *now));
            changes.push(Changed {
                weight: Weight::Way,
                sort: Sort::Moved,
                part: format!("states.{}", both.new.states[*now].id),
                words: Text::new(
                    format!("节点{}移到：{}。", name.zh, place.zh),
                    format!("State {} moved: {}.", name.en, place.en),
                ),
            });
        }
    }
    changes
}

/// The root is the root; a branch is the same when its parallel state is, and its id.
fn same_region(both: &Both<'_>, old: RegionIx, new: RegionIx) -> bool {
    let (before, now) = (&both.old.regions[old], &both.new.regions[new]);
    match (before.parent, now.parent) {
        (None, None) => true,
        (Some(before_in), Some(now_in)) => {
            both.pairs.new_of(before_in) == Some(now_in) && before.id == now.id
        }
        (None, Some(_)) | (Some(_), None) => false,
    }
}

fn place_in(def: &Definition, ix: StateIx) -> usize {
    let list = &def.regions[def.states[ix].region].states;
    list.iter().position(|known| *known == ix).unwrap_or(0)
}

/// The places of the longest rising part: those that did not move.
fn longest_rising(values: &[usize]) -> Vec<usize> {
    let mut best: Vec<Vec<usize>> = Vec::with_capacity(values.len());
    for (at, value) in values.iter().enumerate() {
        let before = best
            .iter()
            .filter(|run| run.last().is_some_and(|last| values[*last] < *value))
            .max_by_key(|run| run.len());
        let mut run = before.cloned().unwrap_or_default();
        run.push(at);
        best.push(run);
    }
    best.into_iter().max_by_key(Vec::len).unwrap_or_default()
}
