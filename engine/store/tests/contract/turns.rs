//! Turns taken in the compare-and-swap.

use assent_core::write::{TurnTaken, Write};
use assent_store::Outcome::{Done, Stale};

use crate::support::{Fresh, id, on_both, started};

on_both! {
    a_turn_somebody_else_took_makes_the_write_stale => taken;
    two_of_one_batch_cannot_have_the_same_turn => batch;
}

fn taking(instance: u32, number: u64) -> Write {
    Write {
        turns: vec![TurnTaken {
            counter: "turn/repair/dispatcher".into(),
            number,
        }],
        ..started(&id(instance), "ann")
    }
}

/// A3.18
async fn taken(fresh: Fresh) {
    let store = fresh.open().await;
    assert!(store.turns_taken("repair").await.unwrap().is_empty());
    assert_eq!(store.commit(&[taking(1, 1)]).await.unwrap(), [Done]);
    // Decided on the same count.
    assert_eq!(store.commit(&[taking(2, 1)]).await.unwrap(), [Stale]);
    assert!(
        store.load_instance(&id(2)).await.unwrap().is_none(),
        "nothing of it was written"
    );
    assert_eq!(store.commit(&[taking(2, 2)]).await.unwrap(), [Done]);
    let turns = store.turns_taken("repair").await.unwrap();
    assert_eq!(turns.get("turn/repair/dispatcher"), Some(&2));
    assert!(store.turns_taken("rep").await.unwrap().is_empty());
}

async fn batch(fresh: Fresh) {
    let store = fresh.open().await;
    let writes = [taking(1, 1), taking(2, 1), started(&id(3), "ann")];
    assert_eq!(store.commit(&writes).await.unwrap(), [Done, Stale, Done]);
    assert_eq!(store.commit(&[taking(2, 2)]).await.unwrap(), [Done]);
    let loads = store.open_tasks_by_person().await.unwrap();
    assert_eq!(loads.get("lisi"), Some(&3), "three open tasks, one count");
}
