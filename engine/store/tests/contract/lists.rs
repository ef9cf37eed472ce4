//! Inboxes, lists of instances, and what is stuck.

use assent_core::time::Moment;
use assent_store::{Delivery, InstanceFilter};

use crate::support::{Fresh, decided, id, on_both, started};

on_both! {
    an_inbox_is_read_page_by_page_by_due_time => inbox;
    instances_are_filtered_newest_first => instances;
    an_instance_nothing_will_wake_is_a_candidate => stuck;
}

async fn inbox(fresh: Fresh) {
    let store = fresh.open().await;
    for number in 1..=5 {
        let first = started(&id(number), "ann");
        let mut second = decided(&first, &format!("k{number}"), "bob");
        // Task 2 is due at 9 000; the third instance's is due first, the fifth's never.
        second.tasks_opened[0].due = match number {
            3 => Some(Moment(8_000)),
            5 => None,
            _ => Some(Moment(9_000)),
        };
        store.commit(&[first, second]).await.unwrap();
    }
    let (mut seen, mut last) = (vec![], None);
    loop {
        let page = store.inbox("bob", None, last.as_ref(), 2).await.unwrap();
        let Some(end) = page.last() else { break };
        last = Some(end.task.clone());
        seen.extend(page.iter().map(|listed| listed.task.instance.clone()));
    }
    assert_eq!(seen, [id(3), id(1), id(2), id(4), id(5)]);
    let listed = store
        .inbox("bob", Some("repair_order"), None, 1)
        .await
        .unwrap();
    assert_eq!(
        (listed[0].applicant.as_str(), listed[0].flow.as_str()),
        ("ann", "repair_order")
    );
    assert!(
        store
            .inbox("bob", Some("other"), None, 9)
            .await
            .unwrap()
            .is_empty()
    );
    let done = store.done_by("lisi", None, 3).await.unwrap();
    let ids: Vec<_> = done
        .iter()
        .map(|closed| closed.task.instance.clone())
        .collect();
    assert_eq!(ids, [id(5), id(4), id(3)]);
    let rest = store.done_by("lisi", done.last(), 9).await.unwrap();
    assert_eq!(rest.len(), 2);
    assert_eq!(
        (rest[0].end.as_str(), rest[0].by.as_deref()),
        ("approved", Some("lisi"))
    );
    assert_eq!(store.open_tasks(&id(1)).await.unwrap()[0].no, 2);
    assert_eq!(store.closed_tasks(&id(1)).await.unwrap()[0].task.due, None);
    assert_eq!(store.oldest_open_task().await.unwrap(), Some(Moment(2_002)));
}

async fn instances(fresh: Fresh) {
    let store = fresh.open().await;
    for number in 1..=6 {
        let mut write = started(&id(number), if number % 2 == 0 { "ann" } else { "bob" });
        if number > 4 {
            write.instance.status = "approved".into();
            write.instance.ended = true;
            write.instance.standing = String::new();
        }
        if number == 2 {
            write.instance.standing = "fork,legal,finance_head".into();
        }
        store.commit(&[write]).await.unwrap();
    }
    let word = |word: &str| Some(word.to_owned());
    let none = InstanceFilter::default();
    for (filter, found) in [
        (none.clone(), vec![6, 5, 4, 3, 2, 1]),
        (
            InstanceFilter {
                applicant: word("ann"),
                ..none.clone()
            },
            vec![6, 4, 2],
        ),
        (
            InstanceFilter {
                applicant: word("ann"),
                ended: Some(false),
                ..none.clone()
            },
            vec![4, 2],
        ),
        (
            InstanceFilter {
                flow: word("repair_order"),
                status: word("approved"),
                ..none.clone()
            },
            vec![6, 5],
        ),
        (
            InstanceFilter {
                flow: word("other"),
                ..none.clone()
            },
            vec![],
        ),
        (
            InstanceFilter {
                ended: Some(false),
                ..none.clone()
            },
            vec![4, 3, 2, 1],
        ),
        (
            InstanceFilter {
                ended: Some(true),
                ..none.clone()
            },
            vec![6, 5],
        ),
        (
            InstanceFilter {
                standing: word("legal"),
                ..none.clone()
            },
            vec![2],
        ),
        (
            InstanceFilter {
                standing: word("l_gal"),
                ..none.clone()
            },
            vec![],
        ),
        (
            InstanceFilter {
                standing: word("finance"),
                ..none.clone()
            },
            vec![],
        ),
        (
            InstanceFilter {
                record: Some(format!("r-{}", id(3))),
                ..none.clone()
            },
            vec![3],
        ),
    ] {
        let rows = store.list_instances(&filter, None, 50).await.unwrap();
        let ids: Vec<_> = rows.into_iter().map(|row| row.id).collect();
        assert_eq!(
            ids,
            found.into_iter().map(id).collect::<Vec<_>>(),
            "{filter:?}"
        );
    }
    let page = store.list_instances(&none, Some(&id(3)), 1).await.unwrap();
    assert_eq!(page[0].id, id(2));
    let open = store.open_instances(Some(&id(1)), 2).await.unwrap();
    assert_eq!(
        open.iter().map(|row| row.id.clone()).collect::<Vec<_>>(),
        [id(2), id(3)]
    );
    assert_eq!(
        store.count_instances().await.unwrap(),
        [
            ("repair_order".into(), "approved".into(), 2),
            ("repair_order".into(), "running".into(), 4)
        ]
    );
}

async fn stuck(fresh: Fresh) {
    let store = fresh.open().await;
    let mut writes: Vec<_> = (1..=5).map(|number| started(&id(number), "ann")).collect();
    for write in &mut writes {
        (write.tasks_opened, write.wakeups_set) = (vec![], vec![]);
        write.outbox.clear();
    }
    // 1 has nothing; 2 a task, 3 a wake-up, 4 a mail; 5 is held.
    writes[1].tasks_opened = started(&id(2), "ann").tasks_opened;
    writes[2].wakeups_set = started(&id(3), "ann").wakeups_set;
    writes[3].outbox = started(&id(4), "ann").outbox;
    writes[4].instance.status = "held".into();
    store.commit(&writes).await.unwrap();
    let ids = async || {
        let rows = store.stuck_candidates(None, 9).await.unwrap();
        rows.into_iter().map(|row| row.id).collect::<Vec<_>>()
    };
    assert_eq!(ids().await, [id(1)]);
    // A mail in the dead letters wakes nobody.
    let effect = store
        .claim_outbox("a", Moment(2_000), Moment(9_000), None, 1)
        .await
        .unwrap()
        .remove(0);
    let dead = Delivery::Dead {
        at: Moment(2_000),
        error: "x".into(),
    };
    store.settle(&effect, &dead).await.unwrap();
    assert_eq!(ids().await, [id(1), id(4)]);
}
