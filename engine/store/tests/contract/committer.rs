//! Group commit.

use std::sync::Arc;

use assent_store::{Committer, CommitterOptions, Outcome, Store, StoreErrorKind};

use crate::support::{Fresh, decided, id, on_both, started};

on_both! {
    two_hundred_callers_are_each_told_what_became_of_theirs => many;
    a_write_the_database_refuses_does_not_take_others_with_it => refused;
    a_full_queue_is_busy => busy;
    racing_turns_of_one_instance_have_one_winner => race;
}

fn start(store: &Store) -> Arc<Committer> {
    Arc::new(Committer::start(store, CommitterOptions::default()))
}

async fn many(fresh: Fresh) {
    let store = fresh.open().await;
    let committer = start(&store);
    let calls: Vec<_> = (1..=200)
        .map(|number| {
            let committer = Arc::clone(&committer);
            tokio::spawn(async move {
                let mut write = started(&id(number), "ann");
                for turn in 0..3 {
                    assert_eq!(
                        committer.commit(write.clone()).await.unwrap(),
                        Outcome::Done
                    );
                    write = decided(&write, &format!("{number}-{turn}"), "bob");
                }
            })
        })
        .collect();
    for call in calls {
        call.await.unwrap();
    }
    assert_eq!(store.count_open_tasks("bob").await.unwrap(), 200);
    assert_eq!(store.count_open_tasks("lisi").await.unwrap(), 0);
    assert_eq!(store.count_instances().await.unwrap()[0].2, 200);
    assert_eq!(
        store.load_instance(&id(77)).await.unwrap().unwrap().row.rev,
        3
    );
    assert_eq!(committer.fullness(), 0);
    Arc::try_unwrap(committer).ok().unwrap().close().await;
}

async fn refused(fresh: Fresh) {
    let store = fresh.open().await;
    let committer = start(&store);
    let good = started(&id(1), "ann");
    let mut bad = started(&id(2), "ann");
    bad.events[1].seq = 1;
    let mut no_text = started(&id(3), "ann");
    no_text.instance.title = "a\0b".into();
    let (good, bad, no_text) = tokio::join!(
        committer.commit(good),
        committer.commit(bad),
        committer.commit(no_text)
    );
    assert_eq!(good.unwrap(), Outcome::Done);
    assert_eq!(bad.unwrap_err().kind, StoreErrorKind::Other);
    assert_eq!(no_text.unwrap_err().kind, StoreErrorKind::Other);
    assert!(store.load_instance(&id(2)).await.unwrap().is_none());
    assert!(store.load_instance(&id(3)).await.unwrap().is_none());
}

async fn busy(fresh: Fresh) {
    let store = fresh.open().await;
    let options = CommitterOptions {
        lanes: 1,
        waiting_max: 2,
        ..CommitterOptions::default()
    };
    let committer = Committer::start(&store, options);
    // Nothing else runs on this thread while the calls are made one after another.
    let mut calls: Vec<_> = (1..=4)
        .map(|number| Box::pin(committer.commit(started(&id(number), "ann"))))
        .collect();
    let mut kinds = vec![];
    for call in &mut calls {
        let polled =
            std::future::poll_fn(|cx| std::task::Poll::Ready(call.as_mut().poll(cx))).await;
        if let std::task::Poll::Ready(answer) = polled {
            kinds.push(answer.unwrap_err().kind);
        }
    }
    assert_eq!(kinds, [StoreErrorKind::Busy, StoreErrorKind::Busy]);
    assert_eq!(committer.fullness(), 100);
    for call in calls.into_iter().take(2) {
        assert_eq!(call.await.unwrap(), Outcome::Done);
    }
}

async fn race(fresh: Fresh) {
    let store = fresh.open().await;
    // Two nodes, each with its own committer, on one database.
    let other = fresh.open().await;
    let first = started(&id(1), "ann");
    store.commit(std::slice::from_ref(&first)).await.unwrap();
    let nodes = [start(&store), start(&other)];
    let calls: Vec<_> = (0..40)
        .map(|number| {
            let committer = Arc::clone(&nodes[number % 2]);
            let write = decided(&first, &format!("k{number}"), "bob");
            tokio::spawn(async move { committer.commit(write).await.unwrap() })
        })
        .collect();
    let mut done = 0;
    for call in calls {
        done += usize::from(call.await.unwrap() == Outcome::Done);
    }
    assert_eq!(done, 1);
    assert_eq!(store.events(&id(1), 1, 100).await.unwrap().len(), 4);
    assert_eq!(store.count_open_tasks("bob").await.unwrap(), 1);
}
