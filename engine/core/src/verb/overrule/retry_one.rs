//! Retry one 重试一处: one held state, a failed call say, is tried again; what is held elsewhere stays held.

use super::overridden;
use crate::command::Override;
use crate::event::Change;
use crate::instance::Held;
use crate::refusal::{Refusal, RefusalKind};
use crate::turn::Run;
use crate::verb::retry::again;
use crate::verb::shared::running;

/// Is it held there?
pub(super) fn check(run: &Run<'_>, state: &str) -> Result<Held, Refusal> {
    running(run)?;
    let held = run.case.instance.holds.iter();
    let found = held.rev().find(|held| held.state == state).cloned();
    found.ok_or_else(|| {
        let zh = "这个节点没有出错等待处理；请刷新后查看当前进度。";
        let en = "Nothing is held at this state; reload to see where it stands.";
        Refusal::new(RefusalKind::TooLate, "not_held", zh, en).with("state", state)
    })
}

pub(super) fn perform(run: &mut Run<'_>, state: &str, reason: &str) -> Result<(), Refusal> {
    let held = check(run, state)?;
    let act = Override::Retry {
        state: state.to_owned(),
    };
    overridden(run, act, reason);
    run.emit(Change::Resumed {
        state: held.state.clone(),
        comment: run.comment.clone(),
    });
    again(run, &held)
}
