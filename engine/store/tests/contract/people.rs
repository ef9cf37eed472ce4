//! Accounts, tokens, links.

use assent_core::time::Moment;
use assent_store::{Account, Link, Token};

use crate::support::{Fresh, id, on_both};

on_both! {
    an_account_has_one_login_of_its_own => accounts;
    a_token_is_found_counted_and_used_up_once => tokens;
    the_newest_links_of_a_task_stay_good => links;
}

fn account(person: &str, login: &str) -> Account {
    Account {
        person: person.into(),
        login: login.into(),
        password: "$argon2id$…".into(),
        active: true,
        failures: 0,
        blocked_until: Moment(0),
        changed: Moment(1),
    }
}

async fn accounts(fresh: Fresh) {
    let store = fresh.open().await;
    assert!(store.save_account(&account("ann", "ann")).await.unwrap());
    assert!(
        !store.save_account(&account("bob", "ann")).await.unwrap(),
        "the login is taken"
    );
    assert!(store.save_account(&account("bob", "bob")).await.unwrap());
    assert!(store.save_account(&account("ann", "anna")).await.unwrap());
    assert_eq!(store.account_by_login("ann").await.unwrap(), None);
    assert_eq!(
        store.account_by_login("anna").await.unwrap(),
        Some(account("ann", "anna"))
    );
    assert_eq!(store.accounts().await.unwrap().len(), 2);
    assert_eq!(store.sign_in_failed("ann", Moment(5)).await.unwrap(), 1);
    assert_eq!(store.sign_in_failed("ann", Moment(9)).await.unwrap(), 2);
    assert_eq!(store.sign_in_failed("nobody", Moment(9)).await.unwrap(), 0);
    let blocked = store.account("ann").await.unwrap().unwrap();
    assert_eq!((blocked.failures, blocked.blocked_until), (2, Moment(9)));
    store.sign_in_succeeded("ann").await.unwrap();
    assert_eq!(store.account("ann").await.unwrap().unwrap().failures, 0);
}

fn token(hash: &str, purpose: &str, expires: i64) -> Token {
    Token {
        hash: hash.into(),
        purpose: purpose.into(),
        person: "ann".into(),
        created: Moment(1),
        expires: Moment(expires),
        used: Moment(1),
        tries: 0,
        body: "{}".into(),
    }
}

async fn tokens(fresh: Fresh) {
    let store = fresh.open().await;
    for (hash, purpose, expires) in [
        ("a", "session", 10),
        ("b", "session", 20),
        ("c", "code", 30),
    ] {
        store
            .add_token(&token(hash, purpose, expires))
            .await
            .unwrap();
    }
    assert!(store.add_token(&token("a", "code", 1)).await.is_err());
    assert_eq!(
        store.token("a", "session").await.unwrap(),
        Some(token("a", "session", 10))
    );
    assert_eq!(
        store.token("a", "code").await.unwrap(),
        None,
        "a session is no code"
    );
    assert_eq!(store.token_tried("c").await.unwrap(), 1);
    assert_eq!(store.token_tried("c").await.unwrap(), 2);
    let (first, second) = tokio::join!(store.drop_token("c"), store.drop_token("c"));
    assert!(first.unwrap() ^ second.unwrap(), "a code is used up once");
    store.token_used("b", Moment(7), Moment(40)).await.unwrap();
    assert_eq!(store.drop_expired_tokens(Moment(20)).await.unwrap(), 1);
    assert_eq!(
        store.tokens_of("ann", "session").await.unwrap()[0].used,
        Moment(7)
    );
    assert_eq!(
        store.drop_tokens_of("ann", Some("device")).await.unwrap(),
        0
    );
    assert_eq!(store.drop_tokens_of("ann", None).await.unwrap(), 1);
}

async fn links(fresh: Fresh) {
    let store = fresh.open().await;
    let link = |number: u32, person: &str| Link {
        hash: format!("{person}{number}"),
        person: person.into(),
        instance: id(1),
        task: 3,
        round: 1,
        revision: "7".into(),
        purpose: "open".into(),
        created: Moment(number.into()),
        expires: Moment(100),
        voided: false,
    };
    for number in 1..=4 {
        store.add_link(&link(number, "ann"), 2).await.unwrap();
    }
    store.add_link(&link(1, "bob"), 2).await.unwrap();
    let good = async |hash: &str| !store.link(hash).await.unwrap().unwrap().voided;
    assert!(!good("ann1").await && !good("ann2").await && good("ann3").await && good("ann4").await);
    assert!(good("bob1").await);
    assert_eq!(store.link("ann4").await.unwrap(), Some(link(4, "ann")));
    assert_eq!(store.void_links(&id(1), 3).await.unwrap(), 3);
    assert!(!good("bob1").await);
    assert_eq!(store.drop_expired_links(Moment(100)).await.unwrap(), 5);
    assert_eq!(store.link("ann4").await.unwrap(), None);
}
