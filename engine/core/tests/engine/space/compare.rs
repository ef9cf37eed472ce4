//! The engine's case beside the model's: what differs, in words.

use assent_core::command::Verdict;
use assent_core::instance::{Active, BranchStatus, Case, TaskKind};

use super::model::{BranchIs, Model, Place, shown};

/// What differs, and how. Empty when they agree.
pub fn differences(model: &Model, case: &Case) -> Vec<(&'static str, String)> {
    let instance = &case.instance;
    let mut found = vec![];
    let mut beside = |what: &'static str, engine: String, model: String| {
        if engine != model {
            found.push((what, format!("\n   engine {engine}\n   model  {model}")));
        }
    };
    beside(
        "status",
        instance.status_word().to_owned(),
        model.status().to_owned(),
    );
    beside("round", instance.round.to_string(), model.round.to_string());
    let values = |values| format!("{:?}", shown(values));
    beside("values", values(&case.values), values(&model.values));
    beside(
        "places",
        engine_places(&instance.active),
        model_places(&model.places),
    );
    beside(
        "votes",
        engine_votes(&instance.active),
        model_votes(&model.places),
    );
    beside("tasks", engine_tasks(case), model_tasks(model));
    let mut waits: Vec<&str> = instance.waiting_on();
    let owned = model.waiting_on();
    let mut expected: Vec<&str> = owned.iter().map(String::as_str).collect();
    waits.sort_unstable();
    expected.sort_unstable();
    beside("waiting on", waits.join(" "), expected.join(" "));
    let mut timers: Vec<String> = instance
        .wakeups
        .iter()
        .map(|wakeup| format!("{} at {}", wakeup.reference, wakeup.at.0))
        .collect();
    let timer = |timer: &super::model::Timer| {
        format!(
            "e{}.r{}.{} at {}",
            timer.place, timer.rung, timer.fired, timer.at
        )
    };
    let mut expected: Vec<String> = model.timers.iter().map(timer).collect();
    timers.sort();
    expected.sort();
    beside("timers", timers.join(", "), expected.join(", "));
    let calls = instance.calls.iter();
    let calls: Vec<_> = calls.map(|call| (call.no, call.entry, call.off)).collect();
    beside("calls", format!("{calls:?}"), format!("{:?}", model.calls));
    let children = instance.children.iter();
    let children: Vec<_> = children
        .map(|child| (child.entry, child.beside, child.outcome.clone()))
        .collect();
    let expected = model.children.iter();
    let expected: Vec<_> = expected
        .map(|child| (child.place, child.beside, child.ended.clone()))
        .collect();
    beside("children", format!("{children:?}"), format!("{expected:?}"));
    let mut holds: Vec<String> = instance
        .holds
        .iter()
        .map(|held| format!("{} {:?}", held.state, held.entry))
        .collect();
    let mut expected: Vec<String> = model
        .holds
        .iter()
        .map(|hold| format!("{} {:?}", hold.state, hold.place))
        .collect();
    holds.sort();
    expected.sort();
    beside("holds", holds.join(", "), expected.join(", "));
    found
}

fn engine_places(active: &[Active]) -> String {
    let mut all: Vec<String> = active
        .iter()
        .map(|at| {
            let branch = |status: BranchStatus| match status {
                BranchStatus::Skipped => "left out",
                BranchStatus::Open => "open",
                BranchStatus::Done => "done",
                BranchStatus::Rejected => "rejected",
                BranchStatus::Cancelled => "cancelled",
            };
            let branches: Vec<String> = at
                .branches
                .iter()
                .map(|run| format!("{} {}", run.id, branch(run.status)))
                .collect();
            let due = at.due.map(|due| due.0);
            format!(
                "{:3} {} in {:?} due {due:?} {branches:?}",
                at.entry, at.state, at.parent
            )
        })
        .collect();
    all.sort();
    all.join("; ")
}

fn model_places(places: &[Place]) -> String {
    let mut all: Vec<String> = places
        .iter()
        .map(|at| {
            let branch = |status: BranchIs| match status {
                BranchIs::LeftOut => "left out",
                BranchIs::Open => "open",
                BranchIs::Done => "done",
                BranchIs::Rejected => "rejected",
            };
            let branches: Vec<String> = at
                .branches
                .iter()
                .map(|(id, status)| format!("{id} {}", branch(*status)))
                .collect();
            format!(
                "{:3} {} in {:?} due {:?} {branches:?}",
                at.no, at.state, at.inside, at.due
            )
        })
        .collect();
    all.sort();
    all.join("; ")
}

fn engine_votes(active: &[Active]) -> String {
    let mut all = vec![];
    for at in active {
        for voter in &at.voters {
            let said = voter.verdict.map(|verdict| verdict == Verdict::Approve);
            let groups: Vec<String> = voter.groups.iter().map(u32::to_string).collect();
            all.push(format!(
                "{} {} {said:?} weight {} groups {} row {:?}",
                at.state,
                voter.person,
                voter.weight,
                groups.join("+"),
                voter.stack
            ));
        }
    }
    in_order(all)
}

fn model_votes(places: &[Place]) -> String {
    let mut all = vec![];
    for at in places {
        for vote in &at.votes {
            let groups: Vec<String> = vote.groups.iter().map(usize::to_string).collect();
            all.push(format!(
                "{} {} {:?} weight {} groups {} row {:?}",
                at.state,
                vote.person,
                vote.said,
                vote.weight,
                groups.join("+"),
                vote.row
            ));
        }
    }
    in_order(all)
}

/// By state, in each the order of asking.
fn in_order(mut all: Vec<String>) -> String {
    let state = |line: &String| line.split(' ').next().map(str::to_owned);
    all.sort_by_key(state);
    all.join("; ")
}

fn engine_tasks(case: &Case) -> String {
    let all = case.instance.tasks.iter().map(|task| {
        let state = if task.kind == TaskKind::Read {
            ""
        } else {
            &task.state
        };
        format!(
            "{} {state} {:?} of {} for {} among {:?} host {:?} {} instead of {:?}",
            task.no,
            task.kind,
            task.assignee,
            task.voter,
            task.candidates,
            task.host,
            task.blocks,
            task.stands_for
        )
    });
    all.collect::<Vec<_>>().join("; ")
}

fn model_tasks(model: &Model) -> String {
    let all = model.tasks.iter().map(|task| {
        let state = if task.kind == TaskKind::Read {
            ""
        } else {
            &task.state
        };
        format!(
            "{} {state} {:?} of {} for {} among {:?} host {:?} {} instead of {:?}",
            task.no,
            task.kind,
            task.holder,
            task.voter,
            task.pool,
            task.host,
            task.blocks,
            task.stands_for
        )
    });
    all.collect::<Vec<_>>().join("; ")
}
