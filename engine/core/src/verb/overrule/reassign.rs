//! Reassign 改派: somebody else holds an open task, also when its assignee has left. Whose vote it is does not change.

use super::overridden;
use crate::command::Override;
use crate::event::Change;
use crate::instance::{Task, TaskEnd, TaskKind};
use crate::refusal::{Refusal, RefusalKind};
use crate::text::Text;
use crate::turn::Run;
use crate::verb::decide::forget_helpers;
use crate::verb::receiver::voter;
use crate::verb::shared::{closed, not_over};

/// May this task be given to somebody else?
pub(super) fn check(run: &Run<'_>, no: u32) -> Result<Task, Refusal> {
    not_over(run)?;
    let Some(task) = run.case.instance.task(no).cloned() else {
        return Err(closed(run, no));
    };
    let (code, zh, en) = match task.kind {
        TaskKind::Approve | TaskKind::Work => return Ok(task),
        TaskKind::Draft => (
            "wrong_kind",
            "草稿只能由发起人修改和提交，不能改派；需要时请作废。",
            "A draft is its applicant's and cannot be reassigned; terminate it if need be.",
        ),
        TaskKind::Advise | TaskKind::Answer | TaskKind::Read => (
            "wrong_kind",
            "这是向某个人要的意见或答复，不能改派；请要意见的人另问他人。",
            "It was asked of that person alone and cannot be reassigned; whoever asked can ask somebody else.",
        ),
    };
    Err(Refusal::new(RefusalKind::Input, code, zh, en))
}

pub(super) fn perform(run: &mut Run<'_>, no: u32, to: &str, reason: &str) -> Result<(), Refusal> {
    let task = check(run, no)?;
    if !task.candidates.is_empty() {
        return out_of_the_pool(run, &task, to, reason);
    }
    voter(run, &task, to)?;
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
    // A question to the applicant ends with it, so that the clock runs before it begins anew.
    forget_helpers(run, no);
    run.handed_on(task.entry);
    let mut why = task.why.clone();
    why.push(Text::new(
        format!("由{by}改派：{reason}"),
        format!("Reassigned by {by}: {reason}"),
    ));
    run.open_task(state, task.entry, task.kind, to.to_owned(), task.voter, why);
    Ok(())
}

/// Nobody has claimed it: one of the candidates holds it from now on, as if they had. Somebody else has no vote in this state;
/// they can be given the task once it is claimed.
fn out_of_the_pool(run: &mut Run<'_>, task: &Task, to: &str, reason: &str) -> Result<(), Refusal> {
    if !task.candidates.iter().any(|known| known == to) || !run.cx.organisation.may_act(to) {
        let zh = "这个任务还没有人认领，只能改派给候选人之一。";
        let en = "Nobody has claimed this task yet; it can be given to one of its candidates.";
        let refusal = Refusal::new(RefusalKind::Input, "not_a_candidate", zh, en);
        return Err(refusal.with("to", to));
    }
    let (_, state) = run.entry(task.entry)?;
    let by = run.cx.organisation.name(&run.person()?);
    let name = run.cx.organisation.name(to);
    let act = Override::Reassign {
        task: task.no,
        to: to.to_owned(),
    };
    overridden(run, act, reason);
    run.emit(Change::TaskClosed {
        task: task.no,
        end: TaskEnd::Transferred,
        because: Text::new(format!("已改派给{name}"), format!("Reassigned to {name}")),
    });
    let mut why = task.why.clone();
    why.push(Text::new(
        format!("由{by}改派：{reason}"),
        format!("Reassigned by {by}: {reason}"),
    ));
    let to = to.to_owned();
    run.open_task(state, task.entry, task.kind, to.clone(), to, why);
    Ok(())
}
