//! Versions: the difference that is kept, migration by a preview, children, the checks over the organisation.

use assent_core::apply::{CHAIN_START, link};
use assent_core::command::{Action, Actor, Verdict, Via};
use assent_core::instance::Status;
use assent_core::migrate::MigrationMap;
use assent_core::refusal::RefusalKind;
use assent_store::flow_chain;

use super::harness::{HOUR_MS, LEAVE, MONDAY, TestApp, directory, leave_of, values};
use crate::app::{AppError, MigrationPick, MigrationWish, PublishOutcome, SourceFile};
use crate::engine::stored_case;
use crate::workers::checks;

/// LEAVE with three managers' votes needed instead of one, asked together.
fn two_of_them() -> String {
    LEAVE.replace(
        "approve: {by: manager}",
        "approve: {by: manager, needs: all}",
    )
}

fn wish(to: &str) -> MigrationWish {
    MigrationWish {
        flow: "leave".into(),
        to: to.into(),
        ..MigrationWish::default()
    }
}

/// A7.3: who published what, from which version, and the words, in a chain of the flow's own.
#[tokio::test]
async fn a_publication_keeps_the_words_and_what_it_does_to_running_instances() {
    let test = TestApp::with(LEAVE).await;
    test.submitted(&leave_of(5)).await;
    let first = test.app.definition("leave").unwrap().version.clone();
    test.at(assent_core::time::Moment(MONDAY.0 + HOUR_MS));
    test.publish(&two_of_them()).await;
    let versions = test.app.versions("leave").await.unwrap();
    assert_eq!(versions.len(), 2);
    assert!(versions[0].current && !versions[1].current);
    assert_eq!((versions[0].running, versions[1].running), (0, 1));
    assert_eq!(versions[0].by, "管理员");
    let publication = versions[0].publication.clone().unwrap();
    assert_eq!(publication.from.as_ref(), Some(&first));
    assert_eq!(
        publication.changes[0].words.zh,
        "“主管审批”需要的票数由 一人同意即可 改为 全部同意（会签）。"
    );
    assert_eq!(publication.running.stay.get(&first), Some(&1));
    assert_eq!(publication.running.could_migrate, 1);
    let chain = test
        .app
        .store()
        .last_events(&flow_chain("leave"), 9)
        .await
        .unwrap();
    assert_eq!(chain.len(), 2);
    assert_eq!(chain[1].hash, link(CHAIN_START, &chain[1].body));
    assert_eq!(chain[0].hash, link(&chain[1].hash, &chain[0].body));
    test.settle().await;
    test.finish().await;
}

/// A7.4: a red example, or a flow that serves the same records, keeps a version from being published.
#[tokio::test]
async fn a_red_example_keeps_the_last_good_version() {
    let test = TestApp::with(LEAVE).await;
    let tests = "tests:\n  - name: 五天要人事批\n    given: {reason: 三亚, days: 5}\n    cast: {甲: manager, 乙: hr}\n    play: [{who: 甲, decide: approve, expect: {result: approved}}]\n";
    let file = SourceFile {
        name: "leave.yaml".into(),
        text: format!("{LEAVE}\n{tests}"),
    };
    let text = file.text.clone();
    let results = test.app.publish(Some("adm"), vec![file]).await.unwrap();
    assert_eq!(results[0].outcome, PublishOutcome::Refused);
    let red: Vec<_> = results[0]
        .diagnostics
        .iter()
        .filter(|found| found.code == "example-failed")
        .collect();
    assert_eq!(red.len(), 1, "{:#?}", results[0].diagnostics);
    assert!(red[0].message.zh.contains("五天要人事批"));
    let (from, until) = red[0].place.span;
    assert!(
        text[from..until].starts_with("play: [{who: 甲"),
        "its line is shown: {}",
        &text[from..until]
    );
    test.finish().await;
}

/// A7.19: the preview lists every running instance, and its tokens commit exactly what was seen.
#[tokio::test]
async fn previewed_instances_are_migrated_and_changed_ones_are_left_alone() {
    let test = TestApp::with(LEAVE).await;
    let one = test.submitted(&leave_of(5)).await;
    let two = test.submitted(&leave_of(2)).await;
    test.publish(&two_of_them()).await;
    let refused = test.app.preview_migration("ann", &wish("current")).await;
    let Err(AppError::Refused(refused)) = refused else {
        panic!("ann owns nothing");
    };
    assert_eq!(refused.code, "not_yours");
    let plan = test
        .app
        .preview_migration("own", &wish("current"))
        .await
        .unwrap();
    assert_eq!(plan.rows.len(), 2);
    let row = plan
        .rows
        .iter()
        .find(|row| row.head.id == one.instance)
        .unwrap();
    let bar = &row.preview.as_ref().unwrap().votes[0];
    assert_eq!((bar.before, bar.after), ((1, 2), (2, 2)));
    // Meanwhile somebody decides on the second.
    let task = two.opened[0].task;
    test.decide(
        &two.instance,
        task,
        &two.opened[0].assignee,
        Verdict::Approve,
    )
    .await
    .unwrap();
    let picks: Vec<MigrationPick> = plan
        .rows
        .iter()
        .map(|row| MigrationPick {
            instance: row.head.id.clone(),
            token: row.token.clone(),
        })
        .collect();
    let done = test
        .app
        .migrate("own", Via::Page, &wish("current"), "改为会签", &picks)
        .await
        .unwrap();
    let of = |id: &str| done.iter().find(|row| row.instance == id).unwrap();
    assert!(of(&one.instance).answer.is_some(), "{done:#?}");
    let left = of(&two.instance).refused.as_ref().unwrap();
    assert_eq!(left.code, "changed_since_preview");
    assert_eq!(left.kind, RefusalKind::Changed);
    let new = test.app.definition("leave").unwrap().version.clone();
    let view = test.app.instance_view("ann", &one.instance).await.unwrap();
    assert_eq!(view.head.version, new);
    // Both managers must approve now.
    let bob = one
        .opened
        .iter()
        .find(|opened| opened.assignee == "bob")
        .unwrap();
    test.decide(&one.instance, bob.task, "bob", Verdict::Approve)
        .await
        .unwrap();
    assert_eq!(test.todo("bea").await, ["三亚 5"]);
    assert_eq!(
        test.app
            .preview_migration("own", &wish("current"))
            .await
            .unwrap()
            .rows
            .len(),
        0
    );
    test.settle().await;
    test.finish().await;
}

/// A7.11: a renamed state is refused by name in its row, and the map says where it goes; open tasks go along.
#[tokio::test]
async fn a_gone_state_is_named_in_its_row_and_mapped() {
    let test = TestApp::with(LEAVE).await;
    let one = test.submitted(&leave_of(5)).await;
    test.publish(&LEAVE.replace("id: manager_approval", "id: boss_approval"))
        .await;
    let plan = test
        .app
        .preview_migration("own", &wish("current"))
        .await
        .unwrap();
    let refused = plan.rows[0].refused.as_ref().unwrap();
    assert_eq!(refused.code, "state_gone");
    assert!(plan.rows[0].token.is_empty());
    let text = "states: {manager_approval: boss_approval}";
    let map = test
        .app
        .migration_map("leave", "current", text)
        .await
        .unwrap();
    let mapped = MigrationWish {
        map,
        ..wish("current")
    };
    let plan = test.app.preview_migration("own", &mapped).await.unwrap();
    let pick = MigrationPick {
        instance: one.instance.clone(),
        token: plan.rows[0].token.clone(),
    };
    let unmapped = test
        .app
        .migrate(
            "own",
            Via::Api,
            &wish("current"),
            "改名",
            std::slice::from_ref(&pick),
        )
        .await
        .unwrap();
    assert_eq!(
        unmapped[0].refused.as_ref().unwrap().code,
        "changed_since_preview",
        "the token holds for the map that was previewed"
    );
    let done = test
        .app
        .migrate("own", Via::Api, &mapped, "改名", &[pick])
        .await
        .unwrap();
    assert!(done[0].answer.is_some(), "{done:#?}");
    let open = test
        .app
        .store()
        .list_instances(
            &assent_store::InstanceFilter {
                standing: Some("boss_approval".into()),
                ..Default::default()
            },
            None,
            5,
        )
        .await
        .unwrap();
    assert_eq!(open.len(), 1);
    let task = test
        .app
        .task_view("bob", &one.instance, one.opened[0].task)
        .await;
    assert!(
        task.is_ok(),
        "the row of the open task has the new id: {task:?}"
    );
    let bad = test
        .app
        .migration_map("leave", "current", "states: {a: bos_approval}")
        .await;
    let Err(AppError::Refused(bad)) = bad else {
        panic!()
    };
    assert!(bad.message.zh.contains("bos_approval"), "{bad:?}");
    test.settle().await;
    test.finish().await;
}

const TRIPS: &str = "
flow: trips
format: 1
name: {zh: 团队出差, en: Trips}
purpose: {zh: 每人一次请假。, en: A leave each.}
owner: role/owner
calendar: cn_office
title: '{{reason}}'
form:
  reason: {type: text, name: {zh: 事由, en: Reason}, required: true}
  legs:
    type: table
    name: {zh: 行程, en: Legs}
    columns:
      days: {type: number, name: {zh: 天数, en: Days}, decimals: 0, required: true}
people: {hr: role/hr}
states:
  - {id: draft, name: {zh: 填写, en: Draft}, draft: {by: applicant}}
  - {id: leaves, name: {zh: 请假, en: Leaves}, subflow: {flow: leave, for_each: legs, needs: all}, deadline: 9 days, if_late: [{at: deadline, remind: hr}]}
  - {id: booked, name: {zh: 订票, en: Booking}, approve: {by: hr}}
  - {id: done, name: {zh: 完成, en: Done}, end: approved}
";

async fn outcome(test: &TestApp, id: &str) -> Status {
    let loaded = test.app.load(id).await.unwrap().unwrap();
    stored_case(&loaded).unwrap().instance.status
}

async fn children(test: &TestApp, parent: &str) -> Vec<String> {
    let loaded = test.app.load(parent).await.unwrap().unwrap();
    let case = stored_case(&loaded).unwrap();
    case.instance
        .children
        .into_iter()
        .map(|child| child.id)
        .collect()
}

/// A7.25: withdrawing the parent withdraws the children that run; one that ended stays as it ended.
#[tokio::test]
async fn withdrawing_the_parent_withdraws_its_children() {
    let test = TestApp::with(LEAVE).await;
    test.publish(TRIPS).await;
    let given =
        serde_json::json!({"reason": "客户", "legs": [{"days": 1}, {"days": 2}, {"days": 3}]});
    let actor = Actor::Person("ann".into());
    let parent = test
        .app
        .start("trips", actor, Via::Page, &values(&given), true, None)
        .await
        .unwrap();
    test.settle().await;
    let ids = children(&test, &parent.instance).await;
    assert_eq!(ids.len(), 3);
    let mut todo = test.todo("bob").await;
    todo.sort();
    assert_eq!(todo, ["客户 1", "客户 2", "客户 3"], "a row each");
    // One is approved, and told twice: counted once.
    test.decide(&ids[0], 2, "bob", Verdict::Approve)
        .await
        .unwrap();
    test.settle().await;
    let again = test
        .app
        .command(
            &parent.instance,
            assent_core::command::Command {
                actor: Actor::System,
                via: Via::Subflow,
                action: Action::ChildEnded {
                    child: ids[0].clone(),
                    outcome: assent_core::definition::Outcome::Approved,
                },
                key: None,
            },
        )
        .await;
    assert!(matches!(again, Err(AppError::Refused(refusal)) if refusal.code == "child_gone"));
    test.act(&parent.instance, "ann", Action::Withdraw { comment: None })
        .await
        .unwrap();
    test.settle().await;
    assert_eq!(
        outcome(&test, &ids[0]).await,
        Status::Ended(assent_core::definition::Outcome::Approved)
    );
    let child = test.app.instance_view("ann", &ids[1]).await.unwrap();
    let end = child.timeline.iter().find(|item| item.kind == "ended");
    let end = end.unwrap();
    assert_eq!(
        (end.words.zh.as_str(), end.comment.as_ref()),
        ("流程结束：已撤回", None)
    );
    assert_eq!(end.because[0].zh, "上级流程已不再需要它");
    for id in &ids[1..] {
        assert_eq!(
            outcome(&test, id).await,
            Status::Ended(assent_core::definition::Outcome::Withdrawn)
        );
    }
    assert!(test.todo("bob").await.is_empty());
    test.finish().await;
}

/// A7.25: withdrawn before its children were started, it starts none.
#[tokio::test]
async fn children_that_were_not_started_yet_are_not_started() {
    let test = TestApp::with(LEAVE).await;
    test.publish(TRIPS).await;
    let given = serde_json::json!({"reason": "客户", "legs": [{"days": 1}]});
    let actor = Actor::Person("ann".into());
    let parent = test
        .app
        .start("trips", actor, Via::Page, &values(&given), true, None)
        .await
        .unwrap();
    let ids = children(&test, &parent.instance).await;
    test.act(&parent.instance, "ann", Action::Withdraw { comment: None })
        .await
        .unwrap();
    test.settle().await;
    assert!(test.app.load(&ids[0]).await.unwrap().is_none());
    test.finish().await;
}

/// A8.21: the organisation is checked when the directory changes and every night, and what is found names state and person.
#[tokio::test]
async fn the_organisation_is_checked_on_every_change_and_every_night() {
    let test = TestApp::with(LEAVE).await;
    assert!(checks::step(&test.app).await.unwrap());
    assert!(
        !checks::step(&test.app).await.unwrap(),
        "nothing has changed"
    );
    let words = |rows: &[crate::app::Stuck]| rows[0].words.zh.clone();
    let rows = test.app.stuck().await.unwrap();
    assert_eq!(rows.len(), 1, "{rows:#?}");
    assert!(
        words(&rows).contains("哈娜"),
        "the only one of HR cannot approve her own leave"
    );
    let mut without = directory();
    without.roles.retain(|grant| grant.role != "hr");
    test.app.import_directory(without).await.unwrap();
    assert!(
        checks::step(&test.app).await.unwrap(),
        "the directory has changed"
    );
    let rows = test.app.stuck().await.unwrap();
    assert_eq!(rows.len(), 1, "{rows:#?}");
    assert_eq!(
        (rows[0].kind, rows[0].code.as_str()),
        ("check", "nobody-to-ask")
    );
    assert!(
        words(&rows).contains("人事审批") && words(&rows).contains("安妮"),
        "{}",
        words(&rows)
    );
    assert_eq!(test.app.metrics().await.unwrap().check_findings, 1);
    test.at(assent_core::time::Moment(MONDAY.0 + 16 * HOUR_MS));
    assert!(
        !checks::step(&test.app).await.unwrap(),
        "one o'clock at night"
    );
    test.at(assent_core::time::Moment(MONDAY.0 + 18 * HOUR_MS));
    assert!(
        checks::step(&test.app).await.unwrap(),
        "past two: the next night's run"
    );
    test.finish().await;
}

#[tokio::test]
async fn two_versions_are_compared_by_the_first_characters() {
    use crate::app::Side;
    let test = TestApp::with(LEAVE).await;
    let first = test.app.definition("leave").unwrap().version.clone();
    test.publish(&two_of_them()).await;
    let old = Side::Published(format!("leave@{}", &first[..8]));
    let compared = test
        .app
        .compare(old, Side::Published("leave".into()))
        .await
        .unwrap();
    assert_eq!(compared.from, first);
    assert!(!compared.changes.is_empty());
    let none = test
        .app
        .compare(
            Side::Published("leave@zzz".into()),
            Side::Published("leave".into()),
        )
        .await;
    assert!(matches!(none, Err(AppError::Refused(refusal)) if refusal.code == "unknown_version"));
    let file = SourceFile {
        name: "a.yaml".into(),
        text: LEAVE.replace("needs", "nedds"),
    };
    let same = test
        .app
        .compare(Side::File(file), Side::Published(format!("leave@{first}")))
        .await
        .unwrap();
    assert!(same.changes.is_empty());
    let no_map: MigrationMap = test.app.migration_map("leave", "", "").await.unwrap();
    assert_eq!(no_map, MigrationMap::default());
    test.finish().await;
}

/// A9.21: each line of the trail names its states as the version that held then did.
#[tokio::test]
async fn after_a_migration_the_trail_names_the_states_of_then() {
    let test = TestApp::with(LEAVE).await;
    let asked = test.submitted(&leave_of(5)).await;
    let renamed = LEAVE.replace(
        "id: manager_approval\n    name: {zh: 主管审批, en: Manager}",
        "id: lead_approval\n    name: {zh: 组长审批, en: Lead}",
    );
    test.publish(&renamed).await;
    let mut wish = wish("current");
    wish.map = MigrationMap {
        states: [("manager_approval".to_owned(), "lead_approval".to_owned())].into(),
        ..MigrationMap::default()
    };
    let plan = test.app.preview_migration("own", &wish).await.unwrap();
    let picks: Vec<MigrationPick> = plan
        .rows
        .iter()
        .map(|row| MigrationPick {
            instance: row.head.id.clone(),
            token: row.token.clone(),
        })
        .collect();
    let done = test
        .app
        .migrate("own", Via::Page, &wish, "改名", &picks)
        .await
        .unwrap();
    assert!(done[0].answer.is_some(), "{done:#?}");
    test.decide(
        &asked.instance,
        asked.opened[0].task,
        "bob",
        Verdict::Approve,
    )
    .await
    .unwrap();
    let view = test
        .app
        .instance_view("ann", &asked.instance)
        .await
        .unwrap();
    let of_kind = |kind: &str| {
        let lines = view.timeline.iter().filter(|item| item.kind == kind);
        lines.map(|item| item.words.zh.clone()).collect::<Vec<_>>()
    };
    assert_eq!(
        of_kind("entered"),
        ["进入“填写”", "进入“主管审批”", "进入“人事审批”"]
    );
    assert_eq!(of_kind("decided"), ["鲍勃 同意 · 组长审批"]);
    test.settle().await;
    test.finish().await;
}
