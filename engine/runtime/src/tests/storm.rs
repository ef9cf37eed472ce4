//! `timer_storm`: many timers due at one moment, decisions beside them, and a death in the middle. `orphan_hunt`: wake-ups
//! deleted by hand. The workers run as they do in the program, on threads of their own.
//!
//! `ASSENT_TIMERS=20000` makes a bigger storm, `ASSENT_ORPHANS=5000` a longer hunt.

use std::sync::Arc;
use std::time::{Duration, Instant};

use assent_core::command::Verdict;
use assent_core::event::Change;
use serde_json::json;

use super::harness::{HOUR_MS, MONDAY, TestApp};
use super::outside::{self, Outside};
use super::sim::Thing;
use crate::App;
use crate::workers::{outbox, reconcile, timers};

/// Timers of the ordinary run.
const TIMERS: usize = 130;
/// Longest drain before it is a failure and not a slow machine.
const DRAIN_MAX: Duration = Duration::from_secs(600);

fn asked(name: &str) -> usize {
    let asked = std::env::var(name).ok();
    asked.and_then(|text| text.parse().ok()).unwrap_or(TIMERS)
}

/// Cases that wait for their approval, each with a reminder that is due in an hour.
async fn waiting(count: usize) -> (TestApp, Vec<String>) {
    let test = TestApp::configured("", |config| config.modules = vec![Arc::new(Thing)]).await;
    test.publish(include_str!("scene.yaml")).await;
    outside::open(Outside::default());
    let mut instances = Vec::with_capacity(count);
    for number in 0..count {
        let answer = test
            .submitted(&json!({"subject": format!("case {number}")}))
            .await;
        instances.push(answer.instance);
    }
    while outbox::drain(&test.app).await.unwrap() > 0 {}
    (test, instances)
}

async fn reminders(app: &App, instance: &str) -> usize {
    let trail = app.trail(instance).await.unwrap();
    let fired = |change: &Change| matches!(change, Change::WakeupCleared { fired: true, .. });
    trail.iter().filter(|event| fired(&event.change)).count()
}

#[tokio::test]
async fn timer_storm_fires_each_timer_once_while_people_decide() {
    let count = asked("ASSENT_TIMERS");
    let (test, instances) = waiting(count).await;
    test.at(MONDAY.plus_ms(HOUR_MS));
    let begun = Instant::now();
    let (mut fired, mut latencies, mut next) = (0, vec![], 0);
    // Half of it; then the program dies with claims in its hands.
    while fired < count / 2 {
        let (step, slowest) = Box::pin(step_and_decide(&test, &instances, &mut next)).await;
        fired += step;
        latencies.push(slowest);
        assert!(begun.elapsed() < DRAIN_MAX, "{fired} of {count} fired");
    }
    let now = test.app.now();
    let lost = test
        .app
        .store()
        .claim_wakeups("died", now, now.plus_ms(30_000), 64)
        .await;
    let lost = lost.unwrap().len();
    let mut config = test.app.config().clone();
    config.workers = false;
    let other = App::open(config).await.unwrap();
    while timers::step(&other).await.unwrap().fired > 0 {}
    // What the dead one held is free when its lease is over.
    test.at(now.plus_ms(30_000));
    while timers::step(&other).await.unwrap().fired > 0 {}
    other.close().await;
    let took = begun.elapsed();
    for (number, instance) in instances.iter().enumerate() {
        let fired = reminders(&test.app, instance).await;
        // One that was decided before its reminder needs none.
        let fits = if number < next {
            fired <= 1
        } else {
            fired == 1
        };
        assert!(fits, "{instance}: reminded {fired} times");
    }
    latencies.sort();
    let p99 = latencies[latencies.len() * 99 / 100];
    println!(
        "timer_storm: {count} timers at one moment, {next} decisions meanwhile, {lost} held by a dead node; all fired once in {took:?} \
         ({:.0}/s), the slowest decision of a step p99 {p99:?}",
        count as f64 / took.as_secs_f64()
    );
    while outbox::drain(&test.app).await.unwrap() > 0 {}
    outside::close();
    test.finish().await;
}

/// One step of the timers with a decision beside it; how many fired, and how long the decision took.
async fn step_and_decide(
    test: &TestApp,
    instances: &[String],
    next: &mut usize,
) -> (usize, Duration) {
    let instance = &instances[*next];
    let open = test.app.store().open_tasks(instance).await.unwrap();
    let task = open.iter().find(|task| task.assignee == "bob").unwrap().no;
    let begun = Instant::now();
    let decide = async {
        test.decide(instance, task, "bob", Verdict::Approve)
            .await
            .unwrap();
        begun.elapsed()
    };
    let (step, took) = tokio::join!(timers::step(&test.app), decide);
    *next += 1;
    (step.unwrap().fired, took)
}

#[tokio::test]
async fn orphan_hunt_arms_again_what_was_deleted_by_hand() {
    let count = asked("ASSENT_ORPHANS");
    let (test, instances) = waiting(count).await;
    let far = MONDAY.plus_ms(400 * 24 * HOUR_MS);
    let mut gone = 0;
    loop {
        let claimed = test
            .app
            .store()
            .claim_wakeups("vandal", far, far, 500)
            .await
            .unwrap();
        if claimed.is_empty() {
            break;
        }
        for wakeup in &claimed {
            assert!(test.app.store().remove_wakeup(wakeup).await.unwrap());
            gone += 1;
        }
    }
    let begun = Instant::now();
    let found = reconcile::round(&test.app).await.unwrap();
    let took = begun.elapsed();
    assert_eq!(
        (found.looked, found.healed, found.stuck.len()),
        (count, gone, 0)
    );
    println!(
        "orphan_hunt: {gone} wake-ups of {count} instances deleted by hand, armed again by one round in {took:?} ({:.0}/s); \
         a round begins at most 62 seconds after the one before",
        gone as f64 / took.as_secs_f64()
    );
    test.at(MONDAY.plus_ms(HOUR_MS));
    while timers::step(&test.app).await.unwrap().fired > 0 {}
    for instance in instances.iter().step_by(17) {
        assert_eq!(reminders(&test.app, instance).await, 1);
    }
    while outbox::drain(&test.app).await.unwrap() > 0 {}
    outside::close();
    test.finish().await;
}
