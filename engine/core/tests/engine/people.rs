//! Mistakes about people that other engines made, each kept out.

use assent_core::command::{Action, DecideWith, Verdict};
use assent_core::definition::{Needs, StateKind};
use assent_core::directory::{Absence, ProxyFlag, RoleGrant};
use assent_core::event::Change;
use assent_core::value::{Value, Values};

use crate::desk::Desk;

/// The flow of policies; its first state asks `role/first`, which these people hold.
fn desk(first: &[&str]) -> Desk {
    let mut desk = Desk::new("policies", "2026-03-02 09:00");
    let roles = &mut desk.directory.roles;
    roles.retain(|grant| !["first", "owner"].contains(&grant.role.as_str()));
    let grants = first.iter().map(|person| ("first", *person));
    for (role, person) in grants.chain([("owner", "p7")]) {
        roles.push(RoleGrant {
            role: role.to_owned(),
            person: person.to_owned(),
            unit: None,
        });
    }
    desk
}

fn started(desk: Desk) -> Desk {
    desk.started(&[
        ("subject", Value::from("a")),
        ("amount", Value::from(1_i64)),
    ])
}

fn approve(task: u32) -> Action {
    Action::Decide {
        task,
        verdict: Verdict::Approve,
        comment: None,
        set: Values::new(),
        with: DecideWith::default(),
    }
}

/// A3.41 A11.5: it is held, and nobody, by whatever number, may take what nobody was asked.
#[test]
fn a_task_with_no_assignee_that_anyone_may_take() {
    let mut desk = started(desk(&[]));
    assert!(desk.case().instance.tasks.is_empty());
    assert_eq!(desk.case().instance.status_word(), "held");
    let before = desk.case().clone();
    for person in 0..8 {
        for task in 0..4 {
            assert!(desk.send(&format!("p{person}"), approve(task)).is_err());
        }
    }
    assert_eq!(*desk.case(), before);
}

/// A3.41 A11.6: everyone of nobody is not a majority.
#[test]
fn a_multi_person_state_silently_skipped_because_its_list_was_empty() {
    for needs in [Needs::All, Needs::InOrder, Needs::Percent(60.into())] {
        let mut desk = desk(&[]);
        let one = desk.def.state_ix("one").unwrap();
        if let StateKind::Approve(approve) = &mut desk.def.states[one].kind {
            approve.needs = needs;
        }
        let desk = started(desk);
        assert_eq!(desk.case().instance.status_word(), "held");
        assert_eq!(desk.case().instance.holds[0].state, "one");
        let left = |change: &Change| matches!(change, Change::Left { state, .. } if state == "one");
        assert!(!desk.events.iter().any(|event| left(&event.change)));
    }
}

/// A3.33 A11.13: the right is looked at when somebody decides, however the task came to them.
#[test]
fn a_self_approval_ban_that_the_api_does_not_know() {
    let mut desk = started(desk(&["p1"]));
    let task = desk.case().instance.tasks[0].no;
    for stands_for in [None, Some("p1".to_owned())] {
        let case = desk.case.as_mut().unwrap();
        case.instance.tasks[0].assignee = "p0".to_owned();
        case.instance.tasks[0].stands_for = stands_for;
        let refused = desk.send("p0", approve(task)).unwrap_err();
        assert_eq!(refused.code, "own_request");
    }
}

/// A5.53
#[test]
fn a_task_nobody_stands_in_for_is_flagged_and_its_owner_told() {
    let mut desk = desk(&["p1"]);
    desk.directory.absences.push(Absence {
        person: "p1".to_owned(),
        from: desk.moment("2026-03-02 08:00"),
        until: desk.moment("2026-03-03 08:00"),
        proxy: None,
        flow: None,
    });
    let mut desk = started(desk);
    let task = &desk.case().instance.tasks[0];
    assert_eq!(task.assignee, "p1");
    assert_eq!(task.unproxied, Some(ProxyFlag::NobodyNamed));
    assert!(task.why.iter().any(|why| why.zh.contains("没有指定代理人")));
    let told = |change: &Change| matches!(change, Change::MailQueued { to, .. } if *to == ["p7"]);
    assert!(desk.events.iter().any(|event| told(&event.change)));
    let no = task.no;
    desk.send("p1", approve(no)).unwrap();
}
