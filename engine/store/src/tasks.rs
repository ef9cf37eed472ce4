//! Open tasks: columns and lists.

use assent_core::time::Moment;
use assent_core::write::TaskRow;

use crate::error::StoreError;
use crate::row::Row;

/// The column of a task without a due time: it sorts last.
const NO_DUE: i64 = i64::MAX;

/// A due time as it is stored.
pub(crate) fn due_to_column(due: Option<Moment>) -> i64 {
    due.map_or(NO_DUE, |due| due.0)
}

/// Back from the column.
pub(crate) fn due_from_column(due: i64) -> Option<Moment> {
    (due != NO_DUE).then_some(Moment(due))
}

/// From the columns instance, no, state, kind, round, assignee, opened, due.
pub(crate) fn task_from_row(mut row: Row) -> Result<TaskRow, StoreError> {
    task_columns(&mut row)
}

/// The same, with more columns behind.
pub(crate) fn task_columns(row: &mut Row) -> Result<TaskRow, StoreError> {
    Ok(TaskRow {
        instance: row.text()?,
        no: row.count()?,
        state: row.text()?,
        kind: row.text()?,
        round: row.count()?,
        assignee: row.text()?,
        opened: row.moment()?,
        due: due_from_column(row.int()?),
    })
}
