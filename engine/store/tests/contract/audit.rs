//! Signed roots: what they cover, in which order, and reading everything as it was at one moment.

use std::collections::BTreeMap;

use assent_core::audit::{Edge, Hash, Part, RootRow, TileId, leaf};
use assent_core::time::Moment;
use assent_store::{Grown, NewRoot, Outcome, Store, record_chain};

use crate::support::{Fresh, decided, id, on_both, repair, started, values};

on_both! {
    a_root_covers_what_none_covered_before => covers;
    two_nodes_make_one_root_of_a_number => races;
    a_snapshot_does_not_move => snapshot;
    a_reader_writes_nothing => reader;
}

/// Covers everything that is new, as the runtime does, without a key.
async fn seal(store: &Store) -> NewRoot {
    let last = store.last_root().await.unwrap();
    let size = last.as_ref().map_or(0, |root| root.size);
    let ids: Vec<TileId> = Edge::unfinished(size).iter().map(|(id, _)| *id).collect();
    let kept: BTreeMap<TileId, Vec<Hash>> = store.tiles(&ids).await.unwrap();
    let mut edge = Edge::read(size, &kept).unwrap();
    let no = last.map_or(1, |root| root.no + 1);
    let (mut parts, mut tiles) = (vec![], vec![]);
    for grown in store.grown_chains(1_000).await.unwrap() {
        let part = Part {
            first: grown.done + 1,
            upto: grown.top,
            place: edge.size(),
            root: no,
        };
        for event in store.events(&grown.chain, part.first, 9_999).await.unwrap() {
            edge.push(leaf(&grown.chain, &event), &mut tiles);
        }
        parts.push((grown.chain, part));
    }
    tiles.extend(edge.tiles());
    let root = RootRow {
        no,
        at: Moment(7_000),
        size: edge.size(),
        root: assent_core::audit::hex(&edge.root()),
        key: "k".into(),
        signature: "s".into(),
    };
    NewRoot {
        root,
        key: None,
        parts,
        tiles,
    }
}

async fn covers(fresh: Fresh) {
    let store = fresh.open().await;
    let first: Vec<_> = (1..=200)
        .map(|number| started(&id(number), "ann"))
        .collect();
    store.commit(&first).await.unwrap();
    let one = seal(&store).await;
    assert_eq!(one.root.size, 400);
    assert_eq!(store.add_root(&one).await.unwrap(), Outcome::Done);
    assert_eq!(store.grown_chains(9).await.unwrap(), []);

    store
        .commit(&[decided(&first[6], "k7", "bob")])
        .await
        .unwrap();
    let record = first[0].records[0].clone();
    let edit = assent_core::write::RecordWrite {
        values: values("R-2", "1.00"),
        entity: repair(),
        new: false,
        ..record
    };
    let event = first[0].events[0].clone();
    store.save_record(&edit, Some(1), &event).await.unwrap();
    let chain = record_chain("repair", &edit.id);
    let grown = |chain: &str, done, top| Grown {
        chain: chain.into(),
        done,
        top,
    };
    let found = store.grown_chains(9).await.unwrap();
    assert_eq!(found, [grown(&id(7), 2, 4), grown(&chain, 0, 1)]);
    let two = seal(&store).await;
    assert_eq!(store.add_root(&two).await.unwrap(), Outcome::Done);
    assert_eq!(store.last_root().await.unwrap(), Some(two.root.clone()));

    let (place, root) = store.place_of(&id(7), 3).await.unwrap().unwrap();
    assert_eq!((place, root.no), (400, 2));
    let (place, root) = store.place_of(&id(7), 2).await.unwrap().unwrap();
    assert_eq!((place, root.no), (13, 1));
    assert_eq!(store.place_of(&id(7), 5).await.unwrap(), None);
    assert_eq!(store.place_of(&chain, 1).await.unwrap().unwrap().0, 402);
}

async fn races(fresh: Fresh) {
    let (one, other) = (fresh.open().await, fresh.open().await);
    one.commit(&[started(&id(1), "ann")]).await.unwrap();
    let (mine, theirs) = (seal(&one).await, seal(&other).await);
    assert_eq!(one.add_root(&mine).await.unwrap(), Outcome::Done);
    let before = one.dump().await.unwrap();
    assert_eq!(other.add_root(&theirs).await.unwrap(), Outcome::Stale);
    assert_eq!(one.dump().await.unwrap(), before);
}

async fn snapshot(fresh: Fresh) {
    let store = fresh.open().await;
    store.commit(&[started(&id(1), "ann")]).await.unwrap();
    let beside = Store::open_to_read(&fresh.url).await.unwrap();
    let mut snapshot = beside.snapshot().await.unwrap();
    assert_eq!(snapshot.chains("", 9).await.unwrap(), [id(1)]);
    let later = [
        decided(&started(&id(1), "ann"), "k1", "bob"),
        started(&id(2), "ann"),
    ];
    store.commit(&later).await.unwrap();
    assert_eq!(snapshot.chains("", 9).await.unwrap(), [id(1)]);
    assert_eq!(snapshot.instance(&id(1)).await.unwrap().unwrap().rev, 1);
    let events = snapshot.events(&id(1), 0, 9).await.unwrap();
    assert_eq!(events, later[1].events, "as they were written");
    let (record, is_shared) = snapshot
        .record("repair", &format!("r-{}", id(1)))
        .await
        .unwrap();
    assert_eq!(record.unwrap().values, values("R-1", "1234.50"));
    assert!(!is_shared);
    assert!(snapshot.roots().await.unwrap().is_empty());
    snapshot.close().await.unwrap();
    let mut now = beside.snapshot().await.unwrap();
    assert_eq!(now.chains("", 9).await.unwrap(), [id(1), id(2)]);
    assert_eq!(now.chains(&id(1), 1).await.unwrap(), [id(2)]);
}

async fn reader(fresh: Fresh) {
    if fresh.url.starts_with("sqlite:") {
        let none = Store::open_to_read(&fresh.url).await;
        assert!(none.is_err(), "a reader makes no database");
    }
    drop(fresh.open().await);
    let reader = Store::open_to_read(&fresh.url).await.unwrap();
    assert!(reader.commit(&[started(&id(1), "ann")]).await.is_err());
}
