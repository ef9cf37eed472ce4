//! What the winners of a batch write besides instances and records, gathered by table and sorted by instance, so that
//! two batches on two nodes take their locks in the same order.

use std::collections::BTreeMap;

use assent_core::time::Moment;
use assent_core::write::{EventRow, InstanceRow, TaskClosedRow, TaskRow, Write};

use super::batch::{fetch, some_rows};
use super::sql;
use crate::dialect::Sql;
use crate::error::StoreError;
use crate::packing::packed;
use crate::tasks::due_to_column;
use crate::tx::Tx;

/// Statements with their rows; none where there is nothing to write.
pub(super) type Statements = [(&'static Sql, Option<String>); 7];

/// Changes to tables, of all winners.
#[derive(Default)]
pub(super) struct Changes<'a> {
    opened: Vec<&'a TaskRow>,
    changed: BTreeMap<(&'a str, u32), &'a TaskRow>,
    closed: Vec<&'a TaskClosedRow>,
    /// Of the closed ones, those that stand in the table of open tasks.
    closing: Vec<&'a TaskRow>,
    writes: Vec<&'a Write>,
    wakeups: Vec<(&'a str, BTreeMap<&'a str, Option<Moment>>)>,
}

impl<'a> Changes<'a> {
    pub(super) fn collect(writes: &'a [Write], chains: &BTreeMap<&'a str, Vec<usize>>) -> Self {
        let mut changes = Self::default();
        for (instance, chain) in chains {
            let mut opened = BTreeMap::<u32, &TaskRow>::new();
            let mut wakeups = BTreeMap::new();
            let first = chain.first().and_then(|at| writes[*at].before.as_ref());
            let made = first.map_or(0, |before| before.tasks_made);
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
                    opened.remove(&closed.task.no);
                    changes.changed.remove(&(*instance, closed.task.no));
                    if closed.task.no <= made {
                        changes.closing.push(&closed.task);
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

    /// Takes the tasks that end out of the table of open tasks, and counts both ways what was really there.
    pub(super) async fn close_tasks(
        &self,
        tx: &mut Tx,
        counts: &mut Counts,
    ) -> Result<(), StoreError> {
        let row = |task: &&'a TaskRow| (task.instance.as_str(), task.no);
        let closing: Vec<_> = self.closing.iter().map(row).collect();
        for mut row in fetch(tx, &sql::TASKS_DELETE, &closing).await? {
            let (person, kind) = (row.text()?, row.text()?);
            counts.open(&person, &kind, -1);
        }
        self.count_opened(counts);
        Ok(())
    }

    /// instance, no, assignee of every row that stands for a task that ends; counted as if all of them were there.
    pub(super) fn closing_held(&self, counts: &mut Counts) -> Vec<(&'a str, u32, &'a str)> {
        let mut rows = vec![];
        for task in &self.closing {
            for person in holders(task) {
                counts.open(person, &task.kind, -1);
                rows.push((task.instance.as_str(), task.no, person.as_str()));
            }
        }
        rows
    }

    pub(super) fn count_opened(&self, counts: &mut Counts) {
        for task in &self.opened {
            for person in holders(task) {
                counts.open(person, &task.kind, 1);
            }
        }
    }

    /// Everything but the tasks that end, as parameters of their statements.
    pub(super) fn rows(&mut self) -> Result<Statements, StoreError> {
        let opened: Vec<_> = self
            .opened
            .iter()
            .flat_map(|task| holders(task).iter().map(|holder| task_row(task, holder)))
            .collect();
        let changed: Vec<_> = self
            .changed
            .values()
            .map(|task| task_row(task, &task.assignee))
            .collect();
        self.closed
            .sort_by_key(|closed| (&closed.task.instance, closed.task.no));
        let closed: Vec<_> = self
            .closed
            .iter()
            .map(|closed| closed_row(closed))
            .collect();
        let events: Vec<_> = self
            .writes
            .iter()
            .flat_map(|write| packed(&write.instance.id, &write.events))
            .collect();
        let outbox: Vec<_> = self
            .writes
            .iter()
            .flat_map(|write| &write.outbox)
            .map(|row| (&row.id, &row.kind, &row.instance, &row.body, row.due))
            .collect();
        let (mut set, mut cleared) = (vec![], vec![]);
        for (instance, wakeups) in &self.wakeups {
            for (reference, at) in wakeups {
                match at {
                    Some(at) => set.push((instance, reference, at)),
                    None => cleared.push((instance, reference)),
                }
            }
        }
        Ok([
            (&sql::TASKS_INSERT, some_rows(&opened)?),
            (&sql::TASKS_CHANGE, some_rows(&changed)?),
            (&sql::CLOSED_INSERT, some_rows(&closed)?),
            (&sql::EVENTS_INSERT, some_rows(&events)?),
            (&sql::OUTBOX_INSERT, some_rows(&outbox)?),
            (&sql::WAKEUPS_DELETE, some_rows(&cleared)?),
            (&sql::WAKEUPS_SET, some_rows(&set)?),
        ])
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
    /// An instance moved from one status (none: it is new) to that of its row.
    pub(super) fn moved(&mut self, row: &InstanceRow, was: Option<&str>) {
        if let Some(was) = was {
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

    /// name, shard, how much more.
    pub(super) fn rows(&self, shard: u32) -> Result<Option<String>, StoreError> {
        let rows: Vec<_> = self
            .0
            .iter()
            .filter(|(_, more)| **more != 0)
            .map(|(name, more)| (name, shard, more))
            .collect();
        some_rows(&rows)
    }
}
