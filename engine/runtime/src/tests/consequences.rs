//! What the sheet says a decision leads to is what happens.

use assent_core::command::{Action, Actor, Command, DecideWith, Override, Verdict, Via};
use assent_core::time::Moment;
use assent_core::value::Values;
use serde_json::json;

use super::harness::{HOUR_MS, LEAVE, MONDAY, TestApp, leave_of};
use crate::app::AppError;

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

/// A6.27
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
    let view = test.app.instance_view("ann", &started.instance).await;
    let view = view.unwrap();
    let left: Vec<&str> = view
        .timeline
        .iter()
        .filter(|item| item.kind == "left")
        .map(|item| item.words.zh.as_str())
        .collect();
    assert_eq!(left, ["“接单”超时，转到“派工”"]);
    let why = test.app.why(Some("ann"), &started.instance, None).await;
    let way = why.unwrap().way;
    let timed_out = way.iter().find(|reason| reason.code == "timed_out");
    assert_eq!(timed_out.unwrap().words[0].zh, "“接单”超时，转到“派工”。");
    let task = started.opened.iter().find(|task| task.assignee == "bob");
    let late = test
        .app
        .task_view("bob", &started.instance, task.unwrap().task);
    assert_eq!(
        late.await.unwrap().ended.zh,
        "系统已于 2026-03-02 周一 19:00 结束了这个任务（超时，转到“派工”），不再需要您处理，现在由 哈娜 处理。"
    );
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

/// A4.59: a late click hears who took the task away, when, and what follows; so does the task's page.
#[tokio::test]
async fn a_late_click_hears_who_sent_it_back_and_what_follows() {
    let test = TestApp::with(BESIDE).await;
    let started = test
        .submitted(&json!({"reason": "采购", "amount": 7}))
        .await;
    let id = &started.instance;
    let of = |who: &str| {
        let mut opened = started.opened.iter();
        opened.find(|task| task.assignee == who).unwrap().task
    };
    test.decide(id, of("hana"), "hana", Verdict::Reject)
        .await
        .unwrap();
    let late = test.decide(id, of("bob"), "bob", Verdict::Approve).await;
    let Err(AppError::Refused(late)) = late else {
        panic!("{late:?}");
    };
    assert_eq!(late.code, "task_closed");
    assert_eq!(
        late.message.zh,
        "哈娜已于 2026-03-02 周一 09:00 拒绝“人事”，申请退回给安妮（第 2 轮）；重新提交后，需要时会再请您处理。"
    );
    assert!(
        late.message.en.starts_with("哈娜 rejected “HR”, ")
            && late.message.en.contains("it went back to 安妮 (round 2)"),
        "{}",
        late.message.en
    );
    assert_eq!(late.params["by"], "hana");
    let page = test.app.task_view("bob", id, of("bob")).await.unwrap();
    assert_eq!(page.ended, late.message);

    let again = Action::Submit {
        set: Values::new(),
        straight_back: false,
    };
    test.act(id, "ann", again).await.unwrap();
    let page = test.app.task_view("bob", id, of("bob")).await.unwrap();
    assert!(
        page.ended.zh.ends_with("之后已重新提交。"),
        "{}",
        page.ended.zh
    );
    test.settle().await;
    test.finish().await;
}

/// A4.59: also when an administrator ended it for them.
#[tokio::test]
async fn a_late_click_hears_that_an_administrator_moved_it() {
    let test = TestApp::with(BESIDE).await;
    let started = test
        .submitted(&json!({"reason": "采购", "amount": 7}))
        .await;
    let id = &started.instance;
    let jump = Action::Override {
        act: Override::Jump { to: "pay".into() },
        reason: "先付".into(),
    };
    let command = Command {
        actor: Actor::Person("adm".into()),
        via: Via::Page,
        action: jump,
        key: None,
    };
    let shown = test.app.preview(id, &command).await.unwrap();
    test.app.confirm(id, command, &shown.token).await.unwrap();
    let task = started.opened.iter().find(|task| task.assignee == "bob");
    let late = test
        .decide(id, task.unwrap().task, "bob", Verdict::Approve)
        .await;
    let Err(AppError::Refused(late)) = late else {
        panic!("{late:?}");
    };
    assert_eq!(
        late.message.zh,
        "管理员已于 2026-03-02 周一 09:00 把流程转到别处（先付），不再需要您处理，现在由 哈娜 处理。"
    );
    assert_eq!(late.params["by"], "adm");
    test.settle().await;
    test.finish().await;
}
