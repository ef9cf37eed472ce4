//! The database server is taken away in the middle and comes back: nothing is acknowledged that is not kept, and nobody restarts
//! anything.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde_json::{Value, json};
use tokio::sync::Mutex;
use tower::ServiceExt as _;

use crate::desk::{Caller, Desk};

/// A PostgreSQL of this test's own, with fsync, that can be pulled out and put back.
struct Server {
    folder: PathBuf,
    url: String,
}

fn pg(arguments: &[&str]) -> std::io::Result<std::process::Output> {
    let tool = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/pg");
    Command::new(tool).args(arguments).output()
}

impl Server {
    /// None where PostgreSQL is not installed.
    fn start() -> Option<Self> {
        if !pg(&["check"]).is_ok_and(|done| done.status.success()) {
            return None;
        }
        let folder = std::env::temp_dir().join(format!("assent-lost-{}", std::process::id()));
        let started = pg(&["start", "--fsync", &folder.to_string_lossy()]).unwrap();
        assert!(started.status.success(), "{started:?}");
        let url = String::from_utf8(started.stdout).unwrap().trim().to_owned();
        Some(Self { folder, url })
    }

    fn tell(&self, what: &str) {
        let done = pg(&[what, &self.folder.to_string_lossy()]).unwrap();
        assert!(done.status.success(), "{done:?}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        pg(&["stop", &self.folder.to_string_lossy()]).ok();
    }
}

async fn start(ann: &Caller, number: u32) -> (StatusCode, Value) {
    let values = json!({"values": {"subject": format!("no. {number}"), "amount": "100", "kind": "all", "secret": "x"}});
    ann.post("/api/v1/flows/buying/start", &values).await
}

async fn look(desk: &Desk, path: &str) -> (StatusCode, Option<String>, String) {
    let request = Request::builder().uri(path).body(Body::empty()).unwrap();
    let response = desk.router.clone().oneshot(request).await.unwrap();
    let after = response.headers().get(header::RETRY_AFTER).cloned();
    let after = after.map(|value| value.to_str().unwrap().to_owned());
    let status = response.status();
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 20)
        .await
        .unwrap();
    (status, after, String::from_utf8_lossy(&bytes).into_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_database_is_said_nothing_unkept_is_acknowledged_and_it_goes_on() {
    let Some(server) = Server::start() else {
        eprintln!("SKIPPED: PostgreSQL is not installed");
        return;
    };
    let desk = Desk::on(server.url.clone(), PathBuf::new()).await;
    let ann = desk.api("ann").await;
    let kept: Arc<Mutex<Vec<String>>> = Arc::default();
    let lanes: Vec<_> = (0..4)
        .map(|lane| {
            let (ann, kept) = (ann.clone(), Arc::clone(&kept));
            tokio::spawn(async move {
                for number in 0.. {
                    let (status, answer) = start(&ann, lane * 10_000 + number).await;
                    if status != StatusCode::CREATED {
                        return (status, answer);
                    }
                    let id = answer["instance"].as_str().unwrap().to_owned();
                    kept.lock().await.push(id);
                }
                unreachable!()
            })
        })
        .collect();
    while kept.lock().await.len() < 40 {
        tokio::task::yield_now().await;
    }
    server.tell("halt");
    for lane in lanes {
        let (status, problem) = lane.await.unwrap();
        assert_eq!(
            (status, &problem["code"]),
            (StatusCode::SERVICE_UNAVAILABLE, &json!("database")),
            "{problem}"
        );
    }
    let (status, _, text) = look(&desk, "/readyz").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{text}");
    assert_eq!(look(&desk, "/livez").await.0, StatusCode::OK);
    let (status, _, text) = look(&desk, "/metrics").await;
    assert_eq!(status, StatusCode::OK);
    assert!(text.contains("assent_database_up 0"), "{text}");
    let (status, after, text) = look(&desk, "/verify/x/1/eA").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{text}");
    assert!(after.is_some(), "it says when to come back");

    server.tell("resume");
    let mut again = (StatusCode::CONTINUE, Value::Null);
    for number in 0..200 {
        again = start(&ann, 90_000 + number).await;
        if again.0 == StatusCode::CREATED {
            break;
        }
    }
    assert_eq!(
        again.0,
        StatusCode::CREATED,
        "without a restart: {}",
        again.1
    );
    assert_eq!(look(&desk, "/readyz").await.0, StatusCode::OK);
    let kept = kept.lock().await;
    for id in kept.iter() {
        let (status, _) = ann.get(&format!("/api/v1/instances/{id}")).await;
        assert_eq!(status, StatusCode::OK, "acknowledged and lost: {id}");
    }
    println!(
        "lost database: {} acknowledged before, all kept",
        kept.len()
    );
    desk.app.close().await;
}
