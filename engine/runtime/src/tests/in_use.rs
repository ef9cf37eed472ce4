//! A flow is taken out of use, and into use again.

use std::path::Path;

use assent_core::command::{Actor, Verdict, Via};
use serde_json::json;

use super::harness::{LEAVE, TestApp, leave_of, values};
use crate::app::{Answer, AppError};

async fn start(test: &TestApp, key: Option<&str>) -> Result<Answer, AppError> {
    let ann = Actor::Person("ann".to_owned());
    let (key, given) = (key.map(str::to_owned), values(&leave_of(2)));
    let started = test.app.start("leave", ann, Via::Api, &given, true, key);
    started.await
}

fn code<T: std::fmt::Debug>(done: Result<T, AppError>) -> String {
    match done {
        Err(AppError::Refused(refusal)) => refusal.code,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

/// A7.32
#[tokio::test]
async fn a_closed_flow_takes_no_new_cases_and_those_under_way_go_on() {
    let test = TestApp::with(LEAVE).await;
    let under_way = start(&test, Some("ann:1")).await.unwrap();
    for (who, reason, wanted) in [
        ("ann", "不用了", "not_owner"),
        ("adm", " 停 ", "reason_required"),
    ] {
        let refused = test.app.close_flow(who, "leave", reason).await;
        assert_eq!(code(refused), wanted);
    }
    let unknown = test.app.close_flow("adm", "nosuch", "不用了").await;
    assert!(matches!(unknown, Err(AppError::NotFound)));
    test.app
        .close_flow("own", "leave", "改用新的休假流程")
        .await
        .unwrap();
    let Err(AppError::Refused(refusal)) = start(&test, None).await else {
        panic!("nobody starts it any more");
    };
    assert_eq!(refusal.code, "flow_closed");
    let zh = "“请假”已停用，不再受理新的申请（负责人，2026-03-02 周一 09:00：改用新的休假流程）。已发起的照常办理；请改用别的流程，或联系流程负责人。";
    assert_eq!(refusal.message.zh, zh);
    let shown = test.app.flows("ann").await.unwrap().remove(0);
    assert_eq!(shown.closed, shown.refusal, "not offered, and it says why");
    assert_eq!(shown.closed.unwrap().message, refusal.message);
    let again = start(&test, Some("ann:1")).await.unwrap();
    assert!(
        again.repeated && again.instance == under_way.instance,
        "a repeated request gets its first answer"
    );
    let task = under_way.opened[0].task;
    let done = test.decide(&under_way.instance, task, "bob", Verdict::Approve);
    done.await.unwrap();
    // A new version changes nothing about it, and what was done is kept.
    test.publish(&LEAVE.replace("format: 1", "format: 1 # again"))
        .await;
    assert_eq!(code(start(&test, None).await), "flow_closed");
    let twice = test.app.close_flow("adm", "leave", "再停一次").await;
    assert_eq!(code(twice), "flow_closed");
    test.app.open_flow("adm", "leave", "还要用").await.unwrap();
    assert_eq!(
        code(test.app.open_flow("adm", "leave", "再开一次").await),
        "flow_open"
    );
    start(&test, None).await.unwrap();
    let uses = test.app.flow_uses("leave").await.unwrap();
    let uses: Vec<(bool, &str, &str)> = uses
        .iter()
        .map(|one| (one.closed, one.by.id.as_str(), one.reason.as_str()))
        .collect();
    assert_eq!(
        uses,
        [(false, "adm", "还要用"), (true, "own", "改用新的休假流程")]
    );
    test.settle().await;
    test.finish().await;
}

/// A7.32: it stays closed for whoever opens the database next, and another node hears of it.
#[tokio::test]
async fn what_is_closed_stays_closed_after_a_restart() {
    let test = TestApp::with(LEAVE).await;
    let mut config = test.app.config().clone();
    config.workers = false;
    let other = crate::app::App::open(config.clone()).await.unwrap();
    test.app.close_flow("adm", "leave", "不用了").await.unwrap();
    let ann = || Actor::Person("ann".to_owned());
    let given = values(&leave_of(2));
    other.load_closed().await.unwrap();
    let started = other.start("leave", ann(), Via::Api, &given, true, None);
    assert_eq!(code(started.await), "flow_closed");
    let next = crate::app::App::open(config).await.unwrap();
    let started = next.start("leave", ann(), Via::Api, &given, true, None);
    assert_eq!(code(started.await), "flow_closed");
    next.open_flow("adm", "leave", "还要用").await.unwrap();
    // Whoever has not heard of it yet is decided on what the database says.
    assert_eq!(
        code(other.open_flow("adm", "leave", "还要用").await),
        "flow_open"
    );
    next.close().await;
    other.close().await;
    test.finish().await;
}

fn write(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).unwrap();
}

/// A7.34
#[tokio::test]
async fn a_flow_whose_file_is_gone_stays_in_use_and_says_so() {
    let test = TestApp::with("").await;
    let folder = std::env::temp_dir().join(format!("assent-in-use-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    write(&folder, "leave.yaml", LEAVE);
    let mut seen = std::collections::BTreeMap::new();
    let gone = async |test: &TestApp| test.app.flows("ann").await.unwrap()[0].file_gone;
    test.app.publish_changed(&folder, &mut seen).await.unwrap();
    assert!(!gone(&test).await);
    std::fs::remove_file(folder.join("leave.yaml")).unwrap();
    test.app.publish_changed(&folder, &mut seen).await.unwrap();
    assert!(gone(&test).await);
    start(&test, None).await.unwrap();
    // Broken or under another name, it is there.
    write(&folder, "other.yaml", "flow: leave\nformat: nonsense\n");
    test.app.publish_changed(&folder, &mut seen).await.unwrap();
    assert!(!gone(&test).await);
    std::fs::remove_dir_all(&folder).unwrap();
    test.settle().await;
    test.finish().await;
}

/// A7.32: a strict flow that is closed keeps nobody from the one beside it, and serves no record.
#[tokio::test]
async fn a_closed_flow_serves_no_record() {
    let flow = |id: &str, scope: &str| {
        format!(
            "flow: {id}
format: 1
name: {{zh: {id}, en: {id}}}
purpose: {{zh: 客户资料有人审。, en: Customers are checked.}}
owner: role/owner
calendar: cn_office
title: '{{{{full_name}}}}'
record: customer
{scope}
people: {{who: role/hr}}
states:
  - {{id: draft, name: {{zh: 申请, en: Request}}, draft: {{by: applicant}}}}
  - {{id: check, name: {{zh: 审核, en: Check}}, approve: {{by: who}}}}
  - {{id: done, name: {{zh: 通过, en: Approved}}, end: approved}}
"
        )
    };
    let test = TestApp::configured("", |config| {
        config.modules = vec![std::sync::Arc::new(assent_parties::Parties)];
    })
    .await;
    test.publish(&flow("strict", "for: {when: credit > 50000}\npriority: 20"))
        .await;
    test.publish(&flow("lenient", "for: {when: credit > 0}\npriority: 0"))
        .await;
    let given = values(&json!({"code": "C1", "full_name": "东海", "credit": "80000"}));
    let chosen = test.app.flow_for("customer", None, "ann", &given).await;
    assert_eq!(chosen.unwrap().flow, "strict");
    test.app
        .close_flow("adm", "strict", "只留一个")
        .await
        .unwrap();
    let chosen = test.app.flow_for("customer", None, "ann", &given).await;
    assert_eq!(chosen.unwrap().flow, "lenient");
    let ann = Actor::Person("ann".to_owned());
    let started = test.app.start("lenient", ann, Via::Api, &given, true, None);
    started.await.unwrap();
    test.settle().await;
    test.finish().await;
}
