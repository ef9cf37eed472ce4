//! `fail_each_call`: a scripted case, and every call of the database, of the ERP and of the mail server in it fails once. What
//! was acknowledged is there, once, and everything comes to its end.
//!
//! The ordinary run takes every twenty-third call; `ASSENT_EACH_CALL=1` takes every one.

use std::sync::Arc;

use assent_core::command::{Action, Actor, Command, DecideWith, Verdict, Via};
use assent_core::event::Change;
use assent_core::value::Values;
use assent_store::faults::{self, Fault};
use serde_json::json;

use super::harness::{HOUR_MS, LEAVE, MONDAY, TestApp, leave_of, values};
use super::outside::{self, Outside};
use super::sim::Thing;
use crate::app::{App, AppError};
use crate::workers::{outbox, reconcile, timers};

const SCENE: &str = include_str!("scene.yaml");
/// Tries of a client before it gives up.
const TRIES_MAX: u32 = 5;
/// Hours until everything that failed once has been tried again.
const HOURS_TO_REST: i64 = 8;

/// What fails.
#[derive(Clone, Copy, Debug)]
enum Failing {
    /// The call of the database with this number.
    Database(u64, Fault),
    /// The call of the ERP or the mail server with this number; whether it arrives all the same.
    Outside(usize, bool),
    Nothing,
}

#[tokio::test]
async fn fail_each_call_loses_and_doubles_nothing() {
    let every = std::env::var("ASSENT_EACH_CALL").ok();
    let every: usize = every.and_then(|text| text.parse().ok()).unwrap_or(23);
    let (calls, asked) = Box::pin(scene(Failing::Nothing)).await;
    assert!(calls > 60 && asked >= 4, "{calls} calls, {asked} asked");
    let mut runs = 0;
    for at in (1..=calls).step_by(every) {
        for fault in [Fault::Before, Fault::After] {
            Box::pin(scene(Failing::Database(at, fault))).await;
            runs += 1;
        }
    }
    for at in (1..=asked).step_by(every.div_ceil(12)) {
        for arrives in [false, true] {
            Box::pin(scene(Failing::Outside(at, arrives))).await;
            runs += 1;
        }
    }
    println!(
        "fail_each_call: {calls} calls of the database and {asked} of other systems, {runs} runs, violations 0"
    );
}

/// What one decision costs in calls of the database: a look at the instance and one at its record when it is not remembered,
/// one for everything that is written, and COMMIT.
#[tokio::test]
async fn a_decision_asks_the_database_seldom() {
    let test = TestApp::with(LEAVE).await;
    let calls = async |cold: bool| {
        let answer = test.submitted(&leave_of(5)).await;
        let bob = answer.opened.iter().find(|task| task.assignee == "bob");
        if cold {
            test.app.inner.recent.take(&answer.instance);
        }
        faults::plan(u64::MAX, Fault::Before);
        let task = bob.unwrap().task;
        test.decide(&answer.instance, task, "bob", Verdict::Approve)
            .await
            .unwrap();
        faults::clear().0
    };
    assert_eq!((calls(true).await, calls(false).await), (4, 2));
    test.settle().await;
    test.finish().await;
}

/// Plays the case and looks whether everything is as it must be; answers how many calls it took.
async fn scene(failing: Failing) -> (u64, usize) {
    let test = TestApp::configured("", |config| {
        config.modules = vec![Arc::new(Thing)];
    })
    .await;
    test.publish(SCENE).await;
    let mut world = Outside::default();
    match failing {
        Failing::Database(at, fault) => faults::plan(at, fault),
        Failing::Outside(at, arrives) => (world.fails, world.acts_first) = (Some(at), arrives),
        Failing::Nothing => faults::plan(u64::MAX, Fault::Before),
    }
    outside::open(world);
    let instance = started(&test.app, failing).await;
    work(&test).await;
    let task = approved(&test.app, &instance, failing).await;
    work(&test).await;
    let (calls, _) = faults::clear();
    for hour in 1..=HOURS_TO_REST {
        test.at(MONDAY.plus_ms(hour * HOUR_MS));
        test.settle().await;
        let found = reconcile::round(&test.app).await.unwrap();
        assert_eq!(found.stuck, [], "{failing:?}");
    }
    let trail = test.app.trail(&instance).await.unwrap();
    let times =
        |is: &dyn Fn(&Change) -> bool| trail.iter().filter(|event| is(&event.change)).count();
    let decided =
        times(&|change| matches!(change, Change::Decided { task: of, .. } if *of == task));
    assert_eq!(decided, 1, "{failing:?}: decided once");
    let ended = times(&|change| matches!(change, Change::Ended { .. }));
    assert_eq!(ended, 1, "{failing:?}: {trail:#?}");
    let all = test.app.store().all_instances(None, 10).await.unwrap();
    assert_eq!(all.len(), 1, "{failing:?}: started once");
    let world = outside::close();
    assert_eq!(world.done.len(), 1, "{failing:?}: asked once, by its key");
    assert!(world.broken.is_empty(), "{:?}", world.broken);
    test.finish().await;
    (calls, world.asked)
}

/// Everything due now is delivered, whatever fails once.
async fn work(test: &TestApp) {
    for _ in 0..TRIES_MAX {
        timers::step(&test.app).await.ok();
        outbox::drain(&test.app).await.ok();
    }
}

/// Starts it, again with the same key until somebody says that it is done.
async fn started(app: &App, failing: Failing) -> String {
    let subject = json!({"subject": "words"});
    for _ in 0..TRIES_MAX {
        let (actor, key) = (Actor::Person("ann".to_owned()), Some("start".to_owned()));
        let answer = app
            .start("scene", actor, Via::Api, &values(&subject), true, key)
            .await;
        match answer {
            Ok(answer) => return answer.instance,
            Err(AppError::Unavailable(_)) => {}
            Err(fault) => panic!("{failing:?}: {fault}"),
        }
    }
    panic!("{failing:?}: it never starts");
}

/// Approves it the same way, as soon as somebody is asked.
async fn approved(app: &App, instance: &str, failing: Failing) -> u32 {
    for hour in 0..HOURS_TO_REST {
        app.clock().set(MONDAY.plus_ms(hour * HOUR_MS / 4));
        outbox::drain(app).await.ok();
        let open = app.store().open_tasks(instance).await.unwrap_or_default();
        let Some(task) = open.iter().find(|task| task.assignee == "bob") else {
            continue;
        };
        let command = Command {
            actor: Actor::Person("bob".to_owned()),
            via: Via::Api,
            action: Action::Decide {
                task: task.no,
                verdict: Verdict::Approve,
                comment: None,
                set: Values::new(),
                with: DecideWith::default(),
            },
            key: Some("decide".to_owned()),
        };
        for _ in 0..TRIES_MAX {
            match app.command(instance, command.clone()).await {
                Ok(_) => return task.no,
                Err(AppError::Unavailable(_)) => {}
                Err(fault) => panic!("{failing:?}: {fault}"),
            }
        }
    }
    panic!("{failing:?}: nobody is ever asked");
}
