//! `kill9_loop`: the real binary under load, killed at random; what was acknowledged is there, once, and nothing is stuck.
//!
//! `ASSENT_KILLS` sets how often (3 unless said; the long form is 50 and more). The figures are printed.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use serde_json::json;
use tokio::sync::Mutex;

use crate::binary::{Demo, Folder};
use crate::person::{Person, shipment};

const KILLS: u64 = 3;

/// What the server has acknowledged: instance → decided by us.
type Ledger = Arc<Mutex<BTreeMap<String, bool>>>;

/// Submits and decides until the server is gone.
async fn load(lane: u64, life: u64, applicant: Person, manager: Person, ledger: Ledger) {
    for number in 0_u64.. {
        // Even numbers: the demo's ERP keeps shipments that end in 99 frozen.
        let number = format!(
            "SH-2026-{:04}",
            (life * 997 + lane * 131 + number) * 2 % 9_000
        );
        let body = shipment(&number);
        let Ok((status, answer)) = applicant
            .try_post("/api/v1/flows/shipment_release/start", &body)
            .await
        else {
            return;
        };
        if status != StatusCode::CREATED {
            continue;
        }
        let instance = answer["instance"].as_str().unwrap().to_owned();
        ledger.lock().await.insert(instance.clone(), false);
        // The ERP's answer opens the task a moment later; an instance whose turn has not come is decided after the restart.
        for attempt in 0..80 {
            let task = 2 + attempt % 2;
            let path = format!("/api/v1/tasks/{instance}/{task}/decision");
            let decision =
                json!({"decision": "approve", "idempotency_key": format!("{instance}:{task}")});
            match manager.try_post(&path, &decision).await {
                Err(_) => return,
                Ok((StatusCode::OK, _)) => {
                    ledger.lock().await.insert(instance.clone(), true);
                    break;
                }
                Ok(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kill9_loop_loses_and_doubles_nothing() {
    let kills = std::env::var("ASSENT_KILLS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(KILLS);
    let folder = Folder::new("kill9");
    let ledger: Ledger = Arc::default();
    let mut restarts = Vec::new();
    let mut pause = 0x2545_F491_4F6C_DD1D_u64;
    for life in 0..kills {
        let begun = Instant::now();
        let mut demo = Demo::start(folder.path());
        demo.ready().await;
        restarts.push(begun.elapsed());
        let applicant = Person::sign_in(&demo, "chenyu").await;
        let manager = Person::sign_in(&demo, "wanghaoran").await;
        let lanes: Vec<_> = (0..4)
            .map(|lane| {
                tokio::spawn(load(
                    lane,
                    life,
                    applicant.clone(),
                    manager.clone(),
                    Arc::clone(&ledger),
                ))
            })
            .collect();
        pause ^= pause << 13;
        pause ^= pause >> 7;
        pause ^= pause << 17;
        tokio::time::sleep(Duration::from_millis(100 + pause % 900)).await;
        demo.kill();
        for lane in lanes {
            lane.await.unwrap();
        }
    }
    let demo = Demo::start(folder.path());
    demo.ready().await;
    settle(&demo, &ledger).await;
    restarts.sort();
    let ledger = ledger.lock().await;
    println!(
        "kill9_loop: {kills} kills, {} instances and {} decisions acknowledged, lost 0, doubled 0, stuck 0, restart p99 {:?}",
        ledger.len(),
        ledger.values().filter(|decided| **decided).count(),
        restarts.last().unwrap_or(&Duration::ZERO),
    );
    assert!(ledger.len() as u64 >= kills, "the load was no load");
}

/// After the last restart: everything acknowledged is there, decided once, and comes to its end.
async fn settle(demo: &Demo, ledger: &Ledger) {
    let applicant = Person::sign_in(demo, "chenyu").await;
    let manager = Person::sign_in(demo, "wanghaoran").await;
    settled(&applicant, &manager, ledger).await;
}

/// What `settle` says, by whoever is signed in.
pub async fn settled(applicant: &Person, manager: &Person, ledger: &Mutex<BTreeMap<String, bool>>) {
    for (instance, decided) in ledger.lock().await.iter() {
        if !decided {
            let seen = applicant
                .read(&format!("/api/v1/instances/{instance}"))
                .await;
            if seen["status"] == "running" && !seen.to_string().contains("\"release\"") {
                let task = manager.task_on(instance).await;
                let path = format!("/api/v1/tasks/{instance}/{task}/decision");
                let (status, answer) = manager.post(&path, &json!({"decision": "approve"})).await;
                assert_eq!(status, StatusCode::OK, "{answer}");
            }
        }
        applicant.until(instance, "approved").await;
        let history = applicant
            .read(&format!("/api/v1/instances/{instance}/history"))
            .await;
        let events = history
            .as_array()
            .or_else(|| history["items"].as_array())
            .unwrap();
        let decisions = events
            .iter()
            .filter(|event| event["kind"] == "decided")
            .count();
        assert_eq!(decisions, 1, "decided once: {history}");
        let numbers: Vec<u64> = events
            .iter()
            .filter_map(|event| event["seq"].as_u64())
            .collect();
        assert!(
            numbers.windows(2).all(|pair| pair[0] < pair[1]),
            "no event doubled: {numbers:?}"
        );
    }
}
