//! `power_loss`: the binary under load, every write and every fsync of its database written down by strace; then the power is
//! cut at many moments of that. What came after the last fsync is dropped or torn, at random, the database is opened, verified,
//! and compared with what clients had been told by that moment.
//!
//! The same cuts on a disk that does not sync the log of a commit (what `synchronous=NORMAL` asks for) lose decisions: the test
//! can fail. `ASSENT_CUTS=500` is the long form, `ASSENT_SEED` draws other cuts.

mod disk;
mod trace;

use std::path::Path;
use std::process::{Child, Command};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reqwest::StatusCode;
use serde_json::json;
use tokio::sync::Mutex;

use crate::binary::{Demo, Folder, command};
use crate::person::{Person, shipment, shipment_no};
use disk::{Disk, Kept};
use trace::Call;

const CUTS: u64 = 12;
const LANES: u64 = 3;
const LOAD: Duration = Duration::from_secs(3);
/// The files of the database. What is shared in memory is made anew by whoever opens it.
const FILES: [&str; 2] = ["assent.db", "assent.db-wal"];

/// A decision that was acknowledged: when, in which instance, by which key.
type Ledger = Arc<Mutex<Vec<(f64, String, String)>>>;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn power_loss_takes_nothing_that_was_acknowledged() {
    let asked = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let (cuts, seed) = (
        asked("ASSENT_CUTS").unwrap_or(CUTS),
        asked("ASSENT_SEED").unwrap_or(1),
    );
    let folder = Folder::new("power");
    let (data, base) = (folder.path().join("data"), folder.path().join("base"));
    let Some((calls, ledger)) = recorded(&data, &base).await else {
        eprintln!(
            "SKIPPED: strace cannot follow a process here (Debian: apt install strace; root)"
        );
        return;
    };
    let mut tally = Tally::default();
    for cut in 0..cuts {
        let found = tally.cut(folder.path(), &base, &calls, &ledger, seed + cut, true);
        assert_eq!(found, Vec::<String>::new(), "seed {}", seed + cut);
    }
    // A disk on which a commit's log is not synced.
    let mut careless = Tally::default();
    let lost: usize = (0..cuts.min(CUTS))
        .map(|cut| {
            careless
                .cut(folder.path(), &base, &calls, &ledger, seed + cut, false)
                .len()
        })
        .sum();
    println!(
        "power_loss: {cuts} cuts of {} calls (seeds {seed}..{}), {} bytes dropped, {} writes torn, {} acknowledged decisions looked for, \
         lost 0, doubled 0; without syncs of the log (synchronous=NORMAL) {} cuts lost {lost} decisions",
        calls.len(),
        seed + cuts,
        tally.dropped,
        tally.torn,
        tally.looked_for,
        cuts.min(CUTS)
    );
    assert!(
        tally.looked_for > 0,
        "nothing was acknowledged before a cut"
    );
    assert!(
        lost > 0,
        "a disk that does not sync must lose something, or this test sees nothing"
    );
}

#[derive(Default)]
struct Tally {
    dropped: u64,
    torn: u64,
    looked_for: usize,
}

impl Tally {
    /// Cuts the power once; what is not as it must be.
    fn cut(
        &mut self,
        folder: &Path,
        base: &Path,
        calls: &[Call],
        ledger: &[(f64, String, String)],
        seed: u64,
        syncs_log: bool,
    ) -> Vec<String> {
        let mut disk = Disk::new(base, &FILES, seed);
        let at = disk.below(calls.len() - 1);
        for call in &calls[..=at] {
            disk.take(call, syncs_log);
        }
        let kept = disk.cut();
        self.dropped += kept.dropped;
        self.torn += kept.torn;
        let after = folder.join("after");
        std::fs::remove_dir_all(&after).ok();
        std::fs::create_dir_all(&after).unwrap();
        kept.write(&after);
        let told = ledger.iter().filter(|(when, ..)| *when < calls[at + 1].at);
        let told: Vec<_> = told.collect();
        self.looked_for += told.len();
        looked(&after, &told)
    }
}

/// Opens what the cut left, verifies it, and looks for what was told.
fn looked(after: &Path, told: &[&(f64, String, String)]) -> Vec<String> {
    let run = |arguments: &[&str]| {
        command()
            .args(arguments)
            .env(
                "ASSENT_DATABASE_URL",
                format!("sqlite:{}", after.join(FILES[0]).display()),
            )
            .env("ASSENT_AUDIT_KEY_FILE", after.join("audit.key"))
            .output()
            .unwrap()
    };
    let verified = run(&["verify", "--json"]);
    let file = after.join("trail.jsonl");
    let exported = run(&["export", "--audit", &file.to_string_lossy()]);
    let mut found = vec![];
    let said = String::from_utf8_lossy(&verified.stdout);
    if !said.contains("\"good\": true") && !said.contains("\"good\":true") {
        found.push(format!(
            "verify: {said} {}",
            String::from_utf8_lossy(&verified.stderr)
        ));
    }
    if !exported.status.success() {
        found.push(format!(
            "export: {}",
            String::from_utf8_lossy(&exported.stderr)
        ));
        return found;
    }
    let trail = std::fs::read_to_string(&file).unwrap();
    for (_, instance, key) in told {
        let decided = format!("\\\"comment\\\":\\\"{key}\\\"");
        let times = trail.matches(&decided).count();
        if times != 1 {
            found.push(format!(
                "{key} of {instance} was acknowledged and is there {times} times"
            ));
        }
    }
    found
}

/// Runs the demo under load and writes down what it does to its files. `base` is how they were before.
async fn recorded(data: &Path, base: &Path) -> Option<(Vec<Call>, Vec<(f64, String, String)>)> {
    let mut demo = Demo::start(data);
    demo.ready().await;
    let applicant = Person::sign_in(&demo, "chenyu").await;
    let manager = Person::sign_in(&demo, "wanghaoran").await;
    std::fs::create_dir_all(base).unwrap();
    let trace = base.join("trace");
    let mut strace = follow(demo.pid(), &trace)?;
    // Nobody does anything yet: what the files hold now is where the trace begins.
    tokio::time::sleep(Duration::from_secs(3)).await;
    let begin = now();
    for name in FILES {
        std::fs::copy(data.join(name), base.join(name)).unwrap();
    }
    let ledger = Ledger::default();
    let lanes: Vec<_> = (0..LANES)
        .map(|lane| {
            tokio::spawn(load(
                lane,
                applicant.clone(),
                manager.clone(),
                Arc::clone(&ledger),
            ))
        })
        .collect();
    for lane in lanes {
        lane.await.unwrap();
    }
    // With the checkpoint at the end.
    demo.signal("TERM");
    demo.ended();
    strace.wait().unwrap();
    let calls = trace::read(&trace, data, begin);
    let ledger = ledger.lock().await.clone();
    assert!(
        ledger.len() > 5 && calls.len() > 50,
        "{} decisions, {} calls",
        ledger.len(),
        calls.len()
    );
    Some((calls, ledger))
}

fn follow(pid: u32, trace: &Path) -> Option<Child> {
    let calls = "trace=write,pwrite64,pwritev,fsync,fdatasync,ftruncate,unlink,rename";
    let mut strace = Command::new("strace")
        .args([
            "-f", "-y", "-ttt", "-xx", "-s", "1000000", "-e", calls, "-o",
        ])
        .arg(trace)
        .args(["-p", &pid.to_string()])
        .stderr(std::process::Stdio::null())
        .spawn()
        .ok()?;
    std::thread::sleep(Duration::from_secs(1));
    strace.try_wait().unwrap().is_none().then_some(strace)
}

fn now() -> f64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs_f64()
}

async fn load(lane: u64, applicant: Person, manager: Person, ledger: Ledger) {
    let until = now() + LOAD.as_secs_f64();
    for number in 0_u64.. {
        if now() > until {
            return;
        }
        let body = shipment(&shipment_no(lane, LANES, number));
        let started = applicant
            .post("/api/v1/flows/shipment_release/start", &body)
            .await;
        let instance = started.1["instance"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        for attempt in 0..80 {
            let task = 2 + attempt % 2;
            let key = format!("power-{lane}-{number}-{task}");
            let path = format!("/api/v1/tasks/{instance}/{task}/decision");
            let decision = json!({"decision": "approve", "comment": key, "idempotency_key": key});
            if manager.post(&path, &decision).await.0 == StatusCode::OK {
                ledger.lock().await.push((now(), instance, key));
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

/// The files a cut left.
impl Kept {
    fn write(&self, folder: &Path) {
        for (name, bytes) in &self.files {
            std::fs::write(folder.join(name), bytes).unwrap();
        }
    }
}
