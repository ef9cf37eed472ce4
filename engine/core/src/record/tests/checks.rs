use super::*;
use crate::refusal::Refusal;

fn code(name: &str, value: Value) -> Option<&'static str> {
    let values = Values::from([(name.to_owned(), value)]);
    check(&form(), &values).first().map(|fault| fault.code)
}

#[test]
fn bounds_hold_exactly_at_their_limits() {
    for (name, number, want) in [
        ("amount", "0", None),
        ("amount", "-0.01", Some("field_too_small")),
        ("amount", "1000000.00", None),
        ("amount", "1000000.01", Some("field_too_large")),
        ("amount", "0.001", Some("field_decimals")),
        ("amount", "5.0000", None),
        ("capacity_t", "0", Some("field_too_small")),
        ("capacity_t", "0.001", None),
        ("capacity_t", "99.999", None),
        ("capacity_t", "100", Some("field_too_large")),
        ("pieces", "1.5", Some("field_decimals")),
        ("pieces", "2.0", None),
        ("pieces", "9223372036854775807", None),
        ("pieces", "9223372036854775808", Some("field_too_large")),
        ("load_rate", "1.0001", Some("field_too_large")),
        ("load_rate", "0.66667", Some("field_decimals")),
        ("load_rate", "1", None),
    ] {
        assert_eq!(code(name, n(number)), want, "{name} {number}");
    }
}

#[test]
fn texts_keep_to_length_and_pattern() {
    for (name, text, want) in [
        ("customer", "华东钢贸行", None),
        ("customer", "华东钢贸行了", Some("field_too_long")),
        ("customer", "a\0b", Some("field_characters")),
        ("customer", "a\u{1b}b", Some("field_characters")),
        ("customer", "a\nb", None),
        ("shipment_no", "SH-2026", None),
        ("shipment_no", "OLD", None),
        ("shipment_no", "xSH-2026", Some("field_pattern")),
        ("shipment_no", "SH-2026x", Some("field_pattern")),
        ("shipment_no", "SH-2026\n", Some("field_pattern")),
        ("shipment_no", "OLDER", Some("field_pattern")),
    ] {
        assert_eq!(code(name, Value::from(text)), want, "{name} {text:?}");
    }
    assert_eq!(
        code("vehicle", Value::from("x".repeat(201).as_str())),
        Some("field_type")
    );
}

#[test]
fn each_kind_refuses_the_others() {
    let values = [
        Value::Flag(true),
        n("1"),
        Value::from("us"),
        Value::Date("2026-03-02".parse().unwrap()),
        Value::Time(crate::time::Moment(0)),
    ];
    for field in form() {
        for value in &values {
            let fits = match (&field.kind, value) {
                (FieldKind::Flag, Value::Flag(_))
                | (FieldKind::Date, Value::Date(_))
                | (FieldKind::Time, Value::Time(_)) => true,
                (
                    FieldKind::Money { .. } | FieldKind::Number { .. } | FieldKind::Percent { .. },
                    Value::Number(_),
                ) => true,
                (
                    FieldKind::Text
                    | FieldKind::Choice { .. }
                    | FieldKind::Person
                    | FieldKind::Department
                    | FieldKind::Ref { .. }
                    | FieldKind::File { .. },
                    Value::Text(_),
                ) => field.bounds.pattern.is_none(),
                _ => false,
            };
            assert_eq!(
                code(&field.name, value.clone()).is_none(),
                fits,
                "{} {value:?}",
                field.name
            );
        }
        assert_eq!(
            code(&field.name, Value::Empty),
            None,
            "empty is not a fault of its value"
        );
    }
}

#[test]
fn rows_are_checked_cell_by_cell() {
    let row = |pairs: Vec<(&str, Value)>| {
        Value::Map(
            pairs
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
        )
    };
    let lines = Value::List(vec![
        row(vec![("part", Value::from("x")), ("count", n("1.5"))]),
        row(vec![("count", n("2")), ("colour", Value::from("red"))]),
    ]);
    let values = Values::from([("lines".to_owned(), lines)]);
    assert_eq!(
        codes(&check(&form(), &values)),
        [
            ("lines.0.count", "field_decimals"),
            ("lines.1.colour", "field_unknown")
        ]
    );
    let missing = missing(&form(), &values);
    assert_eq!(
        codes(&missing),
        [
            ("shipment_no", "field_required"),
            ("amount", "field_required"),
            ("lines.1.part", "field_required")
        ]
    );
    assert_eq!(missing[2].message.zh, "请填写“明细 第 2 行 配件”。");
    assert_eq!(missing[2].message.en, "Fill in “lines row 2 part”.");
}

#[test]
fn what_others_fill_in_is_not_missing() {
    let mut fields = form();
    for field in &mut fields {
        field.filled_by = Some("check".to_owned());
    }
    assert_eq!(missing(&fields, &Values::new()), []);
}

#[test]
fn a_fault_becomes_a_refusal_people_can_read() {
    let values = Values::from([("amount".to_owned(), n("-1"))]);
    let refusal = Refusal::from(check(&form(), &values).remove(0));
    assert_eq!(refusal.code, "field_too_small");
    assert_eq!(refusal.field.as_deref(), Some("amount"));
    assert_eq!(refusal.message.zh, "“金额”不能小于 0.00 CNY。");
    assert_eq!(
        refusal.message.en,
        "“amount” must not be less than 0.00 CNY."
    );
}

#[test]
fn an_unknown_field_is_not_kept() {
    let values = Values::from([("sipment_no".to_owned(), Value::from("SH-0001"))]);
    let faults = check(&form(), &values);
    assert_eq!(codes(&faults), [("sipment_no", "field_unknown")]);
    assert!(faults[0].message.en.contains("shipment_no"));
}
