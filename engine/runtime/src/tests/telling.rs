//! One record's flow tells another's that something happened.

use std::sync::{Arc, OnceLock};

use assent_core::command::{Action, Actor, Command, Override, Verdict, Via};
use assent_core::dialect::manifest;
use assent_core::event::{Change, Event};
use assent_core::module::{HookContext, Manifest, Module, Reaction};
use assent_core::value::{ReadValues as _, Value, Values};
use assent_store::Delivery;
use serde_json::json;

use super::harness::{HOUR_MS, MONDAY, TestApp, values};
use crate::workers::outbox;

/// Loads that leave, and orders that wait for them.
struct Loads;

impl Module for Loads {
    fn manifest(&self) -> &Manifest {
        static MANIFEST: OnceLock<Manifest> = OnceLock::new();
        MANIFEST.get_or_init(|| {
            let (read, faults) = manifest::read("module.yaml", LOADS);
            read.unwrap_or_else(|| panic!("{faults:#?}"))
        })
    }

    fn react(
        &self,
        event: &Event,
        entity: &str,
        values: &Values,
        _cx: &HookContext<'_>,
    ) -> Vec<Reaction> {
        match (entity, &event.change) {
            ("load", Change::Ended { .. }) => vec![Reaction::Tell {
                entity: "order".to_owned(),
                record: values.text("order").unwrap_or_default().to_owned(),
                event: values.text("says").unwrap_or_default().to_owned(),
                payload: Value::from("L-1"),
            }],
            ("order", Change::Happened { payload, .. }) => {
                vec![Reaction::Set(Values::from([(
                    "came_with".to_owned(),
                    payload.clone(),
                )]))]
            }
            (_, _) => vec![],
        }
    }
}

const LOADS: &str = "
module: loads
name: {zh: 装运, en: Loads}
entities:
  load:
    name: {zh: 装运, en: Load}
    title_field: says
    fields:
      order: {type: ref, to: order, name: {zh: 订单, en: Order}, required: true}
      says:  {type: text, name: {zh: 事件, en: Event}, required: true}
  order:
    name: {zh: 订单, en: Order}
    title_field: subject
    fields:
      subject:   {type: text, name: {zh: 事由, en: Subject}, required: true}
      came_with: {type: text, name: {zh: 随车单, en: Came with}, from: module}
events: {load.left: {zh: 货已发出, en: Load left}}
";

const LOAD: &str = r"
flow: load
format: 1
name: {zh: 装运, en: Load}
purpose: {zh: 装好就走。, en: It leaves once it is loaded.}
record: load
owner: role/owner
calendar: cn_office
title: '{{says}}'
people: {boss: role/manager}
states:
  - {id: draft, name: {zh: 填写, en: Draft}, draft: {by: applicant}}
  - {id: sign, name: {zh: 放行, en: Release}, approve: {by: boss}}
  - {id: done, name: {zh: 完成, en: Done}, end: approved}
";

/// It waits, and waits again for the same.
const ORDER: &str = r"
flow: order
format: 1
name: {zh: 订单, en: Order}
purpose: {zh: 等两次车。, en: It waits for two loads.}
record: order
owner: role/owner
calendar: cn_office
title: '{{subject}}'
people: {boss: role/manager}
states:
  - {id: draft, name: {zh: 填写, en: Draft}, draft: {by: applicant}}
  - {id: first, name: {zh: 等第一车, en: First}, wait: {for: load.left}, deadline: 5 days, if_late: [{at: deadline, remind: boss}]}
  - {id: second, name: {zh: 等第二车, en: Second}, wait: {for: load.left, name: {zh: 第二车发出, en: Second load left}}, deadline: 5 days, if_late: [{at: deadline, remind: boss}]}
  - {id: done, name: {zh: 完成, en: Done}, end: approved}
";

async fn house() -> TestApp {
    let test = TestApp::configured("", |config| config.modules = vec![Arc::new(Loads)]).await;
    test.publish(ORDER).await;
    test.publish(LOAD).await;
    test
}

async fn started(test: &TestApp, flow: &str, given: serde_json::Value) -> String {
    let (ann, given) = (Actor::Person("ann".into()), values(&given));
    let started = test.app.start(flow, ann, Via::Page, &given, true, None);
    let instance = started.await.unwrap().instance;
    test.settle().await;
    instance
}

async fn standing(test: &TestApp, instance: &str) -> String {
    let loaded = test.app.load(instance).await.unwrap().unwrap();
    loaded.row.standing
}

async fn record_of(test: &TestApp, instance: &str) -> String {
    test.app.load(instance).await.unwrap().unwrap().row.record
}

/// A load for that record, up to its release; what it tells is in the outbox.
async fn released(test: &TestApp, order: &str, says: &str) -> String {
    let load = started(test, "load", json!({"order": order, "says": says})).await;
    let done = test.decide(&load, 2, "bob", Verdict::Approve).await;
    assert_eq!(done.unwrap().status, "approved");
    load
}

/// What is told stands in the trail that tells it, reaches whoever waits on that record, and brings its payload along.
#[tokio::test]
async fn a_release_wakes_whoever_waits_for_it() {
    let test = house().await;
    let order = started(&test, "order", json!({"subject": "a"})).await;
    let other = started(&test, "order", json!({"subject": "b"})).await;
    let load = released(&test, &record_of(&test, &order).await, "load.left").await;
    let trail = test.app.store().events(&load, 1, 100).await.unwrap();
    assert!(trail.iter().any(|event| event.kind == "told"));
    assert_eq!(
        standing(&test, &order).await,
        "first",
        "not before it is delivered"
    );
    test.settle().await;
    assert_eq!(standing(&test, &order).await, "second");
    assert_eq!(standing(&test, &other).await, "first", "another record");
    let loaded = test.app.load(&order).await.unwrap().unwrap();
    assert_eq!(loaded.values.text("came_with"), Some("L-1"));
    let record = record_of(&test, &order).await;
    released(&test, &record, "load.left").await;
    test.settle().await;
    let view = test.app.instance_view("ann", &order).await.unwrap();
    assert_eq!(view.head.status, "approved");
    // Nobody waits for a third one: it is over, and no dead letter.
    released(&test, &record, "load.left").await;
    test.settle().await;
    test.finish().await;
}

/// A9.18: on the instance's page, in what comes next, in why, in a preview and in both trails people read what the event is called.
#[tokio::test]
async fn what_is_waited_for_is_called_by_its_name() {
    let test = house().await;
    let order = started(&test, "order", json!({"subject": "a"})).await;
    let view = test.app.instance_view("ann", &order).await.unwrap();
    assert_eq!(view.standing[0].progress.zh, "等待：货已发出");
    assert_eq!(view.standing[0].progress.en, "Waits for: Load left");
    // The flow's own words come before the module's.
    assert_eq!(view.expected[0].waits_for.zh, "第二车发出");
    let why = test.app.why(None, &order, None).await.unwrap();
    let said = |code: &str| {
        let found = why.way.iter().find(|reason| reason.code == code).unwrap();
        found.words[0].zh.clone()
    };
    assert_eq!(said("waits"), "“等第一车”等待：货已发出。");
    assert_eq!(why.next[0].why[0].zh, "等待：第二车发出。");
    let jump = Command {
        actor: Actor::Person("adm".into()),
        via: Via::Page,
        action: Action::Override {
            act: Override::Jump {
                to: "second".to_owned(),
            },
            reason: "第一车不来了".to_owned(),
        },
        key: None,
    };
    let preview = test.app.preview(&order, &jump).await.unwrap();
    assert!(
        preview
            .words
            .iter()
            .any(|line| line.zh == "等待事件：第二车发出"),
        "{:?}",
        preview.words
    );
    let id = serde_json::to_string(&(&view, &why, &preview.words)).unwrap();
    assert!(!id.contains("load.left"), "an internal name: {id}");
    let load = released(&test, &record_of(&test, &order).await, "load.left").await;
    test.settle().await;
    for (instance, said) in [
        (&order, "外部事件：货已发出"),
        (&load, "已告诉 a：货已发出"),
    ] {
        let view = test.app.instance_view("adm", instance).await.unwrap();
        let lines: Vec<_> = view.timeline.iter().map(|item| &item.words.zh).collect();
        assert!(lines.iter().any(|line| *line == said), "{lines:?}");
    }
    test.finish().await;
}

/// A node that dies between telling and writing down that it did tells it again: the flow, which waits for the same event again
/// by then, is told once.
#[tokio::test]
async fn what_is_delivered_twice_is_told_once() {
    let test = house().await;
    let order = started(&test, "order", json!({"subject": "a"})).await;
    released(&test, &record_of(&test, &order).await, "load.left").await;
    let lease = MONDAY.plus_ms(HOUR_MS);
    let claimed = test
        .app
        .store()
        .claim_outbox("n1", MONDAY, lease, Some("tell"), 1);
    let claimed = claimed.await.unwrap().remove(0);
    for _ in 0..2 {
        assert_eq!(outbox::step(&test.app, &claimed).await, Delivery::Done);
        assert_eq!(standing(&test, &order).await, "second");
    }
    test.app
        .store()
        .settle(&claimed, &Delivery::Done)
        .await
        .unwrap();
    test.settle().await;
    test.finish().await;
}

/// An event that no module declares is a dead letter, for an administrator to look at.
#[tokio::test]
async fn what_nobody_declares_is_a_dead_letter() {
    let test = house().await;
    let order = started(&test, "order", json!({"subject": "a"})).await;
    released(&test, &record_of(&test, &order).await, "load.lost").await;
    test.settle().await;
    assert_eq!(standing(&test, &order).await, "first");
    test.finish_with(0, 1).await;
}
