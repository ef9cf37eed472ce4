//! Records in the compare-and-swap.

use assent_core::value::{Value, Values};
use assent_core::write::{Guard, RecordWrite, Write};
use assent_store::Outcome::{Done, Stale};

use crate::support::{Fresh, decided, id, on_both, repair, started, values};

on_both! {
    a_record_that_moved_makes_the_turn_stale => moved;
    two_turns_on_the_same_guard_cannot_both_win => shared;
    a_record_that_is_only_looked_at_must_be_as_it_was_read => looked_at;
    a_record_id_that_is_taken_makes_the_turn_stale => taken;
    a_loser_at_the_records_does_not_take_the_batch_with_it => late_gate;
}

fn writing(mut write: Write, record: &str, amount: &str, rev: Option<u64>) -> Write {
    write.records = vec![RecordWrite {
        entity: repair(),
        id: record.into(),
        values: values("R-1", amount),
        new: false,
    }];
    write.guards = rev.map(|rev| guard(record, rev)).into_iter().collect();
    write
}

fn guard(record: &str, rev: u64) -> Guard {
    Guard {
        entity: "repair".into(),
        id: record.into(),
        rev,
        grows: true,
    }
}

async fn moved(fresh: Fresh) {
    let store = fresh.open().await;
    let (a, b) = (started(&id(1), "ann"), started(&id(2), "ann"));
    store.commit(&[a.clone(), b.clone()]).await.unwrap();
    let record = &a.instance.record;
    let first = writing(decided(&a, "k1", "x"), record, "5.00", Some(1));
    // Another instance that was decided on the same record before that turn.
    let second = writing(decided(&b, "k2", "x"), record, "7.00", Some(1));
    assert_eq!(store.commit(&[first]).await.unwrap(), [Done]);
    assert_eq!(
        store.commit(std::slice::from_ref(&second)).await.unwrap(),
        [Stale]
    );
    let stored = store.load_record("repair", record).await.unwrap().unwrap();
    assert_eq!((stored.rev, stored.values), (2, values("R-1", "5.00")));
    assert_eq!(store.answer("k2").await.unwrap(), None);
    let again = Write {
        guards: vec![guard(record, 2)],
        ..second
    };
    assert_eq!(store.commit(&[again]).await.unwrap(), [Done]);
    assert_eq!(
        store
            .load_record("repair", record)
            .await
            .unwrap()
            .unwrap()
            .rev,
        3
    );
}

async fn shared(fresh: Fresh) {
    let store = fresh.open().await;
    let (receipt, a, b) = (
        started(&id(1), "ann"),
        started(&id(2), "ann"),
        started(&id(3), "ann"),
    );
    store
        .commit(&[receipt.clone(), a.clone(), b.clone()])
        .await
        .unwrap();
    let guarded = |before: &Write, key: &str| Write {
        guards: vec![guard(&receipt.instance.record, 1)],
        ..decided(before, key, "x")
    };
    let outcomes = store
        .commit(&[guarded(&a, "k1"), guarded(&b, "k2")])
        .await
        .unwrap();
    assert_eq!(outcomes, [Done, Stale]);
    let record = store
        .load_record("repair", &receipt.instance.record)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(record.rev, 2);
    assert_eq!(
        record.values,
        values("R-1", "1234.50"),
        "a guard changes nothing but rev"
    );
    assert_eq!(store.commit(&[guarded(&b, "k2")]).await.unwrap(), [Stale]);
}

async fn looked_at(fresh: Fresh) {
    let store = fresh.open().await;
    let all: Vec<_> = (1..=4).map(|number| started(&id(number), "ann")).collect();
    store.commit(&all).await.unwrap();
    let record = all[0].instance.record.clone();
    let look = |before: &Write, key: &str, rev: u64| Write {
        guards: vec![Guard {
            grows: false,
            ..guard(&record, rev)
        }],
        ..decided(before, key, "x")
    };
    let rev = || async {
        let stored = store.load_record("repair", &record).await.unwrap();
        stored.unwrap().rev
    };
    let both = [look(&all[0], "k1", 1), look(&all[1], "k2", 1)];
    assert_eq!(store.commit(&both).await.unwrap(), [Done, Done]);
    assert_eq!(rev().await, 1, "nobody wrote it");
    // One that looks, one that writes, one that looked before that: in this order, in one batch.
    let batch = [
        look(&both[0], "k3", 1),
        writing(decided(&all[2], "k4", "x"), &record, "9.00", Some(1)),
        look(&all[3], "k5", 1),
    ];
    assert_eq!(store.commit(&batch).await.unwrap(), [Done, Done, Stale]);
    assert_eq!(rev().await, 2);
    let late = look(&all[3], "k5", 1);
    assert_eq!(store.commit(&[late]).await.unwrap(), [Stale]);
    let fresh = look(&all[3], "k5", 2);
    assert_eq!(store.commit(&[fresh]).await.unwrap(), [Done]);
}

async fn taken(fresh: Fresh) {
    let store = fresh.open().await;
    let a = started(&id(1), "ann");
    let mut b = started(&id(2), "ann");
    b.records[0].id.clone_from(&a.records[0].id);
    assert_eq!(store.commit(&[a, b.clone()]).await.unwrap(), [Done, Stale]);
    assert_eq!(store.commit(&[b]).await.unwrap(), [Stale]);
    assert!(store.load_instance(&id(2)).await.unwrap().is_none());
    assert_eq!(store.count_instances().await.unwrap()[0].2, 1);
}

async fn late_gate(fresh: Fresh) {
    let store = fresh.open().await;
    let all: Vec<_> = (1..=4).map(|number| started(&id(number), "ann")).collect();
    store.commit(&all).await.unwrap();
    let gone = writing(decided(&all[1], "k2", "x"), "no-such-record", "1.00", None);
    let behind = decided(&gone, "k2b", "x");
    let batch = [
        decided(&all[0], "k1", "x"),
        gone,
        behind,
        decided(&all[3], "k4", "x"),
    ];
    assert_eq!(
        store.commit(&batch).await.unwrap(),
        [Done, Stale, Stale, Done]
    );
    for (number, rev) in [(1, 2), (2, 1), (3, 1), (4, 2)] {
        assert_eq!(
            store
                .load_instance(&id(number))
                .await
                .unwrap()
                .unwrap()
                .row
                .rev,
            rev
        );
    }
    assert_eq!(store.count_open_tasks("x").await.unwrap(), 2);
    assert_eq!(store.answer("k2").await.unwrap(), None);
    let empty = Values::from([("number".to_owned(), Value::Empty)]);
    let mut write = writing(
        decided(&all[2], "k3", "x"),
        &all[2].instance.record,
        "1.00",
        None,
    );
    write.records[0].values = empty.clone();
    store.commit(&[write]).await.unwrap();
    assert_eq!(
        store.load_instance(&id(3)).await.unwrap().unwrap().values,
        empty
    );
}
