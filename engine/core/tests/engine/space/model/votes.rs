//! Counting, by asking two questions: is the bar reached by those who approved, and could it be reached if everybody who is
//! silent approved too?

use super::super::sketch::{Approve, Needs, least};
use super::Vote;

/// Is the bar reached by the votes that `yes` picks?
pub fn reached(needs: &Needs, votes: &[Vote], yes: impl Fn(&Vote) -> bool) -> bool {
    let count = |mine: &dyn Fn(&Vote) -> bool| {
        u32::try_from(votes.iter().filter(|vote| mine(vote) && yes(vote)).count()).unwrap()
    };
    let everybody = |mine: &dyn Fn(&Vote) -> bool| {
        u32::try_from(votes.iter().filter(|vote| mine(vote)).count()).unwrap()
    };
    let all = |_: &Vote| true;
    match needs {
        Needs::Any => count(&all) >= 1,
        Needs::All | Needs::InOrder => count(&all) == everybody(&all),
        Needs::Count(bar) => count(&all) >= *bar,
        Needs::Percent(share) => count(&all) >= least(*share, everybody(&all)),
        Needs::Weighted(_, bar) => {
            let weights = votes.iter().filter(|vote| yes(vote));
            weights.map(|vote| vote.weight).sum::<u32>() >= *bar
        }
        Needs::Each(bars) => bars.iter().enumerate().all(|(group, bar)| {
            let mine = move |vote: &Vote| vote.groups.contains(&group);
            let bar = bar.unwrap_or_else(|| everybody(&mine));
            everybody(&mine) >= 1 && count(&mine) >= bar
        }),
    }
}

/// Could everybody together reach it?
pub fn reachable(needs: &Needs, votes: &[Vote]) -> bool {
    reached(needs, votes, |_| true)
}

/// Can it be reached still?
pub fn alive(needs: &Needs, votes: &[Vote]) -> bool {
    reached(needs, votes, |vote| vote.said != Some(false))
}

/// What the votes come to: true is approved.
pub fn verdict(approve: &Approve, votes: &[Vote]) -> Option<bool> {
    let silent = votes.iter().any(|vote| vote.said.is_none());
    let rejected = votes.iter().any(|vote| vote.said == Some(false));
    let word = approve.on_reject.unwrap_or(match approve.needs {
        Needs::Any => "first_decision",
        Needs::All | Needs::InOrder => "veto",
        Needs::Count(_) | Needs::Percent(_) | Needs::Weighted(..) | Needs::Each(_) => {
            "until_decided"
        }
    });
    if word == "collect_all" && silent {
        return None;
    }
    if rejected && (word == "veto" || word == "first_decision") {
        return Some(false);
    }
    if reached(&approve.needs, votes, |vote| vote.said == Some(true)) && !row_begun(votes) {
        return Some(true);
    }
    if alive(&approve.needs, votes) {
        None
    } else {
        Some(false)
    }
}

/// A holder and those added before and after them: once one has spoken, all are heard.
fn row_begun(votes: &[Vote]) -> bool {
    votes.iter().any(|vote| {
        let row = || votes.iter().filter(|other| other.row == vote.row);
        vote.row.is_some()
            && row().any(|other| other.said.is_some())
            && row().any(|other| other.said.is_none())
    })
}

/// Who speaks now: the first silent one of each row; where it goes in order, the first of these alone.
pub fn turns(votes: &[Vote], in_order: bool) -> Vec<Vote> {
    let mut due: Vec<Vote> = vec![];
    for (at, vote) in votes.iter().enumerate() {
        let before = votes[..at]
            .iter()
            .any(|other| other.row.is_some() && other.row == vote.row && other.said.is_none());
        if vote.said.is_none() && !before {
            due.push(vote.clone());
        }
    }
    if in_order {
        due.truncate(1);
    }
    due
}
