//! Wake-ups and the outbox: claimed once, fenced, retried, dead.

use assent_core::time::Moment;
use assent_core::write::WakeupRow;
use assent_store::{Delivery, Store};

use crate::support::{Fresh, decided, id, on_both, started};

on_both! {
    a_wakeup_is_claimed_once_until_its_lease_ends => wakeups;
    a_missing_wakeup_is_repaired => repair;
    an_effect_is_delivered_retried_or_dead => outbox;
    many_claimers_share_the_work => shared;
    a_turn_that_arms_a_wakeup_again_fences_its_claimer => rearmed;
}

const LONG: Moment = Moment(1_000_000);

async fn some(store: &Store, count: u32) {
    let writes: Vec<_> = (1..=count)
        .map(|number| started(&id(number), "ann"))
        .collect();
    store.commit(&writes).await.unwrap();
}

async fn wakeups(fresh: Fresh) {
    let store = fresh.open().await;
    some(&store, 3).await;
    assert_eq!(
        store.next_wakeup(Moment(0)).await.unwrap(),
        Some(Moment(5_000))
    );
    assert!(
        store
            .claim_wakeups("a", Moment(4_999), LONG, 9)
            .await
            .unwrap()
            .is_empty(),
        "never early"
    );
    let mine = store
        .claim_wakeups("a", Moment(5_000), Moment(6_000), 2)
        .await
        .unwrap();
    assert_eq!(
        mine.iter().map(|w| w.instance.clone()).collect::<Vec<_>>(),
        [id(1), id(2)]
    );
    let theirs = store
        .claim_wakeups("b", Moment(5_000), Moment(6_000), 9)
        .await
        .unwrap();
    assert_eq!(theirs.len(), 1);
    assert_eq!(store.next_wakeup(Moment(5_500)).await.unwrap(), None);
    // The lease is over: somebody else gets them, and the first owner comes too late.
    let late = store
        .claim_wakeups("b", Moment(6_000), LONG, 9)
        .await
        .unwrap();
    assert_eq!(late.len(), 3);
    assert!(!store.remove_wakeup(&mine[0]).await.unwrap());
    assert!(!store.release_wakeup(&mine[0], Moment(0)).await.unwrap());
    assert!(store.remove_wakeup(&late[0]).await.unwrap());
    assert!(store.release_wakeup(&late[1], Moment(7_000)).await.unwrap());
    assert!(
        store
            .claim_wakeups("c", Moment(6_999), LONG, 9)
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(
        store
            .claim_wakeups("c", Moment(7_000), LONG, 9)
            .await
            .unwrap()
            .len(),
        1
    );
}

async fn rearmed(fresh: Fresh) {
    let store = fresh.open().await;
    let first = started(&id(1), "ann");
    store.commit(std::slice::from_ref(&first)).await.unwrap();
    let mine = store
        .claim_wakeups("a", Moment(5_000), LONG, 9)
        .await
        .unwrap()
        .remove(0);
    let mut turn = decided(&first, "k", "bob");
    turn.wakeups_cleared.clear();
    turn.wakeups_set[0].reference = mine.reference.clone();
    store.commit(&[turn]).await.unwrap();
    assert!(!store.remove_wakeup(&mine).await.unwrap());
    assert_eq!(
        store.next_wakeup(Moment(0)).await.unwrap(),
        Some(Moment(6_000))
    );
}

async fn repair(fresh: Fresh) {
    let store = fresh.open().await;
    some(&store, 2).await;
    let lost = store
        .claim_wakeups("a", Moment(5_000), LONG, 1)
        .await
        .unwrap()
        .remove(0);
    store.remove_wakeup(&lost).await.unwrap();
    let armed = |number| {
        (
            id(number),
            WakeupRow {
                reference: "e1.r0".into(),
                at: Moment(5_000),
            },
        )
    };
    assert_eq!(
        store.wakeups_of(&[&id(1), &id(2)]).await.unwrap(),
        [armed(2)]
    );
    assert_eq!(
        store.repair_wakeups(&[armed(1), armed(2)]).await.unwrap(),
        1
    );
    assert_eq!(
        store.wakeups_of(&[&id(1), &id(2)]).await.unwrap(),
        [armed(1), armed(2)]
    );
}

async fn outbox(fresh: Fresh) {
    let store = fresh.open().await;
    some(&store, 2).await;
    assert!(
        store
            .claim_outbox("a", Moment(999), LONG, None, 9)
            .await
            .unwrap()
            .is_empty()
    );
    assert!(
        store
            .claim_outbox("a", Moment(1_000), LONG, Some("call"), 9)
            .await
            .unwrap()
            .is_empty()
    );
    let claimed = store
        .claim_outbox("a", Moment(1_000), LONG, Some("mail"), 9)
        .await
        .unwrap();
    assert_eq!(claimed.len(), 2);
    assert_eq!(
        (claimed[0].id.as_str(), claimed[0].attempts),
        (format!("{}:2", id(1)).as_str(), 0)
    );
    assert!(store.settle(&claimed[0], &Delivery::Done).await.unwrap());
    assert!(!store.settle(&claimed[0], &Delivery::Done).await.unwrap());
    let retry = Delivery::Retry {
        at: Moment(2_000),
        error: "450 try later".into(),
    };
    assert!(store.settle(&claimed[1], &retry).await.unwrap());
    assert_eq!(
        store.next_effect(Moment(1_000)).await.unwrap(),
        Some(Moment(2_000))
    );
    let again = store
        .claim_outbox("a", Moment(2_000), LONG, None, 9)
        .await
        .unwrap();
    assert_eq!((again.len(), again[0].attempts), (1, 1));
    let dead = Delivery::Dead {
        at: Moment(3_000),
        error: "550 no such user".into(),
    };
    assert!(
        !store.settle(&claimed[1], &dead).await.unwrap(),
        "an old claim buries nothing"
    );
    assert!(store.settle(&again[0], &dead).await.unwrap());
    assert_eq!(store.outbox_gauges().await.unwrap(), (0, None, 1));
    let letters = store.dead_effects(None, 9).await.unwrap();
    assert_eq!(
        (letters[0].attempts, letters[0].error.as_str()),
        (2, "550 no such user")
    );
    assert!(store.revive(&letters[0].id, Moment(4_000)).await.unwrap());
    assert!(!store.revive(&letters[0].id, Moment(4_000)).await.unwrap());
    assert_eq!(store.outbox_of(&id(2)).await.unwrap().len(), 1);
    assert_eq!(
        store.outbox_gauges().await.unwrap(),
        (1, Some(Moment(4_000)), 0)
    );
    assert!(!store.discard("nothing").await.unwrap());
}

async fn shared(fresh: Fresh) {
    let store = fresh.open().await;
    some(&store, 100).await;
    let claimers = (0..8).map(|number| {
        let store = store.clone();
        tokio::spawn(async move {
            let mut ids = vec![];
            loop {
                let owner = format!("w{number}");
                let claimed = store
                    .claim_outbox(&owner, Moment(1_000), LONG, None, 7)
                    .await
                    .unwrap();
                if claimed.is_empty() {
                    return ids;
                }
                assert!(
                    claimed.len() <= 7,
                    "claimed {} with a limit of 7",
                    claimed.len()
                );
                ids.extend(claimed.into_iter().map(|effect| effect.id));
            }
        })
    });
    let mut ids = vec![];
    for claimer in claimers.collect::<Vec<_>>() {
        ids.extend(claimer.await.unwrap());
    }
    ids.sort();
    let all = ids.len();
    ids.dedup();
    assert_eq!((all, ids.len()), (100, 100), "each effect is claimed once");
}
