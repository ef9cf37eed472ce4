//! The one entrance.

use assent_core::command::{Action, Actor, Command, Verdict, Via};
use assent_core::value::{Value, Values};
use assent_core::write::{EventRow, RecordWrite};
use assent_store::Outcome;
use serde_json::json;
use sqlx::{Connection as _, SqliteConnection};

use super::harness::{LEAVE, TestApp, leave_of, values};
use crate::app::{Answer, AppError, JsonMap, Seen, Tab};

fn refused(result: Result<crate::app::Answer, AppError>) -> String {
    match result {
        Err(AppError::Refused(refusal)) => refusal.code,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

#[tokio::test]
async fn a_request_goes_through_and_everybody_sees_it() {
    let test = TestApp::with(LEAVE).await;
    let answer = test.submitted(&leave_of(5)).await;
    assert_eq!(answer.status, "running");
    assert_eq!(answer.opened.len(), 2, "{answer:?}");
    assert!(answer.message.zh.contains("鲍勃"), "{:?}", answer.message);
    assert_eq!(test.todo("bob").await, ["三亚 5"]);
    assert_eq!(test.todo("bea").await, ["三亚 5"]);

    let view = test
        .app
        .task_view("bob", &answer.instance, answer.opened[0].task)
        .await
        .unwrap();
    assert!(view.open);
    assert_eq!(view.role.zh, "主管审批（或签），0/1 已签");
    let approve = view
        .offers
        .iter()
        .find(|offer| offer.action == "approve")
        .unwrap();
    assert!(
        approve.allowed && approve.consequence.zh.contains("人事审批"),
        "{approve:?}"
    );
    let labels: Vec<&str> = view
        .instance
        .facts
        .iter()
        .map(|fact| fact.name.as_str())
        .collect();
    assert_eq!(labels, ["reason", "days"], "the hidden field is not shown");
    let here: Vec<&str> = view
        .instance
        .diagram
        .list
        .iter()
        .filter(|line| line.mark == "here")
        .map(|line| line.state.as_str())
        .collect();
    assert_eq!(here, ["manager_approval"]);
    assert!(
        view.instance.diagram.svg.zh.contains("鲍勃"),
        "who has it stands in the picture"
    );
    let names: Vec<&str> = view
        .instance
        .expected
        .iter()
        .map(|one| one.state.as_str())
        .collect();
    assert_eq!(names, ["hr_approval", "granted"]);
    assert_eq!(view.instance.expected[0].people[0].name, "哈娜");
    assert!(view.due.unwrap().shown.zh.contains("工作日"));

    let bob = answer
        .opened
        .iter()
        .find(|task| task.assignee == "bob")
        .unwrap()
        .task;
    let next = test
        .decide(&answer.instance, bob, "bob", Verdict::Approve)
        .await
        .unwrap();
    assert_eq!(next.opened[0].assignee, "hana");
    assert!(
        test.todo("bea").await.is_empty(),
        "the sibling task is gone"
    );
    let end = test
        .decide(
            &answer.instance,
            next.opened[0].task,
            "hana",
            Verdict::Approve,
        )
        .await
        .unwrap();
    assert_eq!(end.status, "approved");
    assert!(end.message.zh.contains("已通过"), "{:?}", end.message);
    test.settle().await;

    let view = test
        .app
        .instance_view("ann", &answer.instance)
        .await
        .unwrap();
    assert!(view.head.ended);
    let words: Vec<&str> = view
        .timeline
        .iter()
        .filter(|item| !item.minor)
        .map(|item| item.words.zh.as_str())
        .collect();
    assert_eq!(
        words,
        [
            "安妮 发起",
            "安妮 提交",
            "鲍勃 同意 · 主管审批",
            "哈娜 同意 · 人事审批",
            "流程结束：已通过"
        ]
    );
    let done = test
        .app
        .inbox("bob", Tab::Done, None, None, 10)
        .await
        .unwrap();
    assert_eq!(done.items[0].status_shown.zh, "已同意");
    test.finish().await;
}

#[tokio::test]
async fn the_same_key_gets_the_first_answer() {
    let test = TestApp::with(LEAVE).await;
    let answer = test.submitted(&leave_of(1)).await;
    let bob = answer
        .opened
        .iter()
        .find(|task| task.assignee == "bob")
        .unwrap()
        .task;
    let command = Command {
        actor: Actor::Person("bob".into()),
        via: Via::Page,
        action: Action::Decide {
            task: bob,
            verdict: Verdict::Approve,
            comment: None,
            set: Values::new(),
            with: assent_core::command::DecideWith::default(),
        },
        key: Some("k-1".into()),
    };
    let first = test
        .app
        .command(&answer.instance, command.clone())
        .await
        .unwrap();
    let second = test.app.command(&answer.instance, command).await.unwrap();
    assert!(!first.repeated && second.repeated);
    assert_eq!(
        (first.rev, first.seq, &first.message),
        (second.rev, second.seq, &second.message)
    );
    test.settle().await;
    test.finish().await;
}

#[tokio::test]
async fn starting_twice_with_one_key_starts_once() {
    let test = TestApp::with(LEAVE).await;
    let start = || {
        let actor = Actor::Person("ann".into());
        let given = values(&leave_of(1));
        let app = test.app.clone();
        async move {
            app.start("leave", actor, Via::Api, &given, true, Some("s-1".into()))
                .await
                .unwrap()
        }
    };
    let (first, second) = (start().await, start().await);
    assert_eq!(first.instance, second.instance);
    assert_eq!(test.todo("bob").await.len(), 1);
    test.settle().await;
    test.finish().await;
}

#[tokio::test]
async fn two_at_once_are_both_answered_and_the_state_is_settled_once() {
    let test = TestApp::with(LEAVE).await;
    let answer = test.submitted(&leave_of(5)).await;
    let task = |who: &str| {
        answer
            .opened
            .iter()
            .find(|task| task.assignee == who)
            .unwrap()
            .task
    };
    let (bob, bea) = tokio::join!(
        test.decide(&answer.instance, task("bob"), "bob", Verdict::Approve),
        test.decide(&answer.instance, task("bea"), "bea", Verdict::Approve),
    );
    let (won, lost) = if bob.is_ok() { (bob, bea) } else { (bea, bob) };
    assert_eq!(won.unwrap().opened.len(), 1);
    assert_eq!(refused(lost), "task_closed");
    assert_eq!(test.todo("hana").await.len(), 1);
    test.settle().await;
    test.finish().await;
}

/// A2.89: also where the other's decision ended the case.
#[tokio::test]
async fn whoever_is_late_in_the_last_state_is_told_by_whom_and_when() {
    let test = TestApp::with(LEAVE).await;
    let late = async |asked: &Answer, who: &str| {
        let mine = asked.opened.iter().find(|task| task.assignee == who);
        let task = mine.unwrap().task;
        match test
            .decide(&asked.instance, task, who, Verdict::Approve)
            .await
        {
            Err(AppError::Refused(refusal)) => refusal,
            other => panic!("{other:?}"),
        }
    };
    let asked = test.submitted(&leave_of(2)).await;
    let first = asked.opened.iter().find(|task| task.assignee == "bob");
    let first = first.unwrap().task;
    let decided = test.decide(&asked.instance, first, "bob", Verdict::Approve);
    assert_eq!(decided.await.unwrap().status, "approved");
    let refusal = late(&asked, "bea").await;
    assert_eq!(refusal.code, "ended");
    assert_eq!(refusal.params["outcome"], "approved");
    let words = &refusal.message;
    assert!(
        words.zh.contains("鲍勃") && words.zh.contains("09:00"),
        "{words:?}"
    );
    assert!(words.zh.contains("流程已结束"), "{words:?}");
    // Nobody settled what was withdrawn.
    let asked = test.submitted(&leave_of(2)).await;
    let back = Action::Withdraw { comment: None };
    test.act(&asked.instance, "ann", back).await.unwrap();
    let words = late(&asked, "bea").await.message;
    assert!(
        words.zh.contains("已于") && !words.zh.contains("鲍勃"),
        "{words:?}"
    );
    test.settle().await;
    test.finish().await;
}

#[tokio::test]
async fn what_changed_since_it_was_seen_must_be_read_again() {
    let test = TestApp::with(LEAVE).await;
    let answer = test.submitted(&leave_of(2)).await;
    let bob = answer
        .opened
        .iter()
        .find(|task| task.assignee == "bob")
        .unwrap()
        .task;
    let command = |key: &str| Command {
        actor: Actor::Person("bob".into()),
        via: Via::Link,
        action: Action::Decide {
            task: bob,
            verdict: Verdict::Approve,
            comment: None,
            set: Values::new(),
            with: assent_core::command::DecideWith::default(),
        },
        key: Some(key.into()),
    };
    let seen = |facts: &str, round| Seen {
        facts: Some(facts.into()),
        round: Some(round),
    };
    let view = test
        .app
        .task_view("bob", &answer.instance, bob)
        .await
        .unwrap();
    let stale = test
        .app
        .command_seen(&answer.instance, command("a"), seen("other", 1))
        .await;
    assert_eq!(refused(stale), "record_changed");
    let stale = test
        .app
        .command_seen(&answer.instance, command("b"), seen(&view.facts_hash, 2))
        .await;
    assert_eq!(refused(stale), "old_round");
    let good = test
        .app
        .command_seen(&answer.instance, command("c"), seen(&view.facts_hash, 1))
        .await;
    assert!(good.is_ok());
    test.settle().await;
    test.finish().await;
}

#[tokio::test]
async fn values_that_do_not_fit_are_all_named() {
    let test = TestApp::with(LEAVE).await;
    let bad = values(&json!({"reason": 5, "days": "many", "nonsense": 1}));
    let fault = test
        .app
        .start(
            "leave",
            Actor::Person("ann".into()),
            Via::Api,
            &bad,
            true,
            None,
        )
        .await;
    let Err(AppError::Invalid(faults)) = fault else {
        panic!("{fault:?}");
    };
    let fields: Vec<&str> = faults.iter().map(|fault| fault.field.as_str()).collect();
    assert_eq!(fields.len(), 3, "{faults:?}");
    assert!(
        test.app
            .start(
                "nothing",
                Actor::Person("ann".into()),
                Via::Api,
                &bad,
                true,
                None
            )
            .await
            .is_err()
    );
    test.finish().await;
}

#[tokio::test]
async fn strangers_see_nothing() {
    let test = TestApp::with(LEAVE).await;
    let answer = test.submitted(&leave_of(2)).await;
    for (who, sees) in [
        ("ann", true),
        ("bob", true),
        ("own", true),
        ("adm", true),
        ("hana", false),
        ("nobody", false),
    ] {
        let view = test.app.instance_view(who, &answer.instance).await;
        assert_eq!(view.is_ok(), sees, "{who}");
    }
    let all = test
        .app
        .instances("hana", &Default::default(), None, 10)
        .await
        .unwrap();
    assert!(all.items.is_empty());
    assert_eq!(
        test.app
            .instances("adm", &Default::default(), None, 10)
            .await
            .unwrap()
            .items
            .len(),
        1
    );
    test.settle().await;
    test.finish().await;
}

/// Somebody writes the record of a case beside its flow; returns the record.
async fn edited_to_two_days(test: &TestApp, instance: &str, seq: u32) -> String {
    let loaded = test.app.load(instance).await.unwrap().unwrap();
    let mut values = loaded.values;
    values.insert("days".to_owned(), Value::Number(2.into()));
    let record = RecordWrite {
        entity: test.app.definition("leave").unwrap().entity.clone(),
        id: loaded.row.record,
        values,
        new: false,
    };
    let event = EventRow {
        seq,
        at: test.app.now(),
        actor: "adm".to_owned(),
        kind: "edited".to_owned(),
        body: "{}".to_owned(),
        hash: String::new(),
    };
    let saved = test.app.store().save_record(&record, None, &event).await;
    assert_eq!(saved.unwrap(), Outcome::Done);
    record.id
}

#[tokio::test]
async fn what_is_remembered_of_a_case_decides_nothing() {
    let test = TestApp::with(LEAVE).await;
    let other = crate::App::open(test.app.config().clone()).await.unwrap();
    let answer = test.submitted(&leave_of(5)).await;
    let mine = |answer: &crate::app::Answer, who: &str| {
        let mine = answer.opened.iter().find(|task| task.assignee == who);
        mine.unwrap().task
    };
    // Another node decides; the task it opens is unknown to what this one remembers.
    let command = Command {
        actor: Actor::Person("bob".to_owned()),
        via: Via::Page,
        action: Action::Decide {
            task: mine(&answer, "bob"),
            verdict: Verdict::Approve,
            comment: None,
            set: Values::new(),
            with: assent_core::command::DecideWith::default(),
        },
        key: None,
    };
    let next = other.command(&answer.instance, command).await.unwrap();
    let end = test
        .decide(
            &answer.instance,
            mine(&next, "hana"),
            "hana",
            Verdict::Approve,
        )
        .await
        .unwrap();
    assert_eq!(end.status, "approved");

    // A record that is edited beside the flow is decided on as it is now: two days need no second approval. It may have been
    // made by the case, or be older than it.
    let made = test.submitted(&leave_of(5)).await;
    let record = edited_to_two_days(&test, &made.instance, 1).await;
    let end = test
        .decide(&made.instance, mine(&made, "bob"), "bob", Verdict::Approve)
        .await
        .unwrap();
    assert_eq!(end.status, "approved");
    let of_before = values(&serde_json::json!({"days": 5}));
    let start = async |values| {
        let ann = Actor::Person("ann".to_owned());
        let on = test
            .app
            .start_on("leave", Some(&record), ann, Via::Api, values, true, None);
        on.await.unwrap()
    };
    let longer = start(&of_before).await;
    test.decide(
        &longer.instance,
        mine(&longer, "bob"),
        "bob",
        Verdict::Approve,
    )
    .await
    .unwrap();
    let again = start(&JsonMap::new()).await;
    edited_to_two_days(&test, &again.instance, 2).await;
    let end = test
        .decide(
            &again.instance,
            mine(&again, "bob"),
            "bob",
            Verdict::Approve,
        )
        .await
        .unwrap();
    assert_eq!(end.status, "approved");
    other.close().await;
    test.settle().await;
    test.finish_damaged().await;
}

#[tokio::test]
async fn a_program_that_a_newer_one_has_overtaken_decides_nothing_any_more() {
    let test = TestApp::with(LEAVE).await;
    let answer = test.submitted(&leave_of(5)).await;
    let url = test.app.config().database.clone();
    let mut db = SqliteConnection::connect(&url).await.unwrap();
    let later = "insert into assent_schema (number, name, oldest) values (999, 'later', 999)";
    sqlx::raw_sql(later).execute(&mut db).await.unwrap();
    assert!(!test.app.health().await.ready);
    test.app.check_schema().await;
    let bob = answer.opened.iter().find(|task| task.assignee == "bob");
    let refused = test
        .decide(&answer.instance, bob.unwrap().task, "bob", Verdict::Approve)
        .await;
    match refused {
        Err(AppError::Unavailable(fault)) => {
            assert!(fault.message.en.contains("newer version"), "{fault:?}");
        }
        other => panic!("decided all the same: {other:?}"),
    }
    // What was there can still be read, and nothing was written.
    let view = test.app.instance_view("ann", &answer.instance).await;
    assert_eq!(view.unwrap().head.status, "running");
    let undo = "delete from assent_schema where number = 999";
    sqlx::raw_sql(undo).execute(&mut db).await.unwrap();
    db.close().await.unwrap();
    test.finish_with(2, 0).await;
}
