//! Two last voters at the same instant, over real connections.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::Barrier;

use crate::desk::Desk;

/// Instances; `ASSENT_RACES` sets another number (the long form is 200).
const RACES: usize = 20;

fn races() -> usize {
    let said = std::env::var("ASSENT_RACES").ok();
    said.and_then(|text| text.parse().ok()).unwrap_or(RACES)
}

/// A2.91
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_last_voters_at_the_same_instant_on_sqlite() {
    last_votes(Desk::new().await).await;
}

/// A2.91
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_last_voters_at_the_same_instant_on_postgres() {
    let Ok(url) = std::env::var("ASSENT_TEST_POSTGRES") else {
        eprintln!("SKIPPED: ASSENT_TEST_POSTGRES is not set (tests/pg run cargo test …)");
        return;
    };
    last_votes(Desk::on(url, PathBuf::new()).await).await;
}

async fn last_votes(desk: Desk) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let service = desk
        .router
        .clone()
        .into_make_service_with_connect_info::<SocketAddr>();
    let server = tokio::spawn(async move { axum::serve(listener, service).await });
    let mut tokens = Vec::new();
    for person in ["bob", "bea"] {
        let token = desk.app.issue_token(person, "race", None).await.unwrap();
        tokens.push((person, token.token.0));
    }
    let client = reqwest::Client::new();
    for _ in 0..races() {
        let instance = desk.asked("all", "100").await;
        let start = Arc::new(Barrier::new(2));
        let mut votes = Vec::new();
        for (person, token) in &tokens {
            let task = desk.task(&instance, person).await;
            let post = client
                .post(format!("{base}/api/v1/tasks/{instance}/{task}/decision"))
                .header("authorization", format!("Bearer {token}"))
                .header("content-type", "application/json")
                .body(json!({"decision": "approve"}).to_string());
            let start = Arc::clone(&start);
            votes.push(tokio::spawn(async move {
                start.wait().await;
                let answer = post.send().await.unwrap();
                let status = answer.status().as_u16();
                (status, answer.text().await.unwrap())
            }));
        }
        for vote in votes {
            let (status, text) = vote.await.unwrap();
            let answer: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(
                (status, &answer["repeated"]),
                (200, &json!(false)),
                "both are told yes: {text}"
            );
        }
        let view = desk.app.instance_view("adm", &instance).await.unwrap();
        let count = |kind: &str, state: &str| {
            let mut items = view.timeline.iter();
            items
                .by_ref()
                .filter(|item| item.kind == kind && item.state.as_deref() == Some(state))
                .count()
        };
        assert_eq!(
            count("decided", "all_sign"),
            2,
            "both votes are in the trail"
        );
        assert_eq!(
            count("entered", "last"),
            1,
            "the next state is entered once"
        );
        assert_eq!(count("task_opened", "last"), 1, "one next task");
        assert_eq!(view.standing[0].waiting_on.len(), 1);
    }
    println!(
        "{} instances, two last voters each: both told yes, one next task each",
        races()
    );
    server.abort();
}
