//! A failure made small: first steps are left out, then the flow and the people are made simpler, as long as it fails alike.

use assent_core::calendar::WorkCalendar;

use super::runner::{Failure, Sequence, definition, run};
use super::sketch::{Join, Kind, Needs, State, Way};

/// Sequences tried for one failure.
const TRIES_MAX: usize = 6_000;

/// The smallest sequence found that fails in the same way, and its failure.
pub fn shrink(
    sequence: Sequence,
    failure: Failure,
    calendar: &WorkCalendar,
) -> (Sequence, Failure) {
    let mut shrinker = Shrinker {
        calendar,
        best: sequence,
        failure,
        tries: 0,
    };
    shrinker.best.steps.truncate(shrinker.failure.step + 1);
    loop {
        let simpler = shrinker.drop_steps() | shrinker.simplify();
        if !simpler || shrinker.tries >= TRIES_MAX {
            return (shrinker.best, shrinker.failure);
        }
    }
}

struct Shrinker<'a> {
    calendar: &'a WorkCalendar,
    best: Sequence,
    failure: Failure,
    tries: usize,
}

impl Shrinker<'_> {
    /// Takes the candidate if it fails alike.
    fn fails(&mut self, candidate: Sequence) -> bool {
        self.tries += 1;
        if self.tries > TRIES_MAX {
            return false;
        }
        let Ok(def) = definition(&candidate.sketch) else {
            return false;
        };
        match run(&candidate, &def, self.calendar) {
            Err(failure) if failure.kind == self.failure.kind => {
                self.best = candidate;
                self.best.steps.truncate(failure.step + 1);
                self.failure = failure;
                true
            }
            Ok(_) | Err(_) => false,
        }
    }

    fn drop_steps(&mut self) -> bool {
        let mut simpler = false;
        let mut chunk = self.best.steps.len().div_ceil(2);
        while chunk > 0 {
            let mut at = 0;
            while at < self.best.steps.len() {
                let mut candidate = self.best.clone();
                let end = (at + chunk).min(candidate.steps.len());
                candidate.steps.drain(at..end);
                if self.fails(candidate) {
                    simpler = true;
                } else {
                    at += chunk;
                }
            }
            chunk /= 2;
        }
        simpler
    }

    fn simplify(&mut self) -> bool {
        let mut simpler = false;
        let mut at = 0;
        loop {
            let candidates = candidates(&self.best);
            let Some(candidate) = candidates.into_iter().nth(at) else {
                return simpler;
            };
            if self.fails(candidate) {
                simpler = true;
            } else {
                at += 1;
            }
        }
    }
}

/// The sequence with one thing simpler, in every way there is.
fn candidates(sequence: &Sequence) -> Vec<Sequence> {
    let mut all = vec![];
    for states in simpler_states(&sequence.sketch.states) {
        let mut candidate = sequence.clone();
        candidate.sketch.states = states;
        all.push(candidate);
    }
    for key in sequence.sketch.policies.keys() {
        let mut candidate = sequence.clone();
        candidate.sketch.policies.remove(key);
        all.push(candidate);
    }
    for at in 0..sequence.world.grants.len() {
        let mut candidate = sequence.clone();
        candidate.world.grants.remove(at);
        all.push(candidate);
    }
    for at in 0..sequence.world.absences.len() {
        let mut candidate = sequence.clone();
        candidate.world.absences.remove(at);
        all.push(candidate);
    }
    if sequence.edit.is_some() {
        let mut candidate = sequence.clone();
        candidate.edit = None;
        all.push(candidate);
    }
    if sequence.sketch.proxy.is_some() {
        let mut candidate = sequence.clone();
        candidate.sketch.proxy = None;
        all.push(candidate);
    }
    for person in sequence.world.superiors.keys() {
        let mut candidate = sequence.clone();
        candidate.world.superiors.remove(person);
        all.push(candidate);
    }
    all
}

fn simpler_states(states: &[State]) -> Vec<Vec<State>> {
    let mut all = vec![];
    for at in 0..states.len() {
        let with = |replaced: Vec<State>| [&states[..at], &replaced, &states[at + 1..]].concat();
        all.push(with(vec![]));
        if let Kind::Together(together) = &states[at].kind {
            for branch in &together.branches {
                all.push(with(branch.states.clone()));
            }
        }
        all.extend(
            simpler_state(&states[at])
                .into_iter()
                .map(|state| with(vec![state])),
        );
    }
    all
}

fn simpler_state(state: &State) -> Vec<State> {
    let mut all = vec![];
    let mut change = |alter: &dyn Fn(&mut State)| {
        let mut candidate = state.clone();
        alter(&mut candidate);
        all.push(candidate);
    };
    for rung in 0..state.ladder.len() {
        change(&|state| {
            state.ladder.remove(rung);
        });
    }
    if state.ladder.is_empty() && state.deadline.is_some() {
        change(&|state| {
            (state.deadline, state.restarts) = (None, false);
            state.stops_in.clear();
        });
    }
    for at in 0..state.stops_in.len() {
        change(&|state| {
            state.stops_in.remove(at);
        });
    }
    if state.restarts {
        change(&|state| state.restarts = false);
    }
    if state.when.is_some() {
        change(&|state| state.when = None);
    }
    for key in state.policies.keys() {
        change(&|state| {
            state.policies.remove(key);
        });
    }
    if !state.hidden.is_empty() {
        change(&|state| state.hidden.clear());
    }
    if !state.write.is_empty() {
        change(&|state| state.write.clear());
    }
    all.extend(simpler_kinds(&state.kind).into_iter().map(|kind| State {
        kind,
        ..state.clone()
    }));
    all
}

fn simpler_kinds(kind: &Kind) -> Vec<Kind> {
    let mut all = vec![];
    match kind {
        Kind::Approve(approve) => {
            let mut with = |alter: &dyn Fn(&mut super::sketch::Approve)| {
                let mut simpler = approve.clone();
                alter(&mut simpler);
                all.push(Kind::Approve(simpler));
            };
            if !matches!(approve.needs, Needs::Weighted(..) | Needs::Each(_))
                && approve.by.len() > 1
            {
                with(&|approve| approve.by.truncate(1));
                with(&|approve| {
                    approve.by.remove(0);
                });
            }
            if approve.needs != Needs::Any {
                with(&|approve| (approve.needs, approve.on_reject) = (Needs::Any, None));
            }
            if approve.on_reject.is_some() {
                with(&|approve| approve.on_reject = None);
            }
            if approve.claim {
                with(&|approve| approve.claim = false);
            }
            if approve.signed {
                with(&|approve| approve.signed = false);
            }
            if approve.step_up.is_some() {
                with(&|approve| approve.step_up = None);
            }
            if !approve.outcomes.is_empty() {
                with(&|approve| approve.outcomes.clear());
            }
            if !approve.keep.is_empty() {
                with(&|approve| approve.keep.clear());
            }
            if approve.rejected != Way::Unwritten {
                with(&|approve| (approve.rejected, approve.keep) = (Way::Unwritten, vec![]));
            }
        }
        Kind::Work(work) => {
            let mut simpler = work.clone();
            if simpler.claim || !simpler.actions.is_empty() {
                (simpler.claim, simpler.actions) = (false, vec![]);
                all.push(Kind::Work(simpler));
            }
        }
        Kind::Together(together) => {
            for (at, branch) in together.branches.iter().enumerate() {
                if together.branches.len() > 2 {
                    let mut simpler = together.clone();
                    simpler.branches.remove(at);
                    all.push(Kind::Together(simpler));
                }
                for states in simpler_states(&branch.states) {
                    let mut simpler = together.clone();
                    simpler.branches[at].states = states;
                    all.push(Kind::Together(simpler));
                }
                if branch.when.is_some() {
                    let mut simpler = together.clone();
                    simpler.branches[at].when = None;
                    all.push(Kind::Together(simpler));
                }
            }
            if together.needs != Join::All || together.rejected != Way::Unwritten {
                let mut simpler = together.clone();
                (simpler.needs, simpler.rejected) = (Join::All, Way::Unwritten);
                all.push(Kind::Together(simpler));
            }
        }
        Kind::Subflow(subflow) => {
            let mut with = |alter: &dyn Fn(&mut super::sketch::Subflow)| {
                let mut simpler = subflow.clone();
                alter(&mut simpler);
                all.push(Kind::Subflow(simpler));
            };
            if subflow.each.is_some() {
                with(&|it| (it.each, it.needs) = (None, Join::All));
            }
            for at in 0..subflow.outcomes.len() {
                with(&|it| {
                    it.outcomes.remove(at);
                });
            }
            if subflow.rejected != Way::Unwritten {
                with(&|it| it.rejected = Way::Unwritten);
            }
        }
        Kind::Run(fills) => all.extend(fills.then_some(Kind::Run(false))),
        Kind::Draft | Kind::Choose(..) | Kind::Wait | Kind::End(_) => {}
    }
    all
}
