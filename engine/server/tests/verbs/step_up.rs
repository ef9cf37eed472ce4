//! The password or a code again, for one decision.

use axum::http::StatusCode;
use serde_json::json;

use assent_core::command::{Action, Actor, Command, DecideWith, Verdict, Via};
use assent_core::value::Values;
use assent_runtime::app::{AppError, Secret};

use crate::desk::{Desk, HOUR_MS, MONDAY, ok, refused};

/// The six digits in the newest mail to somebody.
async fn mailed_code(desk: &Desk, person: &str) -> String {
    let mails = desk.app.mailbox(20).await.unwrap();
    let newest = mails
        .iter()
        .find(|mail| mail.to == format!("{person}@example.com"))
        .unwrap();
    assert!(
        !newest.subject.chars().any(|letter| letter.is_ascii_digit()),
        "not in the subject"
    );
    let mail = desk.app.mailbox_mail(&newest.id).await.unwrap();
    let digits: Vec<&str> = mail
        .text
        .split(|letter: char| !letter.is_ascii_digit())
        .filter(|part| part.len() == 6)
        .collect();
    digits[0].to_owned()
}

/// A2.81
#[tokio::test]
async fn the_password_is_asked_for_again_and_only_the_server_says_it_was_right() {
    let desk = Desk::new().await;
    let password = Secret("the password of bob".to_owned());
    desk.app.set_password("bob", &password).await.unwrap();
    let instance = desk.asked("strict", "50000.01").await;
    let bob = desk.api("bob").await;
    let task = desk.task(&instance, "bob").await;
    let (_, seen) = bob.get(&format!("/api/v1/tasks/{instance}/{task}")).await;
    assert_eq!(seen["offers"][0]["step_up"], true, "{}", seen["offers"][0]);
    let with = |proof: &str| json!({"decision": "approve", "signature": "鲍勃", "proof": proof});
    let decide = |body| bob.on(&instance, task, "decision", body);
    refused(
        &decide(json!({"decision": "approve", "signature": "鲍勃"})).await,
        403,
        "step_up_required",
    );
    refused(
        &decide(with("a wrong password")).await,
        403,
        "step_up_wrong",
    );
    let claimed = json!({"decision": "approve", "signature": "鲍勃", "stepped_up": true});
    assert_eq!(
        decide(claimed).await.0,
        StatusCode::UNPROCESSABLE_ENTITY,
        "no such field"
    );
    // Nor can anything inside the server claim it past the check.
    let command = Command {
        actor: Actor::Person("bob".into()),
        via: Via::Page,
        action: Action::Decide {
            task,
            verdict: Verdict::Approve,
            comment: None,
            set: Values::new(),
            with: DecideWith {
                outcome: None,
                signature: Some("鲍勃".into()),
                stepped_up: true,
                bulk: false,
            },
        },
        key: None,
    };
    let refusal = desk.app.command(&instance, command).await;
    assert!(
        matches!(refusal, Err(AppError::Refused(refusal)) if refusal.code == "step_up_required")
    );
    ok(&decide(with("the password of bob")).await);
}

/// A2.82
#[tokio::test]
async fn a_mailed_code_confirms_one_decision_once() {
    let desk = Desk::new().await;
    let (first, second) = (
        desk.asked("strict", "60000").await,
        desk.asked("strict", "70000").await,
    );
    let (bob, zoe) = (desk.api("bob").await, desk.api("zoe").await);
    let (one, two) = (
        desk.task(&first, "bob").await,
        desk.task(&second, "bob").await,
    );
    assert_eq!(
        zoe.on(&first, one, "code", json!({})).await.0,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        bob.on(&first, one, "code", json!({})).await.0,
        StatusCode::NO_CONTENT
    );
    let code = mailed_code(&desk, "bob").await;
    let body =
        json!({"decision": "approve", "signature": "鲍勃", "proof": code, "idempotency_key": "k"});
    let elsewhere = bob.on(&second, two, "decision", body.clone()).await;
    refused(&elsewhere, 403, "step_up_wrong");
    let done = bob.on(&first, one, "decision", body.clone()).await;
    ok(&done);
    let again = bob.on(&first, one, "decision", body).await;
    assert_eq!(
        ok(&again)["repeated"],
        true,
        "the first answer, though the code is used up"
    );

    assert_eq!(
        bob.on(&second, two, "code", json!({})).await.0,
        StatusCode::NO_CONTENT
    );
    let code = mailed_code(&desk, "bob").await;
    assert!(desk.app.clock().set(MONDAY.plus_ms(HOUR_MS)));
    let late = json!({"decision": "approve", "signature": "鲍勃", "proof": code});
    refused(
        &bob.on(&second, two, "decision", late).await,
        403,
        "step_up_wrong",
    );
}

/// A2.83
#[tokio::test]
async fn guessing_the_proof_of_a_decision_is_slow() {
    let desk = Desk::new().await;
    let password = Secret("the password of bob".to_owned());
    desk.app.set_password("bob", &password).await.unwrap();
    let instance = desk.asked("strict", "60000").await;
    let bob = desk.api("bob").await;
    let task = desk.task(&instance, "bob").await;
    let with = |proof: &str| json!({"decision": "approve", "signature": "鲍勃", "proof": proof});
    for _ in 0..5 {
        let wrong = bob.on(&instance, task, "decision", with("guess")).await;
        refused(&wrong, 403, "step_up_wrong");
    }
    let right = bob
        .on(&instance, task, "decision", with("the password of bob"))
        .await;
    assert_eq!(right.0, StatusCode::TOO_MANY_REQUESTS, "{}", right.1);
    assert!(desk.app.clock().set(MONDAY.plus_ms(61_000)));
    ok(&bob
        .on(&instance, task, "decision", with("the password of bob"))
        .await);
}
