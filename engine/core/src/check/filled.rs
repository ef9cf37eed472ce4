//! Which fields may still be empty where: a forward analysis over the ways of the flow, one field at a time, so that
//! every finding comes with a way on which the field stays empty.

use std::collections::VecDeque;

use crate::catalog::{Catalog, Port};
use crate::command::Verdict;
use crate::definition::{Approve, Definition, Join, RegionIx, State, StateIx, StateKind};
use crate::field::{FILLED_BY_MODULE, Field, RequiredTo};

use super::finding::{ask_field, at_part};
use super::graph::{Cause, Edge, Landing, branches, edges, landing, parent};
use super::reach::{Reach, needed};
use super::reads::{Read, Use};

/// What passing a transition does to a field.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Change {
    /// It is certainly filled afterwards.
    Fills,
    /// It may be empty afterwards, whatever it was.
    Empties,
    /// As before.
    Keeps,
}

/// The built-in action of a work state that declares none.
const DONE: &str = "done";

/// Where one field may be empty.
pub(super) struct Emptiness<'a> {
    def: &'a Definition,
    catalog: &'a Catalog,
    reach: &'a Reach,
    reads: &'a [Vec<Read>],
    field: &'a str,
    /// By state: it may be entered while the field is empty.
    entered: Vec<bool>,
    /// By state: the transition that first brought it there empty.
    came: Vec<Option<(StateIx, Cause)>>,
    /// By region: the branch may be done while the field is empty.
    done: Vec<bool>,
    /// By region: the branch may be rejected while the field is empty.
    rejected: Vec<bool>,
}

impl<'a> Emptiness<'a> {
    /// Follows one field (by its own name, not a computed one) through the flow.
    pub(super) fn of(
        def: &'a Definition,
        catalog: &'a Catalog,
        reach: &'a Reach,
        reads: &'a [Vec<Read>],
        field: &'a str,
    ) -> Self {
        let mut this = Self {
            def,
            catalog,
            reach,
            reads,
            field,
            entered: vec![false; def.states.len()],
            came: vec![None; def.states.len()],
            done: vec![false; def.regions.len()],
            rejected: vec![false; def.regions.len()],
        };
        let mut open = VecDeque::new();
        if let Some(first) = def.regions.first().and_then(|root| root.states.first())
            && this.empty_at_start(&def.states[*first])
        {
            this.enter(*first, None, &mut open);
        }
        // A field can also be emptied where it was filled before, so every reachable state is looked at once.
        open.extend((0..def.states.len()).filter(|ix| reach.states[*ix]));
        while let Some(ix) = open.pop_front() {
            this.leave(ix, &mut open);
        }
        this
    }

    /// May the state be entered while the field is empty?
    pub(super) fn at(&self, ix: StateIx, before: bool) -> bool {
        self.entered[ix] && (before || !self.read_by_when(ix))
    }

    /// A way to the state on which the field stays empty: states and what led on, from the start.
    pub(super) fn way(&self, to: StateIx) -> Vec<(StateIx, Option<Cause>)> {
        let mut way = vec![(to, None)];
        let mut at = to;
        while let Some((from, cause)) = self.came[at] {
            if way.iter().any(|(on, _)| *on == from) {
                break;
            }
            way.push((from, Some(cause)));
            at = from;
        }
        way.reverse();
        way
    }

    /// Without a draft a module's record exists already, and what its kind requires is there; a form is filled in by
    /// whoever starts the flow, and nobody asks for anything.
    fn empty_at_start(&self, first: &State) -> bool {
        matches!(first.kind, StateKind::Draft { .. })
            || self.def.own_form
            || !self
                .def
                .entity
                .field(self.field)
                .is_some_and(|field| field.required)
    }

    fn enter(&mut self, ix: StateIx, came: Option<(StateIx, Cause)>, open: &mut VecDeque<StateIx>) {
        if !std::mem::replace(&mut self.entered[ix], true) {
            self.came[ix] = came;
            open.push_back(ix);
        }
    }

    fn leave(&mut self, ix: StateIx, open: &mut VecDeque<StateIx>) {
        let state = &self.def.states[ix];
        if self.at(ix, false) && !self.read_in(ix, Cause::Done) {
            for branch in branches(state) {
                if let Some(first) = self.def.regions[*branch].states.first() {
                    self.enter(*first, Some((ix, Cause::Done)), open);
                }
            }
        }
        for edge in edges(self.def, ix) {
            if !self.reach.possible(self.def, &edge) || !self.carries(&edge) {
                continue;
            }
            match landing(self.def, edge.to, state.region) {
                Landing::State(to) => self.enter(to, Some((ix, edge.cause)), open),
                Landing::Over => {}
                Landing::BranchDone(region) => {
                    if !std::mem::replace(&mut self.done[region], true) {
                        open.extend(parent(self.def, region));
                    }
                }
                Landing::BranchRejected(region) => {
                    if !std::mem::replace(&mut self.rejected[region], true) {
                        open.extend(parent(self.def, region));
                    }
                }
            }
        }
    }

    /// May the field be empty after this transition?
    fn carries(&self, edge: &Edge) -> bool {
        let state = &self.def.states[edge.from];
        if let StateKind::Together { needs, branches } = &state.kind {
            match edge.cause {
                Cause::Done | Cause::Passed => {
                    return self.joined_empty(edge.from, *needs, branches);
                }
                Cause::Rejected => return branches.iter().any(|branch| self.rejected[*branch]),
                Cause::Skipped
                | Cause::Way(_)
                | Cause::Action(_)
                | Cause::Late(_)
                | Cause::Outcome(_) => {}
            }
        }
        match self.change(state, edge) {
            Change::Fills => false,
            Change::Empties => true,
            Change::Keeps => self.at(edge.from, false) && !self.read_in(edge.from, edge.cause),
        }
    }

    /// May the field be empty when the join is settled?
    fn joined_empty(&self, ix: StateIx, needs: Join, branches: &[RegionIx]) -> bool {
        let empty = |branch: &RegionIx| self.done[*branch];
        if !self.at(ix, false) || self.read_in(ix, Cause::Done) {
            // It was filled on entering: only a branch that empties it again matters.
            return branches.iter().any(empty);
        }
        // Branches that would fill it may be left out; then fewer are needed, and only the others count.
        let certain_fillers = branches
            .iter()
            .any(|branch| !empty(branch) && self.def.regions[*branch].when.is_none());
        let may_end_empty = branches.iter().filter(|branch| empty(branch)).count();
        !certain_fillers || may_end_empty >= needed(needs)
    }

    /// A condition that was evaluated proves that its fields were there: else the instance would be held.
    fn read_by_when(&self, ix: StateIx) -> bool {
        self.reads[ix]
            .iter()
            .any(|read| read.before && read.always && read.path == self.field)
    }

    /// The same for what the state itself evaluates before it leads on.
    fn read_in(&self, ix: StateIx, cause: Cause) -> bool {
        if cause == Cause::Skipped {
            return false;
        }
        let own = |read: &&Read| {
            !read.before
                && read.always
                && read.path == self.field
                && matches!(read.used, Use::Condition | Use::Input)
        };
        let state = &self.def.states[ix];
        let evaluated = |read: &&Read| match cause {
            // Of a choice only the ways up to the one taken are evaluated.
            Cause::Way(taken) => {
                (0..=taken).any(|way| read.at == at_part(state, &format!("choose.{way}.when")))
            }
            Cause::Skipped
            | Cause::Done
            | Cause::Action(_)
            | Cause::Rejected
            | Cause::Late(_)
            | Cause::Passed
            | Cause::Outcome(_) => true,
        };
        self.reads[ix]
            .iter()
            .filter(own)
            .any(|read| evaluated(&read))
    }

    fn change(&self, state: &State, edge: &Edge) -> Change {
        if edge.cause == Cause::Skipped {
            return Change::Keeps;
        }
        let required_here = state.fields.require.iter().any(|name| name == self.field);
        let done = edge.cause == Cause::Done;
        match &state.kind {
            StateKind::Draft { .. } if done => self.submitted(state, required_here),
            StateKind::Approve(_) if done => {
                self.decided(state, required_here, RequiredTo::Approve)
            }
            StateKind::Approve(_) if edge.cause == Cause::Rejected => {
                self.decided(state, false, RequiredTo::Reject)
            }
            StateKind::Approve(approve) if counted(approve, edge.cause).is_some() => {
                match counted(approve, edge.cause) {
                    Some(Verdict::Approve) => {
                        self.decided(state, required_here, RequiredTo::Approve)
                    }
                    Some(Verdict::Reject) | None => self.decided(state, false, RequiredTo::Reject),
                }
            }
            StateKind::Work { actions, .. } => match edge.cause {
                Cause::Action(number) => {
                    // What the state requires counts where finishing is the only action; else each action says its own.
                    let only = actions.len() == 1;
                    let filled = actions.get(number).is_some_and(|action| {
                        (only && action.id == DONE && required_here)
                            || action.require.iter().any(|name| name == self.field)
                            || self.asked(&action.ask, None)
                    });
                    self.worked(state, filled)
                }
                Cause::Done => self.worked(state, required_here),
                Cause::Skipped
                | Cause::Way(_)
                | Cause::Rejected
                | Cause::Late(_)
                | Cause::Passed
                | Cause::Outcome(_) => Change::Keeps,
            },
            StateKind::Rule { rule, fills, .. } if done => {
                let rule = self.catalog.rules.get(rule);
                self.answered(fills, rule.map(|rule| rule.gives.as_slice()))
            }
            StateKind::Run(run) if done => {
                let effect = self.catalog.effects.get(&run.effect);
                self.answered(&run.fills, effect.map(|effect| effect.gives.as_slice()))
            }
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
            | StateKind::End { .. } => Change::Keeps,
        }
    }

    /// A draft lets go only of what is filled in, and lets everything else be cleared.
    fn submitted(&self, state: &State, required_here: bool) -> Change {
        if required_here || self.asked(&state.ask, None) {
            return Change::Fills;
        }
        match self.def.entity.field(self.field) {
            Some(field) if field.filled_by.as_deref() == Some(FILLED_BY_MODULE) => {
                // The module answers for it; what it does not promise may be missing.
                if field.required {
                    Change::Fills
                } else {
                    Change::Keeps
                }
            }
            Some(field) if field.filled_by.is_some() => Change::Keeps,
            Some(field) if field.required && field.required_to.is_none() => Change::Fills,
            // A field that later states ask for is not in the applicant's hands.
            Some(_) if ask_field(self.def, self.field).is_some() => Change::Keeps,
            Some(_) => Change::Empties,
            None => Change::Keeps,
        }
    }

    fn decided(&self, state: &State, required_here: bool, to: RequiredTo) -> Change {
        if required_here || self.asked(&state.ask, Some(to)) {
            Change::Fills
        } else {
            self.written(state)
        }
    }

    fn worked(&self, state: &State, filled: bool) -> Change {
        if filled || self.asked(&state.ask, None) {
            Change::Fills
        } else {
            self.written(state)
        }
    }

    /// Whoever may write a field that nothing requires may also clear it.
    fn written(&self, state: &State) -> Change {
        let always = self
            .def
            .entity
            .field(self.field)
            .is_some_and(|field| field.required);
        if !always && state.fields.write.iter().any(|name| name == self.field) {
            Change::Empties
        } else {
            Change::Keeps
        }
    }

    fn asked(&self, ask: &[Field], to: Option<RequiredTo>) -> bool {
        ask.iter().any(|field| {
            field.name == self.field
                && (field.required || (to.is_some() && field.required_to == to))
        })
    }

    /// An answer fills what it always gives. Of something unknown (a fault of its own) the best is assumed.
    fn answered(&self, fills: &[(String, String)], gives: Option<&[Port]>) -> Change {
        let Some((_, key)) = fills.iter().find(|(field, _)| field == self.field) else {
            return Change::Keeps;
        };
        let port = gives.map(|gives| gives.iter().find(|port| port.name == *key));
        match port {
            Some(Some(port)) if !port.required => Change::Keeps,
            Some(Some(_) | None) | None => Change::Fills,
        }
    }
}

/// What the custom outcome that makes this transition counts as.
fn counted(approve: &Approve, cause: Cause) -> Option<Verdict> {
    let Cause::Outcome(number) = cause else {
        return None;
    };
    approve.outcomes.get(number).map(|outcome| outcome.counts)
}
