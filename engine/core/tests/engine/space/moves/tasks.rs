//! What people do with tasks, theirs and others'.

use assent_core::command::{Action, DecideWith, ReturnTo, SignerPlace, SignerRole, Verdict};
use assent_core::instance::{Case, Task, TaskKind};
use assent_core::value::Values;

use super::super::dice::Dice;
use super::super::sketch::{Kind, State};

use super::{Move, Scene, anybody, by, values, words};

/// Somebody who has no business with a task.
pub fn stranger(dice: &mut Dice, scene: &Scene<'_>, case: &Case) -> Move {
    let who = anybody(dice);
    if let Some((task, by_whom, person)) = dice.pick(&regretted(case)).cloned()
        && dice.one_in(3)
    {
        let action = Action::RemoveSigner {
            task,
            person,
            comment: None,
        };
        return by(&by_whom, action);
    }
    let Some(task) = dice.pick(&case.instance.tasks).cloned() else {
        let task = 1 + u32::try_from(dice.roll(5)).unwrap();
        let action = Action::Advise {
            task,
            comment: "words".to_owned(),
        };
        return by(&who, action);
    };
    let action = with_task(dice, scene, &task, &who);
    by(&who, action)
}

/// Who added whom, with every task of that state: it need not be theirs, nor open any more.
fn regretted(case: &Case) -> Vec<(u32, String, String)> {
    let mut all = vec![];
    for active in &case.instance.active {
        for voter in &active.voters {
            let Some(by_whom) = &voter.added_by else {
                continue;
            };
            let tasks = active.voters.iter().filter_map(|voter| voter.task);
            all.extend(tasks.map(|task| (task, by_whom.clone(), voter.person.clone())));
        }
    }
    all
}

/// The holder of a task, or a candidate.
pub fn holder(dice: &mut Dice, scene: &Scene<'_>, case: &Case) -> Move {
    let Some(task) = dice.pick(&case.instance.tasks).cloned() else {
        return Move::Nothing;
    };
    if let Some(candidate) = dice.pick(&task.candidates).cloned() {
        return by(&candidate, Action::Claim { task: task.no });
    }
    // While somebody stands in, whoever was asked may act as well.
    let asked = task.stands_for.clone().filter(|_| dice.one_in(3));
    let who = asked.unwrap_or_else(|| task.assignee.clone());
    let inside = case.instance.at(task.entry);
    let inside = inside.is_some_and(|at| at.parent.is_some());
    // In a parallel state everybody may come to wait for the applicant.
    if inside && decides(&task) && dice.one_in(5) {
        return by(&who, question(task.no, None));
    }
    let action = with_task(dice, scene, &task, &who);
    by(&who, action)
}

fn decides(task: &Task) -> bool {
    matches!(task.kind, TaskKind::Approve | TaskKind::Work)
}

fn question(task: u32, to: Option<String>) -> Action {
    Action::Ask {
        task,
        to,
        question: "what is it?".to_owned(),
    }
}

fn with_task(dice: &mut Dice, scene: &Scene<'_>, task: &Task, who: &str) -> Action {
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
            Kind::Draft
            | Kind::Together(_)
            | Kind::Choose(..)
            | Kind::Wait
            | Kind::Run(_)
            | Kind::Subflow(_)
            | Kind::End(_) => false,
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
            set: values(dice, &["amount", "note"], scene.wide),
        },
        TaskKind::Draft => Action::Submit {
            set: if dice.one_in(3) {
                values(dice, &["amount", "note"], scene.wide)
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
                decide(dice, scene, state, no, who)
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

fn decide(dice: &mut Dice, scene: &Scene<'_>, state: &State, task: u32, me: &str) -> Action {
    let set = if !state.write.is_empty() && dice.one_in(2) {
        values(dice, &state.write, scene.wide)
    } else if dice.one_in(20) {
        values(dice, &["amount", "note"], scene.wide)
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
                signature: (scene.wide && !dice.one_in(8)).then(|| me.to_owned()),
                stepped_up: scene.wide && !dice.one_in(8),
                bulk: false,
            };
            Action::Decide {
                task,
                verdict,
                comment,
                set,
                with,
            }
        }
        Kind::Draft
        | Kind::Together(_)
        | Kind::Choose(..)
        | Kind::Wait
        | Kind::Run(_)
        | Kind::Subflow(_)
        | Kind::End(_) => Action::Urge,
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
        9 => question(task, Some(to)),
        10 => Action::GiveBack { task, comment },
        _ => question(task, None),
    }
}
