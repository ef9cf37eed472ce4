//! A wake-up is due. Only the system sends this; never early, and once.

use crate::event::Change;
use crate::refusal::{Refusal, RefusalKind};
use crate::turn::{Run, rung_of};
use crate::verb::shared::running;

pub(crate) fn perform(run: &mut Run<'_>, reference: &str) -> Result<(), Refusal> {
    system(run)?;
    running(run)?;
    let armed = run
        .case
        .instance
        .wakeups
        .iter()
        .find(|wakeup| wakeup.reference == reference);
    let Some(armed) = armed.cloned() else {
        let zh = "该定时已取消或已执行。";
        let en = "This wake-up was cancelled or has fired already.";
        return Err(
            Refusal::new(RefusalKind::TooLate, "wakeup_gone", zh, en).with("reference", reference)
        );
    };
    if armed.at > run.cx.now {
        let zh = "定时还没有到时间。";
        let en = "This wake-up is not due yet.";
        return Err(Refusal::new(RefusalKind::TooLate, "too_early", zh, en)
            .with("at", armed.at.0.to_string()));
    }
    run.emit(Change::WakeupCleared {
        reference: reference.to_owned(),
        fired: true,
    });
    if reference.ends_with(".wait") {
        let (active, state) = run.entry(armed.entry)?;
        let (parent, ix, next) = (active.parent, run.state_ix(&active.state)?, state.next);
        return run.leave(ix, armed.entry, parent, next);
    }
    match rung_of(reference) {
        Some((rung, fired)) => run.late(
            armed.entry,
            usize::try_from(rung).unwrap_or(usize::MAX),
            fired,
        ),
        None => Ok(()),
    }
}

/// Some verbs are the system's alone.
pub(crate) fn system(run: &Run<'_>) -> Result<(), Refusal> {
    match run.actor {
        crate::command::Actor::System => Ok(()),
        crate::command::Actor::Person(_) => {
            let zh = "只有系统可以发送这个命令。";
            let en = "Only the system sends this command.";
            Err(Refusal::new(RefusalKind::NotYours, "system_only", zh, en))
        }
    }
}
