//! What people may do, and what comes of it.

use assent_core::command::{Action, DecideWith, ReturnTo, Verdict};
use assent_core::instance::TaskKind;
use assent_core::value::{Value, Values};

use super::super::sketch::{Answer, Kind};
use super::ask::fallback;
use super::{Deed, Hold, Model, Refused, Signature, Task, To};

/// Between two urgings.
const URGE_PAUSE_MS: i64 = 2 * 3_600_000;
const DAY_MS: i64 = 86_400_000;

impl Model {
    /// A command by a person, or by the system (none). Task and place numbers are the engine's: both count alike.
    pub fn perform(&mut self, actor: Option<&str>, action: &Action) -> Result<(), Refused> {
        self.actor = actor.map(str::to_owned);
        self.by_anybody(actor, action)?;
        self.run_on();
        self.stand_together();
        Ok(())
    }

    pub(super) fn by_anybody(
        &mut self,
        actor: Option<&str>,
        action: &Action,
    ) -> Result<(), Refused> {
        if let Action::Wake { reference } = action {
            let parts: Vec<u32> = reference
                .split(['e', 'r', '.'])
                .filter_map(|part| part.parse().ok())
                .collect();
            return match (actor, parts.as_slice()) {
                (None, [place, rung, fired]) => {
                    self.wake(*place, usize::try_from(*rung).unwrap(), *fired)
                }
                _ => Err("no such timer"),
            };
        }
        if let Action::Happen { .. } = action {
            return self.happen(action);
        }
        let Some(person) = actor else {
            return match action {
                Action::ChildEnded { child, outcome } => self.child_ended(action, child, outcome),
                // Whoever asked for this one as its subflow does not want it any more.
                Action::StopChild { .. } => self.not_over().map(|()| self.over("withdrawn")),
                Action::Answer { call, answer } => self.answered(action, *call, answer),
                Action::Recalculate => Err("the calendar is as it was"),
                Action::Retry { set, .. } => self.retry(None, set),
                _ => Err("not for the system"),
            };
        };
        if !self.world.is_here(person) {
            return match action {
                Action::Read { task } => self.read(person, *task),
                _ => Err("has left"),
            };
        }
        self.by_person(person, action)
    }

    fn by_person(&mut self, me: &str, action: &Action) -> Result<(), Refused> {
        match action {
            Action::Start { set, submit } => self.start(me, set, *submit),
            Action::Save { set } => self.draft(me).and_then(|_| self.write_draft(set)),
            Action::Submit { set, straight_back } => self.submit(me, set, *straight_back),
            Action::Decide {
                task,
                verdict,
                comment,
                set,
                with,
            } => {
                let yes = *verdict == Verdict::Approve;
                self.decide(me, *task, yes, comment.is_some(), set, with)
            }
            Action::Act {
                task,
                action,
                comment,
                set,
            } => self.act(me, *task, action, comment.is_some(), set),
            Action::Return { task, to, .. } => self.send_back(me, *task, to),
            Action::Withdraw { .. } => self.withdraw(me),
            Action::Transfer { task, to, .. } => self.transfer(me, *task, to),
            Action::Retry { set, .. } => self.retry(Some(me), set),
            Action::AddSigner {
                task,
                person,
                place,
                role,
                ..
            } => self.add_signer(me, *task, person, *place, *role),
            Action::RemoveSigner { task, person, .. } => self.remove_signer(me, *task, person),
            Action::Delegate { task, to, .. } => self.delegate(me, *task, to),
            Action::Advise { task, .. } => self.advise(me, *task),
            Action::Claim { task } => self.claim(me, *task),
            Action::GiveBack { task, .. } => self.give_back(me, *task),
            Action::Copy { to, .. } => self.copy(to),
            Action::Read { task } => self.read(me, *task),
            Action::Ask { task, to, .. } => self.question(me, *task, to.as_deref()),
            Action::Reply { task, .. } => self.reply(me, *task),
            Action::TakeBack { task, .. } => self.take_back(me, *task),
            Action::Urge => self.urge(me),
            Action::Reopen { .. } => self.reopen(me),
            Action::Comment { .. } => Ok(()),
            Action::Override { act, .. } => self.overrule(me, act),
            Action::Migrate { map, .. } => self.migrate(me, &map.states),
            other => panic!("the model does not know {other:?}"),
        }
    }

    /// Under way: neither over nor suspended.
    pub(super) fn running(&self) -> Result<(), Refused> {
        self.not_over()?;
        if self.suspended.is_some() {
            Err("suspended")
        } else {
            Ok(())
        }
    }

    pub(super) fn not_over(&self) -> Result<(), Refused> {
        if self.ended.is_some() {
            Err("over")
        } else {
            Ok(())
        }
    }

    /// The open task, which must be theirs and of such a kind.
    pub(super) fn own(&self, me: &str, no: u32, kinds: &[TaskKind]) -> Result<Task, Refused> {
        self.running()?;
        let task = self.task(no).ok_or("no such task")?;
        // While somebody stands in, whoever was asked may act as well.
        let theirs = task.holder == me || task.stands_for.as_deref() == Some(me);
        if !task.pool.is_empty() || !theirs {
            return Err("not theirs");
        }
        if !kinds.contains(&task.kind) {
            return Err("another kind of task");
        }
        Ok(task.clone())
    }

    /// Theirs, and they still have the right: whom the rule named, it must still name.
    pub(super) fn entitled(&self, me: &str, no: u32, kinds: &[TaskKind]) -> Result<Task, Refused> {
        let task = self.own(me, no, kinds)?;
        if self.own_request_barred(&task.state, me) {
            return Err("own request");
        }
        // A transfer is a trust in a person; standing in is not.
        let asked = task.stands_for.as_ref().unwrap_or(&task.holder);
        if task.voter == *asked && !self.still_named(&task, &task.voter) {
            return Err("lost the right");
        }
        self.stands_in_still(&task, me)?;
        Ok(task)
    }

    /// Whom the state's rule, or a policy in its place, named: does it still?
    pub(super) fn still_named(&self, task: &Task, me: &str) -> bool {
        let by = match self.map.state(&task.state).kind {
            Kind::Approve(approve) => approve.by,
            Kind::Work(work) => work.by,
            _ => return true,
        };
        let vote = self.place(task.place).and_then(|at| {
            at.votes
                .iter()
                .find(|vote| vote.person == me && vote.by_rule)
        });
        let holds = |role: &str| self.world.holders(role).iter().any(|known| known == me);
        match vote {
            None => true,
            Some(vote) if vote.by_policy => {
                let nobody = self.policy(&task.state, "nobody");
                let own = self.policy(&task.state, "own_request");
                let above = || {
                    self.world
                        .superiors(&self.applicant)
                        .iter()
                        .any(|known| known == me)
                };
                fallback(&nobody).is_some_and(holds)
                    || (nobody == "superior" || own == "superior") && above()
            }
            Some(_) => by.iter().any(|role| holds(role)),
        }
    }

    /// Values given with a command; answers which of those filled in before are different now.
    fn write(&mut self, set: &Values, allowed: &[&str]) -> Result<Vec<String>, Refused> {
        let mut changed = vec![];
        for (name, value) in set {
            let before = self.values.get(name).cloned().unwrap_or_default();
            if before == *value {
                continue;
            }
            if !allowed.contains(&name.as_str()) {
                return Err("may not be written");
            }
            if !before.is_empty() {
                changed.push(name.clone());
            }
            if *value == Value::Empty {
                self.values.remove(name);
            } else {
                self.values.insert(name.clone(), value.clone());
            }
        }
        Ok(changed)
    }

    /// With a decision or an action: what the form requires is changed, never emptied.
    fn write_with_task(&mut self, set: &Values, allowed: &[&str]) -> Result<Vec<String>, Refused> {
        let emptied =
            |name: &&str| set.get(*name) == Some(&Value::Empty) && self.values.contains_key(*name);
        if ["subject", "amount"].iter().any(emptied) {
            return Err("required");
        }
        self.write(set, allowed)
    }

    fn write_draft(&mut self, set: &Values) -> Result<(), Refused> {
        let before = self.values.clone();
        self.write(set, &["subject", "amount", "note"])?;
        let drafting = self.tasks.iter().any(|task| task.kind == TaskKind::Draft);
        for name in set.keys() {
            let touched = before.get(name) != self.values.get(name);
            if touched && self.submitted && drafting && !self.edited.contains(name) {
                self.edited.push(name.clone());
            }
        }
        Ok(())
    }

    fn start(&mut self, me: &str, set: &Values, submit: bool) -> Result<(), Refused> {
        if self.places_made > 0 {
            return Err("there already");
        }
        me.clone_into(&mut self.applicant);
        self.write(set, &["subject", "amount", "note"])?;
        self.enter("draft", None);
        if submit {
            self.submit(me, &Values::new(), false)
        } else {
            Ok(())
        }
    }

    fn draft(&self, me: &str) -> Result<Task, Refused> {
        self.running()?;
        let open = self.tasks.iter().find(|task| task.kind == TaskKind::Draft);
        open.filter(|task| task.holder == me)
            .cloned()
            .ok_or("no draft of theirs")
    }

    fn submit(&mut self, me: &str, set: &Values, straight: bool) -> Result<(), Refused> {
        let task = self.draft(me)?;
        self.write_draft(set)?;
        if !self.values.contains_key("subject") || !self.values.contains_key("amount") {
            return Err("not complete");
        }
        let to = if straight {
            self.straight()?
        } else {
            self.map.next("draft")
        };
        if !self.submitted {
            self.at_submit = Some(self.values.clone());
        }
        self.submitted = true;
        self.done(&task, me, Deed::Other);
        self.leave(task.place, to);
        Ok(())
    }

    /// Straight back to who returned it, unless something edited decides on the way between.
    fn straight(&self) -> Result<To, Refused> {
        let to = self.returned_from.clone().ok_or("nobody returned it")?;
        if !self.map.knows(&to) {
            return Err("that state is gone");
        }
        if self.map.region(&to) != self.map.region("draft") {
            return Err("inside a branch");
        }
        let order = self.map.states_in(&self.map.region(&to));
        let upto = order.iter().position(|id| *id == to).unwrap();
        let between = &order[1..=upto];
        let decides = |id: &String| self.edited.iter().any(|field| self.map.reads(id, field));
        if between.iter().any(decides) {
            return Err("an edited field decides on the way");
        }
        if self.policy("draft", "data_changed") != "keep"
            && self.signed_before(&between[..between.len() - 1])
        {
            return Err("an edited field was signed on the way");
        }
        Ok(To::State(to))
    }

    /// Did somebody approve in one of these states, or inside of them, what is another value now? Their last word there counts.
    fn signed_before(&self, states: &[String]) -> bool {
        let region = [self.map.region("draft")];
        let on_the_way = self.signatures.iter().filter(|known| {
            let here = self.map.knows(&known.state) && known.approved;
            here && self
                .map
                .lifted(&known.state, &region)
                .is_some_and(|at| states.contains(&at))
        });
        let last = |known: &Signature| {
            let mut all = self.signatures.iter();
            !all.any(|other| other.state == known.state && other.place > known.place)
        };
        let mut standing = on_the_way.filter(|known| last(known));
        standing.any(|known| {
            let mut edited = self.edited.iter();
            edited.any(|field| {
                let was = known.facts.get(field);
                was.is_some() && was != self.values.get(field)
            })
        })
    }

    fn decide(
        &mut self,
        me: &str,
        no: u32,
        yes: bool,
        reason: bool,
        set: &Values,
        with: &DecideWith,
    ) -> Result<(), Refused> {
        let task = self.entitled(me, no, &[TaskKind::Approve])?;
        if self.signed_elsewhere(&task.state, me) {
            return Err("signed another state");
        }
        if self.waits_for(&task).is_some() {
            return Err("somebody speaks first");
        }
        let approve = self.approval(&task.state).ok_or("not an approval")?;
        let outcome: Option<&Answer> = match &with.outcome {
            None => None,
            Some(id) => {
                let known = approve.outcomes.iter().find(|known| known.id == *id);
                Some(known.ok_or("no such outcome")?)
            }
        };
        let yes = outcome.map_or(yes, |outcome| outcome.approves);
        if !reason && (!yes || outcome.is_some_and(|outcome| outcome.reason)) {
            return Err("a reason is needed");
        }
        let state = self.map.state(&task.state);
        let changed = self.write_with_task(set, &state.write)?;
        let own_name = with.signature.as_deref() == Some(me);
        if approve.signed && !own_name && (yes || with.signature.is_some()) {
            return Err("not signed");
        }
        // Where nobody can say whether it is needed, it is.
        let again = approve.step_up.is_some_and(|when| match when {
            None => true,
            Some(when) => self.holds_now(when) != Some(false),
        });
        if again && !with.stepped_up {
            return Err("who it is must be shown again");
        }
        let mut facts = self.values.clone();
        facts.retain(|name, _| !state.hidden.contains(&name.as_str()));
        self.done(&task, me, Deed::Decision);
        self.signatures.push(Signature {
            state: task.state.clone(),
            place: task.place,
            round: self.round,
            person: me.to_owned(),
            stands_for: task.stands_for.clone().filter(|asked| asked != me),
            approved: yes,
            facts,
        });
        self.say(task.place, &task.voter, yes);
        self.forget_helpers(no);
        // The questions asked for it ended with it, and the clock runs on before the state is left.
        self.run_on();
        if self.data_changed(task.place, &changed)? {
            return Ok(());
        }
        let way = outcome.filter(|outcome| outcome.way != super::super::sketch::Way::Unwritten);
        let way = way.map(|way| (yes, self.map.way(&task.state, &way.way, To::Rejected)));
        self.settle(task.place, way);
        Ok(())
    }

    fn act(
        &mut self,
        me: &str,
        no: u32,
        action: &str,
        reason: bool,
        set: &Values,
    ) -> Result<(), Refused> {
        let task = self.entitled(me, no, &[TaskKind::Work])?;
        if self.waits_for(&task).is_some() {
            return Err("somebody speaks first");
        }
        let state = self.map.state(&task.state);
        let Kind::Work(work) = &state.kind else {
            return Err("no work");
        };
        let next = self.map.next(&task.state);
        let to = if work.actions.is_empty() && action == "done" {
            next
        } else {
            let known = work.actions.iter().find(|known| known.id == action);
            let known = known.ok_or("no such action")?;
            if known.reason && !reason {
                return Err("a reason is needed");
            }
            self.map.way(&task.state, &known.way, next)
        };
        let changed = self.write_with_task(set, &state.write)?;
        self.done(&task, me, Deed::Other);
        if !self.data_changed(task.place, &changed)? {
            self.leave(task.place, to);
        }
        Ok(())
    }

    fn send_back(&mut self, me: &str, no: u32, to: &ReturnTo) -> Result<(), Refused> {
        let task = self.entitled(me, no, &[TaskKind::Approve, TaskKind::Work])?;
        if self.waits_for(&task).is_some() {
            return Err("somebody speaks first");
        }
        let targets = self.return_targets(&task.state);
        let found = match to {
            ReturnTo::Applicant => targets.iter().find(|id| *id == "draft"),
            ReturnTo::Previous => targets.last(),
            ReturnTo::State(id) => targets.iter().find(|known| *known == id),
        };
        let to = found.ok_or("not passed")?.clone();
        self.done(&task, me, Deed::Other);
        self.leave(task.place, To::Back(to));
        Ok(())
    }

    fn withdraw(&mut self, me: &str) -> Result<(), Refused> {
        self.running()?;
        if me != self.applicant {
            return Err("not the applicant");
        }
        match self.policy("draft", "withdraw").as_str() {
            "never" => return Err("never"),
            "before_first_decision" if !self.signatures.is_empty() => return Err("decided"),
            _ => {}
        }
        self.over("withdrawn");
        Ok(())
    }

    fn retry(&mut self, me: Option<&str>, set: &Values) -> Result<(), Refused> {
        self.running()?;
        if self.holds.is_empty() {
            return Err("not held");
        }
        if me.is_some_and(|me| !self.owner_or_told(me)) {
            return Err("not the owner");
        }
        // What is missing may be filled in, nothing else changed.
        let mut empty = vec!["subject", "amount", "note"];
        empty.retain(|name| !self.values.contains_key(*name));
        self.write(set, &empty)?;
        for hold in self.holds.clone() {
            self.try_again(&hold);
        }
        Ok(())
    }

    /// Tries what is held there once more, unless something before it has cancelled it.
    pub(super) fn try_again(&mut self, hold: &Hold) {
        let still = self
            .holds
            .iter()
            .position(|known| known.state == hold.state && known.place == hold.place);
        let Some(still) = still else { return };
        self.holds.remove(still);
        match hold.place {
            Some(place) => self.begin(place),
            None => self.enter(&hold.state, hold.inside),
        }
    }

    /// The owner now, or who was owner when it was held.
    fn owner_or_told(&self, me: &str) -> bool {
        self.world.holders("owner").iter().any(|owner| owner == me)
            || self
                .holds
                .iter()
                .any(|hold| hold.owners.iter().any(|owner| owner == me))
    }

    fn happen(&mut self, action: &Action) -> Result<(), Refused> {
        self.not_over()?;
        let waits = |state: &str| matches!(self.map.state(state).kind, Kind::Wait);
        let place = self
            .places
            .iter()
            .find(|place| waits(&place.state))
            .cloned();
        let place = place.ok_or("nothing waits")?;
        if self.keep_for_later(action)? {
            return Ok(());
        }
        self.leave(place.no, self.map.next(&place.state));
        Ok(())
    }

    fn urge(&mut self, me: &str) -> Result<(), Refused> {
        self.running()?;
        if me != self.applicant {
            return Err("not the applicant");
        }
        if !self.waiting_on().iter().any(|person| person != me) {
            return Err("nobody to urge");
        }
        if self.urged.is_some_and(|at| self.now < at + URGE_PAUSE_MS) {
            return Err("urged already");
        }
        self.urged = Some(self.now);
        Ok(())
    }

    fn reopen(&mut self, me: &str) -> Result<(), Refused> {
        let days = self.sketch.policies.get("reopen_days");
        let days: i64 = days.ok_or("never")?.parse().unwrap();
        if me != self.applicant || self.ended != Some("rejected") {
            return Err("not theirs, or not rejected");
        }
        if self.now > self.ended_at + days * DAY_MS {
            return Err("too late");
        }
        self.ended = None;
        self.children.clear();
        self.round += 1;
        self.path.clear();
        self.returned_from = None;
        self.edited.clear();
        self.kept.clear();
        self.last = None;
        self.enter("draft", None);
        Ok(())
    }
}
