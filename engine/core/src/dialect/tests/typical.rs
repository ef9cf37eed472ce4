//! The slips authors make most, all in one file: each is said once, in its place, and those with a fix are mended by it.

use super::world::house;
use crate::dialect::compile;
use crate::text::Lang;

const SLIPS: &str = "\
flow: demo
format: 1
name：{zh: 演示, en: Demo}
purpose: {zh: 演示用, en: To show}
owner: role/chief
calendar: cn_office
title: {{note}} {{amount}}
form:
  amount: {type: money, name: {zh: 金额, en: Amount}, currency: CNY}
  note: {type: text, name: {zh: 备注, en: Note}}
  rate: {type: percent, name: {zh: 比例, en: Rate}, decimals: 4, max: 85%}
people:
  chief: role/chief
  chief: role/clerk
states:
  - {id: draft, name: {zh: 申请, en: Request}, draft: {by: applicant}}
  - id: a
    name: {zh: 审批, en: Approval}
    when: amount ≥ 3 && note = \"x\"
\tapprove: {approver: chief}
    deadline: 两天
    if_late: [{at: deadline，remind: waiting}]
    if_rejcted: {back_to: draft}
tests:
  - name: 说明: 有冒号
    expect: {result: running}
";

#[test]
fn everything_is_said_at_once() {
    let compiled = compile("demo.yaml", SLIPS, &house());
    assert!(compiled.definition.is_none());
    insta::assert_snapshot!(crate::diagnostic::render(
        &compiled.diagnostics,
        SLIPS,
        Lang::Zh,
        false
    ));
}

#[test]
fn applying_the_fixes_leaves_only_what_needs_thought() {
    let mut text = SLIPS.to_owned();
    for _ in 0..3 {
        let mut faults = compile("demo.yaml", &text, &house()).diagnostics;
        faults.sort_by_key(|fault| std::cmp::Reverse(fault.place.span));
        for fault in faults {
            if let Some(fix) = fault.fixes.first() {
                text.replace_range(fix.place.span.0..fix.place.span.1, &fix.replacement);
            }
        }
    }
    let left: Vec<_> = compile("demo.yaml", &text, &house())
        .diagnostics
        .iter()
        .map(|fault| fault.code)
        .collect();
    assert_eq!(left, ["duplicate-key"], "{text}");
}

#[test]
fn nothing_is_said_in_the_words_of_a_programmer() {
    let strange = [
        "Err(", "None", "unwrap", "panic", "serde", "usize", "struct", "enum", "Vec", "&str",
    ];
    let compiled = compile("demo.yaml", SLIPS, &house());
    for fault in &compiled.diagnostics {
        let hint = fault.hint.clone().unwrap_or_default();
        for text in [&fault.message.zh, &fault.message.en, &hint.zh, &hint.en] {
            assert!(!text.is_empty(), "{} says nothing", fault.code);
            assert!(!strange.iter().any(|word| text.contains(word)), "{text}");
        }
    }
}
