//! Claim 认领 and give back: a pool is one task with candidates until one of them takes it.

use crate::event::Change;
use crate::instance::{Task, TaskEnd, TaskKind, Voter};
use crate::people::PersonId;
use crate::refusal::{Refusal, RefusalKind};
use crate::text::Text;
use crate::turn::Run;
use crate::verb::decide::forget_helpers;
use crate::verb::shared::{closed, holds, not_yours, running, words};

/// May this person claim this task?
pub(crate) fn check(run: &Run<'_>, no: u32) -> Result<(Task, PersonId), Refusal> {
    running(run)?;
    let person = run.person()?;
    let Some(task) = run.case.instance.task(no).cloned() else {
        return Err(closed(run, no));
    };
    if task.candidates.is_empty() {
        return Err(no_pool(run, &task, &person));
    }
    let candidate = task.candidates.contains(&person);
    if !candidate || !run.cx.organisation.may_act(&person) || !entitled(run, &task, &person) {
        let zh = "您不在这个任务的候选人之中，不能认领；可请候选人认领后转给您。";
        let en = "You are not among the candidates of this task and cannot claim it; one of them can, and \
                  transfer it to you.";
        return Err(Refusal::new(
            RefusalKind::NotYours,
            "not_a_candidate",
            zh,
            en,
        ));
    }
    Ok((task, person))
}

/// Somebody has the task: there is nothing to claim.
fn no_pool(run: &Run<'_>, task: &Task, person: &str) -> Refusal {
    if !holds(task, person) {
        return not_yours(run, task, person);
    }
    let zh = "任务已经在您手上，不用认领；请直接处理。";
    let en = "The task is yours already and needs no claiming; act on it.";
    Refusal::new(RefusalKind::Input, "claimed_already", zh, en)
}

/// Is the candidate still one the state's rule finds?
fn entitled(run: &Run<'_>, task: &Task, person: &str) -> bool {
    let Ok((active, state)) = run.entry(task.entry) else {
        return false;
    };
    let voter = active.voters.iter().find(|voter| voter.person == person);
    voter.is_some_and(|voter| !voter.by_rule || run.still_named(state, person, voter.by_policy))
}

pub(crate) fn claim(run: &mut Run<'_>, no: u32) -> Result<(), Refusal> {
    let (task, person) = check(run, no)?;
    let name = run.cx.organisation.name(&person);
    run.emit(Change::TaskClosed {
        task: no,
        end: TaskEnd::Claimed,
        because: Text::new(format!("已由{name}认领"), format!("Claimed by {name}")),
    });
    let (_, state) = run.entry(task.entry)?;
    let mut why = task.why.clone();
    why.push(Text::new("由您认领。", "You claimed it."));
    // No mail: whoever claims it is looking at it.
    let new = crate::turn::NewTask {
        assignee: person.clone(),
        voter: person,
        why,
        ..crate::turn::NewTask::default()
    };
    run.emit_task(state, task.entry, task.kind, new);
    Ok(())
}

/// May this person put this task back?
pub(crate) fn check_back(run: &Run<'_>, no: u32) -> Result<Task, Refusal> {
    let (task, _) = crate::verb::shared::own_task(run, no, &[TaskKind::Approve, TaskKind::Work])?;
    let (_, state) = run.entry(task.entry)?;
    if !state.is_pooled() {
        let zh = "这个任务不是认领来的，不能放回；可以转办。";
        let en = "This task was not claimed and cannot be put back; you can transfer it.";
        return Err(Refusal::new(RefusalKind::Input, "not_claimed", zh, en));
    }
    let voters = &run.entry(task.entry)?.0.voters;
    let added = voters.iter().any(|voter| voter.added_by.is_some());
    // Whoever was asked because it was late holds a task beside the pool's.
    let beside = run.case.instance.tasks.iter().any(|open| {
        let asks = matches!(open.kind, TaskKind::Approve | TaskKind::Work);
        open.entry == task.entry && open.no != no && asks
    });
    if added || beside {
        let zh = "您已为这个任务加签，不能放回；可以减签后放回，或转办。";
        let en = "You added signers to this task, so it cannot be put back; remove them, or transfer it.";
        return Err(Refusal::new(RefusalKind::Input, "signers_added", zh, en));
    }
    let candidate =
        |voter: &Voter| voter.verdict.is_none() && run.cx.organisation.may_act(&voter.person);
    if !voters.iter().any(candidate) {
        let zh = "没有别人可以认领，不能放回；可以转办。";
        let en =
            "Nobody is left who could claim it, so it cannot be put back; you can transfer it.";
        return Err(Refusal::new(RefusalKind::Input, "nobody_to_claim", zh, en));
    }
    Ok(task)
}

pub(crate) fn give_back(run: &mut Run<'_>, no: u32, comment: Option<&str>) -> Result<(), Refusal> {
    let task = check_back(run, no)?;
    let comment = words(comment, false)?;
    let (active, state) = run.entry(task.entry)?;
    let voters = active.voters.clone();
    let because = match comment {
        Some(text) => Text::same(text),
        None => Text::new("已放回", "Put back"),
    };
    run.emit(Change::TaskClosed {
        task: no,
        end: TaskEnd::GivenBack,
        because,
    });
    forget_helpers(run, no);
    let name = run.cx.organisation.name(&task.assignee);
    let why = vec![Text::new(
        format!("{name}放回了这个任务，等待认领。"),
        format!("{name} put this task back; it waits to be claimed."),
    )];
    let asked: Vec<(PersonId, Vec<Text>)> = voters
        .into_iter()
        .filter(|voter| voter.verdict.is_none() && run.cx.organisation.may_act(&voter.person))
        .map(|voter| (voter.person, why.clone()))
        .collect();
    run.open_pool(state, task.entry, task.kind, &asked);
    Ok(())
}
