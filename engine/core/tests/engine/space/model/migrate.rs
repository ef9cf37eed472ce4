//! Another version of the flow: what stays as it is, who is asked, and when it is due.

use std::rc::Rc;

use super::super::sketch::{At, Kind, Sketch, State};
use super::super::world::ADMINISTRATORS;
use super::map::Map;
use super::time::hours;
use super::votes::reachable;
use super::{Hold, Model, Refused, Timer, Vote};

impl Model {
    pub(super) fn migrate(&mut self, me: &str) -> Result<(), Refused> {
        self.running()?;
        let holds = |role: &str| self.world.holders(role).iter().any(|known| known == me);
        if !holds("owner") && !holds(ADMINISTRATORS) {
            return Err("neither owner nor administrator");
        }
        let second: Rc<Sketch> = self.second.clone().ok_or("no other version")?;
        let (first, map) = (Rc::clone(&self.map), Rc::new(Map::of(&second)));
        let waiting = self.holds.iter().filter(|hold| hold.place.is_none());
        let mut stands = self.places.iter().map(|place| &place.state);
        let mut waits = waiting.map(|hold| &hold.state);
        if !stands.all(|id| map.knows(id)) || !waits.all(|id| map.knows(id)) {
            return Err("a state it is in is gone");
        }
        (self.sketch, self.map, self.second) = (second, map, None);
        self.last = None;
        let held: Vec<Hold> = self.holds.clone();
        for place in self.places.clone() {
            if self.place(place.no).is_none() {
                continue;
            }
            let (before, now) = (first.state(&place.state), self.map.state(&place.state));
            self.other_hours(place.no, &before, &now);
            let is_held = held.iter().any(|hold| hold.place == Some(place.no));
            if !is_held {
                self.other_needs(place.no, &before);
            }
        }
        for hold in held {
            self.try_again(&hold);
        }
        Ok(())
    }

    /// Another deadline counts from when the state was entered, or its clock ran on; but nobody is late by a migration. Of a
    /// clock that stands, the rest stays.
    fn other_hours(&mut self, no: u32, before: &State, now: &State) {
        let place = self.place(no).unwrap().clone();
        if before.deadline == now.deadline || place.stopped.is_some() {
            return;
        }
        let later = |from: i64, count: i64| from + hours(count);
        let whole = now.deadline.unwrap();
        let not_passed = |count: i64| {
            let at = later(place.counted, count);
            if at > self.now {
                at
            } else {
                later(self.now, count)
            }
        };
        let due = not_passed(whole);
        let armed = now.ladder.iter().enumerate().map(|(rung, step)| Timer {
            place: no,
            rung,
            fired: 0,
            at: match step.at {
                At::After(count) => not_passed(count),
                At::Deadline => due,
                At::Later(count) => later(due, count),
            },
        });
        let armed: Vec<Timer> = armed.collect();
        self.timers.retain(|timer| timer.place != no);
        self.timers.extend(armed);
        let place = self.place_mut(no).unwrap();
        place.due = Some(due);
        (place.since, place.counted) = (due - hours(whole), due - hours(whole));
    }

    /// Votes that were cast stay; the bar is the new one.
    fn other_needs(&mut self, no: u32, before: &State) {
        let state = self.place(no).unwrap().state.clone();
        let Some(approve) = self.approval(&state) else {
            return;
        };
        let same = match &before.kind {
            Kind::Approve(old) => old.needs == approve.needs,
            _ => true,
        };
        if same {
            return self.settle(no, None);
        }
        let votes = self.place(no).unwrap().votes.clone();
        let named = |person: &str| {
            let mut roles = approve.by.iter();
            roles.any(|role| self.world.holders(role).iter().any(|known| known == person))
        };
        let anew = |vote: Vote| {
            let ballot = self.ballot(&vote.person, &approve, &[]);
            let weight = if named(&vote.person) {
                ballot.weight
            } else {
                vote.weight
            };
            Vote {
                weight,
                groups: ballot.groups,
                ..vote
            }
        };
        let votes: Vec<Vote> = votes.into_iter().map(anew).collect();
        let fits = reachable(&approve.needs, &votes);
        self.place_mut(no).unwrap().votes = votes;
        if fits {
            self.settle(no, None);
        } else {
            self.hold_at(no);
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
                    ..known.clone()
                },
            )
        };
        votes.into_iter().map(same).collect()
    }
}
