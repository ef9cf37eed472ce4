//! Mistakes of others, kept out where they would come in: at the server's door. Each test is named after the mistake.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::json;
use tower::ServiceExt as _;

use crate::desk::{Desk, ok, refused};

/// A2.88 A11.12
#[tokio::test]
async fn a_mail_scanners_get_consuming_an_approval() {
    let desk = Desk::new().await;
    let instance = desk.asked("any", "100").await;
    let task = desk.task(&instance, "bob").await;
    let token = desk.app.issue_link(&instance, task).await.unwrap().0;
    let before = desk.app.instance_view("adm", &instance).await.unwrap();
    for method in ["GET", "HEAD", "GET", "GET"] {
        for path in [
            format!("/l/{token}"),
            format!("/tasks/{instance}/{task}"),
            format!("/tasks/{instance}/{task}?decision=approve"),
            format!("/tasks/{instance}/{task}/decision"),
        ] {
            let request = Request::builder()
                .method(method)
                .uri(&path)
                .header("cookie", format!("assent_link={token}"))
                .body(Body::empty())
                .unwrap();
            let answer = desk.router.clone().oneshot(request).await.unwrap();
            assert_ne!(
                answer.status(),
                StatusCode::OK,
                "nothing is shown to a scanner: {path}"
            );
        }
    }
    let post = Request::builder()
        .method("POST")
        .uri(format!("/tasks/{instance}/{task}/decision"))
        .header("cookie", format!("assent_link={token}"))
        .header("origin", &desk.site.origins[0])
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from("action=approve"))
        .unwrap();
    let answer = desk.router.clone().oneshot(post).await.unwrap();
    assert!(
        answer.status().is_client_error(),
        "a scanner that submits forms: {}",
        answer.status()
    );
    let after = desk.app.instance_view("adm", &instance).await.unwrap();
    assert_eq!(before.head.rev, after.head.rev);
    assert_eq!(
        desk.app.redeem_link(&token).await.unwrap().state,
        assent_runtime::app::LinkState::Open
    );
}

/// A2.89 A11.11
#[tokio::test]
async fn a_late_voter_getting_an_exception() {
    let desk = Desk::new().await;
    let instance = desk.asked("any", "100").await;
    let (bob, bea) = (desk.api("bob").await, desk.api("bea").await);
    let (his, hers) = (
        desk.task(&instance, "bob").await,
        desk.task(&instance, "bea").await,
    );
    ok(&bob
        .on(&instance, his, "decision", json!({"decision": "approve"}))
        .await);
    let late = bea
        .on(&instance, hers, "decision", json!({"decision": "approve"}))
        .await;
    refused(&late, 409, "task_closed");
    for (language, name) in [("zh", "鲍勃"), ("en", "鲍勃")] {
        let words = late.1[language].as_str().unwrap();
        assert!(words.contains(name), "who: {words}");
        assert!(words.contains("09:00"), "when: {words}");
    }
    assert!(late.1["params"]["at"].is_string(), "{}", late.1);

    let mut browser = desk.browser("bea").await;
    let form = [("action", "approve"), ("comment", "同意"), ("key", "k")];
    let (status, page) = late_click(&mut browser, &instance, hers, &form).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert!(
        page.contains("鲍勃") && page.contains(&format!("/instances/{instance}")),
        "{page}"
    );
}

async fn late_click(
    browser: &mut crate::desk::Browser,
    instance: &str,
    task: u32,
    form: &[(&str, &str)],
) -> (StatusCode, String) {
    let path = format!("/tasks/{instance}/{task}/decision");
    browser.post(&path, form).await
}

/// A2.90 A11.18
#[tokio::test]
async fn bulk_actions_that_skip_the_flow() {
    let desk = Desk::new().await;
    let (ann, zoe) = (desk.api("ann").await, desk.api("zoe").await);
    let instance = desk.asked("any", "100").await;
    let large = desk.asked("strict", "60000").await;
    let pool = desk.asked("pool", "100").await;
    let row = |instance: &str, task: u32| json!({"instance": instance, "task": task, "decision": "approve"});
    let mine = row(&instance, desk.task(&instance, "bob").await);
    // Not one's own task, one's own request, what is not claimed, what needs a signature: each as if it came alone.
    for caller in [&ann, &zoe] {
        let body = json!({"decisions": [mine.clone()]});
        let answer = caller.post("/api/v1/tasks/decisions", &body).await;
        assert_eq!(ok(&answer)["results"][0]["status"], 403, "{}", answer.1);
    }
    let bob = desk.api("bob").await;
    let rows = [
        row(&large, desk.task(&large, "bob").await),
        row(&pool, desk.task(&pool, "bob").await),
    ];
    let answer = bob
        .post("/api/v1/tasks/decisions", &json!({"decisions": rows}))
        .await;
    let codes: Vec<&str> = ok(&answer)["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["problem"]["code"].as_str().unwrap())
        .collect();
    assert_eq!(codes, ["signature_required", "not_claimed_yet"]);
    for case in [&instance, &large, &pool] {
        assert_eq!(desk.events(case, "decided").await, 0);
    }
}
