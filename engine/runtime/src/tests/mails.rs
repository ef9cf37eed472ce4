//! Mails as they reach people: in their language, about what they may see, in one thread.

use assent_core::command::{Action, Verdict};
use assent_core::text::Lang;
use serde_json::json;

use crate::app::{AppError, DeadLetter, Tending};

use super::harness::{HOUR_MS, LEAVE, MONDAY, TestApp, directory, leave_of};
use crate::workers::{outbox, timers};

#[tokio::test]
async fn everybody_is_asked_in_their_own_language() {
    let test = TestApp::with(LEAVE).await;
    let answer = test
        .submitted(&json!({"reason": "三亚", "days": 5, "secret": "相亲"}))
        .await;
    test.settle().await;
    let mut mails = test.mails().await;
    mails.sort();
    assert_eq!(
        mails,
        [
            (
                "bea@example.com".to_owned(),
                "[To approve] 三亚 5".to_owned()
            ),
            ("bob@example.com".to_owned(), "【待审批】三亚 5".to_owned()),
        ]
    );
    let list = test.app.mailbox(10).await.unwrap();
    let to_bob = list.iter().find(|mail| mail.to.starts_with("bob")).unwrap();
    let mail = test.app.mailbox_mail(&to_bob.id).await.unwrap();
    assert!(
        mail.text.contains("鲍勃，您好") && mail.text.contains("天数：5"),
        "{}",
        mail.text
    );
    assert!(mail.text.contains("申请人：安妮"), "{}", mail.text);
    assert!(mail.text.contains("Asia/Shanghai"), "{}", mail.text);
    assert!(mail.text.contains("回复不会被读取"), "{}", mail.text);
    let to_bea = list.iter().find(|mail| mail.to.starts_with("bea")).unwrap();
    let to_bea = test.app.mailbox_mail(&to_bea.id).await.unwrap();
    assert!(
        to_bea.text.contains("replies are not read"),
        "{}",
        to_bea.text
    );
    assert!(
        !mail.text.contains("相亲") && !mail.html.contains("相亲"),
        "a hidden field stays hidden"
    );
    assert!(
        mail.raw
            .contains(&format!("References: <case-{}@localhost>", answer.instance)),
        "{}",
        mail.raw
    );
    test.finish().await;
}

#[tokio::test]
async fn a_task_that_is_over_is_not_asked_for() {
    let test = TestApp::with(LEAVE).await;
    let answer = test.submitted(&leave_of(1)).await;
    let bob = answer
        .opened
        .iter()
        .find(|task| task.assignee == "bob")
        .unwrap()
        .task;
    test.decide(&answer.instance, bob, "bob", Verdict::Approve)
        .await
        .unwrap();
    test.settle().await;
    assert_eq!(
        test.mails().await,
        [("ann@example.com".to_owned(), "【已批准】三亚 1".to_owned())]
    );
    test.finish().await;
}

#[tokio::test]
async fn whoever_has_left_gets_no_mail() {
    let test = TestApp::with(LEAVE).await;
    test.submitted(&leave_of(1)).await;
    let mut without_bob = directory();
    without_bob.people.get_mut("bob").unwrap().active = false;
    test.app.import_directory(without_bob).await.unwrap();
    test.settle().await;
    let mails = test.mails().await;
    assert_eq!(mails.len(), 1, "{mails:?}");
    assert_eq!(mails[0].0, "bea@example.com");
    test.finish().await;
}

#[tokio::test]
async fn a_reminder_goes_out_once_when_it_is_due_and_never_early() {
    let test = TestApp::with(LEAVE).await;
    test.submitted(&leave_of(1)).await;
    test.settle().await;
    assert_eq!(test.mails().await.len(), 2);
    // Four work hours from 09:00 end at 14:30, after the lunch break.
    test.at(MONDAY.plus_ms(5 * HOUR_MS + HOUR_MS / 2 - 1));
    test.settle().await;
    assert_eq!(test.mails().await.len(), 2, "not early");
    test.at(MONDAY.plus_ms(5 * HOUR_MS + HOUR_MS / 2));
    test.settle().await;
    test.settle().await;
    let reminders: Vec<_> = test.mails().await.into_iter().skip(2).collect();
    assert_eq!(reminders.len(), 2, "{reminders:?}");
    assert!(
        reminders
            .iter()
            .any(|(_, subject)| subject == "【提醒】三亚 1"),
        "{reminders:?}"
    );
    test.finish().await;
}

#[tokio::test]
async fn somebody_without_an_address_is_a_dead_letter_that_can_be_sent_again() {
    let test = TestApp::with(LEAVE).await;
    let mut people = directory();
    people.people.get_mut("bob").unwrap().mail = String::new();
    test.app.import_directory(people).await.unwrap();
    test.submitted(&leave_of(1)).await;
    test.settle().await;
    let stuck = test.app.stuck().await.unwrap();
    assert_eq!((stuck.len(), stuck[0].kind), (1, "dead_letter"));
    assert!(stuck[0].words.zh.contains("bob"), "{:?}", stuck[0].words);
    let mut people = directory();
    people.people.get_mut("bob").unwrap().lang = Lang::En;
    test.app.import_directory(people).await.unwrap();
    let id = stuck[0].outbox.as_ref().unwrap();
    let tend =
        async |by, tending, reason, dry_run| test.app.tend(by, id, tending, reason, dry_run).await;
    let code = |done: Result<DeadLetter, AppError>| match done {
        Err(AppError::Refused(refusal)) => refusal.code,
        other => panic!("{other:?}"),
    };
    assert_eq!(
        code(tend("bea", Tending::Drop, "x", false).await),
        "not_administrator"
    );
    assert_eq!(
        code(tend("adm", Tending::Drop, " ", false).await),
        "reason_required"
    );
    tend("adm", Tending::Drop, "多余", true).await.unwrap();
    assert_eq!(test.app.stuck().await.unwrap().len(), 1, "only said");
    tend("adm", Tending::Resend, "地址补上了", false)
        .await
        .unwrap();
    assert!(matches!(
        tend("adm", Tending::Resend, "again", false).await,
        Err(AppError::NotFound)
    ));
    let chain = format!("letter:{id}");
    let told = test.app.store().events(&chain, 1, 9).await.unwrap();
    assert!(
        told.len() == 1 && told[0].body.contains("地址补上了"),
        "{told:?}"
    );
    test.settle().await;
    let mails = test.mails().await;
    assert!(
        mails.contains(&(
            "bob@example.com".to_owned(),
            "[To approve] 三亚 1".to_owned()
        )),
        "{mails:?}"
    );
    test.finish().await;
}

#[tokio::test]
async fn a_mail_server_that_is_away_is_tried_again_later_and_nothing_is_lost() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let test = TestApp::configured(LEAVE, |config| {
        config.mail.smtp = Some(crate::app::Smtp {
            host: "127.0.0.1".into(),
            port,
            security: "none".into(),
            user: None,
            password: None,
        });
    })
    .await;
    test.submitted(&leave_of(1)).await;
    assert_eq!(outbox::drain(&test.app).await.unwrap(), 2);
    assert_eq!(
        outbox::drain(&test.app).await.unwrap(),
        0,
        "not before its time"
    );
    test.at(MONDAY.plus_ms(30_000));
    assert_eq!(
        outbox::drain(&test.app).await.unwrap(),
        2,
        "thirty seconds later"
    );
    // Tried to the end, it is dead, where somebody sees it.
    let mut at = MONDAY.plus_ms(30_000);
    for ms in outbox::RETRY_MS {
        at = at.plus_ms(ms);
        test.at(at);
        outbox::drain(&test.app).await.unwrap();
    }
    assert_eq!(
        test.app
            .stuck()
            .await
            .unwrap()
            .iter()
            .filter(|row| row.kind == "dead_letter")
            .count(),
        2
    );
    let _ = timers::step(&test.app).await.unwrap();
    let (pending, _, dead) = test.app.store().outbox_gauges().await.unwrap();
    test.finish_with(pending, dead).await;
}

#[tokio::test]
async fn who_sent_it_back_and_why_stands_in_the_applicants_mail() {
    let test = TestApp::with(LEAVE).await;
    let answer = test.submitted(&leave_of(1)).await;
    test.settle().await;
    let bob = answer
        .opened
        .iter()
        .find(|task| task.assignee == "bob")
        .unwrap()
        .task;
    let back = Action::Decide {
        task: bob,
        verdict: Verdict::Reject,
        comment: Some("请改到下周".into()),
        set: Default::default(),
        with: assent_core::command::DecideWith::default(),
    };
    test.act(&answer.instance, "bob", back).await.unwrap();
    test.settle().await;
    let mails = test.app.mailbox(10).await.unwrap();
    let newest = mails
        .iter()
        .find(|mail| mail.to == "ann@example.com")
        .unwrap();
    assert_eq!(newest.subject, "【已退回】三亚 1");
    let mail = test.app.mailbox_mail(&newest.id).await.unwrap();
    assert!(mail.text.contains("鲍勃：请改到下周"), "{}", mail.text);
    test.finish().await;
}
