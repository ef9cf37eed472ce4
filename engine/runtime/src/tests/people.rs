//! Absences, draws and choices, on a real database.

use assent_core::command::{Actor, Verdict, Via};
use assent_core::directory::Absence;
use assent_core::time::Moment;
use serde_json::json;

use super::harness::{HOUR_MS, MONDAY, TestApp};
use crate::app::{Answer, AppError};

/// A flow whose one approval asks `rule`.
fn flow(rule: &str) -> String {
    flow_with(rule, "")
}

/// The same, with these lines beside it.
pub(super) fn flow_with(rule: &str, more: &str) -> String {
    format!(
        "flow: duty
format: 1
name: {{zh: 值班, en: Duty}}
purpose: {{zh: 有人负责。, en: Somebody answers for it.}}
owner: role/owner
calendar: cn_office
title: '{{{{reason}}}}'
form:
  reason: {{type: text, name: {{zh: 事由, en: Reason}}, required: true}}
people: {{who: {rule}}}
{more}
states:
  - {{id: draft, name: {{zh: 申请, en: Request}}, draft: {{by: applicant}}}}
  - {{id: check, name: {{zh: 审批, en: Check}}, approve: {{by: who}}}}
  - {{id: done, name: {{zh: 通过, en: Approved}}, end: approved}}
"
    )
}

fn asked(answer: &Answer) -> Vec<&str> {
    let opened = answer.opened.iter();
    opened.map(|task| task.assignee.as_str()).collect()
}

pub(super) fn away(person: &str, from: Moment, hours: i64, proxy: &str) -> Absence {
    Absence {
        person: person.to_owned(),
        from,
        until: from.plus_ms(hours * HOUR_MS),
        proxy: (!proxy.is_empty()).then(|| proxy.to_owned()),
        flow: None,
    }
}

/// A3.18
#[tokio::test]
async fn people_take_turns_from_one_instance_to_the_next() {
    let test = TestApp::with(&flow("role/manager in turn")).await;
    let mut met = vec![];
    for number in 0..4 {
        let answer = test
            .submitted(&json!({"reason": format!("第 {number} 次")}))
            .await;
        met.extend(asked(&answer).into_iter().map(str::to_owned));
    }
    assert_eq!(met, ["bea", "bob", "bea", "bob"]);
    test.settle().await;
    test.finish().await;
}

/// A3.16
#[tokio::test]
async fn whoever_has_least_to_do_is_asked() {
    let test = TestApp::with(&flow("least loaded of role/manager")).await;
    let first = test.submitted(&json!({"reason": "一"})).await;
    let second = test.submitted(&json!({"reason": "二"})).await;
    assert_eq!((asked(&first), asked(&second)), (vec!["bea"], vec!["bob"]));
    let done = test.decide(
        &second.instance,
        second.opened[0].task,
        "bob",
        Verdict::Approve,
    );
    done.await.unwrap();
    let third = test.submitted(&json!({"reason": "三"})).await;
    assert_eq!(asked(&third), ["bob"], "bea still has one, bob none");
    let view = test
        .app
        .instance_view("adm", &third.instance)
        .await
        .unwrap();
    let drawn = view
        .timeline
        .iter()
        .find(|item| item.kind == "drawn")
        .unwrap();
    assert_eq!(drawn.words.zh, "2 人中待办最少（0 件）：鲍勃");
    test.settle().await;
    test.finish().await;
}

/// A5.50 A5.59 A5.61
#[tokio::test]
async fn whoever_is_away_is_stood_in_for_until_they_are_back() {
    let test = TestApp::with(&flow("user/bob")).await;
    let saved = test.app.set_absence("bob", away("bob", MONDAY, 2, "hana"));
    assert!(saved.await.unwrap().warnings.is_empty());
    let first = test.submitted(&json!({"reason": "一"})).await;
    assert_eq!(asked(&first), ["hana"]);
    assert_eq!(test.todo("hana").await, ["一"]);
    let task = first.opened[0].task;
    let done = test.decide(&first.instance, task, "hana", Verdict::Approve);
    assert_eq!(done.await.unwrap().status, "approved");
    let view = test
        .app
        .instance_view("adm", &first.instance)
        .await
        .unwrap();
    let said: Vec<&str> = view
        .timeline
        .iter()
        .map(|item| item.words.zh.as_str())
        .collect();
    assert!(said.contains(&"鲍勃 不在，由 哈娜 代理"), "{said:?}");
    assert!(said.contains(&"哈娜 代 鲍勃 同意 · 审批"), "{said:?}");
    // Half-open: at the very moment of return new tasks are bob's again.
    test.at(MONDAY.plus_ms(2 * HOUR_MS));
    let second = test.submitted(&json!({"reason": "二"})).await;
    assert_eq!(asked(&second), ["bob"]);
    test.settle().await;
    test.finish().await;
}

/// A5.61
#[tokio::test]
async fn one_sets_ones_own_absence_and_an_administrator_anybodys() {
    let test = TestApp::with(&flow("user/bob")).await;
    let of_bob = || away("bob", MONDAY.plus_ms(HOUR_MS), 8, "hana");
    let refused = test.app.set_absence("hana", of_bob()).await;
    assert!(matches!(refused, Err(AppError::Refused(refusal)) if refusal.code == "not_yours"));
    test.app.set_absence("adm", of_bob()).await.unwrap();
    assert_eq!(test.app.absences("bob").len(), 1);
    for (wrong, code) in [
        (away("bob", MONDAY, 0, "hana"), "absence_ends_first"),
        (away("bob", MONDAY, 1, "bob"), "own_proxy"),
        (away("bob", MONDAY, 1, "nobody"), "unknown_person"),
        (away("bob", MONDAY, 3, "hana"), "overlaps"),
    ] {
        match test.app.set_absence("bob", wrong).await {
            Err(AppError::Invalid(faults)) => assert_eq!(faults[0].code, code),
            other => panic!("{code}: {other:?}"),
        }
    }
    // Under way: it ends now, and the trail of the organisation keeps that it was.
    test.at(MONDAY.plus_ms(2 * HOUR_MS));
    let from = MONDAY.plus_ms(HOUR_MS);
    test.app
        .end_absence("bob", "bob", from, None)
        .await
        .unwrap();
    assert!(test.app.absences("bob").is_empty());
    let again = test.app.end_absence("bob", "bob", from, None).await;
    assert!(matches!(again, Err(AppError::NotFound)));
    test.finish().await;
}

/// A5.62
#[tokio::test]
async fn an_absence_that_leaves_nobody_is_warned_of_when_it_is_set() {
    let test = TestApp::with(&flow("user/bob")).await;
    let alone = test
        .app
        .set_absence("bob", away("bob", MONDAY, 1, ""))
        .await
        .unwrap();
    assert!(alone.warnings[0].zh.contains("没有指定代理人"), "{alone:?}");
    let circle = test
        .app
        .set_absence("hana", away("hana", MONDAY, 8, "bea"))
        .await;
    assert!(circle.unwrap().warnings.is_empty());
    let circle = test
        .app
        .set_absence("bea", away("bea", MONDAY.plus_ms(HOUR_MS), 8, "hana"));
    let circle = circle.await.unwrap();
    assert!(
        circle.warnings.iter().any(|text| text.zh.contains("循环")),
        "{circle:?}"
    );
    test.finish().await;
}

/// A3.9
#[tokio::test]
async fn the_form_offers_whom_to_choose_and_the_choice_comes_back_with_it() {
    let test = TestApp::with(&flow("chosen by applicant from role/manager")).await;
    let form = test.app.flows("ann").await.unwrap()[0].form.clone();
    let field = form
        .iter()
        .find(|field| field.name == "chosen_who")
        .unwrap();
    let offered: Vec<&str> = field.options.iter().map(|one| one.id.as_str()).collect();
    assert_eq!((field.kind, offered), ("person", vec!["bob", "bea"]));
    let actor = Actor::Person("ann".to_owned());
    let values = json!({"reason": "一"}).as_object().cloned().unwrap();
    let none = test
        .app
        .start("duty", actor, Via::Api, &values, true, None)
        .await;
    assert!(matches!(none, Err(AppError::Refused(refusal)) if refusal.code == "choice_required"));
    let answer = test
        .submitted(&json!({"reason": "一", "chosen_who": "bea"}))
        .await;
    assert_eq!(asked(&answer), ["bea"]);
    test.settle().await;
    test.finish().await;
}
