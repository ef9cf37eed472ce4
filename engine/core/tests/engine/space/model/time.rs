//! Deadlines: every rung once, at its time, and reminders as often as they say.

use assent_core::instance::TaskKind;

use super::super::sketch::{At, Kind, Late, Needs, Rung};
use super::votes::{alive, turns, verdict};
use super::{Cause, Model, Place, Refused, Rests, Stopped, Timer, Vote};

pub fn hours(count: i64) -> i64 {
    count * 3_600_000
}

impl Model {
    fn rung_due(&self, no: u32, rung: &Rung) -> Option<i64> {
        let place = self.place(no)?;
        match rung.at {
            At::After(count) => Some(place.since + hours(count)),
            At::Deadline => place.due,
            At::Later(count) => place.due.map(|due| due + hours(count)),
        }
    }

    pub(super) fn arm(&mut self, no: u32) {
        let ladder = self.map.state(&self.place(no).unwrap().state).ladder;
        for (rung, step) in ladder.iter().enumerate() {
            if let Some(at) = self.rung_due(no, step) {
                self.timers.push(Timer {
                    place: no,
                    rung,
                    fired: 0,
                    at,
                });
            }
        }
    }

    /// The ladder of a state that stands again, as it was armed when it was left: what is past has happened.
    pub(super) fn arm_again(&mut self, armed: Vec<Timer>) {
        for mut timer in armed {
            let ladder = self
                .map
                .state(&self.place(timer.place).unwrap().state)
                .ladder;
            let (every, most) = ladder[timer.rung].every.unwrap_or((1, 1));
            while timer.at <= self.now && timer.fired + 1 < most {
                timer.at += hours(every);
                timer.fired += 1;
            }
            if timer.at > self.now {
                self.timers.push(timer);
            }
        }
    }

    /// Nothing of a state's time runs while it is suspended, or the applicant is asked.
    pub(super) fn stop_clock(&mut self, no: u32, cause: Cause) {
        let Some(rests) = self.rests_now(no) else {
            return;
        };
        let Some(place) = self.place_mut(no) else {
            return;
        };
        if let Some(stopped) = &mut place.stopped {
            if !stopped.causes.contains(&cause) {
                stopped.causes.push(cause);
            }
            return;
        }
        if rests.due.is_some() {
            place.due = None;
        }
        place.stopped = Some(Stopped {
            causes: vec![cause],
            rests,
        });
        self.timers.retain(|timer| timer.place != no);
    }

    /// What is left of a place's times now; of a clock that stands, what it stands at.
    fn rests_now(&self, no: u32) -> Option<Rests> {
        let place = self.place(no)?;
        if let Some(stopped) = &place.stopped {
            return Some(stopped.rests.clone());
        }
        let left = self
            .timers
            .iter()
            .filter(|timer| timer.place == no)
            .map(|timer| (timer.rung, timer.fired, (timer.at - self.now).max(0)));
        let due = place.due.map(|due| due - self.now);
        Some(Rests {
            due: due.filter(|left| *left > 0),
            timers: left.collect(),
        })
    }

    /// The state is left for one in which its clock only stops: when it is entered again, the rest runs on.
    pub(super) fn keep_rests(&mut self, no: u32, to: &str) {
        let id = self.place(no).unwrap().state.clone();
        let state = self.map.state(&id);
        let stops = state.deadline.is_some() && state.stops_in.iter().any(|known| known == to);
        if let Some(rests) = self.rests_now(no).filter(|_| stops) {
            self.rests.insert(id, rests);
        }
    }

    /// Whoever takes a task over has the whole time, where the flow says so and the clock runs.
    pub(super) fn restart(&mut self, no: u32) {
        let now = self.now;
        let Some(place) = self.places.iter_mut().find(|place| place.no == no) else {
            return;
        };
        let state = self.map.state(&place.state);
        if !state.restarts || place.stopped.is_some() {
            return;
        }
        (place.since, place.counted) = (now, now);
        place.due = state.deadline.map(|count| now + hours(count));
        self.timers.retain(|timer| timer.place != no);
        self.arm(no);
    }

    pub(super) fn arm_rests(&mut self, no: u32, rests: &Rests) {
        for (rung, fired, left) in &rests.timers {
            self.timers.push(Timer {
                place: no,
                rung: *rung,
                fired: *fired,
                at: self.now + left,
            });
        }
    }

    /// Clocks run on once no question to the applicant is open.
    pub(super) fn run_on(&mut self) {
        let asked = |no: u32| {
            self.tasks.iter().any(|task| {
                task.kind == TaskKind::Answer && task.place == no && task.holder == self.applicant
            })
        };
        let free: Vec<u32> = self
            .places
            .iter()
            .filter(|place| place.stopped.is_some() && !asked(place.no))
            .filter(|place| !self.is_together(&place.state))
            .map(|place| place.no)
            .collect();
        for no in free {
            self.start_clock(no, Cause::Question);
        }
    }

    /// The time of a parallel state stands while everybody inside it waits for the applicant's answer.
    pub(super) fn stand_together(&mut self) {
        let mut around: Vec<Place> = self.places.clone();
        around.retain(|place| self.is_together(&place.state));
        for place in &around {
            let causes = place.stopped.as_ref().map(|stopped| &stopped.causes);
            let stands = causes.is_some_and(|causes| causes.contains(&Cause::Question));
            match (self.all_ask(place.no), stands) {
                (true, false) => self.stop_clock(place.no, Cause::Question),
                (false, true) => self.start_clock(place.no, Cause::Question),
                _ => {}
            }
        }
    }

    /// Nobody inside a parallel state could go on before the applicant has answered: each place has tasks, and for each task
    /// there is a question to the applicant.
    fn all_ask(&self, around: u32) -> bool {
        let within = |place: &&Place| {
            let mut up = place.inside;
            while let Some(no) = up.filter(|no| *no != around) {
                up = self.place(no).and_then(|place| place.inside);
            }
            up.is_some() && !self.is_together(&place.state)
        };
        let inside: Vec<&Place> = self.places.iter().filter(within).collect();
        let asked = |no: u32| {
            self.tasks.iter().any(|task| {
                task.kind == TaskKind::Answer
                    && task.host == Some(no)
                    && task.holder == self.applicant
            })
        };
        let waits = |place: &&Place| {
            let acting = self.tasks.iter().filter(|task| {
                task.place == place.no && !matches!(task.kind, TaskKind::Answer | TaskKind::Read)
            });
            let acting: Vec<u32> = acting.map(|task| task.no).collect();
            !acting.is_empty() && acting.into_iter().all(asked)
        };
        !inside.is_empty() && inside.iter().all(waits)
    }

    /// One cause is gone; with the last one the rests run on.
    pub(super) fn start_clock(&mut self, no: u32, cause: Cause) {
        let now = self.now;
        let place = self.place_mut(no).unwrap();
        if let Some(stopped) = &mut place.stopped {
            stopped.causes.retain(|known| *known != cause);
        }
        let free = place.stopped.take_if(|stopped| stopped.causes.is_empty());
        if let Some(stopped) = free {
            if let Some(left) = stopped.rests.due {
                (place.due, place.counted) = (Some(now + left), now);
            }
            self.arm_rests(no, &stopped.rests);
        }
    }

    /// A timer fires: rung and count of the place the reference names. What should have fired before it does so first.
    pub fn wake(&mut self, place: u32, rung: usize, fired: u32) -> Result<(), Refused> {
        self.running()?;
        let same = |timer: &Timer| (timer.place, timer.rung, timer.fired) == (place, rung, fired);
        let found = self.timers.iter().find(|timer| same(timer));
        let found = found.ok_or("no such timer")?.clone();
        if found.at > self.now {
            return Err("early");
        }
        let when = |timer: &Timer| (timer.at, timer.place, timer.rung, timer.fired);
        let mut before: Vec<Timer> = self.timers.clone();
        before.retain(|timer| when(timer) <= when(&found));
        before.sort_by_key(when);
        for timer in before {
            let known = |known: &Timer| when(known) == when(&timer);
            if let (Some(at), None) = (self.timers.iter().position(known), self.ended) {
                self.timers.remove(at);
                self.is_late(timer.place, timer.rung, timer.fired);
            }
        }
        Ok(())
    }

    fn is_late(&mut self, place: u32, rung: usize, fired: u32) {
        let state = self.place(place).unwrap().state.clone();
        let step = self.map.state(&state).ladder[rung].clone();
        match step.act {
            Late::Remind => {
                let (every, most) = step.every.unwrap_or((1, 1));
                if fired + 1 < most {
                    self.timers.push(Timer {
                        place,
                        rung,
                        fired: fired + 1,
                        at: self.now + hours(every),
                    });
                }
            }
            Late::Add(role) => self.add_late(place, role),
            Late::HandTo(role) => self.hand_over(place, role),
            Late::Approve => self.system_settles(place, true),
            Late::Reject => self.system_settles(place, false),
            Late::Go(to) => self.leave(place, self.map.go(&state, &to)),
        }
    }

    /// People of a role who may be asked now and are not asked yet.
    fn newcomers(&self, no: u32, role: &str) -> Vec<String> {
        let place = self.place(no).unwrap();
        let fits = |person: &String| {
            !self.barred(&place.state, person)
                && !place.votes.iter().any(|vote| vote.person == *person)
                && !self
                    .tasks
                    .iter()
                    .any(|task| task.place == no && self.holders(task).contains(person))
        };
        self.world.holders(role).into_iter().filter(fits).collect()
    }

    fn late_kind(&self, no: u32) -> TaskKind {
        match self.map.state(&self.place(no).unwrap().state).kind {
            Kind::Approve(_) => TaskKind::Approve,
            _ => TaskKind::Work,
        }
    }

    fn add_late(&mut self, no: u32, role: &str) {
        let kind = self.late_kind(no);
        let place = self.place(no).unwrap().clone();
        let newcomers = self.newcomers(no, role);
        let approve = self.approval(&place.state);
        if let Some(approve) = approve.as_ref().filter(|_| place.votes.is_empty()) {
            // Nobody was asked, because the bar is out of reach; it stays so with people who belong to no group.
            let votes: Vec<Vote> = newcomers.iter().map(|person| Vote::of(person)).collect();
            if !alive(&approve.needs, &votes) {
                return;
            }
        }
        let in_order = approve.is_some_and(|approve| approve.needs == Needs::InOrder);
        for person in newcomers {
            let vote = Vote::of(&person);
            self.place_mut(no).unwrap().votes.push(vote);
            if !in_order {
                self.open(no, kind, &person, &person);
            }
        }
        if in_order {
            let votes = self.place(no).unwrap().votes.clone();
            for vote in turns(&votes, true) {
                if vote.asked.is_none() {
                    self.open(no, kind, &vote.person, &vote.person);
                }
            }
        }
    }

    fn hand_over(&mut self, no: u32, role: &str) {
        let newcomers = self.newcomers(no, role);
        let place = self.place(no).unwrap().clone();
        // Those who come stand for the groups of those who go.
        let mut groups: Vec<usize> = place
            .votes
            .iter()
            .flat_map(|vote| vote.groups.clone())
            .collect();
        groups.sort_unstable();
        groups.dedup();
        let mut votes = place.votes.clone();
        votes.retain(|vote| vote.said.is_some());
        votes.extend(newcomers.iter().map(|person| Vote {
            groups: groups.clone(),
            ..Vote::of(person)
        }));
        // Whoever takes over must be able to reach the bar, where those before them could, or nobody was.
        let takes_away = self.approval(&place.state).is_some_and(|approve| {
            let before = place.votes.is_empty() || alive(&approve.needs, &place.votes);
            before && !alive(&approve.needs, &votes)
        });
        if newcomers.is_empty() || takes_away {
            return;
        }
        self.tasks
            .retain(|task| task.place != no || task.kind == TaskKind::Read);
        self.place_mut(no).unwrap().votes.clone_from(&votes);
        let kind = self.late_kind(no);
        let approve = self.approval(&place.state);
        if approve
            .as_ref()
            .is_some_and(|approve| verdict(approve, &votes).is_some())
        {
            return self.settle(no, None);
        }
        let in_order = approve.is_some_and(|approve| approve.needs == Needs::InOrder);
        for vote in turns(&votes, in_order) {
            self.open(no, kind, &vote.person, &vote.person);
        }
    }
}
