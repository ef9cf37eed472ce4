use super::*;
use crate::condition::NoValue;
use crate::text::Lang;
use crate::time::Moment;

fn holds<const N: usize>(text: &str, values: [(&str, Value); N]) -> Result<bool, NoValue> {
    expr(text).holds(&given(values))
}

fn value<const N: usize>(text: &str, values: [(&str, Value); N]) -> Result<Value, NoValue> {
    expr(text).value(&given(values))
}

#[test]
fn comparisons_hold_at_their_limits() {
    for (text, amount, want) in [
        ("amount < 5000", "4999.99", true),
        ("amount < 5000", "5000", false),
        ("amount <= 5000", "5000.00", true),
        ("amount > 5000", "5000.01", true),
        ("amount >= 5000", "4999.99", false),
        ("amount == 5000", "5000.000", true),
        ("amount != 5000", "5000", false),
        ("amount between 100 and 200", "100", true),
        ("amount between 100 and 200", "200", true),
        ("amount between 100 and 200", "200.01", false),
        ("amount not between 100 and 200", "99.99", true),
        ("amount in [1, 2, 3]", "2.0", true),
        ("amount not in [1, 2, 3]", "2.0", false),
        ("not amount > 5000", "5000", true),
        ("-amount < -5000", "5000.01", true),
        ("record.amount > 1 + 2 * 3", "7.01", true),
    ] {
        assert_eq!(
            holds(text, [("amount", n(amount))]),
            Ok(want),
            "{text} with {amount}"
        );
    }
}

#[test]
fn tables_references_choices_and_flags() {
    let given = [
        ("load_rate", n("0.6667")),
        ("bearer", Value::from("us")),
        ("in_warranty", Value::Flag(false)),
        ("vehicle.plate", Value::from("浙G12345")),
        ("applicant.department", Value::from("sales")),
        ("engineer", Value::from("sun")),
        ("empty", Value::Flag(true)),
    ];
    for (text, want) in [
        (
            "load_rate < tables.load.pass and load_rate >= tables.load.director_below",
            true,
        ),
        ("bearer == \"us\"", true),
        ("bearer in ['customer']", false),
        ("bearer not in [\"customer\"]", true),
        ("not in_warranty", true),
        ("in_warranty == false", true),
        ("vehicle.plate == \"浙G12345\"", true),
        ("applicant.department == \"sales\"", true),
        ("engineer == 'sun'", true),
        ("record.empty and not record.in_warranty", true),
        ("true and not false", true),
        (
            "bearer == \"customer\" or bearer == \"us\" and in_warranty",
            false,
        ),
        (
            "(bearer == \"customer\" or bearer == \"us\") and not in_warranty",
            true,
        ),
    ] {
        assert_eq!(
            expr(text).holds(&super::given(given.clone())),
            Ok(want),
            "{text}"
        );
    }
}

#[test]
fn decimals_are_exact() {
    assert_eq!(value("0.1 + 0.2", []), Ok(n("0.3")));
    assert_eq!(holds("0.1 + 0.2 == 0.3", []), Ok(true));
    assert_eq!(value("10 / 4", []), Ok(n("2.5")));
    assert_eq!(
        value("1 / 3", []).unwrap(),
        n("0.3333333333333333333333333333"),
        "a division keeps 28 digits"
    );
    assert_eq!(value("10 - 3 - 2", []), Ok(n("5")));
    assert_eq!(value("12 / 3 / 2", []), Ok(n("2")));
    assert_eq!(value("-2 * -3", []), Ok(n("6")));
}

#[test]
fn the_example_flow_computes_extra_freight() {
    let facts = [("amount", n("9000.00")), ("load_rate", n("0.5000"))];
    let freight = value(
        "amount * (tables.load.pass - load_rate) / tables.load.pass",
        facts,
    )
    .unwrap()
    .as_number()
    .unwrap();
    assert_eq!(crate::value::round(freight, 2), "3705.88".parse().unwrap());
}

#[test]
fn arithmetic_without_result_is_an_error() {
    let zero = [("copies", n("0"))];
    assert_eq!(
        value("amount / copies", [("amount", n("1")), ("copies", n("0"))]),
        Err(NoValue::Arithmetic("amount / copies".into()))
    );
    assert_eq!(
        holds("1 / copies > 3 or true", zero),
        Err(NoValue::Arithmetic("1 / copies".into()))
    );
    let big = [("amount", n("79228162514264337593543950335"))];
    assert_eq!(
        value("amount + 1", big.clone()),
        Err(NoValue::Arithmetic("amount + 1".into()))
    );
    assert_eq!(
        value("amount * 2", big),
        Err(NoValue::Arithmetic("amount * 2".into()))
    );
    assert_eq!(
        value(
            "finished_on + 9999999 days",
            [("finished_on", day("2026-03-02"))]
        ),
        Err(NoValue::Arithmetic("finished_on + 9999999 days".into()))
    );
    assert_eq!(
        value(
            "finished_on + copies days",
            [("finished_on", day("2026-03-02")), ("copies", n("0.5"))]
        ),
        Err(NoValue::Arithmetic("finished_on + copies days".into()))
    );
}

#[test]
fn dates_move_by_calendar() {
    let facts = || {
        [
            ("finished_on", day("2026-01-31")),
            ("fault_on", day("2025-12-31")),
        ]
    };
    assert_eq!(
        value("finished_on + 3 days", facts()),
        Ok(day("2026-02-03"))
    );
    assert_eq!(
        value("finished_on + 1 month", facts()),
        Ok(day("2026-02-28"))
    );
    assert_eq!(
        value("finished_on - 2 weeks", facts()),
        Ok(day("2026-01-17"))
    );
    assert_eq!(value("fault_on + 2 years", facts()), Ok(day("2027-12-31")));
    assert_eq!(value("finished_on - fault_on", facts()), Ok(n("31")));
    assert_eq!(holds("finished_on - fault_on > 30", facts()), Ok(true));
    assert_eq!(holds("finished_on >= 2026-01-31", facts()), Ok(true));
    assert_eq!(
        holds("finished_on between 2026-02-01 and 2026-02-28", facts()),
        Ok(false)
    );
    assert_eq!(
        value("max(finished_on, fault_on)", facts()),
        Ok(day("2026-01-31"))
    );
    assert_eq!(
        value("finished_on + 3 days", [("finished_on", day("2024-02-27"))]),
        Ok(day("2024-03-01")),
        "a leap year"
    );
}

#[test]
fn times_move_by_the_clock() {
    let facts = || {
        [
            ("started_at", Value::Time(Moment(0))),
            ("ended_at", Value::Time(Moment(5_400_000))),
        ]
    };
    assert_eq!(
        value("started_at + 36 hours", facts()),
        Ok(Value::Time(Moment(129_600_000)))
    );
    assert_eq!(
        value("started_at - 1 day", facts()),
        Ok(Value::Time(Moment(-86_400_000)))
    );
    assert_eq!(
        value("ended_at - started_at", facts()),
        Ok(n("1.5")),
        "in hours"
    );
    assert_eq!(
        holds("ended_at > started_at + 90 minutes", facts()),
        Ok(false)
    );
}

#[test]
fn functions_compute() {
    for (text, want) in [
        ("min(3, 2, 5)", "2"),
        ("max(3, 2, 5)", "5"),
        ("abs(2 - 5)", "3"),
        ("round(2.345, 2)", "2.35"),
        ("round(-2.345, 2)", "-2.35"),
        ("round(2.5)", "3"),
        ("floor(-2.1)", "-3"),
        ("ceil(2.1)", "3"),
        ("length('装载率ab')", "5"),
        ("round(0.5)", "1"),
        ("round(1.005, 2)", "1.01"),
    ] {
        assert_eq!(value(text, []), Ok(n(want)), "{text}");
    }
}

#[test]
fn lists_are_counted_and_summed() {
    let list = |values: Vec<Value>| Value::List(values);
    let three = || list(vec![Value::from("a"), Value::from("b"), Value::from("c")]);
    assert_eq!(holds("count(photos) >= 3", [("photos", three())]), Ok(true));
    assert_eq!(
        value("count(photos)", []),
        Ok(n("0")),
        "no files are zero files"
    );
    assert_eq!(
        value(
            "sum(lines.amount)",
            [("lines.amount", list(vec![n("0.1"), n("0.2")]))]
        ),
        Ok(n("0.3"))
    );
    assert_eq!(value("sum(lines.amount)", []), Ok(n("0")));
    assert_eq!(
        value(
            "sum(lines.amount)",
            [("lines.amount", list(vec![n("1"), Value::Empty]))]
        ),
        Err(NoValue::Missing("lines.amount".into())),
        "a cell that is not filled in is not zero"
    );
    assert_eq!(holds("'b' in photos", [("photos", three())]), Ok(true));
    assert_eq!(holds("'d' not in photos", [("photos", three())]), Ok(true));
    assert_eq!(
        holds("'d' in photos", []),
        Ok(false),
        "nothing is in an empty list"
    );
}

#[test]
fn missing_is_never_false() {
    let missing = |path: &str| Err(NoValue::Missing(path.into()));
    assert_eq!(holds("amount > 5000", []), missing("amount"));
    assert_eq!(holds("not amount > 5000", []), missing("amount"));
    assert_eq!(holds("in_warranty", []), missing("in_warranty"));
    assert_eq!(
        holds("customer == \"\"", [("customer", Value::from(""))]),
        missing("customer")
    );
    assert_eq!(holds("amount == 0", []), missing("amount"));
    assert_eq!(holds("amount in [1, 2]", []), missing("amount"));
}

#[test]
fn and_and_or_stop_at_the_first_part_that_decides() {
    let missing = Err(NoValue::Missing("amount".into()));
    assert_eq!(holds("false and amount > 1", []), Ok(false));
    assert_eq!(holds("true or amount > 1", []), Ok(true));
    assert_eq!(holds("amount > 1 and false", []), missing);
    assert_eq!(holds("amount > 1 or true", []), missing);
    assert_eq!(holds("true and amount > 1", []), missing);
    assert_eq!(
        holds("bearer is not empty and bearer == 'us'", []),
        Ok(false)
    );
    assert_eq!(holds("bearer is empty or bearer == 'us'", []), Ok(true));
}

#[test]
fn empty_is_asked_for_by_name() {
    assert_eq!(
        holds("customer is empty", [("customer", Value::from(""))]),
        Ok(true)
    );
    assert_eq!(
        holds("customer is not empty", [("customer", Value::from("x"))]),
        Ok(true)
    );
    assert_eq!(holds("photos is empty", []), Ok(true));
    assert_eq!(
        holds(
            "in_warranty is empty",
            [("in_warranty", Value::Flag(false))]
        ),
        Ok(false)
    );
    assert_eq!(
        holds("amount is empty", [("amount", n("0"))]),
        Ok(false),
        "zero is filled in"
    );
}

#[test]
fn a_damaged_value_is_an_error_not_false() {
    assert_eq!(
        holds("amount > 3", [("amount", Value::from("12"))]),
        Err(NoValue::Mismatch("amount > 3".into()))
    );
    assert_eq!(
        holds("in_warranty", [("in_warranty", Value::from("true"))]),
        Err(NoValue::Mismatch("in_warranty".into()))
    );
}

#[test]
fn reads_names_each_path_once_without_record() {
    let expr = expr("record.amount > 1 and amount < tables.load.pass or bearer is empty");
    assert_eq!(expr.reads(), ["amount", "tables.load.pass", "bearer"]);
}

#[test]
fn an_explanation_shows_what_decided() {
    let expr = expr("load_rate < tables.load.pass");
    let explained = expr.explain(&given([("load_rate", n("0.667"))]));
    assert_eq!(explained.result, Ok(true));
    assert_eq!(explained.text, "0.667 < 0.85");
    assert_eq!(
        explained.values,
        [
            ("load_rate".into(), n("0.667")),
            ("tables.load.pass".into(), n("0.85"))
        ]
    );
    assert_eq!(
        explained.words(Lang::Zh),
        "装载率 < 0.85 → 成立（装载率 0.667）"
    );
    assert_eq!(
        explained.words(Lang::En),
        "load_rate < 0.85 → true (load_rate 0.667)"
    );
}

#[test]
fn an_explanation_leaves_out_what_was_not_looked_at_and_names_what_is_missing() {
    let short = expr("bearer == 'us' and amount > 2000").explain(&given([
        ("bearer", Value::from("customer")),
        ("amount", n("1")),
    ]));
    assert_eq!(short.result, Ok(false));
    assert_eq!(short.text, "\"customer\" == \"us\" and amount > 2000");
    assert_eq!(short.values.len(), 1);

    let missing = expr("amount > 2000").explain(&given([]));
    assert_eq!(missing.result, Err(NoValue::Missing("amount".into())));
    assert_eq!(missing.values, [("amount".into(), Value::Empty)]);
    assert_eq!(
        missing.words(Lang::Zh),
        "金额 > 2000 → 无法判断：“金额”没有填写"
    );
}
