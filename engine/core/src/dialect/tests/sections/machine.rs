//! States without people: rules, effects, choices, branches, waits, ends.

#![expect(clippy::unwrap_used, reason = "tests")]

use super::{NAME, one, said, sound, state};
use crate::calendar::Term;
use crate::calendar::TermUnit;
use crate::definition::Join;
use crate::definition::Outcome;
use crate::definition::PeopleRef;
use crate::definition::StateKind;
use crate::definition::Target;
use crate::definition::Then;

#[test]
fn rules_and_effects_with_their_inputs() {
    let def = sound(
        "  - id: a
    name: {zh: 甲, en: A}
    run: shop.price
    give: [note]
    fills: {amount: total}
    once_per: note
    if_fails: {retry: [1 minute, 2 hours], then: hold, tell: [chief, applicant]}
  - {id: b, name: {zh: 乙, en: B}, rule: check.credit, give: [amount], fills: {note: verdict}}
",
        "",
    );
    let StateKind::Run(run) = &state(&def, "a").kind else {
        panic!("no run");
    };
    assert_eq!(run.retry[1], Term::new(2, TermUnit::Hours));
    assert_eq!(run.tell.len(), 2);
    assert_eq!(run.fills, [("amount".to_owned(), "total".to_owned())]);
    for (slip, code) in [
        ("run: shop.pricing, give: [note]", "unknown-effect"),
        ("run: shop.price", "input-missing"),
        ("run: shop.price, give: [note, amount]", "unknown-input"),
        ("run: shop.price, give: [nota]", "unknown-field"),
        (
            "run: shop.price, give: [note], fills: {amount: sum}",
            "unknown-output",
        ),
        (
            "run: shop.price, give: [note], fills: {note: total}",
            "wrong-type",
        ),
        (
            "run: shop.price, give: [note], if_fails: {then: continue}",
            "unknown-word",
        ),
        (
            "run: shop.price, give: [note], if_fails: {retry: 5 times}",
            "duration-due",
        ),
        ("run: shop.price, give: [note], by: chief", "key-not-here"),
        ("rule: check.credits, give: [amount]", "unknown-rule"),
    ] {
        let found = said(&one(slip), "");
        assert_eq!(found[0], code, "{slip}: {found:?}");
    }
}

#[test]
fn choices_with_states_inside() {
    let def = sound(
        "  - id: a
    name: {zh: 甲, en: A}
    when: amount > 0
    choose:
      - {id: low, when: amount <= 10, approve: {by: clerk}}
      - {when: amount <= 100, go: b}
      - {id: high, otherwise: true, name: {zh: 高, en: High}, approve: {by: chief}, if_rejected: {go: c}}
    if_approved: {go: c}
    if_rejected: {back_to: draft}
  - {id: b, name: {zh: 乙, en: B}, approve: {by: chief}}
  - {id: c, name: {zh: 丙, en: C}, end: rejected}
",
        "",
    );
    let at = |id: &str| def.state_ix(id).unwrap();
    let StateKind::Choose { ways } = &state(&def, "a").kind else {
        panic!("no choice");
    };
    let to: Vec<_> = ways.iter().map(|way| way.to).collect();
    assert_eq!(
        to,
        [
            Target::Go(at("low")),
            Target::Go(at("b")),
            Target::Go(at("high"))
        ]
    );
    assert!(ways[2].when.is_none() && ways[0].when.is_some());
    let low = state(&def, "low");
    assert_eq!(
        (low.next, low.if_rejected),
        (Target::Go(at("c")), Target::BackTo(at("draft")))
    );
    assert!(low.when.is_none(), "the condition belongs to the way");
    assert_eq!(low.name.zh, "甲");
    assert_eq!(state(&def, "high").if_rejected, Target::Go(at("c")));
    assert_eq!(
        state(&def, "a").skip_to,
        Target::Go(at("b")),
        "skipped: the next in order"
    );
    assert_eq!(def.regions[0].states.len(), 6);
    let ways = |text: &str| {
        said(
            &format!(
                "  - id: a\n    {NAME}\n    choose: {text}\n  - {{id: b, {NAME}, approve: {{by: chief}}}}\n"
            ),
            "",
        )
    };
    for (slip, code) in [
        ("{when: amount > 1, go: b}", "list-due"),
        ("[{when: amount > 1, go: nowhere}]", "unknown-state"),
        ("[{go: b}]", "way-condition"),
        ("[{when: amount > 1}]", "missing-key"),
        (
            "[{otherwise: true, go: b}, {when: amount > 1, go: b}]",
            "way-after-otherwise",
        ),
        ("[{when: amount, go: b}]", "condition-type"),
    ] {
        assert_eq!(ways(slip), [code], "{slip}");
    }
}

#[test]
fn branches_to_any_depth_and_the_short_form() {
    let def = sound(
        "  - id: a
    name: {zh: 甲, en: A}
    together:
      needs: 1
      branches:
        - id: left
          name: {zh: 左, en: Left}
          when: amount > 3
          states:
            - {id: l1, name: {zh: 左一, en: L1}, approve: {by: chief}}
            - id: l2
              name: {zh: 左二, en: L2}
              together:
                approvals:
                  - {id: x, name: {zh: 叉, en: X}, by: chief}
                  - {id: y, name: {zh: 歪, en: Y}, by: clerk, when: amount > 5, needs: all, deadline: 1 workday}
            - {id: l3, name: {zh: 左三, en: L3}, approve: {by: clerk}, if_rejected: {back_to: draft}}
        - id: right
          states: [{id: r1, name: {zh: 右, en: R}, work: {by: clerk}, go: done_early}]
    deadline: 2 workdays
    if_rejected: {back_to: draft}
  - {id: done_early, name: {zh: 完, en: End}, end: approved}
",
        "",
    );
    let at = |id: &str| def.state_ix(id).unwrap();
    assert_eq!(def.regions.len(), 5);
    let StateKind::Together { needs, branches } = &state(&def, "a").kind else {
        panic!("no branches");
    };
    assert_eq!(
        (*needs, branches.as_slice()),
        (Join::Count(1), [1, 4].as_slice())
    );
    assert_eq!(def.regions[1].name.zh, "左");
    assert!(def.regions[1].when.is_some());
    let StateKind::Together { needs, branches } = &state(&def, "l2").kind else {
        panic!("no branches");
    };
    assert_eq!(
        (*needs, branches.as_slice()),
        (Join::All, [2, 3].as_slice())
    );
    assert!(def.regions[3].when.is_some() && state(&def, "y").when.is_none());
    assert_eq!(def.regions[3].name.zh, "歪");
    assert_eq!(state(&def, "y").next, Target::BranchEnd);
    assert_eq!(state(&def, "l2").next, Target::Go(at("l3")));
    assert_eq!(state(&def, "l3").next, Target::BranchEnd);
    assert_eq!(state(&def, "l3").if_rejected, Target::BackTo(at("draft")));
    assert_eq!(state(&def, "r1").next, Target::Go(at("done_early")));
    let inner = |text: &str| {
        said(
            &format!("  - id: a\n    {NAME}\n    together: {text}\n"),
            "",
        )
    };
    for (slip, code) in [
        ("{needs: all}", "branches-due"),
        ("{branches: []}", "list-due"),
        ("{branches: [{id: b}]}", "missing-key"),
        ("{branches: [{id: b, states: []}]}", "no-states"),
        (
            "{needs: 3, branches: [{id: b, states: [{id: c, name: {zh: 丙, en: C}, work: {by: chief}}]}]}",
            "number-out-of-range",
        ),
        (
            "{branches: [{id: b, states: [{id: c, name: {zh: 丙, en: C}, end: approved}]}]}",
            "end-in-branch",
        ),
        (
            "{branches: [{id: b, states: [{id: draft, name: {zh: 丙, en: C}, work: {by: chief}}]}]}",
            "duplicate-id",
        ),
        (
            "{approvals: [{id: b, name: {zh: 丙, en: C}}]}",
            "missing-key",
        ),
    ] {
        assert_eq!(inner(slip), [code], "{slip}");
    }
    assert_eq!(
        said(
            "  - {id: a, name: {zh: 甲, en: A}, together: {approvals: [{id: b, name: {zh: 乙, en: B}, by: chief}]}}
  - {id: c, name: {zh: 丙, en: C}, approve: {by: chief}, if_rejected: {back_to: b}}
",
            ""
        ),
        ["way-into-branch"]
    );
}

#[test]
fn waiting_subflows_and_ends() {
    let def = sound(
        "  - {id: a, name: {zh: 甲, en: A}, wait: {for: parts.received}, deadline: 10 workdays}
  - {id: a2, name: {zh: 甲二, en: A2}, wait: {for: parts.received, name: {zh: 轮子到了, en: The wheel is here}}, deadline: 10 workdays}
  - {id: b, name: {zh: 乙, en: B}, subflow: {flow: other, link: parent, beside: true}}
  - {id: c, name: {zh: 丙, en: C}, mail: note, to: [chief, applicant]}
  - {id: d, name: {zh: 丁, en: D}, end: half_done, then: [{mail: note, to: chief}, {run: shop.price, give: [note], once_per: note}]}
",
        "mails:\n  note: {subject: {zh: '{{note}}', en: '{{note}}'}, text: {zh: '给{{applicant.name}}', en: 'To {{applicant.name}}'}}\n",
    );
    let waits = |id: &str| match &state(&def, id).kind {
        StateKind::WaitFor { event, name } => (event.clone(), name.zh.clone()),
        other => panic!("{other:?}"),
    };
    // By the module's name, or by the flow's own.
    let event = "parts.received".to_owned();
    assert_eq!(waits("a"), (event.clone(), "配件已到货".to_owned()));
    assert_eq!(waits("a2"), (event, "轮子到了".to_owned()));
    assert!(matches!(
        &state(&def, "b").kind,
        StateKind::Subflow { beside: true, .. }
    ));
    let StateKind::Mail { to, .. } = &state(&def, "c").kind else {
        panic!("no mail");
    };
    assert_eq!(
        to,
        &[PeopleRef::Named("chief".to_owned()), PeopleRef::Applicant]
    );
    let StateKind::End { outcome, then } = &state(&def, "d").kind else {
        panic!("no end");
    };
    assert_eq!(*outcome, Outcome::Named("half_done".to_owned()));
    assert!(matches!(&then[1], Then::Run(run) if run.fills.is_empty()));
    for (slip, code) in [
        ("wait: {for: parts.came}", "unknown-event"),
        ("wait: {until: note}", "wrong-type"),
        ("wait: {}", "wait-for-what"),
        (
            "wait: {for: parts.received, name: 到货}, deadline: 1 day",
            "language-missing",
        ),
        ("subflow: {flow: others}", "unknown-flow"),
        ("subflow: {link: x}", "missing-key"),
        ("mail: ask", "missing-key"),
        ("mail: letter, to: chief", "unknown-mail"),
        ("end: held", "reserved-name"),
        ("end: approved, then: [{to: chief}]", "missing-key"),
        ("end: approved, approve: {by: chief}", "two-kinds"),
    ] {
        assert_eq!(said(&one(slip), ""), [code], "{slip}");
    }
}
