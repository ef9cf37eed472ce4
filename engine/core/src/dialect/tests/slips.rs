//! Slips of a Chinese keyboard and of YAML: what is said, where, and that the fix mends it.

#![expect(clippy::unwrap_used, reason = "tests")]

use crate::diagnostic::Diagnostic;
use crate::dialect::{open, tree::Node};

/// What is said about a text, as `line:column code`, and the tree it was read on with.
fn slips(text: &str) -> (Vec<String>, Option<Node>, Vec<Diagnostic>) {
    let (reader, root) = open("a.yaml", text);
    let said = reader
        .diagnostics
        .iter()
        .map(|fault| format!("{}:{} {}", fault.place.line, fault.place.column, fault.code))
        .collect();
    (said, root, reader.diagnostics)
}

/// Applies every fix; what is left must be clean.
fn mended(text: &str) -> String {
    let (_, _, mut faults) = slips(text);
    faults.sort_by_key(|fault| std::cmp::Reverse(fault.place.span));
    let mut fixed = text.to_owned();
    for fault in faults {
        let fix = &fault.fixes[0];
        let (start, end) = fix.place.span;
        fixed.replace_range(start..end, &fix.replacement);
    }
    let (left, _, _) = slips(&fixed);
    assert_eq!(left, Vec::<String>::new(), "after the fixes: {fixed:?}");
    fixed
}

fn value(root: &Node, key: &str) -> String {
    root.get(key)
        .and_then(Node::scalar)
        .map_or_else(String::new, |scalar| scalar.text.clone())
}

#[test]
fn each_slip_is_named_where_it_stands_and_mended() {
    for (text, said, fixed) in [
        ("name：甲\n", "1:5 full-width-colon", "name: 甲\n"),
        ("name ：甲\n", "1:5 full-width-colon", "name: 甲\n"),
        ("审批人： 甲\n", "1:4 full-width-colon", "审批人: 甲\n"),
        ("a:\n  - id：x\n", "2:7 full-width-colon", "a:\n  - id: x\n"),
        (
            "a: {zh：甲, en: A}\n",
            "1:7 full-width-colon",
            "a: {zh: 甲, en: A}\n",
        ),
        (
            "a: {zh: 甲，en: A}\n",
            "1:10 full-width-comma",
            "a: {zh: 甲, en: A}\n",
        ),
        ("a: [x，y]\n", "1:6 full-width-comma", "a: [x, y]\n"),
        ("a: [x、y]\n", "1:6 full-width-comma", "a: [x, y]\n"),
        ("a: “甲: 乙”\n", "1:4 full-width-quote", "a: \"甲: 乙\"\n"),
        ("a: ‘甲’ # 注\n", "1:4 full-width-quote", "a: '甲' # 注\n"),
        ("a: ［x，y］\n", "1:4 full-width-bracket", "a: [x, y]\n"),
        (
            "a: ｛zh：甲，en：A｝\n",
            "1:4 full-width-bracket",
            "a: {zh: 甲, en: A}\n",
        ),
        ("a: [x, y］\n", "1:9 full-width-bracket", "a: [x, y]\n"),
        ("＃ 注\na: 1\n", "1:1 full-width-hash", "# 注\na: 1\n"),
        ("a: 1 ＃ 注\n", "1:6 full-width-hash", "a: 1 # 注\n"),
        ("a:\n  － x\n", "2:3 full-width-dash", "a:\n  - x\n"),
        ("a:\n  —— x\n", "2:3 full-width-dash", "a:\n  - x\n"),
        ("a: ｜\n  甲\n", "1:4 full-width-block", "a: |\n  甲\n"),
        (
            "a:\n  - b: 1\n\tc: 2\n",
            "3:1 tab",
            "a:\n  - b: 1\n    c: 2\n",
        ),
        ("a:\n\tb: 1\n", "2:1 tab", "a:\n  b: 1\n"),
        ("a:\tb\n", "1:3 tab", "a: b\n"),
        ("a:\u{3000}b\n", "1:3 other-blank", "a: b\n"),
        ("a:\n\u{3000}b: 1\n", "2:1 other-blank", "a:\n  b: 1\n"),
        ("a: x\u{A0}y\n", "1:5 other-blank", "a: x y\n"),
        ("a\u{200B}: b\n", "1:2 invisible-character", "a: b\n"),
        ("\u{FEFF}a: b\n", "1:1 byte-order-mark", "a: b\n"),
        (
            "a: {{b}} c # 注\n",
            "1:4 unquoted-template",
            "a: '{{b}} c' # 注\n",
        ),
        (
            "a: {zh: {{b}}, en: x}\n",
            "1:9 unquoted-template",
            "a: {zh: '{{b}}', en: x}\n",
        ),
    ] {
        assert_eq!(slips(text).0, [said], "{text:?}");
        assert_eq!(mended(text), fixed, "{text:?}");
    }
}

#[test]
fn chinese_texts_keep_their_signs() {
    for text in [
        "purpose: {zh: 超信用或欠载的发运，放行前须有人负责。, en: x}\n",
        "- name: 满载、额度内：不打扰任何人，直接放行\n",
        "- name: 申请人不能审自己的单；退回后改金额，信用重查、欠载重签\n",
        "a: {zh: 金额（元）：含税, en: x}\n",
        "a: '，：“”［］' # ，：\n",
        "a: |\n  甲：乙，“丙”\n  \tx\n",
        "a: “超信用”或欠载\n",
        "a: 【待审批】发运单\n",
        "a: 型号X－1\n",
        "a: 甲\u{3000}乙\n",
        "reason: 螺栓未紧＃3\n",
        "waiting_on: [赵总监, 钱财务]\n",
    ] {
        assert_eq!(slips(text).0, Vec::<String>::new(), "{text:?}");
    }
    assert_eq!(
        slips("a: [赵总监，钱财务]\n").2[0].severity,
        crate::diagnostic::Severity::Warning,
        "one name or two: nobody can know"
    );
}

#[test]
fn reading_goes_on_with_the_slips_mended() {
    let (said, root, _) = slips("name：甲\nform: {a：1，b: 2}\nlast： x\n");
    assert_eq!(
        said,
        [
            "1:5 full-width-colon",
            "2:9 full-width-colon",
            "2:11 full-width-comma",
            "3:5 full-width-colon"
        ]
    );
    let root = root.unwrap();
    assert_eq!(value(&root, "name"), "甲");
    assert_eq!(value(&root, "last"), "x");
    assert_eq!(value(root.get("form").unwrap(), "b"), "2");
}

#[test]
fn what_yaml_stumbles_over_is_said_in_plain_words() {
    let mut wrong = Vec::new();
    for (text, said) in [
        ("a: b: c\n", "1:4 colon-in-value"),
        ("name: 原因: 超期\nb: 1\n", "1:7 colon-in-value"),
        ("a: 1\nb:2\nc: 3\n", "2:2 colon-without-space"),
        ("a: 'x\nb: 1\n", "1:4 quote-not-closed"),
        ("a: [x, y\nb: 1\n", "1:4 bracket-not-closed"),
        ("a: {x: 1\n", "1:4 bracket-not-closed"),
        ("a: @x\n", "1:4 reserved-start"),
        ("a: `x\n", "1:4 reserved-start"),
        ("a: 'x' y\n", "1:8 text-after-quote"),
        ("a: \"\\q\"\n", "1:4 bad-escape"),
        ("a: 1\n   b: 2\n", "2:5 colon-in-value"),
        ("a: &x 1\n", "1:4 yaml-anchor"),
        ("a: *x\n", "1:4 yaml-alias"),
        ("a: !x 1\n", "1:4 yaml-tag"),
        ("<<: {a: 1}\n", "1:1 yaml-merge"),
        ("a: 1\n---\nb: 2\n", "2:1 yaml-documents"),
        ("%YAML 1.2\n---\na: 1\n", "1:1 yaml-directive"),
        ("[a]: 1\n", "1:1 yaml-key"),
        ("on: 1\n", "1:1 reserved-key"),
        ("a: {No: 1}\n", "1:5 reserved-key"),
        ("a: 1\nb: 2\na: 3\n", "3:1 duplicate-key"),
        ("", "1:1 file-empty"),
        ("# nur\n", "1:1 file-empty"),
    ] {
        let found = slips(text).0;
        if found != [said] {
            wrong.push(format!("{text:?}: {found:?}, not {said}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_repeated_key_shows_both_lines() {
    let (_, _, faults) = slips("a: 1\nb: 2\na: 3\n");
    assert_eq!(faults[0].also[0].0.line, 1);
    assert!(faults[0].message.zh.contains("第 1 行"));
}

#[test]
fn numbers_are_what_was_written() {
    let (_, root, _) = slips("a: 1.10\nb: 0x10\nc: 1_000\n");
    let root = root.unwrap();
    assert_eq!(value(&root, "a"), "1.10");
    assert_eq!(value(&root, "b"), "0x10");
    assert_eq!(value(&root, "c"), "1_000");
}

#[test]
fn bombs_end_quickly() {
    let started = std::time::Instant::now();
    let deep = |open: &str, count: usize| open.repeat(count);
    let bombs = [
        deep("[", 200_000),
        deep("{", 200_000),
        deep("{a: ", 60_000),
        deep("- ", 100_000),
        deep("? ", 100_000),
        (0..2_000)
            .map(|level| format!("{}a:\n", " ".repeat(level)))
            .collect(),
        format!("a: &a [{}]\nb: *a\n", "x, ".repeat(50_000)),
        "a: &a [x]\nb: &b [*a, *a, *a, *a]\nc: &c [*b, *b, *b, *b]\nd: [*c, *c, *c]\n".to_owned(),
        "- {id: a}\n".repeat(25_000),
        "a：1\n".repeat(40_000),
        "k: v: w\n".repeat(30_000),
        "“".repeat(80_000),
        "'".repeat(200_000),
        "{{".repeat(100_000),
        "a: 1\n".repeat(50_000),
        "x".repeat(300_000),
    ];
    for bomb in bombs {
        slips(&bomb);
    }
    let took = started.elapsed();
    assert!(took.as_secs() < 20, "took {took:?}");
}
