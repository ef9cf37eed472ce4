//! Records in and out, at their limits. Said in Chinese, because the people who read the sentences do.

mod checks;
mod formulas;
mod reading;
mod showing;

use serde_json::{Value as Json, json};

use super::*;
use crate::condition::{Expr, Kind, Names, compile};
use crate::field::{Bounds, Field, FieldKind};
use crate::text::Text;

pub(super) fn n(number: &str) -> Value {
    Value::Number(number.parse().unwrap())
}

pub(super) fn field(name: &str, label: &str, kind: FieldKind) -> Field {
    Field {
        name: name.to_owned(),
        label: Text::new(label, name),
        kind,
        required: false,
        show_first: false,
        bounds: Bounds::default(),
        computed: None,
        filled_by: None,
        required_to: None,
    }
}

pub(super) fn money() -> FieldKind {
    FieldKind::Money {
        currency: "CNY".to_owned(),
        decimals: 2,
    }
}

pub(super) fn percent() -> FieldKind {
    FieldKind::Percent { decimals: 4 }
}

/// One field of each kind.
pub(super) fn form() -> Vec<Field> {
    let options = vec![
        ("us".to_owned(), Text::new("我方", "Us")),
        ("customer".to_owned(), Text::new("客户", "Customer")),
    ];
    let columns = vec![
        Field {
            required: true,
            ..field("part", "配件", FieldKind::Text)
        },
        field("count", "数量", FieldKind::Number { decimals: 0 }),
        field("price", "单价", money()),
    ];
    vec![
        Field {
            required: true,
            bounds: Bounds {
                pattern: Some("SH-[0-9]{4}|OLD".to_owned()),
                ..Bounds::default()
            },
            ..field("shipment_no", "发运单号", FieldKind::Text)
        },
        Field {
            bounds: Bounds {
                max_chars: Some(5),
                ..Bounds::default()
            },
            ..field("customer", "客户", FieldKind::Text)
        },
        Field {
            required: true,
            bounds: Bounds {
                min: Some("0".parse().unwrap()),
                max: Some("1000000".parse().unwrap()),
                ..Bounds::default()
            },
            ..field("amount", "金额", money())
        },
        Field {
            bounds: Bounds {
                more_than: Some("0".parse().unwrap()),
                less_than: Some("100".parse().unwrap()),
                ..Bounds::default()
            },
            ..field("capacity_t", "核定吨数", FieldKind::Number { decimals: 3 })
        },
        field("pieces", "件数", FieldKind::Number { decimals: 0 }),
        Field {
            bounds: Bounds {
                max: Some("1".parse().unwrap()),
                ..Bounds::default()
            },
            ..field("load_rate", "装载率", percent())
        },
        field("sent_on", "发运日期", FieldKind::Date),
        field("sent_at", "发运时间", FieldKind::Time),
        field("urgent", "加急", FieldKind::Flag),
        field("bearer", "费用承担", FieldKind::Choice { options }),
        field("engineer", "工程师", FieldKind::Person),
        field("station", "服务站", FieldKind::Department),
        field(
            "vehicle",
            "车辆",
            FieldKind::Ref {
                to: "vehicle".into(),
            },
        ),
        field(
            "photos",
            "照片",
            FieldKind::File {
                accept: vec![],
                max_mb: 10,
            },
        ),
        field("lines", "明细", FieldKind::Table { columns }),
    ]
}

pub(super) fn read(json: Json, mode: &Mode) -> Result<Values, Vec<FieldFault>> {
    let Json::Object(map) = json else {
        panic!("an object is due")
    };
    from_json(&form(), &map, mode)
}

/// The field and code of each fault.
pub(super) fn codes(faults: &[FieldFault]) -> Vec<(&str, &str)> {
    faults
        .iter()
        .map(|fault| (fault.field.as_str(), fault.code))
        .collect()
}

/// Fields by name, for formulas.
struct ByKind<'a>(&'a [Field]);

impl Names for ByKind<'_> {
    fn kind(&self, path: &str) -> Option<Kind> {
        if path.starts_with("tables.") {
            return Some(Kind::NUMBER);
        }
        let (root, part) = path
            .split_once('.')
            .map_or((path, None), |(root, part)| (root, Some(part)));
        let field = self.0.iter().find(|field| field.name == root)?;
        match (&field.kind, part) {
            (kind, None) => Some(Kind::of(kind)),
            (FieldKind::Table { columns }, Some(part)) => columns
                .iter()
                .find(|column| column.name == part)
                .map(|column| Kind::List(Box::new(Kind::of(&column.kind)))),
            _ => None,
        }
    }

    fn known(&self) -> Vec<String> {
        vec![]
    }
}

pub(super) fn formula(fields: &[Field], text: &str) -> Expr {
    compile(text, &ByKind(fields)).unwrap_or_else(|faults| panic!("{text}: {faults:#?}"))
}

#[test]
fn changed_names_what_is_new_other_or_gone() {
    let values = |pairs: &[(&str, &str)]| -> Values {
        pairs
            .iter()
            .map(|(name, number)| ((*name).to_owned(), n(number)))
            .collect()
    };
    let before = values(&[("a", "1"), ("b", "2"), ("c", "3")]);
    let after = values(&[("a", "1.0"), ("b", "5"), ("d", "4")]);
    let mut want = values(&[("b", "5"), ("d", "4")]);
    want.insert("c".to_owned(), Value::Empty);
    assert_eq!(changed(&before, &after), want, "1 and 1.0 are the same");
    let mut emptied = before.clone();
    emptied.insert("e".to_owned(), Value::Empty);
    assert!(
        changed(&before, &emptied).is_empty(),
        "empty and absent are the same"
    );
}

#[test]
fn what_goes_out_comes_back_the_same() {
    let given = json!({
        "shipment_no": "SH-0001", "amount": "80000.00", "capacity_t": "29.500", "pieces": 12, "load_rate": "0.6667",
        "sent_on": "2026-03-02", "sent_at": "2026-03-02T01:00:00Z", "urgent": false, "bearer": "us", "engineer": "sun",
        "station": "hz", "vehicle": "V1", "photos": ["a", "b"], "customer": "华东钢贸",
        "lines": [{"part": "制动盘", "count": 2, "price": "10.50"}, {"part": "螺栓", "count": 8, "price": null}],
    });
    let values = read(given.clone(), &Mode::Api).unwrap();
    assert_eq!(Json::Object(to_json(&form(), &values)), given);
    assert_eq!(check(&form(), &values), []);
    assert_eq!(missing(&form(), &values), []);
}

#[test]
fn an_empty_record_goes_out_with_every_field() {
    let out = to_json(&form(), &Values::new());
    assert_eq!(out.len(), form().len());
    assert_eq!(out["amount"], Json::Null);
    assert_eq!(out["lines"], json!([]));
    assert_eq!(out["photos"], json!([]));
}
