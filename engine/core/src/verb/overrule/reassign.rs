//! Reassign 改派: somebody else holds an open task, also when its assignee has left. Whose vote it is does not change.

use super::overridden;
use crate::command::Override;
use crate::event::Change;
use crate::instance::{Task, TaskEnd, TaskKind};
use crate::refusal::{Refusal, RefusalKind};
use crate::text::Text;
use crate::turn::Run;
use crate::verb::shared::{closed, not_over};
use crate::verb::transfer::receiver;

/// May this task be given to somebody else?
pub(super) fn check(run: &Run<'_>, no: u32) -> Result<Task, Refusal> {
    not_over(run)?;
    let Some(task) = run.case.instance.task(no).cloned() else {
        return Err(closed(run, no));
    };
    if task.kind == TaskKind::Draft {
        let zh = "草稿只能由发起人修改和提交，不能改派；需要时请作废。";
        let en = "A draft is its applicant's and cannot be reassigned; terminate it if need be.";
        return Err(Refusal::new(RefusalKind::Input, "wrong_kind", zh, en));
    }
    Ok(task)
}

pub(super) fn perform(run: &mut Run<'_>, no: u32, to: &str, reason: &str) -> Result<(), Refusal> {
    let task = check(run, no)?;
    receiver(run, &task, to)?;
    let (_, state) = run.entry(task.entry)?;
    let by = run.cx.organisation.name(&run.person()?);
    let name = run.cx.organisation.name(to);
    let act = Override::Reassign {
        task: no,
        to: to.to_owned(),
    };
    overridden(run, act, reason);
    run.emit(Change::Transferred {
        task: no,
        from: task.assignee.clone(),
        to: to.to_owned(),
        comment: run.comment.clone(),
    });
    run.emit(Change::TaskClosed {
        task: no,
        end: TaskEnd::Transferred,
        because: Text::new(format!("已改派给{name}"), format!("Reassigned to {name}")),
    });
    run.handed_on(task.entry);
    let mut why = task.why.clone();
    why.push(Text::new(
        format!("由{by}改派：{reason}"),
        format!("Reassigned by {by}: {reason}"),
    ));
    run.open_task(state, task.entry, task.kind, to.to_owned(), task.voter, why);
    Ok(())
}
