//! Two flows for customers, a strict one and a lenient one: which serves a record, and one case at a time on it.

use std::sync::Arc;

use assent_core::command::{Action, Actor, Via};
use assent_core::refusal::Refusal;
use assent_core::text::Text;
use assent_core::value::Values;
use serde_json::{Value as Json, json};

use super::harness::{TestApp, values};
use crate::app::{Answer, AppError};

fn flow(id: &str, zh: &str, scope: &str, asked: &str) -> String {
    format!(
        "flow: {id}
format: 1
name: {{zh: {zh}, en: {id}}}
purpose: {{zh: 客户资料有人审。, en: Customers are checked.}}
owner: role/owner
calendar: cn_office
title: '{{{{full_name}}}}'
record: customer
{scope}
people: {{who: role/{asked}}}
states:
  - {{id: draft, name: {{zh: 申请, en: Request}}, draft: {{by: applicant}}}}
  - {{id: check, name: {{zh: 审核, en: Check}}, approve: {{by: who}}}}
  - {{id: done, name: {{zh: 通过, en: Approved}}, end: approved}}
"
    )
}

async fn house() -> TestApp {
    let test = TestApp::configured("", |config| {
        config.modules = vec![Arc::new(assent_parties::Parties)];
    })
    .await;
    let known = values(&customer("500.00"));
    let made = test.app.import_record("customer", "C1", &known).await;
    assert!(made.unwrap());
    let strict = "for: {departments: [sales], when: credit > 50000}\npriority: 20";
    let lenient = "for: {when: credit <= 100000}\npriority: 0";
    test.publish(&flow("strict", "大额客户", strict, "hr"))
        .await;
    test.publish(&flow("lenient", "小额客户", lenient, "manager"))
        .await;
    test
}

fn customer(credit: &str) -> Json {
    json!({"code": "C1", "full_name": "东海", "credit": credit})
}

async fn named(
    test: &TestApp,
    flow: &str,
    who: &str,
    credit: &str,
    submit: bool,
) -> Result<Answer, AppError> {
    let (who, given) = (Actor::Person(who.to_owned()), values(&customer(credit)));
    let start = test.app.start(flow, who, Via::Page, &given, submit, None);
    start.await
}

async fn on_record(test: &TestApp, who: &str, credit: &str, key: &str) -> Result<Answer, AppError> {
    let given = values(&json!({"credit": credit}));
    let (entity, record) = ("customer", Some("C1"));
    let key = Some(key.to_owned());
    let started = test
        .app
        .start_for(entity, record, who, Via::Api, (&given, true), key);
    started.await.map(|(_, answer)| answer)
}

fn refused(done: Result<Answer, AppError>) -> Box<Refusal> {
    match done {
        Err(AppError::Refused(refusal)) => refusal,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

/// A7.30: by name as by record, the flow with the highest priority among those that serve it.
#[tokio::test]
async fn the_lenient_flow_is_no_way_round_the_strict_one() {
    let test = house().await;
    let refusal = refused(named(&test, "lenient", "ann", "80000", true).await);
    assert_eq!(refusal.code, "another_flow");
    assert_eq!(refusal.params["flow"], "strict");
    let zh = "这条记录要用“大额客户”办理（信用额度 > 50000，优先级 20），不能用“小额客户”，请改用它发起。";
    assert_eq!(refusal.message.zh, zh);
    assert!(refusal.message.en.contains("“strict”"), "{refusal:?}");
    // In no department of the strict one, or below its sum.
    named(&test, "lenient", "hana", "80000", true)
        .await
        .unwrap();
    named(&test, "lenient", "ann", "50000", true).await.unwrap();
    named(&test, "strict", "ann", "80000", true).await.unwrap();
    // Kept as a draft it may become anything; submitted it may not.
    let draft = named(&test, "lenient", "ann", "80000", false)
        .await
        .unwrap();
    let submit = Action::Submit {
        set: Values::new(),
        straight_back: false,
    };
    let refusal = refused(test.act(&draft.instance, "ann", submit).await);
    assert_eq!(refusal.code, "another_flow");
    let flows = test.app.flows("hana").await.unwrap();
    let outside = flows.iter().find(|flow| flow.flow == "strict").unwrap();
    assert_eq!(outside.refusal.as_ref().unwrap().code, "out_of_scope");
    let kind = outside.chosen_for.as_ref().unwrap();
    assert_eq!(
        (kind.entity.as_str(), &kind.name),
        ("customer", &Text::new("客户", "Customer"))
    );
    test.settle().await;
    test.finish().await;
}

/// Part 5: the record is locked while it is in approval.
#[tokio::test]
async fn a_record_is_in_one_case_at_a_time() {
    let test = house().await;
    let mut asking = tokio::task::JoinSet::new();
    for n in 0..8 {
        let app = test.app.clone();
        asking.spawn(async move {
            let given = values(&json!({"credit": "500000"}));
            let (entity, record, key) = ("customer", Some("C1"), format!("start {n}"));
            let started = app.start_for(
                entity,
                record,
                "ann",
                Via::Api,
                (&given, true),
                Some(key.clone()),
            );
            match started.await {
                Ok((_, answer)) => Some((key, answer)),
                Err(AppError::Refused(refusal)) => {
                    assert_eq!(refusal.code, "record_in_approval");
                    None
                }
                Err(other) => panic!("{other}"),
            }
        });
    }
    let asked = asking.join_all().await;
    let begun: Vec<(String, Answer)> = asked.into_iter().flatten().collect();
    assert_eq!(begun.len(), 1, "of eight who ask at once");
    let (key, first) = &begun[0];
    let again = on_record(&test, "ann", "500000", key).await.unwrap();
    assert!(again.repeated && again.instance == first.instance);
    // Another flow, another person: refused by the case that is there, and nothing is written.
    let refusal = refused(on_record(&test, "hana", "1000", "other").await);
    assert_eq!(
        (refusal.code.as_str(), &refusal.params["instance"]),
        ("record_in_approval", &first.instance)
    );
    let zh = "“东海”（安妮 发起的“大额客户”，现在在“审核”，等 哈娜 处理）还没有结束，这份档案不能同时再发起。请等它结束，或请 安妮 撤回。";
    assert_eq!(refusal.message.zh, zh);
    assert!(refusal.message.en.contains("now at “Check”"), "{refusal:?}");
    let seen = test
        .app
        .instance_view("ann", &first.instance)
        .await
        .unwrap();
    let credit = seen.facts.iter().find(|fact| fact.name == "credit");
    assert_eq!(credit.unwrap().value, json!("500000.00"));
    let withdraw = Action::Withdraw {
        comment: Some("错了".to_owned()),
    };
    test.act(&first.instance, "ann", withdraw).await.unwrap();
    on_record(&test, "hana", "1000", "later").await.unwrap();
    test.settle().await;
    test.finish().await;
}
