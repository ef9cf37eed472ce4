//! Something happened outside that a state waits for; a subflow ended.

use crate::command::Action;
use crate::definition::{Outcome, StateKind};
use crate::event::Change;
use crate::module::event_name;
use crate::refusal::{Refusal, RefusalKind};
use crate::turn::Run;
use crate::value::Value;
use crate::verb::overrule::postpone;
use crate::verb::shared::not_over;

pub(crate) fn perform(run: &mut Run<'_>, event: &str, payload: &Value) -> Result<(), Refusal> {
    not_over(run)?;
    let waiting = run.case.instance.active.iter().find(|active| {
        let state = run
            .def
            .state_ix(&active.state)
            .map(|ix| &run.def.states[ix].kind);
        matches!(state, Some(StateKind::WaitFor { event: known, .. }) if known == event)
    });
    let Some((entry, parent)) = waiting.map(|active| (active.entry, active.parent)) else {
        let name = event_name(run.cx.modules, event);
        let zh = format!("该流程实例没有在等待“{}”。", name.zh);
        let en = format!("This instance does not wait for “{}”.", name.en);
        return Err(Refusal::new(RefusalKind::TooLate, "not_waiting", zh, en).with("event", event));
    };
    let kept = Action::Happen {
        event: event.to_owned(),
        payload: payload.clone(),
    };
    if postpone(run, kept)? {
        return Ok(());
    }
    let (_, state) = run.entry(entry)?;
    let (ix, next) = (run.state_ix(&state.id)?, state.next);
    run.emit(Change::Happened {
        name: event.to_owned(),
        payload: payload.clone(),
    });
    run.leave(ix, entry, parent, next)
}

/// A subflow this instance waits for has ended.
pub(crate) fn child_ended(
    run: &mut Run<'_>,
    child: &str,
    outcome: &Outcome,
) -> Result<(), Refusal> {
    crate::verb::wake::system(run)?;
    if run.case.instance.revocation.asked.as_deref() == Some(child) {
        return super::revoke::ended(run, child, outcome);
    }
    not_over(run)?;
    let known = run.case.instance.children.iter();
    // Told twice, or told after the state was left: the first time counts.
    let waiting = known
        .filter(|one| one.id == child && !one.beside && one.outcome.is_none())
        .map(|one| one.entry)
        .next();
    let Some(entry) = waiting else {
        let zh = "该子流程的结果已不再需要。";
        let en = "Nobody waits for this subflow any more.";
        return Err(Refusal::new(RefusalKind::TooLate, "child_gone", zh, en).with("child", child));
    };
    let kept = Action::ChildEnded {
        child: child.to_owned(),
        outcome: outcome.clone(),
    };
    if postpone(run, kept)? {
        return Ok(());
    }
    run.emit(Change::SubflowEnded {
        child: child.to_owned(),
        outcome: outcome.clone(),
    });
    run.count_children(entry, outcome)
}

/// The instance that asked for this one does not want it any more: it is withdrawn.
pub(crate) fn stop(run: &mut Run<'_>, parent: &str) -> Result<(), Refusal> {
    crate::verb::wake::system(run)?;
    not_over(run)?;
    run.comment = Some(format!(
        "上级流程已不再需要它 / not wanted any more by {parent}"
    ));
    run.over(None, Outcome::Withdrawn)
}
