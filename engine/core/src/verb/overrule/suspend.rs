//! Suspend 挂起 and resume 恢复: nobody decides, clocks stand still; then it goes on where it stood, with the rest of each.

use super::overridden;
use crate::command::{Action, Actor, Override};
use crate::event::Change;
use crate::refusal::{Refusal, RefusalKind};
use crate::turn::{Run, SUSPENDED};
use crate::verb::shared::running;

/// May it be suspended (`lift`: go on) now?
pub(super) fn check(run: &Run<'_>, lift: bool) -> Result<(), Refusal> {
    if !lift {
        return running(run);
    }
    if run.case.instance.suspended.is_some() {
        return Ok(());
    }
    let zh = "该流程实例没有挂起，不需要恢复。";
    let en = "This instance is not suspended; there is nothing to resume.";
    Err(Refusal::new(RefusalKind::TooLate, "not_suspended", zh, en))
}

pub(super) fn suspend(run: &mut Run<'_>, reason: &str) -> Result<(), Refusal> {
    check(run, false)?;
    overridden(run, Override::Suspend, reason);
    for entry in entries(run) {
        run.stop_clock(entry, SUSPENDED);
    }
    run.emit(Change::Suspended {
        reason: reason.to_owned(),
    });
    Ok(())
}

pub(super) fn resume(run: &mut Run<'_>, reason: &str) -> Result<(), Refusal> {
    check(run, true)?;
    let suspended = run.case.instance.suspended.clone();
    let postponed = suspended.map(|was| was.postponed).unwrap_or_default();
    overridden(run, Override::Resume, reason);
    run.emit(Change::Unsuspended {});
    for entry in entries(run) {
        run.start_clock(entry, SUSPENDED);
    }
    // What came meanwhile is the system's doing, not that of whoever resumes. What nobody waits for any more stays undone.
    let who = std::mem::replace(&mut run.actor, Actor::System);
    for action in postponed {
        run.attempt(|run| crate::verb::again(run, &action));
    }
    run.actor = who;
    Ok(())
}

fn entries(run: &Run<'_>) -> Vec<u32> {
    let active = run.case.instance.active.iter();
    active.map(|active| active.entry).collect()
}

/// While suspended, what comes from outside is kept and done later; true when it was kept.
///
/// # Errors
/// `already_known` when the same thing is kept already.
pub(crate) fn postpone(run: &mut Run<'_>, action: Action) -> Result<bool, Refusal> {
    let Some(suspended) = &run.case.instance.suspended else {
        return Ok(false);
    };
    if suspended.postponed.contains(&action) {
        let zh = "流程已挂起，该消息已收到，恢复后处理。";
        let en =
            "The instance is suspended; this was received already and is done when it goes on.";
        return Err(Refusal::new(RefusalKind::TooLate, "already_known", zh, en));
    }
    run.emit(Change::Postponed {
        action: Box::new(action),
    });
    Ok(true)
}
