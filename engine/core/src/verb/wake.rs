//! A wake-up is due. Only the system sends this; never early, and once.
//!
//! Where several of one case are due, as after a time in which nothing ran, they fire in the order of their times, whichever is
//! sent first: a reminder and a handover come before the machine's decision.

use crate::event::Change;
use crate::instance::Wakeup;
use crate::refusal::{Refusal, RefusalKind};
use crate::time::Moment;
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
    let mut due: Vec<Wakeup> = run.case.instance.wakeups.clone();
    due.retain(|wakeup| place_in_time(wakeup) <= place_in_time(&armed));
    due.sort_by_key(place_in_time);
    for wakeup in due {
        let instance = &run.case.instance;
        let still = |known: &Wakeup| known.reference == wakeup.reference && known.at == wakeup.at;
        if !instance.ended() && instance.wakeups.iter().any(still) {
            fire(run, &wakeup)?;
        }
    }
    Ok(())
}

/// The order in which wake-ups fire: by time, then the outer state's first, then as the ladder is written.
fn place_in_time(wakeup: &Wakeup) -> (Moment, u32, Option<(u32, u32)>) {
    (wakeup.at, wakeup.entry, rung_of(&wakeup.reference))
}

fn fire(run: &mut Run<'_>, wakeup: &Wakeup) -> Result<(), Refusal> {
    run.emit(Change::WakeupCleared {
        reference: wakeup.reference.clone(),
        fired: true,
    });
    if wakeup.reference.ends_with(".wait") {
        let (active, state) = run.entry(wakeup.entry)?;
        let (parent, ix, next) = (active.parent, run.state_ix(&active.state)?, state.next);
        return run.leave(ix, wakeup.entry, parent, next);
    }
    match rung_of(&wakeup.reference) {
        Some((rung, fired)) => run.late(
            wakeup.entry,
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
