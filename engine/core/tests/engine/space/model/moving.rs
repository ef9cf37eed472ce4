//! Moving: entering, leaving, joining, going back, ending.

use assent_core::instance::TaskKind;

use super::super::sketch::{Approve, Join, Kind};
use super::map::ROOT;
use super::{BranchIs, Model, Passed, Place, Timer, To};

impl Model {
    pub(super) fn approval(&self, state: &str) -> Option<Approve> {
        match self.map.state(state).kind {
            Kind::Approve(approve) => Some(approve),
            _ => None,
        }
    }

    /// Where a state leads once it is approved or rejected.
    pub(super) fn way_after(&self, state: &str, approved: bool) -> To {
        let written = match self.map.state(state).kind {
            _ if approved => return self.map.next(state),
            Kind::Approve(approve) => approve.rejected,
            Kind::Together(together) => together.rejected,
            _ => return To::Rejected,
        };
        self.map.way(state, &written, To::Rejected)
    }

    pub(super) fn enter(&mut self, id: &str, inside: Option<u32>) {
        let state = self.map.state(id);
        match state.when.map(|when| self.holds_now(when)) {
            None | Some(Some(true)) => {}
            Some(Some(false)) => {
                self.passed(id, 0);
                return self.follow(id, inside, self.map.next(id));
            }
            Some(None) => return self.hold(id, None, inside),
        }
        let Some(branches) = self.branches(&state.kind) else {
            return self.hold(id, None, inside);
        };
        self.places_made += 1;
        let no = self.places_made;
        let rests = self.rests.remove(id);
        let due = state.deadline.map(super::time::hours);
        let due = due.map(|whole| rests.as_ref().map_or(whole, |rests| rests.due.unwrap_or(0)));
        let place = Place {
            no,
            state: id.to_owned(),
            inside,
            since: self.now,
            counted: self.now,
            due: due.map(|left| self.now + left),
            branches,
            votes: vec![],
            stopped: None,
        };
        self.places.push(place);
        match rests {
            Some(rests) => self.arm_rests(no, &rests),
            None => self.arm(no),
        }
        self.begin(no);
    }

    /// How the branches of a state begin; none when that cannot be said.
    fn branches(&self, kind: &Kind) -> Option<Vec<(String, BranchIs)>> {
        let Kind::Together(together) = kind else {
            return Some(vec![]);
        };
        let begins = |branch: &super::super::sketch::Branch| {
            let open = branch
                .when
                .map_or(Some(true), |when| self.holds_now(when))?;
            let is = if open {
                BranchIs::Open
            } else {
                BranchIs::LeftOut
            };
            Some((branch.id.clone(), is))
        };
        together.branches.iter().map(begins).collect()
    }

    /// Does what the state's kind says.
    pub(super) fn begin(&mut self, no: u32) {
        let place = self.place(no).unwrap().clone();
        match self.map.state(&place.state).kind {
            Kind::Draft => {
                let applicant = self.applicant.clone();
                self.open(no, TaskKind::Draft, &applicant, &applicant);
            }
            Kind::Approve(approve) => self.ask(no, &approve),
            Kind::Work(work) => self.ask_work(no, &work.by, work.claim),
            Kind::Together(_) => self.fork(&place),
            Kind::Choose(when, first, second) => {
                let Some(holds) = self.holds_now(when) else {
                    return self.hold_at(no);
                };
                let to = if holds { first } else { second };
                self.leave(no, self.map.go(&place.state, &to));
            }
            Kind::Wait => {}
            Kind::Run(_) => self.call(no),
            Kind::Subflow(subflow) => self.ask_children(no, &subflow),
            Kind::End(outcome) => {
                self.passed(&place.state, no);
                self.over(outcome);
            }
        }
    }

    fn fork(&mut self, place: &Place) {
        for (branch, _) in &place.branches {
            if self.branch_is(place.no, branch) == Some(BranchIs::Open) {
                let first = self.map.states_in(branch)[0].clone();
                self.enter(&first, Some(place.no));
            } else if self.branch_is(place.no, branch) == Some(BranchIs::LeftOut) {
                for skipped in self.map.states_in(branch) {
                    self.passed(&skipped, 0);
                }
            }
        }
        let stands = self.place(place.no);
        let none_entered = stands.is_some_and(|at| {
            at.branches
                .iter()
                .all(|(_, status)| *status == BranchIs::LeftOut)
        });
        if none_entered {
            self.leave(place.no, self.map.next(&place.state));
        }
    }

    fn branch_is(&self, no: u32, branch: &str) -> Option<BranchIs> {
        let place = self.place(no)?;
        let found = place.branches.iter().find(|(id, _)| id == branch);
        found.map(|(_, status)| *status)
    }

    pub(super) fn passed(&mut self, state: &str, place: u32) {
        let state = state.to_owned();
        self.path.push(Passed { state, place });
    }

    /// Ends everything that belongs to a place: tasks, timers, holds, and all places inside.
    pub(super) fn cancel(&mut self, no: u32) {
        let inner: Vec<u32> = self
            .places
            .iter()
            .filter(|place| place.inside == Some(no))
            .map(|place| place.no)
            .collect();
        for inner in inner {
            self.cancel(inner);
        }
        self.places.retain(|place| place.no != no);
        self.tasks
            .retain(|task| task.place != no || task.kind == TaskKind::Read);
        self.timers.retain(|timer| timer.place != no);
        // What was asked outside may be done all the same.
        for (_, _, off) in self.calls.iter_mut().filter(|(_, place, _)| *place == no) {
            *off = true;
        }
        self.children
            .retain(|child| child.place != no || child.beside);
        self.holds
            .retain(|hold| hold.place != Some(no) && hold.inside != Some(no));
    }

    pub(super) fn leave(&mut self, no: u32, to: To) {
        let place = self.place(no).unwrap().clone();
        if let To::Back(to) = to {
            self.cancel(no);
            return self.back(&place.state, place.inside, &to, true);
        }
        if let To::State(to) = &to {
            self.keep_rests(no, to);
        }
        let armed = self.timers.iter().filter(|timer| timer.place == no);
        let armed: Vec<Timer> = armed.cloned().collect();
        if let Some(last) = &mut self.last
            && last.place == no
            && last.decision
        {
            last.left = Some((place.clone(), armed));
        }
        self.cancel(no);
        self.passed(&place.state, no);
        self.follow(&place.state, place.inside, to);
    }

    fn follow(&mut self, from: &str, inside: Option<u32>, to: To) {
        match to {
            To::State(to) => {
                let inside = self.climb(&self.map.region(from), inside, &self.map.region(&to));
                self.enter(&to, inside);
            }
            To::Back(to) => self.back(from, inside, &to, true),
            To::BranchEnd => self.branch_ends(from, inside, BranchIs::Done),
            To::Rejected if inside.is_some() => {
                self.branch_ends(from, inside, BranchIs::Rejected);
            }
            To::Rejected => self.over("rejected"),
            To::Finished => self.over("approved"),
        }
    }

    /// Leaves every parallel state that does not contain the region; answers the one it is inside of.
    fn climb(&mut self, from: &str, inside: Option<u32>, to: &str) -> Option<u32> {
        if from == to || from == ROOT {
            return inside;
        }
        let no = inside?;
        let (state, above) = {
            let place = self.place(no)?;
            (place.state.clone(), place.inside)
        };
        self.cancel(no);
        self.climb(&self.map.region(&state), above, to)
    }

    fn branch_ends(&mut self, state: &str, inside: Option<u32>, status: BranchIs) {
        let Some(no) = inside else {
            return self.over("approved");
        };
        let branch = self.map.region(state);
        let Some(place) = self.place_mut(no) else {
            return;
        };
        for (id, known) in &mut place.branches {
            if *id == branch {
                *known = status;
            }
        }
        self.join(no);
    }

    /// Counts the branches that are done.
    pub(super) fn join(&mut self, no: u32) {
        let place = self.place(no).unwrap().clone();
        let Kind::Together(together) = self.map.state(&place.state).kind else {
            return;
        };
        let count = |wanted: BranchIs| {
            place
                .branches
                .iter()
                .filter(|(_, status)| *status == wanted)
                .count()
        };
        let entered = place.branches.len() - count(BranchIs::LeftOut);
        let needed = match together.needs {
            Join::All => entered,
            Join::Any => 1,
            Join::Count(wanted) => wanted.min(entered),
        };
        if count(BranchIs::Done) >= needed {
            self.leave(no, self.way_after(&place.state, true));
        } else if count(BranchIs::Done) + count(BranchIs::Open) < needed {
            self.leave(no, self.way_after(&place.state, false));
        }
    }

    /// A return: a new round begins in a state already passed.
    pub(super) fn back(&mut self, from: &str, inside: Option<u32>, to: &str, anew: bool) {
        let region = self.map.region(to);
        let inside = self.climb(&self.map.region(from), inside, &region);
        self.kept = self
            .approval(from)
            .map(|approve| approve.keep)
            .unwrap_or_default();
        self.returned_anew = anew;
        self.new_round(from, to, self.round + 1, inside);
    }

    pub(super) fn new_round(&mut self, from: &str, to: &str, round: u32, inside: Option<u32>) {
        self.round = round;
        self.returned_from = Some(from.to_owned());
        self.returned_to = Some(to.to_owned());
        self.edited.clear();
        self.last = None;
        self.forget_since(to);
        let allowed: u32 = self.policy(to, "rounds").parse().unwrap();
        if self.round > allowed + 1 {
            return self.hold(to, None, inside);
        }
        self.enter(to, inside);
    }

    /// What is walked again stands no more: the state gone back to, what came after it, and all that is inside of it.
    pub(super) fn forget_since(&mut self, to: &str) {
        let region = self.map.region(to);
        let cut = self.path.iter().rposition(|passed| passed.state == to);
        let map = std::rc::Rc::clone(&self.map);
        let mut at = 0;
        self.path.retain(|passed| {
            let after = cut.is_some_and(|cut| at >= cut);
            at += 1;
            let gone = !map.knows(&passed.state);
            gone || !(after && map.within(&passed.state, &region) || map.inside(&passed.state, to))
        });
    }

    /// Everything is over: nothing stays open but copies to read.
    pub(super) fn over(&mut self, outcome: &'static str) {
        self.places.clear();
        self.tasks.retain(|task| task.kind == TaskKind::Read);
        self.timers.clear();
        self.calls.iter_mut().for_each(|(_, _, off)| *off = true);
        // Those beside go on, unless nobody wants any of it any more.
        let unwanted = ["withdrawn", "cancelled"].contains(&outcome);
        self.children.retain(|child| child.beside && !unwanted);
        self.holds.clear();
        self.last = None;
        self.suspended = None;
        self.ended = Some(outcome);
        self.ended_at = self.now;
        let restore = self.policy("draft", "restore");
        let wanted = restore == outcome
            || restore == "both" && (outcome == "rejected" || outcome == "withdrawn");
        if let (true, Some(values)) = (wanted, self.at_submit.clone()) {
            self.values = values;
        }
    }

    /// Legal targets of a return, in the order they were passed last.
    pub(super) fn return_targets(&self, state: &str) -> Vec<String> {
        let around = self.map.upward(&self.map.region(state));
        let mut targets: Vec<String> = vec![];
        for passed in &self.path {
            if !self.map.knows(&passed.state) {
                continue;
            }
            let legal = self.asks_people(&passed.state)
                && passed.place != 0
                && passed.state != state
                && around.contains(&self.map.region(&passed.state));
            if legal {
                targets.retain(|known| *known != passed.state);
                targets.push(passed.state.clone());
            }
        }
        targets
    }

    fn asks_people(&self, state: &str) -> bool {
        match self.map.state(state).kind {
            Kind::Draft | Kind::Approve(_) | Kind::Work(_) => true,
            Kind::Together(_) => {
                let mut inside = self.map.all_inside(state);
                inside.any(|id| matches!(self.map.state(id).kind, Kind::Approve(_) | Kind::Work(_)))
            }
            _ => false,
        }
    }

    /// The earliest passed state that decided by a changed field, or whose signers signed over it.
    pub(super) fn earliest_reader(&self, state: &str, changed: &[String]) -> Option<String> {
        let around = self.map.upward(&self.map.region(state));
        for passed in &self.path {
            // In a version that has no such state, nothing is known of what it read.
            if !self.map.knows(&passed.state) {
                continue;
            }
            let Some(target) = self.map.lifted(&passed.state, &around) else {
                continue;
            };
            // Branches beside this one are still under way; they are looked at one by one.
            if self
                .place_of(&target)
                .is_some_and(|at| self.is_together(&at.state))
            {
                continue;
            }
            // Skipped before and entered since: who is asked there sees the change, or makes it.
            if passed.place == 0 && self.place_of(&passed.state).is_some() {
                continue;
            }
            let own_reads = |field: &String| self.map.reads(&passed.state, field);
            if self.signed(passed.place, changed) || changed.iter().any(own_reads) {
                return Some(target);
            }
        }
        None
    }
}
