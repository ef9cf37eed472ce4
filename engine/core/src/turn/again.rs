//! Putting a state back as it was, and the tasks that stand beside a holder's: opinions and answers.

use crate::definition::{RegionIx, State};
use crate::event::Change;
use crate::instance::{Task, TaskKind, Wakeup};
use crate::people::PersonId;
use crate::refusal::{Refusal, RefusalKind};
use crate::text::Text;
use crate::turn::clock::{rung_name, rung_of};
use crate::turn::{NewTask, Run};

/// The mail to somebody whose opinion is asked.
pub const OPINION_MAIL: &str = "opinion";
/// The mail to somebody who is asked a question.
pub const QUESTION_MAIL: &str = "question";
/// The mail to the holder when an opinion or an answer has come.
pub const ANSWER_MAIL: &str = "answer";

impl Run<'_> {
    /// Opens a task beside a holder's, with its mail.
    pub(crate) fn open_helper(&mut self, state: &State, entry: u32, kind: TaskKind, new: NewTask) {
        let to = new.assignee.clone();
        let mail = if kind == TaskKind::Answer {
            QUESTION_MAIL
        } else {
            OPINION_MAIL
        };
        let task = self.emit_task(state, entry, kind, new);
        self.mail(mail, vec![to], Some(task), &state.id);
    }

    /// An opinion or an answer has come: the holder is told.
    pub(crate) fn tell_host(&mut self, host: u32) {
        let Some(task) = self.case.instance.task(host).cloned() else {
            return;
        };
        self.mail(ANSWER_MAIL, vec![task.assignee], Some(host), &task.state);
    }

    /// Is it the holder's turn, or do they wait for somebody they asked?
    ///
    /// # Errors
    /// `waits_for_other`, which names whom.
    pub(crate) fn ready(&self, task: &Task) -> Result<(), Refusal> {
        let Some(other) = self.case.instance.waits_for(task) else {
            return Ok(());
        };
        let name = self.cx.organisation.name(other);
        let zh = format!("请先等{name}的意见；不再需要时可以减签。");
        let en = format!("{name} is to speak first; remove them if that is not needed any more.");
        let refusal = Refusal::new(RefusalKind::TooLate, "waits_for_other", zh, en);
        Err(refusal.with("person", other))
    }

    /// Entries passed from this one on, in its region or inside of it.
    pub(crate) fn passed_since(&self, entry: u32, region: RegionIx) -> Vec<u32> {
        let path = &self.case.instance.path;
        let from = path.iter().position(|passed| passed.entry == entry);
        let Some(from) = from else { return vec![] };
        path[from..]
            .iter()
            .filter(|passed| passed.entry != 0 && self.within(&passed.state, region))
            .map(|passed| passed.entry)
            .collect()
    }

    /// Cancels what is under way in a region at one level, and holds that stand for it.
    ///
    /// # Errors
    /// As [`Run::state_ix`].
    pub(crate) fn clear_level(
        &mut self,
        parent: Option<u32>,
        region: RegionIx,
        because: &Text,
    ) -> Result<(), Refusal> {
        let mut here: Vec<u32> = vec![];
        for active in &self.case.instance.active {
            let at = self.def.states[self.state_ix(&active.state)?].region;
            if active.parent == parent && at == region {
                here.push(active.entry);
            }
        }
        for entry in here {
            self.drop_composite(entry, because);
        }
        let stuck: Vec<String> = self
            .case
            .instance
            .holds
            .iter()
            .filter(|held| {
                self.def
                    .state_ix(&held.state)
                    .map(|ix| self.def.states[ix].region)
                    == Some(region)
            })
            .map(|held| held.state.clone())
            .collect();
        for state in stuck {
            self.emit(Change::Resumed {
                state,
                comment: None,
            });
        }
        Ok(())
    }

    /// Arms the ladder of a state that stands again as it was armed when it was left: rungs that are past have done their work.
    ///
    /// # Errors
    /// As [`Run::entry`].
    pub(crate) fn arm_again(&mut self, entry: u32, armed: Vec<Wakeup>) -> Result<(), Refusal> {
        let (_, state) = self.entry(entry)?;
        for mut wakeup in armed {
            let Some((number, mut fired)) = rung_of(&wakeup.reference) else {
                continue;
            };
            let rung = usize::try_from(number).ok();
            let rung = rung.and_then(|number| state.if_late.get(number));
            while let Some((rung, every)) = rung.and_then(|rung| Some((rung, rung.every?)))
                && wakeup.at <= self.cx.now
                && fired + 1 < rung.at_most
            {
                (wakeup.since, wakeup.rest) = (wakeup.at, None);
                wakeup.at = self.later(wakeup.at, every);
                fired += 1;
            }
            if wakeup.at > self.cx.now {
                self.emit(Change::WakeupSet {
                    reference: rung_name(entry, number, fired),
                    at: wakeup.at,
                    entry,
                    since: Some(wakeup.since),
                    rest: wakeup.rest,
                });
            }
        }
        Ok(())
    }

    /// Ends the tasks of everybody who signs after this voter, and what was asked beside them: their turn comes again.
    pub(crate) fn not_their_turn(&mut self, entry: u32, voter: &str, because: &Text) {
        let Some(active) = self.case.instance.at(entry) else {
            return;
        };
        let mut after = active
            .voters
            .iter()
            .skip_while(|known| known.person != voter);
        after.next();
        let later: Vec<PersonId> = after
            .filter(|known| known.verdict.is_none())
            .map(|known| known.person.clone())
            .collect();
        self.end_tasks(entry, because, |task| later.contains(&task.voter));
    }

    /// The others of a state that stands again, whose tasks ended when it was settled without them.
    ///
    /// # Errors
    /// As [`Run::entry`].
    pub(crate) fn ask_others_again(&mut self, entry: u32) -> Result<(), Refusal> {
        let (active, state) = self.entry(entry)?;
        let gone = |no: u32| self.case.instance.task(no).is_none();
        let others: Vec<PersonId> = active
            .voters
            .iter()
            .filter(|voter| voter.verdict.is_none() && voter.task.is_some_and(gone))
            .map(|voter| voter.person.clone())
            .collect();
        for person in others {
            let why = vec![Text::new(
                "前一决定被拿回，仍需要您的意见。",
                "The decision was taken back; you are asked again.",
            )];
            self.open_task(state, entry, TaskKind::Approve, person.clone(), person, why);
        }
        Ok(())
    }
}
