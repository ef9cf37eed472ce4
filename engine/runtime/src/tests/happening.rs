//! Events from outside: whom they reach, and whom they do not.

use std::sync::Arc;

use assent_core::command::{Action, Actor, Command, Override, Via};
use serde_json::json;

use super::harness::{TestApp, values};
use crate::app::{Answer, AppError, Reached};

const FLOW: &str = "
flow: parts
format: 1
name: {zh: 等件, en: Parts}
purpose: {zh: 等配件, en: Waits for parts}
owner: role/owner
calendar: cn_office
title: '{{subject}}'
form:
  subject: {type: text, name: {zh: 事由, en: Subject}, required: true}
people: {who: role/hr}
states:
  - {id: draft, name: {zh: 申请, en: Request}, draft: {by: applicant}}
  - {id: wait, name: {zh: 待件, en: Waiting}, wait: {for: parts.received}, deadline: 10 workdays, if_late: [{at: deadline, remind: who}]}
  - {id: work, name: {zh: 维修, en: Work}, work: {by: who}}
  - {id: done, name: {zh: 完成, en: Done}, end: approved}
";

async fn house() -> (TestApp, Answer, String) {
    let test = TestApp::configured("", |config| {
        config.modules = vec![
            Arc::new(assent_parties::Parties),
            Arc::new(assent_service::Service),
            Arc::new(assent_shipment::Shipment),
        ];
    })
    .await;
    test.publish(FLOW).await;
    let asked = test.submitted(&json!({"subject": "螺栓"})).await;
    let view = test.app.instance_view("adm", &asked.instance).await;
    let record = view.unwrap().head.record;
    (test, asked, record)
}

async fn overrule(test: &TestApp, instance: &str, act: Override) {
    let command = Command {
        actor: Actor::Person("adm".to_owned()),
        via: Via::Page,
        action: Action::Override {
            act,
            reason: "等通知".to_owned(),
        },
        key: None,
    };
    let seen = test.app.preview(instance, &command).await.unwrap();
    let done = test.app.confirm(instance, command, &seen.token).await;
    done.unwrap();
}

async fn received(test: &TestApp, record: &str, key: Option<&str>) -> Result<Reached, AppError> {
    let key = key.map(str::to_owned);
    let payload = values(&json!({"shipment": "SH-1"}));
    test.app
        .happen("parts.received", record, &payload, key)
        .await
}

/// A2.114
#[tokio::test]
async fn an_event_for_a_suspended_case_is_kept_and_done_when_it_goes_on() {
    let (test, asked, record) = house().await;
    overrule(&test, &asked.instance, Override::Suspend).await;
    let kept = Reached { woken: 0, kept: 1 };
    assert_eq!(received(&test, &record, Some("1")).await, Ok(kept));
    assert_eq!(
        received(&test, &record, Some("1")).await,
        Ok(kept),
        "told again"
    );
    assert_eq!(
        received(&test, &record, None).await,
        Ok(kept),
        "and by somebody else"
    );
    test.settle().await;
    let view = test
        .app
        .instance_view("adm", &asked.instance)
        .await
        .unwrap();
    assert_eq!(view.head.status, "suspended");
    assert_eq!(view.standing[0].state, "wait", "it stands where it stood");
    assert!(test.mails().await.is_empty(), "nobody is asked to act");
    overrule(&test, &asked.instance, Override::Resume).await;
    assert_eq!(test.todo("hana").await, ["螺栓"]);
    test.settle().await;
    test.finish().await;
}

/// A2.116
#[tokio::test]
async fn an_event_about_a_record_that_does_not_exist_is_refused() {
    let (test, _, record) = house().await;
    let refused = received(&test, "nosuch", None).await;
    let Err(AppError::Refused(refusal)) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(refusal.code, "unknown_record");
    assert!(refusal.message.zh.contains("nosuch"), "{refusal:?}");
    let one = Reached { woken: 1, kept: 0 };
    assert_eq!(received(&test, &record, None).await, Ok(one));
    let nobody = Ok(Reached::default());
    assert_eq!(
        received(&test, &record, None).await,
        nobody,
        "nobody waits any more"
    );
    let known = values(&json!({"code": "C1", "full_name": "东海"}));
    test.app
        .import_record("customer", "C1", &known)
        .await
        .unwrap();
    assert_eq!(
        received(&test, "C1", None).await,
        nobody,
        "a record without a case"
    );
    test.settle().await;
    test.finish().await;
}
