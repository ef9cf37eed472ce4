//! Opening: fresh, again, by two at once, what is refused.

use assent_store::{Store, StoreErrorKind};

use crate::support::{Fresh, id, on_both, started};

on_both! {
    what_was_acknowledged_is_there_after_a_drop_without_close => drop_without_close;
    two_open_a_fresh_database_at_once => two_at_once;
}

async fn drop_without_close(fresh: Fresh) {
    let store = fresh.open().await;
    store.commit(&[started(&id(1), "zhangsan")]).await.unwrap();
    drop(store);
    let store = fresh.open().await;
    let loaded = store.load_instance(&id(1)).await.unwrap().unwrap();
    assert_eq!(
        loaded.values.len(),
        4,
        "entity types are known again after a restart"
    );
}

async fn two_at_once(fresh: Fresh) {
    let (a, b) = tokio::join!(Store::open(&fresh.url), Store::open(&fresh.url));
    a.unwrap()
        .commit(&[started(&id(1), "zhangsan")])
        .await
        .unwrap();
    assert!(b.unwrap().load_instance(&id(1)).await.unwrap().is_some());
}

#[tokio::test]
async fn an_address_of_another_kind_is_refused() {
    for url in [
        "mysql://x",
        "sqlite:",
        "sqlite::memory:",
        "sqlite:a.db?mode=ro",
        "postgres://[",
        "",
    ] {
        let error = Store::open(url).await.err().expect(url);
        assert_eq!(error.kind, StoreErrorKind::Unsuitable, "{url}: {error}");
    }
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_named() {
    let error = Store::open("sqlite:/no/such/folder/a.db")
        .await
        .err()
        .unwrap();
    assert_eq!(error.kind, StoreErrorKind::ReadOnly);
    assert!(error.detail.contains("/no/such/folder"), "{error}");
}

#[tokio::test]
async fn a_newer_database_is_refused_and_left_alone() {
    let fresh = Fresh::sqlite();
    let store = fresh.open().await;
    store.close().await;
    let path = fresh.url.strip_prefix("sqlite:").unwrap();
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
    let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
    // A newer version that this one can live with, then one that it cannot.
    let add = "insert into assent_schema (number, name, oldest) values (900, 'future', 1)";
    sqlx::query(add).execute(&pool).await.unwrap();
    assert!(
        Store::open(&fresh.url).await.is_ok(),
        "nodes of two versions run side by side"
    );
    sqlx::query("update assent_schema set oldest = 900 where number = 900")
        .execute(&pool)
        .await
        .unwrap();
    let error = Store::open(&fresh.url).await.err().unwrap();
    assert_eq!(error.kind, StoreErrorKind::Newer);
    assert!(error.detail.contains("900"), "{error}");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_corrupt() {
    let fresh = Fresh::sqlite();
    let path = fresh.url.strip_prefix("sqlite:").unwrap();
    std::fs::write(path, "this is a letter, not a database".repeat(200)).unwrap();
    let error = Store::open(&fresh.url).await.err().unwrap();
    assert_eq!(error.kind, StoreErrorKind::Corrupt, "{error}");
    assert_eq!(
        std::fs::read(path).unwrap().len(),
        32 * 200,
        "and it is left as it was"
    );
}

/// Root may write everywhere, so a folder is only read-only for others; a kernel's own folder is so for all.
#[tokio::test]
async fn a_folder_nobody_may_write_is_read_only() {
    let fresh = Fresh::sqlite();
    let file = std::path::Path::new(fresh.url.strip_prefix("sqlite:").unwrap());
    let folder = file.parent().unwrap();
    let mut rights = std::fs::metadata(folder).unwrap().permissions();
    rights.set_readonly(true);
    std::fs::set_permissions(folder, rights).unwrap();
    let root = std::fs::write(folder.join("probe"), "").is_ok();
    let url = if root {
        "sqlite:/proc/assent.db".to_owned()
    } else {
        fresh.url.clone()
    };
    let error = Store::open(&url).await.err().unwrap();
    assert_eq!(error.kind, StoreErrorKind::ReadOnly, "{error}");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(folder, mode).unwrap();
}

#[tokio::test]
async fn a_server_that_is_away_is_gone() {
    let patience = std::time::Duration::from_millis(300);
    let options = assent_store::Options {
        patience,
        ..Default::default()
    };
    // Port 1 on this machine: nobody listens there.
    let error = Store::open_with("postgres://a@127.0.0.1:1/a", options)
        .await
        .err()
        .unwrap();
    assert_eq!(error.kind, StoreErrorKind::Gone, "{error}");
    assert!(error.retryable());
}

#[tokio::test]
async fn a_file_somebody_else_holds_is_locked() {
    let fresh = Fresh::sqlite();
    let patience = std::time::Duration::from_millis(200);
    let options = assent_store::Options {
        patience,
        ..Default::default()
    };
    let store = Store::open_with(&fresh.url, options).await.unwrap();
    let path = fresh.url.strip_prefix("sqlite:").unwrap();
    let other = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
    let other = sqlx::SqlitePool::connect_with(other).await.unwrap();
    let lock = other.begin_with("begin immediate").await.unwrap();
    let error = store.commit(&[started(&id(1), "ann")]).await.unwrap_err();
    assert_eq!(error.kind, StoreErrorKind::Locked, "{error}");
    assert!(
        store.load_instance(&id(1)).await.unwrap().is_none(),
        "reading goes on"
    );
    drop(lock);
    other.close().await;
    store.commit(&[started(&id(1), "ann")]).await.unwrap();
}

/// A small file system in memory, where we may mount one.
struct SmallDisk(std::path::PathBuf);

impl SmallDisk {
    fn mount() -> Option<Self> {
        let folder = std::env::temp_dir().join(format!("assent-small-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let mounted = std::process::Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=4m", "none"])
            .arg(&folder)
            .output();
        let disk = Self(folder);
        mounted
            .is_ok_and(|mounted| mounted.status.success())
            .then_some(disk)
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: after a failed test a connection may still be closing its files.
        let _ = std::process::Command::new("umount")
            .arg("-l")
            .arg(&self.0)
            .output();
        let _ = std::fs::remove_dir(&self.0);
    }
}

#[tokio::test]
async fn a_full_disk_refuses_writes_goes_on_reading_and_recovers() {
    let Some(disk) = SmallDisk::mount() else {
        eprintln!("SKIPPED: no small disk can be mounted here (needs root)");
        return;
    };
    let url = format!("sqlite:{}", disk.0.join("test.db").display());
    let store = Store::open(&url).await.unwrap();
    std::fs::write(disk.0.join("ballast"), vec![0; 1 << 20]).unwrap();
    let mut number = 0;
    let error = loop {
        number += 1;
        if let Err(error) = store.commit(&[started(&id(number), "ann")]).await {
            break error;
        }
        assert!(number < 2_000, "the disk never fills");
    };
    assert_eq!(error.kind, StoreErrorKind::Full, "{error}");
    assert!(
        store
            .load_instance(&id(number - 1))
            .await
            .unwrap()
            .is_some(),
        "reading goes on"
    );
    assert!(
        store.load_instance(&id(number)).await.unwrap().is_none(),
        "nothing of it was written"
    );
    std::fs::remove_file(disk.0.join("ballast")).unwrap();
    store
        .commit(&[started(&id(number), "ann")])
        .await
        .expect("it recovers without a restart");
    store.close().await;
}

#[tokio::test]
async fn connections_a_server_closed_are_replaced() {
    let Ok(server) = std::env::var("ASSENT_TEST_POSTGRES") else {
        eprintln!("SKIPPED: ASSENT_TEST_POSTGRES is not set (tests/pg run cargo test …)");
        return;
    };
    let admin = sqlx::PgPool::connect(&server).await.unwrap();
    let name = format!("closed_{}", std::process::id());
    let run = async |sql: String| {
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql))
            .execute(&admin)
            .await
            .unwrap();
    };
    run(format!("create database {name}")).await;
    let url = server.replacen("/postgres?", &format!("/{name}?"), 1);
    let store = Store::open(&url).await.unwrap();
    store.commit(&[started(&id(1), "ann")]).await.unwrap();
    store.load_instance(&id(1)).await.unwrap();
    run(format!(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'"
    ))
    .await;
    assert!(store.load_instance(&id(1)).await.unwrap().is_some());
    store.commit(&[started(&id(2), "ann")]).await.unwrap();
    store.close().await;
    run(format!("drop database {name}")).await;
}
