//! Verification, beside a running server and on exports.

use std::path::PathBuf;

use assent_core::catalog::Catalog;
use assent_core::command::Verdict;

use super::harness::{MONDAY, TestApp, leave_of};
use super::roots::{file, key, sealing, tamper};
use crate::app::Secret;
use crate::audit::{
    Expectation, KeyFrom, KeyRing, Proven, Report, export, roots_of, verify_database, verify_export,
};

/// Three instances: one over, one waiting and sealed, one after the last root.
async fn three() -> TestApp {
    let test = sealing().await;
    let over = test.submitted(&leave_of(2)).await;
    test.decide(&over.instance, 2, "bob", Verdict::Approve)
        .await
        .unwrap();
    test.submitted(&leave_of(5)).await;
    test.settle().await;
    test.app.seal().await.unwrap();
    test.submitted(&leave_of(1)).await;
    test.settle().await;
    test
}

fn catalog(test: &TestApp) -> Catalog {
    test.app.catalog(false)
}

async fn verified(test: &TestApp) -> Report {
    let url = test.app.config().database.clone();
    verify_database(&url, MONDAY, &catalog(test), Expectation::default())
        .await
        .unwrap()
}

fn fresh_file(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("assent-{}-{name}", std::process::id()));
    let _ = std::fs::remove_file(&path);
    path
}

fn codes(report: &Report) -> Vec<&'static str> {
    let mut codes: Vec<_> = report.findings.iter().map(|found| found.code).collect();
    codes.dedup();
    codes
}

/// A9.7
#[tokio::test]
async fn a_live_database_and_its_export_verify_alike() {
    let test = three().await;
    let live = verified(&test).await;
    assert!(live.good, "{:#?}", live.findings);
    assert_eq!(
        (live.instances, live.roots, live.definitions_unread),
        (3, 1, 0)
    );
    assert!(live.not_sealed > 0 && live.sealed + live.not_sealed == live.events);
    for name in ["whole.jsonl", "whole.jsonl.gz"] {
        let path = fresh_file(name);
        let url = &test.app.config().database;
        let made = export(url, MONDAY, &path).await.unwrap();
        assert_eq!((made.events, made.root), (live.events, 1));
        assert!(
            export(url, MONDAY, &path).await.is_err(),
            "never overwritten"
        );
        let offline = verify_export(&path, &catalog(&test), Expectation::default()).unwrap();
        assert_eq!(offline, live, "{name}");
        std::fs::remove_file(&path).unwrap();
    }
    test.finish().await;
}

/// A9.7
#[tokio::test]
async fn a_damaged_export_is_told_wherever_it_is_damaged() {
    let test = three().await;
    let path = fresh_file("damaged.jsonl");
    export(&test.app.config().database, MONDAY, &path)
        .await
        .unwrap();
    let whole = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = whole.lines().collect();
    let mut broken: Vec<String> = vec![];
    for at in 1..lines.len() {
        let without: Vec<&str> = [&lines[..at], &lines[at + 1..]].concat();
        broken.push(without.join("\n"));
    }
    broken.push(whole.replace("三亚", "海南"));
    broken.push(whole.replacen("\"size\":", "\"size\":1", 1));
    for text in broken {
        std::fs::write(&path, &text).unwrap();
        let report = verify_export(&path, &catalog(&test), Expectation::default()).unwrap();
        let missing: Vec<_> = lines.iter().filter(|line| !text.contains(**line)).collect();
        // A definition nobody runs on any more, or a row of leaves the events can do without, is not missed.
        let spare = missing.iter().all(|line| {
            line.contains("\"line\":\"leaves\"") || line.contains("\"line\":\"definition\"")
        });
        assert!(!report.good || spare, "not missed: {missing:?}");
    }
    std::fs::write(&path, "{}").unwrap();
    assert!(verify_export(&path, &catalog(&test), Expectation::default()).is_err());
    std::fs::remove_file(&path).unwrap();
    test.finish().await;
}

/// A9.8
#[tokio::test]
async fn history_made_anew_with_another_key_is_told_by_key_and_by_earlier_export() {
    let test = three().await;
    let path = fresh_file("before.jsonl");
    let url = test.app.config().database.clone();
    export(&url, MONDAY, &path).await.unwrap();
    let known = KeyRing::parse(&key("a")).unwrap();
    tamper(&file(&test), "delete from audit_roots; delete from audit_parts; delete from audit_tiles; delete from audit_keys").await;
    let forger = TestApp::configured("", |config| {
        config.database = url.clone();
        config.audit.key = Some(KeyFrom::Given(Secret(key("f"))));
    })
    .await;
    forger.app.seal().await.unwrap();
    forger.finish().await;
    assert!(
        verified(&test).await.good,
        "by itself it is without a fault"
    );
    let by_key = Expectation {
        keys: vec![known.id()],
        ..Expectation::default()
    };
    let report = verify_database(&url, MONDAY, &catalog(&test), by_key)
        .await
        .unwrap();
    assert_eq!(codes(&report), ["key_unknown"]);
    let by_root = Expectation {
        anchors: roots_of(&path).unwrap(),
        ..Expectation::default()
    };
    let report = verify_database(&url, MONDAY, &catalog(&test), by_root)
        .await
        .unwrap();
    assert_eq!(codes(&report), ["root_differs"]);
    std::fs::remove_file(&path).unwrap();
    test.finish().await;
}

/// A9.9
#[tokio::test]
async fn rows_that_the_events_contradict_are_told() {
    for (sql, code) in [
        ("update instances set applicant = 'bea'", "state_differs"),
        ("update instances set ended = 1 - ended", "state_differs"),
        ("update instances set standing = ''", "state_differs"),
        (
            "update instances set started = started - 86400000",
            "state_differs",
        ),
        ("update instances set title = '海南 9'", "state_differs"),
        (
            "update instances set state = replace(state, '\"round\":1', '\"round\":2')",
            "state_differs",
        ),
        ("update instances set state = 'x'", "state_differs"),
        ("update r_leave set days = days + 1", "state_differs"),
        (
            "update definitions set source = source || ' '",
            "definition_changed",
        ),
        ("update audit_roots set at = at + 1", "root_signature"),
        ("update audit_keys set by = 'x'", "key_unknown"),
        ("delete from audit_roots", "root_order"),
    ] {
        let test = three().await;
        tamper(&file(&test), sql).await;
        let report = verified(&test).await;
        assert!(
            codes(&report).contains(&code),
            "{sql}: {:#?}",
            report.findings
        );
        test.finish_damaged().await;
    }
}

/// A9.10
#[tokio::test]
async fn a_print_is_told_from_a_forgery_without_telling_what_it_says() {
    let test = sealing().await;
    let answer = test.submitted(&leave_of(2)).await;
    let early = test.app.printed(&answer.instance).await.unwrap();
    assert_eq!(early.root, None);
    let proven = test
        .app
        .prove_printed(&answer.instance, early.seq, &early.hash, None);
    let unsealed = Proven::Authentic {
        sealed: None,
        gone_on: false,
    };
    assert_eq!(proven.await.unwrap(), unsealed);
    test.app.seal().await.unwrap();
    let printed = test.app.printed(&answer.instance).await.unwrap();
    let root = printed.root.clone().unwrap();
    let prove = async |seq, hash: &str, root: Option<(u64, &str)>| {
        test.app
            .prove_printed(&answer.instance, seq, hash, root)
            .await
            .unwrap()
    };
    let on_it = Some((root.no, root.root.as_str()));
    assert!(matches!(
        prove(printed.seq, &printed.hash, on_it).await,
        Proven::Authentic {
            sealed: Some((1, _)),
            gone_on: false
        }
    ));
    test.decide(&answer.instance, 2, "bob", Verdict::Approve)
        .await
        .unwrap();
    assert!(matches!(
        prove(printed.seq, &printed.hash, on_it).await,
        Proven::Authentic { gone_on: true, .. }
    ));
    assert_eq!(
        prove(printed.seq - 1, &printed.hash, on_it).await,
        Proven::Unknown
    );
    assert_eq!(prove(printed.seq, &key("0"), on_it).await, Proven::Unknown);
    assert_eq!(
        prove(printed.seq, &printed.hash, Some((1, &key("0")))).await,
        Proven::Unknown
    );
    let nobody = test
        .app
        .prove_printed("x", printed.seq, &printed.hash, None)
        .await
        .unwrap();
    assert_eq!(nobody, Proven::Unknown);
    tamper(&file(&test), "update events set actor = 'bob'").await;
    assert_eq!(
        prove(printed.seq, &printed.hash, on_it).await,
        Proven::Damaged
    );
    test.settle().await;
    test.finish_damaged().await;
}

/// A9.7
#[tokio::test]
async fn roots_are_made_and_verified_on_postgres_too() {
    let Ok(server) = std::env::var("ASSENT_TEST_POSTGRES") else {
        eprintln!(
            "SKIPPED on PostgreSQL: ASSENT_TEST_POSTGRES is not set (tests/pg run cargo test …)"
        );
        return;
    };
    let schema = format!("audit_{}", std::process::id());
    let pool = sqlx::PgPool::connect(&server).await.unwrap();
    let sql = sqlx::AssertSqlSafe(format!("create schema {schema}"));
    sqlx::raw_sql(sql).execute(&pool).await.unwrap();
    let joint = if server.contains('?') { '&' } else { '?' };
    let test = TestApp::configured(super::harness::LEAVE, |config| {
        config.database = format!("{server}{joint}options[search_path]={schema}");
        config.audit.key = Some(KeyFrom::Given(Secret(key("a"))));
        config.audit.every_minutes = 10;
    })
    .await;
    let over = test.submitted(&leave_of(2)).await;
    assert_eq!(test.app.seal_if_due().await.unwrap().len(), 1);
    test.decide(&over.instance, 2, "bob", Verdict::Approve)
        .await
        .unwrap();
    test.settle().await;
    test.at(MONDAY.plus_ms(600_000));
    assert_eq!(test.app.seal_if_due().await.unwrap().len(), 1);
    test.submitted(&leave_of(1)).await;
    test.settle().await;
    let report = verified(&test).await;
    assert!(report.good && report.not_sealed > 0, "{report:#?}");
    let sql = format!(
        "update {schema}.events set actor = 'eve' where seq = (select min(seq) from {schema}.events where seq > 1)"
    );
    let sql = sqlx::AssertSqlSafe(sql);
    sqlx::raw_sql(sql).execute(&pool).await.unwrap();
    let report = verified(&test).await;
    assert!(codes(&report).contains(&"event_changed"), "{report:#?}");
    test.finish_damaged().await;
    let sql = sqlx::AssertSqlSafe(format!("drop schema {schema} cascade"));
    sqlx::raw_sql(sql).execute(&pool).await.unwrap();
}
