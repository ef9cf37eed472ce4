use super::*;
use crate::condition::Facts;

/// The example flow's fields: the share first, although it is made of what comes later.
fn shipment() -> Vec<Field> {
    let number = || FieldKind::Number { decimals: 3 };
    let mut fields = vec![
        field("extra_freight", "多付运费", money()),
        field("load_rate", "装载率", percent()),
        field("loaded_t", "实装吨数", number()),
        field("capacity_t", "核定吨数", number()),
        field("full_price", "整车运价", money()),
    ];
    let rate = formula(&fields, "loaded_t / capacity_t");
    let freight = formula(
        &fields,
        "full_price * (tables.load.pass - load_rate) / tables.load.pass",
    );
    fields[0].computed = Some(freight);
    fields[1].computed = Some(rate);
    fields
}

fn derived(fields: &[Field], given: &[(&str, &str)]) -> Values {
    let mut values: Values = given
        .iter()
        .map(|(name, number)| ((*name).to_owned(), n(number)))
        .collect();
    derive_in(fields, &mut values);
    values
}

fn derive_in(fields: &[Field], values: &mut Values) {
    let tables = Tables::from([(
        "load".to_owned(),
        [("pass".to_owned(), n("0.85"))].into_iter().collect(),
    )]);
    let before = values.clone();
    let facts = FactsOf {
        fields,
        values: &before,
        id: None,
        tables: &tables,
        records: &|_, _| None,
        applicant: None,
    };
    derive(fields, values, &facts);
}

#[test]
fn formulas_follow_each_other_whatever_their_order() {
    let values = derived(
        &shipment(),
        &[
            ("loaded_t", "15"),
            ("capacity_t", "30"),
            ("full_price", "9000.00"),
        ],
    );
    assert_eq!(values["load_rate"], n("0.5"));
    assert_eq!(
        values["extra_freight"],
        n("3705.88"),
        "9000 × 0.35 / 0.85 = 3705.882…"
    );
}

#[test]
fn results_are_rounded_commercially_to_the_fields_decimals() {
    let rate = |loaded: &str, capacity: &str| {
        derived(
            &shipment(),
            &[("loaded_t", loaded), ("capacity_t", capacity)],
        )["load_rate"]
            .clone()
    };
    assert_eq!(rate("21", "30"), n("0.7"));
    assert_eq!(rate("20", "30"), n("0.6667"));
    assert_eq!(rate("1", "3"), n("0.3333"));
    assert_eq!(rate("0.00005", "1"), n("0.0001"), "a half goes up");
    assert_eq!(rate("-0.00005", "1"), n("-0.0001"), "away from zero");
    assert_eq!(rate("0.00015", "1"), n("0.0002"), "not to the even digit");
}

#[test]
fn what_cannot_be_computed_stays_empty_and_old_results_go() {
    let fields = shipment();
    let mut values = derived(
        &fields,
        &[
            ("loaded_t", "15"),
            ("capacity_t", "30"),
            ("full_price", "9000"),
        ],
    );
    assert!(values.contains_key("extra_freight"));
    values.remove("loaded_t");
    derive_in(&fields, &mut values);
    assert!(!values.contains_key("load_rate") && !values.contains_key("extra_freight"));
    values.insert("loaded_t".to_owned(), n("15"));
    values.insert("capacity_t".to_owned(), n("0"));
    derive_in(&fields, &mut values);
    assert!(!values.contains_key("load_rate"), "division by zero");
}

#[test]
fn columns_are_computed_row_by_row_and_summed() {
    let columns = |price: Option<crate::condition::Expr>| {
        let mut columns = vec![
            field("count", "数量", FieldKind::Number { decimals: 0 }),
            field("price", "单价", money()),
            field("sum", "小计", money()),
        ];
        columns[2].computed = price;
        columns
    };
    let expr = formula(&columns(None), "count * price");
    let mut fields = vec![
        field("total", "合计", money()),
        field(
            "lines",
            "明细",
            FieldKind::Table {
                columns: columns(Some(expr)),
            },
        ),
    ];
    fields[0].computed = Some(formula(&fields, "sum(lines.sum)"));
    let row = |count: &str, price: &str| {
        Value::Map(Values::from([
            ("count".into(), n(count)),
            ("price".into(), n(price)),
        ]))
    };
    let mut values = Values::from([(
        "lines".to_owned(),
        Value::List(vec![row("2", "10.50"), row("3", "0.10")]),
    )]);
    derive_in(&fields, &mut values);
    assert_eq!(values["total"], n("21.30"));
    let Value::List(rows) = &values["lines"] else {
        panic!()
    };
    assert!(matches!(&rows[1], Value::Map(row) if row["sum"] == n("0.30")));
    assert_eq!(circles(&fields), Vec::<Vec<String>>::new());
}

#[test]
fn circles_are_named_and_harmless() {
    let mut fields: Vec<Field> = ["a", "b", "c", "d", "e"]
        .map(|name| field(name, name, FieldKind::Number { decimals: 2 }))
        .into();
    for (at, text) in [
        (0, "b + 1"),
        (1, "c + 1"),
        (2, "a + 1"),
        (3, "a + 1"),
        (4, "e + 1"),
    ] {
        fields[at].computed = Some(formula(&fields, text));
    }
    let name = |names: &[&str]| {
        names
            .iter()
            .map(|name| (*name).to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(circles(&fields), [name(&["a", "b", "c"]), name(&["e"])]);
    assert!(derived(&fields, &[]).is_empty());
}

#[test]
fn the_facts_of_a_record() {
    let fields = form();
    let values = read(
        json!({"amount": 5, "vehicle": "V1", "lines": [{"part": "a", "price": 1}, {"part": "b"}]}),
        &Mode::Api,
    )
    .unwrap();
    let tables = Tables::from([("load".to_owned(), [("pass".to_owned(), n("0.85"))].into())]);
    let applicant = Applicant {
        id: "zhangsan".into(),
        name: "张三".into(),
        department: Some("sales".into()),
    };
    let facts = FactsOf {
        fields: &fields,
        values: &values,
        id: Some("R1"),
        tables: &tables,
        records: &|entity, id| {
            (entity == "vehicle" && id == "V1")
                .then(|| Values::from([("plate".to_owned(), Value::from("浙G12345"))]))
        },
        applicant: Some(&applicant),
    };
    for (path, want) in [
        ("amount", Some(n("5"))),
        ("record.amount", Some(n("5"))),
        ("bearer", Some(Value::Empty)),
        ("tables.load.pass", Some(n("0.85"))),
        ("tables.load.fail", None),
        ("vehicle.plate", Some(Value::from("浙G12345"))),
        ("vehicle.colour", Some(Value::Empty)),
        ("lines.price", Some(Value::List(vec![n("1"), Value::Empty]))),
        ("applicant", Some(Value::from("zhangsan"))),
        ("applicant.id", Some(Value::from("zhangsan"))),
        ("applicant.name", Some(Value::from("张三"))),
        ("applicant.department", Some(Value::from("sales"))),
        ("applicant.shoe", None),
        ("id", Some(Value::from("R1"))),
        ("nothing", None),
        ("amount.cents", None),
        ("vehicle.plate.x", None),
    ] {
        assert_eq!(facts.get(path), want, "{path}");
    }
}
