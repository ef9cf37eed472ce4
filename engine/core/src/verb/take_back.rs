//! Take back 拿回 one's own decision, until anybody has decided after it.
//!
//! In a group that is still open it reopens the one vote; where people sign in order, whoever came next waits again. Otherwise
//! what came after is cancelled and the state stands as it was, with the others' votes. What was started outside (an effect, a
//! subflow) cannot be taken back, nor a return.

use crate::definition::{Needs, StateKind};
use crate::event::Change;
use crate::instance::{Active, BranchRun, BranchStatus, LastDeed, TaskKind};
use crate::refusal::{Refusal, RefusalKind};
use crate::text::Text;
use crate::turn::Run;
use crate::verb::shared::{running, words};

/// May this person take their last decision back?
pub(crate) fn check(run: &Run<'_>) -> Result<LastDeed, Refusal> {
    running(run)?;
    let person = run.person()?;
    let instance = &run.case.instance;
    let mine = instance
        .decisions
        .iter()
        .any(|decision| decision.person == person);
    if !mine || !run.cx.organisation.may_act(&person) {
        let zh =
            "您在这里没有作过决定，无从拿回；要改变结果，请作决定的人拿回，或请当前处理人退回。";
        let en = "You have decided nothing here, so there is nothing to take back; ask whoever decided to take \
                  theirs back, or whoever has it now to send it back.";
        return Err(Refusal::new(
            RefusalKind::NotYours,
            "nothing_to_take_back",
            zh,
            en,
        ));
    }
    let Some(last) = instance
        .last
        .clone()
        .filter(|last| last.person == person && last.decision)
    else {
        return Err(too_late(run));
    };
    if last.overruled {
        let zh = "管理员已在您之后处理，不能拿回；需要时请联系管理员。";
        let en = "An administrator has moved it on after you, so it cannot be taken back; ask them if need be.";
        return Err(Refusal::new(RefusalKind::TooLate, "decided_after", zh, en));
    }
    if last.outside != instance.outside {
        let zh = "之后已经启动了外部操作，不能拿回；请联系流程负责人。";
        let en = "Something outside was started after it, so it cannot be taken back; ask the flow's owner.";
        return Err(Refusal::new(RefusalKind::TooLate, "effect_started", zh, en));
    }
    if instance.at(last.entry).is_none() && !can_stand_again(run, &last) {
        let zh = "流程已离开那个并行节点，不能拿回；请让当前处理人退回。";
        let en = "The parallel state around it was left, so it cannot be taken back; ask whoever has it to send it back.";
        return Err(Refusal::new(RefusalKind::TooLate, "state_left", zh, en));
    }
    Ok(last)
}

/// Its parallel state still stands. A branch that ended with the decision is opened again.
fn can_stand_again(run: &Run<'_>, last: &LastDeed) -> bool {
    let Some(left) = &last.left else { return false };
    left.parent.is_none()
        || branch_of(run, left).is_some_and(|branch| {
            matches!(
                branch.status,
                BranchStatus::Open | BranchStatus::Done | BranchStatus::Rejected
            )
        })
}

/// The branch a state stood in, as far as its parallel state still stands.
fn branch_of<'a>(run: &'a Run<'_>, left: &Active) -> Option<&'a BranchRun> {
    let region = run.def.states[run.def.state_ix(&left.state)?].region;
    let id = &run.def.regions[region].id;
    let mut branches = run.case.instance.at(left.parent?)?.branches.iter();
    branches.find(|branch| branch.id == *id)
}

fn stands_in_open_group(run: &Run<'_>) -> bool {
    let instance = &run.case.instance;
    run.person().is_ok_and(|person| {
        let mut theirs = instance.decisions.iter().rev();
        let last = theirs.find(|decision| decision.person == person);
        last.is_some_and(|decision| instance.at(decision.entry).is_some())
    })
}

fn too_late(run: &Run<'_>) -> Refusal {
    let after = run.case.instance.last.as_ref();
    let (zh, en) = match after {
        Some(last) => {
            let name = run.cx.organisation.name(&last.person);
            (
                format!("{name}已在您之后处理，不能拿回；可请当前处理人退回。"),
                format!(
                    "{name} has acted after you, so it cannot be taken back; ask whoever has it to send it back."
                ),
            )
        }
        // A later decision was taken back: this one is of the group that is open again.
        None if stands_in_open_group(run) => (
            "在您之后的决定刚被拿回，您的签字仍然有效，不能再拿回；要改，请还没处理的人退回。".to_owned(),
            "The decision after yours was taken back; yours stands and cannot be taken back any more. To change it, ask \
             somebody who has not decided yet to send it back."
                .to_owned(),
        ),
        None => (
            "流程已退回或已继续，不能拿回；可请当前处理人退回。".to_owned(),
            "It was sent back or went on, so it cannot be taken back; ask whoever has it to send it back.".to_owned(),
        ),
    };
    let by = after.map(|last| last.person.clone()).unwrap_or_default();
    Refusal::new(RefusalKind::TooLate, "decided_after", zh, en).with("by", by)
}

pub(crate) fn perform(run: &mut Run<'_>, no: u32, comment: Option<&str>) -> Result<(), Refusal> {
    let last = check(run)?;
    if last.task != no {
        return Err(too_late(run));
    }
    let comment = words(comment, false)?;
    let left_since = run.case.instance.at(last.entry).is_none();
    let because = Text::new("前一决定被拿回", "The decision before it was taken back");
    let mut dropped = vec![];
    if left_since && let Some(left) = &last.left {
        let region = run.def.states[run.state_ix(&left.state)?].region;
        dropped = run.passed_since(last.entry, region);
        run.clear_level(left.parent, region, &because)?;
        let ended = branch_of(run, left).filter(|branch| branch.status != BranchStatus::Open);
        if let (Some(parent), Some(branch)) = (left.parent, ended.map(|branch| branch.id.clone())) {
            run.emit(Change::BranchEnded {
                parent,
                branch,
                status: BranchStatus::Open,
            });
        }
    }
    let stood = run.case.instance.at(last.entry).or(last.left.as_ref());
    let Some((state, voter)) = stood.and_then(|active| {
        let voter = active.voters.iter().find(|voter| voter.task == Some(no))?;
        Some((active.state.clone(), voter.person.clone()))
    }) else {
        return Err(too_late(run));
    };
    run.emit(Change::TakenBack {
        task: no,
        entry: last.entry,
        state,
        voter: voter.clone(),
        dropped,
        comment,
        stands: left_since,
    });
    let (_, state) = run.entry(last.entry)?;
    if left_since {
        match run
            .case
            .instance
            .at(last.entry)
            .and_then(|at| at.stopped.as_ref())
        {
            // Its questions ended with it.
            Some(_) => run.start_when_answered(last.entry),
            None => run.arm_again(last.entry, last.armed)?,
        }
    }
    let why = vec![Text::new(
        "您拿回了自己的决定。",
        "You took your decision back.",
    )];
    let in_order =
        matches!(&state.kind, StateKind::Approve(approve) if approve.needs == Needs::InOrder);
    if in_order {
        run.not_their_turn(last.entry, &voter, &because);
    }
    run.open_task(
        state,
        last.entry,
        TaskKind::Approve,
        last.person,
        voter,
        why,
    );
    if left_since && !in_order {
        run.ask_others_again(last.entry)?;
    }
    Ok(())
}
