//! P3: no case is approved without the approvals its flow demands. Read from the trail alone, at the end: every approval state
//! that was left for good was reached by votes, or decided by the system in its own name, or left by a way the flow writes
//! down for a rejection, an outcome or a timeout.

use std::collections::BTreeMap;

use assent_core::command::Verdict;
use assent_core::definition::Outcome;
use assent_core::event::{Change, Event};

use super::sketch::{Approve, Kind, Late, Needs, Sketch, State, Way, all_states, least};

/// What the trail shows of one entry of an approval.
#[derive(Default)]
struct Entry {
    state: String,
    /// As the version has it under which it was left.
    rule: Option<State>,
    /// Person, approval, weight, groups.
    votes: Vec<(String, Option<bool>, u32, Vec<usize>)>,
    system: bool,
    timed_away: bool,
    outcome: bool,
    left: bool,
}

/// The approval that is missing, if any.
pub fn unmet(sketch: &Sketch, second: Option<&Sketch>, events: &[Event]) -> Option<String> {
    let approved = events.iter().rev().find_map(|event| match &event.change {
        Change::Ended { outcome, .. } => Some(*outcome == Outcome::Approved),
        _ => None,
    });
    if approved != Some(true) {
        return None;
    }
    let mut states = all_states(&sketch.states);
    let mut entries: BTreeMap<u32, Entry> = BTreeMap::new();
    for event in events {
        if let (Change::Migrated { renamed, .. }, Some(second)) = (&event.change, second) {
            states = all_states(&second.states);
            for known in entries.values_mut() {
                if let Some(now) = renamed.get(&known.state) {
                    known.state.clone_from(now);
                }
            }
        }
        read(&mut entries, &states, &event.change);
    }
    entries.iter().find_map(|(no, entry)| {
        let Kind::Approve(approve) = &entry.rule.as_ref()?.kind else {
            return None;
        };
        let fine = !entry.left
            || entry.system
            || entry.timed_away
            || entry.outcome
            || enough(approve, entry)
            || rejected_by_a_way(approve, entry);
        (!fine).then(|| {
            format!(
                "{} (entry {no}) was left without its approvals",
                entry.state
            )
        })
    })
}

fn enough(approve: &Approve, entry: &Entry) -> bool {
    let n = u32::try_from(entry.votes.len()).unwrap();
    let yes = |group: Option<usize>| {
        let mine = entry.votes.iter().filter(|(_, said, _, groups)| {
            *said == Some(true) && group.is_none_or(|group| groups.contains(&group))
        });
        u32::try_from(mine.count()).unwrap()
    };
    match &approve.needs {
        Needs::Any => yes(None) >= 1,
        Needs::All | Needs::InOrder => n > 0 && yes(None) == n,
        Needs::Count(bar) => yes(None) >= *bar,
        Needs::Percent(share) => yes(None) >= least(*share, n),
        Needs::Weighted(_, bar) => {
            let given = entry
                .votes
                .iter()
                .filter(|(_, said, _, _)| *said == Some(true));
            given.map(|(_, _, weight, _)| weight).sum::<u32>() >= *bar
        }
        Needs::Each(bars) => bars.iter().enumerate().all(|(group, bar)| {
            let mine = entry
                .votes
                .iter()
                .filter(|(_, _, _, groups)| groups.contains(&group));
            let all = u32::try_from(mine.count()).unwrap();
            all > 0 && yes(Some(group)) >= bar.unwrap_or(all)
        }),
    }
}

/// Somebody rejected, and the flow goes on from there on purpose.
fn rejected_by_a_way(approve: &Approve, entry: &Entry) -> bool {
    let rejected = entry
        .votes
        .iter()
        .any(|(_, said, _, _)| *said == Some(false));
    // In a branch a rejection is counted by the join, which the model watches.
    rejected && (approve.rejected == Way::Unwritten || matches!(approve.rejected, Way::Go(_)))
}

fn read(entries: &mut BTreeMap<u32, Entry>, states: &[State], change: &Change) {
    match change {
        Change::Entered { state, entry, .. } => {
            let state = state.clone();
            entries.insert(
                *entry,
                Entry {
                    state,
                    ..Entry::default()
                },
            );
        }
        Change::Asked {
            entry,
            voters,
            weights,
            groups,
            ..
        } => {
            let Some(known) = entries.get_mut(entry) else {
                return;
            };
            let vote = |(at, person): (usize, &String)| {
                let groups = groups.get(at).cloned().unwrap_or_default();
                let groups = groups
                    .into_iter()
                    .map(|group| usize::try_from(group).unwrap());
                let weight = weights.get(at).copied().unwrap_or(1);
                // Asked again under another version: what was said stays.
                let before = known.votes.iter().find(|vote| vote.0 == *person);
                let said = before.and_then(|vote| vote.1);
                (person.clone(), said, weight, groups.collect())
            };
            let votes = voters.iter().enumerate().map(vote).collect();
            known.votes = votes;
        }
        Change::VoterAdded {
            entry,
            person,
            beside,
            ..
        } => {
            let Some(known) = entries.get_mut(entry) else {
                return;
            };
            let host = beside
                .as_ref()
                .and_then(|(host, _)| known.votes.iter().find(|(person, ..)| person == host));
            let groups = host.map(|(.., groups)| groups.clone()).unwrap_or_default();
            known.votes.push((person.clone(), None, 1, groups));
        }
        Change::VoterRemoved { entry, person, .. } => {
            if let Some(known) = entries.get_mut(entry) {
                known.votes.retain(|(voter, ..)| voter != person);
            }
        }
        Change::HandedOver { entry, to, .. } => {
            let Some(known) = entries.get_mut(entry) else {
                return;
            };
            let groups: Vec<usize> = known
                .votes
                .iter()
                .flat_map(|(.., groups)| groups.clone())
                .collect();
            known.votes.retain(|(_, said, ..)| said.is_some());
            known.votes.extend(
                to.iter()
                    .map(|person| (person.clone(), None, 1, groups.clone())),
            );
        }
        Change::Decided {
            entry,
            voter,
            verdict,
            outcome,
            ..
        } => {
            say(entries, *entry, voter, Some(*verdict == Verdict::Approve));
            if let Some(known) = entries.get_mut(entry) {
                known.outcome |= outcome.is_some();
            }
        }
        Change::SystemDecided {
            entry,
            voter,
            verdict,
            ..
        } => match voter {
            Some(voter) => say(entries, *entry, voter, Some(*verdict == Verdict::Approve)),
            None => {
                if let Some(known) = entries.get_mut(entry) {
                    known.system = true;
                }
            }
        },
        Change::TakenBack {
            entry,
            voter,
            dropped,
            ..
        } => {
            say(entries, *entry, voter, None);
            for no in dropped.iter().chain([entry]) {
                if let Some(known) = entries.get_mut(no) {
                    known.left = false;
                }
            }
        }
        Change::WakeupCleared {
            reference,
            fired: true,
        } => timed(entries, states, reference),
        Change::Left { entry, .. } => {
            if let Some(known) = entries.get_mut(entry) {
                known.left = true;
                let rule = states.iter().find(|state| state.id == known.state);
                known.rule = rule.cloned();
            }
        }
        Change::Returned { dropped, .. } => {
            for no in dropped {
                entries.remove(no);
            }
        }
        _ => {}
    }
}

fn say(entries: &mut BTreeMap<u32, Entry>, entry: u32, voter: &str, said: Option<bool>) {
    let votes = entries.get_mut(&entry).map(|known| &mut known.votes);
    if let Some(vote) = votes.and_then(|votes| votes.iter_mut().find(|vote| vote.0 == voter)) {
        vote.1 = said;
    }
}

/// A rung that leads on has fired.
fn timed(entries: &mut BTreeMap<u32, Entry>, states: &[State], reference: &str) {
    let parts: Vec<usize> = reference
        .split(['e', 'r', '.'])
        .filter_map(|part| part.parse().ok())
        .collect();
    let [no, rung, _] = parts.as_slice() else {
        return;
    };
    let Some(known) = entries.get_mut(&u32::try_from(*no).unwrap()) else {
        return;
    };
    let state = states.iter().find(|state| state.id == known.state);
    let act = state
        .and_then(|state| state.ladder.get(*rung))
        .map(|rung| &rung.act);
    known.timed_away |= matches!(act, Some(Late::Go(_)));
}
