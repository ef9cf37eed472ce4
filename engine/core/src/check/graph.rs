//! The ways of a definition: every transition that can happen, with what makes it happen.
//!
//! One place says what leads where; reachability, ends, loops and filled fields are all computed from it.

use crate::definition::{
    Definition, LateAct, Nobody, OwnRequest, RegionIx, State, StateIx, StateKind, Target,
    WorkAction,
};

/// What makes a transition happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// `when` is false: the state is passed over.
    Skipped,
    /// The state did its work, or was approved.
    Done,
    /// The way of that number in a choice.
    Way(usize),
    /// The action of that number in a work state.
    Action(usize),
    /// A person rejected it, a branch was rejected, or a subflow ended as rejected.
    Rejected,
    /// The rung of that number, when it is late.
    Late(usize),
    /// A policy counts it as approved because nobody can be asked.
    Passed,
    /// The custom outcome of that number was picked, or a subflow ended with the mapped outcome of that number.
    Outcome(usize),
}

/// One transition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Edge {
    /// Where from.
    pub from: StateIx,
    /// What makes it happen.
    pub cause: Cause,
    /// Where to.
    pub to: Target,
}

/// All transitions out of a state, in the order they are written. For a parallel state `Done` and `Rejected` are
/// included: whether its join can be settled that way is for the caller to know.
pub(super) fn edges(def: &Definition, ix: StateIx) -> Vec<Edge> {
    let state = &def.states[ix];
    let mut found = Vec::new();
    let mut add = |cause, to| {
        found.push(Edge {
            from: ix,
            cause,
            to,
        });
    };
    if state.when.is_some() {
        add(Cause::Skipped, state.skip_to);
    }
    match &state.kind {
        StateKind::Draft { .. }
        | StateKind::Rule { .. }
        | StateKind::Run(_)
        | StateKind::Mail { .. }
        | StateKind::WaitFor { .. }
        | StateKind::WaitUntil { .. } => add(Cause::Done, state.next),
        StateKind::Approve(_) | StateKind::Together { .. } => {
            add(Cause::Done, state.next);
            if passes_unasked(def, state) {
                add(Cause::Passed, state.next);
            }
            add(Cause::Rejected, state.if_rejected);
            if let StateKind::Approve(approve) = &state.kind {
                for (number, outcome) in approve.outcomes.iter().enumerate() {
                    if let Some(to) = outcome.to {
                        add(Cause::Outcome(number), to);
                    }
                }
            }
        }
        StateKind::Subflow {
            beside, outcomes, ..
        } => {
            add(Cause::Done, state.next);
            if !beside {
                add(Cause::Rejected, state.if_rejected);
            }
            for (number, (_, to)) in outcomes.iter().enumerate() {
                add(Cause::Outcome(number), *to);
            }
        }
        StateKind::Work { actions, .. } => {
            for (number, action) in actions.iter().enumerate() {
                add(Cause::Action(number), action.to);
            }
            if actions.is_empty() {
                add(Cause::Done, state.next);
            }
        }
        StateKind::Choose { ways } => {
            for (number, way) in ways.iter().enumerate() {
                add(Cause::Way(number), way.to);
            }
        }
        StateKind::End { .. } => {}
    }
    for (number, rung) in state.if_late.iter().enumerate() {
        match rung.act {
            LateAct::Approve => add(Cause::Late(number), state.next),
            LateAct::Reject => add(Cause::Late(number), state.if_rejected),
            LateAct::Go(to) => add(Cause::Late(number), Target::Go(to)),
            LateAct::Remind(_) | LateAct::Add(_) | LateAct::HandTo(_) => {}
        }
    }
    found
}

/// Can an approval count as given although nobody was asked?
fn passes_unasked(def: &Definition, state: &State) -> bool {
    if !matches!(state.kind, StateKind::Approve(_)) {
        return false;
    }
    let policies = &state.policies;
    let nobody = policies.nobody.as_ref().unwrap_or(&def.policies.nobody);
    let own = policies.own_request.unwrap_or(def.policies.own_request);
    *nobody == Nobody::Pass || own == OwnRequest::Pass
}

/// Does this transition come from a rejection?
pub(super) fn rejects(def: &Definition, edge: &Edge) -> bool {
    match edge.cause {
        Cause::Rejected => true,
        Cause::Late(number) => matches!(
            def.states[edge.from]
                .if_late
                .get(number)
                .map(|rung| &rung.act),
            Some(LateAct::Reject)
        ),
        Cause::Skipped
        | Cause::Done
        | Cause::Way(_)
        | Cause::Action(_)
        | Cause::Passed
        | Cause::Outcome(_) => false,
    }
}

/// The parallel state a region is a branch of, with the branches of that state.
pub(super) fn parent(def: &Definition, region: RegionIx) -> Option<StateIx> {
    def.regions[region].parent
}

/// The branches of a parallel state; empty for any other.
pub(super) fn branches(state: &State) -> &[RegionIx] {
    match &state.kind {
        StateKind::Together { branches, .. } => branches,
        StateKind::Draft { .. }
        | StateKind::Approve(_)
        | StateKind::Work { .. }
        | StateKind::Rule { .. }
        | StateKind::Run(_)
        | StateKind::Choose { .. }
        | StateKind::Mail { .. }
        | StateKind::WaitFor { .. }
        | StateKind::WaitUntil { .. }
        | StateKind::Subflow { .. }
        | StateKind::End { .. } => &[],
    }
}

/// Where a target lands, seen from a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Landing {
    /// In a state.
    State(StateIx),
    /// The instance is over.
    Over,
    /// The branch is done; its parallel state looks whether the join is settled.
    BranchDone(RegionIx),
    /// The branch is rejected.
    BranchRejected(RegionIx),
}

/// Where a target lands, seen from a region.
pub(super) fn landing(def: &Definition, target: Target, region: RegionIx) -> Landing {
    let at_root = parent(def, region).is_none();
    match target {
        Target::Go(ix) | Target::BackTo(ix) => Landing::State(ix),
        Target::Finish => Landing::Over,
        Target::BranchEnd if at_root => Landing::Over,
        Target::BranchEnd => Landing::BranchDone(region),
        Target::Reject if at_root => Landing::Over,
        Target::Reject => Landing::BranchRejected(region),
    }
}

/// The action of that number in a work state.
pub(super) fn action(state: &State, number: usize) -> Option<&WorkAction> {
    match &state.kind {
        StateKind::Work { actions, .. } => actions.get(number),
        StateKind::Draft { .. }
        | StateKind::Approve(_)
        | StateKind::Rule { .. }
        | StateKind::Run(_)
        | StateKind::Choose { .. }
        | StateKind::Mail { .. }
        | StateKind::WaitFor { .. }
        | StateKind::WaitUntil { .. }
        | StateKind::Subflow { .. }
        | StateKind::Together { .. }
        | StateKind::End { .. } => None,
    }
}
