//! Approval links: to a page, never a decision.

use assent_core::command::{Action, Verdict};
use assent_core::value::{Value, Values};

use super::harness::{HOUR_MS, LEAVE, MONDAY, TestApp, leave_of};
use crate::app::{AppError, LinkState};

const DAY_MS: i64 = 24 * HOUR_MS;

/// The link in the newest mail to somebody.
async fn mailed_link(test: &TestApp, who: &str) -> String {
    let mails = test.app.mailbox(50).await.unwrap();
    let newest = mails
        .iter()
        .find(|mail| mail.to == format!("{who}@example.com"))
        .unwrap();
    let mail = test.app.mailbox_mail(&newest.id).await.unwrap();
    let line = mail.text.lines().find(|line| line.contains("/l/")).unwrap();
    line.rsplit('/').next().unwrap().to_owned()
}

async fn state(test: &TestApp, token: &str) -> LinkState {
    test.app.redeem_link(token).await.unwrap().state
}

#[tokio::test]
async fn a_mail_carries_a_link_that_changes_nothing_however_often_it_is_opened() {
    let test = TestApp::with(LEAVE).await;
    let answer = test.submitted(&leave_of(2)).await;
    test.settle().await;
    let token = mailed_link(&test, "bob").await;
    assert_eq!(token.len(), 43, "32 bytes");
    for _ in 0..5 {
        let redeemed = test.app.redeem_link(&token).await.unwrap();
        assert_eq!(
            (redeemed.person.as_str(), &redeemed.instance),
            ("bob", &answer.instance)
        );
        assert_eq!(
            (redeemed.person_masked.as_str(), redeemed.decide),
            ("鲍*", "after_sign_in")
        );
        assert_eq!(redeemed.state, LinkState::Open);
    }
    assert!(test.app.redeem_link("nonsense").await.is_err());
    test.finish().await;
}

#[tokio::test]
async fn a_link_says_who_decided_and_when() {
    let test = TestApp::with(LEAVE).await;
    let answer = test.submitted(&leave_of(2)).await;
    test.settle().await;
    let (to_bob, to_bea) = (
        mailed_link(&test, "bob").await,
        mailed_link(&test, "bea").await,
    );
    let bob = answer
        .opened
        .iter()
        .find(|task| task.assignee == "bob")
        .unwrap()
        .task;
    test.decide(&answer.instance, bob, "bob", Verdict::Approve)
        .await
        .unwrap();
    for token in [to_bob, to_bea] {
        let LinkState::Decided { words, .. } = state(&test, &token).await else {
            panic!("decided");
        };
        assert!(words.zh.contains("鲍勃"), "{}", words.zh);
    }
    test.settle().await;
    test.finish().await;
}

#[tokio::test]
async fn a_link_expires_a_week_after_the_deadline_and_can_be_mailed_afresh() {
    let test = TestApp::with(LEAVE).await;
    test.submitted(&leave_of(2)).await;
    crate::workers::outbox::drain(&test.app).await.unwrap();
    let token = mailed_link(&test, "bob").await;
    // One workday's deadline is Tuesday 09:00.
    test.at(MONDAY.plus_ms(8 * DAY_MS - 1));
    assert_eq!(state(&test, &token).await, LinkState::Open);
    test.at(MONDAY.plus_ms(8 * DAY_MS));
    assert_eq!(state(&test, &token).await, LinkState::Expired);
    test.app.mail_fresh_link(&token).await.unwrap();
    let fresh = mailed_link(&test, "bob").await;
    assert_ne!(fresh, token);
    assert_eq!(state(&test, &fresh).await, LinkState::Open);
    for _ in 0..2 {
        test.app.mail_fresh_link(&token).await.unwrap();
    }
    assert!(matches!(
        test.app.mail_fresh_link(&token).await,
        Err(AppError::TooMany { .. })
    ));
    test.settle().await;
    test.finish().await;
}

#[tokio::test]
async fn the_newest_two_links_of_a_task_are_alive() {
    let test = TestApp::with(LEAVE).await;
    let answer = test.submitted(&leave_of(2)).await;
    let bob = answer
        .opened
        .iter()
        .find(|task| task.assignee == "bob")
        .unwrap()
        .task;
    let mut tokens = Vec::new();
    for minutes in 0..3 {
        test.at(MONDAY.plus_ms(minutes * 60_000));
        tokens.push(test.app.issue_link(&answer.instance, bob).await.unwrap().0);
    }
    assert_eq!(state(&test, &tokens[0]).await, LinkState::Expired);
    assert_eq!(state(&test, &tokens[1]).await, LinkState::Open);
    assert_eq!(state(&test, &tokens[2]).await, LinkState::Open);
    test.settle().await;
    test.finish().await;
}

/// A4.59
#[tokio::test]
async fn a_link_of_an_earlier_round_leads_to_the_new_task() {
    let test = TestApp::with(LEAVE).await;
    let answer = test.submitted(&leave_of(2)).await;
    test.settle().await;
    let token = mailed_link(&test, "bob").await;
    let bob = answer
        .opened
        .iter()
        .find(|task| task.assignee == "bob")
        .unwrap()
        .task;
    test.decide(&answer.instance, bob, "bob", Verdict::Reject)
        .await
        .unwrap();
    let LinkState::OldRound { now: None, words } = state(&test, &token).await else {
        panic!("it waits for its applicant");
    };
    assert_eq!(
        words.zh,
        "您已于 2026-03-02 周一 09:00 退回（第 2 轮），还没有重新提交，等 安妮 修改。"
    );
    let set = Values::from([("days".to_owned(), Value::from(1))]);
    let again = Action::Submit {
        set,
        straight_back: false,
    };
    let answer = test.act(&answer.instance, "ann", again).await.unwrap();
    let now = answer
        .opened
        .iter()
        .find(|task| task.assignee == "bob")
        .unwrap()
        .task;
    let LinkState::OldRound {
        now: Some(to),
        words,
    } = state(&test, &token).await
    else {
        panic!("not of an old round");
    };
    assert_eq!(to, now);
    assert!(
        words.zh.starts_with("您已于") && words.zh.contains("请看最新一轮"),
        "{words:?}"
    );
    test.settle().await;
    test.finish().await;
}

#[tokio::test]
async fn a_task_that_was_passed_on_is_not_the_links_any_more() {
    let test = TestApp::with(LEAVE).await;
    let answer = test.submitted(&leave_of(2)).await;
    test.settle().await;
    let token = mailed_link(&test, "bob").await;
    let bob = answer
        .opened
        .iter()
        .find(|task| task.assignee == "bob")
        .unwrap()
        .task;
    let pass = Action::Transfer {
        task: bob,
        to: "hana".into(),
        comment: None,
    };
    test.act(&answer.instance, "bob", pass).await.unwrap();
    assert!(matches!(
        state(&test, &token).await,
        LinkState::Decided { .. } | LinkState::PassedOn
    ));
    test.settle().await;
    test.finish().await;
}

#[tokio::test]
async fn nothing_secret_is_stored() {
    let test = TestApp::with(LEAVE).await;
    let answer = test.submitted(&leave_of(2)).await;
    let bob = answer.opened[0].task;
    let token = test.app.issue_link(&answer.instance, bob).await.unwrap();
    assert_eq!(format!("{token:?}"), "(secret)");
    assert!(test.app.store().link(&token.0).await.unwrap().is_none());
    assert!(
        test.app
            .store()
            .link(&crate::secret::hash(&token.0))
            .await
            .unwrap()
            .is_some()
    );
    test.settle().await;
    test.finish().await;
}
