//! Entering a state: skip it, or be in it and do what its kind says.

use crate::condition::NoValue;
use crate::definition::{RegionIx, State, StateIx, StateKind};
use crate::event::Change;
use crate::instance::{BranchStatus, TaskKind};
use crate::refusal::Refusal;
use crate::text::Text;
use crate::time::Moment;
use crate::turn::Run;
use crate::turn::hold::Trouble;

impl Run<'_> {
    /// Enters a state, or skips it and goes on. `parent` is the parallel entry it is inside of.
    ///
    /// # Errors
    /// Only what [`Run::state_ix`] says; trouble with data or people holds the instance instead.
    pub fn enter(&mut self, ix: StateIx, parent: Option<u32>) -> Result<(), Refusal> {
        let state = &self.def.states[ix];
        if self.runs_away(&state.id) {
            return self.hold(state, None, Trouble::runaway(&state.name));
        }
        if let Some(condition) = &state.when {
            match self.holds(condition) {
                Ok((true, _)) => {}
                Ok((false, values)) => {
                    self.emit(Change::Skipped {
                        state: state.id.clone(),
                        because: condition.text.clone(),
                        values,
                    });
                    return self.follow(ix, parent, state.skip_to);
                }
                Err(missing) => {
                    return self.hold(state, None, Trouble::no_value(self.def, &missing));
                }
            }
        }
        let entry = self.case.instance.entries + 1;
        if let Some(by) = &state.deadline_by
            && state.term(&self.case.values).is_none()
        {
            let missing = NoValue::Missing(by.field.clone());
            return self.hold(state, None, Trouble::no_value(self.def, &missing));
        }
        let due = self.due_on_entry(state);
        // A clock that only stopped: of the ladder too, what is left runs on.
        let rungs = self.case.instance.stopped_rungs.get(&state.id).cloned();
        let branches = match self.branches(state) {
            Ok(branches) => branches,
            Err(trouble) => return self.hold(state, None, trouble),
        };
        self.emit(Change::Entered {
            state: state.id.clone(),
            entry,
            parent,
            due,
            branches,
            term: state.term(&self.case.values),
        });
        match rungs {
            // One that was late already has no time left to count its rungs from.
            Some(rungs) => {
                self.arm_rests(state, entry, due.filter(|due| *due > self.cx.now), &rungs);
            }
            None => self.arm(state, entry, due),
        }
        self.begin(ix, entry, parent)
    }

    /// When a state entered now is due: the rest of a stopped clock, or its whole term.
    fn due_on_entry(&self, state: &State) -> Option<Moment> {
        let term = state.term(&self.case.values)?;
        let rest = self.case.instance.stopped.get(&state.id);
        Some(rest.map_or_else(
            || self.later(self.cx.now, term),
            |rest| self.cx.calendar.resume(self.cx.now, *rest),
        ))
    }

    /// Does what the state's kind says, for an entry that was just made (or is tried again after a hold).
    pub(crate) fn begin(
        &mut self,
        ix: StateIx,
        entry: u32,
        parent: Option<u32>,
    ) -> Result<(), Refusal> {
        let state = &self.def.states[ix];
        match &state.kind {
            StateKind::Draft { .. } => {
                let applicant = self.case.instance.applicant.clone();
                let why = vec![Text::new("您是发起人。", "You are the applicant.")];
                self.open_task(
                    state,
                    entry,
                    TaskKind::Draft,
                    applicant.clone(),
                    applicant,
                    why,
                );
                Ok(())
            }
            StateKind::Approve(approve) => self.ask(state, entry, approve),
            StateKind::Work { by, claim, .. } => self.ask_work(state, entry, by, *claim),
            StateKind::Together { branches, .. } => self.fork(entry, branches, ix, parent),
            StateKind::Rule { .. }
            | StateKind::Run(_)
            | StateKind::Choose { .. }
            | StateKind::Mail { .. }
            | StateKind::WaitFor { .. }
            | StateKind::WaitUntil { .. }
            | StateKind::Subflow { .. } => self.automatic(ix, entry, parent),
            StateKind::End { outcome, then } => self.arrive(state, entry, outcome, then),
        }
    }

    /// How each branch starts; empty for a state without branches.
    fn branches(&self, state: &State) -> Result<Vec<(String, BranchStatus)>, Trouble> {
        let StateKind::Together { branches, .. } = &state.kind else {
            return Ok(vec![]);
        };
        let start = |ix: &RegionIx| {
            let region = &self.def.regions[*ix];
            let open = match &region.when {
                None => true,
                Some(condition) => {
                    self.holds(condition)
                        .map_err(|missing| Trouble::no_value(self.def, &missing))?
                        .0
                }
            };
            Ok((
                region.id.clone(),
                if open {
                    BranchStatus::Open
                } else {
                    BranchStatus::Skipped
                },
            ))
        };
        branches.iter().map(start).collect()
    }

    fn fork(
        &mut self,
        entry: u32,
        branches: &[RegionIx],
        ix: StateIx,
        parent: Option<u32>,
    ) -> Result<(), Refusal> {
        for branch in branches {
            let region = &self.def.regions[*branch];
            if self.case.instance.branch_open(entry, &region.id) {
                if let Some(first) = region.states.first() {
                    self.enter(*first, Some(entry))?;
                }
            } else if let (Some(condition), true) = (&region.when, self.left_out(entry, &region.id))
            {
                // A branch left out leaves its states' names in the trail, so that "why was finance not asked" has an answer.
                let Ok((_, values)) = self.holds(condition) else {
                    continue;
                };
                for skipped in &region.states {
                    let state = self.def.states[*skipped].id.clone();
                    self.emit(Change::Skipped {
                        state,
                        because: condition.text.clone(),
                        values: values.clone(),
                    });
                }
            }
        }
        // Every branch was left out: nobody to wait for.
        let none_entered = self.case.instance.at(entry).is_some_and(|at| {
            at.branches
                .iter()
                .all(|run| run.status == BranchStatus::Skipped)
        });
        if none_entered {
            self.leave(ix, entry, parent, self.def.states[ix].next)
        } else {
            Ok(())
        }
    }

    fn left_out(&self, entry: u32, branch: &str) -> bool {
        let active = self.case.instance.at(entry);
        active.is_some_and(|at| {
            at.branches
                .iter()
                .any(|run| run.id == branch && run.status == BranchStatus::Skipped)
        })
    }
}
