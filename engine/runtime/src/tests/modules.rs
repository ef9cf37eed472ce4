//! Modules at work on a database: sums that several people share, numbers without gaps, records of before.

use std::collections::BTreeSet;
use std::sync::Arc;

use assent_core::command::{Actor, Via};
use serde_json::{Value as Json, json};

use super::harness::TestApp;
use crate::app::{AppError, JsonMap};

/// Invoices of the finance module with one signature.
const FLOW: &str = "\
flow: invoices
format: 1
name: {zh: 开票, en: Invoices}
purpose: {zh: 测试, en: Test}
record: invoice_application
owner: role/finance_manager
calendar: cn_office
title: '{{number}}'
people: {boss: role/manager}
states:
  - {id: draft, name: {zh: 申请, en: Request}, draft: {by: applicant}}
  - {id: sign, name: {zh: 审批, en: Sign}, approve: {by: boss}}
  - {id: done, end: approved, name: {zh: 通过, en: Approved}}
tests:
  - name: 提交后等审批
    records: {customer: {C1: {tax_title: T, credit_code: 91330200MA2B1C2D3T}}, contract: {H1: {customer: C1, amount: 1000.00, signed_on: 2026-01-05}}}
    given: {contract: H1, customer: C1, amount: 1.00, kind: ordinary, title: T, tax_no: 91330200MA2B1C2D3T, product_class: goods, delivery_no: D, ahead: false, term_days: 1}
    cast: {甲: boss}
    expect: {waiting_on: [甲], values: {number: KP-2026-0001}}
";

fn map(value: &Json) -> JsonMap {
    value.as_object().cloned().unwrap_or_default()
}

async fn house() -> TestApp {
    let test = TestApp::configured("", |config| {
        config.modules = vec![
            Arc::new(assent_parties::Parties),
            Arc::new(assent_finance::Finance),
        ];
    })
    .await;
    let customer = json!({"code": "C1", "full_name": "N", "tax_title": "T", "credit_code": "91330200MA2B1C2D3T", "taxpayer": "general"});
    assert!(
        test.app
            .import_record("customer", "C1", &map(&customer))
            .await
            .unwrap()
    );
    let contract = json!({
        "subject": "S", "customer": "C1", "price": "1000.00", "amount": "1000.00", "cost": "1.00", "currency": "cny", "payment_days": 1,
        "dated": "2026-01-01", "start_on": "2026-01-01", "end_on": "2026-12-31", "frame": false, "construction": false, "signed_on": "2026-01-01",
        "template_changed": false, "plan": [{"kind": "delivery", "due_on": "2026-06-01", "amount": "1000.00"}]
    });
    assert!(
        test.app
            .import_record("contract", "H1", &map(&contract))
            .await
            .unwrap()
    );
    test.publish(FLOW).await;
    test
}

fn invoice(amount: &str, delivery: usize) -> JsonMap {
    map(&json!({
        "contract": "H1", "customer": "C1", "amount": amount, "kind": "ordinary", "title": "T", "tax_no": "91330200MA2B1C2D3T",
        "product_class": "goods", "delivery_no": format!("D{delivery}"), "ahead": false, "term_days": 1
    }))
}

#[tokio::test]
async fn those_who_share_a_sum_are_decided_one_after_the_other() {
    let test = house().await;
    let mut asking = tokio::task::JoinSet::new();
    for n in 0..8 {
        let app = test.app.clone();
        asking.spawn(async move {
            let ann = Actor::Person("ann".to_owned());
            let asked = app
                .start("invoices", ann, Via::Api, &invoice("200.00", n), true, None)
                .await;
            match asked {
                Ok(answer) => Some(answer.instance),
                Err(AppError::Refused(refusal)) => {
                    assert_eq!(refusal.code, "over_contract");
                    None
                }
                Err(other) => panic!("{other}"),
            }
        });
    }
    let asked = asking.join_all().await;
    let taken: Vec<String> = asked.into_iter().flatten().collect();
    assert_eq!(
        taken.len(),
        5,
        "five times 200 is the whole contract of 1 000"
    );
    test.settle().await;
    let mut numbers = BTreeSet::new();
    for instance in &taken {
        let view = test.app.instance_view("ann", instance).await.unwrap();
        numbers.insert(view.head.title);
    }
    let wanted: BTreeSet<String> = (1..=5).map(|n| format!("KP-2026-000{n}")).collect();
    assert_eq!(
        numbers, wanted,
        "no number twice, and no gap by those who were refused"
    );
    test.finish().await;
}

#[tokio::test]
async fn a_record_is_made_once_and_through_its_hooks() {
    let test = house().await;
    let again = json!({"code": "C1", "full_name": "X"});
    assert!(
        !test
            .app
            .import_record("customer", "C1", &map(&again))
            .await
            .unwrap(),
        "it is there already"
    );
    let wrong = json!({"code": "C2", "full_name": "N", "credit_code": "91330200MA2B1C2D3X"});
    match test.app.import_record("customer", "C2", &map(&wrong)).await {
        Err(AppError::Refused(refusal)) => assert_eq!(refusal.code, "credit_code_wrong"),
        other => panic!("{other:?}"),
    }
    let unknown = test
        .app
        .import_record("nothing", "N1", &JsonMap::new())
        .await;
    assert!(matches!(unknown, Err(AppError::NotFound)), "{unknown:?}");
    let flows = test.app.flows("ann").await.unwrap();
    let customer = flows[0]
        .form
        .iter()
        .find(|field| field.name == "customer")
        .unwrap();
    let offered: Vec<&str> = customer
        .options
        .iter()
        .map(|option| option.name.zh.as_str())
        .collect();
    assert_eq!(offered, ["N"], "chosen by name, not typed");
    test.finish().await;
}
