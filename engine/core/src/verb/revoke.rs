//! Revoke 撤销: what was approved is taken out of force by a flow of its own over the same record. The applicant or the
//! flow's owner asks; when that flow approves, this instance is revoked and every effect that says how is undone.

use crate::command::Verdict;
use crate::definition::{Outcome, Run as RunEffect, State};
use crate::event::Change;
use crate::instance::{Status, Undo};
use crate::people::PersonId;
use crate::refusal::{Refusal, RefusalKind};
use crate::turn::{Run, made_id};
use crate::verb::shared::words;

const DAY_MS: i64 = 86_400_000;

/// May this person ask for it now?
pub(crate) fn check(run: &Run<'_>) -> Result<(), Refusal> {
    let person = run.person()?;
    let instance = &run.case.instance;
    let refused = |kind, code, zh: &str, en: &str| Err(Refusal::new(kind, code, zh, en));
    let owners = || run.cx.organisation.owners(run.def, &run.case);
    let theirs = person == instance.applicant || owners().contains(&person);
    if !theirs || !run.cx.organisation.may_act(&person) {
        return refused(
            RefusalKind::NotYours,
            "not_yours",
            "只有发起人和流程负责人可以申请撤销。",
            "Only the applicant and the flow's owner may ask to revoke it.",
        );
    }
    let Some(revocation) = &run.def.revocation else {
        return refused(
            RefusalKind::NotYours,
            "no_revocation",
            "该流程没有规定如何撤销；请联系流程负责人。",
            "This flow does not say how it is revoked; ask its owner.",
        );
    };
    if let Some(child) = &instance.revocation.asked {
        let zh = "撤销申请正在审批中，请等待结果。";
        let en = "Its revocation is being decided already; wait for the result.";
        return Err(Refusal::new(RefusalKind::TooLate, "revoking", zh, en).with("by", child));
    }
    if let Some(child) = &instance.revocation.done {
        let zh = "已经撤销过了。";
        let en = "It has been revoked already.";
        return Err(Refusal::new(RefusalKind::TooLate, "revoked", zh, en).with("by", child));
    }
    match &instance.status {
        Status::Ended(Outcome::Approved | Outcome::Named(_)) => {}
        Status::Running => {
            return refused(
                RefusalKind::TooLate,
                "not_ended",
                "流程还没有结束，请直接撤回。",
                "It is still under way; withdraw it instead.",
            );
        }
        Status::Ended(Outcome::Rejected | Outcome::Withdrawn | Outcome::Cancelled) => {
            return refused(
                RefusalKind::TooLate,
                "not_approved",
                "流程没有通过，没有什么可以撤销。",
                "It was not approved, so there is nothing to revoke.",
            );
        }
    }
    if instance.parent.is_some() {
        return refused(
            RefusalKind::TooLate,
            "parent_went_on",
            "这是子流程，主流程已按结果继续；请在主流程上申请撤销。",
            "This was a subflow and its parent has gone on with the result; ask to revoke the parent.",
        );
    }
    in_time(run, revocation.days)
}

fn in_time(run: &Run<'_>, days: Option<u32>) -> Result<(), Refusal> {
    let Some(days) = days else { return Ok(()) };
    let ended = run.case.instance.over_since();
    let late = ended.is_some_and(|at| run.cx.now > at.plus_ms(i64::from(days) * DAY_MS));
    if late {
        let zh = format!("已超过可申请撤销的 {days} 天；请联系流程负责人另行处理。");
        let en = format!("The {days} days for revoking it are over; ask the flow's owner.");
        return Err(Refusal::new(
            RefusalKind::TooLate,
            "revocation_late",
            zh,
            en,
        ));
    }
    Ok(())
}

pub(crate) fn perform(run: &mut Run<'_>, reason: &str) -> Result<(), Refusal> {
    check(run)?;
    let reason = words(Some(reason), true)?.unwrap_or_default();
    let flow = run.def.revocation.as_ref().map(|it| it.flow.clone());
    let instance = &run.case.instance;
    let child = made_id(&instance.id, &format!("revoke:{}", instance.rev));
    let approvers = approvers(run);
    run.emit(Change::RevocationAsked {
        flow: flow.unwrap_or_default(),
        child,
        approvers,
        comment: reason,
    });
    Ok(())
}

/// Who approved what came into force, each once: for a proxy the person asked, and nobody whose approval a return dropped.
fn approvers(run: &Run<'_>) -> Vec<PersonId> {
    let instance = &run.case.instance;
    let mut people: Vec<PersonId> = vec![];
    for decision in &instance.decisions {
        let person = decision.stands_for.as_ref().unwrap_or(&decision.person);
        let counts = decision.verdict == Verdict::Approve && instance.stands(decision.entry);
        if counts && !people.contains(person) {
            people.push(person.clone());
        }
    }
    people
}

/// The flow that decides on the revocation has ended.
pub(crate) fn ended(run: &mut Run<'_>, child: &str, outcome: &Outcome) -> Result<(), Refusal> {
    let child = child.to_owned();
    if *outcome != Outcome::Approved {
        run.emit(Change::RevocationRefused {
            child,
            outcome: outcome.clone(),
        });
        return Ok(());
    }
    let undo = run.case.instance.revocation.undo.clone();
    run.emit(Change::Revoked { child });
    // What was done last is undone first.
    for done in undo.iter().rev() {
        let state = run.state_ix(&done.state)?;
        let state = &run.def.states[state];
        if let Some(reverse) = reverse(state, done) {
            let key = format!(
                "{}:{}:undo:{}",
                run.case.instance.id, done.entry, done.effect
            );
            run.call_keyed(state, done.entry, reverse, false, key)?;
        }
    }
    Ok(())
}

/// How a state says that an effect is undone.
fn reverse<'d>(state: &'d State, done: &Undo) -> Option<&'d RunEffect> {
    let of = |run: &'d RunEffect| (run.effect == done.effect).then_some(run.undo.as_deref()?);
    state.runs().find_map(of)
}
