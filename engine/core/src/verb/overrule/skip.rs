//! Skip 跳过: a state is settled without a decision and the flow goes on to the next one. The trail says who skipped it;
//! nobody's vote is made up.

use super::overridden;
use crate::command::{Override, Verdict};
use crate::definition::{StateIx, StateKind};
use crate::event::Change;
use crate::refusal::{Refusal, RefusalKind};
use crate::text::Text;
use crate::turn::Run;
use crate::verb::shared::running;

/// May this state be skipped? The entry and the state.
pub(super) fn check(run: &Run<'_>, id: &str) -> Result<(u32, StateIx), Refusal> {
    running(run)?;
    let active = run.case.instance.active.iter();
    let Some(active) = active.rev().find(|active| active.state == id) else {
        let zh = "流程不在这个节点，不能跳过；请刷新后查看当前进度。";
        let en = "The instance is not in this state; reload to see where it stands.";
        return Err(Refusal::new(RefusalKind::TooLate, "not_there", zh, en).with("state", id));
    };
    let ix = run.state_ix(id)?;
    let skippable = match &run.def.states[ix].kind {
        StateKind::Approve(_)
        | StateKind::Work { .. }
        | StateKind::Rule { .. }
        | StateKind::Run(_)
        | StateKind::Mail { .. }
        | StateKind::WaitFor { .. }
        | StateKind::WaitUntil { .. }
        | StateKind::Subflow { .. }
        | StateKind::Together { .. } => true,
        StateKind::Draft { .. } | StateKind::Choose { .. } | StateKind::End { .. } => false,
    };
    if skippable {
        return Ok((active.entry, ix));
    }
    let zh = "这个节点不能跳过：没有唯一的下一步；请用跳转。";
    let en = "This state cannot be skipped, because nothing says what comes next; jump instead.";
    Err(Refusal::new(RefusalKind::Input, "not_skippable", zh, en).with("state", id))
}

pub(super) fn perform(run: &mut Run<'_>, id: &str, reason: &str) -> Result<(), Refusal> {
    let (entry, ix) = check(run, id)?;
    let by = run.cx.organisation.name(&run.person()?);
    let state = &run.def.states[ix];
    let act = Override::Skip {
        state: id.to_owned(),
    };
    overridden(run, act, reason);
    let because = Text::new(
        format!("{by}跳过：{reason}"),
        format!("Skipped by {by}: {reason}"),
    );
    match &state.kind {
        StateKind::Approve(_) | StateKind::Work { .. } => {
            return run.system_settle(state, entry, Verdict::Approve, because);
        }
        StateKind::Together { branches, .. } => {
            for region in branches {
                release(run, *region);
            }
            for inner in run.case.instance.inside(entry) {
                run.cancel(inner, &because);
            }
        }
        StateKind::Draft { .. }
        | StateKind::Rule { .. }
        | StateKind::Run(_)
        | StateKind::Choose { .. }
        | StateKind::Mail { .. }
        | StateKind::WaitFor { .. }
        | StateKind::WaitUntil { .. }
        | StateKind::Subflow { .. }
        | StateKind::End { .. } => {}
    }
    let (active, _) = run.entry(entry)?;
    let parent = active.parent;
    run.leave(ix, entry, parent, state.next)
}

/// What is held inside a branch that is left need not be mended any more.
fn release(run: &mut Run<'_>, region: usize) {
    let held = run.case.instance.holds.clone();
    for held in held {
        let inside = run
            .def
            .state_ix(&held.state)
            .is_some_and(|ix| run.within_region(ix, region));
        if inside {
            run.emit(Change::Resumed {
                state: held.state,
                comment: run.comment.clone(),
            });
        }
    }
}
