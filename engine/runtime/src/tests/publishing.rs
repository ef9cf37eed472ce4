//! Publishing, and files.

use assent_core::command::{Actor, Verdict, Via};

use super::harness::{LEAVE, TestApp, leave_of, values};
use crate::app::{AppError, PublishOutcome, SourceFile};

fn file(text: &str) -> Vec<SourceFile> {
    vec![SourceFile {
        name: "leave.yaml".into(),
        text: text.into(),
    }]
}

#[tokio::test]
async fn a_broken_file_keeps_the_last_good_version_running_and_says_so() {
    let test = TestApp::with(LEAVE).await;
    let good = test.app.definition("leave").unwrap().version.clone();
    let broken = LEAVE.replace("approve: {by: manager}", "aprove: {by: manager}");
    let results = test.app.publish(Some("adm"), file(&broken)).await.unwrap();
    assert_eq!(results[0].outcome, PublishOutcome::Refused);
    assert_eq!(results[0].version.as_ref(), Some(&good));
    assert!(
        results[0].message.zh.contains("继续使用"),
        "{:?}",
        results[0].message
    );
    assert!(!results[0].diagnostics.is_empty());
    assert_eq!(test.app.definition("leave").unwrap().version, good);
    test.submitted(&leave_of(1)).await;
    let same = test.app.publish(Some("adm"), file(LEAVE)).await.unwrap();
    assert_eq!(same[0].outcome, PublishOutcome::Unchanged);
    test.settle().await;
    test.finish().await;
}

/// A7.5 A11.14: an instance pins its version; a newer one does not touch it.
#[tokio::test]
async fn a_running_instance_stays_on_its_version_also_after_a_restart() {
    let test = TestApp::with(LEAVE).await;
    let answer = test.submitted(&leave_of(5)).await;
    let old = test.app.definition("leave").unwrap().version.clone();
    test.publish(&LEAVE.replace("days > 3", "days > 30")).await;
    let new = test.app.definition("leave").unwrap().version.clone();
    assert_ne!(old, new);
    test.settle().await;

    // Opened again beside the first: nothing is in memory.
    let mut config = test.app.config().clone();
    config.workers = false;
    let again = crate::App::open(config).await.unwrap();
    assert_eq!(again.definition("leave").unwrap().version, new);
    let view = again.instance_view("ann", &answer.instance).await.unwrap();
    assert_eq!(view.head.version, old);
    assert_eq!(
        view.expected[0].state, "hr_approval",
        "five days still go to HR"
    );
    assert_eq!(
        again.directory().people.len(),
        test.app.directory().people.len()
    );
    again.close().await;
    test.finish().await;
}

#[tokio::test]
async fn an_import_that_points_at_nothing_is_refused_as_a_whole() {
    let test = TestApp::with(LEAVE).await;
    let before = test.app.directory().version;
    let mut bad = super::harness::directory();
    bad.people.get_mut("ann").unwrap().unit = "nowhere".into();
    bad.roles[0].person = "ghost".into();
    let Err(AppError::Invalid(faults)) = test.app.import_directory(bad).await else {
        panic!("must be refused");
    };
    assert_eq!(faults.len(), 2, "{faults:?}");
    assert_eq!(test.app.directory().version, before);
    test.finish().await;
}

#[tokio::test]
async fn a_file_is_for_those_who_may_see_where_it_belongs() {
    let flow = LEAVE.replace(
        "  secret: {type: text, name: {zh: 备注, en: Note}, max: 80}",
        "  secret: {type: text, name: {zh: 备注, en: Note}, max: 80}\n  proof:  {type: file, name: {zh: 证明, en: Proof}, accept: [pdf], max_mb: 5}",
    );
    let test = TestApp::with(&flow).await;
    let kept = test
        .app
        .attach("ann", "../证明.pdf", b"%PDF-1.7 x".to_vec())
        .await
        .unwrap();
    assert_eq!(
        (kept.name.as_str(), kept.media_type.as_str()),
        ("证明.pdf", "application/pdf")
    );
    assert!(
        test.app.attachment("bob", &kept.id).await.is_err(),
        "it belongs to nothing yet"
    );
    assert!(
        test.app
            .attach("ann", "x.exe", b"MZ...".to_vec())
            .await
            .is_err()
    );
    let mut given = leave_of(1);
    given["proof"] = serde_json::json!(kept.id);
    let start = |who: &str| {
        let (app, actor, given) = (test.app.clone(), Actor::Person(who.into()), values(&given));
        async move {
            app.start("leave", actor, Via::Page, &given, true, None)
                .await
        }
    };
    let stolen = start("hana").await;
    assert!(
        matches!(stolen, Err(AppError::Invalid(_))),
        "somebody else's file: {stolen:?}"
    );
    start("ann").await.unwrap();
    assert_eq!(
        test.app.attachment("bob", &kept.id).await.unwrap().1,
        b"%PDF-1.7 x"
    );
    assert!(test.app.attachment("hana", &kept.id).await.is_err());
    test.settle().await;
    test.finish().await;
}

/// A file is called by its name where people read it, whatever signs are in that.
#[tokio::test]
async fn a_file_is_called_by_its_name_and_not_by_its_id() {
    const NAME: &str = "票据, 终稿、已签.pdf";
    let flow = LEAVE.replace(
        "  secret: {type: text, name: {zh: 备注, en: Note}, max: 80}",
        "  secret: {type: text, name: {zh: 备注, en: Note}, max: 80}\n  proof:  {type: file, name: {zh: 证明, en: Proof}, accept: [pdf], max_mb: 5}",
    );
    let test = TestApp::with(&flow).await;
    let bytes = b"%PDF-1.7 x".to_vec();
    let kept = test.app.attach("ann", NAME, bytes).await.unwrap();
    let mut given = leave_of(1);
    given["proof"] = serde_json::json!([kept.id]);
    let asked = test.submitted(&given).await;
    let view = test.app.instance_view("bob", &asked.instance).await;
    let view = view.unwrap();
    let fact = view.facts.iter().find(|fact| fact.name == "proof").unwrap();
    assert_eq!(fact.shown.zh, NAME);
    let files: Vec<_> = fact.files.iter().collect();
    assert_eq!((files.len(), files[0].id.as_str()), (1, kept.id.as_str()));
    assert_eq!(files[0].name.zh, NAME);
    // The draft that comes back offers to keep it, by its name.
    let back = test
        .decide(&asked.instance, 2, "bob", Verdict::Reject)
        .await;
    let task = back.unwrap().opened[0].task;
    let draft = test.app.task_view("ann", &asked.instance, task).await;
    let draft = draft.unwrap();
    let field = draft.form.iter().find(|field| field.name == "proof");
    assert_eq!(field.unwrap().options[0].name.zh, NAME);
    test.settle().await;
    test.finish().await;
}
