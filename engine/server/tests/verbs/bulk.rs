//! Many decisions in one request.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::desk::{Desk, ok};

/// A2.84
#[tokio::test]
async fn one_bad_row_does_not_stop_the_rest() {
    let desk = Desk::new().await;
    let bob = desk.api("bob").await;
    let mut rows = Vec::new();
    for amount in ["1", "2", "3"] {
        let instance = desk.asked("any", amount).await;
        let task = desk.task(&instance, "bob").await;
        rows.push(json!({"instance": instance, "task": task, "decision": "approve", "idempotency_key": amount}));
    }
    let strict = desk.asked("strict", "100").await;
    let task = desk.task(&strict, "bob").await;
    rows.insert(
        1,
        json!({"instance": strict, "task": task, "decision": "approve"}),
    );
    rows.insert(
        2,
        json!({"instance": "nothing", "task": 1, "decision": "approve"}),
    );
    let body = json!({"decisions": rows});
    let answer = bob.post("/api/v1/tasks/decisions", &body).await;
    let done = ok(&answer);
    let statuses: Vec<u64> = done["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["status"].as_u64().unwrap())
        .collect();
    assert_eq!(statuses, [200, 422, 404, 200, 200], "{done}");
    assert_eq!(
        (&done["accepted"], &done["refused"]),
        (&json!(3), &json!(2))
    );
    assert_eq!(done["results"][1]["problem"]["code"], "signature_required");
    assert!(
        done["results"][1]["problem"]["zh"]
            .as_str()
            .unwrap()
            .contains("签名")
    );

    let answer = bob.post("/api/v1/tasks/decisions", &body).await;
    let again = ok(&answer);
    let repeated: Vec<&Value> = again["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["accepted"]["repeated"])
        .collect();
    assert_eq!(
        repeated,
        [
            &json!(true),
            &Value::Null,
            &Value::Null,
            &json!(true),
            &json!(true)
        ]
    );
    for row in [0, 3, 4] {
        let instance = rows[row]["instance"].as_str().unwrap();
        assert_eq!(desk.events(instance, "decided").await, 1);
    }
}

/// A2.84
#[tokio::test]
async fn more_rows_than_anybody_reads_are_refused_as_a_whole() {
    let desk = Desk::new().await;
    let bob = desk.api("bob").await;
    let row = json!({"instance": "x", "task": 1, "decision": "approve"});
    let body = json!({"decisions": vec![row; 201]});
    let (status, problem) = bob.post("/api/v1/tasks/decisions", &body).await;
    assert_eq!(
        (status, &problem["code"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("too_many_rows"))
    );
}
