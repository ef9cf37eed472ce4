//! What is asked of other systems and other flows, and what they answer.

use assent_core::command::{Action, EffectAnswer};
use assent_core::definition::Outcome;

use super::super::sketch::{Join, Kind, Subflow, Way};
use super::{Child, Model, Refused, To};

impl Model {
    pub(super) fn call(&mut self, place: u32) {
        self.calls_made += 1;
        self.outside += 1;
        self.calls.push((self.calls_made, place, false));
    }

    /// The first answer to a call that is waited for counts; a failure holds the case for its owner.
    pub(super) fn answered(
        &mut self,
        action: &Action,
        call: u32,
        answer: &EffectAnswer,
    ) -> Result<(), Refused> {
        let known = self.calls.iter().position(|(no, ..)| *no == call);
        let at = known.ok_or("nobody waits for it")?;
        if self.keep_for_later(action)? {
            return Ok(());
        }
        let (_, no, off) = self.calls.remove(at);
        if off {
            return Ok(());
        }
        let state = self.place(no).unwrap().state.clone();
        match answer {
            EffectAnswer::Failed(_) | EffectAnswer::NotSent => self.hold_at(no),
            EffectAnswer::Ok(values) => {
                let fills = matches!(self.map.state(&state).kind, Kind::Run(true));
                if let Some(status) = values.get("status").filter(|_| fills) {
                    self.values.insert("note".to_owned(), status.clone());
                }
                self.leave(no, self.map.next(&state));
            }
        }
        Ok(())
    }

    /// One for each person a name stands for, or one; nobody, and the case is held.
    pub(super) fn ask_children(&mut self, place: u32, subflow: &Subflow) {
        let count = subflow
            .each
            .map_or(1, |role| self.world.holders(role).len());
        if count == 0 {
            return self.hold_at(place);
        }
        for number in 0..count {
            self.outside += 1;
            self.children.push(Child {
                name: format!("{place}.{number}"),
                place,
                beside: subflow.beside,
                ended: None,
            });
        }
        if subflow.beside {
            let state = self.place(place).unwrap().state.clone();
            self.leave(place, self.map.next(&state));
        }
    }

    /// A child that is waited for has ended, well or not.
    pub(super) fn child_ended(
        &mut self,
        action: &Action,
        child: &str,
        outcome: &Outcome,
    ) -> Result<(), Refused> {
        self.not_over()?;
        let waited = |one: &&mut Child| one.name == child && !one.beside && one.ended.is_none();
        let place = self.children.iter_mut().find(waited).map(|one| one.place);
        let place = place.ok_or("nobody waits for it")?;
        if self.keep_for_later(action)? {
            return Ok(());
        }
        let known = self.children.iter_mut().find(waited).unwrap();
        known.ended = Some(outcome.clone());
        let state = self.place(place).unwrap().state.clone();
        let Kind::Subflow(subflow) = self.map.state(&state).kind else {
            return Ok(());
        };
        let mine = || {
            self.children
                .iter()
                .filter(|one| one.place == place && !one.beside)
        };
        let well = |one: &&Child| {
            let ended = one.ended.as_ref();
            ended.is_some_and(|outcome| leads(&subflow, outcome).is_none())
        };
        let (all, good) = (mine().count(), mine().filter(well).count());
        let open = mine().filter(|one| one.ended.is_none()).count();
        let needed = match subflow.needs {
            Join::All => all,
            Join::Any => 1,
            Join::Count(count) => count.min(all),
        };
        if good >= needed {
            self.leave(place, self.map.next(&state));
        } else if good + open < needed {
            let written = leads(&subflow, outcome).unwrap_or(subflow.rejected.clone());
            self.leave(place, self.map.way(&state, &written, To::Rejected));
        }
        Ok(())
    }
}

/// Where an end leads that is not a good one.
fn leads(subflow: &Subflow, outcome: &Outcome) -> Option<Way> {
    let written = subflow
        .outcomes
        .iter()
        .find(|(word, _)| *word == outcome.word());
    match outcome {
        Outcome::Approved => None,
        Outcome::Named(_) => written.map(|(_, way)| way.clone()),
        Outcome::Rejected | Outcome::Withdrawn | Outcome::Cancelled => {
            Some(written.map_or(subflow.rejected.clone(), |(_, way)| way.clone()))
        }
    }
}
