//! What happens next: people do what is theirs to do and what is not, timers fire at their time and before, people leave and
//! come back, the clock jumps. A step is a seed that picks among what stands there now, so a sequence with steps taken out
//! still makes sense.

use std::collections::BTreeMap;

use assent_core::command::{Action, Actor, Command, EffectAnswer, Via};
use assent_core::definition::Outcome;
use assent_core::instance::Case;
use assent_core::value::{Value, Values};

#[path = "moves/overrule.rs"]
mod overrule;
#[path = "moves/tasks.rs"]
mod tasks;

use self::overrule::{migrate, overrule};
use self::tasks::{holder, stranger};
use super::dice::Dice;

use super::sketch::State;
use super::world::{APPLICANT, PEOPLE, person};

/// What one step does.
#[derive(Clone, Debug)]
pub enum Move {
    Send(Command),
    /// The organisation changes.
    Reorganise,
    /// The clock jumps by so many milliseconds.
    Jump(i64),
    /// Nothing fits.
    Nothing,
}

/// What a step sees.
pub struct Scene<'a> {
    pub case: Option<&'a Case>,
    /// All states of the flow, branches included.
    pub states: &'a [State],
    pub sent: Option<&'a Command>,
    /// The version it could move to.
    pub second: Option<Second<'a>>,
    /// Everything that may happen to a case, or what people do with their tasks and the clock alone.
    pub wide: bool,
}

/// Another version.
pub struct Second<'a> {
    pub version: &'a str,
    /// All its states, branches included.
    pub states: Vec<State>,
    /// States that only have another id there.
    pub renamed: &'a BTreeMap<String, String>,
}

pub fn next(dice: &mut Dice, scene: &Scene<'_>) -> Move {
    let Some(case) = scene.case else {
        let set = Values::from([
            ("subject".to_owned(), Value::from("words")),
            ("amount".to_owned(), amount(dice)),
            (
                "note".to_owned(),
                if dice.one_in(2) {
                    Value::Empty
                } else {
                    note(dice)
                },
            ),
        ]);
        let submit = !dice.one_in(8);
        return by(APPLICANT, Action::Start { set, submit });
    };
    if case.instance.ended() && !dice.one_in(4) {
        return by(APPLICANT, Action::Reopen { comment: None });
    }
    if !case.instance.holds.is_empty() && dice.one_in(4) {
        if dice.one_in(2) {
            return Move::Reorganise;
        }
        return by(
            &person(PEOPLE - 1),
            Action::Retry {
                comment: None,
                set: if scene.wide && dice.one_in(2) {
                    Values::from([("amount".to_owned(), amount(dice))])
                } else {
                    Values::new()
                },
            },
        );
    }
    if let (Some(second), true) = (&scene.second, dice.one_in(6)) {
        return migrate(dice, second, case);
    }
    let suspended = case.instance.suspended.is_some();
    if scene.wide && dice.one_in(if suspended { 2 } else { 12 }) {
        return overrule(dice, scene, case);
    }
    if scene.wide && !case.instance.calls.is_empty() && dice.one_in(3) {
        return answer(dice, case);
    }
    if scene.wide && !case.instance.children.is_empty() && dice.one_in(3) {
        return child_ends(dice, case);
    }
    match dice.roll(if scene.wide { 29 } else { 26 }) {
        28 if dice.one_in(12) => system(Action::StopChild {
            parent: "above".to_owned(),
        }),
        28 => child_ends(dice, case),
        26 => system(Action::Recalculate),
        27 => answer(dice, case),
        0 => Move::Reorganise,
        1 => Move::Jump(i64::try_from(dice.roll(60)).unwrap() * 3_600_000 - 600_000),
        2 | 3 => wake(dice, case),
        4 => system(Action::Happen {
            event: "thing.arrived".to_owned(),
            payload: Value::Empty,
        }),
        5 => take_back(case),
        6 | 7 => whole_case(dice, scene.wide),
        8 => scene
            .sent
            .map_or(Move::Nothing, |sent| Move::Send(sent.clone())),
        9 => stranger(dice, scene, case),
        _ => holder(dice, scene, case),
    }
}

fn by(person: &str, action: Action) -> Move {
    send(Actor::Person(person.to_owned()), action)
}

fn system(action: Action) -> Move {
    send(Actor::System, action)
}

fn send(actor: Actor, action: Action) -> Move {
    Move::Send(Command {
        actor,
        via: Via::Test,
        action,
        key: None,
    })
}

fn amount(dice: &mut Dice) -> Value {
    Value::from(dice.of(&[20_i64, 50, 51, 100, 101, 500]))
}

fn note(dice: &mut Dice) -> Value {
    Value::from(dice.of(&["one", "two"]))
}

fn words(dice: &mut Dice) -> Option<String> {
    (!dice.one_in(8)).then(|| "some words".to_owned())
}

fn anybody(dice: &mut Dice) -> String {
    person(dice.roll(PEOPLE))
}

/// A timer, most often at its time.
fn wake(dice: &mut Dice, case: &Case) -> Move {
    let Some(wakeup) = dice.pick(&case.instance.wakeups) else {
        return Move::Nothing;
    };
    system(Action::Wake {
        reference: wakeup.reference.clone(),
    })
}

/// Another system answers, or fails for good; now and then one that nobody waits for any more.
fn answer(dice: &mut Dice, case: &Case) -> Move {
    let instance = &case.instance;
    let made = usize::try_from(instance.calls_made).unwrap();
    let open = dice.pick(&instance.calls).map(|call| call.no);
    let any = 1 + u32::try_from(dice.roll(made)).unwrap();
    let call = open.filter(|_| !dice.one_in(6)).unwrap_or(any);
    let answer = match dice.roll(4) {
        0 => EffectAnswer::Failed("out of order".to_owned()),
        1 => EffectAnswer::Ok(Values::new()),
        _ => EffectAnswer::Ok(Values::from([("status".to_owned(), note(dice))])),
    };
    system(Action::Answer { call, answer })
}

/// A subflow ends; now and then one that ended already, or that nobody waits for.
fn child_ends(dice: &mut Dice, case: &Case) -> Move {
    let Some(child) = dice.pick(&case.instance.children) else {
        return Move::Nothing;
    };
    let outcome = match dice.roll(10) {
        0..=3 => Outcome::Approved,
        4 | 5 => Outcome::Rejected,
        6 => Outcome::Withdrawn,
        7 => Outcome::Cancelled,
        8 => Outcome::Named("late".to_owned()),
        _ => Outcome::Named("special".to_owned()),
    };
    let child = child.id.clone();
    system(Action::ChildEnded { child, outcome })
}

fn take_back(case: &Case) -> Move {
    case.instance.last.clone().map_or(Move::Nothing, |last| {
        by(
            &last.person,
            Action::TakeBack {
                task: last.task,
                comment: None,
            },
        )
    })
}

fn whole_case(dice: &mut Dice, wide: bool) -> Move {
    let who = if dice.one_in(4) {
        anybody(dice)
    } else {
        APPLICANT.to_owned()
    };
    let action = match dice.roll(10) {
        0 => Action::Withdraw { comment: None },
        1 => Action::Urge,
        2 | 3 => Action::Reopen { comment: None },
        4 => Action::Save {
            set: values(dice, &["amount", "note"], wide),
        },
        5 => Action::Copy {
            to: vec![anybody(dice), anybody(dice)],
            comment: None,
        },
        6 => Action::Comment {
            text: "words".to_owned(),
            mention: vec![],
            files: vec![],
        },
        _ => Action::Submit {
            set: if dice.one_in(2) {
                values(dice, &["amount", "note"], wide)
            } else {
                Values::new()
            },
            straight_back: dice.one_in(2),
        },
    };
    by(&who, action)
}

fn values(dice: &mut Dice, fields: &[&str], wide: bool) -> Values {
    let field = dice.of(fields);
    let value = if wide && dice.one_in(3) {
        // Emptied: whatever reads it has to say so.
        Value::Empty
    } else if field == "amount" {
        amount(dice)
    } else {
        note(dice)
    };
    Values::from([(field.to_owned(), value)])
}
