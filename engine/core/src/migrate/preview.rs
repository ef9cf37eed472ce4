//! What a migration would do, shown before it is done: the very turn, told.

use serde::{Deserialize, Serialize};

use crate::command::Command;
use crate::definition::Definition;
use crate::event::{Change, Event};
use crate::instance::{Active, Case, Instance, Task, TaskEnd, TaskKind, Voter};
use crate::people::PersonId;
use crate::refusal::Refusal;
use crate::text::Text;
use crate::time::Moment;
use crate::turn::{Before, Context, Turn, turn_to};

/// What a migration of one instance does.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Preview {
    /// The version it leaves.
    pub from: String,
    /// The version it goes to.
    pub to: String,
    /// Where it stands before.
    pub before: Vec<Place>,
    /// Where it stands after.
    pub after: Vec<Place>,
    /// Tasks that stay open.
    pub kept: Vec<TaskSeen>,
    /// Tasks that end as cancelled.
    pub cancelled: Vec<TaskSeen>,
    /// Tasks that are opened.
    pub opened: Vec<TaskSeen>,
    /// Votes that stay, and how many approvals are needed before and after, by state.
    pub votes: Vec<Bar>,
    /// Deadlines that move.
    pub deadlines: Vec<DueChange>,
    /// Fields whose value changes.
    pub fields: Vec<String>,
    /// Who gets a mail.
    pub told: Vec<PersonId>,
    /// Why it would be held afterwards; empty when it goes on.
    pub held: Vec<Text>,
    /// How it would end at once, in the outcome's word; none when it runs on.
    pub ends: Option<String>,
}

/// A state an instance is in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// State id.
    pub state: String,
    /// Its name.
    pub name: Text,
    /// It is the same entry as before.
    pub stays: bool,
}

/// A task, as a preview shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskSeen {
    /// Its number.
    pub task: u32,
    /// State id.
    pub state: String,
    /// Who must act.
    pub assignee: PersonId,
    /// What is asked.
    pub kind: TaskKind,
}

/// The votes of an approval that goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bar {
    /// State id.
    pub state: String,
    /// Who voted, whose votes stay.
    pub voted: Vec<PersonId>,
    /// Approvals needed, and of how many, before.
    pub before: (u32, u32),
    /// Approvals needed, and of how many, after.
    pub after: (u32, u32),
}

/// A deadline that moves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueChange {
    /// State id.
    pub state: String,
    /// When it was due.
    pub from: Option<Moment>,
    /// When it will be.
    pub to: Option<Moment>,
}

/// What the command (a migration) would do to the case. Nothing is changed.
///
/// # Errors
/// The refusal the command itself would get.
pub fn preview(
    from: &Definition,
    to: &Definition,
    case: &Case,
    command: &Command,
    cx: &Context<'_>,
) -> Result<Preview, Refusal> {
    let before = Before::Case(Box::new(case.clone()));
    let turn = turn_to(from, Some(to), before, command, cx)?;
    Ok(told(from, to, case, &turn))
}

fn told(from: &Definition, to: &Definition, before: &Case, turn: &Turn) -> Preview {
    let (was, now) = (&before.instance, &turn.case.instance);
    let tasks = |tasks: &mut dyn Iterator<Item = &Task>| tasks.map(seen).collect();
    Preview {
        from: from.version.clone(),
        to: to.version.clone(),
        before: places(from, was, |entry| now.at(entry).is_some()),
        after: places(to, now, |entry| was.at(entry).is_some()),
        kept: tasks(&mut now.tasks.iter().filter(|task| was.task(task.no).is_some())),
        cancelled: tasks(
            &mut was
                .tasks
                .iter()
                .filter(|task| is_cancelled(&turn.events, task.no)),
        ),
        opened: tasks(&mut now.tasks.iter().filter(|task| was.task(task.no).is_none())),
        votes: bars(from, to, was, now),
        deadlines: deadlines(&turn.events),
        fields: fields(&turn.events),
        told: mailed(&turn.events),
        held: now.holds.iter().map(|held| held.reason.clone()).collect(),
        ends: now.ended().then(|| now.status_word().to_owned()),
    }
}

fn seen(task: &Task) -> TaskSeen {
    TaskSeen {
        task: task.no,
        state: task.state.clone(),
        assignee: task.assignee.clone(),
        kind: task.kind,
    }
}

fn places(def: &Definition, instance: &Instance, stays: impl Fn(u32) -> bool) -> Vec<Place> {
    let place = |active: &Active| Place {
        state: active.state.clone(),
        name: def.state_ix(&active.state).map_or_else(
            || Text::same(&active.state),
            |ix| def.states[ix].name.clone(),
        ),
        stays: stays(active.entry),
    };
    instance.active.iter().map(place).collect()
}

fn is_cancelled(events: &[Event], no: u32) -> bool {
    events.iter().any(|event| {
        matches!(&event.change, Change::TaskClosed { task, end: TaskEnd::Cancelled, .. } if *task == no)
    })
}

/// Approvals in the same entry before and after that somebody has voted in, or whose bar is another.
fn bars(from: &Definition, to: &Definition, was: &Instance, now: &Instance) -> Vec<Bar> {
    let mut bars = Vec::new();
    for after in &now.active {
        let Some(before) = was.at(after.entry) else {
            continue;
        };
        let (Some(bar_before), Some(bar_after)) = (bar(from, before), bar(to, after)) else {
            continue;
        };
        let voted: Vec<PersonId> = after
            .voters
            .iter()
            .filter(|voter| voter.verdict.is_some())
            .map(|voter: &Voter| voter.person.clone())
            .collect();
        if bar_before != bar_after || !voted.is_empty() {
            bars.push(Bar {
                state: after.state.clone(),
                voted,
                before: bar_before,
                after: bar_after,
            });
        }
    }
    bars
}

fn bar(def: &Definition, active: &Active) -> Option<(u32, u32)> {
    let ix = def.state_ix(&active.state)?;
    let crate::definition::StateKind::Approve(approve) = &def.states[ix].kind else {
        return None;
    };
    let n = u32::try_from(active.voters.len()).unwrap_or(u32::MAX);
    Some((crate::turn::required(&approve.needs, &active.voters), n))
}

fn deadlines(events: &[Event]) -> Vec<DueChange> {
    let moved = |event: &Event| match &event.change {
        Change::DueMoved {
            state, from, to, ..
        } => Some(DueChange {
            state: state.clone(),
            from: *from,
            to: *to,
        }),
        _ => None,
    };
    events.iter().filter_map(moved).collect()
}

fn fields(events: &[Event]) -> Vec<String> {
    let mut fields: Vec<String> = events
        .iter()
        .filter_map(|event| match &event.change {
            Change::FieldsSet { values } => Some(values.keys().cloned()),
            _ => None,
        })
        .flatten()
        .collect();
    fields.sort();
    fields.dedup();
    fields
}

fn mailed(events: &[Event]) -> Vec<PersonId> {
    let mut told: Vec<PersonId> = events
        .iter()
        .filter_map(|event| match &event.change {
            Change::MailQueued { to, .. } => Some(to.iter().cloned()),
            _ => None,
        })
        .flatten()
        .collect();
    told.sort();
    told.dedup();
    told
}
