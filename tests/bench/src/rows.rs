//! The rows of a turn by table, as bare loops write them: one statement a row, or one a table.

use assent_core::value::Value;
use assent_core::write::{EventRow, TaskRow, Write};

/// A value of a row.
#[derive(Clone, Debug)]
pub enum Cell {
    /// TEXT.
    Text(String),
    /// BIGINT.
    Int(i64),
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<&String> for Cell {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<i64> for Cell {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<u32> for Cell {
    fn from(number: u32) -> Self {
        Self::Int(number.into())
    }
}

impl From<u64> for Cell {
    fn from(number: u64) -> Self {
        Self::Int(i64::try_from(number).unwrap_or_default())
    }
}

macro_rules! row {
    ($($cell:expr),* $(,)?) => { vec![$(Cell::from($cell)),*] };
}
pub(crate) use row;

/// What is done with the rows of one statement.
#[derive(Clone, Copy, Debug)]
pub enum How {
    /// A row more.
    Insert,
    /// The row with this key (its first cells) gets the rest.
    Update { keys: usize },
    /// The row with this key goes.
    Delete,
}

/// One statement: a table, what is done, its columns (`i:` in front of a number).
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    pub table: &'static str,
    pub how: How,
    pub columns: &'static [&'static str],
}

const fn shape(table: &'static str, how: How, columns: &'static [&'static str]) -> Shape {
    Shape {
        table,
        how,
        columns,
    }
}

/// Every statement of the engine's write set, in the order it runs.
pub const SHAPES: [Shape; 12] = [
    shape("answers", How::Insert, &["key", "answer", "i:at"]),
    shape(
        "instances",
        How::Insert,
        &[
            "id",
            "flow",
            "version",
            "entity",
            "record",
            "applicant",
            "status",
            "was",
            "i:ended",
            "title",
            "standing",
            "i:rev",
            "i:started",
            "i:updated",
            "state",
        ],
    ),
    shape(
        "instances",
        How::Update { keys: 1 },
        &[
            "id",
            "status",
            "i:ended",
            "title",
            "standing",
            "i:rev",
            "i:updated",
            "state",
        ],
    ),
    shape(
        "r_bench_approval",
        How::Insert,
        &[
            "id", "i:rev", "more", "number", "reason", "i:amount", "first", "second",
        ],
    ),
    shape(
        "r_bench_approval",
        How::Update { keys: 1 },
        &["id", "i:rev"],
    ),
    shape("tasks", How::Delete, &["instance", "i:no"]),
    shape(
        "tasks",
        How::Insert,
        &[
            "instance", "i:no", "state", "kind", "i:round", "assignee", "i:opened", "i:due",
        ],
    ),
    shape(
        "tasks_closed",
        How::Insert,
        &[
            "instance", "i:no", "state", "kind", "i:round", "assignee", "i:opened", "i:due",
            "ended", "i:at", "actor",
        ],
    ),
    shape(
        "events",
        How::Insert,
        &["instance", "i:seq", "i:at", "actor", "kind", "body", "hash"],
    ),
    shape(
        "outbox",
        How::Insert,
        &[
            "id",
            "kind",
            "instance",
            "body",
            "i:due",
            "i:attempts",
            "owner",
            "i:lease_until",
            "i:epoch",
            "last_error",
        ],
    ),
    shape("wakeups", How::Delete, &["instance", "reference"]),
    shape(
        "wakeups",
        How::Insert,
        &[
            "instance",
            "reference",
            "i:due",
            "owner",
            "i:lease_until",
            "i:epoch",
        ],
    ),
];

/// Rows for each of [`SHAPES`], of any number of turns.
pub type Rows = [Vec<Vec<Cell>>; SHAPES.len()];

/// Adds the rows of one turn.
pub fn add(rows: &mut Rows, write: &Write) {
    let row = &write.instance;
    if let Some((key, answer)) = &write.answer {
        rows[0].push(row![key, answer, row.updated.0]);
    }
    if write.before.is_none() {
        rows[1].push(row![
            &row.id,
            &row.flow,
            &row.version,
            &row.entity,
            &row.record,
            &row.applicant,
            &row.status,
            "",
            i64::from(row.ended),
            &row.title,
            &row.standing,
            row.rev,
            row.started.0,
            row.updated.0,
            &row.state,
        ]);
    } else {
        rows[2].push(row![
            &row.id,
            &row.status,
            i64::from(row.ended),
            &row.title,
            &row.standing,
            row.rev,
            row.updated.0,
            &row.state,
        ]);
        // The engine guards the record a decision was made on.
        rows[4].push(row![&row.record, row.rev]);
    }
    for record in &write.records {
        let text = |field: &str| {
            record
                .values
                .get(field)
                .and_then(Value::as_text)
                .unwrap_or_default()
        };
        rows[3].push(row![
            &record.id,
            1_i64,
            "",
            text("number"),
            text("reason"),
            12_345_600_i64,
            text("first"),
            text("second")
        ]);
    }
    let made = write.before.as_ref().map_or(0, |before| before.tasks_made);
    for closed in &write.tasks_closed {
        if closed.task.no <= made {
            rows[5].push(row![&closed.task.instance, closed.task.no]);
        }
        let mut cells = task_row(&closed.task);
        cells.extend(row![
            &closed.end,
            closed.at.0,
            closed.by.as_deref().unwrap_or_default()
        ]);
        rows[7].push(cells);
    }
    rows[6].extend(write.tasks_opened.iter().map(task_row));
    // A row a turn, as the engine writes it.
    if let Some(last) = write.events.last() {
        let lines = |of: fn(&EventRow) -> &str| {
            let lines: Vec<_> = write.events.iter().map(of).collect();
            lines.join("\n")
        };
        rows[8].push(row![
            &row.id,
            last.seq,
            last.at.0,
            &last.actor,
            &lines(|event| &event.kind),
            &lines(|event| &event.body),
            &lines(|event| &event.hash)
        ]);
    }
    for effect in &write.outbox {
        rows[9].push(row![
            &effect.id,
            &effect.kind,
            &effect.instance,
            &effect.body,
            effect.due.0,
            0_i64,
            "",
            0_i64,
            0_i64,
            ""
        ]);
    }
    for reference in &write.wakeups_cleared {
        rows[10].push(row![&row.id, reference]);
    }
    for wakeup in &write.wakeups_set {
        rows[11].push(row![
            &row.id,
            &wakeup.reference,
            wakeup.at.0,
            "",
            0_i64,
            0_i64
        ]);
    }
}

fn task_row(task: &TaskRow) -> Vec<Cell> {
    let due = task.due.map_or(i64::MAX, |due| due.0);
    row![
        &task.instance,
        task.no,
        &task.state,
        &task.kind,
        task.round,
        &task.assignee,
        task.opened.0,
        due
    ]
}
