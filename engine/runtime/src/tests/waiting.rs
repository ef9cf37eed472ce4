//! What a case waits for elsewhere is told by name: which subflows, how far they are, who has them, and how they ended.

use assent_core::command::{Action, Actor, Command, Override, Verdict, Via};
use assent_core::text::Text;
use serde_json::json;

use super::harness::{LEAVE, TestApp, values};
use crate::app::{Answer, InstanceFilter, InstanceView, Tab};

/// A leave that a rejection ends in an end of its own.
fn leave() -> String {
    let leave = LEAVE.replace("if_rejected: {back_to: draft}", "if_rejected: {go: late}");
    leave.replace(
        "\nmails:\n",
        "\n  - {id: late, end: late, name: {zh: 来不及, en: Too late}}\n\nmails:\n",
    )
}

/// HR looks first, then a leave a row, then HR books.
const TRIPS: &str = "
flow: trips
format: 1
name: {zh: 团队出差, en: Trips}
purpose: {zh: 每人一次请假。, en: A leave each.}
owner: role/owner
calendar: cn_office
title: '{{reason}}'
form:
  reason: {type: text, name: {zh: 事由, en: Reason}, required: true}
  legs:
    type: table
    name: {zh: 行程, en: Legs}
    columns:
      days: {type: number, name: {zh: 天数, en: Days}, decimals: 0, required: true}
people: {hr: role/hr}
states:
  - {id: draft, name: {zh: 填写, en: Draft}, draft: {by: applicant}}
  - {id: look, name: {zh: 看看, en: Look}, approve: {by: hr}}
  - {id: leaves, name: {zh: 请假, en: Leaves}, subflow: {flow: leave, for_each: legs, needs: all}, deadline: 9 days, if_late: [{at: deadline, remind: hr}]}
  - {id: done, name: {zh: 完成, en: Done}, end: approved}
";

async fn three_legs(test: &TestApp) -> Answer {
    test.publish(TRIPS).await;
    let given = json!({"reason": "客户", "legs": [{"days": 1}, {"days": 2}, {"days": 3}]});
    let actor = Actor::Person("ann".into());
    let parent = test
        .app
        .start("trips", actor, Via::Page, &values(&given), true, None)
        .await
        .unwrap();
    let asked = parent.opened[0].task;
    test.decide(&parent.instance, asked, "hana", Verdict::Approve)
        .await
        .unwrap()
}

async fn seen(test: &TestApp, who: &str, id: &str) -> InstanceView {
    test.app.instance_view(who, id).await.unwrap()
}

/// The lines of a kind, in Chinese.
fn lines(view: &InstanceView, kind: &str) -> Vec<String> {
    let of_kind = view.timeline.iter().filter(|item| item.kind == kind);
    of_kind.map(|item| item.words.zh.clone()).collect()
}

/// A9.19
#[tokio::test]
async fn a_parent_says_which_subflows_it_waits_for_and_who_has_them() {
    let test = TestApp::with(&leave()).await;
    let answer = three_legs(&test).await;
    let id = answer.instance.as_str();
    assert_eq!(
        answer.message,
        Text::new(
            "已同意，接下来等待 3 个子流程“请假”。",
            "Approved. It waits for 3 subflows “Leave”."
        )
    );
    let before = seen(&test, "ann", id).await;
    let starting = before.standing[0].children.iter();
    assert!(starting.clone().all(|child| child.status == "starting"));
    assert_eq!(starting.count(), 3);

    test.settle().await;
    let inbox = test.app.inbox("bob", Tab::Todo, None, None, 9).await;
    let first = inbox.unwrap().items.into_iter();
    let first = first.min_by_key(|item| item.title.clone()).unwrap();
    test.decide(&first.instance, first.task.unwrap(), "bob", Verdict::Reject)
        .await
        .unwrap();
    test.settle().await;

    let view = seen(&test, "ann", id).await;
    let at = &view.standing[0];
    assert_eq!(at.progress.zh, "等待子流程“请假”，3 个中已结束 1 个");
    assert_eq!(
        at.progress.en,
        "Waits for the subflows “Leave”: 1 of 3 ended"
    );
    let mut waits: Vec<&str> = at.waiting_on.iter().map(|one| one.id.as_str()).collect();
    waits.sort_unstable();
    assert_eq!(waits, ["bea", "bob"], "whoever has the children");
    let told = |child: &crate::app::ChildView| {
        let parts = [&child.title, &child.status_shown.zh, &child.standing.zh];
        parts.map(String::as_str).join(" ")
    };
    let told: Vec<String> = at.children.iter().map(told).collect();
    assert_eq!(
        told,
        [
            "客户 2 审批中 主管审批",
            "客户 3 审批中 主管审批",
            "客户 1 来不及 "
        ],
        "those that run first; an end of its own by its name"
    );
    assert_eq!(
        lines(&view, "subflow_asked"),
        [
            "发起子流程“请假”（1/3）",
            "发起子流程“请假”（2/3）",
            "发起子流程“请假”（3/3）"
        ]
    );
    let of_row = view
        .timeline
        .iter()
        .find(|item| item.kind == "subflow_asked");
    assert_eq!(of_row.unwrap().because[0].zh, "天数 = 1");
    assert_eq!(of_row.unwrap().child.as_ref(), Some(&first.instance));
    assert_eq!(
        lines(&view, "subflow_ended"),
        ["子流程“请假”（1/3）结束：来不及"]
    );

    let why = test.app.why(Some("ann"), id, None).await.unwrap();
    assert_eq!(why.waits[0].words[0], at.progress);
    assert_eq!(
        why.waits[0].words[1].zh,
        "客户 2：审批中 · 主管审批 · Bea、鲍勃"
    );
    let waiting = test.app.inbox("ann", Tab::Waiting, Some("trips"), None, 9);
    let waiting = waiting.await.unwrap().items.remove(0).waiting_on;
    let mut waiting: Vec<String> = waiting.into_iter().map(|one| one.id).collect();
    waiting.sort_unstable();
    assert_eq!(waiting, ["bea", "bob"]);
    let filter = InstanceFilter {
        flow: Some("trips".into()),
        ..InstanceFilter::default()
    };
    let rows = test.app.instances("adm", &filter, None, 9).await.unwrap();
    assert_eq!(rows.items[0].waiting_on.len(), 2);
    let child = seen(&test, "bob", &first.instance).await;
    assert_eq!(child.head.status_shown.zh, "来不及");
    assert_eq!(lines(&child, "ended"), ["流程结束：来不及"]);
    test.finish().await;
}

/// A9.19: whoever may not open the children sees how far they are and whom they wait for, and nothing of what is in them.
#[tokio::test]
async fn a_child_that_is_not_for_the_reader_is_told_without_its_title() {
    let test = TestApp::with(&leave()).await;
    let answer = three_legs(&test).await;
    test.settle().await;
    let view = seen(&test, "hana", &answer.instance).await;
    let children = &view.standing[0].children;
    assert_eq!(children.len(), 3);
    for child in children {
        assert!(!child.open && child.title.is_empty(), "{child:?}");
        assert_eq!(child.flow_name.zh, "请假");
        assert_eq!(child.waiting_on.len(), 2);
        assert!(
            test.app
                .instance_view("hana", &child.instance)
                .await
                .is_err()
        );
    }
    assert!(view.timeline.iter().all(|item| item.child.is_none()));
    let own = test
        .app
        .task_view("hana", &answer.instance, 2)
        .await
        .unwrap();
    assert_eq!(own.instance.standing[0].children.len(), 3);
    let trail = own.instance.timeline.iter();
    assert!(trail.map(|item| &item.child).all(Option::is_none));
    test.finish().await;
}

/// A2.113: what an override would do is said with the subjects of mails and the names of flows, not their ids.
#[tokio::test]
async fn a_preview_names_mails_by_their_subject_and_flows_by_name() {
    let test = TestApp::with(&leave()).await;
    test.publish(TRIPS).await;
    let skipped = async |flow: &str, given: serde_json::Value, state: &str| {
        let ann = Actor::Person("ann".into());
        let started = test
            .app
            .start(flow, ann, Via::Page, &values(&given), true, None)
            .await
            .unwrap();
        let command = Command {
            actor: Actor::Person("adm".into()),
            via: Via::Page,
            action: Action::Override {
                act: Override::Skip {
                    state: state.to_owned(),
                },
                reason: "急用".into(),
            },
            key: None,
        };
        let shown = test.app.preview(&started.instance, &command).await.unwrap();
        let words = shown.words.into_iter().map(|words| (words.zh, words.en));
        words.collect::<Vec<_>>()
    };
    let given = json!({"reason": "客户", "legs": [{"days": 1}]});
    let said = skipped("trips", given, "look").await;
    let subflow = (
        "发起子流程“请假”".to_owned(),
        "Starts the subflow “Leave”".to_owned(),
    );
    assert!(said.contains(&subflow), "{said:?}");
    let said = skipped(
        "leave",
        json!({"reason": "三亚", "days": 2}),
        "manager_approval",
    )
    .await;
    let mail = (
        "发邮件给 安妮：【已批准】…".to_owned(),
        "Mail to 安妮: [Granted] …".to_owned(),
    );
    assert!(said.contains(&mail), "{said:?}");
    test.settle().await;
    test.finish().await;
}
