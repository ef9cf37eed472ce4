//! What an administrator sees before confirming.

use assent_core::command::{Action, Actor, Command, Override, Via};
use assent_core::preview::{preview, token};
use assent_core::record::AsIds;
use assent_core::text::Lang;

use crate::desk::Desk;

fn command(act: Override) -> Command {
    Command {
        actor: Actor::Person("root".to_owned()),
        via: Via::Test,
        action: Action::Override {
            act,
            reason: "it must be".to_owned(),
        },
        key: None,
    }
}

fn sign() -> Desk {
    let desk = Desk::new("overruling", "2026-03-02 09:00");
    desk.started(&[("subject", "a".into()), ("amount", 1_i64.into())])
}

/// A2.60: tasks that end, tasks that open, people told, timers and states, in words; nothing is changed by looking.
#[test]
fn a_preview_says_what_would_happen_and_changes_nothing() {
    let desk = sign();
    let skip = command(Override::Skip {
        state: "sign".to_owned(),
    });
    let turn = desk.decided(&skip).unwrap();
    let seen = desk.with(|cx| preview(&desk.def, desk.case(), &turn, cx, &AsIds));
    let asked = desk.case().instance.tasks.len();
    assert!(asked > 1, "several are asked at first");
    assert_eq!(seen.tasks_cancelled.len(), asked);
    assert!(seen.tasks_opened.iter().all(|task| task.state.en == "Boss"));
    assert_eq!(seen.told.len(), seen.tasks_opened.len());
    assert_eq!(seen.timers.len(), 2);
    assert_eq!(
        (seen.status_before.as_str(), seen.status_after.as_str()),
        ("running", "running")
    );
    assert_eq!(desk.case().instance.tasks.len(), asked);
    let words = seen.words(|at, lang| desk.calendar.say(at, lang));
    let said: Vec<&str> = words.iter().map(|word| word.get(Lang::En)).collect();
    assert!(said.contains(&"Stands in: Sign"), "{said:?}");
    assert!(said.contains(&"Would stand in: Boss"), "{said:?}");
    assert!(
        said.contains(&"Timer Sign: reminder: Tue 2026-03-03 09:00 → not running"),
        "{said:?}"
    );
    let suspended = desk.decided(&command(Override::Suspend)).unwrap();
    let seen = desk.with(|cx| preview(&desk.def, desk.case(), &suspended, cx, &AsIds));
    assert_eq!(
        (seen.status_after.as_str(), seen.tasks_cancelled.len()),
        ("suspended", 0)
    );
    let words = seen.words(|at, lang| desk.calendar.say(at, lang));
    let said: Vec<&str> = words.iter().map(|word| word.get(Lang::En)).collect();
    assert!(said.contains(&"Status: running → suspended"), "{said:?}");
    assert!(
        said.iter().any(|line| line.contains("clocks stand still")),
        "{said:?}"
    );
    assert_eq!(seen.deadlines.len(), 1);
}

/// A2.61: the token is of what was shown: another command, or a state that moved, has another.
#[test]
fn a_token_is_bound_to_the_command_the_state_and_what_would_happen() {
    let mut desk = sign();
    let of = |desk: &Desk, act| {
        let command = command(act);
        token(desk.case(), &command, &desk.decided(&command).unwrap())
    };
    let first = of(&desk, Override::Suspend);
    assert_eq!(first, of(&desk, Override::Suspend));
    assert_ne!(first, of(&desk, Override::Terminate));
    desk.send(
        "p0",
        Action::Comment {
            text: "words".into(),
            mention: vec![],
            files: vec![],
        },
    )
    .unwrap();
    assert_ne!(first, of(&desk, Override::Suspend));
}

/// A2.64: what an administrator did stands ahead of what it caused, with the reason, and can be looked for.
#[test]
fn an_override_is_flagged_in_the_trail() {
    let mut desk = sign();
    let before = desk.events.len();
    desk.overrule(Override::Terminate).unwrap();
    let event = serde_json::to_value(&desk.events[before]).unwrap();
    assert_eq!(event["event"], "overridden");
    assert_eq!(event["override"], true);
    assert_eq!(event["reason"], "it must be");
    assert_eq!(event["act"]["verb"], "terminate");
    assert_eq!(event["actor"]["person"], "root");
}
