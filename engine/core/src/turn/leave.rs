//! Leaving a state: by its own way on, or because something around it was settled. And joins: counting branches.

use crate::calendar::Rest;
use crate::command::Verdict;
use crate::definition::{Outcome, RegionIx, StateIx, StateKind, Target};
use crate::event::Change;
use crate::instance::{BranchStatus, TaskEnd};
use crate::refusal::Refusal;
use crate::text::Text;
use crate::turn::Run;
use crate::turn::clock::term_of;
use crate::turn::tally::joined;

impl Run<'_> {
    /// Leaves an active state by a target.
    pub(crate) fn leave(
        &mut self,
        ix: StateIx,
        entry: u32,
        parent: Option<u32>,
        target: Target,
    ) -> Result<(), Refusal> {
        self.leave_because(ix, entry, parent, target, None)
    }

    /// The same, with why nobody's decision led on.
    pub(crate) fn leave_because(
        &mut self,
        ix: StateIx,
        entry: u32,
        parent: Option<u32>,
        target: Target,
        because: Option<Text>,
    ) -> Result<(), Refusal> {
        if let Target::BackTo(to) = target {
            return self.back(ix, entry, to, None);
        }
        let to = match target {
            Target::Go(to) => Some(self.def.states[to].id.clone()),
            Target::BackTo(_) | Target::BranchEnd | Target::Reject | Target::Finish => None,
        };
        let rest = self.rest(ix, entry, target);
        let stopped = self
            .case
            .instance
            .at(entry)
            .and_then(|at| at.stopped.as_ref());
        let rungs = match (rest, stopped) {
            (Some(_), Some(stopped)) => stopped.rungs.clone(),
            (Some(_), None) => self.rung_rests(&self.def.states[ix], entry),
            (None, _) => vec![],
        };
        self.close_up(entry, &Text::new("该节点已有结果", "The state was settled"));
        self.emit(Change::Left {
            state: self.def.states[ix].id.clone(),
            entry,
            to,
            rest,
            rungs,
            because,
        });
        self.follow(ix, parent, target)
    }

    /// What is left of a deadline whose clock only stops in the state entered next; of one that stands, what it stands at.
    fn rest(&self, ix: StateIx, entry: u32, target: Target) -> Option<Rest> {
        let (state, Target::Go(to)) = (&self.def.states[ix], target) else {
            return None;
        };
        let active = self.case.instance.at(entry)?;
        if !state.clock_stops_in.contains(&to) {
            return None;
        }
        let stands_at = active.stopped.as_ref().and_then(|clock| clock.rest);
        stands_at.or_else(|| {
            let (due, term) = (active.due?, term_of(state, active)?);
            Some(self.cx.calendar.rest(self.cx.now, due, term.unit))
        })
    }

    /// Goes on from a state that is not active (left or skipped).
    pub(crate) fn follow(
        &mut self,
        ix: StateIx,
        parent: Option<u32>,
        target: Target,
    ) -> Result<(), Refusal> {
        match target {
            Target::Go(to) => {
                let from = self.def.states[ix].region;
                let parent = self.climb(from, parent, self.def.states[to].region);
                self.enter(to, parent)
            }
            Target::BackTo(to) => {
                let (from, to) = (self.def.states[ix].id.clone(), to);
                self.retreat(&from, ix, parent, to, None)
            }
            Target::BranchEnd => self.branch_end(ix, parent, BranchStatus::Done),
            Target::Reject if parent.is_some() => {
                self.branch_end(ix, parent, BranchStatus::Rejected)
            }
            Target::Reject => self.over(Some(ix), Outcome::Rejected),
            Target::Finish => self.over(Some(ix), Outcome::Approved),
        }
    }

    /// Leaves every parallel state that does not contain the target's region; returns the entry the target is inside of.
    pub(crate) fn climb(
        &mut self,
        from: RegionIx,
        mut parent: Option<u32>,
        to: RegionIx,
    ) -> Option<u32> {
        let mut region = from;
        while region != to {
            let Some(entry) = parent else { break };
            parent = self.case.instance.at(entry).and_then(|above| above.parent);
            self.drop_composite(
                entry,
                &Text::new("流程已离开该并行节点", "The parallel state was left"),
            );
            let Some(above) = self.def.regions[region].parent else {
                break;
            };
            region = self.def.states[above].region;
        }
        parent
    }

    /// Cancels a parallel entry and exactly what is inside it.
    pub(crate) fn drop_composite(&mut self, entry: u32, because: &Text) {
        self.cut(entry, because);
        self.cancel(entry, because);
    }

    /// Cancels exactly what is inside a parallel entry: states under way, and holds at states that could not be entered.
    pub(crate) fn cut(&mut self, entry: u32, because: &Text) {
        for inner in self.case.instance.inside(entry) {
            self.cancel(inner, because);
        }
        let around = self.case.instance.at(entry).map(|at| at.state.clone());
        let Some(around) = around.and_then(|id| self.def.state_ix(&id)) else {
            return;
        };
        let stuck = self
            .case
            .instance
            .holds
            .iter()
            .map(|held| held.state.clone());
        let stuck: Vec<String> = stuck.filter(|id| self.stands_in(id, around)).collect();
        for state in stuck {
            self.emit(Change::Resumed {
                state,
                comment: None,
            });
        }
    }

    /// Does the state stand in a branch of that parallel state, at whatever depth?
    fn stands_in(&self, state: &str, around: StateIx) -> bool {
        let mut at = self.def.state_ix(state);
        while let Some(above) =
            at.and_then(|ix| self.def.regions[self.def.states[ix].region].parent)
        {
            if above == around {
                return true;
            }
            at = Some(above);
        }
        false
    }

    /// Cancels one entry: its tasks end as cancelled, its wake-ups are cleared.
    pub(crate) fn cancel(&mut self, entry: u32, because: &Text) {
        self.close_up(entry, because);
        if let Some(state) = self
            .case
            .instance
            .at(entry)
            .map(|active| active.state.clone())
        {
            self.emit(Change::Cancelled {
                state,
                entry,
                because: because.clone(),
            });
        }
    }

    /// Ends the open tasks of an entry as cancelled; its times run on.
    pub(crate) fn close_tasks(&mut self, entry: u32, because: &Text) {
        let open: Vec<u32> = self
            .case
            .instance
            .tasks
            .iter()
            .filter(|task| task.entry == entry)
            .map(|task| task.no)
            .collect();
        for task in open {
            self.emit(Change::TaskClosed {
                task,
                end: TaskEnd::Cancelled,
                because: because.clone(),
            });
        }
    }

    /// Ends the open tasks of an entry as cancelled and clears its wake-ups.
    pub(crate) fn close_up(&mut self, entry: u32, because: &Text) {
        self.close_tasks(entry, because);
        let armed = self
            .case
            .instance
            .wakeups
            .iter()
            .filter(|wakeup| wakeup.entry == entry);
        let armed: Vec<String> = armed.map(|wakeup| wakeup.reference.clone()).collect();
        for reference in armed {
            self.emit(Change::WakeupCleared {
                reference,
                fired: false,
            });
        }
        self.stop_children(entry, because);
    }

    /// A branch reached its end, or nobody caught its rejection.
    fn branch_end(
        &mut self,
        ix: StateIx,
        parent: Option<u32>,
        status: BranchStatus,
    ) -> Result<(), Refusal> {
        let Some(parent) = parent else {
            // A root state leads to `Finish`, never here; the checker refuses anything else.
            return self.over(Some(ix), Outcome::Approved);
        };
        let region = self.def.states[ix].region;
        let branch = self.def.regions[region].id.clone();
        self.emit(Change::BranchEnded {
            parent,
            branch,
            status,
        });
        self.join(parent)
    }

    /// Counts the branches that are done; settles the parallel state as soon as the count decides.
    pub(crate) fn join(&mut self, entry: u32) -> Result<(), Refusal> {
        let Some(active) = self.case.instance.at(entry) else {
            return Ok(());
        };
        let (ix, above) = (self.state_ix(&active.state)?, active.parent);
        let StateKind::Together { needs, .. } = &self.def.states[ix].kind else {
            return Ok(());
        };
        let target = match joined(*needs, &active.branches) {
            Some(Verdict::Approve) => self.def.states[ix].next,
            Some(Verdict::Reject) => self.def.states[ix].if_rejected,
            None => return Ok(()),
        };
        self.cut_open_branches(entry);
        self.leave(ix, entry, above, target)
    }

    /// The join was settled: what is still under way inside is cancelled, never labelled with a decision.
    fn cut_open_branches(&mut self, entry: u32) {
        let because = Text::new("并行节点已有结果", "The parallel state was settled");
        self.cut(entry, &because);
        let open = self
            .case
            .instance
            .at(entry)
            .map(|active| active.branches.clone())
            .unwrap_or_default();
        for run in open
            .into_iter()
            .filter(|run| run.status == BranchStatus::Open)
        {
            self.emit(Change::BranchEnded {
                parent: entry,
                branch: run.id,
                status: BranchStatus::Cancelled,
            });
        }
    }

    /// `restore:`: the record gets back the values it was submitted with.
    fn restore(&mut self, outcome: &Outcome) {
        let wanted = match outcome {
            Outcome::Rejected => self.def.policies.restore.rejected,
            Outcome::Withdrawn => self.def.policies.restore.withdrawn,
            Outcome::Approved | Outcome::Cancelled | Outcome::Named(_) => false,
        };
        let Some(then) = self.case.instance.at_submit.clone().filter(|_| wanted) else {
            return;
        };
        let values = crate::record::changed(&self.case.values, &then);
        if !values.is_empty() {
            self.emit(Change::FieldsSet { values });
        }
    }

    /// The instance is over: everything still open is cancelled.
    pub(crate) fn over(&mut self, ix: Option<StateIx>, outcome: Outcome) -> Result<(), Refusal> {
        let because = Text::new("流程已结束", "The instance is over");
        let mut entries: Vec<u32> = self
            .case
            .instance
            .active
            .iter()
            .map(|active| active.entry)
            .collect();
        entries.reverse();
        for entry in entries {
            self.cancel(entry, &because);
        }
        self.stop_those_beside(&outcome, &because);
        self.restore(&outcome);
        let state = ix.map(|ix| self.def.states[ix].id.clone());
        let comment = self.comment.clone();
        self.emit(Change::Ended {
            state,
            outcome,
            comment,
        });
        Ok(())
    }
}
