//! The head of a flow, its fields and its short sections.

#![expect(clippy::unwrap_used, reason = "tests")]

use super::{flow, one, said, sound};
use crate::dialect::tests::world::{compiled, faults_of};
use crate::people::PeopleRule;
use crate::value::Value;

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
