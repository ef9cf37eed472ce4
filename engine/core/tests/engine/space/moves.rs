//! What happens next: people do what is theirs to do and what is not, timers fire at their time and before, people leave and
//! come back, the clock jumps. A step is a seed that picks among what stands there now, so a sequence with steps taken out
//! still makes sense.

use assent_core::command::{
    Action, Actor, Command, DecideWith, Override, ReturnTo, SignerPlace, SignerRole, Verdict, Via,
};
use assent_core::instance::{Case, Task, TaskKind};
use assent_core::value::{Value, Values};

use super::dice::Dice;

use super::sketch::{Kind, State};
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
                set: Values::new(),
            },
        );
    }
    let suspended = case.instance.suspended.is_some();
    if dice.one_in(if suspended { 2 } else { 12 }) {
        return overrule(dice, scene, case);
    }
    match dice.roll(27) {
        26 => system(Action::Recalculate),
        0 => Move::Reorganise,
        1 => Move::Jump(i64::try_from(dice.roll(60)).unwrap() * 3_600_000 - 600_000),
        2 | 3 => wake(dice, case),
        4 => system(Action::Happen {
            event: "thing.arrived".to_owned(),
            payload: Value::Empty,
        }),
        5 => take_back(case),
        6 | 7 => whole_case(dice),
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

fn whole_case(dice: &mut Dice) -> Move {
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
            set: values(dice, &["amount", "note"]),
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
                values(dice, &["amount", "note"])
            } else {
                Values::new()
            },
            straight_back: dice.one_in(2),
        },
    };
    by(&who, action)
}

fn values(dice: &mut Dice, fields: &[&str]) -> Values {
    let field = dice.of(fields);
    let value = if field == "amount" {
        amount(dice)
    } else {
        note(dice)
    };
    Values::from([(field.to_owned(), value)])
}

/// The owner or an administrator overrules the flow; now and then somebody else tries.
fn overrule(dice: &mut Dice, scene: &Scene<'_>, case: &Case) -> Move {
    let who = match dice.roll(8) {
        0 => anybody(dice),
        1..=3 => person(PEOPLE - 2),
        _ => person(PEOPLE - 1),
    };
    let act = if case.instance.suspended.is_some() && dice.one_in(2) {
        Override::Resume
    } else {
        overriding(dice, scene, case)
    };
    let reason = "a reason".to_owned();
    by(&who, Action::Override { act, reason })
}

fn overriding(dice: &mut Dice, scene: &Scene<'_>, case: &Case) -> Override {
    let any = scene.states[dice.roll(scene.states.len())].id.clone();
    let instance = &case.instance;
    match dice.roll(17) {
        0 => Override::Terminate,
        1..=4 => Override::Suspend,
        5..=8 => Override::Jump { to: any },
        9..=11 => {
            let task = dice.pick(&instance.tasks);
            let pool = task.map(|task| task.candidates.clone());
            let task = task.map_or(1, |task| task.no);
            let candidate = dice.pick(&pool.unwrap_or_default()).cloned();
            let to = candidate.unwrap_or_else(|| anybody(dice));
            Override::Reassign { task, to }
        }
        12..=14 => {
            let here = dice.pick(&instance.active).map(|at| at.state.clone());
            let state = here.filter(|_| !dice.one_in(6)).unwrap_or(any);
            Override::Skip { state }
        }
        15 => Override::Resume,
        _ => {
            let held = dice.pick(&instance.holds).map(|held| held.state.clone());
            let state = held.unwrap_or(any);
            Override::Retry { state }
        }
    }
}

/// Somebody who has no business with a task.
fn stranger(dice: &mut Dice, scene: &Scene<'_>, case: &Case) -> Move {
    let who = anybody(dice);
    let Some(task) = dice.pick(&case.instance.tasks).cloned() else {
        let task = 1 + u32::try_from(dice.roll(5)).unwrap();
        let action = Action::Advise {
            task,
            comment: "words".to_owned(),
        };
        return by(&who, action);
    };
    let action = with_task(dice, scene, &task);
    by(&who, action)
}

/// The holder of a task, or a candidate.
fn holder(dice: &mut Dice, scene: &Scene<'_>, case: &Case) -> Move {
    let Some(task) = dice.pick(&case.instance.tasks).cloned() else {
        return Move::Nothing;
    };
    if let Some(candidate) = dice.pick(&task.candidates).cloned() {
        return by(&candidate, Action::Claim { task: task.no });
    }
    let action = with_task(dice, scene, &task);
    by(&task.assignee, action)
}

fn with_task(dice: &mut Dice, scene: &Scene<'_>, task: &Task) -> Action {
    let no = task.no;
    if !task.candidates.is_empty() {
        return Action::Claim { task: no };
    }
    let state = scene.states.iter().find(|state| state.id == task.state);
    if dice.one_in(4)
        && matches!(
            task.kind,
            TaskKind::Approve | TaskKind::Work | TaskKind::Advise
        )
    {
        let claimed = state.is_some_and(|state| match &state.kind {
            Kind::Approve(approve) => approve.claim,
            Kind::Work(work) => work.claim,
            Kind::Draft | Kind::Together(_) | Kind::Choose(..) | Kind::Wait | Kind::End(_) => false,
        });
        if claimed && dice.one_in(3) {
            return Action::GiveBack {
                task: no,
                comment: None,
            };
        }
        let added = scene
            .case
            .map(|case| added_by(case, task))
            .unwrap_or_default();
        if let (Some(person), true) = (dice.pick(&added).cloned(), dice.one_in(2)) {
            return Action::RemoveSigner {
                task: no,
                person,
                comment: None,
            };
        }
        return beside(dice, no);
    }
    match task.kind {
        TaskKind::Draft if dice.one_in(6) => Action::Save {
            set: values(dice, &["amount", "note"]),
        },
        TaskKind::Draft => Action::Submit {
            set: if dice.one_in(3) {
                values(dice, &["amount", "note"])
            } else {
                Values::new()
            },
            straight_back: dice.one_in(3),
        },
        TaskKind::Approve | TaskKind::Work => {
            let Some(state) = state else {
                return Action::Urge;
            };
            if dice.one_in(8) {
                back(dice, scene, no)
            } else {
                decide(dice, state, no)
            }
        }
        TaskKind::Advise => Action::Advise {
            task: no,
            comment: "an opinion".to_owned(),
        },
        TaskKind::Answer => Action::Reply {
            task: no,
            text: "an answer".to_owned(),
        },
        TaskKind::Read => Action::Read { task: no },
    }
}

/// Whom the holder brought in, and could send away.
fn added_by(case: &Case, task: &Task) -> Vec<String> {
    let active = case.instance.at(task.entry);
    let voters = active
        .map(|active| active.voters.clone())
        .unwrap_or_default();
    let added = voters
        .into_iter()
        .filter(|voter| voter.added_by.as_ref() == Some(&task.assignee))
        .map(|voter| voter.person);
    let asked = case
        .instance
        .tasks
        .iter()
        .filter(|open| open.host == Some(task.no));
    added
        .chain(asked.map(|open| open.assignee.clone()))
        .collect()
}

fn decide(dice: &mut Dice, state: &State, task: u32) -> Action {
    let set = if !state.write.is_empty() && dice.one_in(2) {
        values(dice, &state.write)
    } else if dice.one_in(20) {
        values(dice, &["amount", "note"])
    } else {
        Values::new()
    };
    let comment = words(dice);
    match &state.kind {
        Kind::Work(work) => {
            let named: Vec<String> = work
                .actions
                .iter()
                .map(|action| action.id.clone())
                .collect();
            let action = dice
                .pick(&named)
                .cloned()
                .unwrap_or_else(|| "done".to_owned());
            Action::Act {
                task,
                action,
                comment,
                set,
            }
        }
        Kind::Approve(approve) => {
            let outcome = dice
                .pick(&approve.outcomes)
                .map(|outcome| outcome.id.clone());
            let verdict = if dice.one_in(4) {
                Verdict::Reject
            } else {
                Verdict::Approve
            };
            let with = DecideWith {
                outcome: outcome.filter(|_| dice.one_in(3)),
                ..DecideWith::default()
            };
            Action::Decide {
                task,
                verdict,
                comment,
                set,
                with,
            }
        }
        Kind::Draft | Kind::Together(_) | Kind::Choose(..) | Kind::Wait | Kind::End(_) => {
            Action::Urge
        }
    }
}

fn back(dice: &mut Dice, scene: &Scene<'_>, task: u32) -> Action {
    let to = match dice.roll(3) {
        0 => ReturnTo::Applicant,
        1 => ReturnTo::Previous,
        _ => ReturnTo::State(scene.states[dice.roll(scene.states.len())].id.clone()),
    };
    Action::Return {
        task,
        to,
        comment: "go back".to_owned(),
    }
}

/// Something other than deciding.
fn beside(dice: &mut Dice, task: u32) -> Action {
    let (to, comment) = (anybody(dice), None);
    match dice.roll(12) {
        0..=3 => Action::AddSigner {
            task,
            person: to,
            place: dice.of(&[
                SignerPlace::Before,
                SignerPlace::Alongside,
                SignerPlace::After,
            ]),
            role: dice.of(&[SignerRole::Voter, SignerRole::Voter, SignerRole::Adviser]),
            comment,
        },
        4 | 5 => Action::RemoveSigner {
            task,
            person: to,
            comment,
        },
        6 | 7 => Action::Transfer { task, to, comment },
        8 => Action::Delegate { task, to, comment },
        9 => Action::Ask {
            task,
            to: Some(to),
            question: "what is it?".to_owned(),
        },
        10 => Action::GiveBack { task, comment },
        _ => Action::Ask {
            task,
            to: None,
            question: "what is it?".to_owned(),
        },
    }
}
