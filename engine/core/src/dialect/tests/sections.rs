//! Every section: what is read from it, and what is said when it is wrong. A flow is put together from a sound one by
//! replacing one piece, so that exactly the faults of that piece may be found.

#![expect(clippy::unwrap_used, reason = "tests")]

use super::world::{compiled, faults, faults_of};
use crate::calendar::{Term, TermUnit};
use crate::definition::{
    Definition, Join, LateAct, Needs, OnReject, Outcome, PeopleRef, RungTime, State, StateKind,
    Target, Then,
};
use crate::people::PeopleRule;
use crate::value::Value;

/// A sound flow; `{states}` and `{rest}` stand for what a test is about.
fn flow(states: &str, rest: &str) -> String {
    let form = if rest.contains("form:") {
        ""
    } else {
        "form:\n  amount: {type: money, name: {zh: 金额, en: Amount}, currency: CNY}\n  note: {type: text, name: {zh: 备注, en: Note}}\n"
    };
    let people = if rest.contains("people:") {
        ""
    } else {
        "people:\n  chief: role/chief\n  clerk: role/clerk\n"
    };
    format!(
        "flow: demo\nformat: 1\nname: {{zh: 演示, en: Demo}}\npurpose: {{zh: 演示用, en: To show}}\nowner: role/chief\ncalendar: cn_office\ntitle: '{{{{note}}}}'\n{form}{people}{rest}states:\n  - {{id: draft, name: {{zh: 申请, en: Request}}, draft: {{by: applicant}}}}\n{states}"
    )
}

fn sound(states: &str, rest: &str) -> Definition {
    let text = flow(states, rest);
    let compiled = compiled(&text);
    assert_eq!(faults(&compiled), Vec::<String>::new(), "{text}");
    compiled.definition.unwrap()
}

/// The codes found, in file order.
fn said(states: &str, rest: &str) -> Vec<&'static str> {
    let compiled = compiled(&flow(states, rest));
    assert!(compiled.definition.is_none() || compiled.diagnostics.is_empty());
    compiled
        .diagnostics
        .iter()
        .map(|fault| fault.code)
        .collect()
}

fn state<'d>(def: &'d Definition, id: &str) -> &'d State {
    &def.states[def.state_ix(id).unwrap()]
}

const NAME: &str = "name: {zh: 甲, en: A}";

fn one(rest: &str) -> String {
    format!("  - {{id: a, {NAME}, {rest}}}\n")
}

#[test]
fn head_needs_every_part() {
    assert_eq!(faults_of("flow: demo\n"), ["1:1 missing-key"; 8]);
    let wrong = [
        ("format: 1", "format: 2", "unknown-format"),
        ("flow: demo", "flow: Demo-1", "bad-id"),
        (
            "name: {zh: 演示, en: Demo}",
            "name: 演示",
            "language-missing",
        ),
        (
            "name: {zh: 演示, en: Demo}",
            "name: {zh: 演示}",
            "language-missing",
        ),
        (
            "calendar: cn_office",
            "calendar: cn_ofice",
            "unknown-calendar",
        ),
        ("owner: role/chief", "owner: role/chef", "unknown-role"),
        ("title: '{{note}}'", "title: '{{nota}}'", "unknown-field"),
        ("purpose:", "description:", "unknown-key"),
    ];
    for (right, slip, code) in wrong {
        let text = flow("", "");
        assert!(text.contains(right), "{right}");
        let found = compiled(&text.replace(right, slip));
        let codes: Vec<_> = found.diagnostics.iter().map(|fault| fault.code).collect();
        assert_eq!(codes, [code], "{slip}");
    }
}

#[test]
fn a_comma_in_a_sentence_does_not_end_it() {
    let text = flow("", "").replace("en: To show}", "en: To show, plainly, how}");
    let def = compiled(&text).definition.unwrap();
    assert_eq!(def.purpose.en, "To show, plainly, how");
}

#[test]
fn every_kind_of_field() {
    let def = sound(
        "",
        "form:
  note:   {type: text, name: {zh: 甲, en: A}, max: 80, pattern: '^[A-Z]+$', required: true}
  money:  {type: money, name: {zh: 甲, en: A}, currency: CNY, min: 0, show: first}
  weight: {type: number, name: {zh: 甲, en: A}, decimals: 3, more_than: 0}
  rate:   {type: percent, name: {zh: 甲, en: A}, decimals: 4, is: weight / 30, max: 1}
  day:    {type: date, name: {zh: 甲, en: A}}
  at:     {type: time, name: {zh: 甲, en: A}}
  fine:   {type: flag, name: {zh: 甲, en: A}}
  pick:   {type: choice, name: {zh: 甲, en: A}, options: {x: {zh: 叉, en: X}, y: {zh: 歪, en: Y}}}
  who:    {type: person, name: {zh: 甲, en: A}}
  unit:   {type: department, name: {zh: 甲, en: A}}
  car:    {type: ref, to: vehicle, name: {zh: 甲, en: A}}
  paper:  {type: file, name: {zh: 甲, en: A}, accept: [pdf, .XLSX], max_mb: 10}
  lines:
    type: table
    name: {zh: 甲, en: A}
    columns:
      part: {type: text, name: {zh: 件, en: Part}}
      price: {type: money, name: {zh: 价, en: Price}, currency: CNY}
  total:  {type: money, name: {zh: 甲, en: A}, currency: CNY, is: sum(lines.price)}
",
    );
    assert_eq!(def.entity.fields.len(), 14);
    let rate = def.entity.field("rate").unwrap();
    assert_eq!(rate.computed.as_ref().unwrap().reads(), ["weight"]);
    let note = def.entity.field("note").unwrap();
    assert!(note.required && note.bounds.max_chars == Some(80));
    assert!(def.entity.field("money").unwrap().show_first);
}

#[test]
fn what_is_wrong_with_a_field() {
    let field = |text: &str| {
        said(
            "",
            &format!("form:\n  note: {{type: text, name: {{zh: 甲, en: A}}}}\n  f: {text}\n"),
        )
    };
    for (text, code) in [
        ("{type: text}", "missing-key"),
        ("{name: {zh: 甲, en: A}}", "missing-key"),
        ("{type: string, name: {zh: 甲, en: A}}", "unknown-word"),
        ("{type: money, name: {zh: 甲, en: A}}", "missing-key"),
        (
            "{type: money, currency: RMB元, name: {zh: 甲, en: A}}",
            "bad-currency",
        ),
        ("{type: number, name: {zh: 甲, en: A}}", "missing-key"),
        (
            "{type: number, decimals: 1.5, name: {zh: 甲, en: A}}",
            "number-out-of-range",
        ),
        (
            "{type: percent, decimals: 4, max: 85%, name: {zh: 甲, en: A}}",
            "number-due",
        ),
        ("{type: text, min: 3, name: {zh: 甲, en: A}}", "unknown-key"),
        (
            "{type: text, pattern: '[', name: {zh: 甲, en: A}}",
            "bad-pattern",
        ),
        (
            "{type: number, decimals: 0, min: 3, max: 2, name: {zh: 甲, en: A}}",
            "empty-range",
        ),
        (
            "{type: ref, to: vehicel, name: {zh: 甲, en: A}}",
            "unknown-entity",
        ),
        (
            "{type: text, required: yes, name: {zh: 甲, en: A}}",
            "yes-or-no-due",
        ),
        (
            "{type: text, is: note, from: draft, name: {zh: 甲, en: A}}",
            "field-two-origins",
        ),
        (
            "{type: text, from: draft, name: {zh: 甲, en: A}}",
            "from-does-not-fill",
        ),
        (
            "{type: text, from: nowhere, name: {zh: 甲, en: A}}",
            "unknown-state",
        ),
        (
            "{type: number, decimals: 2, is: note, name: {zh: 甲, en: A}}",
            "wrong-type",
        ),
        (
            "{type: choice, name: {zh: 甲, en: A}, options: {x: 叉}}",
            "language-missing",
        ),
    ] {
        let found = field(text);
        assert!(found.contains(&code), "{text}: {found:?}");
        assert!(found.len() <= 2, "{text}: {found:?}");
    }
    assert_eq!(
        said(
            "",
            "form:\n  note: {type: text, name: {zh: 甲, en: A}}\n  id: {type: text, name: {zh: 甲, en: A}}\n"
        ),
        ["reserved-name"]
    );
}

#[test]
fn tables_people_policies_and_proxy() {
    let def = sound(
        &one("approve: {by: boss}"),
        "tables:\n  limit: {low: 2000.00, from_day: 2026-01-01, text: '85'}\npeople:\n  chief: role/chief\n  boss: role/clerk except applicant\npolicies:\n  nobody: {fallback: chief}\n  same_person: once\n  rounds: 3\n  withdraw: never\n  people_after_return: anew\n  reply_by_mail: never\nproxy: {to: same_role, longest: 14 days, chain: refuse, not_for: [a]}\n",
    );
    assert_eq!(
        def.tables["limit"]["low"].as_number().unwrap().to_string(),
        "2000.00"
    );
    assert_eq!(def.tables["limit"]["text"], Value::from("85"));
    assert!(matches!(
        def.people_rule("boss"),
        Some(PeopleRule::Except(..))
    ));
    assert_eq!(def.policies.rounds_max, 3);
    assert!(def.policies.people_anew && def.proxy.same_role && def.proxy.refuse_chain);
    assert_eq!(def.proxy.longest_days, Some(14));
    for (rest, code) in [
        ("policies: {nobody: skip}\n", "unknown-word"),
        ("policies: {nobody: {fallback: nobody}}\n", "unknown-people"),
        ("policies: {rounds: many}\n", "number-due"),
        ("policies: {own_requests: ask}\n", "unknown-key"),
        ("proxy: {longest: 2 workdays}\n", "days-due"),
        ("proxy: {not_for: [b]}\n", "unknown-state"),
        ("tables: {limit: {low: }}\n", "value-missing"),
        ("tables: {Limit: {low: 1}}\n", "bad-id"),
        (
            "people:\n  chief: role/chief\n  waiting: role/clerk\n",
            "reserved-name",
        ),
        ("people:\n  chief: role/cheif\n", "unknown-role"),
        ("people:\n  chief: post/nobody\n", "unknown-post"),
        ("people:\n  chief: record.note\n", "wrong-type"),
        (
            "people:\n  chief: role/clerk in record.place\n",
            "unknown-field",
        ),
        ("people:\n  chief: the chief\n", "people-rule"),
    ] {
        assert_eq!(said("", rest), [code], "{rest}");
    }
}

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
  - {id: b, name: {zh: 乙, en: B}, subflow: {flow: other, link: parent, beside: true}}
  - {id: c, name: {zh: 丙, en: C}, mail: note, to: [chief, applicant]}
  - {id: d, name: {zh: 丁, en: D}, end: half_done, then: [{mail: note, to: chief}, {run: shop.price, give: [note], once_per: note}]}
",
        "mails:\n  note: {subject: {zh: '{{note}}', en: '{{note}}'}, text: {zh: '给{{applicant.name}}', en: 'To {{applicant.name}}'}}\n",
    );
    assert!(
        matches!(&state(&def, "a").kind, StateKind::WaitFor { event } if event == "parts.received")
    );
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

#[test]
fn mails_in_both_languages() {
    for (rest, code) in [
        ("mails:\n  m: {subject: {zh: 甲, en: A}}\n", "missing-key"),
        (
            "mails:\n  m: {subject: {zh: 甲, en: A}, text: {zh: 甲}}\n",
            "language-missing",
        ),
        (
            "mails:\n  m: {subject: 甲, text: {zh: 甲, en: A}}\n",
            "language-missing",
        ),
        (
            "mails:\n  m: {subject: {zh: '{{nota}}', en: A}, text: {zh: 甲, en: A}}\n",
            "unknown-field",
        ),
        (
            "mails:\n  m: {subject: {zh: '{{#if nota}}x{{/if}}', en: A}, text: {zh: 甲, en: A}}\n",
            "unknown-field",
        ),
        (
            "mails:\n  m: {subject: {zh: '{{note', en: A}, text: {zh: 甲, en: A}}\n",
            "template-syntax",
        ),
    ] {
        assert_eq!(said("", rest), [code], "{rest}");
    }
    let block = "mails:\n  m:\n    subject: {zh: 甲, en: A}\n    text:\n      zh: |\n        甲\n        乙 {{nota}}\n      en: A\n";
    let found = compiled(&flow("", block));
    let place = &found.diagnostics[0].place;
    assert_eq!(
        (place.line, place.column),
        (20, 11),
        "{:?}",
        found.diagnostics
    );
    assert_eq!(found.diagnostics[0].fixes[0].replacement, "{{note}}");
}

#[test]
fn examples_are_judged_like_everything_else() {
    let test = |text: &str| {
        let mut flow = flow(&one("work: {by: clerk}"), "");
        flow.push_str("tests:\n  - ");
        flow.push_str(text);
        let found = compiled(&flow);
        found
            .diagnostics
            .iter()
            .map(|fault| fault.code)
            .collect::<Vec<_>>()
    };
    let cast = "name: 例, cast: {王: clerk, 李: [chief, applicant]}";
    assert!(test(&format!("{{{cast}, at: 2026-03-02 09:00, given: {{amount: 3.00, note: '2026-01-01'}}, play: [{{who: 王, do: done}}, {{at: 2026-03-04 09:00, who: 李, do: return, to: applicant}}, {{event: x, payload: {{a: 1}}}}, {{change: {{王: chief}}}}], expect: {{result: running, round: 2, waiting_on: [李], path: [draft, a], values: {{note: x}}}}}}")).is_empty());
    for (slip, code) in [
        ("given: {amunt: 3}", "unknown-field"),
        ("given: {amount: three}", "number-due"),
        ("given: {amount: 3.001}", "too-many-decimals"),
        ("at: tomorrow", "time-due"),
        ("at: 2026-03-02", "time-due"),
        ("answers: {shop.price: {}}", "unknown-call"),
        ("records: {vehicel: {}}", "unknown-entity"),
        ("records: {vehicle: {V1: {plat: x}}}", "unknown-field"),
        ("play: [{who: 赵, do: done}]", "unknown-person"),
        ("play: [{do: done}]", "who-missing"),
        ("play: [{who: 王, do: finish}]", "unknown-action"),
        ("play: [{who: 王, decide: accept}]", "unknown-word"),
        ("play: [{who: 王, do: done, decide: approve}]", "two-deeds"),
        ("play: [{who: 王, do: transfer}]", "to-missing"),
        (
            "play: [{who: 王, do: return, to: nowhere}]",
            "unknown-state",
        ),
        ("play: [{who: 王, state: b, do: done}]", "unknown-state"),
        ("expect: {result: perfect}", "unknown-word"),
        ("expect: {ran: [shop.price]}", "unknown-call"),
        ("expect: {mailed: [letter]}", "unknown-mail"),
        ("expect: {waiting: [王]}", "unknown-key"),
    ] {
        assert_eq!(test(&format!("{{{cast}, {slip}}}")), [code], "{slip}");
    }
    assert_eq!(test("{cast: {王: clark}, name: 例}"), ["unknown-people"]);
    assert_eq!(test("{given: {}}"), ["missing-key"]);
}

#[test]
fn the_version_is_the_text_not_the_editor() {
    let text = flow("", "");
    let version = |text: &str| compiled(text).definition.unwrap().version;
    let one = version(&text);
    assert_eq!(one.len(), 64);
    assert_eq!(one, version(&text.replace('\n', "\r\n")));
    assert_eq!(one, version(&text.replace("cn_office\n", "cn_office  \n")));
    assert_eq!(one, version(&format!("{text}\n\n")));
    assert_ne!(one, version(&text.replace("To show", "To tell")));
}

#[test]
fn checks_find_the_place_of_each_part() {
    let def = sound(
        &one(
            "approve: {by: chief}, deadline: 1 workday, if_late: [{at: deadline, remind: waiting}]",
        ),
        "",
    );
    let at = |path: &str| {
        let place = def.places.get(path);
        (place.line, place.column)
    };
    let line = def.states[1].line;
    assert_eq!(at("states.a"), (line, 10));
    assert_eq!(at("states.a.approve.by").0, line);
    assert!(def.places.exact("states.a.if_late.0.remind").is_some());
    assert_eq!(at("states.a.nothing"), at("states.a"));
    assert_eq!(at("form.amount"), (9, 3));
    assert_eq!(at("people.clerk"), (13, 10));
}
