//! Suspension and clocks: what their events do to the fold.

use crate::event::{Change, Event};
use crate::instance::{Active, CountedFrom, Instance, StoppedClock, Suspension};
use crate::time::Moment;

pub(super) fn clock(instance: &mut Instance, event: &Event) {
    match &event.change {
        Change::Suspended { reason } => {
            instance.suspended = Some(Suspension {
                by: event.actor.person().unwrap_or_default().to_owned(),
                reason: reason.clone(),
                since: event.at,
                postponed: vec![],
            });
        }
        Change::Unsuspended {} => instance.suspended = None,
        Change::Postponed { action } => {
            if let Some(suspended) = &mut instance.suspended {
                suspended.postponed.push(action.as_ref().clone());
            }
        }
        Change::ClockStopped { entry, .. } => {
            if let Some(active) = active(instance, *entry) {
                stop(active, event);
            }
            due_of_tasks(instance);
        }
        Change::ClockStarted {
            entry, cause, due, ..
        } => {
            if let Some(active) = active(instance, *entry) {
                start(active, event.at, cause, *due);
            }
            due_of_tasks(instance);
        }
        Change::DueMoved {
            entry,
            to,
            restarted,
            term,
            ..
        } => {
            if let Some(active) = active(instance, *entry) {
                active.due = *to;
                active.term = term.or(active.term);
                if let Some(at) = *restarted {
                    active.counted_from = Some(CountedFrom { at, rest: None });
                }
            }
            due_of_tasks(instance);
        }
        _ => {}
    }
}

fn active(instance: &mut Instance, entry: u32) -> Option<&mut Active> {
    let mut active = instance.active.iter_mut();
    active.find(|active| active.entry == entry)
}

fn stop(active: &mut Active, event: &Event) {
    let Change::ClockStopped {
        cause,
        rest,
        rungs,
        others,
        ..
    } = &event.change
    else {
        return;
    };
    if let Some(stopped) = &mut active.stopped {
        stopped.causes.push(cause.clone());
        return;
    }
    if rest.is_some() {
        active.due = None;
    }
    active.stopped = Some(StoppedClock {
        causes: vec![cause.clone()],
        since: event.at,
        rest: *rest,
        rungs: rungs.clone(),
        others: others.clone(),
    });
}

fn start(active: &mut Active, now: Moment, cause: &str, due: Option<Moment>) {
    let Some(stopped) = &mut active.stopped else {
        return;
    };
    stopped.causes.retain(|known| known != cause);
    if !stopped.causes.is_empty() {
        return;
    }
    let rest = stopped.rest;
    active.stopped = None;
    if rest.is_some() {
        active.due = due;
        active.counted_from = Some(CountedFrom { at: now, rest });
    }
}

/// A task is due when its state is, or the parallel state around it.
fn due_of_tasks(instance: &mut Instance) {
    let dues: Vec<Option<Moment>> = instance
        .tasks
        .iter()
        .map(|task| instance.due(task.entry))
        .collect();
    for (task, due) in instance.tasks.iter_mut().zip(dues) {
        task.due = due;
    }
}

impl Instance {
    /// When an entry is due: by its own deadline, or that of the parallel state around it; never while its clock stands.
    pub fn due(&self, entry: u32) -> Option<Moment> {
        let active = self.at(entry)?;
        active.due.or_else(|| self.due(active.parent?))
    }
}
