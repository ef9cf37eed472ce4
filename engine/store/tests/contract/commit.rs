//! What one commit does and does not write.

use assent_core::time::Moment;
use assent_core::write::{Guard, RecordWrite, TaskRow, Write};
use assent_store::{Dialect, Outcome, Store};

use crate::support::{Fresh, decided, id, on_both, started, stood, values};

on_both! {
    a_start_is_loaded_as_it_was_written => start_and_load;
    a_stale_write_is_singled_out => stale;
    a_repeated_key_gets_the_first_answer => repeated;
    a_deadline_moves_in_the_row_of_an_open_task => moved;
    several_turns_of_one_instance_in_a_batch => chained;
    what_goes_at_once_and_what_goes_gate_by_gate_are_the_same => both_ways;
    a_call_that_is_given_up_half_way_leaves_nothing_behind => cancelled;
}

async fn start_and_load(fresh: Fresh) {
    let store = fresh.open().await;
    let write = started(&id(1), "zhangsan");
    assert_eq!(
        store.commit(std::slice::from_ref(&write)).await.unwrap(),
        [Outcome::Done]
    );
    let loaded = store.load_instance(&id(1)).await.unwrap().unwrap();
    assert_eq!(loaded.row, write.instance);
    assert_eq!(loaded.values, values("R-1", "1234.50"));
    assert_eq!(loaded.record_rev, 1);
    assert_eq!(store.events(&id(1), 1, 10).await.unwrap(), write.events);
    assert_eq!(
        store.events(&id(1), 2, 10).await.unwrap(),
        write.events[1..]
    );
    assert_eq!(store.count_open_tasks("lisi").await.unwrap(), 1);
    assert_eq!(store.load_instance(&id(2)).await.unwrap(), None);
}

async fn stale(fresh: Fresh) {
    let store = fresh.open().await;
    let (a, b) = (started(&id(1), "zhangsan"), started(&id(2), "zhangsan"));
    store.commit(&[a.clone(), b.clone()]).await.unwrap();
    let first = decided(&a, "k1", "wangwu");
    let late = decided(&a, "k2", "zhaoliu");
    let other = decided(&b, "k3", "wangwu");
    assert_eq!(store.commit(&[first]).await.unwrap(), [Outcome::Done]);
    let outcomes = store
        .commit(&[late, other, started(&id(1), "x")])
        .await
        .unwrap();
    assert_eq!(outcomes[..2], [Outcome::Stale, Outcome::Done]);
    // The key of the start is known already: that is an answer, not a conflict.
    assert_eq!(outcomes[2], Outcome::Repeated("started".into()));
    assert_eq!(
        store.answer("k2").await.unwrap(),
        None,
        "a stale write takes no key"
    );
    assert_eq!(store.count_open_tasks("zhaoliu").await.unwrap(), 0);
    assert_eq!(store.count_open_tasks("wangwu").await.unwrap(), 2);
    assert_eq!(
        store.load_instance(&id(1)).await.unwrap().unwrap().row.rev,
        2
    );
}

async fn repeated(fresh: Fresh) {
    let store = fresh.open().await;
    let a = started(&id(1), "zhangsan");
    store.commit(std::slice::from_ref(&a)).await.unwrap();
    let turn = decided(&a, "k1", "wangwu");
    let mut same_key = decided(&a, "k1", "wangwu");
    same_key.instance.rev = 9;
    // In one batch the second is decided again; after that it finds the answer.
    let outcomes = store.commit(&[turn, same_key.clone()]).await.unwrap();
    assert_eq!(outcomes, [Outcome::Done, Outcome::Stale]);
    let outcomes = store.commit(&[same_key]).await.unwrap();
    assert_eq!(outcomes, [Outcome::Repeated("answer to k1".into())]);
    assert_eq!(store.events(&id(1), 1, 100).await.unwrap().len(), 4);
}

async fn chained(fresh: Fresh) {
    let store = fresh.open().await;
    let a = started(&id(1), "zhangsan");
    let b = decided(&a, "k1", "wangwu");
    let c = decided(&b, "k2", "zhaoliu");
    let fork = decided(&b, "k3", "nobody");
    let behind_fork = decided(&fork, "k4", "nobody");
    let outcomes = store
        .commit(&[a, b, c.clone(), fork, behind_fork])
        .await
        .unwrap();
    use Outcome::{Done, Stale};
    assert_eq!(outcomes, [Done, Done, Done, Stale, Stale]);
    let loaded = store.load_instance(&id(1)).await.unwrap().unwrap();
    assert_eq!(loaded.row, c.instance);
    for (person, open) in [("lisi", 0), ("wangwu", 0), ("zhaoliu", 1), ("nobody", 0)] {
        assert_eq!(
            store.count_open_tasks(person).await.unwrap(),
            open,
            "{person}"
        );
    }
    assert_eq!(
        store.count_instances().await.unwrap(),
        [("repair_order".into(), "running".into(), 1)]
    );
    let outcomes = store.commit(&[decided(&c, "k3", "qianqi")]).await.unwrap();
    assert_eq!(outcomes, [Done], "the key of a stale write is free");
}

async fn cancelled(fresh: Fresh) {
    let store = fresh.open().await;
    let mut last = started(&id(1), "ann");
    store.commit(std::slice::from_ref(&last)).await.unwrap();
    for polls in 1..60 {
        let next = decided(&last, &format!("k{polls}"), "bob");
        let writes = [next];
        // The call is polled a few times more in each round, and then dropped wherever it is.
        let mut call = Box::pin(store.commit(&writes));
        let mut left = polls;
        let ended = std::future::poll_fn(|cx| {
            let polled = call.as_mut().poll(cx);
            left -= 1;
            match polled {
                std::task::Poll::Ready(outcomes) => std::task::Poll::Ready(Some(outcomes)),
                std::task::Poll::Pending if left == 0 => std::task::Poll::Ready(None),
                std::task::Poll::Pending => std::task::Poll::Pending,
            }
        })
        .await;
        drop(call);
        let known = ended.map(|outcomes| outcomes.unwrap() == [Outcome::Done]);
        // Whatever happened to it, the next call finds a whole turn or nothing, and the key tells which.
        let outcome = store.commit(&writes).await.unwrap().remove(0);
        let [next] = writes;
        match (known, &outcome) {
            (Some(true), Outcome::Repeated(_)) | (None, Outcome::Done | Outcome::Repeated(_)) => {}
            (known, outcome) => panic!("round {polls}: {known:?}, then {outcome:?}"),
        }
        last = next;
    }
    let events = store.events(&id(1), 1, 500).await.unwrap();
    assert_eq!(u64::try_from(events.len()).unwrap(), 2 * last.instance.rev);
    assert_eq!(store.count_open_tasks("bob").await.unwrap(), 1);
}

async fn moved(fresh: Fresh) {
    let store = fresh.open().await;
    let write = started(&id(1), "zhangsan");
    store.commit(std::slice::from_ref(&write)).await.unwrap();
    let mut later = write.clone();
    later.before = Some(stood(&write));
    later.instance.rev += 1;
    later.tasks_opened.clear();
    later.events.clear();
    later.records.clear();
    later.outbox.clear();
    later.wakeups_set.clear();
    later.answer = None;
    let due_at = |due| TaskRow {
        due,
        ..write.tasks_opened[0].clone()
    };
    let gone = TaskRow {
        no: 99,
        ..due_at(Some(Moment(1)))
    };
    later.tasks_changed = vec![due_at(Some(Moment(77))), gone];
    assert_eq!(
        store.commit(&[later.clone()]).await.unwrap(),
        [Outcome::Done]
    );
    let due = async || {
        let open = store.inbox("lisi", None, None, 10).await.unwrap();
        open[0].task.due
    };
    assert_eq!(due().await, Some(Moment(77)));
    later.before = Some(stood(&later));
    later.instance.rev += 1;
    later.tasks_changed = vec![due_at(None)];
    store.commit(&[later]).await.unwrap();
    assert_eq!(due().await, None);
    assert_eq!(store.count_open_tasks("lisi").await.unwrap(), 1);
}

/// Three batches, each of everything a turn may write; with `loser`, each has somebody who loses, and goes gate by gate.
async fn play(store: &Store, loser: bool) {
    let ghost = decided(&started(&id(99), "ghost"), "ghost", "bob");
    let starts: Vec<_> = (1..=4).map(|n| started(&id(n), "ann")).collect();
    let mut pool = starts.clone();
    // One that two may claim, and one that ends in the turn that opened it.
    pool[1].tasks_opened[0].candidates = vec!["eve".into(), "max".into()];
    pool[1].tasks_opened[0].assignee.clear();
    pool[1].tasks_opened[0].kind = "claim".into();
    let at_once = decided(&pool[2], "", "bob").tasks_closed;
    pool[2].tasks_opened.clear();
    pool[2].tasks_closed = at_once;
    let mut first: Vec<_> = pool
        .iter()
        .enumerate()
        .filter(|(at, _)| *at != 2)
        .map(|(at, write)| decided(write, &format!("a{at}"), "bob"))
        .collect();
    first[0].instance.status = "approved".into();
    first[0].instance.ended = true;
    first[1].records = vec![RecordWrite {
        new: false,
        ..pool[1].records[0].clone()
    }];
    first[1].guards = vec![guard(&first[1], true)];
    first[2].guards = vec![guard(&first[2], false)];
    let mut second = decided(&first[1], "b", "李四");
    second.tasks_changed = vec![TaskRow {
        due: Some(Moment(9)),
        ..first[1].tasks_opened[0].clone()
    }];
    let mut touching = decided(&first[2], "c", "李四");
    touching.guards = vec![guard(&touching, true)];
    for mut batch in [pool, first, vec![second, touching]] {
        let mut wanted = vec![Outcome::Done; batch.len()];
        if loser {
            batch.push(ghost.clone());
            wanted.push(Outcome::Stale);
        }
        assert_eq!(store.commit(&batch).await.unwrap(), wanted);
    }
}

fn guard(write: &Write, grows: bool) -> Guard {
    Guard {
        entity: "repair".into(),
        id: write.instance.record.clone(),
        rev: 1,
        grows,
    }
}

async fn both_ways(fresh: Fresh) {
    let one = fresh.open().await;
    let other = match one.dialect() {
        Dialect::Sqlite => Fresh::sqlite(),
        Dialect::Postgres => Fresh::postgres().await.unwrap(),
    };
    let other = other.open().await;
    play(&one, false).await;
    play(&other, true).await;
    let (left, right) = (one.dump().await.unwrap(), other.dump().await.unwrap());
    assert_eq!(left, right);
    for (person, open) in [("eve", 0), ("max", 0), ("bob", 1), ("李四", 2)] {
        let counted = one.count_open_tasks(person).await.unwrap();
        assert_eq!(counted, open, "{person}");
    }
}
