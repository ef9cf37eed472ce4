//! `upgrade`: databases of every schema so far, kept small in `tests/upgrade`, with running instances, open tasks and effects on
//! their way. Today's program opens each, verifies it, decides what was open, and the run goes on; a database that is too new is
//! refused with the reason.
//!
//! Two files make a schema's place in the test: `NNNN.sqlite.sql.gz` and `NNNN.postgres.sql.gz`. One command writes both, with
//! the program of that day: `ASSENT_UPGRADE=make tests/pg run cargo test -p assent-tests --test black_box upgrade`.
//! `ASSENT_UPGRADE=all` is the long form.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::binary::{Demo, Folder, command, project};
use crate::person::{Person, shipment};

/// A shipment that waits for the logistics manager.
const WAITS: &str = "SH-2026-7702";
/// One that was sent back to its applicant.
const SENT_BACK: &str = "SH-2026-7704";
/// One whose ERP is down: its call waits in the outbox.
const ERP_DOWN: &str = "SH-2026-7706";
/// The demo's ERP is down for this customer.
const CUSTOMER_DOWN: &str = "津海港务";

/// A database that is kept.
struct Kept {
    schema: u32,
    is_postgres: bool,
    file: PathBuf,
}

fn place() -> PathBuf {
    project().join("tests/upgrade")
}

/// All of them, oldest first.
fn kept() -> Vec<Kept> {
    let entries = std::fs::read_dir(place()).unwrap();
    let mut found: Vec<Kept> = entries
        .filter_map(|entry| {
            let file = entry.unwrap().path();
            let name = file.file_name()?.to_str()?;
            let schema = name.get(..4)?.parse().ok()?;
            let is_postgres = name.ends_with(".postgres.sql.gz");
            Some(Kept {
                schema,
                is_postgres,
                file,
            })
        })
        .collect();
    found.sort_by_key(|kept| (kept.schema, kept.is_postgres));
    found
}

fn there(program: &str) -> bool {
    Command::new(program)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Where these tests keep databases: a file each, and one PostgreSQL that others start (`tests/pg run`).
struct Shelf {
    folder: Folder,
    postgres: Option<String>,
}

impl Shelf {
    /// None where SQLite's own program is not there.
    fn open(name: &str) -> Option<Self> {
        if !there("sqlite3") {
            eprintln!("SKIPPED: sqlite3 is not installed");
            return None;
        }
        let postgres = std::env::var("ASSENT_TEST_POSTGRES").ok();
        if postgres.is_none() {
            eprintln!("SKIPPED the half on PostgreSQL: ASSENT_TEST_POSTGRES is not set");
        }
        let folder = Folder::new(name);
        Some(Self { folder, postgres })
    }

    /// A new, empty place for a database: its data folder, and its address when it is not the file in there.
    fn place(&self, name: &str, is_postgres: bool) -> Option<(PathBuf, Option<String>)> {
        let data = self.folder.path().join(name);
        std::fs::create_dir_all(&data).unwrap();
        if !is_postgres {
            return Some((data, None));
        }
        let server = self.postgres.as_ref()?;
        let database = format!("upgrade_{}_{name}", std::process::id()).replace('-', "_");
        psql(
            server,
            &format!("create database {database} encoding 'UTF8' template template0;"),
        );
        let url = server.replacen("/postgres?", &format!("/{database}?"), 1);
        Some((data, Some(url)))
    }

    /// Puts a kept database into a new place, with `more` statements behind it.
    fn unpack(&self, kept: &Kept, name: &str, more: &str) -> Option<(PathBuf, Option<String>)> {
        let (data, url) = self.place(name, kept.is_postgres)?;
        let unpacked = Command::new("gzip")
            .arg("-dc")
            .arg(&kept.file)
            .output()
            .unwrap();
        assert!(unpacked.status.success(), "{}", kept.file.display());
        let path = if kept.is_postgres { PATH } else { "" };
        let text = String::from_utf8(unpacked.stdout).unwrap() + path + more;
        match &url {
            Some(url) => psql(url, &text),
            None => sqlite(&data.join("assent.db"), &text),
        }
        Some((data, url))
    }
}

/// A dump of PostgreSQL takes its search path away.
const PATH: &str = "\nset search_path to public;\n";

fn fed(mut program: Command, text: &str) {
    let mut child = program
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
    assert!(child.wait().unwrap().success(), "{program:?}");
}

fn psql(url: &str, text: &str) {
    let mut program = Command::new("psql");
    program.args(["-qX", "-v", "ON_ERROR_STOP=1", "-d", url]);
    fed(program, text);
}

fn sqlite(file: &Path, text: &str) {
    let mut program = Command::new("sqlite3");
    program.arg("-bail").arg(file);
    fed(program, text);
}

/// The address of a database.
fn address(data: &Path, url: Option<&str>) -> String {
    let file = || format!("sqlite:{}", data.join("assent.db").display());
    url.map_or_else(file, str::to_owned)
}

fn verified(data: &Path, url: Option<&str>) -> Value {
    let output = command()
        .args(["verify", "--json"])
        .env("ASSENT_DATABASE_URL", address(data, url))
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let report: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{output:?}"));
    assert_eq!(report["good"], true, "{:#}", report["findings"]);
    report
}

/// The instance of a shipment in somebody's inbox.
async fn instance_of(person: &Person, number: &str) -> String {
    let todo = person.read("/api/v1/tasks?mine=todo&limit=200").await;
    let mut rows = todo["items"].as_array().unwrap().iter();
    let row = rows.find(|row| row["title"].as_str().unwrap().contains(number));
    let row = row.unwrap_or_else(|| panic!("no {number} in {todo}"));
    row["instance"].as_str().unwrap().to_owned()
}

/// One figure, summed over the labels that contain all of `with`.
async fn figure(person: &Person, name: &str, with: &[&str]) -> f64 {
    let text = person.page("/metrics").await;
    let lines = text
        .lines()
        .filter(|line| line.starts_with(name) && with.iter().all(|word| line.contains(word)));
    lines
        .map(|line| line.rsplit(' ').next().unwrap().parse::<f64>().unwrap())
        .sum()
}

/// Opens a kept database, and drives what runs in it on.
async fn driven(shelf: &Shelf, kept: &Kept) -> Option<u64> {
    let kind = if kept.is_postgres {
        "postgres"
    } else {
        "sqlite"
    };
    let name = format!("s{}-{kind}", kept.schema);
    // What waits in the outbox is due now, so that today's worker takes it up.
    let due = "\nupdate outbox set due = 0, lease_until = 0;\n";
    let (data, url) = shelf.unpack(kept, &name, due)?;
    let demo = Demo::start_on(&data, url.as_deref());
    demo.ready().await;
    let applicant = Person::sign_in(&demo, "chenyu").await;
    let manager = Person::sign_in(&demo, "wanghaoran").await;
    let before = verified(&data, url.as_deref());
    assert!(before["instances"].as_u64().unwrap() > 3, "{before}");

    let waits = instance_of(&manager, WAITS).await;
    let task = manager.task_on(&waits).await;
    let decide = |task: u64| format!("/api/v1/tasks/{waits}/{task}/decision");
    let (status, answer) = manager
        .post(&decide(task), &json!({"decision": "approve"}))
        .await;
    assert_eq!(status, StatusCode::OK, "{name}: {answer}");
    manager.until(&waits, "approved").await;

    let back = instance_of(&applicant, SENT_BACK).await;
    let submit = format!("/api/v1/instances/{back}/submit");
    let (status, answer) = applicant
        .post(&submit, &json!({"set": {"loaded_t": "22"}}))
        .await;
    assert_eq!(status, StatusCode::OK, "{name}: {answer}");
    let task = manager.task_on(&back).await;
    let path = format!("/api/v1/tasks/{back}/{task}/decision");
    let (status, answer) = manager.post(&path, &json!({"decision": "approve"})).await;
    assert_eq!(status, StatusCode::OK, "{name}: {answer}");
    manager.until(&back, "approved").await;

    let mut tries = 0.0;
    for _ in 0..600 {
        tries = figure(
            &manager,
            "assent_deliveries_total",
            &["kind=\"call\"", "end=\"retry\""],
        )
        .await;
        if tries > 0.0 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert!(tries > 0.0, "{name}: the call that waited was never tried");
    let after = verified(&data, url.as_deref());
    drop(demo);
    Some(after["instances"].as_u64().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn databases_of_every_schema_so_far_open_and_go_on() {
    if std::env::var("ASSENT_UPGRADE").is_ok_and(|what| what == "make") {
        return make().await;
    }
    let Some(shelf) = Shelf::open("upgrade") else {
        return;
    };
    let all = kept();
    let newest = all.iter().map(|kept| kept.schema).max().unwrap();
    for schema in 1..=newest {
        let of_it = all.iter().filter(|kept| kept.schema == schema).count();
        assert_eq!(
            of_it, 2,
            "schema {schema} is kept for SQLite and for PostgreSQL"
        );
    }
    let migrations = std::fs::read_dir(project().join("engine/store/migrations")).unwrap();
    assert_eq!(
        migrations.count(),
        newest as usize,
        "a new schema needs its databases: see docs/CONTRIBUTING.md, Add a migration"
    );
    let mut instances = 0;
    let mut opened = 0;
    // The short form opens each schema on one of the databases, the newest on both.
    let is_long = std::env::var("ASSENT_UPGRADE").is_ok_and(|what| what == "all");
    let is_wanted = |kept: &&Kept| {
        is_long || kept.schema == newest || kept.is_postgres == kept.schema.is_multiple_of(2)
    };
    for kept in all.iter().filter(is_wanted) {
        if let Some(found) = driven(&shelf, kept).await {
            instances += found;
            opened += 1;
        }
    }
    println!(
        "upgrade: {opened} databases of {newest} schemas, {instances} instances, all verified before and after"
    );
}

/// P9: a program goes on beside one that is newer, as far as that one says it may, and refuses with the reason beyond.
#[test]
fn a_database_that_is_too_new_is_refused_with_the_reason() {
    let Some(shelf) = Shelf::open("newer") else {
        return;
    };
    let newest = kept()
        .iter()
        .map(|kept| kept.schema)
        .max()
        .unwrap_or_default();
    for kept in kept().iter().filter(|kept| kept.schema == newest) {
        for (oldest, may) in [(1, true), (9_000, false)] {
            let more = format!(
                "\ninsert into assent_schema (number, name, oldest) values (9000, 'later', {oldest});\n"
            );
            let name = format!("n{oldest}-{}", kept.is_postgres);
            let Some((data, url)) = shelf.unpack(kept, &name, &more) else {
                continue;
            };
            let sealed = command()
                .args(["seal", "--lang", "en"])
                .env("ASSENT_DATABASE_URL", address(&data, url.as_deref()))
                .env("ASSENT_AUDIT_KEY_FILE", data.join("audit.key"))
                .output()
                .unwrap();
            let said = String::from_utf8_lossy(&sealed.stderr).into_owned();
            if may {
                // The key is another one than that of the kept database, so nothing is signed; but the database is opened.
                assert!(!said.contains("9000"), "{said}");
                continue;
            }
            assert_eq!(sealed.status.code(), Some(2), "{sealed:?}");
            assert!(
                said.contains("schema 9000") && said.contains("newer"),
                "{said}"
            );
        }
    }
}

/// Makes the databases of today's schema: a demo with these three shipments, and the plug pulled.
async fn make() {
    let shelf = Shelf::open("upgrade-make").unwrap();
    for is_postgres in [false, true] {
        let place = shelf.place("made", is_postgres);
        let (data, url) = place.unwrap_or_else(|| panic!("run it under tests/pg run"));
        let mut demo = Demo::start_on(&data, url.as_deref());
        demo.ready().await;
        let applicant = Person::sign_in(&demo, "chenyu").await;
        let manager = Person::sign_in(&demo, "wanghaoran").await;
        let waits = applicant.start_shipment(WAITS).await;
        manager.task_on(waits["instance"].as_str().unwrap()).await;
        let back = applicant.start_shipment(SENT_BACK).await;
        let back = back["instance"].as_str().unwrap();
        let task = manager.task_on(back).await;
        let path = format!("/api/v1/tasks/{back}/{task}/return");
        let (status, answer) = manager
            .post(&path, &json!({"to": "applicant", "comment": "再装一点"}))
            .await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        let mut down = shipment(ERP_DOWN);
        down["values"]["customer"] = json!(CUSTOMER_DOWN);
        let (status, answer) = applicant
            .post("/api/v1/flows/shipment_release/start", &down)
            .await;
        assert_eq!(status, StatusCode::CREATED, "{answer}");
        while figure(
            &manager,
            "assent_deliveries_total",
            &["kind=\"call\"", "end=\"retry\""],
        )
        .await
            == 0.0
        {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        demo.kill();
        // Mails that were sent are the half of it, and no part of what must go on.
        match &url {
            Some(url) => psql(url, "delete from mailbox;"),
            None => sqlite(&data.join("assent.db"), "delete from mailbox;"),
        }
        let (dump, kind) = match &url {
            Some(url) => {
                let mut dump = Command::new("pg_dump");
                dump.args(["--no-owner", "--no-privileges", "--no-comments", "-d", url]);
                (dump, "postgres")
            }
            None => {
                let mut dump = Command::new("sqlite3");
                dump.arg(data.join("assent.db")).arg(".dump");
                (dump, "sqlite")
            }
        };
        written(dump, kind);
    }
}

/// Packs what a program prints, under the number of its schema.
fn written(mut dump: Command, kind: &str) {
    let text = dump.output().unwrap();
    assert!(text.status.success(), "{text:?}");
    let schema = std::fs::read_dir(project().join("engine/store/migrations"))
        .unwrap()
        .count();
    let schema =
        std::env::var("ASSENT_UPGRADE_SCHEMA").map_or(schema, |text| text.parse().unwrap());
    let file = place().join(format!("{schema:04}.{kind}.sql.gz"));
    let packed = std::fs::File::create(&file).unwrap();
    let mut gzip = Command::new("gzip");
    gzip.arg("-9n").stdin(Stdio::piped()).stdout(packed);
    let mut child = gzip.spawn().unwrap();
    child.stdin.take().unwrap().write_all(&text.stdout).unwrap();
    assert!(child.wait().unwrap().success());
    println!(
        "{} ({} bytes)",
        file.display(),
        std::fs::metadata(&file).unwrap().len()
    );
}
