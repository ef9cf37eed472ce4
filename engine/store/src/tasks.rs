//! Tasks: what somebody has to do, and what they did.

use assent_core::time::Moment;
use assent_core::write::TaskRow;

use crate::Store;
use crate::db::args;
use crate::dialect::Sql;
use crate::error::StoreError;
use crate::row::Row;

/// The column of a task without a due time: it sorts last.
const NO_DUE: i64 = i64::MAX;

/// An open task with what a list shows of its instance. One that several people may claim is a row for each of them.
#[derive(Clone, Debug, PartialEq)]
pub struct ListedTask {
    /// The task.
    pub task: TaskRow,
    /// The instance's flow.
    pub flow: String,
    /// The instance's title.
    pub title: String,
    /// Who started it.
    pub applicant: String,
}

/// A task that ended.
#[derive(Clone, Debug, PartialEq)]
pub struct ClosedTask {
    /// The task as it was.
    pub task: TaskRow,
    /// `approved`, `rejected`, `returned`, `done`, `transferred`, `cancelled`.
    pub end: String,
    /// When.
    pub at: Moment,
    /// Who acted; none for the system.
    pub by: Option<String>,
    /// The instance's flow.
    pub flow: String,
    /// The instance's title.
    pub title: String,
    /// Who started it.
    pub applicant: String,
}

const INBOX: Sql = Sql::Same(
    "select t.instance, t.no, t.state, t.kind, t.round, t.assignee, t.opened, t.due, i.flow, i.title, i.applicant \
     from tasks t join instances i on i.id = t.instance \
     where t.assignee = $1 and (t.due, t.instance, t.no) > ($2, $3, $4) and ($5 = '' or i.flow = $5) and t.kind <> 'read' \
     order by t.due, t.instance, t.no limit $6",
);
const COPIES: Sql = Sql::Same(
    "select t.instance, t.no, t.state, t.kind, t.round, t.assignee, t.opened, t.due, i.flow, i.title, i.applicant \
     from tasks t join instances i on i.id = t.instance \
     where t.assignee = $1 and (t.due, t.instance, t.no) > ($2, $3, $4) and ($5 = '' or i.flow = $5) and t.kind = 'read' \
     order by t.due, t.instance, t.no limit $6",
);
const DONE_BY: Sql = Sql::Same(
    "select t.instance, t.no, t.state, t.kind, t.round, t.assignee, t.opened, t.due, t.ended, t.at, t.actor, i.flow, \
     i.title, i.applicant from tasks_closed t join instances i on i.id = t.instance \
     where t.actor = $1 and (t.at, t.instance, t.no) < ($2, $3, $4) \
     order by t.at desc, t.instance desc, t.no desc limit $5",
);
const OPEN_OF: Sql = Sql::Same(
    "select instance, no, state, kind, round, assignee, opened, due from tasks where instance = $1 \
     order by no, assignee",
);
const CLOSED_OF: Sql = Sql::Same(
    "select t.instance, t.no, t.state, t.kind, t.round, t.assignee, t.opened, t.due, t.ended, t.at, t.actor, i.flow, \
     i.title, i.applicant from tasks_closed t join instances i on i.id = t.instance where t.instance = $1 order by t.no",
);
const OLDEST: Sql = Sql::Same("select min(opened) from tasks");

impl Store {
    /// A person's open tasks behind `after`, by due time (those without one last), of all flows or one. Copies to read are
    /// not among them: nothing waits for those.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn inbox(
        &self,
        person: &str,
        flow: Option<&str>,
        after: Option<&TaskRow>,
        limit: u32,
    ) -> Result<Vec<ListedTask>, StoreError> {
        self.listed(&INBOX, person, flow, after, limit).await
    }

    /// Copies a person has not read yet, in the order of their instances.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn copies(
        &self,
        person: &str,
        flow: Option<&str>,
        after: Option<&TaskRow>,
        limit: u32,
    ) -> Result<Vec<ListedTask>, StoreError> {
        self.listed(&COPIES, person, flow, after, limit).await
    }

    async fn listed(
        &self,
        sql: &Sql,
        person: &str,
        flow: Option<&str>,
        after: Option<&TaskRow>,
        limit: u32,
    ) -> Result<Vec<ListedTask>, StoreError> {
        let (due, instance, no) = after.map_or((i64::MIN, "", 0), |task| {
            (due_to_column(task.due), task.instance.as_str(), task.no)
        });
        let args = args![person, due, instance, no, flow.unwrap_or_default(), limit];
        self.list(sql, args, listed).await
    }

    /// Tasks a person ended, the last one first, before the one given.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn done_by(
        &self,
        person: &str,
        before: Option<&ClosedTask>,
        limit: u32,
    ) -> Result<Vec<ClosedTask>, StoreError> {
        let (at, instance, no) = before.map_or((Moment(i64::MAX), "", 0), |closed| {
            (closed.at, closed.task.instance.as_str(), closed.task.no)
        });
        let args = args![person, at, instance, no, limit];
        self.list(&DONE_BY, args, closed).await
    }

    /// Open tasks of an instance, by number.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn open_tasks(&self, instance: &str) -> Result<Vec<TaskRow>, StoreError> {
        self.list(&OPEN_OF, args![instance], task_from_row).await
    }

    /// Ended tasks of an instance, by number.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn closed_tasks(&self, instance: &str) -> Result<Vec<ClosedTask>, StoreError> {
        self.list(&CLOSED_OF, args![instance], closed).await
    }

    /// When the oldest open task was opened. Reads all open tasks: for metrics, not for pages.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn oldest_open_task(&self) -> Result<Option<Moment>, StoreError> {
        let oldest = self.one(&OLDEST, vec![], |mut row| row.opt_int()).await?;
        Ok(oldest.flatten().map(Moment))
    }
}

/// A due time as it is stored.
pub(crate) fn due_to_column(due: Option<Moment>) -> i64 {
    due.map_or(NO_DUE, |due| due.0)
}

fn due_from_column(due: i64) -> Option<Moment> {
    (due != NO_DUE).then_some(Moment(due))
}

/// From the columns instance, no, state, kind, round, assignee, opened, due.
pub(crate) fn task_from_row(mut row: Row) -> Result<TaskRow, StoreError> {
    task_columns(&mut row)
}

fn task_columns(row: &mut Row) -> Result<TaskRow, StoreError> {
    Ok(TaskRow {
        instance: row.text()?,
        no: row.count()?,
        state: row.text()?,
        kind: row.text()?,
        round: row.count()?,
        assignee: row.text()?,
        opened: row.moment()?,
        due: due_from_column(row.int()?),
        candidates: vec![],
    })
}

fn listed(mut row: Row) -> Result<ListedTask, StoreError> {
    Ok(ListedTask {
        task: task_columns(&mut row)?,
        flow: row.text()?,
        title: row.text()?,
        applicant: row.text()?,
    })
}

fn closed(mut row: Row) -> Result<ClosedTask, StoreError> {
    Ok(ClosedTask {
        task: task_columns(&mut row)?,
        end: row.text()?,
        at: row.moment()?,
        by: row.opt_text()?,
        flow: row.text()?,
        title: row.text()?,
        applicant: row.text()?,
    })
}
