//! What can be reached from the start, and by which way.

use crate::definition::{Definition, Join, RegionIx, StateIx, StateKind};

use super::graph::{Cause, Edge, Landing, branches, edges, landing, parent, rejects};

/// What can be reached. Over-approximates: conditions are taken to be able to go either way.
pub(super) struct Reach {
    /// By state.
    pub states: Vec<bool>,
    /// By region: the branch can be done.
    pub done: Vec<bool>,
    /// By region: the branch can be rejected.
    pub rejected: Vec<bool>,
}

impl Reach {
    /// Everything that can be reached from the first state.
    pub(super) fn of(def: &Definition) -> Self {
        Self::starting_from(def, false)
    }

    /// What could be reached if every branch came to its end.
    pub(super) fn with_all_branches_done(def: &Definition) -> Self {
        Self::starting_from(def, true)
    }

    fn starting_from(def: &Definition, done: bool) -> Self {
        let mut reach = Self {
            states: vec![false; def.states.len()],
            done: vec![done; def.regions.len()],
            rejected: vec![false; def.regions.len()],
        };
        let Some(first) = def.regions.first().and_then(|root| root.states.first()) else {
            return reach;
        };
        let mut open = vec![*first];
        while let Some(ix) = open.pop() {
            if !std::mem::replace(&mut reach.states[ix], true) {
                open.extend(entered_with(def, ix));
            }
            for edge in edges(def, ix) {
                if reach.possible(def, &edge) {
                    reach.follow(def, &edge, &mut open);
                }
            }
        }
        reach
    }

    /// Can this transition happen, as far as is known? Only those of a parallel state depend on more than the state.
    pub(super) fn possible(&self, def: &Definition, edge: &Edge) -> bool {
        let StateKind::Together { needs, branches } = &def.states[edge.from].kind else {
            return true;
        };
        match edge.cause {
            Cause::Done | Cause::Passed => self.can_join(def, *needs, branches),
            Cause::Rejected => branches.iter().any(|branch| self.rejected[*branch]),
            Cause::Skipped
            | Cause::Way(_)
            | Cause::Action(_)
            | Cause::Late(_)
            | Cause::Outcome(_) => true,
        }
    }

    /// Can the join be settled? A branch with a condition may be left out, and never more branches are needed than were
    /// entered.
    pub(super) fn can_join(&self, def: &Definition, needs: Join, branches: &[RegionIx]) -> bool {
        let done = branches.iter().filter(|branch| self.done[**branch]).count();
        done >= needed(needs)
            || branches
                .iter()
                .all(|branch| self.done[*branch] || def.regions[*branch].when.is_some())
    }

    fn follow(&mut self, def: &Definition, edge: &Edge, open: &mut Vec<StateIx>) {
        let region = def.states[edge.from].region;
        match landing(def, edge.to, region) {
            Landing::State(to) => {
                if !self.states[to] {
                    open.push(to);
                }
            }
            Landing::Over => {}
            Landing::BranchDone(region) => {
                if !std::mem::replace(&mut self.done[region], true) {
                    open.extend(parent(def, region));
                }
            }
            Landing::BranchRejected(region) => {
                if !std::mem::replace(&mut self.rejected[region], true) {
                    open.extend(parent(def, region));
                }
            }
        }
        // A jump into a branch enters the parallel states around it as well.
        if let Landing::State(to) = landing(def, edge.to, region) {
            let mut at = def.states[to].region;
            while let Some(around) = parent(def, at) {
                if self.states[around] {
                    break;
                }
                open.push(around);
                at = def.states[around].region;
            }
        }
    }
}

/// How many branches settle a join; more than there can be where all that were entered must be done.
pub(super) fn needed(needs: Join) -> usize {
    match needs {
        Join::All => usize::MAX,
        Join::Any => 1,
        Join::Count(count) => usize::try_from(count).unwrap_or(usize::MAX),
    }
}

/// The states that are entered together with this one: the first of each branch.
pub(super) fn entered_with(def: &Definition, ix: StateIx) -> impl Iterator<Item = StateIx> + '_ {
    branches(&def.states[ix])
        .iter()
        .filter_map(|branch| def.regions[*branch].states.first().copied())
}

/// Which states can come to an end: the instance's, also by leaving the parallel states around them.
pub(super) fn ending(def: &Definition, reach: &Reach) -> Vec<bool> {
    let mut ends = vec![false; def.states.len()];
    loop {
        let before = ends.clone();
        for ix in 0..def.states.len() {
            if !ends[ix] {
                ends[ix] = matches!(def.states[ix].kind, StateKind::End { .. })
                    || entered_with(def, ix).any(|inner| ends[inner])
                    || edges(def, ix)
                        .iter()
                        .any(|edge| reach.possible(def, edge) && edge_ends(def, edge, &ends));
            }
        }
        if ends == before {
            return ends;
        }
    }
}

fn edge_ends(def: &Definition, edge: &Edge, ends: &[bool]) -> bool {
    let (mut target, mut region) = (edge.to, def.states[edge.from].region);
    for _ in 0..=def.regions.len() {
        let up = match landing(def, target, region) {
            Landing::Over => return true,
            Landing::State(to) => return ends[to],
            Landing::BranchDone(branch) => parent(def, branch).map(|up| (up, false)),
            Landing::BranchRejected(branch) => parent(def, branch).map(|up| (up, true)),
        };
        let Some((up, rejected)) = up else {
            return true;
        };
        let state = &def.states[up];
        target = if rejected {
            state.if_rejected
        } else {
            state.next
        };
        region = state.region;
    }
    false
}

/// The states a state can lead to directly, within what is possible; leaving a branch counts as leading to what comes
/// after its parallel state.
pub(super) fn successors(def: &Definition, reach: &Reach, ix: StateIx) -> Vec<StateIx> {
    let mut found: Vec<StateIx> = entered_with(def, ix).collect();
    for edge in edges(def, ix) {
        if !reach.possible(def, &edge) {
            continue;
        }
        let (mut target, mut region) = (edge.to, def.states[ix].region);
        let mut rejected = rejects(def, &edge);
        for _ in 0..=def.regions.len() {
            let branch = match landing(def, target, region) {
                Landing::State(to) => {
                    found.push(to);
                    break;
                }
                Landing::Over => break,
                Landing::BranchDone(branch) => branch,
                Landing::BranchRejected(branch) => {
                    rejected = true;
                    branch
                }
            };
            let Some(up) = parent(def, branch) else {
                break;
            };
            let state = &def.states[up];
            target = if rejected {
                state.if_rejected
            } else {
                state.next
            };
            region = state.region;
        }
    }
    found
}
