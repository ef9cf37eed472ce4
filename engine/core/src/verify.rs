//! The four invariants, and the chain. Asserted in tests after every command, and by `assent verify` on what is stored.
//!
//! i1 a running instance has something that will wake it, or is held with a reason and an owner;
//! i2 every task ever opened is open or has exactly one end with its cause;
//! i3 nobody without an open task, or a right that says so, changes anything;
//! i4 folding the events from zero gives the stored state.

use std::collections::BTreeMap;

use crate::apply::{CHAIN_START, apply, body, link};
use crate::command::Actor;
use crate::definition::{Definition, StateKind};
use crate::event::{Change, Event};
use crate::instance::{Case, TaskKind};
use crate::value::Values;

/// A broken invariant: which, and what was found. For operators and tests, so in English.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// `i1` … `i4`, `chain`.
    pub invariant: &'static str,
    /// Where and what.
    pub found: String,
}

fn broken(invariant: &'static str, found: impl Into<String>) -> Violation {
    Violation {
        invariant,
        found: found.into(),
    }
}

/// i1 on a case as it stands: every leaf it is in has something that will wake it.
pub fn awake(def: &Definition, case: &Case) -> Vec<Violation> {
    let instance = &case.instance;
    if instance.ended() {
        let left = [
            instance.active.len(),
            // Copies may be read long after.
            instance
                .tasks
                .iter()
                .filter(|task| task.kind != TaskKind::Read)
                .count(),
            instance.wakeups.len(),
            instance.holds.len(),
        ];
        let clean = left.iter().all(|left| *left == 0);
        return if clean {
            vec![]
        } else {
            vec![broken(
                "i1",
                format!("{}: over, but still open: {left:?}", instance.id),
            )]
        };
    }
    if let Some(suspended) = &instance.suspended {
        let owned = !suspended.by.is_empty() && !suspended.reason.is_empty();
        let why = format!("{}: suspended without a reason or an owner", instance.id);
        return if owned {
            vec![]
        } else {
            vec![broken("i1", why)]
        };
    }
    let mut found = Vec::new();
    if instance.active.is_empty() && instance.holds.is_empty() {
        found.push(broken(
            "i1",
            format!("{}: running, but in no state", instance.id),
        ));
    }
    for active in &instance.active {
        let Some(ix) = def.state_ix(&active.state) else {
            found.push(broken(
                "i1",
                format!(
                    "{}: state {} is not in its definition",
                    instance.id, active.state
                ),
            ));
            continue;
        };
        let task = instance.tasks.iter().any(|task| task.entry == active.entry);
        let held = instance
            .holds
            .iter()
            .any(|held| held.state == active.state || held.entry == Some(active.entry));
        let inside = instance
            .active
            .iter()
            .any(|inner| inner.parent == Some(active.entry));
        let branch_held = !inside && !instance.holds.is_empty();
        let wakes = match &def.states[ix].kind {
            StateKind::Draft { .. } | StateKind::Approve(_) | StateKind::Work { .. } => task,
            StateKind::Run(_) => instance.calls.iter().any(|call| call.entry == active.entry),
            StateKind::WaitUntil { .. } => instance
                .wakeups
                .iter()
                .any(|wakeup| wakeup.entry == active.entry),
            StateKind::WaitFor { .. } => true,
            // Those asked for before children were kept are looked after by the reconciler.
            StateKind::Subflow { .. } => {
                let mut children = instance
                    .children
                    .iter()
                    .filter(|child| child.entry == active.entry)
                    .peekable();
                children.peek().is_none() || children.any(|child| child.outcome.is_none())
            }
            StateKind::Together { .. } => inside || branch_held,
            StateKind::Rule { .. }
            | StateKind::Choose { .. }
            | StateKind::Mail { .. }
            | StateKind::End { .. } => false,
        };
        if !wakes && !held {
            found.push(broken(
                "i1",
                format!(
                    "{}: nothing wakes {} (entry {})",
                    instance.id, active.state, active.entry
                ),
            ));
        }
    }
    found
}

/// i2, i3, i4 and the chain over a whole trail. `start` are the record's values before the first event.
pub fn trail(events: &[Event], stored: &Case, start: &Values) -> Vec<Violation> {
    let mut found = tasks(events, stored);
    found.extend(rights(events));
    let mut folded = Case::blank(start.clone());
    for (number, event) in events.iter().enumerate() {
        if usize::try_from(event.seq).ok() != Some(number + 1) {
            found.push(broken(
                "chain",
                format!("event {} stands at place {}", event.seq, number + 1),
            ));
        }
        apply(&mut folded, event);
    }
    if folded != *stored {
        found.push(broken("i4", difference(&folded, stored)));
    }
    found
}

/// The chain over stored rows: body and hash as they are in the table.
pub fn chain<'a>(rows: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<Violation> {
    let mut at = CHAIN_START.to_owned();
    let mut found = vec![];
    for (number, (body, hash)) in rows.into_iter().enumerate() {
        at = link(&at, body);
        if at != hash {
            found.push(broken(
                "chain",
                format!(
                    "event {} does not follow from the one before it",
                    number + 1
                ),
            ));
            hash.clone_into(&mut at);
        }
    }
    found
}

/// The canonical text of an event, for comparing a stored body with what it parses to.
pub fn canonical(event: &Event) -> String {
    body(event)
}

fn tasks(events: &[Event], stored: &Case) -> Vec<Violation> {
    let mut open: BTreeMap<u32, bool> = BTreeMap::new();
    let mut found = vec![];
    for event in events {
        match &event.change {
            Change::TaskOpened { task, .. } if open.insert(*task, true).is_some() => {
                found.push(broken("i2", format!("task {task} was opened twice")));
            }
            Change::TaskClosed { task, .. } if open.insert(*task, false) != Some(true) => {
                found.push(broken(
                    "i2",
                    format!("task {task} ended without being open"),
                ));
            }
            _ => {}
        }
    }
    for (task, is_open) in open {
        if is_open != stored.instance.task(task).is_some() {
            found.push(broken(
                "i2",
                format!("task {task}: the trail and the stored state disagree"),
            ));
        }
    }
    found
}

/// Who decided or acted held that task when they did.
fn rights(events: &[Event]) -> Vec<Violation> {
    let mut holders: BTreeMap<u32, Vec<(&str, TaskKind)>> = BTreeMap::new();
    let mut found = vec![];
    for event in events {
        let used = match &event.change {
            Change::TaskOpened {
                task,
                assignee,
                kind,
                ..
            } => {
                holders.insert(*task, vec![(assignee, *kind)]);
                None
            }
            // While somebody stands in, the person asked may act as well.
            Change::Proxied { task, person, .. } => {
                if let Some(held) = holders.get_mut(task) {
                    held.extend(held.first().map(|(_, kind)| (person.as_str(), *kind)));
                }
                None
            }
            Change::Decided { task, .. } => Some((*task, TaskKind::Approve)),
            Change::Acted { task, .. } => Some((*task, TaskKind::Work)),
            Change::Advised { task, .. } => Some((*task, TaskKind::Advise)),
            Change::Replied { task, .. } => Some((*task, TaskKind::Answer)),
            _ => None,
        };
        if let Some((task, kind)) = used {
            let person = match &event.actor {
                Actor::Person(id) => id.as_str(),
                Actor::System => "system",
            };
            let held = holders.get(&task);
            if !held.is_some_and(|held| held.contains(&(person, kind))) {
                found.push(broken(
                    "i3",
                    format!(
                        "event {}: {person} acted on task {task} without holding it",
                        event.seq
                    ),
                ));
            }
        }
    }
    found
}

fn difference(folded: &Case, stored: &Case) -> String {
    let text = |case: &Case| {
        (
            serde_json::to_value(&case.instance),
            serde_json::to_value(&case.values),
        )
    };
    let ((Ok(a), Ok(av)), (Ok(b), Ok(bv))) = (text(folded), text(stored)) else {
        return "not serialisable".to_owned();
    };
    let mut keys = vec![];
    if let (Some(a), Some(b)) = (a.as_object(), b.as_object()) {
        keys.extend(a.keys().filter(|key| a.get(*key) != b.get(*key)).cloned());
    }
    if av != bv {
        keys.push("values".to_owned());
    }
    format!(
        "{}: folding the events gives other {}",
        stored.instance.id,
        keys.join(", ")
    )
}
