//! One record, several cases beside each other: what one of them has in approval, no other changes.

use std::sync::Arc;

use assent_core::command::{Action, Actor, Verdict, Via};
use assent_core::refusal::Refusal;
use assent_core::value::{Value, Values};
use serde_json::json;

use super::harness::{TestApp, values};
use crate::app::{Answer, AppError};

/// The credit limit is asked for, and nothing else.
const LIMIT: &str = "
flow: limit
format: 1
name: {zh: 调整额度, en: Limit}
purpose: {zh: 额度有人批。, en: Limits are approved.}
owner: role/owner
calendar: cn_office
title: '{{full_name}}'
record: customer
people: {who: role/hr}
policies: {reopen_days: 30}
states:
  - {id: draft, name: {zh: 申请, en: Request}, draft: {by: applicant}, fields: {write: [credit]}}
  - {id: check, name: {zh: 审核, en: Check}, approve: {by: who}}
  - {id: done, name: {zh: 通过, en: Approved}, end: approved}
";

/// City and grade; whoever checks may also correct the credit limit and the name.
const CARE: &str = "
flow: care
format: 1
name: {zh: 维护资料, en: Care}
purpose: {zh: 资料有人看。, en: Data are looked after.}
owner: role/owner
calendar: cn_office
title: '{{full_name}}'
record: customer
people: {who: role/manager}
states:
  - {id: draft, name: {zh: 填写, en: Draft}, draft: {by: applicant}, fields: {write: [city]}}
  - {id: look, name: {zh: 核对, en: Look}, approve: {by: who}, fields: {write: [credit, grade]}}
  - {id: work, name: {zh: 更正, en: Correct}, work: {by: who}, fields: {write: [credit]}}
  - {id: done, name: {zh: 完成, en: Done}, end: approved}
";

async fn house() -> TestApp {
    let test = TestApp::configured("", |config| {
        config.modules = vec![Arc::new(assent_parties::Parties)];
    })
    .await;
    let known = values(&json!({"code": "C1", "full_name": "东海", "credit": "500.00"}));
    let made = test.app.import_record("customer", "C1", &known).await;
    assert!(made.unwrap());
    test.publish(LIMIT).await;
    test.publish(CARE).await;
    test
}

async fn start(
    test: &TestApp,
    flow: &str,
    set: &serde_json::Value,
    submit: bool,
) -> Result<Answer, AppError> {
    let ann = Actor::Person("ann".to_owned());
    let given = values(set);
    let started = test
        .app
        .start_on(flow, Some("C1"), ann, Via::Api, &given, submit, None);
    started.await
}

fn refused(done: Result<Answer, AppError>) -> Box<Refusal> {
    match done {
        Err(AppError::Refused(refusal)) => refusal,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

fn set(field: &str, value: &str) -> Values {
    let value = match field {
        "credit" => Value::Number(value.parse().unwrap()),
        _ => Value::from(value),
    };
    Values::from([(field.to_owned(), value)])
}

fn decide(task: u32, set: Values) -> Action {
    Action::Decide {
        task,
        verdict: Verdict::Approve,
        comment: None,
        set,
        with: assent_core::command::DecideWith::default(),
    }
}

fn submit(set: Values) -> Action {
    Action::Submit {
        set,
        straight_back: false,
    }
}

/// A5.72 A5.74
#[tokio::test]
async fn what_one_case_has_in_approval_no_other_changes() {
    let test = house().await;
    let limit = start(&test, "limit", &json!({"credit": "800.00"}), true)
        .await
        .unwrap();
    // Required of every customer, and asked for by neither: no reason to refuse the second.
    let care = start(&test, "care", &json!({"city": "宁波"}), true)
        .await
        .unwrap();
    let look = care.opened[0].task;
    let who = care.opened[0].assignee.clone();
    let done = test
        .act(&care.instance, &who, decide(look, set("credit", "1.00")))
        .await;
    let refusal = refused(done);
    assert_eq!(
        (refusal.code.as_str(), refusal.params["instance"].as_str()),
        ("record_in_approval", limit.instance.as_str())
    );
    let zh = "“信用额度”正在“东海”（安妮 发起的“调整额度”，现在在“审核”，等 哈娜 处理）里审批，不能在这里改。请等它结束，或请 安妮 撤回。";
    assert_eq!(refusal.message.zh, zh);
    assert!(
        refusal.message.en.contains("waiting for 哈娜"),
        "{refusal:?}"
    );
    // What is its own, it changes; the same value changes nothing.
    let mut own = set("grade", "a");
    own.extend(set("credit", "800.00"));
    let looked = test.act(&care.instance, &who, decide(look, own)).await;
    let work = looked.unwrap().opened[0].task;
    let act = |set: Values| Action::Act {
        task: work,
        action: "done".to_owned(),
        comment: None,
        set,
    };
    let done = test.act(&care.instance, &who, act(set("credit", "2.00")));
    assert_eq!(refused(done.await).code, "record_in_approval");
    // Once that is over, the field is free.
    let withdraw = Action::Withdraw {
        comment: Some("不调了".to_owned()),
    };
    test.act(&limit.instance, "ann", withdraw).await.unwrap();
    let done = test.act(&care.instance, &who, act(set("credit", "2.00")));
    done.await.unwrap();
    let view = test.app.instance_view("ann", &care.instance).await;
    let facts = view.unwrap().facts;
    let credit = facts.iter().find(|fact| fact.name == "credit").unwrap();
    assert_eq!(credit.value, json!("2.00"));
    test.settle().await;
    test.finish().await;
}

/// A5.72: the draft of the other case may be saved and submitted only without it.
#[tokio::test]
async fn a_draft_beside_changes_nothing_that_is_in_approval() {
    let test = house().await;
    let named = LIMIT.replace(
        "fields: {write: [credit]}",
        "fields: {write: [credit, full_name]}",
    );
    test.publish(&named).await;
    let draft = start(&test, "care", &json!({"city": "宁波"}), false)
        .await
        .unwrap();
    let limit = start(&test, "limit", &json!({"credit": "800.00"}), false)
        .await
        .unwrap();
    let save = |name: &str| Action::Save {
        set: set("full_name", name),
    };
    // Nobody is asked yet: a draft locks nothing.
    test.act(&draft.instance, "ann", save("东海一"))
        .await
        .unwrap();
    test.act(&limit.instance, "ann", submit(Values::new()))
        .await
        .unwrap();
    let saved = test.act(&draft.instance, "ann", save("东海二")).await;
    assert_eq!(refused(saved).params["instance"], limit.instance);
    let sent = test.act(&draft.instance, "ann", submit(set("full_name", "东海二")));
    assert_eq!(refused(sent.await).code, "record_in_approval");
    let sent = test.act(&draft.instance, "ann", submit(set("city", "台州")));
    sent.await.unwrap();
    let started = start(&test, "care", &json!({"full_name": "东海三"}), true).await;
    assert_eq!(refused(started).code, "record_in_approval");
    test.settle().await;
    test.finish().await;
}

/// A5.76
#[tokio::test]
async fn a_case_that_begins_again_finds_the_record_taken() {
    let test = house().await;
    let first = start(&test, "limit", &json!({"credit": "800.00"}), true)
        .await
        .unwrap();
    let task = first.opened[0].task;
    test.decide(&first.instance, task, "hana", Verdict::Reject)
        .await
        .unwrap();
    let second = start(&test, "limit", &json!({"credit": "900.00"}), true)
        .await
        .unwrap();
    let reopen = || Action::Reopen {
        comment: Some("再看看".to_owned()),
    };
    let again = refused(test.act(&first.instance, "ann", reopen()).await);
    assert_eq!(
        (again.code.as_str(), again.params["instance"].as_str()),
        ("record_in_approval", second.instance.as_str())
    );
    let withdraw = Action::Withdraw { comment: None };
    test.act(&second.instance, "ann", withdraw).await.unwrap();
    test.act(&first.instance, "ann", reopen()).await.unwrap();
    test.settle().await;
    test.finish().await;
}
