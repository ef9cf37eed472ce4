//! What is demanded of one instance after every step, from its trail and its rows.

use std::collections::{BTreeMap, BTreeSet};

use assent_core::definition::Definition;
use assent_core::event::{Change, Event};
use assent_core::instance::{Case, TaskKind};
use assent_core::time::Moment;
use assent_core::value::Values;
use assent_core::verify;
use assent_core::write::WakeupRow;

use super::space::sketch::{Kind, State};

/// The four invariants.
pub fn invariants(def: &Definition, case: &Case, events: &[Event]) -> Result<(), String> {
    let mut broken = verify::awake(def, case);
    broken.extend(verify::trail(events, case, &Values::new()));
    match broken.first() {
        None => Ok(()),
        Some(first) => Err(format!("{}: {broken:?}", first.invariant)),
    }
}

/// P5: a wake-up fires when it was armed, once, and not before its time; an effect is answered once.
pub fn timers(events: &[Event]) -> Result<(), String> {
    let mut armed: BTreeMap<&str, Moment> = BTreeMap::new();
    let mut answered = BTreeSet::new();
    for event in events {
        match &event.change {
            Change::WakeupSet { reference, at, .. } => {
                armed.insert(reference, *at);
            }
            Change::WakeupCleared { reference, fired } => match armed.remove(reference.as_str()) {
                Some(at) if *fired && event.at < at => {
                    let early = at.0 - event.at.0;
                    return Err(format!("P5: {reference} fired {early} ms early"));
                }
                None if *fired => {
                    return Err(format!("P5: {reference} fired without being armed"));
                }
                Some(_) | None => {}
            },
            Change::Answered { call, .. } | Change::CallFailed { call, .. }
                if !answered.insert(*call) =>
            {
                return Err(format!("P5: call {call} was answered twice"));
            }
            _ => {}
        }
    }
    Ok(())
}

/// P4: what an instance waits for stands in the table that timers read.
pub fn armed(case: &Case, rows: &[(String, WakeupRow)]) -> Result<(), String> {
    let wakeups = &case.instance.wakeups;
    let is_there = |reference: &str, at: Moment| {
        (rows.iter()).any(|(_, row)| row.reference == reference && row.at == at)
    };
    let missing = wakeups
        .iter()
        .find(|wakeup| !is_there(&wakeup.reference, wakeup.at));
    match missing {
        Some(wakeup) => Err(format!("P4: {} has no row", wakeup.reference)),
        None if rows.len() != wakeups.len() => Err(format!("P4: rows nobody waits for: {rows:?}")),
        None => Ok(()),
    }
}

/// P4: where a ladder is written and its clock runs, each rung that has not fired is armed.
pub fn ladders(states: &[State], case: &Case, events: &[Event]) -> Result<(), String> {
    let instance = &case.instance;
    if instance.ended() || instance.suspended.is_some() {
        return Ok(());
    }
    for active in &instance.active {
        let state = states.iter().find(|state| state.id == active.state);
        let asks = state.filter(|state| matches!(state.kind, Kind::Approve(_) | Kind::Work(_)));
        let Some(state) = asks.filter(|_| active.stopped.is_none()) else {
            continue;
        };
        let works = instance.tasks.iter().any(|task| {
            task.entry == active.entry && matches!(task.kind, TaskKind::Approve | TaskKind::Work)
        });
        // Where somebody took a decision back, the rungs that are past have had their time.
        let again = events.iter().any(|event| {
            matches!(&event.change, Change::TakenBack { entry, .. } if *entry == active.entry)
        });
        if again {
            continue;
        }
        for rung in 0..state.ladder.len() {
            let name = format!("e{}.r{rung}.", active.entry);
            let fired = events.iter().any(|event| {
                matches!(&event.change, Change::WakeupCleared { reference, fired: true } if reference.starts_with(&name))
            });
            let is_armed =
                (instance.wakeups.iter()).any(|wakeup| wakeup.reference.starts_with(&name));
            if works && !fired && !is_armed {
                return Err(format!(
                    "P4: nothing will wake rung {rung} of {active:?}, {:?}; armed: {:?}",
                    state.ladder, instance.wakeups
                ));
            }
        }
    }
    Ok(())
}
