//! Approve 同意 and reject 拒绝.

use crate::command::{DecideWith, Verdict};
use crate::definition::{CustomOutcome, State, StateKind};
use crate::event::Change;
use crate::instance::{Task, TaskKind};
use crate::refusal::{Refusal, RefusalKind};
use crate::text::Text;
use crate::turn::Run;
use crate::value::Values;
use crate::verb::shared::{own_task, same_person, still_entitled, task_end, words};
use crate::verb::{opinion, proofs};

/// May this person decide this task at all?
pub(crate) fn check<'a>(run: &Run<'a>, no: u32) -> Result<(Task, &'a State), Refusal> {
    let (task, person) = own_task(run, no, &[TaskKind::Approve])?;
    let (_, state) = run.entry(task.entry)?;
    if run.signed_elsewhere(state, &person) {
        return Err(same_person());
    }
    still_entitled(run, &task, state)?;
    run.ready(&task)?;
    Ok((task, state))
}

pub(crate) fn perform(
    run: &mut Run<'_>,
    no: u32,
    verdict: Verdict,
    comment: Option<&str>,
    set: &Values,
    with: &DecideWith,
) -> Result<(), Refusal> {
    let (task, state) = check(run, no)?;
    proofs::in_bulk(run, state, with)?;
    let outcome = picked(state, with)?;
    let verdict = outcome.map_or(verdict, |outcome| outcome.counts);
    let needed =
        verdict == Verdict::Reject || outcome.is_some_and(|outcome| outcome.reason_required);
    let comment = words(comment, needed)?;
    run.comment.clone_from(&comment);
    let changed = run.write_decision(state, verdict, set)?;
    // A rejection needs none; one that comes with it is checked all the same, or anybody's name would stand in the trail.
    if verdict == Verdict::Approve || with.signature.is_some() {
        proofs::signature(run, state, with)?;
    }
    proofs::step_up(run, state, with)?;
    let signed = run.facts_hash();
    let facts = run.signed_facts(state);
    let (entry, id) = (task.entry, state.id.clone());
    run.emit(Change::TaskClosed {
        task: no,
        end: task_end(verdict),
        because: Text::default(),
    });
    run.emit(Change::Decided {
        task: no,
        entry,
        state: id,
        voter: task.voter.clone(),
        verdict,
        comment,
        signed,
        facts,
        outcome: with.outcome.clone(),
        signature: with.signature.clone(),
        stepped_up: with.stepped_up,
    });
    forget_helpers(run, no);
    if run.data_changed(entry, &changed)? {
        return Ok(());
    }
    let way = outcome.and_then(|outcome| outcome.to);
    run.settle_with(entry, way.map(|way| (verdict, way)))
}

/// The custom outcome that was picked, if any.
fn picked<'a>(state: &'a State, with: &DecideWith) -> Result<Option<&'a CustomOutcome>, Refusal> {
    let Some(id) = &with.outcome else {
        return Ok(None);
    };
    let known = outcomes(state);
    if let Some(outcome) = known.iter().find(|outcome| outcome.id == *id) {
        return Ok(Some(outcome));
    }
    let zh = format!("该节点没有结论“{id}”，请选择页面上提供的结论。");
    let en = format!("This state has no outcome “{id}”; pick one that its page offers.");
    Err(Refusal::new(RefusalKind::Input, "unknown_outcome", zh, en).with("outcome", id))
}

/// The answers a state offers besides approve and reject.
pub(crate) fn outcomes(state: &State) -> &[CustomOutcome] {
    match &state.kind {
        StateKind::Approve(approve) => &approve.outcomes,
        _ => &[],
    }
}

/// Opinions and answers asked for this task are not needed any more.
pub(crate) fn forget_helpers(run: &mut Run<'_>, no: u32) {
    let open: Vec<u32> = run
        .case
        .instance
        .tasks
        .iter()
        .filter(|open| open.host == Some(no))
        .map(|open| open.no)
        .collect();
    for helper in open {
        opinion::call_off(run, helper);
    }
}
