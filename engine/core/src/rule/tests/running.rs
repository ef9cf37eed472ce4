//! Exact numbers, strict comparisons, days, tables, inputs and outputs at run time.

use super::{context, day, good, number, run, value};
use crate::value::{Value, Values};

fn numbers(cases: &[(&str, &str)]) {
    for (expression, wanted) in cases {
        let got = value("x", expression).map(|got| match got {
            Value::Number(got) => got.normalize().to_string(),
            other => format!("{other:?}"),
        });
        assert_eq!(got.as_deref(), Ok(*wanted), "{expression}");
    }
}

fn days(cases: &[(&str, &str)]) {
    for (expression, wanted) in cases {
        assert_eq!(value("day", expression), Ok(day(wanted)), "{expression}");
    }
}

fn fails(code: &str, output: &str, expression: &str) {
    // Through a function, so that the checker does not know the kinds and the run must refuse.
    let script = format!("fn f(given) {{ #{{ {output}: {expression} }} }} fn v(x) {{ x }}");
    let fault = run(&script, &[]).expect_err(expression);
    assert_eq!(fault.code, code, "{expression}: {fault:?}");
    assert_eq!(fault.line, Some(1), "{expression}");
}

#[test]
fn numbers_are_exact() {
    numbers(&[
        ("10 / 4", "2.5"),
        ("10 / 5", "2"),
        ("7 / 2 * 2", "7"),
        ("0.1 + 0.2", "0.3"),
        ("1 - 0.9", "0.1"),
        ("7 % 3", "1"),
        ("-7 / 2", "-3.5"),
        ("1.10 * 3", "3.3"),
        ("round(2.345, 2)", "2.35"),
        ("round(2.5, 0)", "3"),
        ("round(-2.5, 0)", "-3"),
        ("round(1.005, 2)", "1.01"),
        ("floor(-1.21, 1)", "-1.3"),
        ("ceil(1.21, 1)", "1.3"),
        ("abs(-3.2)", "3.2"),
        ("min(3, 2.9)", "2.9"),
        ("max(-1, 0)", "0"),
        ("sum([1, 2.5, 3])", "6.5"),
        ("sum([])", "0"),
        ("length(\"质保期\")", "3"),
        ("length([1, 2])", "2"),
    ]);
    let sum = "fn f(given) { let x = 1; x += 2.5; x /= 2; x -= 0.75; x *= 4; #{ x: x } }";
    assert_eq!(
        run(sum, &[]).map(|gave| gave["x"].clone()),
        Ok(number("4.000000"))
    );
    let equal = "fn f(given) { #{ ok: 0.1 + 0.2 == 0.3 && 2 == 2.00 && given.n * 1 == 12 } }";
    assert_eq!(
        run(equal, &[("n", number("12.00"))]).map(|gave| gave["ok"].clone()),
        Ok(Value::Flag(true))
    );
}

#[test]
fn kinds_never_mix_silently() {
    for expression in [
        "v(\"12\") > 3",
        "v(3) < \"12\"",
        "v(\"12\") == 12",
        "v(\"12\") != 12",
        "v(true) == \"true\"",
        "v(true) == 1",
        "v(true) > false",
        "v(given.n) == 0",
        "v(given.n) > 3",
        "v(given.t) == \"\"",
        "v(given.t) != \"x\"",
        "v(date(\"2026-03-02\")) == \"2026-03-02\"",
        "v(date(\"2026-03-02\")) > 20260302",
        "v([1]) == [1]",
        "v(#{}) == #{}",
        "v(\"x\") in [1, 2]",
        "v('a') == \"a\"",
    ] {
        if expression.contains('\'') {
            continue;
        }
        fails("mixed_comparison", "ok", expression);
    }
    fails("wrong_type", "x", "v(\"1\") + 1");
    fails("wrong_type", "x", "v(given.n) + 1");
    fails("wrong_type", "x", "v(true) * 2");
    fails("wrong_type", "x", "-v(\"1\")");
    fails("wrong_type", "ok", "!v(1)");
    fails("wrong_type", "ok", "v(1) && true");
    fails("wrong_type", "x", "if v(1) { 1 } else { 2 }");
    fails("wrong_type", "x", "round(v(\"2.5\"), 0)");
    fails("wrong_type", "x", "v(date(\"2026-03-02\")) + 1");
    fails("mixed_comparison", "x", "min(v(1), \"2\")");
    fails("unknown_property", "x", "v(#{a: 1}).b");
    fails("unknown_property", "x", "v(#{a: 1})[\"b\"]");
    fails("wrong_type", "s", "text(v(given.t))");
}

#[test]
fn days_and_months() {
    days(&[
        ("add_days(date(\"2026-02-28\"), 1)", "2026-03-01"),
        ("add_days(date(\"2026-03-01\"), -1)", "2026-02-28"),
        ("add_months(date(\"2024-02-29\"), 12)", "2025-02-28"),
        ("add_months(date(\"2024-02-29\"), 48)", "2028-02-29"),
        ("add_months(date(\"2026-01-31\"), 1)", "2026-02-28"),
        ("add_months(date(\"2026-03-31\"), -1)", "2026-02-28"),
        ("add_months(date(\"2025-06-01\"), 24.00)", "2027-06-01"),
        ("end_of_month(date(\"2028-02-03\"))", "2028-02-29"),
        (
            "min(date(\"2026-03-02\"), date(\"2026-03-01\"))",
            "2026-03-01",
        ),
        (
            "max(date(\"2026-03-02\"), date(\"2026-03-01\"))",
            "2026-03-02",
        ),
    ]);
    numbers(&[
        (
            "days_between(date(\"2026-02-28\"), date(\"2026-03-01\"))",
            "1",
        ),
        (
            "days_between(date(\"2024-02-28\"), date(\"2024-03-01\"))",
            "2",
        ),
        (
            "days_between(date(\"2026-03-01\"), date(\"2026-02-28\"))",
            "-1",
        ),
        ("year(date(\"2026-03-02\"))", "2026"),
        ("month(date(\"2026-03-02\"))", "3"),
        ("day(date(\"2026-03-02\"))", "2"),
        ("weekday(date(\"2026-03-02\"))", "1"),
    ]);
    fails("wrong_argument", "day", "date(\"2026-02-30\")");
    fails("wrong_argument", "day", "date(\"2026-3-2\")");
    fails("wrong_argument", "day", "date(\"20260302\")");
    fails(
        "wrong_argument",
        "day",
        "add_months(date(\"2026-03-02\"), 1.5)",
    );
    fails(
        "wrong_argument",
        "day",
        "add_days(date(\"2026-03-02\"), 100000)",
    );
}

#[test]
fn working_days_are_those_of_china() {
    days(&[
        ("next_workday(date(\"2026-10-01\"))", "2026-10-08"),
        ("next_workday(date(\"2026-10-10\"))", "2026-10-10"),
        ("next_workday(date(\"2026-10-11\"))", "2026-10-12"),
        ("add_workdays(date(\"2026-09-30\"), 2)", "2026-10-09"),
        ("add_workdays(date(\"2026-09-30\"), 3)", "2026-10-10"),
        ("add_workdays(date(\"2026-10-08\"), -1)", "2026-09-30"),
        ("add_workdays(date(\"2026-10-03\"), 0)", "2026-10-03"),
    ]);
    numbers(&[
        (
            "workdays_between(date(\"2026-09-30\"), date(\"2026-10-12\"))",
            "4",
        ),
        (
            "workdays_between(date(\"2026-09-30\"), date(\"2026-09-30\"))",
            "0",
        ),
    ]);
    fails(
        "wrong_argument",
        "x",
        "workdays_between(date(\"2026-10-12\"), date(\"2026-09-30\"))",
    );
    let set = good("fn f(given) { #{ ok: is_workday(date(\"2026-03-02\")) } }");
    let fault = set.run("t.f", &Values::new(), &crate::rule::RuleContext::default());
    assert_eq!(
        fault.map_err(|fault| fault.code),
        Err("no_calendar".to_owned())
    );
}

#[test]
fn tables_are_looked_up_exactly() {
    numbers(&[
        ("lookup(\"rate\", \"b\") * 100", "95"),
        ("lookup(\"pay\", \"three\", \"night\")", "90"),
        ("if has_key(\"rate\", \"z\") { 1 } else { 0 }", "0"),
    ]);
    for (x, class) in [
        ("10", "small"),
        ("10.01", "middle"),
        ("20.5", "middle"),
        ("20.51", "large"),
        ("-5", "small"),
    ] {
        assert_eq!(
            value("s", &format!("band(\"size\", {x}, \"class\")")),
            Ok(Value::from(class)),
            "{x}"
        );
    }
    fails("unknown_key", "x", "lookup(\"rate\", v(\"z\"))");
    fails(
        "unknown_key",
        "x",
        "lookup(\"pay\", \"three\", v(\"weekend\"))",
    );
    fails("unknown_table", "x", "lookup(v(\"rates\"), \"a\")");
    fails("wrong_table", "x", "lookup(\"size\", \"a\")");
    fails("wrong_table", "x", "lookup(\"rate\", \"a\", v(\"day\"))");
}

#[test]
fn a_published_table_stands_before_the_files_own() {
    let set = good("fn f(given) { #{ x: lookup(\"rate\", \"a\") } }");
    let mut published = (*set.files().next().expect("one file").tables).clone();
    published.get_mut("rate").expect("rate").rows =
        crate::rule::Rows::Keys([("a".to_owned(), number("0.5"))].into());
    let cx = crate::rule::RuleContext {
        tables: std::sync::Arc::new(published),
        ..context()
    };
    assert_eq!(
        set.run("t.f", &Values::new(), &cx)
            .map(|run| run.gave["x"].clone()),
        Ok(number("0.5"))
    );
    assert_eq!(
        set.run("t.f", &Values::new(), &context())
            .map(|run| run.gave["x"].clone()),
        Ok(number("1.00"))
    );
}

#[test]
fn inputs_are_checked_and_never_defaulted() {
    let script = "fn f(given) { #{ ok: filled(given.n), s: if filled(given.t) { given.t } else { \"none\" }, x: length(given.photos) + length(given.lines) } }";
    let gave = run(script, &[]).expect("optional inputs may be empty");
    assert_eq!(
        (&gave["ok"], &gave["s"], &gave["x"]),
        (&Value::Flag(false), &Value::from("none"), &number("0"))
    );
    let bad = |name: &str, value: Value| {
        run(script, &[(name, value)]).map_err(|fault| (fault.code, fault.field.unwrap_or_default()))
    };
    let refused = |code: &str, name: &str| Err((code.to_owned(), name.to_owned()));
    assert_eq!(bad("nope", number("1")), refused("unknown_input", "nope"));
    assert_eq!(bad("n", Value::from("12")), refused("wrong_type", "n"));
    assert_eq!(bad("n", number("1.234")), refused("too_many_decimals", "n"));
    assert!(
        bad("n", number("1.230")).is_ok(),
        "trailing zeros are no decimals"
    );
    assert_eq!(
        bad("d", Value::from("2026-03-02")),
        refused("wrong_type", "d")
    );
    assert_eq!(bad("b", number("1")), refused("wrong_type", "b"));
    assert_eq!(
        bad("c", Value::from("green")),
        refused("unknown_choice", "c")
    );
    let line = |cells: &[(&str, Value)]| {
        Value::List(vec![Value::Map(
            cells
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.clone()))
                .collect(),
        )])
    };
    assert!(
        bad(
            "lines",
            line(&[("item", Value::from("a")), ("amount", number("1.5"))])
        )
        .is_ok()
    );
    assert_eq!(
        bad("lines", line(&[("amount", number("1.5"))])),
        refused("missing_input", "lines")
    );
    assert_eq!(
        bad(
            "lines",
            line(&[("item", Value::from("a")), ("amount", Value::from("x"))])
        ),
        refused("wrong_type", "lines")
    );
    assert_eq!(
        bad(
            "lines",
            line(&[("item", Value::from("a")), ("typo", Value::from("x"))])
        ),
        refused("unknown_input", "lines")
    );
}

#[test]
fn outputs_are_checked() {
    let fault = |body: &str| {
        run(&format!("fn f(given) {{ {body} }} fn v(x) {{ x }}"), &[]).map_err(|fault| fault.code)
    };
    assert_eq!(fault("v(1)"), Err("wrong_output".to_owned()));
    assert_eq!(fault("v(#{ x: \"1\" })"), Err("wrong_type".to_owned()));
    assert_eq!(
        fault("v(#{ x: 1 / 3 })"),
        Err("too_many_decimals".to_owned())
    );
    assert_eq!(fault("v(#{ typo: 1 })"), Err("unknown_output".to_owned()));
    let gave = fault("#{ x: round(1 / 3, 2) }").expect("good");
    assert_eq!(
        gave["x"],
        number("0.330000"),
        "filled up to the declared decimals"
    );
    assert_eq!(gave["s"], Value::Empty);
}

#[test]
fn a_rule_can_refuse_in_its_own_words() {
    let fault = run(
        "fn f(given) {\n  fail(\"net_negative\", \"净额为负\", \"The net amount is negative\")\n}",
        &[],
    )
    .expect_err("it fails");
    assert_eq!((fault.code.as_str(), fault.line), ("net_negative", Some(2)));
    assert_eq!(fault.message.zh, "净额为负");
}
