//! What overruled a flow, and what clocks did, as lines of the trail.

use assent_core::command::Override;
use assent_core::event::Change;
use assent_core::text::{Lang, Text};
use assent_core::time::Moment;

use super::timeline_words::{Line, Said};

pub(super) fn words(said: &Said<'_>, change: &Change) -> Line {
    match change {
        Change::Overridden { act, reason, .. } => overridden(said, act, reason),
        Change::Suspended { .. } => Line::silent("suspended"),
        Change::Unsuspended {} => Line::silent("unsuspended"),
        Change::Postponed { .. } => Line::new(
            "postponed",
            "machine",
            "挂起期间收到外部结果，恢复后处理".into(),
            "Something arrived while suspended; it is done when the instance goes on".into(),
        ),
        Change::ClockStopped { state, cause, .. } => clock_stopped(said, state, cause),
        Change::ClockStarted { state, due, .. } => clock_started(said, state, *due),
        Change::DueMoved {
            state,
            from,
            to,
            why,
            ..
        } => {
            let name = said.state(state);
            let zh = format!(
                "“{}”的期限由 {} 改为 {}",
                name.zh,
                time(said, *from, Lang::Zh),
                time(said, *to, Lang::Zh)
            );
            let en = format!(
                "“{}” is due {} instead of {}",
                name.en,
                time(said, *to, Lang::En),
                time(said, *from, Lang::En)
            );
            Line::new("due_moved", "system", zh, en)
                .at(state)
                .because(why.clone())
        }
        _ => Line::silent("other"),
    }
}

/// "管理员操作" stands first, so that whoever reads the trail sees it at once.
fn overridden(said: &Said<'_>, act: &Override, reason: &str) -> Line {
    let (zh, en) = match act {
        Override::Terminate => ("作废".to_owned(), "terminated it".to_owned()),
        Override::Suspend => ("挂起".to_owned(), "suspended it".to_owned()),
        Override::Resume => ("恢复".to_owned(), "let it go on".to_owned()),
        Override::Jump { to } => {
            let name = said.state(to);
            (
                format!("跳转到“{}”", name.zh),
                format!("moved it to “{}”", name.en),
            )
        }
        Override::Reassign { to, .. } => {
            let name = said.person(to);
            (
                format!("把任务改派给 {name}"),
                format!("reassigned a task to {name}"),
            )
        }
        Override::Skip { state } => {
            let name = said.state(state);
            (
                format!("跳过“{}”", name.zh),
                format!("skipped “{}”", name.en),
            )
        }
        Override::Retry { state } => {
            let name = said.state(state);
            (
                format!("重试“{}”", name.zh),
                format!("tried “{}” again", name.en),
            )
        }
    };
    Line::new(
        "overridden",
        "alarm",
        format!("管理员操作：{} {zh}", said.who.zh),
        format!("Override: {} {en}", said.who.en),
    )
    .comment(Some(&reason.to_owned()))
}

fn clock_stopped(said: &Said<'_>, state: &str, cause: &str) -> Line {
    let name = said.state(state);
    let why = match cause {
        "suspended" => Text::new("流程已挂起", "suspended"),
        "question" => Text::new("等待发起人答复", "waiting for the applicant"),
        other => Text::same(other),
    };
    let zh = format!("“{}”停止计时（{}）", name.zh, why.zh);
    let en = format!("The clock of “{}” stopped ({})", name.en, why.en);
    Line::new("clock_stopped", "system", zh, en)
        .at(state)
        .minor()
}

fn clock_started(said: &Said<'_>, state: &str, due: Option<Moment>) -> Line {
    let name = said.state(state);
    let due = |lang| due.map(|at| said.calendar.say(at, lang));
    let zh = match due(Lang::Zh) {
        Some(at) => format!("“{}”接着计时，期限 {at}", name.zh),
        None => format!("“{}”接着计时", name.zh),
    };
    let en = match due(Lang::En) {
        Some(at) => format!("The clock of “{}” runs on; due {at}", name.en),
        None => format!("The clock of “{}” runs on", name.en),
    };
    Line::new("clock_started", "system", zh, en)
        .at(state)
        .minor()
}

fn time(said: &Said<'_>, at: Option<Moment>, lang: Lang) -> String {
    let none = lang.pick("（无）", "(none)").to_owned();
    at.map_or(none, |at| said.calendar.say(at, lang))
}
