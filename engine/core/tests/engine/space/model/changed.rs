//! Data changed by a decision or an action: who read or signed the old data looks again, here and in the branches beside.

use super::super::sketch::Kind;
use super::{BranchIs, Model, Place, Refused};

/// A branch beside that is entered again.
struct Again {
    parallel: u32,
    branch: String,
    /// None when nobody can say whether it is entered: its condition reads what was emptied.
    state: Option<String>,
}

impl Model {
    /// `data_changed: ask_again`. True when nothing is left to settle where it was changed.
    pub(super) fn data_changed(&mut self, no: u32, changed: &[String]) -> Result<bool, Refused> {
        let here = self.place(no).unwrap().clone();
        if changed.is_empty() || self.policy(&here.state, "data_changed") == "keep" {
            return Ok(false);
        }
        let back = self.earliest_reader(&here.state, changed);
        let round = self.round + 1;
        for again in self.beside(&here, back.as_deref(), changed) {
            let Some(state) = again.state.clone() else {
                return Err("a branch beside reads what was emptied");
            };
            self.again(&here.state, &again, &state, round);
        }
        if self.place(no).is_none() {
            return Ok(true);
        }
        match back {
            Some(to) => {
                self.cancel(no);
                self.back(&here.state, here.inside, &to, false);
            }
            None => return Ok(false),
        }
        Ok(true)
    }

    /// Every branch of the parallel states around that go on, but the one it was changed in.
    fn beside(&self, here: &Place, back: Option<&str>, changed: &[String]) -> Vec<Again> {
        let mut found = vec![];
        let mut inner = here.clone();
        while let Some(parallel) = inner.inside.and_then(|no| self.place(no)) {
            let own = self.map.region(&inner.state);
            if back.is_some_and(|to| !self.map.within(to, &own)) {
                break;
            }
            for (branch, status) in &parallel.branches {
                if *branch != own {
                    self.look_again(parallel, branch, *status, changed, &mut found);
                }
            }
            inner = parallel.clone();
        }
        found
    }

    fn look_again(
        &self,
        parallel: &Place,
        branch: &str,
        status: BranchIs,
        changed: &[String],
        found: &mut Vec<Again>,
    ) {
        let stands = self.places.iter().find(|place| {
            place.inside == Some(parallel.no) && self.map.region(&place.state) == branch
        });
        let state = match status {
            BranchIs::Rejected => None,
            // Only its condition was read: whoever left it out would enter it on the new data.
            BranchIs::LeftOut => self.opens(&parallel.state, branch, changed),
            BranchIs::Open | BranchIs::Done => {
                let passed = self.first_stale(parallel.no, branch, stands, changed);
                let voted = || stands.filter(|at| self.signed(at.no, changed));
                match (passed, stands) {
                    (None, Some(at)) if self.is_together(&at.state) => {
                        for (deeper, status) in &at.branches {
                            self.look_again(at, deeper, *status, changed, found);
                        }
                        None
                    }
                    (passed, _) => passed.or_else(|| Some(voted()?.state.clone())).map(Some),
                }
            }
        };
        found.extend(state.map(|state| Again {
            parallel: parallel.no,
            branch: branch.to_owned(),
            state,
        }));
    }

    #[expect(
        clippy::option_option,
        reason = "stays out, not to be said, or its first state"
    )]
    fn opens(&self, parallel: &str, branch: &str, changed: &[String]) -> Option<Option<String>> {
        let Kind::Together(together) = self.map.state(parallel).kind else {
            return None;
        };
        let known = together.branches.iter().find(|known| known.id == branch)?;
        // Every condition of a sketch is about the amount.
        let read = changed.iter().any(|field| field == "amount");
        let when = known.when.filter(|_| read)?;
        match self.holds_now(when) {
            Some(true) => Some(Some(self.map.states_in(branch)[0].clone())),
            Some(false) => None,
            None => Some(None),
        }
    }

    /// The first state of the branch, passed since its parallel state was entered, in which it was read or signed.
    fn first_stale(
        &self,
        parallel: u32,
        branch: &str,
        stands: Option<&Place>,
        changed: &[String],
    ) -> Option<String> {
        let mut first = None;
        for passed in self
            .path
            .iter()
            .filter(|passed| self.map.knows(&passed.state))
        {
            let Some(state) = self.map.lifted(&passed.state, &[branch.to_owned()]) else {
                continue;
            };
            if passed.place != 0 && passed.place < parallel {
                first = None;
                continue;
            }
            let goes_on = stands.is_some_and(|at| at.state == state && self.is_together(&state));
            let entered_since = passed.place == 0 && self.place_of(&passed.state).is_some();
            let read = self.signed(passed.place, changed)
                || changed.iter().any(|it| self.map.reads(&passed.state, it));
            if first.is_none() && read && !goes_on && !entered_since {
                first = Some(state);
            }
        }
        first
    }

    /// Was one of these fields signed over in that place?
    pub(super) fn signed(&self, place: u32, changed: &[String]) -> bool {
        self.signatures.iter().any(|known| {
            place != 0
                && known.place == place
                && changed.iter().any(|field| known.facts.contains_key(field))
        })
    }

    fn again(&mut self, from: &str, again: &Again, state: &str, round: u32) {
        let Some(parallel) = self.place_mut(again.parallel) else {
            return;
        };
        let branches = parallel.branches.iter_mut();
        let (_, status) = branches
            .into_iter()
            .find(|(id, _)| *id == again.branch)
            .unwrap();
        let was = std::mem::replace(status, BranchIs::Open);
        let inside = |place: &&Place| {
            place.inside == Some(again.parallel) && self.map.region(&place.state) == again.branch
        };
        let stands: Vec<u32> = self.places.iter().filter(inside).map(|at| at.no).collect();
        for no in stands {
            self.cancel(no);
        }
        let map = self.map.clone();
        self.holds.retain(|hold| {
            hold.inside != Some(again.parallel) || map.region(&hold.state) != again.branch
        });
        if was == BranchIs::LeftOut {
            return self.enter(state, Some(again.parallel));
        }
        self.kept.clear();
        self.returned_anew = false;
        self.new_round(from, state, round, Some(again.parallel));
    }
}
