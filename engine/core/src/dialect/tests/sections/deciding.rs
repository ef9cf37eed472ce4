//! States in which people act, where their decisions lead, and lateness.

#![expect(clippy::unwrap_used, reason = "tests")]

use super::{NAME, one, said, sound, state};
use crate::calendar::Term;
use crate::calendar::TermUnit;
use crate::definition::LateAct;
use crate::definition::Needs;
use crate::definition::OnReject;
use crate::definition::PeopleRef;
use crate::definition::RungTime;
use crate::definition::StateKind;
use crate::definition::Target;

#[test]
fn approvals_and_how_many_decide() {
    for (needs, due, reject) in [
        ("", Needs::Any, OnReject::FirstDecision),
        (
            ", needs: any, on_reject: all_must_reject",
            Needs::Any,
            OnReject::AllMustReject,
        ),
        (", needs: all", Needs::All, OnReject::Veto),
        (", needs: in_order", Needs::InOrder, OnReject::Veto),
        (", needs: 2", Needs::Count(2), OnReject::UntilDecided),
        (
            ", needs: 60%",
            Needs::Percent(60.into()),
            OnReject::UntilDecided,
        ),
        (
            ", needs: 60 %, on_reject: collect_all",
            Needs::Percent(60.into()),
            OnReject::CollectAll,
        ),
    ] {
        let def = sound(&one(&format!("approve: {{by: [chief, clerk]{needs}}}")), "");
        let StateKind::Approve(approve) = &state(&def, "a").kind else {
            panic!("no approval");
        };
        assert_eq!((&approve.needs, approve.on_reject), (&due, reject));
    }
    for (slip, code) in [
        ("approve: {by: chief, needs: 0}", "number-out-of-range"),
        ("approve: {by: chief, needs: 120%}", "bad-share"),
        ("approve: {by: chief, needs: most}", "unknown-word"),
        ("approve: {by: chief, on_reject: veto}", "unknown-word"),
        ("approve: {by: cheif}", "unknown-people"),
        ("approve: {by: [chief, chief]}", "named-twice"),
        ("approve: {by: []}", "nobody-named"),
        ("approve: chief", "not-a-map"),
        ("approve: {审批人: chief}", "unknown-key"),
        ("approve: {by: chief}, deadline: 两天", "duration-due"),
        ("approve: {by: chief}, 期限: 2 workdays", "unknown-key"),
        (
            "approve: {by: chief}, actions: {x: {name: {zh: 甲, en: A}}}",
            "key-not-here",
        ),
        ("approve: {by: chief}, then: []", "key-not-here"),
        ("approve: {by: chief}, work: {by: chief}", "two-kinds"),
        ("aprove: {by: chief}", "no-kind"),
        (
            "approve: {by: chief}, fields: {require: [amunt]}",
            "unknown-field",
        ),
        (
            "approve: {by: chief}, policies: {rounds: 3}",
            "key-not-here",
        ),
        ("approve: {by: chief}, mail: asks", "unknown-mail"),
    ] {
        assert_eq!(said(&one(slip), ""), [code], "{slip}");
    }
}

#[test]
fn where_decisions_lead() {
    let def = sound(
        "  - {id: a, name: {zh: 甲, en: A}, approve: {by: chief}, if_approved: {go: c}, if_rejected: {back_to: applicant, keep: [b], say: {zh: 请补, en: Add}}}
  - {id: b, name: {zh: 乙, en: B}, approve: {by: chief}, if_approved: end, if_rejected: end}
  - {id: c, name: {zh: 丙, en: C}, when: amount > 3, approve: {by: chief}, go: a}
",
        "",
    );
    let at = |id: &str| def.state_ix(id).unwrap();
    let a = state(&def, "a");
    assert_eq!(
        (a.next, a.skip_to),
        (Target::Go(at("c")), Target::Go(at("b")))
    );
    assert_eq!(a.if_rejected, Target::BackTo(at("draft")));
    assert_eq!(a.say.as_ref().unwrap().zh, "请补");
    assert_eq!(a.keep, [at("b")]);
    let b = state(&def, "b");
    assert_eq!((b.next, b.if_rejected), (Target::Finish, Target::Reject));
    let c = state(&def, "c");
    assert_eq!((c.next, c.skip_to), (Target::Go(at("a")), Target::Finish));
    for (slip, code) in [
        ("approve: {by: chief}, go: nowhere", "unknown-state"),
        (
            "approve: {by: chief}, go: draft, if_approved: {go: draft}",
            "two-ways-on",
        ),
        ("approve: {by: chief}, if_rejected: draft", "way-unclear"),
        ("approve: {by: chief}, if_rejected: {}", "way-unclear"),
        (
            "approve: {by: chief}, if_rejected: {go: draft, back_to: draft}",
            "way-unclear",
        ),
        (
            "approve: {by: chief}, if_rejected: {goto: draft}",
            "unknown-key",
        ),
        (
            "work: {by: chief}, if_rejected: {go: draft}",
            "key-not-here",
        ),
        ("end: approved, go: draft", "key-not-here"),
        ("approve: {by: chief}, when: amount > ", "condition-syntax"),
        (
            "approve: {by: chief}, when: amunt > 3",
            "condition-unknown-name",
        ),
    ] {
        let found = said(&one(slip), "");
        assert_eq!(found[0], code, "{slip}: {found:?}");
    }
}

#[test]
fn work_and_its_actions() {
    let def = sound(
        "  - id: a
    name: {zh: 甲, en: A}
    work: {by: clerk}
    actions:
      ready: {name: {zh: 好了, en: Ready}, require: [note], reason: required}
      more:  {name: {zh: 再来, en: More}, go: a, ask: {why: {type: text, name: {zh: 原因, en: Why}, required: true}}}
      back:  {name: {zh: 退回, en: Back}, back_to: draft, create: {vehicle: {plate: note, seats: 4}}}
  - {id: b, name: {zh: 乙, en: B}, work: {by: applicant}}
",
        "",
    );
    let StateKind::Work { actions, .. } = &state(&def, "a").kind else {
        panic!("no work");
    };
    let at = |id: &str| def.state_ix(id).unwrap();
    let to: Vec<_> = actions.iter().map(|action| action.to).collect();
    assert_eq!(
        to,
        [
            Target::Go(at("b")),
            Target::Go(at("a")),
            Target::BackTo(at("draft"))
        ]
    );
    assert!(actions[0].reason_required && actions[0].require == ["note"]);
    assert_eq!(actions[1].ask[0].name, "why");
    assert!(actions[1].ask[0].required);
    assert!(!def.entity.field("why").unwrap().required);
    assert_eq!(actions[2].create[0].values.len(), 2);
    let StateKind::Work { actions, .. } = &state(&def, "b").kind else {
        panic!("no work");
    };
    assert_eq!((actions[0].id.as_str(), actions.len()), ("done", 1));
    let action = |text: &str| {
        said(
            &format!("  - id: a\n    {NAME}\n    work: {{by: clerk}}\n    actions: {text}\n"),
            "",
        )
    };
    for (slip, code) in [
        ("{}", "no-actions"),
        ("{approve: {name: {zh: 甲, en: A}}}", "reserved-name"),
        ("{Go: {name: {zh: 甲, en: A}}}", "bad-id"),
        ("{x: {go: draft}}", "missing-key"),
        (
            "{x: {name: {zh: 甲, en: A}, require: [nota]}}",
            "unknown-field",
        ),
        ("{x: {name: {zh: 甲, en: A}, reason: must}}", "unknown-word"),
        (
            "{x: {name: {zh: 甲, en: A}, create: {vehicel: {}}}}",
            "unknown-entity",
        ),
        (
            "{x: {name: {zh: 甲, en: A}, create: {vehicle: {plat: note}}}}",
            "unknown-field",
        ),
        (
            "{x: {name: {zh: 甲, en: A}, ask: {note: {type: date, name: {zh: 甲, en: A}}}}}",
            "ask-conflict",
        ),
    ] {
        assert_eq!(action(slip), [code], "{slip}");
    }
}

#[test]
fn lateness() {
    let def = sound(
        &one(
            "approve: {by: clerk}, deadline: 4 work hours, clock: {stops_in: [draft]}, if_late: [{after: 1 work hour, remind: [waiting, chief], every: 1 work hour, at_most: 3}, {at: deadline, add: chief}, {after: deadline + 2 workdays, go: draft}]",
        ),
        "",
    );
    let a = state(&def, "a");
    assert_eq!(a.deadline, Some(Term::new(4, TermUnit::WorkHours)));
    assert_eq!(a.clock_stops_in, [0]);
    assert_eq!(
        a.if_late[0].at,
        RungTime::After(Term::new(1, TermUnit::WorkHours))
    );
    assert_eq!(a.if_late[0].at_most, 3);
    assert!(
        matches!(&a.if_late[0].act, LateAct::Remind(people) if people[0] == PeopleRef::Waiting)
    );
    assert_eq!(a.if_late[1].at, RungTime::Deadline);
    assert_eq!(
        a.if_late[2].at,
        RungTime::DeadlinePlus(Term::new(2, TermUnit::Workdays))
    );
    assert_eq!(a.if_late[2].act, LateAct::Go(0));
    let late = |text: &str| said(&one(&format!("approve: {{by: clerk}}, {text}")), "");
    for (slip, code) in [
        ("if_late: [{at: deadline, add: chief}]", "deadline-missing"),
        ("clock: {stops_in: [draft]}", "deadline-missing"),
        ("deadline: 1 workday, if_late: [{add: chief}]", "rung-time"),
        ("deadline: 1 workday, if_late: [{at: deadline}]", "rung-act"),
        (
            "if_late: [{after: 80% of deadline, add: chief}]",
            "deadline-missing",
        ),
        (
            "deadline: 2 workdays, if_late: [{after: 80% of deadline, add: chief}]",
            "rung-time",
        ),
        (
            "deadline: 5 workdays, if_late: [{after: 100% of deadline, add: chief}]",
            "rung-time",
        ),
        (
            "deadline: 1 workday, if_late: [{at: deadline, add: chief, remind: waiting}]",
            "rung-act",
        ),
        (
            "deadline: 1 workday, if_late: [{at: deadline, add: waiting}]",
            "unknown-people",
        ),
        (
            "deadline: 1 workday, if_late: [{at: deadline, add: chief, every: 1 day}]",
            "only-reminders-repeat",
        ),
        (
            "deadline: 1 workday, if_late: [{at: deadline, remind: waiting, every: 1 day}]",
            "reminders-without-end",
        ),
        (
            "deadline: 1 workday, if_late: [{after: deadline + 两天, add: chief}]",
            "duration-due",
        ),
        (
            "deadline: 1 workday, if_late: [{after: deadline - 1 day, add: chief}]",
            "rung-time",
        ),
        (
            "deadline: 1 workday, if_late: [{at: deadline, approve: false}]",
            "rung-act",
        ),
        (
            "deadline: 1 workday, if_late: [{at: deadline, 提醒: waiting}]",
            "unknown-key",
        ),
    ] {
        let found = late(slip);
        assert_eq!(found[0], code, "{slip}: {found:?}");
    }
}
