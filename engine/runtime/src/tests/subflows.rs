//! A subflow that the engine itself refuses to start.

use serde_json::json;

use super::harness::TestApp;

const KID: &str = "
flow: kid
format: 1
name: {zh: 分项, en: Part}
purpose: {zh: 只有人事能发起。, en: Only HR starts it.}
owner: role/owner
calendar: cn_office
title: '{{reason}}'
form:
  reason: {type: text, name: {zh: 事由, en: Reason}, required: true}
people: {who: role/hr}
states:
  - {id: draft, name: {zh: 申请, en: Request}, draft: {by: who}}
  - {id: check, name: {zh: 审批, en: Check}, approve: {by: who}}
  - {id: done, name: {zh: 通过, en: Approved}, end: approved}
";

const PARENT: &str = "
flow: parent
format: 1
name: {zh: 采购, en: Buying}
purpose: {zh: 分项审批。, en: Parts are approved.}
owner: role/owner
calendar: cn_office
title: '{{reason}}'
form:
  reason: {type: text, name: {zh: 事由, en: Reason}, required: true}
states:
  - {id: draft, name: {zh: 申请, en: Request}, draft: {by: applicant}}
  - {id: parts, name: {zh: 分项, en: Parts}, subflow: {flow: kid}}
  - {id: done, name: {zh: 通过, en: Approved}, end: approved}
";

/// A7.36
#[tokio::test]
async fn a_subflow_that_is_refused_is_told_at_once() {
    let test = TestApp::with(KID).await;
    test.publish(PARENT).await;
    let ann = assent_core::command::Actor::Person("ann".to_owned());
    let given = super::harness::values(&json!({"reason": "三台"}));
    let via = assent_core::command::Via::Page;
    let started = test.app.start("parent", ann, via, &given, true, None);
    let parent = started.await.unwrap();
    test.settle().await;
    let rows = test.app.stuck().await.unwrap();
    let told = rows.iter().find(|row| row.kind == "dead_letter").unwrap();
    let head = told.instance.as_ref().unwrap();
    assert_eq!(
        head.id, parent.instance,
        "on the stuck page, without a second try"
    );
    assert!(
        told.words.zh.contains("1 次尝试") && told.words.zh.contains("没有发起“分项”的权限"),
        "{}",
        told.words.zh
    );
    assert!(told.words.en.contains("may_not_start"), "{}", told.words.en);
    // A9.19: the parent says so too.
    let view = test.app.instance_view("ann", &parent.instance).await;
    let child = view.unwrap().standing.remove(0).children.remove(0);
    assert_eq!(child.status, "not_started");
    assert!(child.trouble.unwrap().zh.contains("没有发起“分项”的权限"));
    test.finish_with(0, 1).await;
}
