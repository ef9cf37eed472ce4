//! An effect has answered: its values are filled in and the flow goes on, or it is held.

use crate::command::EffectAnswer;
use crate::definition::{State, StateKind};
use crate::event::Change;
use crate::refusal::{Refusal, RefusalKind};
use crate::turn::Run;
use crate::turn::Trouble;
use crate::verb::overrule::postpone;
use crate::verb::wake::system;

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
        let zh = "该副作用的结果已不再需要。";
        let en = "Nobody waits for this effect's answer any more.";
        return Err(
            Refusal::new(RefusalKind::TooLate, "call_gone", zh, en).with("call", no.to_string())
        );
    };
    let kept = crate::command::Action::Answer {
        call: no,
        answer: answer.clone(),
    };
    if postpone(run, kept)? {
        return Ok(());
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
        (EffectAnswer::Failed(reason), waiting) => {
            failed(run, no, reason, call.entry, waiting.map(|(_, state)| state))
        }
    }
}

fn failed(
    run: &mut Run<'_>,
    no: u32,
    reason: &str,
    entry: u32,
    state: Option<&State>,
) -> Result<(), Refusal> {
    run.emit(Change::CallFailed {
        call: no,
        reason: reason.to_owned(),
    });
    let Some(state) = state else { return Ok(()) };
    let StateKind::Run(known) = &state.kind else {
        return Ok(());
    };
    let zh = format!(
        "“{}”调用外部系统失败（{}：{}）。排除故障后请重试。",
        state.name.zh, known.label.zh, reason
    );
    let en = format!(
        "“{}” could not reach the other system ({}: {}). Retry when that is mended.",
        state.name.en, known.label.en, reason
    );
    let mut trouble = Trouble::new("effect_failed", zh, en);
    trouble.tell.clone_from(&known.tell);
    run.hold(state, Some(entry), trouble)
}
