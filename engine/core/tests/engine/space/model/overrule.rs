//! What the flow's owner and administrators do to a case, whatever the flow says.

use assent_core::command::{Action, Override};
use assent_core::instance::TaskKind;

use super::super::sketch::Kind;
use super::super::world::ADMINISTRATORS;
use super::{BranchIs, Cause, Model, Refused, Task};

impl Model {
    pub(super) fn overrule(&mut self, me: &str, act: &Override) -> Result<(), Refused> {
        let holds = |role: &str| self.world.holders(role).iter().any(|known| known == me);
        if !holds("owner") && !holds(ADMINISTRATORS) {
            return Err("neither owner nor administrator");
        }
        self.not_over()?;
        match act {
            Override::Terminate => self.over("cancelled"),
            Override::Resume => return self.resume(),
            Override::Reassign { task, to } => return self.reassign(*task, to),
            Override::Suspend => {
                self.running()?;
                for no in self.numbers() {
                    self.stop_clock(no, Cause::Suspended);
                }
                self.suspended = Some(vec![]);
            }
            Override::Jump { to } => return self.jump(to),
            Override::Skip { state } => return self.skip(state),
            Override::Retry { state } => {
                self.running()?;
                let hold = self.holds.iter().rfind(|hold| hold.state == *state);
                let hold = hold.cloned().ok_or("not held there")?;
                self.try_again(&hold);
            }
        }
        Ok(())
    }

    fn numbers(&self) -> Vec<u32> {
        self.places.iter().map(|place| place.no).collect()
    }

    /// Goes on where it stood; what came meanwhile happens now, as far as anybody waits for it still.
    fn resume(&mut self) -> Result<(), Refused> {
        let (me, kept) = (self.actor.take(), self.suspended.take());
        let kept = kept.ok_or("not suspended")?;
        for no in self.numbers() {
            self.start_clock(no, Cause::Suspended);
        }
        for action in kept {
            let mut tried = self.clone();
            if tried.by_anybody(None, &action).is_ok() {
                *self = tried;
            }
        }
        self.actor = me;
        Ok(())
    }

    /// What comes from outside while it is suspended is kept, once; true when it was.
    pub(super) fn keep_for_later(&mut self, action: &Action) -> Result<bool, Refused> {
        match &mut self.suspended {
            None => Ok(false),
            Some(kept) if kept.contains(action) => Err("kept already"),
            Some(kept) => {
                kept.push(action.clone());
                Ok(true)
            }
        }
    }

    /// Somebody else holds the task, suspended or not; whose vote it is stays. One that nobody claimed goes to a candidate.
    fn reassign(&mut self, no: u32, to: &str) -> Result<(), Refused> {
        let task = self.task(no).cloned().ok_or("no such task")?;
        if !matches!(task.kind, TaskKind::Approve | TaskKind::Work) {
            return Err("asked of that person alone");
        }
        if task.pool.is_empty() {
            self.may_take(&task, to)?;
            self.hand_on(&task, to);
            return Ok(());
        }
        if !task.pool.iter().any(|known| known == to) || !self.world.is_here(to) {
            return Err("no candidate");
        }
        self.close(task.no);
        self.open(task.place, task.kind, to, to);
        Ok(())
    }

    /// The task is somebody else's now, without what hung on it; whose vote it is stays.
    pub(super) fn hand_on(&mut self, task: &Task, to: &str) {
        self.forget_helpers(task.no);
        self.close(task.no);
        self.run_on();
        self.restart(task.place);
        self.open(task.place, task.kind, to, &task.voter);
    }

    /// The place around a region in which something goes on: outer none is not to be reached, inner none is the flow itself.
    fn around(&self, region: &str) -> Result<Option<u32>, Refused> {
        let Some(parallel) = self.map.parallel(region) else {
            return Ok(None);
        };
        let place = self.place_of(&parallel).ok_or("not in there")?;
        let open = |(id, is): &(String, BranchIs)| id == region && *is == BranchIs::Open;
        if place.branches.iter().any(open) {
            Ok(Some(place.no))
        } else {
            Err("that branch is over")
        }
    }

    fn jump(&mut self, to: &str) -> Result<(), Refused> {
        self.running()?;
        if self.place_of(to).is_some() {
            return Err("there already");
        }
        let region = self.map.region(to);
        let inside = self.around(&region)?;
        let mut from = String::new();
        let map = std::rc::Rc::clone(&self.map);
        self.holds.retain(|hold| {
            let here = map.within(&hold.state, &region);
            if here {
                from.clone_from(&hold.state);
            }
            !here
        });
        let stands = |at: &&super::Place| at.inside == inside && map.region(&at.state) == region;
        if let Some(place) = self.places.iter().find(stands).cloned() {
            from = place.state;
            self.cancel(place.no);
        }
        // Whoever decided before cannot undo what an administrator did after.
        self.last = None;
        let seen = |passed: &super::Passed| passed.state == to && passed.place != 0;
        if self.path.iter().any(seen) {
            self.round += 1;
            self.returned_from = Some(from);
            self.returned_to = Some(to.to_owned());
            self.returned_anew = true;
            self.edited.clear();
            self.kept.clear();
            self.forget_since(to);
        }
        self.enter(to, inside);
        Ok(())
    }

    fn skip(&mut self, state: &str) -> Result<(), Refused> {
        self.running()?;
        let place = self.places.iter().rfind(|place| place.state == state);
        let no = place.ok_or("not there")?.no;
        match self.map.state(state).kind {
            Kind::Draft | Kind::Choose(..) | Kind::End(_) => {
                return Err("nothing says what is next");
            }
            Kind::Approve(_)
            | Kind::Work(_)
            | Kind::Together(_)
            | Kind::Wait
            | Kind::Run(_)
            | Kind::Subflow(_) => {}
        }
        self.last = None;
        self.leave(no, self.map.next(state));
        Ok(())
    }
}
