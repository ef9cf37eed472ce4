//! Roots over all events: when they are made, what they are signed with, and when none is made.

use assent_core::command::Verdict;
use assent_core::time::Moment;
use sqlx::{Connection as _, SqliteConnection};

use super::harness::{LEAVE, MONDAY, TestApp, leave_of};
use crate::app::{AppConfig, Secret};
use crate::audit::{KeyFrom, KeyRing, verifies};

/// A key of our own: 32 bytes of one letter.
pub(super) fn key(letter: &str) -> String {
    letter.repeat(64)
}

/// An app that makes a root every ten minutes.
pub(super) async fn sealing() -> TestApp {
    TestApp::configured(LEAVE, audited).await
}

/// With a key of the audit, and a root every ten minutes.
pub(super) fn audited(config: &mut AppConfig) {
    config.audit.key = Some(KeyFrom::Given(Secret(key("a"))));
    config.audit.every_minutes = 10;
}

/// The path of a test's database.
pub(super) fn file(test: &TestApp) -> String {
    let url = &test.app.config().database;
    url.strip_prefix("sqlite:").unwrap().to_owned()
}

/// Does to a database what the program never does.
pub(super) async fn tamper(file: &str, sql: &'static str) {
    let mut to = SqliteConnection::connect(file).await.unwrap();
    sqlx::raw_sql(sql).execute(&mut to).await.unwrap();
    to.close().await.unwrap();
}

fn minutes(n: i64) -> Moment {
    MONDAY.plus_ms(n * 60_000)
}

/// A9.4
#[tokio::test]
async fn a_root_is_made_when_its_time_has_come_and_something_is_new() {
    let test = sealing().await;
    let published = test.app.seal_if_due().await.unwrap();
    assert_eq!(published.len(), 1, "the publication of the flow");
    let answer = test.submitted(&leave_of(2)).await;
    assert_eq!(test.app.seal_if_due().await.unwrap(), [], "looked just now");
    test.at(minutes(10));
    let first = test.app.seal_if_due().await.unwrap();
    assert_eq!((first.len(), first[0].no, first[0].at), (1, 2, minutes(10)));
    test.decide(&answer.instance, 2, "bob", Verdict::Approve)
        .await
        .unwrap();
    test.at(minutes(19));
    assert_eq!(test.app.seal_if_due().await.unwrap(), []);
    test.at(minutes(20));
    let second = test.app.seal_if_due().await.unwrap();
    assert_eq!((second.len(), second[0].no), (1, 3));
    assert!(second[0].size > first[0].size);
    test.at(minutes(31));
    assert_eq!(test.app.seal_if_due().await.unwrap(), [], "nothing is new");
    test.settle().await;
    test.finish().await;
}

/// A9.4
#[tokio::test]
async fn the_loop_makes_roots_when_a_test_clock_is_moved() {
    let test = TestApp::configured(LEAVE, |config| {
        config.audit.key = Some(KeyFrom::Given(Secret(key("a"))));
        config.audit.every_minutes = 10;
        config.workers = true;
    })
    .await;
    test.submitted(&leave_of(2)).await;
    // The loop may have looked before the events were there; then its next look is ten minutes later.
    for round in 1..=200 {
        test.at(minutes(10 * round));
        test.app.clock_moved();
        if test.app.store().last_root().await.unwrap().is_some() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(test.app.store().last_root().await.unwrap().unwrap().no, 1);
    // What the moved clock made due is delivered beside us: a figure taken meanwhile would be another at the end.
    test.settle().await;
    for _ in 0..500 {
        let (waiting, _, _) = test.app.store().outbox_gauges().await.unwrap();
        if waiting == 0 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    test.finish().await;
}

/// A9.5
#[tokio::test]
async fn a_key_is_made_for_its_owner_alone_and_kept() {
    let folder = std::env::temp_dir().join(format!("assent-key-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("audit.key");
    let made = KeyRing::open(&KeyFrom::File(path.clone())).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let again = KeyRing::open(&KeyFrom::File(path.clone())).unwrap();
    assert_eq!(again.public(), made.public());
    assert!(verifies(&made.public(), "words", &again.sign("words")));
    assert!(!verifies(&made.public(), "other", &again.sign("words")));
    let next = KeyRing::rotate(&path).unwrap();
    assert_ne!(next.id(), made.id());
    assert!(
        next.sign_as(&made.public(), "words").is_some(),
        "the old one is kept"
    );
    std::fs::write(&path, "not a key").unwrap();
    assert!(KeyRing::open(&KeyFrom::File(path)).is_err());
    std::fs::remove_dir_all(&folder).unwrap();
}

/// A9.5
#[tokio::test]
async fn a_new_key_is_endorsed_by_the_one_before_or_signs_nothing() {
    let test = sealing().await;
    test.submitted(&leave_of(2)).await;
    test.app.seal().await.unwrap();
    let database = test.app.config().database.clone();
    for (text, fine) in [
        (key("b"), false),
        (format!("{}\n{}", key("b"), key("a")), true),
    ] {
        let other = TestApp::configured("", |config| {
            config.database = database.clone();
            config.audit.key = Some(KeyFrom::Given(Secret(text)));
        })
        .await;
        other.submitted(&leave_of(1)).await;
        assert_eq!(other.app.seal().await.is_ok(), fine);
        let (waiting, _, _) = other.app.store().outbox_gauges().await.unwrap();
        other.finish_with(waiting, 0).await;
    }
    let keys = test.app.store().audit_keys().await.unwrap();
    assert_eq!(
        (keys.len(), &keys[1].by, keys[1].since),
        (2, &keys[0].id, 2)
    );
    let (waiting, _, _) = test.app.store().outbox_gauges().await.unwrap();
    test.finish_with(waiting, 0).await;
}

/// A9.6
#[tokio::test]
async fn what_does_not_continue_its_chain_is_never_signed() {
    let test = sealing().await;
    let answer = test.submitted(&leave_of(2)).await;
    // The third hash of the first turn.
    let sql = "update events set hash = substr(hash, 1, 130) || 'x' || substr(hash, 132) \
               where seq = (select min(seq) from events where seq > 1)";
    tamper(&file(&test), sql).await;
    let roots = test.app.seal().await.unwrap();
    // The publication of the flow, and the two events before the one that was changed.
    assert_eq!((roots.len(), roots[0].size), (1, 3));
    let place = test
        .app
        .store()
        .place_of(&answer.instance, 3)
        .await
        .unwrap();
    assert_eq!(place, None);
    tamper(
        &file(&test),
        "update audit_tiles set hashes = replace(hashes, substr(hashes, 1, 4), '0000')",
    )
    .await;
    test.submitted(&leave_of(1)).await;
    let refused = test.app.seal().await.unwrap_err();
    assert!(
        refused.to_string().contains("not that of root 1"),
        "{refused}"
    );
    test.settle().await;
    test.finish_damaged().await;
}
