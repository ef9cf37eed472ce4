use super::*;
use crate::time::Moment;

fn form_mode() -> Mode {
    Mode::Form(china())
}

fn api(field: &str, json: Json) -> Result<Value, &'static str> {
    one(field, json, &Mode::Api)
}

fn typed(field: &str, text: &str) -> Result<Value, &'static str> {
    one(field, json!(text), &form_mode())
}

fn one(field: &str, json: Json, mode: &Mode) -> Result<Value, &'static str> {
    read(json!({ field: json }), mode)
        .map(|mut values| values.remove(field).unwrap())
        .map_err(|faults| faults[0].code)
}

#[test]
fn numbers_arrive_exactly() {
    for (json, want) in [
        (json!(80000), "80000"),
        (json!(0.1), "0.1"),
        (json!(0.85), "0.85"),
        (json!(-12.34), "-12.34"),
        (json!(1e3), "1000"),
        (json!(1e-3), "0.001"),
        (json!(9007199254740993_u64), "9007199254740993"),
        (json!("80,000.00"), "80000.00"),
        (json!("1,234,567.8"), "1234567.8"),
        (
            json!("79228162514264337593543950335"),
            "79228162514264337593543950335",
        ),
        (json!(" 5 "), "5"),
    ] {
        assert_eq!(api("amount", json.clone()), Ok(n(want)), "{json}");
    }
}

#[test]
fn a_number_that_may_have_been_rounded_on_the_way_is_refused() {
    assert_eq!(
        api("amount", json!(1234567890123.456)),
        Err("field_precision")
    );
    assert_eq!(api("amount", json!(1e300)), Err("field_precision"));
    assert_eq!(
        api("amount", json!("0.00000000000000000000000000000001")),
        Err("field_precision")
    );
    assert_eq!(
        api("amount", json!("1234567890123.456")),
        Ok(n("1234567890123.456"))
    );
}

#[test]
fn what_is_no_number_is_refused() {
    for text in [
        "1,00", "1,0000", ",100", "1.2.3", "1e5", "12 34", "十万", "0x10", "--1", "1.", ".5",
        "1万", "NaN",
    ] {
        assert_eq!(api("amount", json!(text)), Err("field_type"), "{text}");
    }
    assert_eq!(api("amount", json!(true)), Err("field_type"));
    assert_eq!(
        api("amount", json!("85%")),
        Err("field_type"),
        "a program sends 0.85"
    );
}

#[test]
fn people_type_numbers_their_way() {
    assert_eq!(typed("amount", "￥80,000.00"), Ok(n("80000.00")));
    assert_eq!(typed("amount", "¥ 80000"), Ok(n("80000")));
    assert_eq!(typed("amount", "80000 CNY"), Ok(n("80000")));
    assert_eq!(typed("amount", "80000元"), Ok(n("80000")));
    assert_eq!(typed("amount", "８０，０００．５"), Ok(n("80000.5")));
    assert_eq!(typed("load_rate", "85%"), Ok(n("0.85")));
    assert_eq!(typed("load_rate", "66.67 %"), Ok(n("0.6667")));
    assert_eq!(typed("load_rate", "0.6667"), Ok(n("0.6667")));
    assert_eq!(typed("amount", "$5"), Err("field_type"), "another currency");
    assert_eq!(typed("amount", "  "), Ok(Value::Empty));
}

#[test]
fn days_and_times() {
    let day = |text: &str| Ok(Value::Date(text.parse().unwrap()));
    assert_eq!(api("sent_on", json!("2026-03-02")), day("2026-03-02"));
    assert_eq!(api("sent_on", json!("2026-02-30")), Err("field_type"));
    assert_eq!(api("sent_on", json!("2026-3-2")), Err("field_type"));
    assert_eq!(api("sent_on", json!("2026-03-02T00:00")), Err("field_type"));
    assert_eq!(api("sent_on", json!(20260302)), Err("field_type"));
    assert_eq!(typed("sent_on", "2026/3/2"), day("2026-03-02"));
    assert_eq!(typed("sent_on", "2026年3月2日"), day("2026-03-02"));
    assert_eq!(
        typed("sent_on", "02/03/2026"),
        Err("field_type"),
        "which is the day?"
    );
    let nine = Ok(Value::Time(Moment(1_772_413_200_000)));
    assert_eq!(api("sent_at", json!("2026-03-02T09:00:00+08:00")), nine);
    assert_eq!(api("sent_at", json!(1_772_413_200_000_i64)), nine);
    assert_eq!(
        api("sent_at", json!("2026-03-02T09:00")),
        Err("field_type"),
        "in which zone?"
    );
    assert_eq!(typed("sent_at", "2026-03-02T09:00"), nine);
    assert_eq!(typed("sent_at", "2026-03-02 09:00"), nine);
}

#[test]
fn flags_choices_and_ids() {
    assert_eq!(api("urgent", json!(true)), Ok(Value::Flag(true)));
    assert_eq!(api("urgent", json!("true")), Err("field_type"));
    assert_eq!(typed("urgent", "on"), Ok(Value::Flag(true)));
    assert_eq!(typed("urgent", "否"), Ok(Value::Flag(false)));
    assert_eq!(typed("urgent", "maybe"), Err("field_type"));
    assert_eq!(api("bearer", json!("us")), Ok(Value::from("us")));
    assert_eq!(
        api("bearer", json!("我方")),
        Err("field_option"),
        "options go by id"
    );
    assert_eq!(api("engineer", json!("sun")), Ok(Value::from("sun")));
    assert_eq!(api("engineer", json!(7)), Err("field_type"));
    let list = |ids: &[&str]| Value::List(ids.iter().map(|id| Value::from(*id)).collect());
    assert_eq!(api("photos", json!(["a", ""])), Ok(list(&["a"])));
    assert_eq!(typed("photos", "a"), Ok(list(&["a"])));
    assert_eq!(api("photos", json!([1])), Err("field_type"));
}

#[test]
fn nothing_is_nothing() {
    for field in form() {
        assert_eq!(
            api(&field.name, Json::Null),
            Ok(Value::Empty),
            "{}",
            field.name
        );
        assert_eq!(typed(&field.name, ""), Ok(Value::Empty), "{}", field.name);
    }
}

#[test]
fn all_faults_come_at_once_with_their_places() {
    let faults = read(
        json!({
            "amuont": 5, "amount": "x", "bearer": "them",
            "lines": [{"part": "a", "count": "x"}, 7, {"prat": "b"}],
        }),
        &Mode::Api,
    )
    .unwrap_err();
    assert_eq!(
        codes(&faults),
        [
            ("amount", "field_type"),
            ("amuont", "field_unknown"),
            ("bearer", "field_option"),
            ("lines.0.count", "field_type"),
            ("lines.1", "field_type"),
            ("lines.2.prat", "field_unknown"),
        ]
    );
    let words: Vec<&str> = faults
        .iter()
        .map(|fault| fault.message.zh.as_str())
        .collect();
    assert_eq!(words[0], "“金额”要填写金额，例如 80000.00。");
    assert_eq!(words[1], "没有字段 amuont，您是不是想写 amount？");
    assert_eq!(
        words[2],
        "“费用承担”没有选项 them。可选：我方、客户（us、customer）。"
    );
    assert_eq!(words[3], "“明细 第 1 行 数量”要填写数，例如 12.5。");
}

#[test]
fn computed_fields_are_not_written_by_people() {
    let mut fields = form();
    let expr = formula(&fields, "capacity_t / 2");
    fields
        .iter_mut()
        .find(|field| field.name == "pieces")
        .unwrap()
        .computed = Some(expr);
    fields
        .iter_mut()
        .find(|field| field.name == "customer")
        .unwrap()
        .filled_by = Some("check".into());
    let Json::Object(map) = json!({"pieces": 5, "customer": "x"}) else {
        panic!()
    };
    let faults = from_json(&fields, &map, &Mode::Api).unwrap_err();
    assert_eq!(
        codes(&faults),
        [("customer", "field_readonly"), ("pieces", "field_readonly")]
    );
    assert!(from_json(&fields, &map, &form_mode()).is_err());
    assert!(from_json(&fields, &map, &Mode::System).is_ok());
}

#[test]
fn untouched_rows_of_a_form_are_no_rows() {
    let rows = json!({"lines": [{"part": "", "count": ""}, {"part": "x", "count": "1"}]});
    let values = read(rows, &form_mode()).unwrap();
    assert!(matches!(&values["lines"], Value::List(rows) if rows.len() == 1));
    let many: Vec<Json> = (0..=ROWS_MAX).map(|_| json!({"part": "x"})).collect();
    let faults = read(json!({ "lines": many }), &Mode::Api).unwrap_err();
    assert_eq!(codes(&faults), [("lines", "field_too_many")]);
}
