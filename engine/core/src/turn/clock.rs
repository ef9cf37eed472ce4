//! Clocks of states: arming a ladder, stopping it with its rests, running on, reckoning it again.
//!
//! A clock stops for a *cause* and runs on when its last cause is gone: an instance may be suspended while somebody waits
//! for the applicant's answer. What is stored is the rest, in working or clock time as the term is written.

use crate::calendar::{Due, Rest, Term, TermUnit, WorkCalendar};
use crate::definition::{Definition, Rung, RungTime, State};
use crate::event::Change;
use crate::instance::{Active, CountedFrom, Instance, OtherWake, RungRest, TaskKind, Wakeup};
use crate::text::{Lang, Text};
use crate::time::Moment;
use crate::turn::Run;

/// The cause of a suspended instance.
pub(crate) const SUSPENDED: &str = "suspended";
/// The cause of a question to the applicant that is not answered yet.
pub(crate) const QUESTION: &str = "question";

/// The time allowed in a state that was entered: what a field said then stands, whatever it says now.
pub(crate) fn term_of(state: &State, active: &Active) -> Option<Term> {
    let fixed = || state.deadline.filter(|_| state.deadline_by.is_none());
    active.term.or_else(fixed)
}

/// When a state is due by this calendar, and how that is reckoned; none without a deadline, or while its clock stands.
pub fn reckoned(state: &State, active: &Active, calendar: &WorkCalendar) -> Option<Due> {
    let term = term_of(state, active)?;
    if active.stopped.as_ref().is_some_and(|at| at.rest.is_some()) {
        return None;
    }
    let from = active.counted_from.unwrap_or(CountedFrom {
        at: active.since,
        rest: None,
    });
    let Some(rest) = from.rest else {
        return Some(calendar.add(from.at, term));
    };
    let at = calendar.resume(from.at, rest);
    let (mut why, warnings) = calendar.explained(from.at, at, term.unit);
    why.insert(0, runs_on(calendar, from.at, rest));
    Some(Due { at, why, warnings })
}

/// How the deadline of an entry was reckoned: its own, or that of the parallel state around it. Nothing where the
/// calendar would say another time by now.
pub fn why_due(
    def: &Definition,
    instance: &Instance,
    entry: u32,
    calendar: &WorkCalendar,
) -> Vec<Text> {
    let Some(active) = instance.at(entry) else {
        return vec![];
    };
    let (Some(due), state) = (active.due, def.state_ix(&active.state)) else {
        let above = active.parent;
        return above.map_or(vec![], |above| why_due(def, instance, above, calendar));
    };
    state
        .and_then(|ix| reckoned(&def.states[ix], active, calendar))
        .filter(|reckoned| reckoned.at == due)
        .map(|reckoned| [reckoned.why, reckoned.warnings].concat())
        .unwrap_or_default()
}

/// A running deadline that this calendar moves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Entry it belongs to.
    pub entry: u32,
    /// State id.
    pub state: String,
    /// When it is due.
    pub from: Moment,
    /// When it would be due.
    pub to: Moment,
    /// How that is reckoned.
    pub why: Vec<Text>,
}

/// The running deadlines of an instance that are not as this calendar reckons them.
pub fn moved(def: &Definition, instance: &Instance, calendar: &WorkCalendar) -> Vec<Moved> {
    let one = |active: &Active| {
        let (from, ix) = (active.due?, def.state_ix(&active.state)?);
        let now = reckoned(&def.states[ix], active, calendar)?;
        (active.stopped.is_none() && now.at != from).then(|| Moved {
            entry: active.entry,
            state: active.state.clone(),
            from,
            to: now.at,
            why: [now.why, now.warnings].concat(),
        })
    };
    instance.active.iter().filter_map(one).collect()
}

fn runs_on(calendar: &WorkCalendar, from: Moment, rest: Rest) -> Text {
    let left = rest.text();
    Text::new(
        format!(
            "计时曾停止，从 {} 起接着计剩余的 {}",
            calendar.say(from, Lang::Zh),
            left.zh
        ),
        format!(
            "the clock had stopped; {} were left from {} on",
            left.en,
            calendar.say(from, Lang::En)
        ),
    )
}

/// A rung of a ladder by the name of its wake-up, `e3.r0.1`: which rung, and how often it has fired.
pub(crate) fn rung_of(reference: &str) -> Option<(u32, u32)> {
    let (_, what) = reference.split_once('.')?;
    let (rung, fired) = what.strip_prefix('r')?.split_once('.')?;
    Some((rung.parse().ok()?, fired.parse().ok()?))
}

pub(crate) fn rung_name(entry: u32, rung: u32, fired: u32) -> String {
    format!("e{entry}.r{rung}.{fired}")
}

/// In what a rung counts.
fn unit(state: &State, term: Option<Term>, rung: u32, fired: u32) -> Option<TermUnit> {
    let rung = state.if_late.get(usize::try_from(rung).ok()?)?;
    let term = match (rung.due(term), rung.every) {
        (_, Some(every)) if fired > 0 => Some(every),
        (RungTime::After(term) | RungTime::DeadlinePlus(term), _) => Some(term),
        (RungTime::Deadline | RungTime::Share(_), _) => term,
    };
    term.map(|term| term.unit)
}

impl Run<'_> {
    /// Stops the clock of an entry: the rests of its deadline and of its ladder are kept, nothing of it fires.
    pub(crate) fn stop_clock(&mut self, entry: u32, cause: &str) {
        let Ok((active, state)) = self.entry(entry) else {
            return;
        };
        let stands = active.stopped.as_ref();
        if stands.is_some_and(|clock| clock.causes.iter().any(|known| known == cause)) {
            return;
        }
        let first = stands.is_none();
        let term = term_of(state, active);
        let (due, id) = (
            active.due.filter(|due| *due > self.cx.now),
            state.id.clone(),
        );
        let (mut rungs, mut others, mut armed) = (vec![], vec![], vec![]);
        if first {
            rungs = self.rung_rests(state, entry);
            for wakeup in self.wakeups_of(entry) {
                if rung_of(&wakeup.reference).is_none() {
                    others.push(OtherWake {
                        reference: wakeup.reference.clone(),
                        at: wakeup.at,
                    });
                }
                armed.push(wakeup.reference);
            }
        }
        let rest = due
            .zip(term)
            .filter(|_| first)
            .map(|(due, term)| self.cx.calendar.rest(self.cx.now, due, term.unit));
        for reference in armed {
            self.emit(Change::WakeupCleared {
                reference,
                fired: false,
            });
        }
        self.emit(Change::ClockStopped {
            entry,
            state: id,
            cause: cause.to_owned(),
            rest,
            rungs,
            others,
        });
    }

    /// One cause is gone. With the last one the deadline and the ladder run on with their rests.
    pub(crate) fn start_clock(&mut self, entry: u32, cause: &str) {
        let Ok((active, state)) = self.entry(entry) else {
            return;
        };
        let Some(stopped) = active.stopped.clone() else {
            return;
        };
        if !stopped.causes.iter().any(|known| known == cause) {
            return;
        }
        let last = stopped.causes.len() == 1;
        let due = stopped
            .rest
            .filter(|_| last)
            .map(|rest| self.cx.calendar.resume(self.cx.now, rest));
        self.emit(Change::ClockStarted {
            entry,
            state: state.id.clone(),
            cause: cause.to_owned(),
            due,
        });
        if !last {
            return;
        }
        self.arm_rests(state, entry, due, &stopped.rungs);
        for other in stopped.others {
            self.emit(Change::WakeupSet {
                reference: other.reference,
                at: other.at,
                entry,
                since: None,
                rest: None,
            });
        }
    }

    /// A clock that stands while the applicant is asked runs on as soon as no such question is open in its state.
    pub(crate) fn start_when_answered(&mut self, entry: u32) {
        let instance = &self.case.instance;
        let asked = instance.tasks.iter().any(|task| {
            task.kind == TaskKind::Answer
                && task.entry == entry
                && task.assignee == instance.applicant
        });
        if !asked {
            self.start_clock(entry, QUESTION);
        }
    }

    /// A task went to somebody else: where the flow says so, the whole term runs anew. A clock that stands keeps its rest.
    pub(crate) fn handed_on(&mut self, entry: u32) {
        let Ok((active, state)) = self.entry(entry) else {
            return;
        };
        let (before, from) = (term_of(state, active), active.due);
        if !state.restarts_on_transfer || active.stopped.is_some() || before.is_none() {
            return;
        }
        // A clock that stood when the case moved to another version ran on with the old term's rest; what begins anew is the
        // new one's term.
        let term = match &state.deadline_by {
            Some(_) => before,
            None => state.deadline,
        };
        let due = term.map(|term| self.cx.calendar.add(self.cx.now, term));
        for wakeup in self.wakeups_of(entry) {
            self.emit(Change::WakeupCleared {
                reference: wakeup.reference,
                fired: false,
            });
        }
        let now = self.cx.now;
        self.emit(Change::DueMoved {
            entry,
            state: state.id.clone(),
            from,
            to: due.as_ref().map(|due| due.at),
            why: due
                .iter()
                .flat_map(|due| [due.why.as_slice(), &due.warnings].concat())
                .collect(),
            restarted: Some(now),
            term: term.filter(|_| term != before),
        });
        self.arm(state, entry, due.map(|due| due.at));
    }

    /// Arms the ladder of a state from its beginning.
    pub(crate) fn arm(&mut self, state: &State, entry: u32, due: Option<Moment>) {
        let allowed = self.allowed(entry);
        for (number, rung) in (0u32..).zip(&state.if_late) {
            let Some(at) = self.rung_at(rung, allowed, self.cx.now, due) else {
                continue;
            };
            self.wake_at(rung_name(entry, number, 0), at, entry, None);
        }
    }

    /// The time allowed in an entry.
    pub(crate) fn allowed(&self, entry: u32) -> Option<Term> {
        let (active, state) = self.entry(entry).ok()?;
        term_of(state, active)
    }

    /// When a rung fires first, for an entry since then that is due then; none where it counts from a deadline that is not there
    /// (refused when the flow is checked).
    pub(crate) fn rung_at(
        &self,
        rung: &Rung,
        allowed: Option<Term>,
        since: Moment,
        due: Option<Moment>,
    ) -> Option<Moment> {
        match rung.due(allowed) {
            RungTime::After(term) => Some(self.later(since, term)),
            RungTime::Deadline | RungTime::Share(_) => due,
            RungTime::DeadlinePlus(term) => Some(self.later(due?, term)),
        }
    }

    /// Arms what was left of a ladder; `due` when the deadline runs on too.
    pub(crate) fn arm_rests(
        &mut self,
        state: &State,
        entry: u32,
        due: Option<Moment>,
        rungs: &[RungRest],
    ) {
        for left in rungs {
            let reference = rung_name(entry, left.rung, left.fired);
            match self.by_deadline(state, left.rung, left.fired, due) {
                Some(at) => self.wake_at(reference, at, entry, None),
                None => {
                    let at = self.cx.calendar.resume(self.cx.now, left.rest);
                    self.wake_at(reference, at, entry, Some(left.rest));
                }
            }
        }
    }

    /// When a rung fires that is counted from the deadline.
    fn by_deadline(
        &self,
        state: &State,
        rung: u32,
        fired: u32,
        due: Option<Moment>,
    ) -> Option<Moment> {
        let rung = state.if_late.get(usize::try_from(rung).ok()?)?;
        match &rung.at {
            RungTime::Deadline if fired == 0 => due,
            RungTime::DeadlinePlus(term) if fired == 0 => Some(self.later(due?, *term)),
            RungTime::After(_)
            | RungTime::Deadline
            | RungTime::DeadlinePlus(_)
            | RungTime::Share(_) => None,
        }
    }

    fn wake_at(&mut self, reference: String, at: Moment, entry: u32, rest: Option<Rest>) {
        self.emit(Change::WakeupSet {
            reference,
            at,
            entry,
            since: None,
            rest,
        });
    }

    fn wakeups_of(&self, entry: u32) -> Vec<Wakeup> {
        let all = self.case.instance.wakeups.iter();
        all.filter(|wakeup| wakeup.entry == entry)
            .cloned()
            .collect()
    }

    /// What is left of the rungs of an entry that are still armed.
    pub(crate) fn rung_rests(&self, state: &State, entry: u32) -> Vec<RungRest> {
        let active = self.case.instance.at(entry);
        let term = active.and_then(|active| term_of(state, active));
        let rest = |wakeup: &Wakeup| {
            let (rung, fired) = rung_of(&wakeup.reference)?;
            let unit = unit(state, term, rung, fired)?;
            let rest = self.cx.calendar.rest(self.cx.now, wakeup.at, unit);
            Some(RungRest { rung, fired, rest })
        };
        self.wakeups_of(entry).iter().filter_map(rest).collect()
    }

    /// Reckons every running deadline and ladder again by the calendar as it is now; says what moved.
    pub(crate) fn reckon_again(&mut self) {
        let moves = moved(self.def, &self.case.instance, self.cx.calendar);
        let entries: Vec<u32> = self
            .case
            .instance
            .active
            .iter()
            .filter(|active| active.stopped.is_none())
            .map(|active| active.entry)
            .collect();
        for entry in entries {
            if let Some(moved) = moves.iter().find(|moved| moved.entry == entry) {
                self.emit(Change::DueMoved {
                    entry,
                    state: moved.state.clone(),
                    from: Some(moved.from),
                    to: Some(moved.to),
                    why: moved.why.clone(),
                    restarted: None,
                    term: None,
                });
            }
            let Ok((active, state)) = self.entry(entry) else {
                continue;
            };
            let from = active.counted_from;
            let (due, since) = (active.due, from.map_or(active.since, |from| from.at));
            self.rungs_again(state, entry, since, due);
        }
    }

    fn rungs_again(&mut self, state: &State, entry: u32, since: Moment, due: Option<Moment>) {
        for wakeup in self.wakeups_of(entry) {
            let Some((number, fired)) = rung_of(&wakeup.reference) else {
                continue;
            };
            let Some(at) = self.rung_again(state, number, fired, &wakeup, since, due) else {
                continue;
            };
            if at != wakeup.at {
                self.emit(Change::WakeupSet {
                    reference: wakeup.reference,
                    at,
                    entry,
                    since: Some(wakeup.since),
                    rest: wakeup.rest,
                });
            }
        }
    }

    fn rung_again(
        &self,
        state: &State,
        number: u32,
        fired: u32,
        wakeup: &Wakeup,
        since: Moment,
        due: Option<Moment>,
    ) -> Option<Moment> {
        if let Some(rest) = wakeup.rest {
            return Some(self.cx.calendar.resume(wakeup.since, rest));
        }
        if let Some(at) = self.by_deadline(state, number, fired, due) {
            return Some(at);
        }
        let rung = state.if_late.get(usize::try_from(number).ok()?)?;
        match (fired, rung.every, rung.due(self.allowed(wakeup.entry))) {
            (0, _, RungTime::After(term)) => Some(self.later(since, term)),
            // What was stored before wake-ups knew their beginning stays as it is.
            (1.., Some(every), _) if wakeup.since.0 > 0 => Some(self.later(wakeup.since, every)),
            (
                _,
                _,
                RungTime::After(_)
                | RungTime::Deadline
                | RungTime::DeadlinePlus(_)
                | RungTime::Share(_),
            ) => None,
        }
    }

    /// The flow's calendar, applied.
    pub(crate) fn later(&self, from: Moment, term: Term) -> Moment {
        self.cx.calendar.add(from, term).at
    }
}
