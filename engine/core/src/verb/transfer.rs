//! Transfer 转办: somebody else takes the task over; whose vote it is does not change.

use crate::event::Change;
use crate::instance::{Task, TaskEnd, TaskKind};
use crate::refusal::Refusal;
use crate::text::Text;
use crate::turn::Run;
use crate::verb::decide::forget_helpers;
use crate::verb::receiver::voter;
use crate::verb::shared::{own_task, still_entitled, words};

/// May this person hand this task on?
pub(crate) fn check(run: &Run<'_>, no: u32) -> Result<Task, Refusal> {
    let (task, _) = own_task(run, no, &[TaskKind::Approve, TaskKind::Work])?;
    let (_, state) = run.entry(task.entry)?;
    still_entitled(run, &task, state)?;
    Ok(task)
}

pub(crate) fn perform(
    run: &mut Run<'_>,
    no: u32,
    to: &str,
    comment: Option<&str>,
) -> Result<(), Refusal> {
    let task = check(run, no)?;
    let comment = words(comment, false)?;
    voter(run, &task, to)?;
    let (_, state) = run.entry(task.entry)?;
    let from = run.person()?;
    let (mine, theirs) = (
        run.cx.organisation.name(&from),
        run.cx.organisation.name(to),
    );
    let because = Text::new(
        format!("已转给{theirs}"),
        format!("Transferred to {theirs}"),
    );
    run.emit(Change::Transferred {
        task: no,
        from,
        to: to.to_owned(),
        comment,
    });
    run.emit(Change::TaskClosed {
        task: no,
        end: TaskEnd::Transferred,
        because,
    });
    forget_helpers(run, no);
    run.handed_on(task.entry);
    let mut why = task.why.clone();
    why.push(Text::new(
        format!("由{mine}转办。"),
        format!("Transferred by {mine}."),
    ));
    run.open_task(state, task.entry, task.kind, to.to_owned(), task.voter, why);
    Ok(())
}
