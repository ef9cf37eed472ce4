//! `kill9_loop`: the real binary under load, killed at random; what was acknowledged is there, once, and nothing is stuck.
//!
//! `ASSENT_KILLS` sets how often (3 unless said; the long form is 2 000). The figures are printed.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use serde_json::json;
use tokio::sync::Mutex;

use crate::binary::{Demo, Folder};
use crate::person::{Person, shipment, shipment_no};

const KILLS: u64 = 3;
/// Kills of one database; everything in it is looked at afterwards, and the next begins with a new one.
const TOGETHER: u64 = 100;
/// Who submit and decide side by side.
const LANES: u64 = 4;

/// What the server has acknowledged: instance → decided by us.
type Ledger = Arc<Mutex<BTreeMap<String, bool>>>;

/// Submits and decides until the server is gone.
async fn load(lane: u64, life: u64, applicant: Person, manager: Person, ledger: Ledger) {
    for number in 0_u64.. {
        let body = shipment(&shipment_no(
            life % TOGETHER * LANES + lane,
            TOGETHER * LANES,
            number,
        ));
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
    let (mut started, mut decided) = (0, 0);
    let mut restarts = Vec::new();
    let mut life = 0;
    while life < kills {
        let folder = Folder::new("kill9");
        let ledger: Ledger = Arc::default();
        let until = (life + TOGETHER).min(kills);
        for life in life..until {
            restarts.push(killed(&folder, life, &ledger).await);
        }
        life = until;
        let demo = Demo::start(folder.path());
        demo.ready().await;
        settle(&demo, &ledger).await;
        let ledger = ledger.lock().await;
        started += ledger.len();
        decided += ledger.values().filter(|decided| **decided).count();
        println!(
            "kill9_loop: {life} kills, {started} instances and {decided} decisions acknowledged so far"
        );
    }
    restarts.sort();
    println!(
        "kill9_loop: {kills} kills, {started} instances and {decided} decisions acknowledged, lost 0, doubled 0, stuck 0, \
         restart p50 {:?}, p99 {:?}",
        restarts[restarts.len() / 2],
        restarts[restarts.len() * 99 / 100],
    );
    assert!(started as u64 >= kills, "the load was no load");
}

/// One life of the binary: started, loaded, killed. How long it took until it was ready.
async fn killed(folder: &Folder, life: u64, ledger: &Ledger) -> Duration {
    let begun = Instant::now();
    let mut demo = Demo::start(folder.path());
    demo.ready().await;
    let restart = begun.elapsed();
    let applicant = Person::sign_in(&demo, "chenyu").await;
    let manager = Person::sign_in(&demo, "wanghaoran").await;
    let lanes: Vec<_> = (0..LANES)
        .map(|lane| {
            let (applicant, manager) = (applicant.clone(), manager.clone());
            tokio::spawn(load(lane, life, applicant, manager, Arc::clone(ledger)))
        })
        .collect();
    // Scattered, and the same in every run.
    let pause = life.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40;
    tokio::time::sleep(Duration::from_millis(100 + pause % 900)).await;
    demo.kill();
    for lane in lanes {
        lane.await.unwrap();
    }
    restart
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
