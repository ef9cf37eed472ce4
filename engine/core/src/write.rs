//! What one turn writes: plain rows, made in core, written by the store in one transaction without knowing any rule.

use serde::{Deserialize, Serialize};

use crate::field::EntityType;
use crate::time::Moment;
use crate::value::Values;

/// Everything one turn writes.
#[derive(Clone, Debug)]
pub struct Write {
    /// The instance's row after the turn.
    pub instance: InstanceRow,
    /// The instance as it must be before; none when it must be new.
    pub before: Option<RowBefore>,
    /// Tasks opened.
    pub tasks_opened: Vec<TaskRow>,
    /// Tasks that ended.
    pub tasks_closed: Vec<TaskClosedRow>,
    /// Open tasks whose state has another id, or whose due time moved.
    pub tasks_changed: Vec<TaskRow>,
    /// The turn's events, in order, sealed into the chain.
    pub events: Vec<EventRow>,
    /// The record, when its values changed, and records made beside it.
    pub records: Vec<RecordWrite>,
    /// Records the turn was decided on that must not have moved since they were read; filled in by who loaded them.
    pub guards: Vec<Guard>,
    /// Wake-ups armed (an existing one with the same reference is replaced).
    pub wakeups_set: Vec<WakeupRow>,
    /// References of wake-ups that are gone.
    pub wakeups_cleared: Vec<String>,
    /// Effects as data.
    pub outbox: Vec<OutboxRow>,
    /// Turns taken by `… in turn`; a turn somebody else took meanwhile makes this one stale.
    pub turns: Vec<TurnTaken>,
    /// Idempotency key of the command and the answer to repeat.
    pub answer: Option<(String, String)>,
}

/// What a turn found of its instance's row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowBefore {
    /// Turns so far: the compare-and-swap number.
    pub rev: u64,
    /// Its status, as in [`InstanceRow::status`].
    pub status: String,
    /// Tasks made so far. One that ends and has a higher number was opened by the same turn and never stood in the table of
    /// open tasks.
    pub tasks_made: u32,
}

/// A counter that moves on by one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TurnTaken {
    /// Its name.
    pub counter: String,
    /// What it must say afterwards; one less when it was read.
    pub number: u64,
}

/// The hot row of an instance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InstanceRow {
    /// UUIDv7.
    pub id: String,
    /// Flow id.
    pub flow: String,
    /// Definition version.
    pub version: String,
    /// Entity type of the record.
    pub entity: String,
    /// Record id.
    pub record: String,
    /// Who started it.
    pub applicant: String,
    /// `running`, `held`, `suspended`, or the outcome's word.
    pub status: String,
    /// True once it is over.
    pub ended: bool,
    /// Its title, rendered (Chinese is the title's own language).
    pub title: String,
    /// The state it stands in, for lists: ids joined by `,`.
    pub standing: String,
    /// Turns so far.
    pub rev: u64,
    /// First event.
    pub started: Moment,
    /// Last event.
    pub updated: Moment,
    /// The folded state as JSON.
    pub state: String,
}

/// An open task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TaskRow {
    /// Instance.
    pub instance: String,
    /// Number within the instance.
    pub no: u32,
    /// State id.
    pub state: String,
    /// `draft`, `approve`, `work`, `advise`, `answer`, `read`; `claim` while nobody has claimed it.
    pub kind: String,
    /// Round.
    pub round: u32,
    /// Who must act.
    pub assignee: String,
    /// When it was opened.
    pub opened: Moment,
    /// When it is due.
    pub due: Option<Moment>,
    /// For a pool: who may claim it; the assignee is empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<String>,
}

/// A task that ended: complete, because a task opened and settled in one turn never was an open row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TaskClosedRow {
    /// The task as it was.
    pub task: TaskRow,
    /// `approved`, `rejected`, `returned`, `done`, `transferred`, `cancelled`, `advised`, `answered`, `read`, `claimed`,
    /// `given_back`.
    pub end: String,
    /// When.
    pub at: Moment,
    /// Who acted; none for the system.
    pub by: Option<String>,
}

/// One event of the trail.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventRow {
    /// Number within the instance, from 1.
    pub seq: u32,
    /// When.
    pub at: Moment,
    /// The person, or `system`.
    pub actor: String,
    /// The change's tag: `decided`, `entered`, …
    pub kind: String,
    /// The whole event as canonical JSON; what the hash covers.
    pub body: String,
    /// Hex SHA-256 over the previous hash and the body.
    pub hash: String,
}

/// A record as it must be after the turn.
#[derive(Clone, Debug)]
pub struct RecordWrite {
    /// Its entity type (whose table is written).
    pub entity: EntityType,
    /// Its id.
    pub id: String,
    /// All its values.
    pub values: Values,
    /// True when it is made by this turn.
    pub new: bool,
}

/// A record that must still have this `rev`. Where it grows with the turn, two turns that were decided on the same row (a
/// receipt that several allocations share) cannot both be written. For a record that the turn writes itself, it keeps an
/// edit made meanwhile from being overwritten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guard {
    /// Its entity type's name.
    pub entity: String,
    /// Its id.
    pub id: String,
    /// The `rev` it was read with.
    pub rev: u64,
    /// Its `rev` grows with the turn. Without that it must only be as it was read: what a turn needs of its own record
    /// when it does not write it.
    pub grows: bool,
}

/// A wake-up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WakeupRow {
    /// Unique within the instance.
    pub reference: String,
    /// When.
    pub at: Moment,
}

/// An effect as data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OutboxRow {
    /// Unique for ever: `instance:seq` of the event that caused it; also the idempotency key of the effect.
    pub id: String,
    /// `mail`, `call`, `subflow`, `child_ended`.
    pub kind: String,
    /// The instance it belongs to.
    pub instance: String,
    /// What to do, as JSON; see [`crate::effect::Effect`].
    pub body: String,
    /// Not before.
    pub due: Moment,
}
