//! What the sheet says a decision leads to is what happens.

use assent_core::command::{Action, DecideWith, Verdict};
use assent_core::time::Moment;
use assent_core::value::Values;
use serde_json::json;

use super::harness::{HOUR_MS, LEAVE, MONDAY, TestApp, leave_of};

/// A gate that is only for large amounts, and two branches whose rejection sends it back.
const BESIDE: &str = "
flow: beside
format: 1
name: {zh: 会签, en: Beside}
purpose: {zh: 两个部门同时看。, en: Two look at once.}
owner: role/owner
calendar: cn_office
title: '{{reason}}'
form:
  reason: {type: text, name: {zh: 事由, en: Reason}, required: true}
  amount: {type: number, name: {zh: 数, en: Amount}, decimals: 0, required: true}
people: {manager: role/manager, hr: role/hr, boss: role/owner}
states:
  - {id: draft, name: {zh: 申请, en: Request}, draft: {by: applicant}}
  - id: both
    name: {zh: 会签, en: Countersign}
    together:
      needs: all
      branches:
        - {id: one, name: {zh: 主管, en: Managers}, states: [{id: managers, name: {zh: 主管, en: Managers}, approve: {by: manager, needs: all, on_reject: until_decided}}]}
        - {id: two, name: {zh: 人事, en: HR}, states: [{id: people, name: {zh: 人事, en: HR}, approve: {by: hr}}]}
    if_rejected: {back_to: draft}
  - {id: chief, name: {zh: 总经理, en: Chief}, when: amount > 100, approve: {by: boss}}
  - {id: pay, name: {zh: 付款, en: Pay}, work: {by: hr}}
";

impl TestApp {
    /// What the buttons of somebody's task say, in Chinese and English.
    async fn told(&self, who: &str, instance: &str, verb: &str) -> (String, String) {
        let inbox = self.app.instance_view(who, instance).await.unwrap();
        let mut offers = inbox.offers.into_iter();
        let offer = offers.find(|offer| offer.verb == verb && offer.allowed);
        let said = offer.unwrap().consequence;
        (said.zh, said.en)
    }
}

#[tokio::test]
async fn a_state_that_today_s_values_pass_by_is_not_promised() {
    let test = TestApp::with(LEAVE).await;
    let long = test.submitted(&leave_of(5)).await;
    let short = test.submitted(&leave_of(2)).await;
    let (zh, en) = test.told("bob", &long.instance, "approve").await;
    assert_eq!(
        (zh.as_str(), en.as_str()),
        ("同意后：进入“人事审批”", "Then: “HR”")
    );
    let (zh, en) = test.told("bob", &short.instance, "approve").await;
    assert_eq!(
        (zh.as_str(), en.as_str()),
        ("同意后：流程结束（已通过）", "Then: it ends (approved)")
    );
    test.settle().await;
    test.finish().await;
}

/// An approval that goes on elsewhere when it is late.
const LATE: &str = "
flow: late
format: 1
name: {zh: 接单, en: Order}
purpose: {zh: 没人接就派工。, en: Somebody is sent when nobody takes it.}
owner: role/owner
calendar: cn_office
title: '{{reason}}'
form: {reason: {type: text, name: {zh: 事由, en: Reason}, required: true}}
people: {manager: role/manager, hr: role/hr}
states:
  - {id: draft, name: {zh: 申请, en: Request}, draft: {by: applicant}}
  - {id: take, name: {zh: 接单, en: Take}, approve: {by: manager}, deadline: 4 work hours, if_late: [{at: deadline, go: send}]}
  - {id: send, name: {zh: 派工, en: Send}, work: {by: hr}}
";

#[tokio::test]
async fn whoever_loses_a_task_to_the_clock_reads_where_it_went() {
    let test = TestApp::with(LATE).await;
    let started = test.submitted(&json!({"reason": "维修"})).await;
    test.settle().await;
    test.at(Moment(MONDAY.0 + 10 * HOUR_MS));
    test.settle().await;
    assert_eq!(test.todo("hana").await, ["维修"]);
    let view = test.app.instance_view("ann", &started.instance).await;
    let closed: Vec<(String, String)> = view
        .unwrap()
        .timeline
        .into_iter()
        .filter(|item| item.kind == "task_closed")
        .flat_map(|item| item.because)
        .map(|why| (why.zh, why.en))
        .collect();
    let told = (
        "超时，转到“派工”".to_owned(),
        "Timed out: goes to “Send”".to_owned(),
    );
    assert_eq!(closed, [told.clone(), told], "both managers");
    test.finish().await;
}

#[tokio::test]
async fn in_a_branch_the_votes_and_the_join_say_what_follows() {
    let test = TestApp::with(BESIDE).await;
    let started = test
        .submitted(&json!({"reason": "采购", "amount": 7}))
        .await;
    let id = &started.instance;
    // Of two who must both agree, one vote decides nothing; a rejection of the branch sends everything back.
    let (zh, en) = test.told("bob", id, "approve").await;
    assert_eq!(zh, "同意后：计入您的意见，再等其他人处理");
    assert_eq!(en, "Then: your vote is counted; the others are waited for");
    let (zh, en) = test.told("hana", id, "reject").await;
    assert_eq!(
        (zh.as_str(), en.as_str()),
        ("拒绝后：退回到“申请”", "Then: back to “Request”")
    );
    let (zh, _) = test.told("hana", id, "approve").await;
    assert_eq!(zh, "同意后：本分支完成，等待其他分支");

    let of = |who: &str| {
        let mut opened = started.opened.iter();
        opened.find(|task| task.assignee == who).unwrap().task
    };
    for who in ["hana", "bob"] {
        let approve = Action::Decide {
            task: of(who),
            verdict: Verdict::Approve,
            comment: None,
            set: Values::new(),
            with: DecideWith::default(),
        };
        test.act(id, who, approve).await.unwrap();
    }
    // The last of all: past the chief, who is only for large amounts.
    let (zh, en) = test.told("bea", id, "approve").await;
    assert_eq!(
        (zh.as_str(), en.as_str()),
        ("同意后：进入“付款”", "Then: “Pay”")
    );
    let (zh, _) = test.told("bea", id, "reject").await;
    assert_eq!(zh, "拒绝后：退回到“申请”");
    test.settle().await;
    test.finish().await;
}
