//! Somebody is away and their task stays with them: what is said beforehand, who learns of it, and where it is put right.

use assent_core::command::{Action, Override};
use assent_core::directory::Absence;
use serde_json::json;

use super::harness::{HOUR_MS, MONDAY, TestApp, directory};
use super::people;
use crate::app::{AppError, Stuck};

fn away(person: &str, proxy: &str) -> Absence {
    people::away(person, MONDAY, 8, proxy)
}

async fn told(test: &TestApp, person: &str, proxy: &str) -> Vec<String> {
    let saved = test.app.set_absence(person, away(person, proxy));
    let saved = saved.await.unwrap().warnings;
    let kept = test.app.absences(person).remove(0).warnings;
    assert_eq!(saved, kept, "it stands beside the absence as it was told");
    saved.into_iter().map(|text| text.zh).collect()
}

/// A5.64
#[tokio::test]
async fn an_absence_says_what_whoever_stands_in_will_not_get() {
    let test = TestApp::with(&people::flow_with("role/manager", "")).await;
    assert_eq!(
        told(&test, "bob", "hana").await,
        ["“值班”不让代理人办理按角色派的任务：鲍勃因角色收到的任务仍留给鲍勃。"]
    );
    assert!(
        told(&test, "hana", "bea").await.is_empty(),
        "nobody asks hana for a role of hers"
    );
    test.publish(&people::flow_with("role/manager", "proxy: {to: same_role}"))
        .await;
    assert_eq!(
        told(&test, "bob", "adm").await,
        ["“值班”：管理员没有角色“manager”，因这个角色派给鲍勃的任务仍留给鲍勃。"]
    );
    assert!(told(&test, "bob", "bea").await.is_empty(), "bea has it");
    test.publish(&people::flow_with(
        "role/manager",
        "proxy: {to: same_role, not_for: [check]}",
    ))
    .await;
    assert_eq!(
        told(&test, "bob", "bea").await,
        ["“值班 › 审批”不许代理：任务仍留给鲍勃。"]
    );
    test.finish().await;
}

/// A5.64: proxies of each other.
#[tokio::test]
async fn two_who_stand_in_for_each_other_are_told() {
    let test = TestApp::with(&people::flow_with("user/bob", "")).await;
    assert!(told(&test, "bob", "hana").await.is_empty());
    let circle = told(&test, "hana", "bob").await;
    assert!(
        circle.iter().any(|text| text.contains("循环")),
        "{circle:?}"
    );
    let others = test.app.absences("bob").remove(0).warnings;
    assert!(
        others.iter().any(|text| text.zh.contains("循环")),
        "bob's own says so by now: {others:?}"
    );
    test.finish().await;
}

/// A5.70
#[tokio::test]
async fn an_absence_that_is_over_is_refused() {
    let test = TestApp::with(&people::flow_with("user/bob", "")).await;
    test.at(MONDAY.plus_ms(8 * HOUR_MS));
    match test.app.set_absence("bob", away("bob", "hana")).await {
        Err(AppError::Invalid(faults)) => {
            assert_eq!(
                (faults[0].field.as_str(), faults[0].code.as_str()),
                ("until", "absence_over")
            );
        }
        other => panic!("{other:?}"),
    }
    test.at(MONDAY.plus_ms(8 * HOUR_MS - 1));
    test.app
        .set_absence("bob", away("bob", "hana"))
        .await
        .unwrap();
    test.finish().await;
}

async fn waiting(test: &TestApp) -> Vec<Stuck> {
    let mut rows = test.app.stuck().await.unwrap();
    rows.retain(|row| row.kind == "away");
    rows
}

/// A5.66
#[tokio::test]
async fn a_task_that_waits_for_a_return_is_among_what_is_stuck() {
    let test = TestApp::with(&people::flow_with("role/hr", "")).await;
    let before = test.submitted(&json!({"reason": "一"})).await;
    assert!(waiting(&test).await.is_empty());
    told(&test, "hana", "bob").await;
    let after = test.submitted(&json!({"reason": "二"})).await;
    let rows = waiting(&test).await;
    let of = |instance: &str| {
        let mut found = rows.iter();
        found
            .find(|row| {
                row.instance
                    .as_ref()
                    .is_some_and(|head| head.id == instance)
            })
            .unwrap()
    };
    let zh = "哈娜不在（2026-03-02 周一 17:00回来），“审批”没有别人能办：任务在其离开之前就有了，代理人只接不在期间的新任务。等不及就改派给别人";
    assert_eq!(of(&before.instance).words.zh, zh);
    let zh = "哈娜不在（2026-03-02 周一 17:00回来），“审批”没有别人能办：代理人没有所需角色，或流程不允许角色任务代理。等不及就改派给别人";
    assert_eq!(of(&after.instance).words.zh, zh);
    assert_eq!(rows.len(), 2);
    // What is offered there puts it right.
    let act = Override::Reassign {
        task: of(&after.instance).task.unwrap(),
        to: "bea".to_owned(),
    };
    let command = assent_core::command::Command {
        actor: assent_core::command::Actor::Person("adm".to_owned()),
        via: assent_core::command::Via::Page,
        action: Action::Override {
            act,
            reason: "急件".to_owned(),
        },
        key: None,
    };
    let seen = test.app.preview(&after.instance, &command).await.unwrap();
    let done = test.app.confirm(&after.instance, command, &seen.token);
    done.await.unwrap();
    assert_eq!(waiting(&test).await.len(), 1);
    test.at(MONDAY.plus_ms(8 * HOUR_MS));
    assert!(waiting(&test).await.is_empty(), "hana is back");
    test.settle().await;
    test.finish().await;
}

/// A5.66: where somebody who is here may act, nothing waits.
#[tokio::test]
async fn whoever_else_may_act_keeps_a_task_off_the_stuck_page() {
    let test = TestApp::with(&people::flow_with("role/manager", "")).await;
    test.submitted(&json!({"reason": "任一人"})).await;
    told(&test, "bob", "hana").await;
    assert!(
        waiting(&test).await.is_empty(),
        "bea is here, one is enough"
    );
    told(&test, "bea", "").await;
    assert_eq!(waiting(&test).await.len(), 2);
    test.publish(&people::flow_with("user/bob", "")).await;
    test.submitted(&json!({"reason": "代理"})).await;
    assert_eq!(waiting(&test).await.len(), 2, "hana stands in");
    test.settle().await;
    test.finish().await;
}

async fn reminded(test: &TestApp) -> Vec<String> {
    test.settle().await;
    let mails = test.mails().await.into_iter();
    mails
        .filter(|(_, subject)| subject.contains("提醒") || subject.contains("Reminder"))
        .map(|(to, _)| to)
        .collect()
}

/// A5.68
#[tokio::test]
async fn whoever_is_told_that_a_task_waits_is_somebody_who_is_here() {
    for (superior, absent, expected) in [
        (None, vec!["own"], "adm@example.com"),
        (Some("hana"), vec!["own"], "hana@example.com"),
        (Some("hana"), vec!["own", "hana"], "adm@example.com"),
    ] {
        let test = TestApp::with(&people::flow_with("role/owner", "")).await;
        let mut company = directory();
        let own = company.people.get_mut("own").unwrap();
        own.superior = superior.map(str::to_owned);
        test.app.import_directory(company).await.unwrap();
        for person in absent {
            told(&test, person, "").await;
        }
        test.submitted(&json!({"reason": "一"})).await;
        assert_eq!(reminded(&test).await, [expected], "{superior:?}");
        test.finish().await;
    }
    // The owner is here: as ever.
    let test = TestApp::with(&people::flow_with("role/hr", "")).await;
    told(&test, "hana", "").await;
    test.submitted(&json!({"reason": "一"})).await;
    assert_eq!(reminded(&test).await, ["own@example.com"]);
    test.finish().await;
}
