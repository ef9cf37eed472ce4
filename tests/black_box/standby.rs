//! `standby`: two nodes on one PostgreSQL that has a standby, under load. The primary is killed with everything of it, the standby is
//! promoted, and the way of the nodes to the database leads there: the address stays, as behind a virtual address or a proxy. With
//! synchronous replication nothing that was acknowledged is lost.
//!
//! `ASSENT_FAILOVERS=20` is the long form: the promoted one gets a standby of its own, and so on.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use crate::binary::{Folder, project};
use crate::nodes::{LANES, Load, Node, Postgres, lane, rows_agree, settle};
use crate::relay::Relay;

/// The longest until something is acknowledged again.
const BACK_MAX: Duration = Duration::from_secs(120);

fn pg(words: &[&str], folders: &[&Path]) {
    let done = Command::new(project().join("tests/pg"))
        .args(words)
        .args(folders)
        .status()
        .unwrap();
    assert!(done.success(), "tests/pg {words:?}");
}

/// Waits until something was acknowledged after this moment.
async fn acknowledged_since(load: &Load, moment: Duration) -> Duration {
    let ms = u64::try_from(moment.as_millis()).unwrap();
    let begun = Instant::now();
    while load.last.load(Ordering::SeqCst) <= ms {
        assert!(
            begun.elapsed() < BACK_MAX,
            "nothing is acknowledged any more"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    load.begun.elapsed() - moment
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_standby_takes_over_and_nothing_acknowledged_is_lost() {
    let failovers = std::env::var("ASSENT_FAILOVERS").ok();
    let failovers: u64 = failovers.and_then(|text| text.parse().ok()).unwrap_or(1);
    let folder = Folder::new("standby");
    let Some(mut primary) = Postgres::start(folder.path()) else {
        eprintln!("SKIPPED: there is no PostgreSQL to start");
        return;
    };
    let mut nodes = vec![];
    for name in ["a", "b"] {
        let relay = Relay::open(&folder.path().join(format!("way-{name}")), &primary.folder);
        nodes.push(Node::start(folder.path().join(name), relay).await);
    }
    let load = Load::on(&nodes).await;
    let lanes: Vec<_> = (0..LANES)
        .map(|no| tokio::spawn(lane(Arc::clone(&load), no)))
        .collect();
    let mut away = Duration::ZERO;
    for round in 1..=failovers {
        let standby = Postgres {
            folder: folder.path().join(format!("pg-{round}")),
        };
        pg(&["standby"], &[&primary.folder, &standby.folder]);
        let enough = load.ledger.lock().await.len() + 20;
        while load.ledger.lock().await.len() < enough {
            acknowledged_since(&load, load.begun.elapsed()).await;
        }
        let killed = load.begun.elapsed();
        pg(&["kill"], &[&primary.folder]);
        pg(&["promote"], &[&standby.folder]);
        for node in &nodes {
            node.relay.lead_to(&standby.folder);
        }
        // What was under way when it died may still be acknowledged a moment later: by the standby, or not at all.
        let led = load.begun.elapsed();
        acknowledged_since(&load, led).await;
        away = away.max(load.begun.elapsed() - killed);
        primary = standby;
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    load.over.store(true, Ordering::SeqCst);
    for lane in lanes {
        lane.await.unwrap();
    }
    // The second node signed people in last: its links are the ones that hold.
    let waited = settle(&nodes[1], &load).await;
    let ledger = load.ledger.lock().await;
    println!(
        "standby: {failovers} failovers, {} instances and {} decisions acknowledged, {} requests failed, acknowledging again {away:?} \
         after the kill, everything at rest {waited:?} after the end; lost 0, doubled 0, stuck 0",
        ledger.len(),
        ledger.values().filter(|decided| **decided).count(),
        load.failed.load(Ordering::SeqCst),
    );
    assert!(ledger.len() as u64 > failovers, "the load was no load");
    rows_agree(&primary, &folder);
}
