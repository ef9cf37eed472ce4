//! People are asked, and vote.

use super::people;
use crate::command::{SignerPlace, Verdict};
use crate::event::{Change, Event};
use crate::instance::{Active, Decision, Instance, Voter};
use crate::people::PersonId;

fn fresh(person: &str, by_rule: bool) -> Voter {
    Voter {
        person: person.to_owned(),
        task: None,
        verdict: None,
        by_rule,
        weight: 1,
        groups: vec![],
        stack: None,
        added_by: None,
        by_policy: false,
    }
}

fn at(instance: &mut Instance, entry: u32) -> Option<&mut Active> {
    instance
        .active
        .iter_mut()
        .find(|active| active.entry == entry)
}

pub(super) fn vote(instance: &mut Instance, event: &Event) {
    match &event.change {
        Change::Asked {
            entry,
            voters,
            left_out,
            stand_ins,
            weights,
            groups,
            ..
        } => {
            let open: Vec<u32> = instance.tasks.iter().map(|task| task.no).collect();
            if let Some(active) = at(instance, *entry) {
                // Asked again in the same entry (another version of the flow): what was said stays, and an open task. One
                // that ended without a word is asked anew when its turn comes.
                let known = std::mem::take(&mut active.voters);
                let before = |person: &String| {
                    let before = known.iter().find(|voter| voter.person == *person);
                    let mut voter = before.cloned().unwrap_or_else(|| fresh(person, true));
                    let spoken = voter.verdict.is_some();
                    voter.task = voter.task.filter(|task| spoken || open.contains(task));
                    voter
                };
                let voter = |(place, person): (usize, &String)| Voter {
                    weight: weights.get(place).copied().unwrap_or(1),
                    groups: groups.get(place).cloned().unwrap_or_default(),
                    by_policy: stand_ins.contains(person),
                    ..before(person)
                };
                active.voters = voters.iter().enumerate().map(voter).collect();
                active.left_out.clone_from(left_out);
            }
        }
        Change::VoterAdded {
            entry,
            person,
            beside,
            ..
        } => {
            let by = event.actor.person().map(str::to_owned);
            if let Some(active) = at(instance, *entry) {
                let mut voter = fresh(person, false);
                match beside {
                    None => active.voters.push(voter),
                    Some((host, place)) => {
                        voter.added_by = by;
                        beside_host(active, voter, host, *place);
                    }
                }
            }
        }
        Change::VoterRemoved { entry, person, .. } => {
            if let Some(active) = at(instance, *entry) {
                active.voters.retain(|voter| voter.person != *person);
            }
        }
        Change::HandedOver { entry, to, .. } => {
            if let Some(active) = at(instance, *entry) {
                hand_over(active, to);
            }
        }
        Change::Decided {
            task,
            entry,
            state,
            voter,
            verdict,
            signed,
            facts,
            ..
        } => {
            let person = event.actor.person().unwrap_or_default().to_owned();
            let stands_for = people::stood_for(instance, *task, &person);
            instance.decisions.push(Decision {
                state: state.clone(),
                entry: *entry,
                round: instance.round,
                person,
                verdict: *verdict,
                at: event.at,
                signed: signed.clone(),
                facts: facts.clone(),
                stands_for,
            });
            set_vote(instance, *entry, voter, Some(*verdict));
        }
        Change::SystemDecided {
            entry,
            voter: Some(voter),
            verdict,
            ..
        } => set_vote(instance, *entry, voter, Some(*verdict)),
        _ => {}
    }
}

/// These people are asked instead of those who have not spoken; they stand for the same groups.
pub(crate) fn hand_over(active: &mut Active, to: &[PersonId]) {
    let mut groups: Vec<u32> = active
        .voters
        .iter()
        .flat_map(|voter| voter.groups.iter().copied())
        .collect();
    groups.sort_unstable();
    groups.dedup();
    active.voters.retain(|voter| voter.verdict.is_some());
    let newcomers = to.iter().map(|person| Voter {
        groups: groups.clone(),
        ..fresh(person, false)
    });
    active.voters.extend(newcomers);
}

/// Puts an added voter into the order of the group: before or after their host, or at the end.
fn beside_host(active: &mut Active, mut voter: Voter, host: &str, place: SignerPlace) {
    let Some(own) = active.voters.iter().position(|known| known.person == host) else {
        active.voters.push(voter);
        return;
    };
    voter.groups.clone_from(&active.voters[own].groups);
    if place == SignerPlace::Alongside {
        active.voters.push(voter);
        return;
    }
    let free = active.voters.iter().filter_map(|known| known.stack).max();
    let stack = active.voters[own].stack.unwrap_or(free.unwrap_or(0) + 1);
    active.voters[own].stack = Some(stack);
    voter.stack = Some(stack);
    let after = usize::from(place == SignerPlace::After);
    active.voters.insert(own + after, voter);
}

fn set_vote(instance: &mut Instance, entry: u32, person: &str, verdict: Option<Verdict>) {
    let voter = at(instance, entry).and_then(|active| {
        active
            .voters
            .iter_mut()
            .find(|voter| voter.person == person)
    });
    if let Some(voter) = voter {
        voter.verdict = verdict;
    }
}

/// The vote is open again; a state that was left because of it stands as it was.
pub(super) fn take_back(instance: &mut Instance, entry: u32, voter: &str, dropped: &[u32]) {
    let last = instance.last.take();
    if let Some(left) = last.and_then(|last| last.left) {
        let cut = instance
            .path
            .iter()
            .position(|passed| passed.entry == entry);
        if let Some(cut) = cut {
            // Skipped states have no entry of their own: those after the cut were skipped because of it.
            let mut place = 0;
            instance.path.retain(|passed| {
                let keep = place < cut || (passed.entry != 0 && !dropped.contains(&passed.entry));
                place += 1;
                keep
            });
        }
        instance.active.push(left);
    }
    set_vote(instance, entry, voter, None);
    if let Some(at) = instance
        .decisions
        .iter()
        .rposition(|decision| decision.entry == entry)
    {
        instance.decisions.remove(at);
    }
}
