//! Reopen: the applicant opens a rejected case again, within the days the flow allows. A new round begins in the draft.

use crate::definition::{Outcome, StateKind};
use crate::event::Change;
use crate::instance::Status;
use crate::refusal::{Refusal, RefusalKind};
use crate::turn::Run;
use crate::verb::shared::words;

const DAY_MS: i64 = 86_400_000;

/// May this person open it again?
pub(crate) fn check(run: &Run<'_>) -> Result<(), Refusal> {
    let person = run.person()?;
    let instance = &run.case.instance;
    let refused = |kind, code, zh: &str, en: &str| Err(Refusal::new(kind, code, zh, en));
    if person != instance.applicant || !run.cx.organisation.may_act(&person) {
        return refused(
            RefusalKind::NotYours,
            "not_yours",
            "只有发起人可以重新打开。",
            "Only the applicant may open it again.",
        );
    }
    if instance.status != Status::Ended(Outcome::Rejected) {
        return refused(
            RefusalKind::TooLate,
            "not_rejected",
            "只有被拒绝的流程可以重新打开；请新建一个申请。",
            "Only a rejected case can be opened again; start a new one.",
        );
    }
    let Some(days) = run.def.policies.reopen_days else {
        return refused(
            RefusalKind::NotYours,
            "no_reopening",
            "该流程不允许重新打开；请新建一个申请。",
            "This flow does not allow it; start a new one.",
        );
    };
    if instance.parent.is_some() {
        return refused(
            RefusalKind::TooLate,
            "parent_went_on",
            "这是子流程，主流程已按结果继续，不能重新打开。",
            "This was a subflow and its parent has gone on with the result; it cannot be opened again.",
        );
    }
    let ended = instance.over_since();
    let late = ended.is_some_and(|at| run.cx.now > at.plus_ms(i64::from(days) * DAY_MS));
    if late {
        let zh = format!("已超过可重新打开的 {days} 天，请新建一个申请。");
        let en = format!("The {days} days for opening it again are over; start a new one.");
        return Err(Refusal::new(RefusalKind::TooLate, "reopen_late", zh, en));
    }
    Ok(())
}

pub(crate) fn perform(run: &mut Run<'_>, comment: Option<&str>) -> Result<(), Refusal> {
    check(run)?;
    let comment = words(comment, false)?;
    run.emit(Change::Reopened {
        round: run.case.instance.round + 1,
        comment,
    });
    let draft = run
        .def
        .states
        .iter()
        .position(|state| matches!(state.kind, StateKind::Draft { .. }));
    match draft.or_else(|| run.def.regions.first()?.states.first().copied()) {
        Some(draft) => run.enter(draft, None),
        None => Ok(()),
    }
}
