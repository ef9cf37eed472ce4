//! Timers, calls, subflows, and mending.

use std::sync::{Arc, Mutex};

use assent_core::command::{Action, Actor, Command, EffectAnswer, Override, Via};
use assent_core::directory::{Directory, RoleGrant};
use assent_core::event::Change;
use assent_core::value::Values;
use serde_json::{Value as Json, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::harness::{HOUR_MS, LEAVE, MONDAY, TestApp, directory, leave_of, values};
use crate::app::{Connector, Secret};
use crate::workers::{outbox, reconcile, timers};

const SHIPMENT: &str = include_str!("../../../core/src/dialect/tests/shipment_release.yaml");

/// Requests an ERP got: path, idempotency key, body.
type Seen = Arc<Mutex<Vec<(String, String, Json)>>>;

/// An ERP on loopback that answers what `answer` says.
async fn erp(
    answer: impl Fn(usize, &str, &Json) -> (u16, String) + Send + 'static,
) -> (String, Seen) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let seen: Seen = Arc::default();
    let log = Arc::clone(&seen);
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut raw = Vec::new();
            let mut chunk = [0u8; 4096];
            let (head, body) = loop {
                let n = stream.read(&mut chunk).await.unwrap();
                raw.extend_from_slice(&chunk[..n]);
                let text = String::from_utf8_lossy(&raw).into_owned();
                if let Some((head, body)) = text.split_once("\r\n\r\n") {
                    let length: usize = header(head, "content-length").parse().unwrap_or(0);
                    if body.len() >= length {
                        break (head.to_owned(), body.to_owned());
                    }
                }
            };
            let path = head.split(' ').nth(1).unwrap().to_owned();
            let body: Json = serde_json::from_str(&body).unwrap_or_default();
            assert_eq!(header(&head, "authorization"), "Bearer erp-key");
            let n = log.lock().unwrap().len();
            let (status, said) = answer(n, &path, &body);
            log.lock()
                .unwrap()
                .push((path, header(&head, "idempotency-key"), body));
            let reply = format!(
                "HTTP/1.1 {status} x\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{said}",
                said.len()
            );
            stream.write_all(reply.as_bytes()).await.unwrap();
        }
    });
    (base, seen)
}

fn header(head: &str, name: &str) -> String {
    head.lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim().to_owned())
        .unwrap_or_default()
}

/// The leave people, with the shipment flow's roles.
fn shippers() -> Directory {
    let mut people = directory();
    for (person, role) in [
        ("bob", "logistics_manager"),
        ("bea", "sales_director"),
        ("hana", "credit_controller"),
        ("own", "logistics_lead"),
        ("adm", "it_on_call"),
        ("hana", "finance_manager"),
    ] {
        people.roles.push(RoleGrant {
            role: role.into(),
            person: person.into(),
            unit: None,
        });
    }
    people
}

async fn with_erp(base: String) -> TestApp {
    let test = TestApp::configured("", |config| {
        config.modules = vec![Arc::new(assent_shipment::Shipment)];
        config.connectors.insert(
            "erp".into(),
            Connector {
                base,
                bearer: Some(Secret("erp-key".into())),
            },
        );
    })
    .await;
    test.app.import_directory(shippers()).await.unwrap();
    test.publish(SHIPMENT).await;
    test
}

fn full_truck() -> Json {
    json!({"shipment_no": "SH-2026-0001", "customer": "华东钢贸", "amount": "80000.00", "loaded_t": "29.5", "capacity_t": "30"})
}

#[tokio::test]
async fn another_system_is_asked_once_and_its_answer_goes_on() {
    let (base, seen) = erp(|_, path, _| match path {
        "/credit-checks" => (
            200,
            json!({"limit": "500000.00", "used": "100000.00"}).to_string(),
        ),
        _ => (200, json!({"released": true}).to_string()),
    })
    .await;
    let test = with_erp(base).await;
    let answer = test.submitted(&full_truck()).await;
    test.settle().await;
    let view = test
        .app
        .instance_view("ann", &answer.instance)
        .await
        .unwrap();
    assert_eq!(view.head.status, "approved", "{:#?}", view.standing);
    let limit = view
        .facts
        .iter()
        .find(|fact| fact.name == "credit_limit")
        .unwrap();
    assert!(
        limit.shown.en.starts_with("500,000.00"),
        "{:?}",
        limit.shown
    );
    let seen = seen.lock().unwrap().clone();
    assert_eq!(seen.len(), 2, "{seen:?}");
    assert_eq!(seen[0].2["amount"], "80000.00");
    assert!(
        !seen[0].1.is_empty() && seen[0].1 != seen[1].1,
        "each its own key: {seen:?}"
    );
    test.finish().await;
}

/// A9.23
#[tokio::test]
async fn a_system_that_is_down_is_tried_as_the_flow_says_then_the_instance_is_held() {
    let (base, seen) = erp(|n, path, _| match path {
        "/credit-checks" if n < 4 => (503, "down for maintenance".to_owned()),
        "/credit-checks" => (200, json!({"limit": "500000.00", "used": "0"}).to_string()),
        _ => (200, json!({"released": true}).to_string()),
    })
    .await;
    let test = with_erp(base).await;
    let answer = test.submitted(&full_truck()).await;
    // A9.23: what failed, and when it is tried again, stands on the page, in why and in the API.
    outbox::drain(&test.app).await.unwrap();
    let view = test.app.instance_view("ann", &answer.instance).await;
    let told = view.unwrap().standing.remove(0).trouble.unwrap();
    assert_eq!(
        told.zh,
        "第 1 次失败：HTTP 503: down for maintenance；2026-03-02 周一 09:01 再试"
    );
    assert!(told.en.contains("attempt 1 failed: HTTP 503") && told.en.contains("next try"));
    let why = test.app.why(Some("ann"), &answer.instance, None).await;
    assert_eq!(why.unwrap().waits[0].words[1], told);
    let mut at = MONDAY;
    // 1 minute, 10 minutes, 1 hour: four attempts in all.
    for wait_ms in [0, 60_000, 600_000, HOUR_MS] {
        at = at.plus_ms(wait_ms - 1);
        test.at(at);
        outbox::drain(&test.app).await.unwrap();
        let early = seen.lock().unwrap().len();
        at = at.plus_ms(1);
        test.at(at);
        outbox::drain(&test.app).await.unwrap();
        assert_eq!(
            seen.lock().unwrap().len(),
            early.max(1) + usize::from(wait_ms > 0),
            "never early"
        );
    }
    let view = test
        .app
        .instance_view("ann", &answer.instance)
        .await
        .unwrap();
    assert_eq!(view.head.status, "held");
    assert!(view.head.held.unwrap().zh.contains("503"));
    test.settle().await;
    let told: Vec<String> = test.mails().await.into_iter().map(|(to, _)| to).collect();
    assert!(
        told.contains(&"adm@example.com".to_owned())
            && told.contains(&"own@example.com".to_owned()),
        "{told:?}"
    );
    let stuck = test.app.stuck().await.unwrap();
    assert_eq!(
        (stuck.len(), stuck[0].kind, stuck[0].code.as_str()),
        (1, "held", "effect_failed")
    );

    let keys: Vec<String> = seen
        .lock()
        .unwrap()
        .iter()
        .map(|(_, key, _)| key.clone())
        .collect();
    assert!(
        keys.windows(2).all(|pair| pair[0] == pair[1]),
        "every attempt carries the same key: {keys:?}"
    );
    let retry = Action::Retry {
        comment: None,
        set: Values::new(),
    };
    test.act(&answer.instance, "own", retry).await.unwrap();
    test.settle().await;
    let view = test
        .app
        .instance_view("ann", &answer.instance)
        .await
        .unwrap();
    assert_eq!(view.head.status, "approved");
    test.finish().await;
}

/// A2.110: what was not sent when its state was left is not sent any more, and nothing is sent while the case is suspended.
#[tokio::test]
async fn a_case_that_has_moved_on_calls_nobody() {
    let (base, seen) = erp(|_, _, _| (503, "down for maintenance".to_owned())).await;
    let test = with_erp(base).await;
    let asked = || seen.lock().unwrap().len();
    let withdraw = || Action::Withdraw { comment: None };
    let over = |reason: &str, act| Action::Override {
        act,
        reason: reason.to_owned(),
    };

    let unsent = test.submitted(&truck(1)).await.instance;
    test.act(&unsent, "ann", over("等总部通知", Override::Suspend))
        .await
        .unwrap_err();
    test.act(&unsent, "own", over("等总部通知", Override::Suspend))
        .await
        .unwrap();
    outbox::drain(&test.app).await.unwrap();
    assert_eq!(asked(), 0, "nothing happens while it is suspended");
    test.act(&unsent, "own", over("通知到了", Override::Resume))
        .await
        .unwrap();
    test.act(&unsent, "ann", withdraw()).await.unwrap();
    let tried = test.submitted(&truck(2)).await.instance;
    test.at(MONDAY.plus_ms(60_000));
    outbox::drain(&test.app).await.unwrap();
    assert_eq!(asked(), 1, "only the case that goes on");
    test.act(&tried, "ann", withdraw()).await.unwrap();
    test.at(MONDAY.plus_ms(2 * HOUR_MS));
    test.settle().await;
    assert_eq!(asked(), 1, "not tried again");

    let ends = async |instance: &str| {
        let trail = test.app.trail(instance).await.unwrap();
        let kinds = trail.into_iter().map(|event| match event.change {
            Change::CallDropped { .. } => "dropped",
            Change::CallFailed { .. } => "failed",
            _ => "",
        });
        kinds.filter(|kind| !kind.is_empty()).collect::<Vec<_>>()
    };
    assert_eq!(ends(&unsent).await, ["dropped"]);
    assert_eq!(
        ends(&tried).await,
        ["failed"],
        "it may have arrived: somebody is told"
    );
    let told: Vec<String> = test.mails().await.into_iter().map(|(to, _)| to).collect();
    assert!(told.contains(&"own@example.com".to_owned()), "{told:?}");
    test.finish().await;
}

/// A2.111: what the other system did although its state was left stands in the trail, and the flow's owner is told.
#[tokio::test]
async fn an_answer_that_comes_after_the_withdrawal_is_told() {
    let (base, _) = erp(|_, _, _| (503, "down for maintenance".to_owned())).await;
    let test = with_erp(base).await;
    let instance = test.submitted(&truck(3)).await.instance;
    test.act(&instance, "ann", Action::Withdraw { comment: None })
        .await
        .unwrap();
    let answered = Command {
        actor: Actor::System,
        via: Via::Effect,
        action: Action::Answer {
            call: 1,
            answer: EffectAnswer::Ok(Values::new()),
        },
        key: None,
    };
    let turn = test
        .app
        .turn_on(&instance, test.app.now(), |_, _| Ok(answered.clone()));
    turn.await.unwrap();
    let again = test
        .app
        .turn_on(&instance, test.app.now(), |_, _| Ok(answered.clone()));
    assert!(again.await.is_err(), "once");
    let trail = test.app.trail(&instance).await.unwrap();
    let late = trail
        .iter()
        .filter(|event| matches!(event.change, Change::AnsweredLate { .. }));
    assert_eq!(late.count(), 1);
    test.settle().await;
    let mails = test.mails().await;
    let told = mails
        .iter()
        .any(|(to, mail)| to == "own@example.com" && mail.contains("外部操作已发生"));
    assert!(told, "{mails:?}");
    test.finish().await;
}

fn truck(number: u32) -> Json {
    let mut truck = full_truck();
    truck["shipment_no"] = format!("SH-2026-{number:04}").into();
    truck
}

#[tokio::test]
async fn an_answer_nobody_understands_counts_as_a_failure() {
    let (base, _) = erp(|n, _, _| match n {
        0 => (200, "<html>".to_owned()),
        1 => (200, json!({"limit": "much"}).to_string()),
        _ => (200, "x".repeat(70_000)),
    })
    .await;
    let test = with_erp(base).await;
    let answer = test.submitted(&full_truck()).await;
    for hours in 0..4 {
        test.at(MONDAY.plus_ms(hours * HOUR_MS));
        outbox::drain(&test.app).await.unwrap();
    }
    let view = test
        .app
        .instance_view("ann", &answer.instance)
        .await
        .unwrap();
    assert_eq!(view.head.status, "held");
    test.settle().await;
    test.finish().await;
}

#[tokio::test]
async fn a_wake_up_fires_once_whoever_claims_it_and_a_dead_node_is_taken_over() {
    let test = TestApp::with(LEAVE).await;
    test.submitted(&leave_of(1)).await;
    outbox::drain(&test.app).await.unwrap();
    let due = MONDAY.plus_ms(5 * HOUR_MS + HOUR_MS / 2);
    test.at(due);
    // Another node claims it and dies.
    let claimed = test
        .app
        .store()
        .claim_wakeups("other", due, due.plus_ms(30_000), 10)
        .await
        .unwrap();
    assert_eq!(claimed.len(), 1);
    assert_eq!(
        timers::step(&test.app).await.unwrap().fired,
        0,
        "it is the other's until the lease ends"
    );
    test.at(due.plus_ms(30_000));
    assert_eq!(timers::step(&test.app).await.unwrap().fired, 1);
    assert_eq!(timers::step(&test.app).await.unwrap().fired, 0);
    assert!(
        !test.app.store().remove_wakeup(&claimed[0]).await.unwrap(),
        "the late owner changes nothing"
    );
    test.settle().await;
    let reminders = test.mails().await.into_iter().filter(|(_, subject)| {
        subject.contains("三亚") && !subject.contains("To approve") && !subject.contains("待审批")
    });
    assert_eq!(reminders.count(), 2, "one for each who was asked");
    test.finish().await;
}

#[tokio::test]
async fn two_nodes_at_once_fire_everything_once() {
    let test = TestApp::with(LEAVE).await;
    for _ in 0..10 {
        test.submitted(&leave_of(1)).await;
    }
    outbox::drain(&test.app).await.unwrap();
    let mut config = test.app.config().clone();
    config.workers = false;
    let other = crate::App::open(config).await.unwrap();
    test.at(MONDAY.plus_ms(5 * HOUR_MS + HOUR_MS / 2));
    let (one, two) = tokio::join!(timers::step(&test.app), timers::step(&other));
    assert_eq!(one.unwrap().fired + two.unwrap().fired, 10);
    other.close().await;
    test.settle().await;
    test.finish().await;
}

#[tokio::test]
async fn a_wake_up_that_was_lost_is_armed_again() {
    let test = TestApp::with(LEAVE).await;
    let answer = test.submitted(&leave_of(1)).await;
    outbox::drain(&test.app).await.unwrap();
    // Rows deleted by hand: claimed far in the future and removed.
    let far = MONDAY.plus_ms(400 * 24 * HOUR_MS);
    let claimed = test
        .app
        .store()
        .claim_wakeups("vandal", far, far, 10)
        .await
        .unwrap();
    assert_eq!(claimed.len(), 2, "a reminder and a deadline");
    for wakeup in &claimed {
        assert!(test.app.store().remove_wakeup(wakeup).await.unwrap());
    }
    let found = reconcile::round(&test.app).await.unwrap();
    assert_eq!((found.looked, found.healed, found.stuck.len()), (1, 2, 0));
    assert_eq!(reconcile::round(&test.app).await.unwrap().healed, 0);
    test.at(MONDAY.plus_ms(5 * HOUR_MS + HOUR_MS / 2));
    assert_eq!(timers::step(&test.app).await.unwrap().fired, 1);
    let _ = answer;
    test.settle().await;
    test.finish().await;
}

#[tokio::test]
async fn a_call_that_was_lost_holds_the_instance_and_can_be_retried() {
    let (base, seen) = erp(|_, path, _| match path {
        "/credit-checks" => (200, json!({"limit": "500000.00", "used": "0"}).to_string()),
        _ => (200, json!({"released": true}).to_string()),
    })
    .await;
    let test = with_erp(base).await;
    let answer = test.submitted(&full_truck()).await;
    let claimed = test
        .app
        .store()
        .claim_outbox("vandal", MONDAY, MONDAY, None, 10)
        .await
        .unwrap();
    for effect in &claimed {
        test.app
            .store()
            .settle(effect, &assent_store::Delivery::Done)
            .await
            .unwrap();
    }
    assert_eq!(reconcile::round(&test.app).await.unwrap().healed, 1);
    let view = test
        .app
        .instance_view("own", &answer.instance)
        .await
        .unwrap();
    assert_eq!(view.head.status, "held");
    assert!(
        view.offers
            .iter()
            .any(|offer| offer.action == "retry" && offer.allowed)
    );
    let retry = Action::Retry {
        comment: None,
        set: Values::new(),
    };
    test.act(&answer.instance, "own", retry).await.unwrap();
    test.settle().await;
    let view = test
        .app
        .instance_view("ann", &answer.instance)
        .await
        .unwrap();
    assert_eq!(view.head.status, "approved");
    assert_eq!(seen.lock().unwrap().len(), 2);
    test.finish().await;
}

pub(super) const PARENT: &str = r"
flow: trip
format: 1
name: {zh: 出差, en: Trip}
purpose: {zh: 出差前先请假。, en: A trip needs a leave first.}
owner: role/owner
calendar: cn_office
title: '{{reason}}'
form:
  reason: {type: text, name: {zh: 事由, en: Reason}, required: true, max: 80}
  days:   {type: number, name: {zh: 天数, en: Days}, decimals: 0, required: true, min: 1}
people: {hr: role/hr}
states:
  - {id: draft, name: {zh: 填写, en: Draft}, draft: {by: applicant}}
  - {id: leave, name: {zh: 请假, en: Leave}, subflow: {flow: leave}}
  - {id: booked, name: {zh: 订票, en: Booking}, approve: {by: hr}}
  - {id: done, name: {zh: 完成, en: Done}, end: approved}
";

#[tokio::test]
async fn a_subflow_starts_once_and_its_end_moves_the_parent() {
    let test = TestApp::with(LEAVE).await;
    test.publish(PARENT).await;
    let actor = Actor::Person("ann".into());
    let answer = test
        .app
        .start("trip", actor, Via::Page, &values(&leave_of(2)), true, None)
        .await
        .unwrap();
    test.settle().await;
    assert_eq!(
        test.todo("bob").await,
        ["三亚 2"],
        "the child asks the manager"
    );
    let inbox = test
        .app
        .inbox("bob", Default::default(), None, None, 5)
        .await
        .unwrap();
    let (child, task) = (
        inbox.items[0].instance.clone(),
        inbox.items[0].task.unwrap(),
    );
    test.decide(&child, task, "bob", assent_core::command::Verdict::Approve)
        .await
        .unwrap();
    test.settle().await;
    assert_eq!(test.todo("hana").await, ["三亚"], "the parent goes on");
    assert_eq!(reconcile::round(&test.app).await.unwrap().healed, 0);
    let inbox = test
        .app
        .inbox("hana", Default::default(), None, None, 5)
        .await
        .unwrap();
    let end = test
        .decide(
            &answer.instance,
            inbox.items[0].task.unwrap(),
            "hana",
            assent_core::command::Verdict::Approve,
        )
        .await
        .unwrap();
    assert_eq!(end.status, "approved");
    test.settle().await;
    test.finish().await;
}

#[tokio::test]
async fn a_parent_that_was_never_told_is_told_by_the_reconciler() {
    let test = TestApp::with(LEAVE).await;
    test.publish(PARENT).await;
    let actor = Actor::Person("ann".into());
    test.app
        .start("trip", actor, Via::Page, &values(&leave_of(2)), true, None)
        .await
        .unwrap();
    test.settle().await;
    let inbox = test
        .app
        .inbox("bob", Default::default(), None, None, 5)
        .await
        .unwrap();
    test.decide(
        &inbox.items[0].instance,
        inbox.items[0].task.unwrap(),
        "bob",
        assent_core::command::Verdict::Approve,
    )
    .await
    .unwrap();
    for effect in test
        .app
        .store()
        .claim_outbox("vandal", MONDAY, MONDAY, Some("child_ended"), 10)
        .await
        .unwrap()
    {
        test.app
            .store()
            .settle(&effect, &assent_store::Delivery::Done)
            .await
            .unwrap();
    }
    test.settle().await;
    assert!(test.todo("hana").await.is_empty());
    assert_eq!(reconcile::round(&test.app).await.unwrap().healed, 1);
    assert_eq!(test.todo("hana").await, ["三亚"]);
    test.settle().await;
    test.finish().await;
}

#[tokio::test]
async fn the_loops_deliver_what_comes_and_stop_when_told() {
    let test = TestApp::configured(LEAVE, |config| config.workers = true).await;
    test.submitted(&leave_of(1)).await;
    // The loops run beside us: what they do is waited for by what they write, with an end to the patience.
    for _ in 0..500 {
        let settled = test.app.metrics().await.unwrap().outbox_pending == 0;
        if test.mails().await.len() == 2 && settled {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(test.mails().await.len(), 2);
    let health = test.app.health().await;
    assert!(health.ready, "{health:?}");
    let figures = test.app.metrics().await.unwrap();
    assert_eq!(
        (figures.open_tasks, figures.running, figures.outbox_pending),
        (2, 1, 0)
    );
    test.finish().await;
}

#[tokio::test]
async fn an_event_from_outside_wakes_who_waits_for_it() {
    let test = TestApp::with(LEAVE).await;
    let none = test
        .app
        .happen("parts.received", "r1", &values(&json!({})), None)
        .await;
    assert!(none.is_err(), "no module declares it");
    let wake = Command {
        actor: Actor::Person("bob".into()),
        via: Via::Api,
        action: Action::Wake {
            reference: "e2.r0.0".into(),
        },
        key: None,
    };
    let answer = test.submitted(&leave_of(1)).await;
    assert!(
        test.app.command(&answer.instance, wake).await.is_err(),
        "only the system wakes"
    );
    test.settle().await;
    test.finish().await;
}
