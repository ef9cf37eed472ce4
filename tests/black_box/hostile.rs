//! What the world throws at a server. The process stays alive and says what is wrong.

use reqwest::StatusCode;
use reqwest::redirect::Policy;
use serde_json::json;

use crate::binary::{Demo, Folder};
use crate::person::Person;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn big_bodies_wrong_tokens_and_storms_of_gets_change_nothing() {
    let folder = Folder::new("hostile");
    let mut demo = Demo::start(folder.path());
    demo.ready().await;
    let applicant = Person::sign_in(&demo, "chenyu").await;
    let manager = Person::sign_in(&demo, "wanghaoran").await;
    let started = applicant.start_shipment("SH-2026-7100").await;
    let instance = started["instance"].as_str().unwrap().to_owned();
    let task = manager.task_on(&instance).await;

    let huge = json!({"values": {"customer": "x".repeat(20 * 1024 * 1024)}});
    let (status, _) = applicant
        .try_post("/api/v1/flows/shipment_release/start", &huge)
        .await
        .unwrap_or((StatusCode::PAYLOAD_TOO_LARGE, json!(null)));
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(demo.alive());

    let stranger = reqwest::Client::builder()
        .redirect(Policy::none())
        .build()
        .unwrap();
    let wrong = stranger
        .get(format!("{}/l/{}", demo.base, "A".repeat(43)))
        .send()
        .await
        .unwrap();
    assert!(
        wrong.status().is_client_error() || wrong.status() == StatusCode::OK,
        "{}",
        wrong.status()
    );
    let without = stranger
        .post(format!(
            "{}/api/v1/tasks/{instance}/{task}/decision",
            demo.base
        ))
        .header("content-type", "application/json")
        .body(json!({"decision": "approve"}).to_string());
    assert_eq!(
        without.send().await.unwrap().status(),
        StatusCode::UNAUTHORIZED
    );

    let before = applicant
        .read(&format!("/api/v1/instances/{instance}"))
        .await;
    for _ in 0..60 {
        stranger
            .get(format!("{}/tasks/{instance}/{task}", demo.base))
            .send()
            .await
            .unwrap();
        stranger
            .head(format!("{}/l/{}", demo.base, "B".repeat(43)))
            .send()
            .await
            .unwrap();
    }
    let after = applicant
        .read(&format!("/api/v1/instances/{instance}"))
        .await;
    assert_eq!(before["rev"], after["rev"], "a GET changes nothing");
    assert!(demo.alive());
    assert_eq!(
        stranger
            .get(format!("{}/livez", demo.base))
            .send()
            .await
            .unwrap()
            .status(),
        StatusCode::OK
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_carry_the_headers_that_keep_people_out() {
    let folder = Folder::new("headers");
    let demo = Demo::start(folder.path());
    demo.ready().await;
    let person = Person::sign_in(&demo, "chenyu").await;
    let inbox = person.get("/inbox").await;
    let headers = inbox.headers();
    let policy = headers["content-security-policy"].to_str().unwrap();
    assert!(
        policy.contains("frame-ancestors 'none'") && !policy.contains("script-src 'unsafe-inline'"),
        "{policy}"
    );
    assert_eq!(headers["x-content-type-options"], "nosniff");
    assert!(
        headers["cache-control"]
            .to_str()
            .unwrap()
            .contains("no-store")
    );
    let metrics = person.page("/metrics").await;
    assert!(metrics.contains("assent_"), "{metrics}");
}
