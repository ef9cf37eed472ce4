//! Another version of the flow: what stays as it is, what is entered anew, and when it is due.

use std::collections::BTreeMap;
use std::mem::discriminant;
use std::rc::Rc;

use super::super::sketch::{At, Kind, Sketch, State};
use super::super::world::ADMINISTRATORS;
use super::map::{Map, ROOT};
use super::time::hours;
use super::{BranchIs, Hold, Model, Refused, Timer};

type Names = BTreeMap<String, String>;

/// What becomes of a place.
#[derive(Clone, PartialEq)]
enum Fate {
    Stays,
    /// Left, and this state entered.
    Anew(String),
    /// It goes with the parallel place around it.
    Goes,
}

impl Model {
    pub(super) fn migrate(&mut self, me: &str, says: &Names) -> Result<(), Refused> {
        self.running()?;
        let holds = |role: &str| self.world.holders(role).iter().any(|known| known == me);
        if !holds("owner") && !holds(ADMINISTRATORS) {
            return Err("neither owner nor administrator");
        }
        let second: Rc<Sketch> = self.second.clone().ok_or("no other version")?;
        let (first, map) = (Rc::clone(&self.map), Rc::new(Map::of(&second)));
        let renamed = says
            .iter()
            .filter(|(old, new)| !map.knows(old) && !first.knows(new));
        let renamed: Names = renamed
            .map(|(old, new)| (old.clone(), new.clone()))
            .collect();
        let fates = self.fates(&map, says, &renamed)?;
        let held: Vec<Hold> = self.holds.clone();
        let waits = self.where_it_waits(&map, says, &renamed, &fates)?;
        (self.sketch, self.map, self.second) = (second, map, None);
        self.last = None;
        let before: BTreeMap<u32, State> = self
            .places
            .iter()
            .map(|place| (place.no, first.state(&place.state)))
            .collect();
        let insides: BTreeMap<u32, Option<u32>> = self
            .places
            .iter()
            .map(|place| (place.no, place.inside))
            .collect();
        self.rename(&renamed);
        for (no, fate) in &fates {
            if *fate != Fate::Stays {
                self.cancel(*no);
            }
        }
        for (no, fate) in &fates {
            let Some(place) = self.place(*no).filter(|_| *fate == Fate::Stays) else {
                continue;
            };
            let now = self.map.state(&place.state);
            self.other_hours(*no, &before[no], &now);
            if held.iter().any(|hold| hold.place == Some(*no)) {
                continue;
            }
            match (&before[no].kind, &now.kind) {
                (Kind::Approve(old), Kind::Approve(new)) => self.other_votes(*no, old, new),
                (Kind::Work(old), Kind::Work(new)) => self.other_work(*no, old, new),
                (_, Kind::Together(_)) => self.other_branches(*no)?,
                _ => {}
            }
        }
        for (no, fate) in &fates {
            if let (Fate::Anew(to), None) = (fate, self.ended) {
                self.enter(to, insides[no]);
            }
        }
        for hold in held {
            if self.ended.is_some() {
                break;
            }
            self.try_under_the_new(hold, &renamed, &waits);
        }
        for (no, fate) in fates.iter().rev() {
            let stands = self.place(*no).map(|place| place.state.clone());
            if *fate == Fate::Stays && stands.is_some_and(|state| self.is_together(&state)) {
                self.join(*no);
            }
        }
        Ok(())
    }

    /// What becomes of every place, outer ones first.
    fn fates(&self, to: &Map, says: &Names, renamed: &Names) -> Result<Vec<(u32, Fate)>, Refused> {
        if says.values().any(|target| !to.knows(target)) {
            return Err("the map leads to a state that is not there");
        }
        let mut fates: Vec<(u32, Fate)> = vec![];
        for place in &self.places {
            let around = |above: u32| fates.iter().find(|(no, _)| *no == above);
            let goes = place
                .inside
                .and_then(around)
                .is_some_and(|(_, fate)| *fate != Fate::Stays);
            if goes {
                fates.push((place.no, Fate::Goes));
                continue;
            }
            let target = self.target(to, &place.state, says, renamed)?;
            let same_id = target == place.state || renamed.get(&place.state) == Some(&target);
            let (old, new) = (self.map.state(&place.state).kind, to.state(&target).kind);
            let same = same_id && discriminant(&old) == discriminant(&new);
            let fate = if same {
                Fate::Stays
            } else {
                Fate::Anew(target)
            };
            fates.push((place.no, fate));
        }
        for (no, fate) in &fates {
            let place = self.place(*no).unwrap();
            let state = renamed.get(&place.state).unwrap_or(&place.state);
            let gone = |(id, is): &(String, BranchIs)| {
                *is == BranchIs::Open && to.parallel(id).as_ref() != Some(state)
            };
            if *fate == Fate::Stays && place.branches.iter().any(gone) {
                return Err("a branch under way is gone");
            }
        }
        Ok(fates)
    }

    /// Where a state goes: as the map says, else to itself; beside the same states as before.
    fn target(
        &self,
        to: &Map,
        state: &str,
        says: &Names,
        renamed: &Names,
    ) -> Result<String, Refused> {
        let target = says.get(state).cloned().unwrap_or_else(|| state.to_owned());
        if !to.knows(&target) {
            return Err("a state it is in is gone");
        }
        let (here, there) = (self.map.region(state), to.region(&target));
        let above = self.map.parallel(&here);
        let above = above.map(|above| renamed.get(&above).cloned().unwrap_or(above));
        if here != there || here != ROOT && above != to.parallel(&there) {
            return Err("not beside the same states");
        }
        Ok(target)
    }

    /// Where what could not be entered is tried again.
    fn where_it_waits(
        &self,
        to: &Map,
        says: &Names,
        renamed: &Names,
        fates: &[(u32, Fate)],
    ) -> Result<Names, Refused> {
        let mut waits = Names::new();
        for hold in self.holds.iter().filter(|hold| hold.place.is_none()) {
            let around = |above: u32| fates.iter().find(|(no, _)| *no == above);
            let stays = hold
                .inside
                .is_none_or(|above| around(above).is_some_and(|(_, fate)| *fate == Fate::Stays));
            if stays {
                let target = self.target(to, &hold.state, says, renamed)?;
                waits.insert(hold.state.clone(), target);
            }
        }
        Ok(waits)
    }

    fn try_under_the_new(&mut self, mut hold: Hold, renamed: &Names, waits: &Names) {
        let old = hold.state.clone();
        if let Some(now) = renamed.get(&old) {
            hold.state.clone_from(now);
        }
        let same = |known: &Hold| known.state == hold.state && known.place == hold.place;
        let Some(still) = self.holds.iter().position(same) else {
            return;
        };
        match hold.place {
            Some(_) => self.try_again(&hold),
            None => {
                self.holds.remove(still);
                let to = waits.get(&old).unwrap_or(&hold.state).clone();
                self.enter(&to, hold.inside);
            }
        }
    }

    /// Their history goes with states that have another id.
    fn rename(&mut self, renamed: &Names) {
        let new = |state: &mut String| {
            if let Some(now) = renamed.get(state) {
                state.clone_from(now);
            }
        };
        self.places.iter_mut().for_each(|it| new(&mut it.state));
        self.tasks.iter_mut().for_each(|it| new(&mut it.state));
        self.holds.iter_mut().for_each(|it| new(&mut it.state));
        self.path.iter_mut().for_each(|it| new(&mut it.state));
        self.signatures.iter_mut().for_each(|it| new(&mut it.state));
        self.kept.iter_mut().for_each(new);
        self.returned_from.iter_mut().for_each(new);
        self.returned_to.iter_mut().for_each(new);
        for (old, now) in renamed {
            if let Some(rests) = self.rests.remove(old) {
                self.rests.insert(now.clone(), rests);
            }
        }
    }

    /// New branches begin; one that is done and gone does not count any more.
    fn other_branches(&mut self, no: u32) -> Result<(), Refused> {
        let place = self.place(no).unwrap().clone();
        let Kind::Together(together) = self.map.state(&place.state).kind else {
            return Ok(());
        };
        let there = |id: &str| together.branches.iter().any(|branch| branch.id == id);
        for (id, is) in &mut self.place_mut(no).unwrap().branches {
            if !there(id) {
                *is = BranchIs::LeftOut;
            }
        }
        for branch in &together.branches {
            if place.branches.iter().any(|(id, _)| *id == branch.id) {
                continue;
            }
            let open = branch.when.map_or(Some(true), |when| self.holds_now(when));
            let open = open.ok_or("nobody can say whether a branch begins")?;
            let is = if open {
                BranchIs::Open
            } else {
                BranchIs::LeftOut
            };
            let known = (branch.id.clone(), is);
            self.place_mut(no).unwrap().branches.push(known);
            if open {
                self.enter(&branch.states[0].id.clone(), Some(no));
            }
            if self.place(no).is_none() {
                break;
            }
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
        let not_passed = |count: i64| {
            let at = later(place.counted, count);
            if at > self.now {
                at
            } else {
                later(self.now, count)
            }
        };
        // A state that takes this one's place may have no deadline: what hangs on it is not armed.
        let due = now.deadline.map(not_passed);
        let armed = now.ladder.iter().enumerate().filter_map(|(rung, step)| {
            let at = match step.at {
                At::After(count) => not_passed(count),
                At::Deadline => due?,
                At::Later(count) => later(due?, count),
            };
            Some(Timer {
                place: no,
                rung,
                fired: 0,
                at,
            })
        });
        let armed: Vec<Timer> = armed.collect();
        self.timers.retain(|timer| timer.place != no);
        self.timers.extend(armed);
        let place = self.place_mut(no).unwrap();
        place.due = due;
        if let (Some(due), Some(whole)) = (due, now.deadline) {
            (place.since, place.counted) = (due - hours(whole), due - hours(whole));
        }
    }
}
