//! Copies, probes, retention.

use assent_core::time::Moment;
use assent_store::{Delivery, Dialect, Store, StoreErrorKind};

use crate::support::{Fresh, decided, event, id, on_both, started};

on_both! {
    a_database_says_what_it_is_and_can_be_probed => about;
    an_instance_that_is_over_is_retired_whole => retire;
    a_copy_made_under_load_holds_whole_turns => copy;
}

async fn about(fresh: Fresh) {
    let store = fresh.open().await;
    let about = store.about().await.unwrap();
    assert_eq!(about.dialect, store.dialect());
    assert!(about.schema >= 1 && !about.version.is_empty(), "{about:?}");
    store.probe().await.unwrap();
    store.probe().await.unwrap();
}

async fn retire(fresh: Fresh) {
    let store = fresh.open().await;
    let first: Vec<_> = (1..=3).map(|number| started(&id(number), "ann")).collect();
    let mut over = decided(&first[0], "k1", "bob");
    (over.instance.ended, over.instance.status) = (true, "approved".into());
    over.tasks_opened[0].kind = "read".into();
    over.tasks_opened[0].assignee = "zoe".into();
    let mut batch = first.clone();
    batch.push(over);
    store.commit(&batch).await.unwrap();
    let chains = store.chains(Some(&id(1)), 9).await.unwrap();
    assert_eq!(chains, [(id(2), 2), (id(3), 2)]);
    let over = async |before| {
        let rows = store.over_since(before, None, 9).await.unwrap();
        rows.into_iter().map(|row| row.id).collect::<Vec<_>>()
    };
    assert!(over(Moment(9_000)).await.is_empty(), "a mail is on its way");
    let mails = store
        .claim_outbox("n", Moment(9_000), Moment(9_999), None, 9)
        .await
        .unwrap();
    for mail in mails {
        store.settle(&mail, &Delivery::Done).await.unwrap();
    }
    assert_eq!(over(Moment(9_000)).await, [id(1)]);
    assert!(over(Moment(1_010)).await.is_empty(), "not long enough");
    let stone = event(1, "retired");
    let of = async |id: &str| store.tombstone_of("retired", id).await.unwrap();
    assert_eq!(of(&id(1)).await, None);
    for (ids, what) in [
        (vec![(id(1), 1)], "it has moved"),
        (vec![(id(1), 2), (id(2), 1)], "one of them runs"),
        (vec![(id(1), 2), ("x".into(), 1)], "one is not there"),
    ] {
        let ids: Vec<_> = ids.iter().map(|(id, rev)| (id.as_str(), *rev)).collect();
        assert!(
            !store.retire(&ids, "retired:1", &stone).await.unwrap(),
            "{what}"
        );
        assert_eq!(store.events(&id(1), 1, 9).await.unwrap().len(), 4, "{what}");
    }
    let gone = [(&*id(1), 2)];
    assert!(store.retire(&gone, "retired:1", &stone).await.unwrap());
    assert!(!store.retire(&gone, "retired:1", &stone).await.unwrap());
    let stones = std::slice::from_ref(&stone);
    assert_eq!(store.events("retired:1", 1, 9).await.unwrap(), stones);
    // Found by the id, whatever the tombstone says; what was retired before ids were kept, by what it says.
    assert!(!stone.body.contains(&id(1)));
    assert_eq!(of(&id(1)).await, Some(stone));
    assert_eq!(of(&id(2)).await, None, "it runs");
    let mut older = event(1, "retired");
    older.body = format!("{{\"id\":\"{}\"}}", id(8));
    assert!(store.retire(&[], "retired:2", &older).await.unwrap());
    assert_eq!(of(&id(8)).await, Some(older));
    assert_eq!(store.all_instances(None, 9).await.unwrap().len(), 2);
    assert!(store.events(&id(1), 1, 9).await.unwrap().is_empty());
    assert!(store.closed_tasks(&id(1)).await.unwrap().is_empty());
    assert!(store.open_tasks(&id(1)).await.unwrap().is_empty());
    assert_eq!(
        store.count_copies("zoe").await.unwrap(),
        0,
        "a copy nobody read"
    );
    assert_eq!(
        store.events(&id(2), 1, 9).await.unwrap().len(),
        2,
        "one that runs stays"
    );
    let running = [("repair_order".to_owned(), "running".to_owned(), 2)];
    assert_eq!(store.count_instances().await.unwrap(), running);
    assert!(
        store
            .load_record("repair", &first[0].instance.record)
            .await
            .unwrap()
            .is_some()
    );
}

async fn copy(fresh: Fresh) {
    let store = fresh.open().await;
    let to = std::env::temp_dir().join(format!("assent-copy-{}.db", std::process::id()));
    if store.dialect() == Dialect::Postgres {
        let error = store.backup(&to).await.unwrap_err();
        assert_eq!(error.kind, StoreErrorKind::Unsuitable);
        return;
    }
    let _ = std::fs::remove_file(&to);
    let load = {
        let store = store.clone();
        tokio::spawn(async move {
            for number in 1..=150 {
                let first = started(&id(number), "ann");
                let second = decided(&first, &format!("k{number}"), "bob");
                store.commit(&[first, second]).await.unwrap();
            }
        })
    };
    while store.all_instances(None, 20).await.unwrap().len() < 20 {
        tokio::task::yield_now().await;
    }
    store.backup(&to).await.unwrap();
    assert!(store.backup(&to).await.is_err(), "a copy never overwrites");
    load.await.unwrap();
    let copy = Store::open(&format!("sqlite:{}", to.display()))
        .await
        .unwrap();
    let instances = copy.all_instances(None, 1_000).await.unwrap();
    assert!(instances.len() >= 20, "{}", instances.len());
    for (at, row) in instances.iter().enumerate() {
        assert_eq!(
            row.id,
            id(u32::try_from(at + 1).unwrap()),
            "a prefix of what was written"
        );
        assert_eq!(
            (row.rev, copy.events(&row.id, 1, 9).await.unwrap().len()),
            (2, 4)
        );
    }
    let open = i64::try_from(instances.len()).unwrap();
    assert_eq!(copy.count_open_tasks("bob").await.unwrap(), open);
    copy.close().await;
    std::fs::remove_file(&to).unwrap();
}
