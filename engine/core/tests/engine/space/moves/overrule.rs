//! The owner and administrators: they overrule the flow, and move it to another version.

use assent_core::command::{Action, Override};
use assent_core::instance::Case;
use assent_core::migrate::MigrationMap;

use super::super::dice::Dice;
use super::super::world::{PEOPLE, person};

use super::{Move, Scene, Second, anybody, by};

/// To another version, most often by somebody who may.
pub fn migrate(dice: &mut Dice, second: &Second<'_>, case: &Case) -> Move {
    let who = match dice.roll(8) {
        0 => anybody(dice),
        1..=3 => person(PEOPLE - 2),
        _ => person(PEOPLE - 1),
    };
    let (to, reason) = (second.version.to_owned(), "a reason".to_owned());
    let map = map(dice, second, case);
    by(&who, Action::Migrate { to, map, reason })
}

/// Most often it says where what is gone goes; now and then it sends something elsewhere, or says nothing.
fn map(dice: &mut Dice, second: &Second<'_>, case: &Case) -> MigrationMap {
    let ids: Vec<&str> = second
        .states
        .iter()
        .map(|state| state.id.as_str())
        .collect();
    let instance = &case.instance;
    let mut stands: Vec<&str> = instance.active.iter().map(|at| at.state.as_str()).collect();
    stands.extend(instance.holds.iter().map(|held| held.state.as_str()));
    let mut map = MigrationMap::default();
    for (old, new) in second.renamed {
        if !dice.one_in(8) {
            map.states.insert(old.clone(), new.clone());
        }
    }
    for state in stands {
        let gone = !ids.contains(&state) && !second.renamed.contains_key(state);
        if dice.one_in(if gone { 2 } else { 12 }) {
            let to = if dice.one_in(12) {
                "nowhere"
            } else {
                dice.of(&ids)
            };
            map.states.insert(state.to_owned(), to.to_owned());
        }
    }
    map
}

/// The owner or an administrator overrules the flow; now and then somebody else tries.
pub fn overrule(dice: &mut Dice, scene: &Scene<'_>, case: &Case) -> Move {
    let who = match dice.roll(8) {
        0 => anybody(dice),
        1..=3 => person(PEOPLE - 2),
        _ => person(PEOPLE - 1),
    };
    let act = if case.instance.suspended.is_some() && dice.one_in(2) {
        Override::Resume
    } else {
        overriding(dice, scene, case)
    };
    let reason = "a reason".to_owned();
    by(&who, Action::Override { act, reason })
}

fn overriding(dice: &mut Dice, scene: &Scene<'_>, case: &Case) -> Override {
    let any = scene.states[dice.roll(scene.states.len())].id.clone();
    let instance = &case.instance;
    if let (Some(held), true) = (dice.pick(&instance.holds), dice.one_in(3)) {
        let state = held.state.clone();
        return Override::Retry { state };
    }
    match dice.roll(17) {
        0 => Override::Terminate,
        1..=4 => Override::Suspend,
        5..=8 => Override::Jump { to: any },
        9..=11 => {
            let task = dice.pick(&instance.tasks);
            let pool = task.map(|task| task.candidates.clone());
            let task = task.map_or(1, |task| task.no);
            let candidate = dice.pick(&pool.unwrap_or_default()).cloned();
            let to = candidate.unwrap_or_else(|| anybody(dice));
            Override::Reassign { task, to }
        }
        12..=14 => {
            let here = dice.pick(&instance.active).map(|at| at.state.clone());
            let state = here.filter(|_| !dice.one_in(6)).unwrap_or(any);
            Override::Skip { state }
        }
        15 => Override::Resume,
        _ => Override::Retry { state: any },
    }
}
