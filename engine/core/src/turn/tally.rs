//! Counting votes: what is needed, what has been given, and whether that decides. Whole numbers and exact shares only.
//!
//! Only the voters of the one entry count: never those of another branch, never a transfer's second holder, never an adviser.

use rust_decimal::Decimal;

use crate::command::Verdict;
use crate::definition::{GroupBar, Join, Needs, OnReject};
use crate::instance::{BranchRun, BranchStatus, Voter};
use crate::people::PersonId;

/// Approvals an approval state needs of these voters; for weighted votes the weight, for groups the sum of their bars.
pub fn required(needs: &Needs, voters: &[Voter]) -> u32 {
    let n = count(voters.len());
    match needs {
        Needs::Any => 1,
        Needs::All | Needs::InOrder => n,
        Needs::Count(count) => *count,
        Needs::Percent(percent) => share(*percent, n),
        Needs::Weighted { at_least, .. } => *at_least,
        Needs::Each(bars) => groups(bars, voters).map(|group| group.bar).sum(),
    }
}

/// What counts towards [`required`] so far.
pub fn given(needs: &Needs, voters: &[Voter]) -> u32 {
    match needs {
        Needs::Each(bars) => groups(bars, voters)
            .map(|group| group.yes.min(group.bar))
            .sum(),
        Needs::Any
        | Needs::All
        | Needs::InOrder
        | Needs::Count(_)
        | Needs::Percent(_)
        | Needs::Weighted { .. } => Votes::of(needs, voters).yes,
    }
}

/// Can the bar be reached at all, if everybody approves?
pub fn reachable(needs: &Needs, voters: &[Voter]) -> bool {
    match needs {
        Needs::Each(bars) => groups(bars, voters).all(|group| group.bar <= group.n && group.n > 0),
        Needs::Any
        | Needs::All
        | Needs::InOrder
        | Needs::Count(_)
        | Needs::Percent(_)
        | Needs::Weighted { .. } => {
            let votes = Votes::of(needs, voters);
            votes.required <= votes.n
        }
    }
}

/// Can the bar still be reached, if everybody who has not spoken approves?
pub(crate) fn alive(needs: &Needs, voters: &[Voter]) -> bool {
    match needs {
        Needs::Each(bars) => groups(bars, voters).all(|group| group.n - group.no >= group.bar),
        Needs::Any
        | Needs::All
        | Needs::InOrder
        | Needs::Count(_)
        | Needs::Percent(_)
        | Needs::Weighted { .. } => {
            let votes = Votes::of(needs, voters);
            votes.n - votes.no >= votes.required
        }
    }
}

/// Voters before anybody has spoken. `found` are the people of each name in `by:`: a vote weighs what its name says, the
/// heaviest where several name one person, and counts for every group it belongs to. Somebody a policy named weighs one and
/// stands for all groups: nobody else is left.
pub(crate) fn ballots(needs: &Needs, voters: &[PersonId], found: &[Vec<PersonId>]) -> Vec<Voter> {
    let under = |person: &PersonId| -> Vec<usize> {
        (0..found.len())
            .filter(|ix| found[*ix].contains(person))
            .collect()
    };
    let weight = |person: &PersonId| match needs {
        Needs::Weighted { weights, .. } => under(person)
            .into_iter()
            .filter_map(|ix| weights.get(ix).copied())
            .max()
            .unwrap_or(1),
        Needs::Any
        | Needs::All
        | Needs::InOrder
        | Needs::Count(_)
        | Needs::Percent(_)
        | Needs::Each(_) => 1,
    };
    let groups = |person: &PersonId| -> Vec<u32> {
        let Needs::Each(bars) = needs else {
            return vec![];
        };
        let mine = under(person);
        let all = || (0..bars.len()).collect();
        let mine: Vec<usize> = if mine.is_empty() { all() } else { mine };
        mine.into_iter()
            .filter_map(|ix| u32::try_from(ix).ok())
            .collect()
    };
    voters
        .iter()
        .map(|person| Voter {
            person: person.clone(),
            task: None,
            verdict: None,
            by_rule: true,
            weight: weight(person),
            groups: groups(person),
            stack: None,
            added_by: None,
            by_policy: false,
        })
        .collect()
}

/// What the votes come to: decided as soon as it can be, and no sooner than `on_reject` says.
pub fn tally(needs: &Needs, on_reject: OnReject, voters: &[Voter]) -> Option<Verdict> {
    let all_heard = voters.iter().all(|voter| voter.verdict.is_some());
    let rejected = voters
        .iter()
        .any(|voter| voter.verdict == Some(Verdict::Reject));
    let alone_decides = match on_reject {
        OnReject::Veto => true,
        OnReject::FirstDecision => *needs == Needs::Any,
        OnReject::UntilDecided | OnReject::CollectAll | OnReject::AllMustReject => false,
    };
    let reached = match needs {
        Needs::Each(bars) => groups(bars, voters).all(|group| group.yes >= group.bar),
        Needs::Any
        | Needs::All
        | Needs::InOrder
        | Needs::Count(_)
        | Needs::Percent(_)
        | Needs::Weighted { .. } => {
            let votes = Votes::of(needs, voters);
            votes.yes >= votes.required
        }
    };
    match on_reject {
        OnReject::CollectAll if !all_heard => None,
        _ if rejected && alone_decides => Some(Verdict::Reject),
        // Whoever was added to somebody who has spoken is heard before the approval counts.
        _ if reached && !stacks_unfinished(voters) => Some(Verdict::Approve),
        _ if !alive(needs, voters) => Some(Verdict::Reject),
        _ => None,
    }
}

/// What the branches of a parallel state come to: approved as soon as enough are done, rejected as soon as enough cannot be.
pub fn joined(needs: Join, branches: &[BranchRun]) -> Option<Verdict> {
    let count = |wanted: BranchStatus| branches.iter().filter(|run| run.status == wanted).count();
    let (done, open) = (count(BranchStatus::Done), count(BranchStatus::Open));
    let entered = branches.len() - count(BranchStatus::Skipped);
    let required = match needs {
        Join::All => entered,
        Join::Any => 1,
        Join::Count(count) => usize::try_from(count).unwrap_or(entered).min(entered),
    };
    if done >= required {
        Some(Verdict::Approve)
    } else if done + open < required {
        Some(Verdict::Reject)
    } else {
        None
    }
}

/// A holder and the signers added before and after them are one sequence: once it has begun, it is finished.
fn stacks_unfinished(voters: &[Voter]) -> bool {
    let same = |voter: &Voter, spoken: bool| {
        voters
            .iter()
            .any(|other| other.stack == voter.stack && other.verdict.is_some() == spoken)
    };
    voters
        .iter()
        .any(|voter| voter.stack.is_some() && same(voter, true) && same(voter, false))
}

/// ⌈percent·n / 100⌉, at least one.
fn share(percent: Decimal, n: u32) -> u32 {
    let exact = percent * Decimal::from(n) / Decimal::ONE_HUNDRED;
    u32::try_from(exact.ceil().mantissa()).unwrap_or(n).max(1)
}

/// Votes, or weight, of one approval.
struct Votes {
    n: u32,
    yes: u32,
    no: u32,
    required: u32,
}

impl Votes {
    fn of(needs: &Needs, voters: &[Voter]) -> Self {
        let weighted = matches!(needs, Needs::Weighted { .. });
        let sum = |wanted: fn(&Voter) -> bool| {
            let counted = voters.iter().filter(|voter| wanted(voter));
            counted
                .map(|voter| if weighted { voter.weight } else { 1 })
                .sum()
        };
        Self {
            n: sum(|_| true),
            yes: sum(|voter| voter.verdict == Some(Verdict::Approve)),
            no: sum(|voter| voter.verdict == Some(Verdict::Reject)),
            required: required(needs, voters),
        }
    }
}

/// One group of `needs: {each: …}`.
struct Group {
    n: u32,
    yes: u32,
    no: u32,
    bar: u32,
}

fn groups<'v>(bars: &'v [GroupBar], voters: &'v [Voter]) -> impl Iterator<Item = Group> + 'v {
    bars.iter().zip(0_u32..).map(|(bar, group)| {
        let members = || {
            voters
                .iter()
                .filter(move |voter| voter.groups.contains(&group))
        };
        let said = |verdict| {
            count(
                members()
                    .filter(|voter| voter.verdict == Some(verdict))
                    .count(),
            )
        };
        let n = count(members().count());
        Group {
            n,
            yes: said(Verdict::Approve),
            no: said(Verdict::Reject),
            bar: match bar {
                GroupBar::Count(count) => *count,
                // Of nobody there is no "all": an empty group has not approved.
                GroupBar::All => n.max(1),
            },
        }
    })
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
