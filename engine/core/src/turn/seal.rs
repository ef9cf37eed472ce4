//! From a turn's events to the rows one transaction writes.

use std::collections::BTreeMap;

use crate::command::{Actor, Command};
use crate::definition::{Definition, Outcome};
use crate::effect::Effect;
use crate::event::{Change, Event};
use crate::instance::{Case, Instance, Revokes, Task, TaskEnd, TaskKind};
use crate::people::Pick;
use crate::turn::run::EventText;
use crate::turn::{Context, turn_key};
use crate::value::Values;
use crate::write::{
    EventRow, InstanceRow, OutboxRow, RecordWrite, RowBefore, TaskClosedRow, TaskRow, TurnTaken,
    WakeupRow, Write,
};

/// A turn's result, about to become rows.
pub(crate) struct Sealed<'a> {
    pub def: &'a Definition,
    pub case: &'a Case,
    pub events: &'a [Event],
    /// The same, as they are stored.
    pub texts: Vec<EventText>,
    pub is_new: bool,
    /// The record's values before; none when it was not stored yet.
    pub values_before: Option<Values>,
    /// The instance before the turn.
    pub before: Instance,
    pub beside: Vec<RecordWrite>,
}

impl Sealed<'_> {
    pub(crate) fn write(mut self, command: &Command, cx: &Context<'_>) -> Write {
        let events = self.event_rows();
        let instance = &self.case.instance;
        let now = &instance.wakeups;
        let set = now
            .iter()
            .filter(|wakeup| !self.before.wakeups.contains(wakeup));
        let cleared = self
            .before
            .wakeups
            .iter()
            .filter(|old| !now.iter().any(|wakeup| wakeup.reference == old.reference));
        let mut records = self.beside.clone();
        if self.values_before.as_ref() != Some(&self.case.values) {
            let (entity, id) = (self.def.entity.clone(), instance.record.clone());
            records.push(RecordWrite {
                entity,
                id,
                values: self.case.values.clone(),
                new: self.values_before.is_none(),
            });
        }
        Write {
            instance: self.instance_row(cx),
            before: (!self.is_new).then(|| RowBefore {
                rev: self.before.rev,
                status: self.before.status_word().to_owned(),
                tasks_made: self.before.tasks_made,
            }),
            tasks_opened: self.opened(),
            tasks_closed: self.closed(),
            tasks_changed: self.changed(),
            events,
            records,
            guards: vec![],
            wakeups_set: set
                .map(|wakeup| WakeupRow {
                    reference: wakeup.reference.clone(),
                    at: wakeup.at,
                })
                .collect(),
            wakeups_cleared: cleared.map(|wakeup| wakeup.reference.clone()).collect(),
            outbox: self.outbox(cx),
            turns: self.turns(),
            answer: command.key.clone().map(|key| (key, self.answer())),
        }
    }

    /// What a repeated command is told: the same as the first.
    fn answer(&self) -> String {
        let instance = &self.case.instance;
        serde_json::json!({"instance": instance.id, "rev": instance.rev, "seq": instance.seq, "status": instance.status_word()}).to_string()
    }

    fn instance_row(&self, cx: &Context<'_>) -> InstanceRow {
        let instance = &self.case.instance;
        InstanceRow {
            id: instance.id.clone(),
            flow: instance.flow.clone(),
            version: instance.version.clone(),
            entity: instance.entity.clone(),
            record: instance.record.clone(),
            applicant: instance.applicant.clone(),
            status: instance.status_word().to_owned(),
            ended: instance.ended(),
            title: crate::turn::facts::title(self.def, self.case, cx),
            standing: instance.standing(),
            rev: instance.rev,
            started: self.events.first().map_or(cx.now, |event| event.at),
            updated: cx.now,
            state: serde_json::to_string(instance).unwrap_or_default(),
        }
    }

    fn event_rows(&mut self) -> Vec<EventRow> {
        let texts = std::mem::take(&mut self.texts);
        let row = |(event, text): (&Event, EventText)| EventRow {
            seq: event.seq,
            at: event.at,
            actor: match &event.actor {
                Actor::Person(id) => id.clone(),
                Actor::System => "system".to_owned(),
            },
            kind: tag(&text.body),
            body: text.body,
            hash: text.hash,
        };
        self.events.iter().zip(texts).map(row).collect()
    }

    fn opened(&self) -> Vec<TaskRow> {
        let before = self.before.tasks_made;
        self.case
            .instance
            .tasks
            .iter()
            .filter(|task| task.no > before)
            .map(|task| self.task_row(task))
            .collect()
    }

    /// Tasks that were open and are, in a state with another id or with another due time.
    fn changed(&self) -> Vec<TaskRow> {
        let tasks = self.case.instance.tasks.iter();
        let differs = |task: &&Task| {
            let before = self.before.task(task.no);
            before.is_some_and(|before| before.state != task.state || before.due != task.due)
        };
        tasks
            .filter(differs)
            .map(|task| self.task_row(task))
            .collect()
    }

    /// Tasks that ended, also those opened in this very turn (they never become open rows).
    fn closed(&self) -> Vec<TaskClosedRow> {
        let mut known: BTreeMap<u32, TaskRow> = self
            .before
            .tasks
            .iter()
            .map(|task| (task.no, self.task_row(task)))
            .collect();
        let mut rows = vec![];
        let mut round = self.before.round;
        for event in self.events {
            match &event.change {
                Change::Returned { round: next, .. } => round = *next,
                Change::TaskOpened {
                    task,
                    state,
                    kind,
                    assignee,
                    due,
                    candidates,
                    ..
                } => {
                    let row = TaskRow {
                        candidates: candidates.clone(),
                        instance: self.case.instance.id.clone(),
                        no: *task,
                        state: state.clone(),
                        kind: row_kind(*kind, candidates),
                        round,
                        assignee: assignee.clone(),
                        opened: event.at,
                        due: *due,
                    };
                    known.insert(*task, row);
                }
                _ => {}
            }
            if let Some((no, end, by)) = ended_row(event) {
                let row = |task| TaskClosedRow {
                    task,
                    end: end.to_owned(),
                    at: event.at,
                    by,
                };
                rows.extend(known.remove(&no).map(row));
            }
        }
        rows
    }

    /// Turns taken: the counters to move on, from where they were read.
    fn turns(&self) -> Vec<TurnTaken> {
        let taken = |event: &Event| match &event.change {
            Change::Drawn {
                name,
                how: Pick::InTurn,
                number,
                ..
            } => Some(TurnTaken {
                counter: turn_key(&self.def.flow, name),
                number: *number,
            }),
            _ => None,
        };
        self.events.iter().filter_map(taken).collect()
    }

    fn task_row(&self, task: &Task) -> TaskRow {
        task_row(&self.case.instance.id, task)
    }

    fn outbox(&self, cx: &Context<'_>) -> Vec<OutboxRow> {
        let mut rows = Vec::new();
        for event in self.events {
            for (number, effect) in self.effects(event).into_iter().enumerate() {
                let id = &self.case.instance.id;
                rows.push(OutboxRow {
                    id: format!("{id}:{}:{number}", event.seq),
                    kind: effect.kind().to_owned(),
                    instance: id.clone(),
                    body: serde_json::to_string(&effect).unwrap_or_default(),
                    due: cx.now,
                });
            }
        }
        rows
    }

    fn effects(&self, event: &Event) -> Vec<Effect> {
        let instance = self.case.instance.id.clone();
        match &event.change {
            Change::MailQueued {
                mail,
                to,
                task,
                state,
            } => {
                let one = |person: &String| Effect::Mail {
                    instance: instance.clone(),
                    mail: mail.clone(),
                    to: person.clone(),
                    task: *task,
                    state: state.clone(),
                };
                to.iter().map(one).collect()
            }
            Change::Called {
                call,
                effect,
                input,
                key,
                retry_ms,
                waits,
                ..
            } => {
                let (name, input, key, retry_ms) =
                    (effect.clone(), input.clone(), key.clone(), retry_ms.clone());
                vec![Effect::Call {
                    instance,
                    call: *call,
                    name,
                    input,
                    key,
                    retry_ms,
                    waits: *waits,
                }]
            }
            Change::SubflowAsked {
                flow,
                link,
                child,
                beside,
                set,
                ..
            } => {
                let waits = !*beside;
                vec![Effect::Subflow {
                    set: set.clone(),
                    instance,
                    child: child.clone(),
                    flow: flow.clone(),
                    link: link.clone(),
                    waits,
                }]
            }
            Change::SubflowStopped { child, .. } => vec![Effect::StopChild {
                parent: instance,
                child: child.clone(),
            }],
            Change::RevocationAsked {
                flow,
                child,
                approvers,
                comment,
            } => {
                let by = event.actor.person().unwrap_or_default().to_owned();
                vec![Effect::Revoke {
                    of: Revokes {
                        instance: instance.clone(),
                        approvers: approvers.clone(),
                        reason: comment.clone(),
                    },
                    instance,
                    child: child.clone(),
                    flow: flow.clone(),
                    by,
                }]
            }
            Change::Told {
                entity,
                record,
                name,
                payload,
            } => vec![Effect::Tell {
                instance,
                entity: entity.clone(),
                record: record.clone(),
                event: name.clone(),
                payload: payload.clone(),
            }],
            Change::Ended { outcome, .. } => self.tell_parent(outcome),
            Change::Started { .. }
            | Change::FieldsSet { .. }
            | Change::Submitted { .. }
            | Change::Entered { .. }
            | Change::Skipped { .. }
            | Change::Chosen { .. }
            | Change::Asked { .. }
            | Change::VoterAdded { .. }
            | Change::HandedOver { .. }
            | Change::TaskOpened { .. }
            | Change::TaskClosed { .. }
            | Change::Decided { .. }
            | Change::SystemDecided { .. }
            | Change::Acted { .. }
            | Change::Left { .. }
            | Change::Cancelled { .. }
            | Change::BranchEnded { .. }
            | Change::Returned { .. }
            | Change::WakeupSet { .. }
            | Change::WakeupCleared { .. }
            | Change::Reminded { .. }
            | Change::Transferred { .. }
            | Change::Answered { .. }
            | Change::CallFailed { .. }
            | Change::CallDropped { .. }
            | Change::AnsweredLate { .. }
            | Change::RuleRan { .. }
            | Change::Happened { .. }
            | Change::SubflowEnded { .. }
            | Change::Commented { .. }
            | Change::Held { .. }
            | Change::Resumed { .. }
            | Change::Overridden { .. }
            | Change::Suspended { .. }
            | Change::Unsuspended {}
            | Change::Postponed { .. }
            | Change::ClockStopped { .. }
            | Change::ClockStarted { .. }
            | Change::Migrated { .. }
            | Change::BranchAdded { .. }
            | Change::DueMoved { .. }
            | Change::VoterRemoved { .. }
            | Change::OpinionAsked { .. }
            | Change::Advised { .. }
            | Change::Copied { .. }
            | Change::Questioned { .. }
            | Change::Replied { .. }
            | Change::TakenBack { .. }
            | Change::Urged { .. }
            | Change::Reopened { .. }
            | Change::RevocationRefused { .. }
            | Change::Revoked { .. }
            | Change::Drawn { .. }
            | Change::PeopleChosen { .. }
            | Change::Proxied { .. } => vec![],
        }
    }

    fn tell_parent(&self, outcome: &Outcome) -> Vec<Effect> {
        let (child, outcome) = (self.case.instance.id.clone(), outcome.clone());
        let parent = self.case.instance.parent.clone();
        parent
            .map(|parent| Effect::ChildEnded {
                parent,
                child,
                outcome,
            })
            .into_iter()
            .collect()
    }
}

fn task_row(instance: &str, task: &Task) -> TaskRow {
    TaskRow {
        instance: instance.to_owned(),
        no: task.no,
        state: task.state.clone(),
        kind: row_kind(task.kind, &task.candidates),
        round: task.round,
        assignee: task.assignee.clone(),
        opened: task.since,
        due: task.due,
        candidates: task.candidates.clone(),
    }
}

/// The rows that stand for an instance's open tasks: what the table of open tasks must hold of it.
pub fn open_rows(instance: &Instance) -> Vec<TaskRow> {
    let row = |task| task_row(&instance.id, task);
    instance.tasks.iter().map(row).collect()
}

/// How an event says that a task ended, as the table of ended tasks keeps it: number, end, and who acted (none for the
/// system). None for every other event.
pub fn ended_row(event: &Event) -> Option<(u32, &'static str, Option<String>)> {
    let Change::TaskClosed { task, end, .. } = &event.change else {
        return None;
    };
    let by = event.actor.person().filter(|_| *end != TaskEnd::Cancelled);
    Some((*task, end_word(*end), by.map(str::to_owned)))
}

/// The tag of an event's change, found in its canonical text so that there is one list of names. What stands before it (who,
/// which way) cannot look like it: quotes within a text are escaped.
fn tag(body: &str) -> String {
    let after = body.split_once(r#","event":""#).map(|(_, after)| after);
    let tag = after.and_then(|after| after.split('"').next());
    tag.unwrap_or_default().to_owned()
}

fn row_kind(kind: TaskKind, candidates: &[String]) -> String {
    let word = if candidates.is_empty() {
        kind_word(kind)
    } else {
        "claim"
    };
    word.to_owned()
}

fn kind_word(kind: TaskKind) -> &'static str {
    match kind {
        TaskKind::Draft => "draft",
        TaskKind::Approve => "approve",
        TaskKind::Work => "work",
        TaskKind::Advise => "advise",
        TaskKind::Answer => "answer",
        TaskKind::Read => "read",
    }
}

/// The word for how a task ended, as stored.
pub(crate) fn end_word(end: TaskEnd) -> &'static str {
    match end {
        TaskEnd::Approved => "approved",
        TaskEnd::Rejected => "rejected",
        TaskEnd::Returned => "returned",
        TaskEnd::Done => "done",
        TaskEnd::Transferred => "transferred",
        TaskEnd::Cancelled => "cancelled",
        TaskEnd::Advised => "advised",
        TaskEnd::Answered => "answered",
        TaskEnd::Read => "read",
        TaskEnd::Claimed => "claimed",
        TaskEnd::GivenBack => "given_back",
    }
}
