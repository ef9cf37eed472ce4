//! Opinions: delegate-and-come-back 委派, an adviser's opinion, and giving it.
//!
//! Whoever is delegated to prepares; the vote and the task stay with the holder, who waits. A delegate may delegate further:
//! the opinions come back up the same way.

use crate::event::Change;
use crate::instance::{Task, TaskEnd, TaskKind};
use crate::refusal::{Refusal, RefusalKind};
use crate::text::Text;
use crate::turn::{NewTask, Run};
use crate::verb::add_signer::cancelled;
use crate::verb::decide::forget_helpers;
use crate::verb::receiver;
use crate::verb::shared::{may_involve_others, own_task, said, words};

/// Delegates: the holder waits for the opinion.
pub(crate) fn delegate(
    run: &mut Run<'_>,
    no: u32,
    to: &str,
    comment: Option<&str>,
) -> Result<(), Refusal> {
    let task = may_involve_others(run, no)?;
    let comment = words(comment, false)?;
    ask(run, &task, to, true, true, comment)
}

/// Asks for an opinion on a task.
pub(crate) fn ask(
    run: &mut Run<'_>,
    task: &Task,
    to: &str,
    blocks: bool,
    delegated: bool,
    comment: Option<String>,
) -> Result<(), Refusal> {
    let (_, state) = run.entry(task.entry)?;
    receiver::adviser(run, task, state, to)?;
    no_loop(run, task, to)?;
    let name = run.cx.organisation.name(&task.assignee);
    let asked = if delegated {
        Text::new(
            format!("{name}委派您处理，您给出意见后任务回到{name}。"),
            format!("{name} asked you to prepare this; it goes back with your opinion."),
        )
    } else {
        Text::new(
            format!("{name}请您给出意见。"),
            format!("{name} asks for your opinion."),
        )
    };
    run.emit(Change::OpinionAsked {
        task: task.no,
        to: to.to_owned(),
        delegated,
        comment,
    });
    let new = NewTask {
        assignee: to.to_owned(),
        voter: to.to_owned(),
        why: vec![asked],
        candidates: vec![],
        host: Some(task.no),
        blocks,
    };
    run.open_helper(state, task.entry, TaskKind::Advise, new);
    Ok(())
}

/// A→B→C may not come back to A or B.
fn no_loop(run: &Run<'_>, task: &Task, to: &str) -> Result<(), Refusal> {
    let mut at = Some(task.no);
    while let Some(holder) = at.and_then(|no| run.case.instance.task(no)) {
        if holder.assignee == to {
            let name = run.cx.organisation.name(to);
            let zh = format!("{name}就是委派的人之一，不能再委派回去；请直接给出意见。");
            let en =
                format!("{name} delegated this on; give your opinion instead of sending it back.");
            let refusal = Refusal::new(RefusalKind::Input, "delegation_loop", zh, en);
            return Err(refusal.with("to", to));
        }
        at = holder.host;
    }
    let asked = run
        .case
        .instance
        .tasks
        .iter()
        .any(|open| open.host == Some(task.no) && open.assignee == to);
    if asked {
        let name = run.cx.organisation.name(to);
        let zh = format!("已经请{name}给出意见了。");
        let en = format!("{name} has been asked already.");
        let refusal = Refusal::new(RefusalKind::Input, "already_asked", zh, en);
        return Err(refusal.with("to", to));
    }
    Ok(())
}

/// May this person give an opinion here?
pub(crate) fn check_advise(run: &Run<'_>, no: u32) -> Result<Task, Refusal> {
    own_task(run, no, &[TaskKind::Advise]).map(|(task, _)| task)
}

/// Gives it: the task goes back to its holder.
pub(crate) fn advise(run: &mut Run<'_>, no: u32, comment: &str) -> Result<(), Refusal> {
    let task = check_advise(run, no)?;
    run.ready(&task)?;
    let comment = said(comment, "text", ("请写下您的意见", "Write your opinion"))?;
    let host = task.host.unwrap_or_default();
    run.emit(Change::TaskClosed {
        task: no,
        end: TaskEnd::Advised,
        because: Text::default(),
    });
    run.emit(Change::Advised {
        task: no,
        host,
        comment,
    });
    forget_helpers(run, no);
    run.tell_host(host);
    Ok(())
}

/// Ends an opinion's task, and those asked on its behalf.
pub(crate) fn call_off(run: &mut Run<'_>, no: u32) {
    let beneath: Vec<u32> = run
        .case
        .instance
        .tasks
        .iter()
        .filter(|open| open.host == Some(no))
        .map(|open| open.no)
        .collect();
    for inner in beneath {
        call_off(run, inner);
    }
    let entry = run.case.instance.task(no).map(|task| task.entry);
    cancelled(run, no, Text::new("不再需要意见", "Not needed any more"));
    if let Some(entry) = entry {
        run.start_when_answered(entry);
    }
}
