//! Who may read a case: those who are asked in whatever way, and nobody else.

use axum::http::StatusCode;
use serde_json::json;

use crate::desk::{Desk, ok};

async fn status(desk: &Desk, person: &str, instance: &str) -> StatusCode {
    let caller = desk.api(person).await;
    caller.get(&format!("/api/v1/instances/{instance}")).await.0
}

/// A2.85
#[tokio::test]
async fn candidates_advisers_those_asked_and_those_copied_may_read_and_nobody_else() {
    let desk = Desk::new().await;
    let instance = desk.asked("pool", "100").await;
    assert_eq!(
        status(&desk, "bea", &instance).await,
        StatusCode::OK,
        "a candidate"
    );
    for stranger in ["hana", "zoe", "carl"] {
        assert_eq!(
            status(&desk, stranger, &instance).await,
            StatusCode::NOT_FOUND,
            "{stranger}"
        );
    }
    let (bob, ann) = (desk.api("bob").await, desk.api("ann").await);
    let pool = desk.task(&instance, "bob").await;
    ok(&bob.on(&instance, pool, "claim", json!({})).await);
    assert_eq!(
        status(&desk, "bea", &instance).await,
        StatusCode::OK,
        "was a candidate"
    );
    let task = desk.task(&instance, "bob").await;
    ok(&bob
        .on(&instance, task, "delegate", json!({"to": "hana"}))
        .await);
    assert_eq!(
        status(&desk, "hana", &instance).await,
        StatusCode::OK,
        "an adviser"
    );
    ok(&bob
        .on(
            &instance,
            task,
            "ask",
            json!({"to": "carl", "question": "你怎么看"}),
        )
        .await);
    assert_eq!(
        status(&desk, "carl", &instance).await,
        StatusCode::OK,
        "was asked"
    );
    let copy = format!("/api/v1/instances/{instance}/copy");
    assert_eq!(status(&desk, "zoe", &instance).await, StatusCode::NOT_FOUND);
    ok(&ann.post(&copy, &json!({"to": ["zoe"]})).await);
    assert_eq!(
        status(&desk, "zoe", &instance).await,
        StatusCode::OK,
        "got a copy"
    );
}

/// A2.86
#[tokio::test]
async fn what_comes_with_a_comment_is_read_by_those_who_read_the_case() {
    let desk = Desk::new().await;
    let instance = desk.asked("any", "100").await;
    let (ann, bob, zoe) = (
        desk.api("ann").await,
        desk.api("bob").await,
        desk.api("zoe").await,
    );
    let comment = format!("/api/v1/instances/{instance}/comment");
    let file = ann.upload("报价.pdf", b"%PDF-1.7 offer").await;
    let path = format!("/api/v1/files/{file}");
    assert_eq!(
        bob.get(&path).await.0,
        StatusCode::NOT_FOUND,
        "not sent yet"
    );
    let not_his = json!({"comment": "看看这个", "files": [file]});
    let (status, problem) = bob.post(&comment, &not_his).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{problem}");
    let body = json!({"comment": "报价见附件", "files": [file], "mention": ["hana"]});
    ok(&ann.post(&comment, &body).await);
    assert_eq!(bob.get(&path).await.0, StatusCode::OK);
    let hana = desk.api("hana").await;
    assert_eq!(
        hana.get(&path).await.0,
        StatusCode::OK,
        "whoever is mentioned may read on"
    );
    assert_eq!(zoe.get(&path).await.0, StatusCode::NOT_FOUND);
    let (_, copies) = hana.get("/api/v1/tasks?mine=copies").await;
    assert_eq!(copies["items"].as_array().unwrap().len(), 1);
    let (status, _) = zoe.post(&comment, &json!({"comment": "我也说一句"})).await;
    assert!(status.is_client_error());
}

/// A2.87
#[tokio::test]
async fn what_was_hidden_from_somebody_stays_hidden_when_the_case_goes_on() {
    let desk = Desk::new().await;
    let instance = desk.asked("any", "100").await;
    let bob = desk.api("bob").await;
    let sees = async |person: &str| {
        let view = desk.app.instance_view(person, &instance).await.unwrap();
        view.facts.iter().any(|fact| fact.name == "secret")
    };
    assert!(!sees("bob").await);
    let task = desk.task(&instance, "bob").await;
    ok(&bob
        .on(&instance, task, "decision", json!({"decision": "approve"}))
        .await);
    assert!(
        !sees("bob").await,
        "the next state shows it, but not to him"
    );
    assert!(!sees("bea").await, "her task was cancelled: the same holds");
    assert!(sees("carl").await && sees("ann").await);
    let carl = desk.api("carl").await;
    let last = desk.task(&instance, "carl").await;
    ok(&carl
        .on(&instance, last, "decision", json!({"decision": "approve"}))
        .await);
    assert!(!sees("bob").await, "nor at the end");
    assert!(sees("ann").await && sees("own").await);
}
