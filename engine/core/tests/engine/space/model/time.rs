//! Deadlines: every rung once, at its time, and reminders as often as they say.

use assent_core::instance::TaskKind;

use super::super::sketch::{At, Kind, Late, Needs, Rung};
use super::votes::{alive, turns, verdict};
use super::{Model, Refused, Stopped, Timer, Vote};

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

    /// What is left of the ladder of a state that stands again: what is past has happened.
    pub(super) fn arm_again(&mut self, no: u32) {
        let ladder = self.map.state(&self.place(no).unwrap().state).ladder;
        for (rung, step) in ladder.iter().enumerate() {
            let Some(mut at) = self.rung_due(no, step) else {
                continue;
            };
            let (every, most) = step.every.unwrap_or((1, 1));
            let mut fired = 0;
            while at <= self.now && fired + 1 < most {
                at += hours(every);
                fired += 1;
            }
            if at > self.now {
                self.timers.push(Timer {
                    place: no,
                    rung,
                    fired,
                    at,
                });
            }
        }
    }

    /// Nothing of a state's time runs while the applicant is asked.
    pub(super) fn stop_clock(&mut self, no: u32) {
        let now = self.now;
        let of_place = |timer: &&Timer| timer.place == no;
        let left = self
            .timers
            .iter()
            .filter(of_place)
            .map(|timer| (timer.rung, timer.fired, (timer.at - now).max(0)));
        let timers = left.collect();
        let Some(place) = self.place_mut(no).filter(|at| at.stopped.is_none()) else {
            return;
        };
        let due = place.due.filter(|due| *due > now);
        if due.is_some() {
            place.due = None;
        }
        place.stopped = Some(Stopped {
            due: due.map(|due| due - now),
            timers,
        });
        self.timers.retain(|timer| timer.place != no);
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
            .map(|place| place.no)
            .collect();
        for no in free {
            let now = self.now;
            let place = self.place_mut(no).unwrap();
            let stopped = place.stopped.take().unwrap();
            place.due = stopped.due.map(|left| now + left).or(place.due);
            let timers = stopped.timers.into_iter();
            self.timers.extend(timers.map(|(rung, fired, left)| Timer {
                place: no,
                rung,
                fired,
                at: now + left,
            }));
        }
    }

    /// A timer fires: rung and count of the place the reference names.
    pub fn wake(&mut self, place: u32, rung: usize, fired: u32) -> Result<(), Refused> {
        if self.ended.is_some() {
            return Err("over");
        }
        let found = self
            .timers
            .iter()
            .position(|timer| timer.place == place && timer.rung == rung && timer.fired == fired);
        let found = found.ok_or("no such timer")?;
        if self.timers[found].at > self.now {
            return Err("early");
        }
        self.timers.remove(found);
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
        Ok(())
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
        // Whoever takes over must be able to reach the bar, where those before them could.
        let takes_away = self.approval(&place.state).is_some_and(|approve| {
            alive(&approve.needs, &place.votes) && !alive(&approve.needs, &votes)
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
