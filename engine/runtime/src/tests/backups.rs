//! Backups: what is called one, what is refused, and `restore_drill`, a backup under load that is restored and compared with
//! what was acknowledged. `ASSENT_DRILL=10000` makes that many instances first.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use assent_core::command::{Action, Actor, Command, DecideWith, Verdict, Via};
use assent_core::value::Values;
use assent_store::Store;

use super::harness::{LEAVE, MONDAY, TestApp, leave_of};
use super::roots::{file, key, sealing, tamper};
use crate::app::{App, AppError, Secret};
use crate::audit::{KeyFrom, KeyRing};
use crate::backup::{Checks, Copied, Done, Manifest, Verified, backup, newest, restore, step};

/// Acknowledgements before the backup begins.
const LOAD: usize = 60;

fn checks(test: &TestApp) -> Checks {
    Checks {
        catalog: test.app.catalog(false),
        keys: vec![KeyRing::parse(&key("a")).unwrap().id()],
        now: MONDAY,
        tools: None,
    }
}

/// A folder of one test's own.
fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("assent-backup-{}-{name}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

async fn made(test: &TestApp, to: &Path) -> Done {
    let url = &test.app.config().database;
    match backup(url, to, &checks(test)).await.unwrap() {
        Copied::Backup(done) => *done,
        Copied::Unverified { findings, .. } => panic!("does not verify: {findings:?}"),
    }
}

fn code<T>(done: Result<T, AppError>) -> &'static str {
    match done {
        Err(AppError::Unavailable(what)) => {
            assert!(what.message.zh != what.message.en && !what.message.en.is_empty());
            what.code
        }
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("nothing was refused"),
    }
}

#[tokio::test]
async fn what_is_no_verified_backup_is_refused_and_nothing_is_overwritten() {
    let test = sealing().await;
    test.submitted(&leave_of(2)).await;
    test.settle().await;
    test.app.seal().await.unwrap();
    let folder = folder("refused");
    let done = made(&test, &folder).await;
    assert_eq!(
        (done.manifest.verified, done.manifest.instances),
        (Verified::Whole, Some(1))
    );
    assert_eq!(
        done.manifest.last_root.as_ref().map(|root| root.no),
        Some(1)
    );
    let checks = checks(&test);
    let to = |name: &str| format!("sqlite:{}", folder.join(name).display());
    assert_eq!(
        code(backup(&test.app.config().database, &done.file, &checks).await),
        "exists"
    );
    let restored = restore(&done.file, &to("new.db"), &checks).await.unwrap();
    assert_eq!(restored.findings, []);
    assert_eq!(
        code(restore(&done.file, &to("new.db"), &checks).await),
        "exists"
    );
    std::fs::write(folder.join("log.db-wal"), "x").unwrap();
    assert_eq!(
        code(restore(&done.file, &to("log.db"), &checks).await),
        "exists",
        "a log that lies there would be played into it"
    );
    assert_eq!(
        code(restore(&done.file, "postgres://localhost/x", &checks).await),
        "wrong_kind"
    );
    let manifest = Manifest::beside(&done.file);
    let text = std::fs::read_to_string(&manifest).unwrap();
    std::fs::write(&manifest, text.replace("\"oldest\": ", "\"oldest\": 999")).unwrap();
    assert_eq!(
        code(restore(&done.file, &to("b.db"), &checks).await),
        "newer"
    );
    std::fs::remove_file(&manifest).unwrap();
    assert_eq!(
        code(restore(&done.file, &to("b.db"), &checks).await),
        "no_backup"
    );
    std::fs::write(&manifest, text).unwrap();
    let mut bytes = std::fs::read(&done.file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&done.file, bytes).unwrap();
    assert_eq!(
        code(restore(&done.file, &to("b.db"), &checks).await),
        "changed"
    );
    assert!(!folder.join("b.db").exists());
    std::fs::remove_dir_all(&folder).unwrap();
    test.finish().await;
}

#[tokio::test]
async fn a_copy_that_does_not_verify_is_never_called_a_backup() {
    let test = sealing().await;
    test.submitted(&leave_of(2)).await;
    test.settle().await;
    test.app.seal().await.unwrap();
    tamper(
        &file(&test),
        "update events set actor = 'bea' where seq = (select min(seq) from events where seq > 1)",
    )
    .await;
    let folder = folder("tampered");
    let url = &test.app.config().database;
    let Copied::Unverified { kept, findings } = backup(url, &folder, &checks(&test)).await.unwrap()
    else {
        panic!("called a backup");
    };
    assert!(kept.exists() && !findings.is_empty());
    assert!(newest(&folder).is_none());
    assert_eq!(
        code(
            restore(
                &kept,
                &format!("sqlite:{}/x.db", folder.display()),
                &checks(&test)
            )
            .await
        ),
        "no_backup"
    );
    std::fs::remove_dir_all(&folder).unwrap();
    test.finish_damaged().await;
}

#[tokio::test]
async fn the_server_makes_them_by_itself_keeps_some_and_tells_when_one_fails() {
    let folder = folder("by-itself");
    let place = folder.clone();
    let test = TestApp::configured(LEAVE, |config| {
        config.backup.folder = Some(place);
        (config.backup.every_minutes, config.backup.keep) = (60, 2);
    })
    .await;
    let backups = || {
        let files = std::fs::read_dir(&folder).unwrap().flatten();
        files
            .filter(|entry| entry.path().extension().is_some_and(|kind| kind == "json"))
            .count()
    };
    for (minutes, expected) in [(0, 1), (59, 1), (60, 2), (120, 2)] {
        test.at(MONDAY.plus_ms(minutes * 60_000));
        step(&test.app).await;
        assert_eq!(backups(), expected, "after {minutes} minutes");
    }
    let (_, manifest) = newest(&folder).unwrap();
    assert_eq!(manifest.made, MONDAY.plus_ms(120 * 60_000));
    let told = async || {
        let rows = test.app.stuck().await.unwrap();
        rows.iter().any(|row| row.kind == "backup")
    };
    assert!(!told().await);
    test.submitted(&leave_of(1)).await;
    test.settle().await;
    tamper(
        &file(&test),
        "update events set actor = 'bea' where seq = (select min(seq) from events where seq > 1)",
    )
    .await;
    for minutes in [180, 240] {
        test.at(MONDAY.plus_ms(minutes * 60_000));
        step(&test.app).await;
    }
    assert!(told().await, "a failure is on the stuck page");
    assert_eq!(backups(), 2, "the good ones stay");
    let odd = std::fs::read_dir(&folder).unwrap().count() - 4;
    assert_eq!(odd, 1, "of those that do not verify one is kept");
    tamper(
        &file(&test),
        "update events set actor = 'ann' where seq = (select min(seq) from events where seq > 1)",
    )
    .await;
    test.at(MONDAY.plus_ms(300 * 60_000));
    step(&test.app).await;
    assert!(!told().await, "and gone after the next good one");
    std::fs::remove_dir_all(&folder).unwrap();
    test.finish().await;
}

/// An acknowledgement: the instance was told to be at that event.
struct Told {
    at: Instant,
    instance: String,
    seq: u32,
}

/// Starts and decides until told to stop; notes every acknowledgement.
async fn load(app: App, ledger: Arc<Mutex<Vec<Told>>>, stop: Arc<AtomicBool>) {
    let values = leave_of(2).as_object().cloned().unwrap();
    let flow = app.flows("ann").await.unwrap()[0].flow.clone();
    while !stop.load(Ordering::Relaxed) {
        let ann = Actor::Person("ann".to_owned());
        let started = app.start(&flow, ann, Via::Api, &values, true, None);
        let started = started.await.unwrap();
        let approve = Command {
            actor: Actor::Person("bob".to_owned()),
            via: Via::Api,
            action: Action::Decide {
                task: 2,
                verdict: Verdict::Approve,
                comment: None,
                set: Values::new(),
                with: DecideWith::default(),
            },
            key: None,
        };
        let mut told = vec![started];
        told.push(app.command(&told[0].instance, approve).await.unwrap());
        let at = Instant::now();
        ledger
            .lock()
            .unwrap()
            .extend(told.into_iter().map(|answer| Told {
                at,
                instance: answer.instance,
                seq: answer.seq,
            }));
    }
}

async fn drill(test: &TestApp, restored_url: &str) {
    let wanted = std::env::var("ASSENT_DRILL").ok();
    let wanted = wanted
        .and_then(|text| text.parse().ok())
        .map_or(LOAD, |instances: usize| instances * 2);
    let (ledger, stop) = (Arc::default(), Arc::new(AtomicBool::new(false)));
    let lanes: Vec<_> = (0..3)
        .map(|_| {
            tokio::spawn(load(
                test.app.clone(),
                Arc::clone(&ledger),
                Arc::clone(&stop),
            ))
        })
        .collect();
    let noted = |ledger: &Mutex<Vec<Told>>| ledger.lock().unwrap().len();
    while noted(&ledger) < wanted {
        tokio::task::yield_now().await;
    }
    test.app.seal().await.unwrap();
    let folder = folder(&format!("drill-{}", restored_url.len()));
    let begun = Instant::now();
    let done = made(test, &folder).await;
    let finished = Instant::now();
    let before = noted(&ledger);
    while noted(&ledger) < before + 10 {
        tokio::task::yield_now().await;
    }
    stop.store(true, Ordering::Relaxed);
    for lane in lanes {
        lane.await.unwrap();
    }
    let restored = restore(&done.file, restored_url, &checks(test))
        .await
        .unwrap();
    assert_eq!(restored.findings, [], "chains, roots, and rows as folded");
    assert_eq!(Some(restored.events), done.manifest.events);

    let (copy, live) = (
        Store::open_to_read(restored_url).await.unwrap(),
        test.app.store(),
    );
    let (mut shown, mut kept, mut newer) = (begun, 0, 0);
    let told_of = std::mem::take(&mut *ledger.lock().unwrap());
    for told in &told_of {
        let there = copy.events(&told.instance, 1, 1_000).await.unwrap();
        if there.iter().any(|event| event.seq == told.seq) {
            kept += 1;
            shown = shown.max(told.at);
        } else {
            newer += 1;
            assert!(told.at >= begun, "acknowledged before it began, and lost");
        }
        let whole = live.events(&told.instance, 1, 1_000).await.unwrap();
        assert_eq!(there, whole[..there.len()], "a prefix");
    }
    assert!(newer > 0, "the load went on beside the backup");
    copy.close().await;
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let gigabytes = done.manifest.bytes as f64 / 1e9;
    println!(
        "restore_drill: {} MB, {kept} acknowledgements in the copy, {newer} after it, lost 0; copy and verification {:.2} s, RPO {:.2} s and the time between two backups, RTO {:.2} s = {:.0} s/GB",
        done.manifest.bytes / 1_000_000,
        done.took.as_secs_f64(),
        finished.duration_since(shown).as_secs_f64(),
        restored.took.as_secs_f64(),
        restored.took.as_secs_f64() / gigabytes,
    );
    std::fs::remove_dir_all(&folder).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn restore_drill_on_sqlite() {
    let test = sealing().await;
    let place = folder("drill-place");
    drill(&test, &format!("sqlite:{}/restored.db", place.display())).await;
    std::fs::remove_dir_all(&place).unwrap();
    test.settle().await;
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn restore_drill_on_postgres() {
    let Ok(server) = std::env::var("ASSENT_TEST_POSTGRES") else {
        eprintln!(
            "SKIPPED on PostgreSQL: ASSENT_TEST_POSTGRES is not set (tests/pg run cargo test …)"
        );
        return;
    };
    let (schema, name) = (
        format!("drill_{}", std::process::id()),
        format!("restored_{}", std::process::id()),
    );
    let pool = sqlx::PgPool::connect(&server).await.unwrap();
    let run = async |sql: String| {
        let sql = sqlx::AssertSqlSafe(sql);
        sqlx::raw_sql(sql).execute(&pool).await.unwrap();
    };
    run(format!("create schema {schema}")).await;
    let joint = if server.contains('?') { '&' } else { '?' };
    let url = format!("{server}{joint}options[search_path]={schema}");
    let test = TestApp::configured(LEAVE, |config| {
        config.database.clone_from(&url);
        config.audit.key = Some(KeyFrom::Given(Secret(key("a"))));
    })
    .await;
    drill(&test, &url.replacen("/postgres?", &format!("/{name}?"), 1)).await;
    test.settle().await;
    test.finish().await;
    run(format!("drop database {name}")).await;
    run(format!("drop schema {schema} cascade")).await;
}
