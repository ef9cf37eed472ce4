//! A leaver's open tasks go to a successor: one reassign for each task, one action, a result a row.

use assent_core::command::{Override, Via};
use assent_core::refusal::{Refusal, RefusalKind};
use assent_core::text::Text;
use assent_store::ListedTask;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::error::AppError;
use super::overrule::overruling;
use super::state::App;

/// Open tasks read in one step.
const PAGE: u32 = 200;
/// Most tasks of one hand-over: more are another one.
const ROWS_MAX: usize = 2_000;

/// What became, or would become, of a leaver's tasks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct HandOver {
    /// A row for each open task.
    pub rows: Vec<HandOverRow>,
    /// Rows that go, or went, to the successor.
    pub handed: usize,
    /// Confirms what was shown.
    pub token: String,
}

/// One task of a hand-over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HandOverRow {
    /// The instance.
    pub instance: String,
    /// Number of the task.
    pub task: u32,
    /// The instance's title.
    pub title: String,
    /// The state's name.
    pub state: Text,
    /// Why it cannot go to the successor; none when it can.
    pub refused: Option<Refusal>,
}

impl App {
    /// What handing over would do, task by task; nothing is changed.
    ///
    /// # Errors
    /// `Refused` when nobody of that name is known, or the two are the same.
    pub async fn hand_over_preview(
        &self,
        by: &str,
        via: Via,
        leaver: &str,
        to: &str,
        reason: &str,
    ) -> Result<HandOver, AppError> {
        self.administrators_only(by)?;
        self.two_people(leaver, to)?;
        let mut done = HandOver::default();
        let mut hash = Sha256::new().chain_update(format!("{leaver}\n{to}\n"));
        for row in self.open_tasks_of(leaver).await? {
            let (instance, task) = (row.task.instance.clone(), row.task.no);
            hash.update(format!("{instance}:{task}\n"));
            let act = reassign(task, to);
            let command = overruling(by, via, act, reason);
            let refused = refusal_of(self.preview(&instance, &command).await)?;
            done.handed += usize::from(refused.is_none());
            done.rows.push(self.hand_over_row(&row, refused).await?);
        }
        let digest = hash.finalize();
        done.token = assent_core::audit::hex(&digest);
        Ok(done)
    }

    /// Hands over what was shown. A row that cannot go stays where it is and says why; the others go on.
    ///
    /// # Errors
    /// As [`App::hand_over_preview`]; `changed` when other tasks are open by now; `reason_required`.
    pub async fn hand_over(
        &self,
        by: &str,
        via: Via,
        leaver: &str,
        to: &str,
        reason: &str,
        token: &str,
    ) -> Result<HandOver, AppError> {
        let shown = self.hand_over_preview(by, via, leaver, to, reason).await?;
        if shown.token != token {
            let zh = format!(
                "预览之后任务已变化，现在有 {} 个；请重新预览后再确认。",
                shown.rows.len()
            );
            let en = format!(
                "The tasks changed since the preview; there are {} now. Look at the preview again.",
                shown.rows.len()
            );
            let refusal = Refusal::new(RefusalKind::Changed, "changed", zh, en);
            return Err(refusal.with("tasks", shown.rows.len().to_string()).into());
        }
        let mut done = HandOver {
            token: shown.token,
            ..HandOver::default()
        };
        for mut row in shown.rows {
            let command = overruling(by, via, reassign(row.task, to), reason);
            row.refused = refusal_of(self.command(&row.instance, command).await)?;
            done.handed += usize::from(row.refused.is_none());
            done.rows.push(row);
        }
        Ok(done)
    }

    pub(super) async fn open_tasks_of(&self, person: &str) -> Result<Vec<ListedTask>, AppError> {
        let mut found: Vec<ListedTask> = vec![];
        loop {
            let after = found.last().map(|row| &row.task);
            let rows = self.store().inbox(person, None, after, PAGE).await?;
            let is_last = rows.len() < PAGE as usize;
            found.extend(rows);
            if is_last || found.len() >= ROWS_MAX {
                found.truncate(ROWS_MAX);
                return Ok(found);
            }
        }
    }

    async fn hand_over_row(
        &self,
        row: &ListedTask,
        refused: Option<Refusal>,
    ) -> Result<HandOverRow, AppError> {
        let head = self.head_of(&row.task.instance).await?;
        let state = match &head {
            Some(head) => {
                let def = self.definition_of(&head.flow, &head.version).await?;
                let ix = def.state_ix(&row.task.state);
                ix.map(|ix| def.states[ix].name.clone())
            }
            None => None,
        };
        Ok(HandOverRow {
            instance: row.task.instance.clone(),
            task: row.task.no,
            title: head.map(|head| head.title).unwrap_or_default(),
            state: state.unwrap_or_else(|| Text::same(&row.task.state)),
            refused,
        })
    }

    fn two_people(&self, leaver: &str, to: &str) -> Result<(), AppError> {
        let directory = self.directory();
        let refused = |code, zh: String, en: String| {
            Err(Refusal::new(RefusalKind::Input, code, zh, en).into())
        };
        for id in [leaver, to] {
            if !directory.people.contains_key(id) {
                let zh = format!("没有“{id}”这个人，请重新选择。");
                return refused(
                    "unknown_person",
                    zh,
                    format!("There is nobody called “{id}”."),
                );
            }
        }
        if leaver == to {
            let zh = "交接人和接手人是同一个人，请另选接手人。".to_owned();
            let en = "The successor is the same person; choose somebody else.".to_owned();
            return refused("same_assignee", zh, en);
        }
        Ok(())
    }
}

fn reassign(task: u32, to: &str) -> Override {
    Override::Reassign {
        task,
        to: to.to_owned(),
    }
}

/// A refusal is a row's result; anything else stops the whole.
fn refusal_of<T>(done: Result<T, AppError>) -> Result<Option<Refusal>, AppError> {
    match done {
        Ok(_) => Ok(None),
        // A reason that is missing is missing for every row.
        Err(AppError::Refused(refusal)) if refusal.code == "reason_required" => {
            Err(AppError::Refused(refusal))
        }
        Err(AppError::Refused(refusal)) => Ok(Some(*refusal)),
        Err(fault) => Err(fault),
    }
}
