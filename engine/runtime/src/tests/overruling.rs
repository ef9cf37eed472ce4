//! Overruling a flow: preview, confirm, hand over; and calendars that change under running deadlines.

use assent_core::command::{Action, Actor, Command, Override, Verdict, Via};
use assent_core::event::Change;
use assent_core::time::Moment;

use super::harness::{HOUR_MS, LEAVE, MONDAY, TestApp, leave_of};
use crate::app::{AppError, Tab};
use crate::workers::reconcile;

/// Days off that no built-in calendar knows: Tuesday to Thursday of that week.
const NOTICE: &str = "year: 2026
source: {zh: 测试通知, en: A test notice}
holidays:
  - {name: {zh: 厂庆, en: Plant Day}, from: 2026-03-03, to: 2026-03-05}
";

fn overrule(act: Override) -> Command {
    Command {
        actor: Actor::Person("adm".to_owned()),
        via: Via::Api,
        action: Action::Override {
            act,
            reason: "it must be".to_owned(),
        },
        key: None,
    }
}

fn code<T: std::fmt::Debug>(done: Result<T, AppError>) -> String {
    match done {
        Err(AppError::Refused(refusal)) => refusal.code,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

/// A2.61: what was previewed is what is confirmed; afterwards the same token is worth nothing.
#[tokio::test]
async fn an_override_is_previewed_and_confirmed_with_its_token() {
    let test = TestApp::with(LEAVE).await;
    let id = test.submitted(&leave_of(5)).await.instance;
    let suspend = overrule(Override::Suspend);
    assert_eq!(
        code(test.app.confirm(&id, suspend.clone(), "").await),
        "preview_first"
    );
    let stranger = Command {
        actor: Actor::Person("bob".to_owned()),
        ..suspend.clone()
    };
    assert_eq!(
        code(test.app.confirm(&id, stranger, "").await),
        "not_administrator",
        "not sent to a preview that would be refused"
    );
    let seen = test.app.preview(&id, &suspend).await.unwrap();
    assert_eq!(seen.preview.status_after, "suspended");
    let other = |act, reason: &str| Command {
        action: Action::Override {
            act,
            reason: reason.to_owned(),
        },
        ..suspend.clone()
    };
    for (command, zh, en) in [
        (
            other(Override::Suspend, "something else"),
            "填写的理由不同",
            "the reason is another one",
        ),
        (
            other(Override::Terminate, "it must be"),
            "要做的操作不同",
            "it is to do something else",
        ),
    ] {
        let done = test.app.confirm(&id, command, &seen.token).await;
        let Err(AppError::Refused(refusal)) = done else {
            panic!("{done:?}")
        };
        let named = (&refusal.params["changes_zh"], &refusal.params["changes_en"]);
        assert_eq!((named.0.as_str(), named.1.as_str()), (zh, en));
        assert!(refusal.message.zh.contains(zh) && refusal.message.en.contains(en));
    }
    assert!(
        seen.words.iter().any(|line| line.zh.contains("不计时")),
        "{:?}",
        seen.words
    );
    assert_eq!(test.todo("bob").await.len(), 1, "looking changes nothing");
    test.at(MONDAY.plus_ms(HOUR_MS));
    let answer = test
        .app
        .confirm(&id, suspend.clone(), &seen.token)
        .await
        .unwrap();
    assert_eq!(
        (answer.status.as_str(), answer.message.en.as_str()),
        ("suspended", "Suspended.")
    );
    let again = test.app.confirm(&id, suspend, &seen.token).await;
    let Err(AppError::Refused(refusal)) = again else {
        panic!("{again:?}")
    };
    assert_eq!(
        (refusal.code.as_str(), refusal.kind),
        ("changed", assent_core::refusal::RefusalKind::Changed)
    );
    assert!(
        refusal.message.zh.contains("管理员操作：管理员 挂起"),
        "{refusal:?}"
    );
    test.settle().await;
    test.finish().await;
}

/// A2.61: the instance stands, but the organisation is not what it was.
#[tokio::test]
async fn a_confirmation_is_refused_when_others_would_be_asked() {
    let test = TestApp::with(LEAVE).await;
    let id = test.submitted(&leave_of(5)).await.instance;
    let skip = overrule(Override::Skip {
        state: "manager_approval".to_owned(),
    });
    let seen = test.app.preview(&id, &skip).await.unwrap();
    assert_eq!(seen.preview.tasks_opened[0].assignee, "hana");
    let change = |before: &assent_core::directory::Directory| {
        let mut next = before.clone();
        for grant in &mut next.roles {
            if grant.role == "hr" {
                grant.person = "own".to_owned();
            }
        }
        Ok(next)
    };
    test.app.change_directory("adm", change).await.unwrap();
    let done = test.app.confirm(&id, skip.clone(), &seen.token).await;
    let Err(AppError::Refused(refusal)) = done else {
        panic!("{done:?}")
    };
    assert_eq!(refusal.code, "changed");
    assert_eq!(refusal.params["changes_zh"], "组织架构或日历有变化");
    let seen = test.app.preview(&id, &skip).await.unwrap();
    test.app.confirm(&id, skip, &seen.token).await.unwrap();
    assert_eq!(test.todo("own").await.len(), 1);
    test.settle().await;
    test.finish().await;
}

/// A2.53: suspended in the row, in the inbox and for the timers; the deadline runs on afterwards.
#[tokio::test]
async fn a_suspended_instance_sleeps_until_it_goes_on() {
    let test = TestApp::with(LEAVE).await;
    let started = test.submitted(&leave_of(5)).await;
    let (id, task) = (started.instance, started.opened[0].task);
    let act = |act| overrule(act).action;
    test.act(&id, "adm", act(Override::Suspend)).await.unwrap();
    assert_eq!(
        code(test.decide(&id, task, "bob", Verdict::Approve).await),
        "suspended"
    );
    let todo = test
        .app
        .inbox("bob", Tab::Todo, None, None, 9)
        .await
        .unwrap();
    assert_eq!(todo.items[0].due, None);
    test.at(MONDAY.plus_ms(7 * 24 * HOUR_MS));
    test.settle().await;
    assert!(reconcile::round(&test.app).await.unwrap().stuck.is_empty());
    let reminded = |mails: Vec<(String, String)>| {
        let all = mails.into_iter();
        all.filter(|(_, subject)| subject.contains("提醒")).count()
    };
    assert_eq!(reminded(test.mails().await), 0);
    test.act(&id, "adm", act(Override::Resume)).await.unwrap();
    let todo = test
        .app
        .inbox("bob", Tab::Todo, None, None, 9)
        .await
        .unwrap();
    // One working day was left on Monday 09:00: the 7.5 hours of the Monday it goes on.
    let due = MONDAY.plus_ms(7 * 24 * HOUR_MS + 9 * HOUR_MS);
    assert_eq!(todo.items[0].due.as_ref().map(|due| due.at), Some(due));
    test.decide(&id, task, "bob", Verdict::Approve)
        .await
        .unwrap();
    test.settle().await;
    test.finish().await;
}

/// A2.62: one action, one result a task; what cannot go says why and the rest goes.
#[tokio::test]
async fn a_leavers_tasks_are_handed_over_with_a_result_a_row() {
    let test = TestApp::with(LEAVE).await;
    let first = test.submitted(&leave_of(1)).await.instance;
    test.submitted(&leave_of(2)).await;
    let shown = test
        .app
        .hand_over_preview("adm", Via::Page, "bob", "bea", "left")
        .await
        .unwrap();
    assert_eq!(
        (shown.rows.len(), shown.handed),
        (2, 0),
        "bea is asked already"
    );
    assert_eq!(
        shown.rows[0].refused.as_ref().unwrap().code,
        "already_asked"
    );
    let shown = test
        .app
        .hand_over_preview("adm", Via::Page, "bob", "own", "left")
        .await
        .unwrap();
    assert_eq!(shown.handed, 2);
    // One is withdrawn meanwhile: what was shown is not what would happen.
    test.act(&first, "ann", Action::Withdraw { comment: None })
        .await
        .unwrap();
    let late = test
        .app
        .hand_over("adm", Via::Page, "bob", "own", "left", &shown.token)
        .await;
    assert_eq!(code(late), "changed");
    let shown = test
        .app
        .hand_over_preview("adm", Via::Page, "bob", "own", "left")
        .await
        .unwrap();
    let done = test
        .app
        .hand_over("adm", Via::Page, "bob", "own", "left", &shown.token)
        .await;
    assert_eq!(done.unwrap().handed, 1);
    assert!(test.todo("bob").await.is_empty());
    assert_eq!(test.todo("own").await, ["三亚 2"]);
    let owner = test
        .app
        .hand_over_preview("own", Via::Page, "bob", "own", "left")
        .await;
    assert_eq!(code(owner), "not_administrator");
    let nobody = test
        .app
        .hand_over_preview("adm", Via::Page, "bob", "zoe", "left")
        .await;
    assert_eq!(code(nobody), "unknown_person");
    test.settle().await;
    test.finish().await;
}

/// A2.63: tasks, flows that would find nobody, and a successor.
#[tokio::test]
async fn what_a_leaving_affects_is_known_before() {
    let test = TestApp::with(LEAVE).await;
    test.submitted(&leave_of(1)).await;
    let bob = test.app.leaving("adm", "bob").await.unwrap();
    assert_eq!(
        (bob.tasks.len(), bob.started.len(), bob.flows.len()),
        (1, 0, 1),
        "Bea, the other manager, may not approve her own"
    );
    let ann = test.app.leaving("adm", "ann").await.unwrap();
    assert_eq!((ann.tasks.len(), ann.started.len()), (0, 1));
    let hana = test.app.leaving("adm", "hana").await.unwrap();
    assert_eq!(hana.flows[0].flow, "leave");
    assert!(
        hana.flows[0].findings[0].zh.contains("人事审批"),
        "{:?}",
        hana.flows
    );
    assert_eq!(
        test.app.leaving("adm", "zoe").await,
        Err(AppError::NotFound)
    );
    test.settle().await;
    test.finish().await;
}

async fn due(test: &TestApp, who: &str) -> Option<Moment> {
    let todo = test.app.inbox(who, Tab::Todo, None, None, 9).await.unwrap();
    todo.items[0].due.as_ref().map(|due| due.at)
}

/// A6.10, A6.12: a notice is previewed ("affects N deadlines"), loaded, and moves what runs; the system did it.
#[tokio::test]
async fn a_loaded_notice_moves_running_deadlines() {
    let test = TestApp::with(LEAVE).await;
    let id = test.submitted(&leave_of(5)).await.instance;
    let day = 24 * HOUR_MS;
    assert_eq!(due(&test, "bob").await, Some(MONDAY.plus_ms(day)));
    let change = test.app.calendar_change(NOTICE).await.unwrap();
    assert_eq!((change.calendars.len(), change.deadlines), (3, 1));
    assert!(change.moved[0].why[0].zh.contains("厂庆"), "{change:?}");
    let load = |token: &'static str| {
        test.app
            .load_calendar(Some("adm"), Via::Page, "2026.yaml", NOTICE, Some(token))
    };
    assert_eq!(code(load("stale").await), "changed");
    let by = Some("adm");
    test.app
        .load_calendar(by, Via::Page, "2026.yaml", NOTICE, Some(&change.token))
        .await
        .unwrap();
    assert_eq!(due(&test, "bob").await, Some(MONDAY.plus_ms(4 * day)));
    let view = test.app.instance_view("bob", &id).await.unwrap();
    let line = view
        .timeline
        .iter()
        .find(|item| item.kind == "due_moved")
        .unwrap();
    assert_eq!(line.actor, None, "the system, never a person");
    assert!(line.words.zh.contains("2026-03-06 周五 09:00"), "{line:?}");
    assert!(
        view.standing[0].due.as_ref().unwrap().because[0]
            .zh
            .contains("厂庆")
    );
    let calendars = test.app.calendars().await.unwrap();
    assert!(calendars.iter().all(|one| one.version == 1));
    assert_eq!(
        code(test.app.calendar_change(NOTICE).await),
        "calendar_file"
    );
    assert_eq!(
        code(test.app.calendar_change("year: soon").await),
        "calendar_file"
    );
    // Nothing fires on the old day.
    test.at(MONDAY.plus_ms(day + HOUR_MS));
    test.settle().await;
    assert!(test.todo("hana").await.is_empty());
    let mails = test.app.mailbox(50).await.unwrap();
    let ask = mails.iter().find(|mail| mail.to.contains("bob")).unwrap();
    let text = test.app.mailbox_mail(&ask.id).await.unwrap();
    assert!(
        format!("{text:?}").contains("厂庆"),
        "the mail says why it is due then"
    );
    test.finish().await;
}

/// A6.11: whoever loaded it may not have got as far as every instance; the reconciler sees it on the instance itself.
#[tokio::test]
async fn the_reconciler_moves_deadlines_that_a_crash_left_behind() {
    let test = TestApp::with(LEAVE).await;
    let id = test.submitted(&leave_of(5)).await.instance;
    test.app
        .load_calendar(None, Via::CommandLine, "a.yaml", NOTICE, None)
        .await
        .unwrap();
    let moved = due(&test, "bob").await;
    // As it was before: the row is written back, as if the load had stopped half way.
    let other = NOTICE.replace("to: 2026-03-05", "to: 2026-03-04");
    let (body, rev) = test
        .app
        .store()
        .setting("calendars")
        .await
        .unwrap()
        .unwrap();
    let body = body.replace("\"to\":\"2026-03-05\"", "\"to\":\"2026-03-04\"");
    test.app
        .store()
        .save_setting("calendars", &body, rev)
        .await
        .unwrap();
    test.app.load_calendars().await.unwrap();
    assert_eq!(due(&test, "bob").await, moved, "{other}");
    assert_eq!(reconcile::round(&test.app).await.unwrap().healed, 1);
    assert_eq!(
        due(&test, "bob").await,
        moved.map(|at| at.plus_ms(-24 * HOUR_MS))
    );
    assert_eq!(reconcile::round(&test.app).await.unwrap().healed, 0);
    let events = test.app.trail(&id).await.unwrap();
    let by_system = events
        .iter()
        .filter(|event| matches!(event.change, Change::DueMoved { .. }));
    assert!(
        by_system
            .into_iter()
            .all(|event| event.actor == Actor::System)
    );
    test.settle().await;
    test.finish().await;
}

/// A6.18: the system acts under a name that no person can have.
#[tokio::test]
async fn nobody_can_be_called_system() {
    let test = TestApp::with("").await;
    let mut directory = super::harness::directory();
    let mut person = directory.people["bob"].clone();
    person.id = "system".to_owned();
    directory.people.insert(person.id.clone(), person);
    let Err(AppError::Invalid(faults)) = test.app.import_directory(directory).await else {
        panic!("it was taken in");
    };
    assert_eq!(faults[0].code, "reserved");
    test.finish().await;
}
