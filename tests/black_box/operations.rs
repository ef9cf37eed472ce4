//! What operators do: watch, back up and restore beside the running server, stop it, fill its disk.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;
use std::time::Duration;

use reqwest::StatusCode;
use serde_json::Value;
use tokio::sync::Mutex;

use crate::binary::{Demo, Folder, command, project};
use crate::person::{Person, shipment, shipment_no};

/// Runs a command on a demo's database, beside the demo.
fn beside(folder: &Path, arguments: &[&str]) -> Output {
    let database = folder.join("assent.db");
    command()
        .args(arguments)
        .env(
            "ASSENT_DATABASE_URL",
            format!("sqlite:{}", database.display()),
        )
        .env("ASSENT_AUDIT_KEY_FILE", folder.join("audit.key"))
        .output()
        .unwrap()
}

fn json(output: &Output) -> Value {
    let text = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(&text).unwrap_or_else(|_| panic!("not JSON: {output:?}"))
}

/// Every `assent_…` figure a text names; a histogram's parts are the histogram.
fn figures(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, _) in text.match_indices("assent_") {
        let name: String = text[at..]
            .chars()
            .take_while(|letter| letter.is_ascii_alphanumeric() || *letter == '_')
            .collect();
        let parts = ["_bucket", "_sum", "_count"];
        let whole = parts.iter().find_map(|part| name.strip_suffix(part));
        found.insert(whole.unwrap_or(&name).to_owned());
    }
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_figure_is_on_the_operators_page_and_the_other_way_round() {
    let folder = Folder::new("figures");
    let demo = Demo::start(folder.path());
    demo.ready().await;
    let answer = reqwest::get(format!("{}/metrics", demo.base))
        .await
        .unwrap();
    let shown = answer.text().await.unwrap();
    let exposed: BTreeSet<String> = shown
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE "))
        .filter_map(|line| line.split(' ').next())
        .map(str::to_owned)
        .collect();
    let read = |path: &str| std::fs::read_to_string(project().join(path)).unwrap();
    let page = read("docs/operations.md");
    let table: String = page
        .lines()
        .filter(|line| line.starts_with("| `assent_"))
        .collect();
    assert_eq!(
        exposed,
        figures(&table),
        "what is shown, and what the page says"
    );
    for file in [
        "docs/operations/grafana.json",
        "docs/operations/alerts.yaml",
    ] {
        let unknown: Vec<_> = figures(&read(file)).difference(&exposed).cloned().collect();
        assert!(unknown.is_empty(), "{file} names {unknown:?}");
    }
    let board: Value = serde_json::from_str(&read("docs/operations/grafana.json")).unwrap();
    assert!(board["panels"].as_array().unwrap().len() > 10);
    assert!(shown.contains("assent_decisions_total{verdict=\"approve\"}"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_is_made_beside_the_server_and_restored_into_a_new_place() {
    let folder = Folder::new("backup");
    let demo = Demo::start(folder.path());
    demo.ready().await;
    let applicant = Person::sign_in(&demo, "chenyu").await;
    let started = applicant.start_shipment("SH-2026-7400").await;
    let instance = started["instance"].as_str().unwrap();
    let sealed = beside(folder.path(), &["seal"]);
    assert!(sealed.status.success(), "{sealed:?}");
    let place = folder.path().join("backups");
    std::fs::create_dir(&place).unwrap();
    let to = place.to_string_lossy().into_owned();
    let made = beside(folder.path(), &["backup", &to, "--json"]);
    assert_eq!(made.status.code(), Some(0), "{made:?}");
    let manifest = json(&made);
    assert_eq!(manifest["verified"], "whole");
    let copy = place.join(manifest["file"].as_str().unwrap());
    let from = copy.to_string_lossy().into_owned();
    let new = format!("sqlite:{}", folder.path().join("restored.db").display());
    let restore = || beside(folder.path(), &["restore", &from, "--to", &new, "--json"]);
    let restored = restore();
    assert_eq!(restored.status.code(), Some(0), "{restored:?}");
    assert_eq!(json(&restored)["events"], manifest["events"]);
    let again = restore();
    assert_eq!(again.status.code(), Some(2), "never over what is there");
    let why = command()
        .args(["verify", "--json"])
        .env("ASSENT_DATABASE_URL", &new)
        .output()
        .unwrap();
    assert_eq!(why.status.code(), Some(0), "{why:?}");
    let mut bytes = std::fs::read(&copy).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    std::fs::write(&copy, bytes).unwrap();
    let other = new.replace("restored", "other");
    let refused = beside(
        folder.path(),
        &["restore", &from, "--to", &other, "--lang", "en"],
    );
    assert_eq!(refused.status.code(), Some(2));
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("changed or damaged"), "{said}");

    let looked = beside(folder.path(), &["doctor", "--json"]);
    let found = json(&looked);
    let level = |name: &str| {
        let mut all = found.as_array().unwrap().iter();
        all.find(|one| one["name"] == name).unwrap()["level"].clone()
    };
    for name in ["database", "clock", "directory", "outbox", "timers", "wal"] {
        assert_eq!(level(name), "ok", "{found}");
    }
    assert_eq!(level("backup"), "warn", "none is set up: {found}");
    assert_eq!(level("key"), "warn", "it lies beside the database: {found}");
    for language in ["zh", "en"] {
        let said = beside(folder.path(), &["doctor", "--lang", language]);
        assert!(
            String::from_utf8_lossy(&said.stdout).contains("→"),
            "{said:?}"
        );
    }
    let nowhere = command()
        .args(["doctor", "--json"])
        .env("ASSENT_DATABASE_URL", "sqlite:/nonexistent/x.db")
        .output()
        .unwrap();
    assert_eq!(nowhere.status.code(), Some(1), "{nowhere:?}");
    assert!(!instance.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sigterm_drains_and_what_was_acknowledged_is_kept() {
    let folder = Folder::new("drain");
    let mut demo = Demo::start(folder.path());
    demo.ready().await;
    let applicant = Person::sign_in(&demo, "chenyu").await;
    let kept: Arc<Mutex<Vec<String>>> = Arc::default();
    let lanes: Vec<_> = (0..4_u64)
        .map(|lane| {
            let (kept, applicant) = (Arc::clone(&kept), applicant.clone());
            tokio::spawn(async move {
                for number in 0.. {
                    let body = shipment(&shipment_no(lane, 4, number));
                    let path = "/api/v1/flows/shipment_release/start";
                    match applicant.try_post(path, &body).await {
                        Ok((StatusCode::CREATED, answer)) => {
                            let id = answer["instance"].as_str().unwrap().to_owned();
                            kept.lock().await.push(id);
                        }
                        Ok((status, answer)) => {
                            assert!(status.is_server_error(), "{status} {answer}")
                        }
                        Err(_) => return,
                    }
                }
            })
        })
        .collect();
    while kept.lock().await.len() < 20 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    demo.terminate();
    let mut said_no = false;
    while let Ok(answer) = reqwest::get(format!("{}/readyz", demo.base)).await {
        if answer.status() == StatusCode::SERVICE_UNAVAILABLE {
            said_no = answer.text().await.unwrap().contains("draining");
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(said_no, "not ready while the port is still open");
    assert_eq!(demo.wait().code(), Some(0));
    for lane in lanes {
        lane.await.unwrap();
    }
    let log = std::fs::metadata(folder.path().join("assent.db-wal"));
    assert!(log.is_err(), "the log is folded into the file");
    let demo = Demo::start(folder.path());
    demo.ready().await;
    let reader = Person::sign_in(&demo, "chenyu").await;
    for id in kept.lock().await.iter() {
        reader.read(&format!("/api/v1/instances/{id}")).await;
    }
}

/// A small file system, gone when the test is.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// None where nothing may be mounted.
    fn new(megabytes: u32) -> Option<Self> {
        let place = std::env::temp_dir().join(format!("assent-disk-{}", std::process::id()));
        std::fs::create_dir_all(&place).unwrap();
        let size = format!("size={megabytes}m");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &size, "tmpfs"])
            .arg(&place)
            .output();
        if mounted.is_ok_and(|done| done.status.success()) {
            return Some(Self(place));
        }
        std::fs::remove_dir(&place).unwrap();
        None
    }

    /// Takes all the room there is.
    fn fill(&self) {
        use std::io::Write as _;
        let mut file = std::fs::File::create(self.0.join("filler")).unwrap();
        for size in [1 << 20, 1 << 12, 1] {
            while file.write_all(&vec![1; size]).is_ok() {}
        }
    }

    fn make_room(&self) {
        std::fs::remove_file(self.0.join("filler")).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        Command::new("umount").arg(&self.0).output().ok();
        std::fs::remove_dir(&self.0).ok();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn disk_full_refuses_writes_keeps_reading_and_recovers() {
    let Some(disk) = SmallDisk::new(160) else {
        eprintln!("SKIPPED: a small file system cannot be mounted here (needs root)");
        return;
    };
    let demo = Demo::start(&disk.0);
    demo.ready().await;
    let applicant = Person::sign_in(&demo, "chenyu").await;
    let mut kept = BTreeMap::new();
    let mut number = 6_000;
    let mut start = async || {
        number += 2;
        let no = format!("SH-2026-{number}");
        let path = "/api/v1/flows/shipment_release/start";
        let (status, answer) = applicant.post(path, &shipment(&no)).await;
        if status == StatusCode::CREATED {
            kept.insert(answer["instance"].as_str().unwrap().to_owned(), no);
        }
        (status, answer)
    };
    assert_eq!(start().await.0, StatusCode::CREATED);
    disk.fill();
    let mut refused = (StatusCode::CREATED, Value::Null);
    for _ in 0..3_000 {
        refused = start().await;
        if refused.0 != StatusCode::CREATED {
            break;
        }
    }
    let (status, problem) = refused;
    assert_eq!(status, StatusCode::INSUFFICIENT_STORAGE, "{problem}");
    assert_eq!(problem["code"], "disk_full");
    assert!(problem["zh"].as_str().unwrap().contains("磁盘") && !problem["en"].is_null());
    for page in ["/inbox", "/api/v1/tasks?mine=todo", "/livez", "/metrics"] {
        let status = applicant.get(page).await.status();
        assert_eq!(status, StatusCode::OK, "{page}");
    }
    let ready = applicant.get("/readyz").await;
    assert_eq!(ready.status(), StatusCode::SERVICE_UNAVAILABLE);
    disk.make_room();
    let mut last = (StatusCode::CONTINUE, Value::Null);
    for _ in 0..200 {
        last = start().await;
        if last.0 == StatusCode::CREATED {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(last.0, StatusCode::CREATED, "without a restart: {}", last.1);
    for id in kept.keys() {
        applicant.read(&format!("/api/v1/instances/{id}")).await;
    }
    println!("disk_full: {} acknowledged, all there", kept.len());
    drop(demo);
    let verified = beside(&disk.0, &["verify"]);
    assert_eq!(verified.status.code(), Some(0), "{verified:?}");
}
