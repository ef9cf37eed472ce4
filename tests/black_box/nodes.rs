//! `two_nodes`: two processes of the binary on one PostgreSQL, under load. In turn one is killed and started again, stopped for
//! a while and continued, asked to end, or cut off from the database; whoever was talking to it asks the other, with the same
//! key. What was acknowledged is there, once, and everything comes to its end.
//!
//! `ASSENT_ROUNDS=200` is the long form; every fifth pause of it is longer than the leases.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::sync::{Mutex, RwLock};

use crate::binary::{Demo, Folder, command, project};
use crate::person::{Person, shipment, shipment_no};
use crate::relay::Relay;

const ROUNDS: u64 = 4;
pub const LANES: u64 = 4;
/// A client that waits longer asks the other node.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long nobody asks a node that did not answer, as a load balancer would have it.
const AVOIDED: Duration = Duration::from_secs(5);
/// Longer than the lease of a delivery, 120 seconds.
const LONG_PAUSE: Duration = Duration::from_secs(125);

/// A throw-away PostgreSQL that makes everything durable.
pub struct Postgres {
    pub folder: PathBuf,
}

impl Postgres {
    /// None where there is none to start.
    pub fn start(folder: &Path) -> Option<Self> {
        let script = project().join("tests/pg");
        if !Command::new(&script)
            .arg("check")
            .status()
            .unwrap()
            .success()
        {
            return None;
        }
        let folder = folder.join("pg");
        let started = Command::new(&script)
            .args(["start", "--fsync"])
            .arg(&folder)
            .status()
            .unwrap();
        assert!(started.success(), "tests/pg start");
        Some(Self { folder })
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let script = project().join("tests/pg");
        Command::new(script)
            .arg("stop")
            .arg(&self.folder)
            .status()
            .ok();
    }
}

pub fn url(sockets: &Path) -> String {
    format!(
        "postgres://postgres@localhost/postgres?host={}",
        sockets.display()
    )
}

/// A node, the way it goes to the database, and two people signed in on it.
pub struct Node {
    pub demo: Demo,
    pub relay: Relay,
    data: PathBuf,
}

/// Who talks to a node: none while it is away.
type People = Arc<RwLock<Option<(Person, Person)>>>;

impl Node {
    pub async fn start(data: PathBuf, relay: Relay) -> Self {
        let demo = Demo::start_on(&data, Some(&url(relay.folder())));
        demo.ready().await;
        Self { demo, relay, data }
    }

    pub async fn people(&self) -> (Person, Person) {
        let applicant = Person::sign_in(&self.demo, "chenyu").await;
        (applicant, Person::sign_in(&self.demo, "wanghaoran").await)
    }

    async fn again(&mut self) {
        self.demo = Demo::start_on(&self.data, Some(&url(self.relay.folder())));
        self.demo.ready().await;
    }
}

/// What all lanes share.
pub struct Load {
    people: [People; 2],
    /// Instance → decided.
    pub ledger: Mutex<BTreeMap<String, bool>>,
    pub failed: AtomicU64,
    /// Until when, in ms since `begun`, each node is not asked.
    avoided: [AtomicU64; 2],
    /// When something was acknowledged last, and the longest time without, both in ms since `begun`.
    pub last: AtomicU64,
    pub longest: AtomicU64,
    pub begun: Instant,
    pub over: AtomicBool,
}

impl Load {
    /// On these two nodes.
    pub async fn on(nodes: &[Node]) -> Arc<Self> {
        let people = [nodes[0].people().await, nodes[1].people().await];
        Arc::new(Self {
            people: people.map(|people| Arc::new(RwLock::new(Some(people)))),
            ledger: Mutex::default(),
            failed: AtomicU64::new(0),
            avoided: Default::default(),
            last: AtomicU64::new(0),
            longest: AtomicU64::new(0),
            begun: Instant::now(),
            over: AtomicBool::new(false),
        })
    }

    fn now(&self) -> u64 {
        u64::try_from(self.begun.elapsed().as_millis()).unwrap()
    }

    fn acknowledged(&self) {
        let now = self.now();
        let last = self.last.swap(now, Ordering::SeqCst);
        self.longest
            .fetch_max(now.saturating_sub(last), Ordering::SeqCst);
    }

    /// Asks one node, then the other, until one of them answers; with the same body, so with the same key.
    async fn ask(
        &self,
        turn: usize,
        manager: bool,
        path: &str,
        body: &Value,
    ) -> (StatusCode, Value) {
        for at in turn.. {
            let until = |at: usize| self.avoided[at % 2].load(Ordering::SeqCst);
            let now = self.now();
            if until(at) > now && until(at + 1) <= now {
                continue;
            }
            let people = self.people[at % 2].read().await.clone();
            let Some((applicant, deciding)) = people else {
                tokio::time::sleep(Duration::from_millis(20)).await;
                continue;
            };
            let person = if manager { deciding } else { applicant };
            match tokio::time::timeout(PATIENCE, person.try_post(path, body)).await {
                Ok(Ok((status, answer))) if !status.is_server_error() => return (status, answer),
                // Refused by a node that is going, out of patience, gone.
                _ => {
                    self.failed.fetch_add(1, Ordering::SeqCst);
                    let until = self.now() + u64::try_from(AVOIDED.as_millis()).unwrap();
                    self.avoided[at % 2].store(until, Ordering::SeqCst);
                }
            }
        }
        unreachable!()
    }
}

/// Starts on one node and decides on the other, again and again.
pub async fn lane(load: Arc<Load>, lane: u64) {
    for number in 0_u64.. {
        if load.over.load(Ordering::SeqCst) {
            return;
        }
        let turn = usize::try_from(lane + number).unwrap();
        let mut body = shipment(&shipment_no(lane, LANES, number));
        body["idempotency_key"] = json!(format!("start-{lane}-{number}"));
        let path = "/api/v1/flows/shipment_release/start";
        let (status, answer) = load.ask(turn, false, path, &body).await;
        if !status.is_success() {
            continue;
        }
        load.acknowledged();
        let instance = answer["instance"].as_str().unwrap().to_owned();
        load.ledger.lock().await.insert(instance.clone(), false);
        for attempt in 0..100 {
            let task = 2 + attempt % 2;
            let path = format!("/api/v1/tasks/{instance}/{task}/decision");
            let decision =
                json!({"decision": "approve", "idempotency_key": format!("{instance}:{task}")});
            if load.ask(turn + 1, true, &path, &decision).await.0 == StatusCode::OK {
                load.acknowledged();
                load.ledger.lock().await.insert(instance.clone(), true);
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_lose_and_double_nothing() {
    let rounds = std::env::var("ASSENT_ROUNDS");
    let rounds = rounds
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(ROUNDS);
    let folder = Folder::new("nodes");
    let Some(postgres) = Postgres::start(folder.path()) else {
        eprintln!("SKIPPED: there is no PostgreSQL to start");
        return;
    };
    let mut nodes = vec![];
    for name in ["a", "b"] {
        let relay = Relay::open(&folder.path().join(format!("way-{name}")), &postgres.folder);
        nodes.push(Node::start(folder.path().join(name), relay).await);
    }
    let load = Load::on(&nodes).await;
    let lanes: Vec<_> = (0..LANES)
        .map(|no| tokio::spawn(lane(Arc::clone(&load), no)))
        .collect();
    for round in 0..rounds {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let at = usize::try_from(round / 4 % 2).unwrap();
        trouble(&mut nodes[at], &load.people[at], round).await;
    }
    load.over.store(true, Ordering::SeqCst);
    for lane in lanes {
        lane.await.unwrap();
    }
    let waited = settle(&nodes[0], &load).await;
    let ledger = load.ledger.lock().await;
    println!(
        "two_nodes: {rounds} rounds (killed, stopped, ended, cut off), {} instances and {} decisions acknowledged, {} requests failed and \
         were sent to the other node, longest time without an acknowledgement {} ms, everything at rest {waited:?} after the end; \
         lost 0, doubled 0, stuck 0",
        ledger.len(),
        ledger.values().filter(|decided| **decided).count(),
        load.failed.load(Ordering::SeqCst),
        load.longest.load(Ordering::SeqCst),
    );
    assert!(ledger.len() as u64 > rounds, "the load was no load");
    rows_agree(&postgres, &folder);
}

/// `assent verify` finds the rows and states as the events say; the first node's key is in the folder `a`.
pub fn rows_agree(postgres: &Postgres, folder: &Folder) {
    let verified = command()
        .args(["verify"])
        .env("ASSENT_DATABASE_URL", url(&postgres.folder))
        .env("ASSENT_AUDIT_KEY_FILE", folder.path().join("a/audit.key"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&verified.stdout);
    assert!(
        !said.contains("rows_differ") && !said.contains("state_differs"),
        "{said}"
    );
}

/// One thing happens to one node.
async fn trouble(node: &mut Node, people: &People, round: u64) {
    let long = round % 20 == 1 && round > 20;
    match round % 4 {
        0 => {
            node.demo.kill();
            people.write().await.take();
            node.again().await;
        }
        1 => {
            node.demo.signal("STOP");
            let pause = if long {
                LONG_PAUSE
            } else {
                Duration::from_secs(4)
            };
            tokio::time::sleep(pause).await;
            node.demo.signal("CONT");
            return;
        }
        2 => {
            node.demo.signal("TERM");
            node.demo.ended();
            people.write().await.take();
            node.again().await;
        }
        _ => {
            node.relay.cut(true);
            tokio::time::sleep(Duration::from_secs(7)).await;
            node.relay.cut(false);
            return;
        }
    }
    *people.write().await = Some(node.people().await);
}

/// Everything acknowledged is there, decided once, and comes to its end; how long that took.
pub async fn settle(node: &Node, load: &Load) -> Duration {
    let begun = Instant::now();
    let (applicant, manager) = node.people().await;
    crate::kill::settled(&applicant, &manager, &load.ledger).await;
    begun.elapsed()
}
