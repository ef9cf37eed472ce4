//! Retry 重试: the owner lets a held instance try again.

use crate::event::Change;
use crate::instance::Held;
use crate::refusal::{Refusal, RefusalKind};
use crate::turn::Run;
use crate::value::Values;
use crate::verb::shared::{running, words};

/// May this person let it try again?
pub(crate) fn check(run: &Run<'_>) -> Result<(), Refusal> {
    running(run)?;
    if run.case.instance.holds.is_empty() {
        let zh = "该流程实例没有挂起。";
        let en = "This instance is not held.";
        return Err(Refusal::new(RefusalKind::TooLate, "not_held", zh, en));
    }
    let Some(person) = run.actor.person() else {
        return Ok(());
    };
    let told = run
        .case
        .instance
        .holds
        .iter()
        .any(|held| held.owner.iter().any(|owner| owner == person));
    let owner = run
        .cx
        .organisation
        .owners(run.def, &run.case)
        .iter()
        .any(|owner| owner == person);
    if (told || owner) && run.cx.organisation.may_act(person) {
        return Ok(());
    }
    let zh = "只有流程负责人可以让挂起的流程重试。";
    let en = "Only the flow's owner may let a held instance try again.";
    Err(Refusal::new(RefusalKind::NotYours, "not_yours", zh, en))
}

pub(crate) fn perform(
    run: &mut Run<'_>,
    comment: Option<&str>,
    set: &Values,
) -> Result<(), Refusal> {
    check(run)?;
    let comment = words(comment, false)?;
    run.write_missing(set)?;
    let holds: Vec<Held> = run.case.instance.holds.clone();
    for held in holds {
        // What was tried before it may have cancelled this one.
        if !run.case.instance.holds.contains(&held) {
            continue;
        }
        run.emit(Change::Resumed {
            state: held.state.clone(),
            comment: comment.clone(),
        });
        again(run, &held)?;
    }
    Ok(())
}

/// Tries one held state again.
pub(crate) fn again(run: &mut Run<'_>, held: &Held) -> Result<(), Refusal> {
    let ix = run.state_ix(&held.state)?;
    if let Some(entry) = held.entry {
        // Settled or left by something else meanwhile: nothing to try again.
        let Some(parent) = run.case.instance.at(entry).map(|active| active.parent) else {
            return Ok(());
        };
        return run.begin(ix, entry, parent);
    }
    let region = run.def.states[ix].region;
    let above = run.def.regions[region]
        .parent
        .map(|above| run.def.states[above].id.clone());
    let parent = above.and_then(|id| {
        run.case
            .instance
            .active
            .iter()
            .rfind(|active| active.state == id)
            .map(|active| active.entry)
    });
    run.enter(ix, parent)
}
