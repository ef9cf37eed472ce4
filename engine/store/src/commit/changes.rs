//! What the winners of a batch write besides instances and records, gathered by table and sorted by instance, so that
//! two batches on two nodes take their locks in the same order.

use std::collections::BTreeMap;

use assent_core::time::Moment;
use assent_core::write::{EventRow, InstanceRow, TaskClosedRow, TaskRow, Write};

use super::batch::{execute, fetch};
use super::sql;
use crate::error::StoreError;
use crate::packing::packed;
use crate::tasks::due_to_column;
use crate::tx::Tx;

/// Changes to tables, of all winners.
#[derive(Default)]
pub(super) struct Changes<'a> {
    opened: Vec<&'a TaskRow>,
    changed: BTreeMap<(&'a str, u32), &'a TaskRow>,
    closed: Vec<&'a TaskClosedRow>,
    /// Of the closed ones, those this batch did not open: they stand in the table of open tasks.
    closing: Vec<(&'a str, u32)>,
    writes: Vec<&'a Write>,
    wakeups: Vec<(&'a str, BTreeMap<&'a str, Option<Moment>>)>,
}

impl<'a> Changes<'a> {
    pub(super) fn collect(writes: &'a [Write], chains: &BTreeMap<&'a str, Vec<usize>>) -> Self {
        let mut changes = Self::default();
        for (instance, chain) in chains {
            let mut opened = BTreeMap::<u32, &TaskRow>::new();
            let mut wakeups = BTreeMap::new();
            for write in chain.iter().map(|at| &writes[*at]) {
                changes.writes.push(write);
                opened.extend(write.tasks_opened.iter().map(|task| (task.no, task)));
                for task in &write.tasks_changed {
                    // One that this batch opened is written as it is at the end of it.
                    if let Some(row) = opened.get_mut(&task.no) {
                        *row = task;
                    } else {
                        changes.changed.insert((instance, task.no), task);
                    }
                }
                for closed in &write.tasks_closed {
                    changes.closed.push(closed);
                    // One that this batch opened never reaches the table of open tasks.
                    if opened.remove(&closed.task.no).is_none() {
                        changes.closing.push((instance, closed.task.no));
                    }
                }
                for reference in &write.wakeups_cleared {
                    wakeups.insert(reference.as_str(), None);
                }
                for wakeup in &write.wakeups_set {
                    wakeups.insert(wakeup.reference.as_str(), Some(wakeup.at));
                }
            }
            changes.opened.extend(opened.values());
            changes.wakeups.push((instance, wakeups));
        }
        changes
    }

    /// Takes the tasks that end out of the table of open tasks, and counts both ways. One that is not there was opened
    /// and settled by the same turn; one that ends twice is refused by the key of the closed ones.
    pub(super) async fn close_tasks(
        &self,
        tx: &mut Tx,
        counts: &mut Counts,
    ) -> Result<(), StoreError> {
        for mut row in fetch(tx, &sql::TASKS_DELETE, &self.closing).await? {
            let (person, kind) = (row.text()?, row.text()?);
            counts.open(&person, &kind, -1);
        }
        for task in &self.opened {
            for person in holders(task) {
                counts.open(person, &task.kind, 1);
            }
        }
        Ok(())
    }

    /// Writes everything.
    pub(super) async fn write(&mut self, tx: &mut Tx) -> Result<(), StoreError> {
        let opened: Vec<_> = self
            .opened
            .iter()
            .flat_map(|task| holders(task).iter().map(|holder| task_row(task, holder)))
            .collect();
        execute(tx, &sql::TASKS_INSERT, &opened).await?;
        let changed: Vec<_> = self
            .changed
            .values()
            .map(|task| task_row(task, &task.assignee))
            .collect();
        execute(tx, &sql::TASKS_CHANGE, &changed).await?;
        self.closed
            .sort_by_key(|closed| (&closed.task.instance, closed.task.no));
        let closed: Vec<_> = self
            .closed
            .iter()
            .map(|closed| closed_row(closed))
            .collect();
        execute(tx, &sql::CLOSED_INSERT, &closed).await?;
        let events: Vec<_> = self
            .writes
            .iter()
            .flat_map(|write| packed(&write.instance.id, &write.events))
            .collect();
        execute(tx, &sql::EVENTS_INSERT, &events).await?;
        let outbox: Vec<_> = self
            .writes
            .iter()
            .flat_map(|write| &write.outbox)
            .map(|row| (&row.id, &row.kind, &row.instance, &row.body, row.due))
            .collect();
        execute(tx, &sql::OUTBOX_INSERT, &outbox).await?;
        let (mut set, mut cleared) = (vec![], vec![]);
        for (instance, wakeups) in &self.wakeups {
            for (reference, at) in wakeups {
                match at {
                    Some(at) => set.push((instance, reference, at)),
                    None => cleared.push((instance, reference)),
                }
            }
        }
        execute(tx, &sql::WAKEUPS_DELETE, &cleared).await?;
        execute(tx, &sql::WAKEUPS_SET, &set).await
    }
}

/// Whose list a task stands in: its assignee's, or that of everybody who may claim it.
fn holders(task: &TaskRow) -> &[String] {
    if task.candidates.is_empty() {
        std::slice::from_ref(&task.assignee)
    } else {
        &task.candidates
    }
}

fn task_row<'t>(task: &'t TaskRow, holder: &'t str) -> impl serde::Serialize + 't {
    let due = due_to_column(task.due);
    (
        &task.instance,
        task.no,
        &task.state,
        &task.kind,
        task.round,
        holder,
        task.opened,
        due,
    )
}

fn closed_row(closed: &TaskClosedRow) -> impl serde::Serialize {
    let task = &closed.task;
    let due = due_to_column(task.due);
    (
        &task.instance,
        task.no,
        &task.state,
        &task.kind,
        task.round,
        &task.assignee,
        task.opened,
        due,
        &closed.end,
        closed.at,
        &closed.by,
    )
}

/// Adds one event to the chain of a record; false when its number is taken.
pub(crate) async fn append_event(
    tx: &mut Tx,
    chain: &str,
    event: &EventRow,
) -> Result<bool, StoreError> {
    let row: Vec<_> = packed(chain, std::slice::from_ref(event)).collect();
    let rows = fetch(tx, &sql::EVENT_APPEND, &row).await?;
    Ok(!rows.is_empty())
}

/// Changes to counters.
#[derive(Default)]
pub(super) struct Counts(BTreeMap<String, i64>);

impl Counts {
    /// An instance moved from one status (empty: none, it is new) to that of its row.
    pub(super) fn moved(&mut self, row: &InstanceRow, was: &str) {
        if !was.is_empty() {
            self.add(crate::counters::instances(&row.flow, was), -1);
        }
        self.add(crate::counters::instances(&row.flow, &row.status), 1);
    }

    /// A person has so many open tasks more; copies to read are counted apart.
    fn open(&mut self, person: &str, kind: &str, more: i64) {
        let counter = match kind {
            "read" => crate::counters::copies(person),
            _ => crate::counters::open_tasks(person),
        };
        self.add(counter, more);
    }

    fn add(&mut self, name: String, more: i64) {
        *self.0.entry(name).or_default() += more;
    }

    pub(super) async fn write(&self, tx: &mut Tx, shard: u32) -> Result<(), StoreError> {
        let rows: Vec<_> = self
            .0
            .iter()
            .filter(|(_, more)| **more != 0)
            .map(|(name, more)| (name, shard, more))
            .collect();
        execute(tx, &sql::COUNTERS_ADD, &rows).await
    }
}
