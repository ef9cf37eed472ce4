//! Published definitions, the directory, settings, numbers, mails, files.

use assent_core::time::Moment;
use assent_store::Outcome::{Done, Stale};
use assent_store::{Attachment, KeptMail, Published};

use crate::support::{Fresh, event, id, on_both};

on_both! {
    the_last_publication_of_a_flow_is_current => publications;
    the_directory_moves_one_version_at_a_time => directory;
    settings_need_their_rev => settings;
    numbers_are_never_given_twice => numbers;
    mails_and_files_are_kept => kept;
}

fn version(flow: &str, version: &str, at: i64) -> Published {
    Published {
        flow: flow.into(),
        version: version.into(),
        source: format!("flow: {flow} # {version}"),
        at: Moment(at),
        by: "ann".into(),
    }
}

async fn publications(fresh: Fresh) {
    let store = fresh.open().await;
    for (flow, hash, seq) in [
        ("a", "v1", 1),
        ("a", "v2", 2),
        ("b", "v1", 1),
        ("a", "v1", 3),
    ] {
        let number = u32::try_from(seq).unwrap();
        let published = store
            .publish(&version(flow, hash, seq), &event(number, "published"))
            .await;
        assert_eq!(published.unwrap(), Some(number));
    }
    let current = store.current_definitions().await.unwrap();
    let seen: Vec<_> = current
        .iter()
        .map(|p| {
            (
                p.published.flow.as_str(),
                p.published.version.as_str(),
                p.seq,
            )
        })
        .collect();
    assert_eq!(seen, [("a", "v1", 3), ("b", "v1", 1)]);
    let history = store.definition_history("a").await.unwrap();
    assert_eq!(
        history.iter().map(|p| p.current).collect::<Vec<_>>(),
        [true, false]
    );
    let old = store.definition("a", "v2").await.unwrap().unwrap();
    assert_eq!(old.published, version("a", "v2", 2));
    assert_eq!(store.definition("a", "v9").await.unwrap(), None);
    // Two administrators publish at once: one is told that the trail has moved on, and publishes again.
    let (x, y) = (version("c", "x", 1), version("c", "y", 1));
    let first = event(1, "published");
    let (one, two) = tokio::join!(store.publish(&x, &first), store.publish(&y, &first));
    let mut seqs = [one.unwrap(), two.unwrap()];
    seqs.sort_unstable();
    assert_eq!(seqs, [None, Some(1)]);
    let again = store.publish(&y, &event(2, "published")).await.unwrap();
    assert_eq!(again, Some(2));
    let chain = assent_store::flow_chain("c");
    let seqs: Vec<u32> = store
        .last_events(&chain, 5)
        .await
        .unwrap()
        .iter()
        .map(|event| event.seq)
        .collect();
    assert_eq!(seqs, [2, 1]);
    let current = store.current_definitions().await.unwrap();
    assert_eq!(
        current.iter().filter(|p| p.published.flow == "c").count(),
        1
    );
}

async fn directory(fresh: Fresh) {
    let store = fresh.open().await;
    assert_eq!(store.directory().await.unwrap(), None);
    assert_eq!(store.directory_version().await.unwrap(), 0);
    for (number, outcome) in [(2, Stale), (1, Done), (1, Stale), (3, Stale), (2, Done)] {
        let body = format!("{{\"version\":{number}}}");
        let saved = store
            .save_directory(number, &body, Moment(1), "ann")
            .await
            .unwrap();
        assert_eq!(saved, outcome, "{number}");
    }
    assert_eq!(
        store.directory().await.unwrap(),
        Some((2, "{\"version\":2}".into()))
    );
    assert_eq!(
        store.directory_at(1).await.unwrap(),
        Some((1, "{\"version\":1}".into()))
    );
    assert_eq!(store.directory_version().await.unwrap(), 2);
}

async fn settings(fresh: Fresh) {
    let store = fresh.open().await;
    assert_eq!(store.setting("mail").await.unwrap(), None);
    for (body, rev, outcome) in [
        ("1", 1, Stale),
        ("1", 0, Done),
        ("x", 0, Stale),
        ("2", 1, Done),
        ("x", 1, Stale),
    ] {
        assert_eq!(
            store.save_setting("mail", body, rev).await.unwrap(),
            outcome,
            "{body} {rev}"
        );
    }
    assert_eq!(store.setting("mail").await.unwrap(), Some(("2".into(), 2)));
    assert_eq!(
        store.settings().await.unwrap(),
        [("mail".into(), "2".into(), 2)]
    );
}

async fn numbers(fresh: Fresh) {
    let store = fresh.open().await;
    let calls: Vec<_> = (0..40)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move { store.next_number("repair/2026").await.unwrap() })
        })
        .collect();
    let mut given = vec![];
    for call in calls {
        given.push(call.await.unwrap());
    }
    given.sort_unstable();
    assert_eq!(given, (1..=40).collect::<Vec<_>>());
    assert_eq!(store.next_number("repair/2027").await.unwrap(), 1);
}

async fn kept(fresh: Fresh) {
    let store = fresh.open().await;
    for number in 1..=3u32 {
        let mail = KeptMail {
            id: id(number),
            at: Moment(number.into()),
            recipient: if number == 2 {
                "b@x.cn".into()
            } else {
                "a@x.cn".into()
            },
            subject: "【待审批】".into(),
            instance: id(9),
            raw: "From: …".into(),
        };
        store.keep_mail(&mail).await.unwrap();
        store.keep_mail(&mail).await.unwrap();
    }
    let ids = |mails: Vec<KeptMail>| mails.into_iter().map(|mail| mail.id).collect::<Vec<_>>();
    assert_eq!(
        ids(store.kept_mails(None, None, 2).await.unwrap()),
        [id(3), id(2)]
    );
    assert_eq!(
        ids(store.kept_mails(None, Some(&id(2)), 9).await.unwrap()),
        [id(1)]
    );
    assert_eq!(
        ids(store.kept_mails(Some("a@x.cn"), None, 9).await.unwrap()),
        [id(3), id(1)]
    );
    assert_eq!(
        store.kept_mail(&id(2)).await.unwrap().unwrap().recipient,
        "b@x.cn"
    );
    let bytes: Vec<u8> = (0..=255).collect();
    let file = Attachment {
        id: id(1),
        name: "报价 \"1\".pdf".into(),
        media: "application/pdf".into(),
        size: 256,
        sha256: "ab".into(),
        owner: "ann".into(),
        at: Moment(1),
        instance: String::new(),
    };
    store.add_attachment(&file, &bytes).await.unwrap();
    assert_eq!(store.attachment_bytes(&id(1)).await.unwrap(), Some(bytes));
    assert_eq!(store.attachment(&id(1)).await.unwrap(), Some(file.clone()));
    assert!(store.attach(&id(1), &id(9)).await.unwrap());
    assert_eq!(
        store.attachments_of(&id(9)).await.unwrap()[0].name,
        file.name
    );
    let ids = [id(1), id(2)];
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let names = store.attachment_names(&ids).await.unwrap();
    assert_eq!(names.into_iter().collect::<Vec<_>>(), [(id(1), file.name)]);
    assert_eq!(store.attachment_bytes("x").await.unwrap(), None);
}
