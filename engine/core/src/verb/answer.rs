//! An effect has answered: its values are filled in and the flow goes on, or it is held.

use crate::command::EffectAnswer;
use crate::definition::{PeopleRef, State, StateKind};
use crate::event::Change;
use crate::instance::Call;
use crate::refusal::{Refusal, RefusalKind};
use crate::turn::Run;
use crate::turn::Trouble;
use crate::verb::overrule::postpone;
use crate::verb::wake::system;

/// The mail to the owner when a call that nobody waited for has failed.
const FAILED_MAIL: &str = "call_failed";
/// The mail to the owner when a call was answered after its state had been left.
const LATE_MAIL: &str = "call_late";

pub(crate) fn perform(run: &mut Run<'_>, no: u32, answer: &EffectAnswer) -> Result<(), Refusal> {
    system(run)?;
    let Some(call) = run
        .case
        .instance
        .calls
        .iter()
        .find(|call| call.no == no)
        .cloned()
    else {
        return Err(gone(no));
    };
    let kept = crate::command::Action::Answer {
        call: no,
        answer: answer.clone(),
    };
    if postpone(run, kept)? {
        return Ok(());
    }
    if call.off {
        return late(run, &call, answer);
    }
    let waiting = run
        .entry(call.entry)
        .ok()
        .map(|(active, state)| (active.parent, state));
    match (answer, waiting) {
        (EffectAnswer::Ok(gave), Some((parent, state))) if call.waits => {
            let StateKind::Run(effect) = &state.kind else {
                return Ok(());
            };
            let filled = crate::turn::filled(&effect.fills, gave);
            run.emit(Change::Answered {
                call: no,
                filled: filled.clone(),
            });
            // The other system's values may break a rule of ours: nobody is at the page to be told, so the owner is.
            if let Err(refusal) = run.fill(&filled) {
                let reason = refusal.message.zh.clone();
                let mut trouble = Trouble::new("effect_failed", reason, refusal.message.en);
                trouble.tell.clone_from(&effect.tell);
                return run.hold(state, Some(call.entry), trouble);
            }
            let ix = run.state_ix(&state.id)?;
            run.leave(ix, call.entry, parent, state.next)
        }
        (EffectAnswer::Ok(gave), _) => {
            run.emit(Change::Answered {
                call: no,
                filled: gave.clone(),
            });
            Ok(())
        }
        (EffectAnswer::NotSent, _) => Err(gone(no)),
        (EffectAnswer::Failed(reason), waiting) => {
            let state = waiting.filter(|_| call.waits).map(|(_, state)| state);
            failed(run, &call, reason, state)
        }
    }
}

fn gone(no: u32) -> Refusal {
    let zh = "该副作用的结果已不再需要。";
    let en = "Nobody waits for this effect's answer any more.";
    Refusal::new(RefusalKind::TooLate, "call_gone", zh, en).with("call", no.to_string())
}

/// Its state was left meanwhile. What the other system did all the same, somebody has to know: nothing here undoes it.
fn late(run: &mut Run<'_>, call: &Call, answer: &EffectAnswer) -> Result<(), Refusal> {
    match answer {
        EffectAnswer::NotSent => run.emit(Change::CallDropped { call: call.no }),
        EffectAnswer::Failed(reason) => return failed(run, call, reason, None),
        EffectAnswer::Ok(gave) => {
            let called = |state: &&State| state.runs().any(|run| run.effect == call.effect);
            let state = run.def.states.iter().find(called);
            run.emit(Change::AnsweredLate {
                call: call.no,
                effect: call.effect.clone(),
                state: state.map(|state| state.id.clone()).unwrap_or_default(),
                gave: gave.clone(),
            });
            tell_of_it(run, LATE_MAIL, &call.effect);
        }
    }
    Ok(())
}

/// `state` is the one that waits for the call, if any does.
fn failed(
    run: &mut Run<'_>,
    call: &Call,
    reason: &str,
    state: Option<&State>,
) -> Result<(), Refusal> {
    run.emit(Change::CallFailed {
        call: call.no,
        reason: reason.to_owned(),
    });
    let Some(state) = state else {
        tell_of_it(run, FAILED_MAIL, &call.effect);
        return Ok(());
    };
    let StateKind::Run(known) = &state.kind else {
        return Ok(());
    };
    let zh = format!(
        "“{}”调用外部系统失败（{}：{}）。排除故障后请重试。",
        state.name.zh, known.label.zh, reason
    );
    let en = format!(
        "“{}” was not done by the other system ({}: {}). Retry when that is mended.",
        state.name.en, known.label.en, reason
    );
    let mut trouble = Trouble::new("effect_failed", zh, en);
    trouble.tell.clone_from(&known.tell);
    run.hold(state, Some(call.entry), trouble)
}

/// Nobody waits for what ran beside (at an end, or to undo something), so nothing is held: the owner, and whoever the flow
/// names, are mailed instead of a silence.
fn tell_of_it(run: &mut Run<'_>, mail: &str, effect: &str) {
    let called = |state: &&State| state.runs().any(|run| run.effect == effect);
    let Some(state) = run.def.states.iter().find(called) else {
        return;
    };
    let mut to = run.cx.organisation.owners(run.def, &run.case);
    let known = state.runs().filter(|run| run.effect == effect);
    let tell: Vec<PeopleRef> = known.flat_map(|run| run.tell.clone()).collect();
    for (person, _) in run.resolve_all(&tell) {
        if !to.contains(&person) {
            to.push(person);
        }
    }
    run.mail(mail, to, None, &state.id);
}
