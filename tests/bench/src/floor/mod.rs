//! Bare loops over the same database: what is left when nothing is decided, checked or explained.
//!
//! (A) four rows a decision: the instance changes, a task closes, a task opens, an event is written. (B) the engine's own
//! write set, all of it. Both with so many decisions a commit.

pub mod http;
pub mod postgres;
pub mod sqlite;

use crate::rows::{Cell, How, SHAPES, Shape, row};

/// The tables of floor A: instances with 500 bytes of data, open and closed tasks, events.
pub const TABLES_A: [&str; 4] = [
    "create table a_instances (id text primary key not null, status text not null, standing text not null, \
     rev bigint not null, updated bigint not null, data text not null)",
    "create table a_tasks (instance text not null, no bigint not null, assignee text not null, state text not null, \
     due bigint not null, closed bigint not null, primary key (instance, no))",
    "create index a_tasks_assignee on a_tasks (assignee, due) where closed = 0",
    "create table a_events (instance text not null, seq bigint not null, body text not null, hash text not null, \
     primary key (instance, seq))",
];

const fn shape(table: &'static str, how: How, columns: &'static [&'static str]) -> Shape {
    Shape {
        table,
        how,
        columns,
    }
}

/// The four statements of floor A.
pub const SHAPES_A: [Shape; 4] = [
    shape(
        "a_instances",
        How::Update { keys: 1 },
        &["id", "status", "standing", "i:rev", "i:updated", "data"],
    ),
    shape(
        "a_tasks",
        How::Update { keys: 2 },
        &["instance", "i:no", "i:closed"],
    ),
    shape(
        "a_tasks",
        How::Insert,
        &["instance", "i:no", "assignee", "state", "i:due", "i:closed"],
    ),
    shape(
        "a_events",
        How::Insert,
        &["instance", "i:seq", "body", "hash"],
    ),
];

/// The id of the n-th instance of floor A; as long as the engine's.
pub fn id(number: usize) -> String {
    format!("0195d2a0-0000-7000-8000-{number:012}")
}

/// The instance with which floor A begins: its row and its first task.
pub fn first_rows(number: usize) -> (Vec<Cell>, Vec<Cell>) {
    let (id, data) = (id(number), "d".repeat(500));
    let instance = row![&id, "running", "first_approval", 1_i64, 1_i64, &data];
    let task = row![
        &id,
        1_i64,
        &crate::company::person(number),
        "first_approval",
        9_i64,
        0_i64
    ];
    (instance, task)
}

/// The rows of a decision on the n-th instance that has had `rev` of them.
pub fn decision_rows(number: usize, rev: u32) -> [Vec<Cell>; 4] {
    let id = id(number);
    let who = crate::company::person(number + 7 * rev as usize);
    let (data, body, hash) = ("d".repeat(500), "e".repeat(300), "h".repeat(64));
    [
        row![&id, "running", "second_approval", rev + 1, 2_i64, &data],
        row![&id, rev, 1_i64],
        row![&id, rev + 1, &who, "second_approval", 9_i64, 0_i64],
        row![&id, rev, &body, &hash],
    ]
}

/// A column's bare name, and whether it is a number.
pub fn column(name: &'static str) -> (&'static str, bool) {
    name.strip_prefix("i:")
        .map_or((name, false), |name| (name, true))
}

/// Every shape of the engine's write set, for floor B.
pub const SHAPES_B: &[Shape] = &SHAPES;
