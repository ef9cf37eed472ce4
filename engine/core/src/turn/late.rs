//! The ladder of a late state: remind, add, hand over, decide, go on.

use crate::command::Verdict;
use crate::definition::{LateAct, Needs, PeopleRef, Rung, State, StateIx, StateKind};
use crate::event::Change;
use crate::instance::{Task, TaskEnd, TaskKind};
use crate::people::PersonId;
use crate::refusal::Refusal;
use crate::text::Text;
use crate::turn::Run;
use crate::turn::tally::{alive, ballots};

/// The built-in mail of a reminder.
pub const REMIND_MAIL: &str = "remind";

impl Run<'_> {
    /// Rung `number` of an entry fired for the `fired`-th time (from 0).
    pub(crate) fn late(&mut self, entry: u32, number: usize, fired: u32) -> Result<(), Refusal> {
        let (active, state) = self.entry(entry)?;
        let (parent, ix) = (active.parent, self.state_ix(&active.state)?);
        let Some(rung) = state.if_late.get(number) else {
            return Ok(());
        };
        let timed_out = || Text::new("超时", "Timed out");
        match &rung.act {
            LateAct::Remind(people) => {
                self.remind(state, entry, people);
                self.again(rung, entry, number, fired);
                Ok(())
            }
            LateAct::Add(people) => self.add(state, entry, people),
            LateAct::HandTo(people) => self.hand_over(state, entry, people),
            LateAct::Approve => self.system_settle(state, entry, Verdict::Approve, timed_out()),
            LateAct::Reject => self.system_settle(state, entry, Verdict::Reject, timed_out()),
            LateAct::Go(to) => self.go_late(ix, entry, parent, *to),
        }
    }

    fn go_late(
        &mut self,
        ix: StateIx,
        entry: u32,
        parent: Option<u32>,
        to: StateIx,
    ) -> Result<(), Refusal> {
        // Whoever loses the task learns why, and where it went.
        let name = &self.def.states[to].name;
        let because = Text::new(
            format!("超时，转到“{}”", name.zh),
            format!("Timed out: goes to “{}”", name.en),
        );
        self.cut(entry, &because);
        // Its times are not cleared yet: what is left of them may be kept for its return.
        self.close_tasks(entry, &because);
        let target = crate::definition::Target::Go(to);
        self.leave_because(ix, entry, parent, target, Some(because))
    }

    fn again(&mut self, rung: &Rung, entry: u32, number: usize, fired: u32) {
        if let (Some(every), true) = (rung.every, fired + 1 < rung.at_most) {
            let at = self.later(self.cx.now, every);
            self.emit(Change::WakeupSet {
                reference: format!("e{entry}.r{number}.{}", fired + 1),
                at,
                entry,
                since: None,
                rest: None,
            });
        }
    }

    fn remind(&mut self, state: &State, entry: u32, people: &[PeopleRef]) {
        let mut to: Vec<PersonId> = vec![];
        for who in people {
            let more: Vec<PersonId> = match who {
                PeopleRef::Waiting => self.waiting(entry),
                PeopleRef::Applicant | PeopleRef::Named(_) => self.resolve(who).people,
            };
            to.extend(
                more.into_iter()
                    .filter(|person| !to.contains(person))
                    .collect::<Vec<_>>(),
            );
        }
        to.retain(|person| self.cx.organisation.may_act(person));
        if to.is_empty() {
            return;
        }
        self.emit(Change::Reminded {
            entry,
            state: state.id.clone(),
            people: to.clone(),
        });
        for person in to {
            let open = self.case.instance.tasks.iter().find(|task| {
                task.holders().contains(&person.as_str()) && self.covers(entry, task.entry)
            });
            let task = open.map(|task| task.no);
            self.mail(REMIND_MAIL, vec![person], task, &state.id);
        }
    }

    /// Who has an open task in an entry, or inside of it.
    fn waiting(&self, entry: u32) -> Vec<PersonId> {
        let open = self
            .case
            .instance
            .tasks
            .iter()
            .filter(|task| self.covers(entry, task.entry))
            .filter(|task| self.case.instance.waits_for(task).is_none());
        open.flat_map(Task::holders).map(str::to_owned).collect()
    }

    fn covers(&self, entry: u32, inner: u32) -> bool {
        entry == inner || self.case.instance.inside(entry).contains(&inner)
    }

    /// New people who may be asked now: here, not the applicant, not signed elsewhere, not asked already.
    fn newcomers(
        &self,
        state: &State,
        entry: u32,
        people: &[PeopleRef],
    ) -> Vec<(PersonId, Vec<Text>)> {
        let asked = |person: &str| {
            let voter = self
                .case
                .instance
                .at(entry)
                .is_some_and(|at| at.voters.iter().any(|voter| voter.person == person));
            voter
                || self
                    .case
                    .instance
                    .tasks
                    .iter()
                    .any(|task| task.entry == entry && task.holders().contains(&person))
        };
        let mut found = self.found(state, people).people;
        found.retain(|(person, _)| self.ban(state, person).is_none() && !asked(person));
        found
    }

    fn add(&mut self, state: &State, entry: u32, people: &[PeopleRef]) -> Result<(), Refusal> {
        if let Err(trouble) = self.draw(state, people) {
            return self.hold(state, Some(entry), trouble);
        }
        let because = Text::new("已超时，请您一起处理。", "It is late; you are asked too.");
        let newcomers = self.newcomers(state, entry, people);
        if self.out_of_reach_with(state, entry, &newcomers) {
            // Held because its bar cannot be reached, and not with them either: their approval would count for nothing.
            let owners = self.cx.organisation.owners(self.def, &self.case);
            self.mail(REMIND_MAIL, owners, None, &state.id);
            return Ok(());
        }
        let in_order = in_order(state);
        for (person, mut why) in newcomers {
            why.push(because.clone());
            let kind = task_kind(state);
            self.emit(Change::VoterAdded {
                entry,
                person: person.clone(),
                because: because.clone(),
                beside: None,
            });
            // In order, their turn comes after those who were asked before them.
            if !in_order {
                self.open_task(state, entry, kind, person.clone(), person, why);
            }
        }
        if in_order {
            self.ask_next(entry)
        } else {
            Ok(())
        }
    }

    /// Nobody has been asked and the bar cannot be reached, whoever is added.
    fn out_of_reach_with(
        &self,
        state: &State,
        entry: u32,
        newcomers: &[(PersonId, Vec<Text>)],
    ) -> bool {
        let (StateKind::Approve(approve), Some(active)) =
            (&state.kind, self.case.instance.at(entry))
        else {
            return false;
        };
        let mut after = active.voters.clone();
        let to = newcomers.iter().map(|(person, _)| person.clone());
        let to: Vec<PersonId> = to.collect();
        let none = vec![vec![]; approve.by.len()];
        after.extend(ballots(&Needs::Any, &to, &none));
        active.voters.is_empty() && !alive(&approve.needs, &after)
    }

    fn hand_over(
        &mut self,
        state: &State,
        entry: u32,
        people: &[PeopleRef],
    ) -> Result<(), Refusal> {
        if let Err(trouble) = self.draw(state, people) {
            return self.hold(state, Some(entry), trouble);
        }
        let newcomers = self.newcomers(state, entry, people);
        if newcomers.is_empty() || self.takes_the_bar_away(state, entry, &newcomers) {
            // Nobody to hand it to, or too few of them: those who are asked keep it, and the owner learns of it.
            let owners = self.cx.organisation.owners(self.def, &self.case);
            self.mail(REMIND_MAIL, owners, None, &state.id);
            return Ok(());
        }
        let from = self.waiting(entry);
        let because = Text::new("超时，已转给他人处理", "Late; handed to somebody else");
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
        let to: Vec<PersonId> = newcomers.iter().map(|(person, _)| person.clone()).collect();
        self.emit(Change::HandedOver {
            entry,
            state: state.id.clone(),
            from,
            to,
        });
        // What was said before may be enough of the smaller number.
        if self.outcome(entry).is_some() {
            return self.settle(entry);
        }
        let in_order = in_order(state);
        for (person, mut why) in newcomers {
            why.push(Text::new(
                "原处理人超时，转由您处理。",
                "The people asked first were late; it is yours now.",
            ));
            self.open_task(state, entry, task_kind(state), person.clone(), person, why);
            if in_order {
                break;
            }
        }
        Ok(())
    }

    /// Could those who are asked reach the bar, or is nobody asked, and could these newcomers in their place not?
    fn takes_the_bar_away(
        &self,
        state: &State,
        entry: u32,
        newcomers: &[(PersonId, Vec<Text>)],
    ) -> bool {
        let (StateKind::Approve(approve), Some(active)) =
            (&state.kind, self.case.instance.at(entry))
        else {
            return false;
        };
        let mut after = active.clone();
        let to: Vec<PersonId> = newcomers.iter().map(|(person, _)| person.clone()).collect();
        crate::apply::hand_over(&mut after, &to);
        let before = active.voters.is_empty() || alive(&approve.needs, &active.voters);
        before && !alive(&approve.needs, &after.voters)
    }
}

fn in_order(state: &State) -> bool {
    matches!(&state.kind, StateKind::Approve(approve) if approve.needs == Needs::InOrder)
}

fn task_kind(state: &State) -> TaskKind {
    match state.kind {
        StateKind::Approve(_) => TaskKind::Approve,
        StateKind::Draft { .. } => TaskKind::Draft,
        StateKind::Work { .. }
        | StateKind::Rule { .. }
        | StateKind::Run(_)
        | StateKind::Choose { .. }
        | StateKind::Mail { .. }
        | StateKind::WaitFor { .. }
        | StateKind::WaitUntil { .. }
        | StateKind::Subflow { .. }
        | StateKind::Together { .. }
        | StateKind::End { .. } => TaskKind::Work,
    }
}
