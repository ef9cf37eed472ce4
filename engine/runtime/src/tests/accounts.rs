//! Signing in.

use super::harness::{HOUR_MS, LEAVE, MONDAY, TestApp, directory};
use crate::app::{AppError, Secret, SignIn};

fn with(login: &str, password: &str) -> SignIn {
    SignIn {
        login: login.into(),
        password: Secret(password.into()),
        address: format!("10.0.0.{}", login.len()),
        agent: "test".into(),
    }
}

#[tokio::test]
async fn a_password_opens_a_session_and_a_wrong_one_does_not() {
    let test = TestApp::with(LEAVE).await;
    assert!(test.app.is_fresh().await.unwrap());
    let long = Secret("correct horse".into());
    assert!(matches!(
        test.app.set_password("ann", &Secret("short".into())).await,
        Err(AppError::Invalid(_))
    ));
    test.app.set_password("ann", &long).await.unwrap();
    assert!(!test.app.is_fresh().await.unwrap());
    let session = test
        .app
        .sign_in(with("ann@example.com", "correct horse"))
        .await
        .unwrap();
    let signed = test.app.signed(&session.token.0).await.unwrap().unwrap();
    assert_eq!((signed.person.as_str(), signed.limited), ("ann", None));
    for (login, password) in [
        ("ann", "wrong horse"),
        ("nobody", "correct horse"),
        ("bob", "correct horse"),
    ] {
        let refused = test.app.sign_in(with(login, password)).await;
        assert!(matches!(refused, Err(AppError::NotSignedIn)), "{login}");
    }
    assert!(test.app.signed("nonsense").await.unwrap().is_none());
    test.app.sign_out(&session.token.0).await.unwrap();
    assert!(test.app.signed(&session.token.0).await.unwrap().is_none());
    test.finish().await;
}

#[tokio::test]
async fn guessing_is_slow() {
    let test = TestApp::with(LEAVE).await;
    test.app
        .set_password("ann", &Secret("correct horse".into()))
        .await
        .unwrap();
    for _ in 0..5 {
        let _ = test.app.sign_in(with("ann", "wrong")).await;
    }
    let sixth = test.app.sign_in(with("ann", "correct horse")).await;
    assert!(matches!(sixth, Err(AppError::TooMany { .. })), "{sixth:?}");
    test.at(MONDAY.plus_ms(61_000));
    assert!(test.app.sign_in(with("ann", "correct horse")).await.is_ok());
    test.finish().await;
}

#[tokio::test]
async fn whoever_leaves_is_out_at_once() {
    let test = TestApp::with(LEAVE).await;
    test.app
        .set_password("ann", &Secret("correct horse".into()))
        .await
        .unwrap();
    let session = test
        .app
        .sign_in(with("ann", "correct horse"))
        .await
        .unwrap();
    let token = test.app.issue_token("ann", "script", None).await.unwrap();
    assert_eq!(
        test.app
            .token_person(&token.token.0)
            .await
            .unwrap()
            .as_deref(),
        Some("ann")
    );
    let mut people = directory();
    people.people.get_mut("ann").unwrap().active = false;
    test.app.import_directory(people).await.unwrap();
    assert!(test.app.signed(&session.token.0).await.unwrap().is_none());
    assert!(
        test.app
            .token_person(&token.token.0)
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        test.app
            .sign_in(with("ann", "correct horse"))
            .await
            .is_err()
    );
    test.finish().await;
}

#[tokio::test]
async fn a_session_ends_thirty_days_after_its_last_use() {
    let test = TestApp::with(LEAVE).await;
    let token = test.app.welcome_token("ann").await.unwrap();
    let session = test
        .app
        .redeem_welcome(&token.0, &Secret("correct horse".into()), "phone")
        .await
        .unwrap();
    let day = 24 * HOUR_MS;
    test.at(MONDAY.plus_ms(20 * day));
    assert!(test.app.signed(&session.token.0).await.unwrap().is_some());
    test.at(MONDAY.plus_ms(45 * day));
    assert!(
        test.app.signed(&session.token.0).await.unwrap().is_some(),
        "used on day 20"
    );
    test.at(MONDAY.plus_ms(76 * day));
    assert!(test.app.signed(&session.token.0).await.unwrap().is_none());
    test.finish().await;
}

#[tokio::test]
async fn a_welcome_link_is_good_once() {
    let test = TestApp::with(LEAVE).await;
    let token = test.app.welcome_token("adm").await.unwrap();
    let short = test
        .app
        .redeem_welcome(&token.0, &Secret("short".into()), "x")
        .await;
    assert!(
        matches!(short, Err(AppError::Invalid(_))),
        "and a short password does not use it up"
    );
    let good = Secret("correct horse".into());
    assert!(test.app.redeem_welcome(&token.0, &good, "x").await.is_ok());
    assert!(matches!(
        test.app.redeem_welcome(&token.0, &good, "x").await,
        Err(AppError::NotFound)
    ));
    test.finish().await;
}

#[tokio::test]
async fn a_mailed_code_signs_a_device_in_once() {
    let test = TestApp::with(LEAVE).await;
    test.app
        .mail_code("bob@example.com", "1.1.1.1")
        .await
        .unwrap();
    test.app
        .mail_code("nobody@example.com", "1.1.1.2")
        .await
        .unwrap();
    let mails = test.app.mailbox(10).await.unwrap();
    assert_eq!(mails.len(), 1);
    let mail = test.app.mailbox_mail(&mails[0].id).await.unwrap();
    let code: String = mail
        .text
        .chars()
        .filter(char::is_ascii_digit)
        .take(6)
        .collect();
    assert!(
        !mail.item.subject.contains(&code),
        "locked phones show subjects"
    );
    let wrong = if code == "000000" { "000001" } else { "000000" };
    assert!(
        test.app
            .redeem_code("bob", wrong, "1.1.1.1", "phone")
            .await
            .is_err()
    );
    let session = test
        .app
        .redeem_code("bob", &code, "1.1.1.1", "phone")
        .await
        .unwrap();
    assert_eq!(session.person, "bob");
    assert!(
        test.app
            .redeem_code("bob", &code, "1.1.1.3", "phone")
            .await
            .is_err(),
        "once"
    );
    let devices = test.app.devices("bob").await.unwrap();
    assert_eq!(devices[0].agent, "phone");
    test.app
        .revoke_device("bob", &devices[0].session)
        .await
        .unwrap();
    assert!(test.app.signed(&session.token.0).await.unwrap().is_none());
    test.finish().await;
}

#[tokio::test]
async fn five_wrong_codes_and_the_right_one_is_worth_nothing() {
    let test = TestApp::with(LEAVE).await;
    test.app.mail_code("bob", "1.1.1.1").await.unwrap();
    let mails = test.app.mailbox(10).await.unwrap();
    let mail = test.app.mailbox_mail(&mails[0].id).await.unwrap();
    let code: String = mail
        .text
        .chars()
        .filter(char::is_ascii_digit)
        .take(6)
        .collect();
    let wrong = if code == "000000" { "000001" } else { "000000" };
    // From six addresses, so that it is not the address that is slowed down.
    for peer in 0..5 {
        assert!(
            test.app
                .redeem_code("bob", wrong, &format!("2.2.2.{peer}"), "x")
                .await
                .is_err()
        );
    }
    assert!(
        test.app
            .redeem_code("bob", &code, "3.3.3.3", "x")
            .await
            .is_err()
    );
    test.finish().await;
}
