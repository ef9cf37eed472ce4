//! Data changed by a decision: whoever read or signed the old data is asked again, on this path and in the branches beside.

use crate::definition::{DataChanged, RegionIx, StateIx, StateKind};
use crate::event::Change;
use crate::instance::{Active, BranchStatus, Passed};
use crate::refusal::{Refusal, RefusalKind};
use crate::text::Text;
use crate::turn::Run;
use crate::turn::hold::Trouble;

/// A branch beside, in which something was read or signed that is another now.
struct Stale {
    branch: RegionIx,
    /// The entry of the parallel state around it.
    parent: u32,
    /// The state to enter again; of a branch that was left out, its first.
    to: StateIx,
}

impl Run<'_> {
    /// `data_changed: ask_again`, after a decision or an action in `entry` that changed fields. True when the case went back from
    /// there, or the parallel state around it came to its end: then nothing is left to settle.
    ///
    /// # Errors
    /// `field_missing`: a condition reads a field that is empty now; and as [`Run::entry`].
    pub(crate) fn data_changed(&mut self, entry: u32, changed: &[String]) -> Result<bool, Refusal> {
        let (_, state) = self.entry(entry)?;
        if self.on_change(state) == DataChanged::Keep || changed.is_empty() {
            return Ok(false);
        }
        let because = Text::new(
            "数据已变，之前的审批按新数据重新进行",
            "The data changed; earlier decisions are taken again on the new data",
        );
        let back = self.earliest_reader(entry, changed);
        // One change, one round. And before this state is settled: its branch may be the last one that a join waits for.
        let round = self.case.instance.round + 1;
        for stale in self.stale_beside(entry, changed, back)? {
            self.ask_beside(&stale, &state.id, round, &because)?;
        }
        if self.case.instance.at(entry).is_none() {
            return Ok(true);
        }
        let Some(to) = back else { return Ok(false) };
        let ix = self.state_ix(&state.id)?;
        self.back(ix, entry, to, Some(because))?;
        Ok(true)
    }

    /// The branches beside an entry, of every parallel state around it that is not left by going `back`.
    fn stale_beside(
        &self,
        entry: u32,
        changed: &[String],
        back: Option<StateIx>,
    ) -> Result<Vec<Stale>, Refusal> {
        let (active, state) = self.entry(entry)?;
        let (mut own, mut above) = (state.region, active.parent);
        let mut found = vec![];
        while let Some(parent) = above {
            if back.is_some_and(|to| !self.within_region(to, own)) {
                break;
            }
            let (around, composite) = self.entry(parent)?;
            if let StateKind::Together { branches, .. } = &composite.kind {
                for branch in branches.iter().filter(|branch| **branch != own) {
                    self.stale(*branch, parent, changed, &mut found)?;
                }
            }
            (own, above) = (composite.region, around.parent);
        }
        Ok(found)
    }

    /// What is stale in one branch: its earliest state that was passed; else whoever has voted in the state it is in, at
    /// whatever depth. A branch that was left out by data is looked at again.
    fn stale(
        &self,
        branch: RegionIx,
        parent: u32,
        changed: &[String],
        found: &mut Vec<Stale>,
    ) -> Result<(), Refusal> {
        let hit = match self.branch_status(parent, branch) {
            Some(BranchStatus::Skipped) => self.walked_now(branch, changed)?,
            Some(BranchStatus::Open | BranchStatus::Done) => {
                let here = self.under_way(branch, parent);
                let inside = here.filter(|at| !at.branches.is_empty());
                let passed = self.passed_stale(branch, parent, inside, changed);
                if let (None, Some(inside)) = (passed, inside) {
                    let (_, state) = self.entry(inside.entry)?;
                    if let StateKind::Together { branches, .. } = &state.kind {
                        for deeper in branches {
                            self.stale(*deeper, inside.entry, changed, found)?;
                        }
                    }
                }
                let voted = here.filter(|at| self.signed_over(at.entry, changed));
                passed.or_else(|| self.def.state_ix(&voted?.state))
            }
            Some(BranchStatus::Rejected | BranchStatus::Cancelled) | None => None,
        };
        found.extend(hit.map(|to| Stale { branch, parent, to }));
        Ok(())
    }

    fn branch_status(&self, parent: u32, branch: RegionIx) -> Option<BranchStatus> {
        let id = &self.def.regions[branch].id;
        let branches = &self.case.instance.at(parent)?.branches;
        let run = branches.iter().find(|run| run.id == *id)?;
        Some(run.status)
    }

    /// The state a branch stands in.
    fn under_way(&self, branch: RegionIx, parent: u32) -> Option<&Active> {
        let mut active = self.case.instance.active.iter();
        active.find(|at| {
            let ix = self.def.state_ix(&at.state);
            at.parent == Some(parent) && ix.is_some_and(|ix| self.def.states[ix].region == branch)
        })
    }

    /// The earliest state of a branch that was passed since its parallel state was entered and read or signed what changed.
    fn passed_stale(
        &self,
        branch: RegionIx,
        parent: u32,
        inside: Option<&Active>,
        changed: &[String],
    ) -> Option<StateIx> {
        let path = &self.case.instance.path;
        // What was passed in an earlier entry of that parallel state is history.
        let earlier = |passed: &Passed| {
            passed.entry != 0 && passed.entry < parent && self.within(&passed.state, branch)
        };
        let since = path.iter().rposition(earlier).map_or(0, |at| at + 1);
        path[since..].iter().find_map(|passed| {
            let ix = self.def.state_ix(&passed.state)?;
            let to = self.lifted(ix, &[branch])?;
            // What stands inside a parallel state under way is looked at branch by branch.
            let deeper = inside.is_some_and(|at| at.state == self.def.states[to].id);
            let entered_since = passed.entry == 0 && self.is_active(&passed.state);
            let read = || {
                let state = &self.def.states[ix];
                changed.iter().any(|field| self.reads(state, field))
            };
            let stale =
                !deeper && !entered_since && (self.signed_over(passed.entry, changed) || read());
            stale.then_some(to)
        })
    }

    /// The first state of a branch that was left out, when its condition read what changed and holds now.
    fn walked_now(&self, branch: RegionIx, changed: &[String]) -> Result<Option<StateIx>, Refusal> {
        let region = &self.def.regions[branch];
        let Some(when) = &region.when else {
            return Ok(None);
        };
        if !changed
            .iter()
            .any(|field| self.condition_reads(when, field))
        {
            return Ok(None);
        }
        match self.holds(when) {
            Ok((holds, _)) => Ok(region.states.first().copied().filter(|_| holds)),
            Err(missing) => {
                let Text { zh, en } = Trouble::no_value(self.def, &missing).reason;
                Err(Refusal::new(RefusalKind::Input, "field_missing", zh, en))
            }
        }
    }

    /// Enters a branch again at a state. A join that was settled meanwhile has ended it.
    fn ask_beside(
        &mut self,
        stale: &Stale,
        from: &str,
        round: u32,
        because: &Text,
    ) -> Result<(), Refusal> {
        let Some(status) = self.branch_status(stale.parent, stale.branch) else {
            return Ok(());
        };
        self.clear_level(Some(stale.parent), stale.branch, because)?;
        if status != BranchStatus::Open {
            self.emit(Change::BranchEnded {
                parent: stale.parent,
                branch: self.def.regions[stale.branch].id.clone(),
                status: BranchStatus::Open,
            });
        }
        // Whoever is asked for the first time is not asked again.
        if status == BranchStatus::Skipped {
            return self.enter(stale.to, Some(stale.parent));
        }
        let (dropped, skips) = self.dropped(stale.to);
        self.emit(Change::Returned {
            from: from.to_owned(),
            to: self.def.states[stale.to].id.clone(),
            round,
            dropped,
            kept: vec![],
            because: because.clone(),
            comment: self.comment.clone(),
            say: None,
            skips: Some(skips),
            anew: false,
        });
        self.enter_in_round(stale.to, Some(stale.parent), round)
    }
}
