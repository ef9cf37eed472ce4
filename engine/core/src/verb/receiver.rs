//! Who may be brought into a state by somebody in it: a transfer, an added signer, a delegate. The same bans hold as for
//! those the state's rule finds.

use crate::definition::{OwnRequest, State};
use crate::instance::Task;
use crate::refusal::{Refusal, RefusalKind};
use crate::turn::Run;
use crate::verb::shared::same_person;

/// May this person vote in the task's state, in the place of its holder or beside them?
pub(crate) fn voter(run: &Run<'_>, task: &Task, to: &str) -> Result<(), Refusal> {
    let (_, state) = run.entry(task.entry)?;
    adviser(run, task, state, to)?;
    if run.signed_elsewhere(state, to) {
        return Err(same_person());
    }
    let name = run.cx.organisation.name(to);
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
        return already_asked(&name, to);
    }
    Ok(())
}

/// May this person have a vote of their own beside the task's? Not whoever has one already, even if they passed it on.
pub(crate) fn another_voter(run: &Run<'_>, task: &Task, to: &str) -> Result<(), Refusal> {
    voter(run, task, to)?;
    let votes = run
        .entry(task.entry)?
        .0
        .voters
        .iter()
        .any(|voter| voter.person == to);
    if votes {
        return already_asked(&run.cx.organisation.name(to), to);
    }
    Ok(())
}

fn already_asked(name: &str, to: &str) -> Result<(), Refusal> {
    refused(
        "already_asked",
        to,
        format!("{name}已在本节点中，请另选。"),
        format!("{name} is asked in this state already; choose somebody else."),
    )
}

/// May this person be asked for an opinion on the task?
pub(crate) fn adviser(run: &Run<'_>, task: &Task, state: &State, to: &str) -> Result<(), Refusal> {
    here(run, to)?;
    if to == task.assignee {
        let (zh, en) = if run.actor.person() == Some(to) {
            (
                "任务已经在您手上；请直接处理，或另选一个人。".to_owned(),
                "The task is yours already; act on it, or choose somebody else.".to_owned(),
            )
        } else {
            let name = run.cx.organisation.name(to);
            (
                format!("任务已经在{name}手上，请另选一个人。"),
                format!("{name} has the task already; choose somebody else."),
            )
        };
        return refused("same_assignee", to, zh, en);
    }
    // Handed on, work counts as well: nobody passes an applicant their own case.
    if to == run.case.instance.applicant && run.own_request(state) != OwnRequest::Ask {
        let name = run.cx.organisation.name(to);
        let zh = format!("{name}是发起人，不能审批自己的申请；请另选。");
        let en = format!(
            "{name} is the applicant and may not decide on their own request; choose somebody else."
        );
        return refused("own_request", to, zh, en);
    }
    Ok(())
}

/// Is this person still here?
pub(crate) fn here(run: &Run<'_>, to: &str) -> Result<(), Refusal> {
    if run.cx.organisation.may_act(to) {
        return Ok(());
    }
    if to.is_empty() {
        let (zh, en) = ("请选择一个人。", "Choose a person.");
        let refusal = Refusal::new(RefusalKind::Input, "person_required", zh, en);
        return Err(refusal.about("to"));
    }
    let name = run.cx.organisation.name(to);
    refused(
        "unknown_person",
        to,
        format!("{name}不在职或不存在，请另选。"),
        format!("{name} is not here; choose somebody else."),
    )
}

fn refused(code: &str, to: &str, zh: String, en: String) -> Result<(), Refusal> {
    Err(Refusal::new(RefusalKind::Input, code, zh, en).with("to", to))
}
