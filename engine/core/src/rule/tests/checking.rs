//! What the checker finds before anything runs, and where.

use super::load;

/// The first fault: code, line, column, the Chinese message.
fn fault(body: &str) -> (String, u32, u32, String) {
    let (set, diagnostics) = load(body);
    assert_eq!(set.files().count(), 0, "{body}");
    let first = diagnostics.first().expect(body);
    assert!(
        !first.message.en.is_empty() && first.place.file == "t.rhai",
        "{first:?}"
    );
    (
        first.code.to_owned(),
        first.place.line,
        first.place.column,
        first.message.zh.clone(),
    )
}

fn finds(code: &str, expression: &str) {
    let (found, line, ..) = fault(&format!(
        "fn f(given) {{\n  let v = {expression};\n  #{{}}\n}}"
    ));
    assert_eq!((found.as_str(), line), (code, 2), "{expression}");
}

#[test]
fn comparisons_of_different_kinds() {
    for expression in [
        "\"12\" > 3",
        "given.t > 3",
        "given.n == \"1\"",
        "given.d > \"2026-01-01\"",
        "given.b == \"yes\"",
        "given.b > false",
        "given.c == 1",
        "given.n == ()",
        "() != given.n",
        "[1] == [1]",
        "#{} == #{}",
        "given.lines[0].amount == \"1\"",
        "lookup(\"rate\", \"a\") == \"1\"",
        "days_between(given.d, given.d) == given.d",
        "length(given.t) == given.t",
        "lookup(\"pay\", \"two\", \"day\") < given.d",
    ] {
        finds("rule-mixed-comparison", expression);
    }
}

#[test]
fn arithmetic_and_arguments_of_the_wrong_kind() {
    for expression in [
        "given.d + 1",
        "given.t * 2",
        "1 + \"a\"",
        "-given.t",
        "!given.n",
        "given.n && true",
        "given.b || given.t",
        "round(given.t, 2)",
        "add_days(given.t, 1)",
        "given.t.length",
        "given.n.x",
        "given.n[0]",
        "given.lines[given.t]",
        "if given.n { 1 } else { 2 }",
        "given.lines.amount",
    ] {
        finds("rule-mixed-types", expression);
    }
}

#[test]
fn names_that_do_not_exist() {
    for (code, expression, near) in [
        ("rule-unknown-name", "given.lins", "lines"),
        ("rule-unknown-name", "given.lines[0].amont", "amount"),
        ("rule-unknown-name", "lookup(\"rates\", \"a\")", "rate"),
        (
            "rule-unknown-name",
            "lookup(\"pay\", \"thre\", \"day\")",
            "three",
        ),
        (
            "rule-unknown-name",
            "lookup(\"pay\", \"three\", \"nigt\")",
            "night",
        ),
        ("rule-unknown-name", "band(\"size\", 3, \"clas\")", "class"),
        ("rule-unknown-function", "ad_days(given.d, 1)", "add_days"),
    ] {
        finds(code, expression);
        let (_, diagnostics) = load(&format!("fn f(given) {{ let v = {expression}; #{{}} }}"));
        let hint = diagnostics
            .first()
            .and_then(|found| found.hint.clone())
            .unwrap_or_default();
        assert!(
            hint.zh.contains(near) && hint.en.contains(near),
            "{expression}: {hint:?}"
        );
    }
    finds("rule-arguments", "add_days(given.d)");
    finds("rule-unknown-variable", "amount + 1");
}

#[test]
fn outputs_that_do_not_fit() {
    assert_eq!(fault("fn f(given) { 1 }").0, "rule-output");
    assert_eq!(fault("fn f(given) { #{ x: \"1\" } }").0, "rule-output");
    assert_eq!(
        fault("fn f(given) { #{ okk: true } }").0,
        "rule-unknown-name"
    );
    assert_eq!(
        fault("fn f(given) { if given.b { return 1; } #{} }").0,
        "rule-output"
    );
    let (_, diagnostics) = crate::rule::RuleSet::load(&[(
        "t",
        "fn f(given) { if given.b { #{ x: 1 } } else { #{} } }",
        "rule: t\nformat: 1\nname: {zh: 试, en: T}\nfunctions: {f: {name: {zh: 试, en: T}, takes: {b: {type: flag}}, gives: {x: {type: number, decimals: 0, required: true}}}}\n",
    )]);
    assert_eq!(
        diagnostics,
        [],
        "branches that give different keys are left to the run"
    );
}

#[test]
fn whole_file_rules() {
    assert_eq!(
        fault("let rate = 3; fn f(given) { #{} }").0,
        "rule-outside-function"
    );
    assert_eq!(fault("fn g(given) { #{} }").0, "rule-function-missing");
    assert_eq!(fault("fn f(a, b) { #{} }").0, "rule-parameters");
    assert_eq!(
        fault("fn f(given) { #{ s: `n: ${given.n}` } }").0,
        "rule-forbidden"
    );
    assert_eq!(
        fault("fn f(given) { #{ ok: given.t == 'a' } }").0,
        "rule-syntax"
    );
    assert_eq!(
        fault("fn f(given) { for x in given.t { } #{} }").0,
        "rule-mixed-types"
    );
}

#[test]
fn slips_of_the_pen_have_a_place() {
    let (code, line, column, zh) = fault("fn f(given) {\n    let 甲 = 1；\n    #{}\n}");
    assert_eq!((code.as_str(), line), ("rule-syntax", 2), "{column} {zh}");
    let (code, line, ..) = fault("fn f(given) {\n    let s = \"open;\n    #{}\n}");
    assert_eq!((code.as_str(), line), ("rule-syntax", 2));
    let (code, ..) = fault("fn f(given) { #{ x: 1 }");
    assert_eq!(code, "rule-syntax");
    let (code, line, column, zh) = fault("fn f(given) {\n    let total = 1;\n    #{ x: totl }\n}");
    assert_eq!(
        (code.as_str(), line, column),
        ("rule-unknown-variable", 3, 11),
        "{zh}"
    );
}

#[test]
fn all_faults_at_once() {
    let (_, diagnostics) = load(
        "fn f(given) {\n let a = given.lins;\n let b = given.t > 3;\n let c = nope(1);\n #{}\n}",
    );
    let lines: Vec<u32> = diagnostics.iter().map(|found| found.place.line).collect();
    assert_eq!(lines, [2, 3, 4]);
}

#[test]
fn good_scripts_pass() {
    for body in [
        "let total = 0; for line in given.lines { total += line.amount; } #{ x: total }",
        "let s = (); if given.b { s = \"x\"; } else { s = \"y\"; } #{ s: s }",
        "let best = given.d; if filled(best) && best > date(\"2026-01-01\") { return #{ day: best }; } #{ day: () }",
        "let rows = []; for (line, i) in given.lines { rows.push(#{ n: i, item: line.item }); } #{ x: length(rows) }",
        "let words = []; words.push(\"a\"); push(words, given.t); #{ s: join(words, \"、\"), ok: \"a\" in words }",
        "let m = #{}; m.a = 1; m[\"b\"] = 2; #{ x: m.a + m.b }",
        "while false { } #{ s: \"共 \" + text(given.n) + \" 件\" }",
        "#{ x: min(given.n, 3) * lookup(\"rate\", given.c), day: min(given.d, given.d) }",
        "let x = if given.b { 1 } else { 2.5 }; #{ x: x }",
    ] {
        let (_, diagnostics) = load(&format!("fn f(given) {{ {body} }}"));
        assert_eq!(diagnostics, [], "{body}");
    }
}
