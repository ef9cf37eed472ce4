//! An approval is settled when its votes decide; until then, those whose turn it is are asked.

use crate::command::Verdict;
use crate::definition::{Needs, State, StateKind, Target};
use crate::event::Change;
use crate::instance::{Active, TaskKind, Voter};
use crate::refusal::Refusal;
use crate::text::Text;
use crate::turn::Run;
use crate::turn::tally::tally;

impl Run<'_> {
    /// What an approval has come to, if anything.
    pub(crate) fn outcome(&self, entry: u32) -> Option<Verdict> {
        let (active, state) = self.entry(entry).ok()?;
        let StateKind::Approve(approve) = &state.kind else {
            return None;
        };
        tally(&approve.needs, approve.on_reject, &active.voters)
    }

    /// Settles an approval when its votes decide; otherwise asks the next.
    pub(crate) fn settle(&mut self, entry: u32) -> Result<(), Refusal> {
        self.settle_with(entry, None)
    }

    /// The same; `way` is where a custom outcome leads when the vote that picked it, with its verdict, decides.
    pub(crate) fn settle_with(
        &mut self,
        entry: u32,
        way: Option<(Verdict, Target)>,
    ) -> Result<(), Refusal> {
        let Some(verdict) = self.outcome(entry) else {
            return self.ask_next(entry);
        };
        let (active, state) = self.entry(entry)?;
        let (parent, ix) = (active.parent, self.state_ix(&active.state)?);
        let target = match (way, verdict) {
            (Some((counted, way)), _) if counted == verdict => way,
            (_, Verdict::Approve) => state.next,
            (_, Verdict::Reject) => state.if_rejected,
        };
        self.leave(ix, entry, parent, target)
    }

    /// Asks everybody whose turn has come: the first of each sequence who has not spoken, one sequence at a time where
    /// the flow asks in order.
    pub(super) fn ask_next(&mut self, entry: u32) -> Result<(), Refusal> {
        let (active, state) = self.entry(entry)?;
        let StateKind::Approve(approve) = &state.kind else {
            return Ok(());
        };
        let asked = |voter: &Voter| {
            let task = voter.task.and_then(|no| self.case.instance.task(no));
            task.is_some()
        };
        for voter in turns(active, approve.needs == Needs::InOrder, asked) {
            // The candidates of a pool are asked together, by its one task.
            if approve.claim && voter.by_rule {
                continue;
            }
            let why = vec![match &voter.added_by {
                Some(by) => {
                    let by = self.cx.organisation.name(by);
                    Text::new(format!("由{by}加签。"), format!("Added by {by}."))
                }
                None if !voter.by_rule => Text::new(
                    "已超时，请您一起处理；依次审批，轮到您。",
                    "It is late and you are asked too; signed in order, it is your turn.",
                ),
                None => Text::new("依次审批，轮到您。", "Signed in order; it is your turn."),
            }];
            let person = voter.person;
            self.open_task(state, entry, TaskKind::Approve, person.clone(), person, why);
        }
        Ok(())
    }

    /// The system settles a whole state: a policy or a timeout, never with a person's name.
    pub(crate) fn system_settle(
        &mut self,
        state: &State,
        entry: u32,
        verdict: Verdict,
        because: Text,
    ) -> Result<(), Refusal> {
        let cause = because.clone();
        self.emit(Change::SystemDecided {
            entry,
            state: state.id.clone(),
            voter: None,
            verdict,
            because,
        });
        // A parallel state is decided as a whole: what is under way inside ends with it.
        self.cut(entry, &cause);
        let (active, _) = self.entry(entry)?;
        let (parent, ix) = (active.parent, self.state_ix(&active.state)?);
        let target = match verdict {
            Verdict::Approve => state.next,
            Verdict::Reject => state.if_rejected,
        };
        self.leave(ix, entry, parent, target)
    }
}

/// Voters to ask now who have no task.
fn turns(active: &Active, in_order: bool, asked: impl Fn(&Voter) -> bool) -> Vec<Voter> {
    let voters = &active.voters;
    let first_of_its_stack = |at: usize| {
        let stack = voters[at].stack;
        stack.is_none()
            || !voters[..at]
                .iter()
                .any(|before| before.stack == stack && before.verdict.is_none())
    };
    let mut open =
        (0..voters.len()).filter(|at| voters[*at].verdict.is_none() && first_of_its_stack(*at));
    let due: Vec<usize> = if in_order {
        open.next().into_iter().collect()
    } else {
        open.collect()
    };
    due.into_iter()
        .map(|at| &voters[at])
        .filter(|voter| !asked(voter))
        .cloned()
        .collect()
}
