//! Revoking what was approved: the deciding flow starts, asks those who approved, and its end is told to the original.

use assent_core::command::{Action, Actor, Verdict, Via};

use super::harness::{LEAVE, TestApp, leave_of, values};
use crate::app::AppError;

const REVOKING: &str = r"
flow: take_back_leave
format: 1
name: {zh: 销假, en: Revoked leave}
purpose: {zh: 批准的人同意才能销假。, en: Whoever approved a leave agrees to its end.}
owner: role/owner
calendar: cn_office
title: '销假 {{reason}}'
form:
  reason: {type: text, name: {zh: 事由, en: Reason}, required: true, max: 80}
people: {those: approvers of original}
states:
  - {id: draft, name: {zh: 填写, en: Draft}, draft: {by: applicant}}
  - {id: again, name: {zh: 原审批人, en: Approvers}, approve: {by: those, needs: all}}
  - {id: done, name: {zh: 同意, en: Agreed}, end: approved}
";

/// The leave flow, which says how it is revoked; and the flow that decides on it.
async fn house() -> TestApp {
    let test = TestApp::with("").await;
    test.publish(REVOKING).await;
    test.publish(&format!("{LEAVE}\nrevocation: {{flow: take_back_leave}}\n"))
        .await;
    test
}

async fn decided(test: &TestApp, who: &str, verdict: Verdict) {
    let inbox = test.app.inbox(who, Default::default(), None, None, 5).await;
    let item = inbox.unwrap().items.remove(0);
    let done = test
        .decide(&item.instance, item.task.unwrap(), who, verdict)
        .await;
    done.unwrap();
    test.settle().await;
}

/// A leave of two days that bob approved.
async fn approved(test: &TestApp) -> String {
    let answer = test.submitted(&leave_of(2)).await;
    test.settle().await;
    decided(test, "bob", Verdict::Approve).await;
    answer.instance
}

async fn status(test: &TestApp, instance: &str) -> String {
    let view = test.app.instance_view("ann", instance).await.unwrap();
    view.head.status
}

fn ask() -> Action {
    Action::Revoke {
        comment: "行程取消".to_owned(),
    }
}

/// A2.40 A2.45
#[tokio::test]
async fn an_approved_case_is_revoked_by_those_who_approved_it() {
    let test = house().await;
    let leave = approved(&test).await;
    assert_eq!(status(&test, &leave).await, "approved");
    test.act(&leave, "ann", ask()).await.unwrap();
    test.settle().await;
    assert_eq!(test.todo("bob").await, ["销假 三亚"], "who approved it");
    assert!(test.todo("bea").await.is_empty(), "and nobody else");
    let again = test.act(&leave, "ann", ask()).await;
    assert!(matches!(again, Err(AppError::Refused(refusal)) if refusal.code == "revoking"));

    decided(&test, "bob", Verdict::Approve).await;
    assert_eq!(status(&test, &leave).await, "revoked");
    test.finish().await;
}

/// A2.42
#[tokio::test]
async fn a_revocation_that_is_refused_changes_nothing_and_may_be_asked_again() {
    let test = house().await;
    let leave = approved(&test).await;
    test.act(&leave, "ann", ask()).await.unwrap();
    test.settle().await;
    decided(&test, "bob", Verdict::Reject).await;
    assert_eq!(status(&test, &leave).await, "approved");
    test.act(&leave, "ann", ask()).await.unwrap();
    test.settle().await;
    assert_eq!(test.todo("bob").await, ["销假 三亚"]);
    test.finish().await;
}

/// A2.45
#[tokio::test]
async fn a_flow_that_asks_the_approvers_is_not_started_by_itself() {
    let test = house().await;
    let actor = Actor::Person("ann".into());
    let started = test
        .app
        .start(
            "take_back_leave",
            actor,
            Via::Page,
            &values(&serde_json::json!({"reason": "x"})),
            true,
            None,
        )
        .await;
    assert!(matches!(started, Err(AppError::Refused(refusal)) if refusal.code == "only_revokes"));
    test.finish().await;
}
