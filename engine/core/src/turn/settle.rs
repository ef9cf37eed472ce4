//! Votes: when is an approval decided, and what then.

use crate::command::Verdict;
use crate::definition::{Needs, OnReject, State, StateKind};
use crate::event::Change;
use crate::instance::TaskKind;
use crate::refusal::Refusal;
use crate::text::Text;
use crate::turn::Run;
use crate::turn::ask::required;

impl Run<'_> {
    /// What an approval has come to, if anything.
    pub(crate) fn outcome(&self, entry: u32) -> Option<Verdict> {
        let (active, state) = self.entry(entry).ok()?;
        let StateKind::Approve(approve) = &state.kind else {
            return None;
        };
        let n = active.voters.len();
        let count = |verdict: Verdict| {
            active
                .voters
                .iter()
                .filter(|voter| voter.verdict == Some(verdict))
                .count()
        };
        let (yes, no) = (count(Verdict::Approve), count(Verdict::Reject));
        let required = usize::try_from(required(&approve.needs, n)).unwrap_or(n);
        tally(
            &approve.needs,
            approve.on_reject,
            Votes {
                n,
                yes,
                no,
                required,
            },
        )
    }

    /// Settles an approval when its votes decide; otherwise asks the next in order.
    pub(crate) fn settle(&mut self, entry: u32) -> Result<(), Refusal> {
        let Some(verdict) = self.outcome(entry) else {
            return self.ask_next(entry);
        };
        let (active, state) = self.entry(entry)?;
        let (parent, ix) = (active.parent, self.state_ix(&active.state)?);
        let target = match verdict {
            Verdict::Approve => state.next,
            Verdict::Reject => state.if_rejected,
        };
        self.leave(ix, entry, parent, target)
    }

    /// 依次: the next voter's turn, when nobody has an open task.
    fn ask_next(&mut self, entry: u32) -> Result<(), Refusal> {
        let (active, state) = self.entry(entry)?;
        let open = self
            .case
            .instance
            .tasks
            .iter()
            .any(|task| task.entry == entry);
        let next = active
            .voters
            .iter()
            .find(|voter| voter.verdict.is_none() && voter.task.is_none());
        if let (false, Some(next)) = (open, next) {
            let person = next.person.clone();
            let why = vec![Text::new(
                "依次审批，轮到您。",
                "Signed in order; it is your turn.",
            )];
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
        self.emit(Change::SystemDecided {
            entry,
            state: state.id.clone(),
            voter: None,
            verdict,
            because,
        });
        let (active, _) = self.entry(entry)?;
        let (parent, ix) = (active.parent, self.state_ix(&active.state)?);
        let target = match verdict {
            Verdict::Approve => state.next,
            Verdict::Reject => state.if_rejected,
        };
        self.leave(ix, entry, parent, target)
    }
}

/// The votes of one approval.
#[derive(Clone, Copy, Debug)]
pub struct Votes {
    /// Voters.
    pub n: usize,
    /// Approvals.
    pub yes: usize,
    /// Rejections.
    pub no: usize,
    /// Approvals needed.
    pub required: usize,
}

/// What the votes come to: decided as soon as it can be, and no sooner than `on_reject` says.
pub fn tally(needs: &Needs, on_reject: OnReject, votes: Votes) -> Option<Verdict> {
    let Votes {
        n,
        yes,
        no,
        required,
    } = votes;
    let all_heard = yes + no == n;
    let unreachable = n - no < required;
    let alone_decides = matches!((needs, on_reject), (Needs::Any, OnReject::FirstDecision))
        || on_reject == OnReject::Veto;
    match on_reject {
        OnReject::CollectAll if !all_heard => None,
        _ if no > 0 && alone_decides => Some(Verdict::Reject),
        _ if yes >= required => Some(Verdict::Approve),
        _ if unreachable => Some(Verdict::Reject),
        _ => None,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn votes(n: usize, yes: usize, no: usize, needs: &Needs) -> Votes {
        Votes {
            n,
            yes,
            no,
            required: usize::try_from(required(needs, n)).unwrap_or(n),
        }
    }

    #[test]
    fn any_with_all_must_reject_lives_on_after_one_rejection() {
        let tallied = |yes, no| {
            tally(
                &Needs::Any,
                OnReject::AllMustReject,
                votes(3, yes, no, &Needs::Any),
            )
        };
        assert_eq!(tallied(0, 1), None);
        assert_eq!(tallied(1, 2), Some(Verdict::Approve));
        assert_eq!(tallied(0, 3), Some(Verdict::Reject));
    }

    #[test]
    fn sixty_percent_of_five_lives_until_approval_is_out_of_reach() {
        let needs = Needs::Percent(60.into());
        let tallied = |yes, no| tally(&needs, OnReject::UntilDecided, votes(5, yes, no, &needs));
        assert_eq!(tallied(2, 2), None);
        assert_eq!(tallied(3, 2), Some(Verdict::Approve));
        assert_eq!(tallied(2, 3), Some(Verdict::Reject));
    }

    #[test]
    fn a_share_is_rounded_up_exactly() {
        let share = |percent: &str, n| required(&Needs::Percent(percent.parse().unwrap()), n);
        assert_eq!(share("66.666666666666666666", 3), 2);
        assert_eq!(share("33.4", 3), 2);
        assert_eq!(share("50", 4), 2);
        assert_eq!(share("0.1", 5), 1);
        assert_eq!(share("100", 7), 7);
    }

    #[test]
    fn veto_rejects_at_once_and_collect_all_hears_everybody() {
        let all =
            |on_reject, yes, no| tally(&Needs::All, on_reject, votes(3, yes, no, &Needs::All));
        assert_eq!(all(OnReject::Veto, 1, 1), Some(Verdict::Reject));
        assert_eq!(all(OnReject::CollectAll, 1, 1), None);
        assert_eq!(all(OnReject::CollectAll, 2, 1), Some(Verdict::Reject));
        assert_eq!(all(OnReject::Veto, 3, 0), Some(Verdict::Approve));
    }
}
