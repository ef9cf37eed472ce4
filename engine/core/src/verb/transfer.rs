//! Transfer 转办: somebody else takes the task over; whose vote it is does not change.

use crate::definition::OwnRequest;
use crate::event::Change;
use crate::instance::{Task, TaskEnd, TaskKind};
use crate::refusal::{Refusal, RefusalKind};
use crate::text::Text;
use crate::turn::Run;
use crate::verb::shared::{own_task, same_person, still_entitled, words};

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
    receiver(run, &task, to)?;
    let (_, state) = run.entry(task.entry)?;
    let from = task.assignee.clone();
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
    run.handed_on(task.entry);
    let mut why = task.why.clone();
    why.push(Text::new(
        format!("由{mine}转办。"),
        format!("Transferred by {mine}."),
    ));
    run.open_task(state, task.entry, task.kind, to.to_owned(), task.voter, why);
    Ok(())
}

/// May the receiver hold this task?
pub(crate) fn receiver(run: &Run<'_>, task: &Task, to: &str) -> Result<(), Refusal> {
    let name = run.cx.organisation.name(to);
    let (_, state) = run.entry(task.entry)?;
    let refused = |code, zh: String, en: String| {
        Err(Refusal::new(RefusalKind::Input, code, zh, en).with("to", to))
    };
    if !run.cx.organisation.may_act(to) {
        return refused(
            "unknown_person",
            format!("{name}不在职或不存在，请另选。"),
            format!("{name} is not here; choose somebody else."),
        );
    }
    if to == task.assignee {
        return refused(
            "same_assignee",
            "任务已经在您这里。".to_owned(),
            "The task is yours already.".to_owned(),
        );
    }
    let own = state
        .policies
        .own_request
        .unwrap_or(run.def.policies.own_request);
    if to == run.case.instance.applicant && own != OwnRequest::Ask {
        let zh = format!("{name}是发起人，不能审批自己的申请；请另选。");
        let en = format!(
            "{name} is the applicant and may not decide on their own request; choose somebody else."
        );
        return refused("own_request", zh, en);
    }
    if run.signed_elsewhere(state, to) {
        return Err(same_person());
    }
    let asked = run.case.instance.at(task.entry).is_some_and(|at| {
        at.voters.iter().any(|voter| {
            voter.person == to && (voter.verdict.is_some() || voter.person != task.voter)
        })
    });
    let holds = run
        .case
        .instance
        .tasks
        .iter()
        .any(|open| open.entry == task.entry && open.assignee == to);
    if asked || holds {
        return refused(
            "already_asked",
            format!("{name}已在本节点中，请另选。"),
            format!("{name} is asked in this state already; choose somebody else."),
        );
    }
    Ok(())
}
