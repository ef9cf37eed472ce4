//! The rows of a table are read wherever the record is, and a change in them is told by row and column.

use assent_core::command::{Action, Actor, Verdict, Via};
use assent_core::value::{Value, Values};
use serde_json::{Value as Json, json};

use super::harness::{TestApp, values};
use crate::app::{Answer, AppError, Tab};

/// Payments in rows: every row has its kind and amount.
const PLAN: &str = "
flow: plan
format: 1
name: {zh: 合同, en: Contract}
purpose: {zh: 先看收款计划。, en: The plan is read first.}
owner: role/owner
calendar: cn_office
title: '{{subject}}'
form:
  subject: {type: text, name: {zh: 事由, en: Subject}, required: true, show: first}
  plan:
    type: table
    name: {zh: 收款计划, en: Plan}
    required: true
    columns:
      kind:   {type: choice, name: {zh: 款项, en: Kind}, options: {down: {zh: 预付款, en: Down}, rest: {zh: 尾款, en: Rest}}, required: true}
      due_on: {type: date, name: {zh: 日期, en: Due on}}
      amount: {type: money, currency: CNY, name: {zh: 金额, en: Amount}, required: true}
people: {manager: role/manager, hr: role/hr}
states:
  - {id: draft, name: {zh: 填写, en: Draft}, draft: {by: applicant}}
  - {id: look, name: {zh: 审批, en: Look}, approve: {by: hr}, fields: {write: [plan]}, if_rejected: {back_to: draft}}
";

fn plan(second: &str) -> Json {
    json!({"subject": "冷藏车", "plan": [
        {"kind": "down", "due_on": "2026-04-01", "amount": "160000"},
        {"kind": "rest", "amount": second},
    ]})
}

/// Names and sentences of a refusal's faults.
fn faults(answer: Result<Answer, AppError>) -> Vec<(String, String, String)> {
    let Err(AppError::Refused(refusal)) = answer else {
        panic!("expected a refusal: {answer:?}");
    };
    let all = if refusal.faults.is_empty() {
        vec![*refusal]
    } else {
        refusal.faults
    };
    let said = |fault: assent_core::refusal::Refusal| {
        (
            fault.field.unwrap_or_default(),
            fault.message.zh,
            fault.message.en,
        )
    };
    all.into_iter().map(said).collect()
}

#[tokio::test]
async fn rows_are_read_and_their_changes_are_told() {
    let test = TestApp::with(PLAN).await;
    let started = test.submitted(&plan("40000")).await;
    test.settle().await;
    let (id, task) = (&started.instance, started.opened[0].task);
    let seen = test.app.task_view("hana", id, task).await.unwrap();
    let fact = &seen.instance.facts[1];
    assert_eq!(fact.shown.zh, "2 行");
    let table = fact.table.as_ref().unwrap();
    let heads: Vec<&str> = table
        .columns
        .iter()
        .map(|(name, _)| name.en.as_str())
        .collect();
    assert_eq!(heads, ["Kind", "Due on", "Amount"]);
    let row = |row: &[assent_core::text::Text]| -> Vec<String> {
        row.iter().map(|cell| cell.zh.clone()).collect()
    };
    assert_eq!(
        row(&table.rows[0]),
        ["预付款", "2026-04-01", "160,000.00 CNY（16 万）"]
    );
    assert_eq!(row(&table.rows[1]), ["尾款", "", "40,000.00 CNY（4 万）"]);
    let mail = test.app.mailbox(10).await.unwrap();
    let hers = mail.iter().find(|mail| mail.to.starts_with("hana"));
    let text = test.app.mailbox_mail(&hers.unwrap().id).await.unwrap().text;
    assert!(
        text.contains("预付款，2026-04-01，160,000.00 CNY"),
        "{text}"
    );

    test.decide(id, task, "hana", Verdict::Reject)
        .await
        .unwrap();
    let view = test.app.instance_view("ann", id).await.unwrap();
    let draft = view.offers.iter().find(|offer| offer.verb == "submit");
    let mut other = plan("40000")["plan"].clone();
    other[1] = json!({"kind": "rest", "due_on": "2029-01-01", "amount": "30000"});
    let more = json!({"kind": "down", "amount": "10000"});
    other.as_array_mut().unwrap().push(more);
    let posted = values(&json!({"plan": other}));
    let set = test
        .app
        .read_values(id, draft.unwrap().task, &posted)
        .await
        .unwrap();
    let submit = Action::Submit {
        set,
        straight_back: false,
    };
    let again = test.act(id, "ann", submit).await.unwrap();
    let seen = test
        .app
        .task_view("hana", id, again.opened[0].task)
        .await
        .unwrap();
    let told: Vec<String> = seen
        .changed
        .iter()
        .map(|change| {
            format!(
                "{}：{} → {}",
                change.label.zh, change.before.zh, change.after.zh
            )
        })
        .collect();
    let wanted = [
        "收款计划 第 2 行 日期：（空） → 2029-01-01",
        "收款计划 第 2 行 金额：40,000.00 CNY（4 万） → 30,000.00 CNY（3 万）",
        "收款计划 第 3 行：（空） → 预付款，10,000.00 CNY（1 万）",
    ];
    assert_eq!(told, wanted);
    let trail = seen.instance.timeline.iter();
    let because: Vec<&str> = trail
        .flat_map(|item| &item.because)
        .map(|why| why.en.as_str())
        .collect();
    let line = "Plan row 2 Amount: 40,000.00 CNY → 30,000.00 CNY";
    assert!(because.contains(&line), "{because:?}");
    test.settle().await;
    test.finish().await;
}

#[tokio::test]
async fn a_row_without_what_its_column_requires_is_refused_on_every_way_in() {
    let test = TestApp::with(PLAN).await;
    let mut bad = plan("40000");
    bad["plan"][1] = json!({"due_on": "2026-05-01"});
    let wanted = [
        (
            "plan.1.kind".to_owned(),
            "请填写“收款计划 第 2 行 款项”。".to_owned(),
            "Fill in “Plan row 2 Kind”.".to_owned(),
        ),
        (
            "plan.1.amount".to_owned(),
            "请填写“收款计划 第 2 行 金额”。".to_owned(),
            "Fill in “Plan row 2 Amount”.".to_owned(),
        ),
    ];
    // At once; then as a draft, which may be unfinished, and submitted as it stands.
    let bad_row = values(&bad);
    let ann = || Actor::Person("ann".to_owned());
    let started = test
        .app
        .start("plan", ann(), Via::Api, &bad_row, true, None);
    assert_eq!(faults(started.await), wanted);
    let draft = test
        .app
        .start("plan", ann(), Via::Page, &bad_row, false, None);
    let draft = draft.await.unwrap();
    let submit = |set: Values| Action::Submit {
        set,
        straight_back: false,
    };
    let refused = test
        .act(&draft.instance, "ann", submit(Values::new()))
        .await;
    assert_eq!(faults(refused), wanted);
    // Whoever may change the rows while deciding cannot leave a hole either.
    let good = test.submitted(&plan("40000")).await;
    let task = good.opened[0].task;
    let hole = Values::from([(
        "plan".to_owned(),
        Value::List(vec![Value::Map(Values::from([(
            "kind".to_owned(),
            Value::from("down"),
        )]))]),
    )]);
    let approve = Action::Decide {
        task,
        verdict: Verdict::Approve,
        comment: None,
        set: hole,
        with: assent_core::command::DecideWith::default(),
    };
    let refused = faults(test.act(&good.instance, "hana", approve).await);
    assert_eq!(refused[0].0, "plan.0.amount");
    assert_eq!(test.todo("hana").await, ["冷藏车"]);
    let drafts = test
        .app
        .inbox("ann", Tab::Todo, None, None, 50)
        .await
        .unwrap();
    assert_eq!(drafts.items.len(), 1);
    test.settle().await;
    test.finish().await;
}
