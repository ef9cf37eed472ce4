//! What was there before: files and records that were replaced are called by their names.

use assent_core::command::{Action, Actor, Command, DecideWith, ReturnTo, Verdict, Via};
use assent_core::value::{Value, Values};

use super::harness::{LEAVE, TestApp, leave_of};
use crate::app::{Answer, AppError, LinkState, Seen};

const OLD: &str = "病假条 一月.pdf";
const NEW: &str = "病假条 二月.pdf";

/// The flow with a file; both managers sign, and may replace it.
fn with_proof() -> String {
    LEAVE
        .replace(
            "  secret: {type: text, name: {zh: 备注, en: Note}, max: 80}",
            "  secret: {type: text, name: {zh: 备注, en: Note}, max: 80}\n  proof:  {type: file, name: {zh: 证明, en: Proof}, accept: [pdf], max_mb: 5}",
        )
        .replace("approve: {by: manager}", "approve: {by: manager, needs: all}")
        .replace("fields: {hidden: [secret]}", "fields: {hidden: [secret], write: [proof]}")
}

async fn upload(test: &TestApp, who: &str, name: &str) -> String {
    let bytes = format!("%PDF-1.7 {name}").into_bytes();
    test.app.attach(who, name, bytes).await.unwrap().id
}

fn proof(id: &str) -> Values {
    let files = Value::List(vec![Value::from(id)]);
    Values::from([("proof".to_owned(), files)])
}

fn task_of(asked: &Answer, who: &str) -> u32 {
    let mut opened = asked.opened.iter();
    opened.find(|task| task.assignee == who).unwrap().task
}

fn approve(who: &str, task: u32, set: Values) -> Command {
    Command {
        actor: Actor::Person(who.to_owned()),
        via: Via::Page,
        action: Action::Decide {
            task,
            verdict: Verdict::Approve,
            comment: None,
            set,
            with: DecideWith::default(),
        },
        key: None,
    }
}

/// A2.96, A2.80
#[tokio::test]
async fn a_replaced_file_is_called_by_its_name_in_what_changed() {
    let test = TestApp::with(&with_proof()).await;
    let mut given = leave_of(1);
    given["proof"] = serde_json::json!([upload(&test, "ann", OLD).await]);
    let asked = test.submitted(&given).await;
    let id = &asked.instance;
    let bob = task_of(&asked, "bob");
    let link = test.app.issue_link(id, bob).await.unwrap().0;
    let read = test.app.task_view("bob", id, bob).await.unwrap();
    test.at(test.app.now().plus_ms(60_000));
    let new = upload(&test, "bea", NEW).await;
    let hers = approve("bea", task_of(&asked, "bea"), proof(&new));
    test.app.command(id, hers).await.unwrap();

    // The link's page, field by field.
    let LinkState::Changed { fields } = test.app.redeem_link(&link).await.unwrap().state else {
        panic!("changed");
    };
    let told =
        |change: &crate::app::ChangedFact| (change.before.zh.clone(), change.after.zh.clone());
    let names = (OLD.to_owned(), NEW.to_owned());
    assert_eq!(fields.iter().map(told).collect::<Vec<_>>(), [names]);

    // The refusal says what changed, in both languages.
    let seen = Seen {
        facts: Some(read.facts_hash),
        round: None,
    };
    let stale = approve("bob", bob, Values::new());
    let refused = test.app.command_seen(id, stale, seen.clone()).await;
    let Err(AppError::Refused(refusal)) = refused else {
        panic!("refused");
    };
    assert_eq!(refusal.code, "record_changed");
    assert!(
        refusal.message.zh.contains(&format!("证明：{OLD} → {NEW}")),
        "{}",
        refusal.message.zh
    );
    let (zh, en) = (&refusal.params["changes_zh"], &refusal.params["changes_en"]);
    assert_eq!(
        (zh.as_str(), en.as_str()),
        (
            format!("证明：{OLD} → {NEW}").as_str(),
            format!("Proof: {OLD} → {NEW}").as_str()
        )
    );
    // Whoever may not read the case is told nothing of it.
    let stranger = test
        .app
        .command_seen(id, approve("hana", bob, Values::new()), seen)
        .await;
    let Err(AppError::Refused(refusal)) = stranger else {
        panic!("refused");
    };
    assert!(!refusal.message.zh.contains(NEW) && refusal.params.is_empty());

    // Sent back and handed in with another file, whoever is asked again sees both names; so does the timeline.
    let back = Action::Return {
        task: bob,
        to: ReturnTo::Applicant,
        comment: "请换一份".to_owned(),
    };
    test.act(id, "bob", back).await.unwrap();
    let third = upload(&test, "ann", OLD).await;
    let submit = Action::Submit {
        set: proof(&third),
        straight_back: false,
    };
    let again = task_of(&test.act(id, "ann", submit).await.unwrap(), "bob");
    let view = test.app.task_view("bob", id, again).await.unwrap();
    let names = (NEW.to_owned(), OLD.to_owned());
    assert_eq!(view.changed.iter().map(told).collect::<Vec<_>>(), [names]);
    let said: Vec<_> = view
        .instance
        .timeline
        .iter()
        .flat_map(|item| &item.because)
        .collect();
    assert!(
        said.iter()
            .any(|line| line.zh == format!("证明：{OLD} → {NEW}")),
        "{said:?}"
    );
    test.settle().await;
    test.finish().await;
}
