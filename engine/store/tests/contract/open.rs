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
