//! Records: tables that grow with their declarations, lists, sums, edits.

use assent_core::field::{EntityType, FieldKind};
use assent_core::time::Moment;
use assent_core::value::{Value, Values};
use assent_core::write::{EventRow, RecordWrite};
use assent_store::Outcome::{Done, Stale};
use assent_store::{Filter, RecordQuery, Store, Summary, Test, record_chain};

use crate::support::{Fresh, field, on_both, repair};

on_both! {
    values_come_back_to_the_last_digit => exact;
    a_field_that_changes_its_type_keeps_both => two_declarations;
    a_declaration_that_grows_adds_columns => grows;
    names_that_are_no_identifiers_are_refused => names;
    pages_follow_each_other_without_gap_or_double => pages;
    filters_find_what_they_say => filters;
    sums_by_group => sums;
    an_edit_needs_the_rev_and_leaves_an_event => edits;
}

fn number(text: &str) -> Value {
    Value::Number(text.parse().unwrap())
}

fn event(seq: u32) -> EventRow {
    EventRow {
        seq,
        at: Moment(i64::from(seq)),
        actor: "ann".into(),
        kind: "edited".into(),
        body: format!("{{\"seq\":{seq}}}"),
        hash: "00".into(),
    }
}

async fn save(store: &Store, entity: &EntityType, id: &str, values: &Values) {
    let record = RecordWrite {
        entity: entity.clone(),
        id: id.into(),
        values: values.clone(),
        new: true,
    };
    assert_eq!(
        store.save_record(&record, None, &event(1)).await.unwrap(),
        Done
    );
}

async fn exact(fresh: Fresh) {
    let store = fresh.open().await;
    let mut entity = repair();
    entity.fields.push(field("id", FieldKind::Text));
    entity.fields.push(field("at", FieldKind::Time));
    entity
        .fields
        .push(field("parts", FieldKind::Table { columns: vec![] }));
    let values = Values::from([
        ("number".into(), Value::from("")),
        ("amount".into(), number("5")),
        ("urgent".into(), Value::Empty),
        ("id".into(), Value::from("重庆 \"A\" \\ 😀 \u{1} 'x' null")),
        ("at".into(), Value::Time(Moment(1_790_000_000_123))),
        ("day".into(), Value::from("not a day")),
        (
            "parts".into(),
            Value::List(vec![Value::Map(Values::from([(
                "n".into(),
                number("1.10"),
            )]))]),
        ),
        (
            "not_declared".into(),
            Value::List(vec![Value::Flag(true), Value::Empty]),
        ),
    ]);
    save(&store, &entity, "r1", &values).await;
    let stored = store.load_record("repair", "r1").await.unwrap().unwrap();
    assert_eq!(
        serde_json::to_string(&stored.values).unwrap(),
        serde_json::to_string(&values).unwrap()
    );
}

async fn two_declarations(fresh: Fresh) {
    let store = fresh.open().await;
    let old = EntityType {
        fields: vec![
            field("amount", FieldKind::Text),
            field("note", FieldKind::Text),
        ],
        ..repair()
    };
    let new = EntityType {
        fields: vec![field("amount", FieldKind::Number { decimals: 2 })],
        ..repair()
    };
    let text = Values::from([
        ("amount".into(), Value::from("about 5")),
        ("note".into(), Value::from("n")),
    ]);
    let figure = Values::from([
        ("amount".into(), number("5.00")),
        ("note".into(), Value::from("m")),
    ]);
    save(&store, &old, "r1", &text).await;
    save(&store, &new, "r2", &figure).await;
    // Both declarations go on, and a third store that knows neither reads both.
    save(&store, &old, "r3", &text).await;
    let other = fresh.open().await;
    for (id, values) in [("r1", &text), ("r2", &figure), ("r3", &text)] {
        let stored = other.load_record("repair", id).await.unwrap().unwrap();
        assert_eq!(stored.values, *values, "{id}");
    }
}

async fn grows(fresh: Fresh) {
    let (store, other) = (fresh.open().await, fresh.open().await);
    let mut entity = repair();
    save(&store, &entity, "r1", &Values::new()).await;
    assert!(other.load_record("repair", "r1").await.unwrap().is_some());
    entity.fields.push(field(
        "vin",
        FieldKind::Ref {
            to: "vehicle".into(),
        },
    ));
    let (a, b) = tokio::join!(store.ensure_entity(&entity), other.ensure_entity(&entity));
    a.unwrap();
    b.unwrap();
    let values = Values::from([("vin".into(), Value::from("LSV1"))]);
    save(&other, &entity, "r2", &values).await;
    assert_eq!(
        store
            .load_record("repair", "r2")
            .await
            .unwrap()
            .unwrap()
            .values,
        values
    );
    assert_eq!(store.load_record("nothing", "r2").await.unwrap(), None);
}

async fn names(fresh: Fresh) {
    let store = fresh.open().await;
    for name in [
        "Repair",
        "a\"; drop table instances; --",
        "",
        "价格",
        &"a".repeat(60),
    ] {
        let as_entity = EntityType {
            name: name.into(),
            ..repair()
        };
        assert!(store.ensure_entity(&as_entity).await.is_err(), "{name}");
        let mut as_field = repair();
        as_field.fields.push(field(name, FieldKind::Text));
        assert!(store.ensure_entity(&as_field).await.is_err(), "{name}");
        // What is refused leaves nothing behind.
        assert!(store.dump().await.unwrap()["entities"].is_empty());
    }
    for word in ["select", "order", "group", "user", "rev", "more", "table"] {
        let mut entity = EntityType {
            name: word.into(),
            ..repair()
        };
        entity.fields = vec![field(word, FieldKind::Text)];
        let values = Values::from([(word.to_owned(), Value::from("x"))]);
        save(&store, &entity, "r1", &values).await;
        assert_eq!(
            store.load_record(word, "r1").await.unwrap().unwrap().values,
            values
        );
    }
}

/// Ten records: number N0…N9, amount 0, 10, 20 …, every third without a day, urgent for even ones.
async fn ten(store: &Store) {
    for n in 0..10i64 {
        let mut values = Values::from([
            ("number".to_owned(), Value::from(format!("N{n}").as_str())),
            ("amount".to_owned(), number(&format!("{}.00", n / 2 * 10))),
            ("urgent".to_owned(), Value::Flag(n % 2 == 0)),
        ]);
        if n % 3 != 0 {
            values.insert(
                "day".into(),
                Value::Date(format!("2026-03-0{n}").parse().unwrap()),
            );
        }
        save(store, &repair(), &format!("r{n}"), &values).await;
    }
}

fn query(filter: Filter, sort: Option<(&str, bool)>, limit: u32) -> RecordQuery {
    RecordQuery {
        entity: "repair".into(),
        filter,
        sort: sort.map(|(field, down)| (field.to_owned(), down)),
        limit,
    }
}

async fn pages(fresh: Fresh) {
    let store = fresh.open().await;
    ten(&store).await;
    for (sort, order) in [
        (None, "r9 r8 r7 r6 r5 r4 r3 r2 r1 r0"),
        (Some(("amount", false)), "r0 r1 r2 r3 r4 r5 r6 r7 r8 r9"),
        (Some(("amount", true)), "r9 r8 r7 r6 r5 r4 r3 r2 r1 r0"),
        (Some(("day", false)), "r0 r3 r6 r9 r1 r2 r4 r5 r7 r8"),
        (Some(("day", true)), "r8 r7 r5 r4 r2 r1 r9 r6 r3 r0"),
        (Some(("urgent", true)), "r8 r6 r4 r2 r0 r9 r7 r5 r3 r1"),
    ] {
        let query = query(Filter::All(vec![]), sort, 3);
        let (mut ids, mut last) = (vec![], None);
        loop {
            let page = store.list_records(&query, last.as_ref()).await.unwrap();
            ids.extend(page.iter().map(|record| record.id.clone()));
            let Some(record) = page.into_iter().next_back() else {
                break;
            };
            last = Some(record);
        }
        assert_eq!(ids.join(" "), order, "{sort:?}");
    }
}

async fn filters(fresh: Fresh) {
    let store = fresh.open().await;
    ten(&store).await;
    let is = |name: &str, test: Test| Filter::Field(name.into(), test);
    let date = |day: &str| Value::Date(day.parse().unwrap());
    for (filter, found) in [
        (is("number", Test::Is(Value::from("N3"))), "r3"),
        (is("number", Test::Contains("n1".into())), "r1"),
        (is("number", Test::Contains("%".into())), ""),
        (is("amount", Test::Is(number("10"))), "r3 r2"),
        (is("amount", Test::Is(number("10.001"))), ""),
        (is("amount", Test::AtLeast(number("30.001"))), "r9 r8"),
        (is("amount", Test::Above(number("30"))), "r9 r8"),
        (is("amount", Test::AtLeast(number("30"))), "r9 r8 r7 r6"),
        (is("amount", Test::Below(number("10.001"))), "r3 r2 r1 r0"),
        (is("amount", Test::AtMost(number("-0.001"))), ""),
        (
            is(
                "amount",
                Test::Below(number("79228162514264337593543950335")),
            ),
            "r9 r8 r7 r6 r5 r4 r3 r2 r1 r0",
        ),
        (is("amount", Test::Is(Value::from("10"))), ""),
        (is("day", Test::Empty), "r9 r6 r3 r0"),
        (
            Filter::Not(Box::new(is("day", Test::Is(date("2026-03-01"))))),
            "r8 r7 r5 r4 r2",
        ),
        (
            is(
                "day",
                Test::OneOf(vec![date("2026-03-01"), date("2026-03-08")]),
            ),
            "r8 r1",
        ),
        (is("day", Test::OneOf(vec![])), ""),
        (
            Filter::Id(vec!["r1".into(), "r5".into(), "x".into()]),
            "r5 r1",
        ),
        (Filter::Any(vec![]), ""),
        (
            Filter::All(vec![
                is("urgent", Test::Is(Value::Flag(true))),
                Filter::Any(vec![
                    is("amount", Test::Is(number("0"))),
                    is("number", Test::Is(Value::from("N4"))),
                ]),
            ]),
            "r4 r0",
        ),
    ] {
        let records = store
            .list_records(&query(filter.clone(), None, 50), None)
            .await
            .unwrap();
        let ids: Vec<_> = records.iter().map(|record| record.id.as_str()).collect();
        assert_eq!(ids.join(" "), found, "{filter:?}");
    }
    for filter in [
        is("colour", Test::Empty),
        is("amount", Test::Contains("1".into())),
    ] {
        assert!(
            store
                .list_records(&query(filter, None, 5), None)
                .await
                .is_err()
        );
    }
}

async fn sums(fresh: Fresh) {
    let store = fresh.open().await;
    ten(&store).await;
    let summary = |by: &[&str], sums: &[&str]| Summary {
        entity: "repair".into(),
        filter: Filter::Not(Box::new(Filter::Field(
            "number".into(),
            Test::Is(Value::from("N9")),
        ))),
        by: by.iter().map(ToString::to_string).collect(),
        sums: sums.iter().map(ToString::to_string).collect(),
    };
    let groups = store
        .summarise(&summary(&["urgent"], &["amount"]))
        .await
        .unwrap();
    let seen: Vec<_> = groups
        .iter()
        .map(|group| (group.by[0].clone(), group.count, group.sums[0].clone()))
        .collect();
    assert_eq!(
        seen,
        [
            (Value::Flag(false), 4, number("60.00")),
            (Value::Flag(true), 5, number("100.00"))
        ]
    );
    let all = store.summarise(&summary(&[], &[])).await.unwrap();
    assert_eq!((all.len(), all[0].count), (1, 9));
    assert!(store.summarise(&summary(&[], &["number"])).await.is_err());
}

async fn edits(fresh: Fresh) {
    let store = fresh.open().await;
    let values = Values::from([("number".into(), Value::from("N1"))]);
    save(&store, &repair(), "r1", &values).await;
    let changed = RecordWrite {
        entity: repair(),
        id: "r1".into(),
        values: Values::from([("number".into(), Value::from("N2"))]),
        new: false,
    };
    assert_eq!(
        store
            .save_record(&changed, Some(2), &event(2))
            .await
            .unwrap(),
        Stale
    );
    assert_eq!(
        store
            .save_record(&changed, Some(1), &event(1))
            .await
            .unwrap(),
        Stale,
        "number taken"
    );
    assert_eq!(
        store
            .load_record("repair", "r1")
            .await
            .unwrap()
            .unwrap()
            .rev,
        1
    );
    assert_eq!(
        store
            .save_record(&changed, Some(1), &event(2))
            .await
            .unwrap(),
        Done
    );
    let again = RecordWrite {
        new: true,
        ..changed
    };
    assert_eq!(
        store.save_record(&again, None, &event(3)).await.unwrap(),
        Stale,
        "id taken"
    );
    assert_eq!(
        store
            .delete_record("repair", "r1", 1, &event(3))
            .await
            .unwrap(),
        Stale
    );
    assert_eq!(
        store
            .delete_record("repair", "r1", 2, &event(3))
            .await
            .unwrap(),
        Done
    );
    assert_eq!(store.load_record("repair", "r1").await.unwrap(), None);
    let trail = store
        .events(&record_chain("repair", "r1"), 1, 10)
        .await
        .unwrap();
    assert_eq!(trail, [event(1), event(2), event(3)]);
}
