//! Retention: what leaves the database, what stays, and that nobody can pretend it left.

use std::path::{Path, PathBuf};

use assent_core::command::{Actor, Verdict, Via};
use serde_json::Value;

use super::harness::{HOUR_MS, LEAVE, MONDAY, TestApp, leave_of, values};
use super::roots::{audited, file, key, sealing, tamper};
use super::workers::PARENT;
use crate::app::{AppError, RetireConfig, RetireWish, Retired};
use crate::audit::{Expectation, Proven, Report, verify_database, verify_export};
use crate::workers::{reconcile, retiring};

/// Days of the wish of these tests.
const DAYS: u32 = 30;

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("assent-retire-{}-{name}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// Two instances that are over, one of them with a file, and one that runs; 40 days later.
async fn forty_days_later() -> (TestApp, Vec<String>) {
    let test = sealing().await;
    let mut ids = vec![];
    for _ in 0..3 {
        ids.push(test.submitted(&leave_of(2)).await.instance);
    }
    test.settle().await;
    for id in &ids[..2] {
        test.decide(id, 2, "bob", Verdict::Approve).await.unwrap();
    }
    test.settle().await;
    let picture = b"\x89PNG\r\n\x1a\n and more".to_vec();
    let kept = test.app.attach("ann", "a.png", picture).await.unwrap();
    test.app.store().attach(&kept.id, &ids[0]).await.unwrap();
    test.at(MONDAY.plus_ms(40 * 24 * HOUR_MS));
    (test, ids)
}

async fn retired(test: &TestApp, to: &Path) -> Retired {
    let wish = RetireWish {
        days: DAYS,
        to: to.to_owned(),
        reason: "保留期满".to_owned(),
    };
    test.app.retire("adm", &wish).await.unwrap()
}

pub(super) async fn verified(test: &TestApp) -> Report {
    let (url, catalog) = (&test.app.config().database, test.app.catalog(false));
    verify_database(url, test.app.now(), &catalog, Expectation::default())
        .await
        .unwrap()
}

fn offline(test: &TestApp, bundle: &Path) -> Result<Report, AppError> {
    let keys = test.app.audit_keys().unwrap().unwrap().publics();
    let expected = Expectation {
        keys,
        anchors: vec![],
    };
    verify_export(bundle, &test.app.catalog(false), expected)
}

fn codes(report: &Report) -> Vec<&'static str> {
    let mut codes: Vec<_> = report.findings.iter().map(|found| found.code).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

#[tokio::test]
async fn what_was_over_long_ago_leaves_with_proofs_and_a_tombstone_stays() {
    let (test, ids) = forty_days_later().await;
    let folder = folder("leaves");
    let before = verified(&test).await;
    let preview = test.app.retire_preview("adm", DAYS).await.unwrap();
    assert_eq!((preview.instances, preview.shown.len()), (2, 2));
    assert_eq!(
        test.app.retire_preview("adm", 50).await.unwrap().instances,
        0
    );
    let done = retired(&test, &folder).await;
    assert_eq!((done.instances, done.bundles.len()), (2, 1));
    let after = verified(&test).await;
    assert!(after.good, "{:#?}", after.findings);
    assert_eq!((after.retired, after.instances), (2, before.instances - 2));
    assert_eq!(after.not_sealed, 0, "the tombstone is sealed");
    let bundle = folder.join(&done.bundles[0]);
    let proved = offline(&test, &bundle).unwrap();
    assert!(proved.good, "{:#?}", proved.findings);
    assert_eq!((proved.instances, proved.events), (2, done.events));
    assert_eq!(test.app.store().attachments_of(&ids[0]).await.unwrap(), []);
    let again = retired(&test, &folder).await;
    assert_eq!(again, Retired::default(), "nothing is left to retire");
    // What runs goes on, also under later roots.
    test.settle().await;
    test.decide(&ids[2], 2, "bob", Verdict::Approve)
        .await
        .unwrap();
    test.settle().await;
    test.app.seal().await.unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    test.finish().await;
}

/// A9.17: a print of an instance that is in a bundle by now: the last one is told genuine by the signed tombstone, an earlier
/// one leads to the bundle, and anything else is still not ours.
#[tokio::test]
async fn a_print_of_a_retired_record_is_proved_by_its_tombstone() {
    let test = sealing().await;
    let asked = test.submitted(&leave_of(2)).await.instance;
    test.settle().await;
    let early = test.app.printed(&asked).await.unwrap();
    let decided = test.decide(&asked, 2, "bob", Verdict::Approve).await;
    decided.unwrap();
    test.settle().await;
    test.app.seal().await.unwrap();
    let last = test.app.printed(&asked).await.unwrap();
    test.at(MONDAY.plus_ms(40 * 24 * HOUR_MS));
    let folder = folder("print");
    let bundle = retired(&test, &folder).await.bundles.remove(0);
    let root = last.root.as_ref().map(|root| (root.no, root.root.as_str()));
    let prove = async |instance: &str, seq, hash: &str, root| {
        let proven = test.app.prove_printed(instance, seq, hash, root).await;
        proven.unwrap()
    };
    let is_genuine = |proven: Proven| match proven {
        Proven::Retired {
            bundle: known,
            sealed: Some((1, _)),
            authentic,
            ..
        } if known == bundle => authentic,
        other => panic!("{other:?}"),
    };
    assert!(is_genuine(prove(&asked, last.seq, &last.hash, root).await));
    assert!(!is_genuine(
        prove(&asked, early.seq, &early.hash, None).await
    ));
    for (instance, seq, hash, root) in [
        (asked.as_str(), last.seq, key("0"), root),
        (&asked, last.seq + 1, last.hash.clone(), root),
        (&asked, last.seq, last.hash.clone(), Some((1, "0"))),
        ("x", last.seq, last.hash.clone(), root),
    ] {
        let proven = prove(instance, seq, &hash, root).await;
        assert_eq!(proven, Proven::Unknown, "{instance} {seq} {hash} {root:?}");
    }
    tamper(
        &file(&test),
        "update events set body = replace(body, '保留期满', '误删') where instance like 'retired:%'",
    )
    .await;
    let forged = prove(&asked, last.seq, &last.hash, root).await;
    assert_eq!(forged, Proven::Damaged, "not what the key signed");
    std::fs::remove_dir_all(&folder).unwrap();
    test.finish_damaged().await;
}

/// With a schedule: every hour, what has been over for 30 days, into this folder.
async fn scheduled(folder: &Path) -> TestApp {
    let test = TestApp::configured(LEAVE, |config| {
        audited(config);
        config.retire = RetireConfig {
            folder: Some(folder.to_owned()),
            older_than_days: DAYS,
            every_minutes: 60,
            reason: "保留期满".to_owned(),
        };
    });
    let test = test.await;
    for _ in 0..2 {
        let asked = test.submitted(&leave_of(2)).await.instance;
        let decided = test.decide(&asked, 2, "bob", Verdict::Approve).await;
        decided.unwrap();
    }
    test.settle().await;
    test.at(MONDAY.plus_ms(40 * 24 * HOUR_MS));
    test
}

/// What the schedule does now; how many bundles are in the folder, and what is told to be stuck.
async fn scheduled_step(test: &TestApp, stops: bool) -> (usize, Vec<String>) {
    let (_stop, stopping) = tokio::sync::watch::channel(stops);
    retiring::step(&test.app, &stopping).await.unwrap();
    let folder = test.app.config().retire.folder.clone().unwrap();
    let files = std::fs::read_dir(folder).into_iter().flatten();
    let stuck = test.app.stuck().await.unwrap().into_iter();
    (files.count(), stuck.map(|row| row.code).collect())
}

#[tokio::test]
async fn retention_by_schedule_is_one_nodes_and_rests_in_between() {
    let folder = folder("schedule");
    let test = scheduled(&folder).await;
    // Another node is at it: this one waits until that one has lost its turn.
    let until = test.app.now().plus_ms(HOUR_MS / 2);
    let theirs = serde_json::json!({"node": "other", "until": until}).to_string();
    let store = test.app.store();
    store.save_setting("retention", &theirs, 0).await.unwrap();
    assert_eq!(scheduled_step(&test, false).await, (0, vec![]));
    test.at(until);
    // A node that stops begins no bundle, and the next one need not wait.
    assert_eq!(scheduled_step(&test, true).await.0, 0);
    assert_eq!(scheduled_step(&test, false).await, (1, vec![]));
    let report = verified(&test).await;
    assert!(report.good, "{:#?}", report.findings);
    assert_eq!((report.retired, report.not_sealed), (2, 0));
    let bundle = std::fs::read_dir(&folder).unwrap().next().unwrap();
    let proved = offline(&test, &bundle.unwrap().path()).unwrap();
    assert_eq!((proved.good, proved.instances), (true, 2));
    // What is over since is not looked for before the hour is over.
    let shared = async || test.app.store().setting("retention").await.unwrap();
    let before = shared().await;
    test.at(test.app.now().plus_ms(HOUR_MS - 1));
    scheduled_step(&test, false).await;
    assert_eq!(shared().await, before, "it rests");
    test.at(test.app.now().plus_ms(1));
    scheduled_step(&test, false).await;
    assert_ne!(shared().await, before);
    std::fs::remove_dir_all(&folder).unwrap();
    test.finish().await;
}

#[tokio::test]
async fn retention_that_fails_deletes_nothing_and_is_told_until_it_ends_well() {
    let folder = folder("fails");
    let test = scheduled(&folder).await;
    std::fs::remove_dir_all(&folder).unwrap();
    let failed = || vec!["retire_failed".to_owned()];
    assert_eq!(scheduled_step(&test, false).await, (0, failed()));
    assert_eq!(verified(&test).await.retired, 0);
    std::fs::create_dir_all(&folder).unwrap();
    assert_eq!(
        scheduled_step(&test, false).await,
        (0, failed()),
        "too early to try again"
    );
    test.at(test.app.now().plus_ms(10 * 60_000));
    assert_eq!(scheduled_step(&test, false).await, (1, vec![]));
    assert_eq!(verified(&test).await.retired, 2);
    std::fs::remove_dir_all(&folder).unwrap();
    test.finish().await;
}

/// The one thing somebody has to do: its instance, and the task.
async fn only_task(test: &TestApp, who: &str) -> (String, u32) {
    let inbox = test.app.inbox(who, Default::default(), None, None, 5).await;
    let item = inbox.unwrap().items.remove(0);
    (item.instance, item.task.unwrap())
}

/// A9.16: a subflow that was over long ago leaves while its parent is still under way. The parent stands as it did, goes on,
/// ends, and leaves in its turn.
#[tokio::test]
async fn a_child_that_was_retired_leaves_its_parent_whole() {
    let test = sealing().await;
    test.publish(PARENT).await;
    let ann = Actor::Person("ann".into());
    let (via, trip) = (Via::Page, values(&leave_of(2)));
    let started = test.app.start("trip", ann, via, &trip, true, None).await;
    let parent = started.unwrap().instance;
    test.settle().await;
    let (child, task) = only_task(&test, "bob").await;
    let decided = test.decide(&child, task, "bob", Verdict::Approve).await;
    decided.unwrap();
    test.settle().await;
    test.at(MONDAY.plus_ms(40 * 24 * HOUR_MS));
    test.settle().await;

    let folder = folder("child");
    let first = retired(&test, &folder).await;
    assert_eq!(first.instances, 1, "the child alone");
    assert!(test.app.load(&child).await.unwrap().is_none());
    let report = verified(&test).await;
    assert!(report.good, "{:#?}", report.findings);
    assert_eq!(report.retired, 1);
    assert_eq!(reconcile::round(&test.app).await.unwrap().healed, 0);
    let view = test.app.instance_view("ann", &parent).await.unwrap();
    assert_eq!(view.head.status, "running");
    let (_, task) = only_task(&test, "hana").await;
    let decided = test.decide(&parent, task, "hana", Verdict::Approve).await;
    assert_eq!(decided.unwrap().status, "approved");
    test.settle().await;

    test.at(MONDAY.plus_ms(80 * 24 * HOUR_MS));
    let second = retired(&test, &folder).await;
    assert_eq!(second.instances, 1, "and now the parent");
    let report = verified(&test).await;
    assert!(report.good, "{:#?}", report.findings);
    assert_eq!(report.retired, 2);
    for bundle in first.bundles.iter().chain(&second.bundles) {
        let proved = offline(&test, &folder.join(bundle)).unwrap();
        assert!(proved.good, "{:#?}", proved.findings);
    }
    std::fs::remove_dir_all(&folder).unwrap();
    test.finish().await;
}

#[tokio::test]
async fn nobody_but_an_administrator_with_a_reason_and_a_key_retires() {
    let (test, _) = forty_days_later().await;
    let folder = folder("refused");
    let wish = |reason: &str, to: &Path| RetireWish {
        days: DAYS,
        to: to.to_owned(),
        reason: reason.to_owned(),
    };
    let code = |done: Result<Retired, AppError>| match done.unwrap_err() {
        AppError::Refused(refusal) => refusal.code.to_string(),
        AppError::Unavailable(what) => what.code.to_owned(),
        other => panic!("{other}"),
    };
    assert_eq!(
        code(test.app.retire("bob", &wish("x", &folder)).await),
        "not_administrator"
    );
    assert_eq!(
        code(test.app.retire("adm", &wish(" ", &folder)).await),
        "reason_required"
    );
    let nowhere = folder.join("nowhere");
    assert_eq!(
        code(test.app.retire("adm", &wish("x", &nowhere)).await),
        "retire"
    );
    // A damaged instance stays where it is, and no file is left behind.
    tamper(
        &file(&test),
        "update events set body = replace(body, 'because', 'becauze') where kind like '%decided%'",
    )
    .await;
    assert_eq!(
        code(test.app.retire("adm", &wish("x", &folder)).await),
        "retire"
    );
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
    assert_eq!(
        test.app
            .retire_preview("adm", DAYS)
            .await
            .unwrap()
            .instances,
        2
    );
    std::fs::remove_dir_all(&folder).unwrap();
    test.settle().await;
    test.finish_damaged().await;
}

#[tokio::test]
async fn an_instance_without_a_tombstone_and_a_forged_one_are_found() {
    for (sql, wanted) in [
        // Somebody takes an instance out by hand.
        (
            "delete from events where instance = (select min(id) from instances); \
             delete from instances where id = (select min(id) from instances)",
            "event_missing",
        ),
        // The same, and its id written into the tombstone of others.
        (
            "update events set body = replace(body, '\"instances\":[{', '\"instances\":[{\"id\":\"' || (select min(id) from \
             instances) || '\",\"entity\":\"leave\",\"record\":\"r\",\"seq\":4,\"hash\":\"\",\"leaves\":\"\"},{') where instance \
             like 'retired:%'; delete from events where instance = (select min(id) from instances); \
             delete from instances where id = (select min(id) from instances)",
            "tombstone_forged",
        ),
        // A tombstone says something else than was signed.
        (
            "update events set body = replace(body, '保留期满', '误删') where instance like 'retired:%'",
            "tombstone_forged",
        ),
        // The tombstone itself goes.
        (
            "delete from events where instance like 'retired:%'",
            "event_missing",
        ),
        // What it stands for is said to have stood elsewhere.
        (
            "update audit_parts set place = place + 1 where instance not like '%:%'",
            "tombstone_forged",
        ),
    ] {
        let (test, _) = forty_days_later().await;
        let folder = folder("forged");
        retired(&test, &folder).await;
        tamper(&file(&test), sql).await;
        let found = codes(&verified(&test).await);
        assert!(found.contains(&wanted), "{sql}: {found:?}");
        std::fs::remove_dir_all(&folder).unwrap();
        test.settle().await;
        test.finish_damaged().await;
    }
}

/// Lines of a bundle, changed one by one.
#[tokio::test]
async fn a_bundle_that_was_changed_is_found() {
    let (test, _) = forty_days_later().await;
    let folder = folder("changed");
    let done = retired(&test, &folder).await;
    let packed = std::fs::File::open(folder.join(&done.bundles[0])).unwrap();
    let text = std::io::read_to_string(flate2::read::MultiGzDecoder::new(packed)).unwrap();
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let target = folder.join("changed.jsonl");
    let look = |lines: &[Value]| {
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        std::fs::write(&target, text).unwrap();
        // A first line that is none: it is no bundle at all.
        offline(&test, &target).map_or_else(|_| vec!["no bundle"], |report| codes(&report))
    };
    std::fs::write(&target, &text).unwrap();
    let written = offline(&test, &target).unwrap();
    assert_eq!(codes(&written), [] as [&str; 0], "as it was written");
    let at = |kind: &str| lines.iter().position(|line| line["line"] == kind).unwrap();
    let mut changes = 0;
    for (no, line) in lines.iter().enumerate() {
        for (name, value) in line.as_object().unwrap() {
            let mut changed = lines.clone();
            changed[no][name] = match value {
                Value::String(text) if name != "line" => Value::String(format!("{text}x")),
                Value::Number(number) => Value::from(number.as_i64().unwrap() + 1),
                _ => continue,
            };
            assert_ne!(look(&changed), [] as [&str; 0], "line {no}, {name}");
            changes += 1;
        }
        let mut without = lines.clone();
        without.remove(no);
        assert_ne!(look(&without), [] as [&str; 0], "without line {no}");
    }
    assert!(changes > 100, "{changes}");
    let mut event = lines.clone();
    event[at("event")]["actor"] = Value::from("bea");
    assert!(look(&event).contains(&"event_changed"));
    let mut picture = lines.clone();
    picture[at("file")]["bytes"] = Value::from("AAAA");
    assert!(look(&picture).contains(&"file_changed"));
    println!("retire: {changes} changes to a bundle, all found");
    std::fs::remove_dir_all(&folder).unwrap();
    test.settle().await;
    test.finish().await;
}
