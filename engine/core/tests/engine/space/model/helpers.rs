//! Beside the decision: opinions, questions, copies, pools, and taking a decision back.

use std::rc::Rc;

use assent_core::instance::TaskKind;

use super::super::sketch::{Kind, Needs};
use super::{BranchIs, Cause, Model, Refused, Task};

const HOLDERS: [TaskKind; 3] = [TaskKind::Approve, TaskKind::Work, TaskKind::Advise];

impl Model {
    /// Ends what was asked for a task, and what was asked for that.
    pub(super) fn forget_helpers(&mut self, host: u32) {
        let beneath: Vec<u32> = self
            .tasks
            .iter()
            .filter(|task| task.host == Some(host))
            .map(|task| task.no)
            .collect();
        for no in beneath {
            self.forget_helpers(no);
            self.close(no);
        }
    }

    fn open_helper(&mut self, task: &Task, kind: TaskKind, to: &str, blocks: bool) {
        let no = self.open(task.place, kind, to, to);
        let open = self.tasks.iter_mut().find(|open| open.no == no).unwrap();
        open.host = Some(task.no);
        open.blocks = blocks;
    }

    /// May they be brought in beside this holder at all?
    pub(super) fn may_join(&self, task: &Task, to: &str) -> Result<(), Refused> {
        if !self.world.is_here(to) {
            return Err("has left");
        }
        if to == task.holder {
            return Err("has the task");
        }
        // Handed on, work counts as well: nobody passes an applicant their own case.
        if to == self.applicant && self.policy(&task.state, "own_request") != "ask" {
            return Err("own request");
        }
        Ok(())
    }

    pub(super) fn opinion(&mut self, task: &Task, to: &str, blocks: bool) -> Result<(), Refused> {
        self.may_join(task, to)?;
        let mut above = Some(task.no);
        while let Some(holder) = above.and_then(|no| self.task(no)) {
            if holder.holder == to {
                return Err("a loop");
            }
            above = holder.host;
        }
        if self
            .tasks
            .iter()
            .any(|open| open.host == Some(task.no) && open.holder == to)
        {
            return Err("asked already");
        }
        self.open_helper(task, TaskKind::Advise, to, blocks);
        Ok(())
    }

    pub(super) fn delegate(&mut self, me: &str, no: u32, to: &str) -> Result<(), Refused> {
        let task = self.entitled(me, no, &HOLDERS)?;
        self.opinion(&task, to, true)
    }

    pub(super) fn advise(&mut self, me: &str, no: u32) -> Result<(), Refused> {
        let task = self.own(me, no, &[TaskKind::Advise])?;
        if self.waits_for(&task).is_some() {
            return Err("somebody speaks first");
        }
        self.forget_helpers(no);
        self.close(no);
        Ok(())
    }

    pub(super) fn question(&mut self, me: &str, no: u32, to: Option<&str>) -> Result<(), Refused> {
        let task = self.entitled(me, no, &HOLDERS)?;
        let to = to.unwrap_or(&self.applicant).to_owned();
        let open = self.tasks.iter().any(|open| {
            open.kind == TaskKind::Answer && open.host == Some(no) && open.holder == to
        });
        if !self.world.is_here(&to) || open || to == task.holder {
            return Err("cannot be asked");
        }
        self.open_helper(&task, TaskKind::Answer, &to, false);
        if to == self.applicant {
            self.stop_clock(task.place, Cause::Question);
        }
        Ok(())
    }

    pub(super) fn reply(&mut self, me: &str, no: u32) -> Result<(), Refused> {
        self.own(me, no, &[TaskKind::Answer])?;
        self.close(no);
        Ok(())
    }

    /// One copy to read per person.
    pub(super) fn copy(&mut self, to: &[String]) -> Result<(), Refused> {
        if to.iter().any(|person| !self.world.is_here(person)) {
            return Err("has left");
        }
        for person in to {
            let unread = self
                .tasks
                .iter()
                .any(|task| task.kind == TaskKind::Read && task.holder == *person);
            if !unread {
                self.open(0, TaskKind::Read, person, person);
            }
        }
        Ok(())
    }

    pub(super) fn read(&mut self, me: &str, no: u32) -> Result<(), Refused> {
        let task = self.task(no).ok_or("no such task")?;
        if task.kind != TaskKind::Read || task.holder != me {
            return Err("not theirs");
        }
        self.close(no);
        Ok(())
    }

    pub(super) fn claim(&mut self, me: &str, no: u32) -> Result<(), Refused> {
        self.running()?;
        let task = self.task(no).ok_or("no such task")?.clone();
        if !task.pool.iter().any(|person| person == me) || !self.still_named(&task, me) {
            return Err("no candidate");
        }
        self.close(no);
        self.open(task.place, task.kind, me, me);
        Ok(())
    }

    pub(super) fn give_back(&mut self, me: &str, no: u32) -> Result<(), Refused> {
        let task = self.own(me, no, &[TaskKind::Approve, TaskKind::Work])?;
        let pooled = match self.map.state(&task.state).kind {
            Kind::Approve(approve) => approve.claim,
            Kind::Work(work) => work.claim,
            _ => false,
        };
        let votes = self.place(task.place).unwrap().votes.clone();
        let others = self.tasks.iter().any(|open| {
            let asks = matches!(open.kind, TaskKind::Approve | TaskKind::Work);
            open.place == task.place && open.no != no && asks
        });
        if !pooled || others || votes.iter().any(|vote| vote.added_by.is_some()) {
            return Err("not claimed, or not alone");
        }
        let silent = votes.into_iter().filter(|vote| vote.said.is_none());
        let candidates: Vec<String> = silent
            .map(|vote| vote.person)
            .filter(|person| self.world.is_here(person))
            .collect();
        if candidates.is_empty() {
            return Err("nobody would have it");
        }
        self.forget_helpers(no);
        self.close(no);
        self.pool(task.place, task.kind, candidates);
        Ok(())
    }

    /// Somebody else holds the task; whose vote it is stays.
    pub(super) fn transfer(&mut self, me: &str, no: u32, to: &str) -> Result<(), Refused> {
        let task = self.entitled(me, no, &[TaskKind::Approve, TaskKind::Work])?;
        self.may_take(&task, to)?;
        self.hand_on(&task, to);
        Ok(())
    }

    /// May they vote in the place of this task's holder?
    pub(super) fn may_take(&self, task: &Task, to: &str) -> Result<(), Refused> {
        self.may_join(task, to)?;
        if self.signed_elsewhere(&task.state, to) {
            return Err("signed another state");
        }
        let votes = &self.place(task.place).unwrap().votes;
        let votes_here = votes
            .iter()
            .any(|vote| vote.person == to && (vote.said.is_some() || vote.person != task.voter));
        let holds_here = self
            .tasks
            .iter()
            .any(|open| open.place == task.place && open.holder == to);
        if votes_here || holds_here {
            Err("asked already")
        } else {
            Ok(())
        }
    }

    /// One's own last decision, until anybody has decided after it.
    pub(super) fn take_back(&mut self, me: &str, no: u32) -> Result<(), Refused> {
        self.running()?;
        let last = self.last.clone().ok_or("nothing to take back")?;
        if last.person != me || !last.decision || last.task != no {
            return Err("somebody acted after it");
        }
        if last.outside != self.outside {
            return Err("something outside was started after it");
        }
        let stands = self.place(last.place).is_some();
        let mut since: Vec<u32> = vec![];
        if !stands {
            let (left, _) = last.left.clone().ok_or("its place is gone")?;
            let region = self.map.region(&left.state);
            let goes_on = |above: u32| {
                self.place(above).is_some_and(|at| {
                    at.branches
                        .iter()
                        .any(|(id, is)| *id == region && *is != BranchIs::LeftOut)
                })
            };
            if left.inside.is_some_and(|above| !goes_on(above)) {
                return Err("the parallel state around it is gone");
            }
            since = self.undo_since(last.place, left.inside, &region);
            if let Some(above) = left.inside.and_then(|above| self.place_mut(above)) {
                let branches = above.branches.iter_mut();
                for (_, is) in branches.filter(|(id, _)| *id == region) {
                    *is = BranchIs::Open;
                }
            }
            // It stands as if it had not been left.
            self.rests.remove(&left.state);
            self.places.push(left);
        }
        let place = self.place_mut(last.place).unwrap();
        let vote = place.votes.iter_mut().find(|vote| vote.asked == Some(no));
        let vote = vote.ok_or("not a vote of its own")?;
        vote.said = None;
        let voter = vote.person.clone();
        let signature = self
            .signatures
            .iter()
            .rposition(|known| known.place == last.place);
        self.signatures.remove(signature.unwrap());
        self.last = None;
        if !stands {
            let mut place_in_path = 0;
            let cut = self
                .path
                .iter()
                .position(|passed| passed.place == last.place);
            let cut = cut.unwrap_or(self.path.len());
            self.path.retain(|passed| {
                place_in_path += 1;
                place_in_path <= cut || passed.place != 0 && !since.contains(&passed.place)
            });
            // One that stood runs on when its questions are gone.
            if self
                .place(last.place)
                .is_some_and(|at| at.stopped.is_none())
            {
                let armed = last.left.map(|(_, armed)| armed);
                self.arm_again(armed.unwrap_or_default());
            }
        }
        let state = &self.place(last.place).unwrap().state;
        let in_order = self
            .approval(state)
            .is_some_and(|approve| approve.needs == Needs::InOrder);
        if in_order {
            self.wait_behind(last.place, &voter);
        }
        self.open(last.place, TaskKind::Approve, me, &voter);
        if !stands && !in_order {
            self.ask_others_again(last.place);
        }
        Ok(())
    }

    /// Cancels what goes on in a region since a place was left; answers what was passed since.
    fn undo_since(&mut self, no: u32, inside: Option<u32>, region: &str) -> Vec<u32> {
        let from = self.path.iter().position(|passed| passed.place == no);
        let since = self.path[from.unwrap_or(self.path.len())..]
            .iter()
            .filter(|passed| self.map.knows(&passed.state))
            .filter(|passed| self.map.within(&passed.state, region))
            .map(|passed| passed.place)
            .collect();
        let here: Vec<u32> = self
            .places
            .iter()
            .filter(|place| place.inside == inside && self.map.region(&place.state) == region)
            .map(|place| place.no)
            .collect();
        for no in here {
            self.cancel(no);
        }
        let map = Rc::clone(&self.map);
        self.holds
            .retain(|hold| hold.inside != inside || map.region(&hold.state) != region);
        since
    }

    /// Those whose tasks ended when the state was settled without them.
    /// Whoever comes behind a vote has no task until it is their turn.
    fn wait_behind(&mut self, no: u32, person: &str) {
        let votes = &self.place(no).unwrap().votes;
        let at = votes.iter().position(|vote| vote.person == person).unwrap();
        let behind: Vec<u32> = votes[at + 1..]
            .iter()
            .filter(|vote| vote.said.is_none())
            .filter_map(|vote| vote.asked)
            .collect();
        self.tasks.retain(|task| {
            let beside = task.host.is_some_and(|host| behind.contains(&host));
            !behind.contains(&task.no) && !beside
        });
    }

    fn ask_others_again(&mut self, no: u32) {
        for vote in self.place(no).unwrap().votes.clone() {
            let gone = vote.asked.is_some_and(|task| self.task(task).is_none());
            if vote.said.is_none() && gone {
                self.open(no, TaskKind::Approve, &vote.person, &vote.person);
            }
        }
    }
}
