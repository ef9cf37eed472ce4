//! Tasks open and end.

use crate::event::{Change, Event};
use crate::instance::{CLOSED_KEPT, ClosedTask, Instance, LastDeed, Task, TaskEnd, TaskKind};

pub(super) fn task(instance: &mut Instance, event: &Event) {
    match &event.change {
        Change::TaskOpened {
            task,
            state,
            entry,
            kind,
            assignee,
            voter,
            due,
            why,
            candidates,
            host,
            blocks,
        } => {
            instance.tasks_made = *task;
            instance.tasks.push(Task {
                no: *task,
                state: state.clone(),
                entry: *entry,
                round: instance.round,
                kind: *kind,
                assignee: assignee.clone(),
                voter: voter.clone(),
                since: event.at,
                due: *due,
                why: why.clone(),
                candidates: candidates.clone(),
                host: *host,
                blocks: *blocks,
                stands_for: None,
                unproxied: None,
            });
            if *kind == TaskKind::Approve || *kind == TaskKind::Work {
                asked_by(instance, *entry, voter, *task);
            }
        }
        Change::TaskClosed { task, end, .. } => close(instance, event, *task, *end),
        _ => {}
    }
}

fn asked_by(instance: &mut Instance, entry: u32, voter: &str, task: u32) {
    let active = instance
        .active
        .iter_mut()
        .find(|active| active.entry == entry);
    let known =
        active.and_then(|active| active.voters.iter_mut().find(|known| known.person == voter));
    if let Some(voter) = known {
        voter.task = Some(task);
    }
}

fn close(instance: &mut Instance, event: &Event, no: u32, end: TaskEnd) {
    let Some(at) = instance.tasks.iter().position(|open| open.no == no) else {
        return;
    };
    let closed = instance.tasks.remove(at);
    let by = match end {
        TaskEnd::Cancelled => None,
        TaskEnd::Approved
        | TaskEnd::Rejected
        | TaskEnd::Returned
        | TaskEnd::Done
        | TaskEnd::Transferred
        | TaskEnd::Advised
        | TaskEnd::Answered
        | TaskEnd::Read
        | TaskEnd::Claimed
        | TaskEnd::GivenBack => event.actor.person().map(str::to_owned),
    };
    let moves = match end {
        TaskEnd::Approved | TaskEnd::Rejected | TaskEnd::Returned | TaskEnd::Done => true,
        TaskEnd::Cancelled
        | TaskEnd::Transferred
        | TaskEnd::Advised
        | TaskEnd::Answered
        | TaskEnd::Read
        | TaskEnd::Claimed
        | TaskEnd::GivenBack => false,
    };
    if let (true, Some(person)) = (moves, &by) {
        instance.last = Some(LastDeed {
            person: person.clone(),
            task: no,
            entry: closed.entry,
            decision: matches!(end, TaskEnd::Approved | TaskEnd::Rejected),
            outside: instance.outside,
            left: None,
            armed: vec![],
            overruled: false,
        });
    }
    instance.closed.push(ClosedTask {
        no,
        state: closed.state,
        end,
        by,
        at: event.at,
        stands_for: closed.stands_for,
    });
    if instance.closed.len() > CLOSED_KEPT {
        instance.closed.remove(0);
    }
}
