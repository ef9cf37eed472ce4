//! Importing the organisation: told before, and who is no longer in it is out.

use assent_core::people::Names as _;

use super::harness::{LEAVE, TestApp, directory, leave_of};
use crate::app::{AppError, Secret, SignIn};

fn code<T: std::fmt::Debug>(done: Result<T, AppError>) -> String {
    match done {
        Err(AppError::Refused(refusal)) => refusal.code,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

#[tokio::test]
async fn who_is_no_longer_listed_is_out_and_what_waits_for_them_is_told() {
    let test = TestApp::with(LEAVE).await;
    let started = test.submitted(&leave_of(5)).await;
    let asked = started.opened[0].assignee.clone();
    let password = Secret("correct horse".into());
    test.app.set_password(&asked, &password).await.unwrap();
    let sign_in = SignIn {
        login: asked.clone(),
        password,
        address: "10.0.0.1".into(),
        agent: "test".into(),
    };
    let session = test.app.sign_in(sign_in).await.unwrap();
    let without = |_: &assent_core::directory::Directory| {
        let mut next = directory();
        next.people.remove(&asked);
        next.roles.retain(|grant| grant.person != asked);
        next.people.get_mut("ann").unwrap().superior = Some("own".into());
        Ok(next)
    };
    for stranger in [None, Some("ann")] {
        let refused = test.app.change_organisation(stranger, without).await;
        assert_eq!(code(refused), "not_administrator");
    }
    let told = test
        .app
        .organisation_change(Some("adm"), without)
        .await
        .unwrap();
    let said: Vec<&str> = told.changes.iter().map(|one| one.en.as_str()).collect();
    assert!(
        said.iter().any(|one| one.starts_with("Disabled: ")),
        "{said:?}"
    );
    assert!(
        said.contains(&"安妮, superior: none → 负责人 (own)"),
        "{said:?}"
    );
    assert!(
        said.iter().any(|one| one.contains("is no longer manager")),
        "{said:?}"
    );
    assert_eq!(
        (told.leaving.len(), told.leaving[0].tasks, told.people),
        (1, 1, 5)
    );
    assert!(test.app.signed(&session.token.0).await.unwrap().is_some());
    let done = test.app.change_organisation(Some("adm"), without).await;
    assert_eq!(done.unwrap(), told, "what was told is what was done");
    assert!(test.app.signed(&session.token.0).await.unwrap().is_none());
    let back = |_: &_| Ok(directory());
    let told = test.app.change_organisation(Some("adm"), back).await;
    let told = told.unwrap();
    assert!(
        told.changes.iter().any(|one| one.zh.starts_with("恢复 ")),
        "{:?}",
        told.changes
    );
    let session = test.app.signed(&session.token.0).await.unwrap();
    assert!(session.is_none(), "an old session does not come back");
    test.settle().await;
    test.finish().await;
}

#[tokio::test]
async fn there_is_always_an_administrator() {
    let test = TestApp::with("").await;
    let nobody = |_: &_| {
        let mut next = directory();
        next.roles.retain(|grant| grant.role != "administrator");
        Ok(next)
    };
    let refused = test.app.change_organisation(Some("adm"), nobody).await;
    assert_eq!(code(refused), "no_administrator");
    let same = |before: &assent_core::directory::Directory| Ok(before.clone());
    let told = test.app.change_organisation(Some("adm"), same).await;
    assert!(told.unwrap().changes.is_empty());
    assert_eq!(
        test.app.directory().version,
        1,
        "what changes nothing is not saved"
    );
    test.finish().await;
}

/// Sentences name a post as its module does, whichever organisation was brought in.
#[tokio::test]
async fn posts_go_by_the_names_their_modules_give_them() {
    let test = TestApp::configured(LEAVE, |config| {
        config.modules = vec![std::sync::Arc::new(assent_org::Org)];
    })
    .await;
    let named = |id: &str| test.app.directory().post(id);
    assert_eq!(named("general_manager").zh, "总经理");
    assert_eq!(named("unheard_of").zh, "unheard_of");
    let changed = |before: &assent_core::directory::Directory| {
        let mut next = before.clone();
        next.people.get_mut("ann").unwrap().name = "安".into();
        Ok(next)
    };
    let by = Some("adm");
    test.app.change_organisation(by, changed).await.unwrap();
    assert_eq!(named("general_manager").en, "General manager");
    test.settle().await;
    test.finish().await;
}
