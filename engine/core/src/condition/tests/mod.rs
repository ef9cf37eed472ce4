//! What conditions mean, and what is said about those that mean nothing.

mod bands;
mod evaluate;
mod faults;
mod properties;

use std::collections::BTreeMap;

use super::{ConditionFault, Expr, Facts, Kind, Names, condition};
use crate::field::Bounds;
use crate::text::Text;
use crate::value::Value;

/// A small world: names with types, labels, bounds and constants.
pub(super) struct World {
    kinds: BTreeMap<String, Kind>,
    labels: BTreeMap<String, Text>,
    constants: BTreeMap<String, Value>,
    bounds: BTreeMap<String, Bounds>,
}

pub(super) fn money(currency: &str) -> Kind {
    Kind::Number {
        decimals: Some(2),
        currency: Some(currency.to_owned()),
    }
}

pub(super) fn share() -> Kind {
    Kind::Number {
        decimals: Some(4),
        currency: None,
    }
}

/// The fields most tests use.
pub(super) fn world() -> World {
    let bearer = Kind::Choice {
        options: vec![
            ("us".to_owned(), Text::new("我方", "Us")),
            ("customer".to_owned(), Text::new("客户", "Customer")),
        ],
    };
    let whole = Kind::Number {
        decimals: Some(0),
        currency: None,
    };
    let list = |kind: Kind| Kind::List(Box::new(kind));
    let entries = [
        ("amount", "金额", money("CNY")),
        ("price_usd", "美元价", money("USD")),
        ("load_rate", "装载率", share()),
        ("bearer", "费用承担", bearer),
        ("customer", "客户", Kind::Text),
        ("in_warranty", "保内", Kind::Flag),
        ("finished_on", "完工日期", Kind::Date),
        ("fault_on", "故障日期", Kind::Date),
        ("started_at", "开始时间", Kind::Time),
        ("ended_at", "结束时间", Kind::Time),
        ("engineer", "工程师", Kind::Person),
        ("station", "服务站", Kind::Department),
        (
            "vehicle",
            "车辆",
            Kind::Ref {
                to: "vehicle".into(),
            },
        ),
        ("vehicle.plate", "车牌", Kind::Text),
        ("photos", "照片", list(Kind::File)),
        ("lines", "明细", Kind::Table),
        ("lines.amount", "明细金额", list(money("CNY"))),
        ("copies", "份数", whole),
        ("tables.load.pass", "tables.load.pass", Kind::NUMBER),
        (
            "tables.load.director_below",
            "tables.load.director_below",
            Kind::NUMBER,
        ),
        ("applicant.department", "发起人部门", Kind::Department),
        ("empty", "名叫 empty 的字段", Kind::Flag),
    ];
    let mut world = World {
        kinds: BTreeMap::new(),
        labels: BTreeMap::new(),
        constants: BTreeMap::new(),
        bounds: BTreeMap::new(),
    };
    for (path, label, kind) in entries {
        world.kinds.insert(path.to_owned(), kind);
        world.labels.insert(path.to_owned(), Text::new(label, path));
    }
    world.fix("tables.load.pass", "0.85");
    world.fix("tables.load.director_below", "0.60");
    world
}

impl World {
    fn fix(&mut self, path: &str, number: &str) {
        self.constants
            .insert(path.to_owned(), Value::Number(number.parse().unwrap()));
    }

    pub(super) fn bound(mut self, path: &str, min: Option<&str>, max: Option<&str>) -> Self {
        let parse = |text: &str| text.parse().unwrap();
        self.bounds.insert(
            path.to_owned(),
            Bounds {
                min: min.map(parse),
                max: max.map(parse),
                ..Bounds::default()
            },
        );
        self
    }
}

impl Names for World {
    fn kind(&self, path: &str) -> Option<Kind> {
        self.kinds.get(path).cloned()
    }

    fn known(&self) -> Vec<String> {
        self.kinds.keys().cloned().collect()
    }

    fn label(&self, path: &str) -> Option<Text> {
        self.labels.get(path).cloned()
    }

    fn constant(&self, path: &str) -> Option<Value> {
        self.constants.get(path).cloned()
    }

    fn bounds(&self, path: &str) -> Option<Bounds> {
        self.bounds.get(path).cloned()
    }
}

/// Values by path; `tables.` from [`world`].
pub(super) struct Given(BTreeMap<String, Value>);

impl Facts for Given {
    fn get(&self, path: &str) -> Option<Value> {
        Some(self.0.get(path).cloned().unwrap_or_default())
    }
}

pub(super) fn given<const N: usize>(values: [(&str, Value); N]) -> Given {
    let mut all: BTreeMap<String, Value> = world().constants;
    all.extend(values.map(|(path, value)| (path.to_owned(), value)));
    Given(all)
}

pub(super) fn n(number: &str) -> Value {
    Value::Number(number.parse().unwrap())
}

pub(super) fn day(date: &str) -> Value {
    Value::Date(date.parse().unwrap())
}

pub(super) fn expr(text: &str) -> Expr {
    super::compile(text, &world()).unwrap_or_else(|faults| panic!("{text}: {faults:#?}"))
}

pub(super) fn faults(text: &str) -> Vec<ConditionFault> {
    condition(text, &world())
        .map(|_| panic!("no fault in {text}"))
        .unwrap_or_else(|faults| faults)
}
