//! The administrators' verbs: what overrules a flow. Only for its owner or an administrator, only with a reason, and each
//! leaves an `overridden` event ahead of what it did.

mod jump;
mod reassign;
mod retry_one;
mod skip;
mod suspend;
mod terminate;

pub(crate) use suspend::postpone;

use crate::command::Override;
use crate::definition::StateIx;
use crate::event::Change;
use crate::people::PersonId;
use crate::refusal::{Refusal, RefusalKind};
use crate::turn::Run;
use crate::verb::shared::{not_over, words};

/// May this person overrule the flow? Its owner and administrators, while they are here.
pub(crate) fn right(run: &Run<'_>) -> Result<PersonId, Refusal> {
    let person = run.person()?;
    let organisation = run.cx.organisation;
    let owner = organisation.owners(run.def, &run.case).contains(&person);
    if (owner || organisation.administers(&person)) && organisation.may_act(&person) {
        return Ok(person);
    }
    let zh = "只有流程负责人和管理员可以这样处理，请联系他们。";
    let en = "Only the flow's owner and administrators may do this; ask one of them.";
    Err(Refusal::new(
        RefusalKind::NotYours,
        "not_administrator",
        zh,
        en,
    ))
}

pub(crate) fn perform(run: &mut Run<'_>, act: &Override, reason: &str) -> Result<(), Refusal> {
    right(run)?;
    not_over(run)?;
    let reason = words(Some(reason), true)
        .map_err(|refusal| refusal.about("reason"))?
        .unwrap_or_default();
    run.comment = Some(reason.clone());
    match act {
        Override::Terminate => terminate::perform(run, &reason),
        Override::Suspend => suspend::suspend(run, &reason),
        Override::Resume => suspend::resume(run, &reason),
        Override::Jump { to } => jump::perform(run, to, &reason),
        Override::Reassign { task, to } => reassign::perform(run, *task, to, &reason),
        Override::Skip { state } => skip::perform(run, state, &reason),
        Override::Retry { state } => retry_one::perform(run, state, &reason),
    }
}

/// Writes down that the flow is overruled; every verb does this before its own events.
fn overridden(run: &mut Run<'_>, act: Override, reason: &str) {
    run.emit(Change::Overridden {
        act,
        r#override: true,
        reason: reason.to_owned(),
    });
}

/// What overrules this instance now: each verb that would be accepted, with the states or tasks it may name.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Overrides {
    /// Not suspended yet.
    pub suspend: bool,
    /// Suspended.
    pub resume: bool,
    /// Not over.
    pub terminate: bool,
    /// States it may jump to.
    pub jump: Vec<String>,
    /// States that may be skipped.
    pub skip: Vec<String>,
    /// Held states that may be tried again one by one.
    pub retry: Vec<String>,
    /// Tasks that somebody else may be given.
    pub reassign: Vec<u32>,
}

/// What of all this would be accepted; the same checks decide.
///
/// # Errors
/// Why this person may not overrule at all.
pub(super) fn offered(run: &Run<'_>) -> Result<Overrides, Refusal> {
    right(run)?;
    not_over(run)?;
    let ids = |states: Vec<StateIx>| {
        let states = states.into_iter();
        states.map(|ix| run.def.states[ix].id.clone()).collect()
    };
    let tasks = run.case.instance.tasks.iter().map(|task| task.no);
    let active = run.case.instance.active.iter();
    let held = run.case.instance.holds.iter();
    Ok(Overrides {
        terminate: true,
        suspend: suspend::check(run, false).is_ok(),
        resume: suspend::check(run, true).is_ok(),
        jump: ids(jump::targets(run).unwrap_or_default()),
        skip: active
            .map(|active| active.state.clone())
            .filter(|state| skip::check(run, state).is_ok())
            .collect(),
        retry: held
            .map(|held| held.state.clone())
            .filter(|state| retry_one::check(run, state).is_ok())
            .collect(),
        reassign: tasks
            .filter(|task| reassign::check(run, *task).is_ok())
            .collect(),
    })
}
