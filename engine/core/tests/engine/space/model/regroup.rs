//! People asked once more in the place they were asked in: by another version, or when a state is tried again.

use assent_core::instance::TaskKind;

use super::super::sketch::{Approve, Needs, Work};
use super::votes::{reachable, verdict};
use super::{Model, Vote};

impl Model {
    /// Votes that were cast stay; everybody else is asked by the new rule, and the bar is the new one.
    pub(super) fn other_votes(&mut self, no: u32, old: &Approve, new: &Approve) {
        let same = old.by == new.by;
        if same && old.needs == new.needs && old.claim == new.claim {
            return self.settle(no, None);
        }
        let place = self.place(no).unwrap().clone();
        let (asked, mut stand_ins) = if same {
            let asked = place.votes.iter().map(|vote| vote.person.clone()).collect();
            (asked, vec![])
        } else {
            let sorted = self.candidates(&place.state, &new.by);
            (sorted.asked, sorted.stand_ins)
        };
        let policy = place.votes.iter().filter(|vote| vote.by_policy);
        let policy = policy.filter(|vote| same || !asked.contains(&vote.person));
        stand_ins.extend(policy.map(|vote| vote.person.clone()));
        let votes = self.regrouped(no, new, &asked, &stand_ins);
        let pools = (old.claim || new.claim) && !(same && old.claim == new.claim);
        if votes.is_empty() || asked.is_empty() || pools {
            self.end_tasks(no, &|_| true);
            return self.ask(no, new);
        }
        self.end_what_is_not_due(no, new, &votes);
        let fits = reachable(&new.needs, &votes);
        let votes = self.as_before(no, votes);
        self.place_mut(no).unwrap().votes = votes.clone();
        let open = verdict(new, &votes).is_none() && new.needs != Needs::InOrder;
        if fits && open && !same && !new.claim {
            // Whom the new rule names comes before those whose turn comes because of somebody who is gone.
            for vote in votes.iter().filter(|vote| vote.said.is_none()) {
                if vote.asked.is_none() && vote.row.is_none() && asked.contains(&vote.person) {
                    self.open(no, TaskKind::Approve, &vote.person, &vote.person);
                }
            }
        }
        if fits {
            self.settle(no, None);
        } else {
            self.hold_at(no);
        }
    }

    /// Whoever is asked to do the work now; a pool is asked anew as a whole.
    pub(super) fn other_work(&mut self, no: u32, old: &Work, new: &Work) {
        if old.by == new.by && old.claim == new.claim {
            return;
        }
        let named = self.named(&new.by);
        if old.claim || new.claim || named.is_empty() {
            self.end_tasks(no, &|_| true);
            return self.ask_work(no, &new.by, new.claim);
        }
        let before = self.place(no).unwrap().votes.clone();
        let stay = before.iter().filter(|vote| named.contains(&vote.person));
        let mut votes: Vec<Vote> = stay.cloned().collect();
        for person in &named {
            if !votes.iter().any(|vote| vote.person == *person) {
                votes.push(Vote {
                    by_rule: true,
                    ..Vote::of(person)
                });
            }
        }
        for vote in &mut votes {
            vote.by_policy = false;
        }
        self.end_tasks(no, &|voter| !named.iter().any(|known| known == voter));
        self.place_mut(no).unwrap().votes = votes.clone();
        for vote in votes {
            if vote.asked.is_none_or(|task| self.task(task).is_none()) {
                self.open(no, TaskKind::Work, &vote.person, &vote.person);
            }
        }
    }

    /// Who votes: in the old order those who have voted, were added by somebody, or are still named; then the others.
    pub(super) fn regrouped(
        &self,
        no: u32,
        approve: &Approve,
        asked: &[String],
        stand_ins: &[String],
    ) -> Vec<Vote> {
        let before = &self.place(no).unwrap().votes;
        let stays = |vote: &&Vote| {
            vote.said.is_some() || vote.added_by.is_some() || asked.contains(&vote.person)
        };
        let named = self.named(&approve.by);
        let mut votes: Vec<Vote> = vec![];
        for known in before.iter().filter(stays) {
            let ballot = self.ballot(&known.person, approve, stand_ins);
            let weight = if named.contains(&known.person) {
                ballot.weight
            } else {
                known.weight
            };
            votes.push(Vote {
                weight,
                groups: ballot.groups,
                by_policy: ballot.by_policy,
                ..known.clone()
            });
        }
        for person in asked {
            if !votes.iter().any(|vote| vote.person == *person) {
                votes.push(self.ballot(person, approve, stand_ins));
            }
        }
        votes
    }

    /// Tasks of those who are not asked any more end; in order, of those whose turn it is not.
    pub(super) fn end_what_is_not_due(&mut self, no: u32, approve: &Approve, votes: &[Vote]) {
        let votes_here = |voter: &str| votes.iter().any(|vote| vote.person == voter);
        self.end_tasks(no, &|voter| !votes_here(voter));
        let first = votes.iter().find(|vote| vote.said.is_none());
        let (Some(first), Needs::InOrder, None) = (first, &approve.needs, verdict(approve, votes))
        else {
            return;
        };
        let turn = |voter: &str| {
            let own = votes.iter().find(|vote| vote.person == voter);
            own.is_some_and(|own| {
                own.person == first.person || own.row.is_some() && own.row == first.row
            })
        };
        self.end_tasks(no, &|voter| !turn(voter));
    }

    /// Ends tasks to decide or work, of those voters, with what was asked for them.
    fn end_tasks(&mut self, no: u32, which: &dyn Fn(&str) -> bool) {
        let asks = |kind| matches!(kind, TaskKind::Approve | TaskKind::Work);
        let tasks = self.tasks.iter().filter(|task| task.place == no);
        let gone = tasks.filter(|task| asks(task.kind) && which(&task.voter));
        let gone: Vec<u32> = gone.map(|task| task.no).collect();
        for task in gone {
            self.forget_helpers(task);
            self.close(task);
        }
    }

    /// Asked once more in the same entry: who has spoken has spoken, and who has a task has one.
    pub(super) fn as_before(&self, no: u32, votes: Vec<Vote>) -> Vec<Vote> {
        let before = &self.place(no).unwrap().votes;
        let same = |vote: Vote| {
            let known = before.iter().find(|known| known.person == vote.person);
            known.map_or_else(
                || vote.clone(),
                |known| Vote {
                    weight: vote.weight,
                    groups: vote.groups.clone(),
                    by_policy: vote.by_policy,
                    asked: known
                        .asked
                        .filter(|task| known.said.is_some() || self.task(*task).is_some()),
                    ..known.clone()
                },
            )
        };
        votes.into_iter().map(same).collect()
    }
}
