//! What a value is, as scripts see it.

use jiff::civil::Date;
use rhai::{Dynamic, ImmutableString};
use rust_decimal::Decimal;

use super::fault::RuleFault;
use crate::field::FieldKind;
use crate::time::Moment;

/// The kinds of values in a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Not known before it runs, or any.
    Any,
    /// An exact number; whole numbers and decimals are the same kind.
    Number,
    /// A text.
    Text,
    /// Yes or no.
    Flag,
    /// A calendar day.
    Date,
    /// A point in time.
    Time,
    /// Several values.
    List,
    /// Named values.
    Map,
    /// Not filled in.
    Nothing,
}

impl Kind {
    /// The kind of a value.
    pub(super) fn of(value: &Dynamic) -> Kind {
        if value.is_int() || value.is_decimal() {
            Kind::Number
        } else if value.is_string() {
            Kind::Text
        } else if value.is_bool() {
            Kind::Flag
        } else if value.is_unit() {
            Kind::Nothing
        } else if value.is_array() {
            Kind::List
        } else if value.is_map() {
            Kind::Map
        } else if value.is::<Date>() {
            Kind::Date
        } else if value.is::<Moment>() {
            Kind::Time
        } else {
            Kind::Any
        }
    }

    /// The kind a field's values have in a script.
    pub(super) fn of_field(kind: &FieldKind) -> Kind {
        match kind {
            FieldKind::Text
            | FieldKind::Choice { .. }
            | FieldKind::Person
            | FieldKind::Department
            | FieldKind::Ref { .. } => Kind::Text,
            FieldKind::Money { .. } | FieldKind::Number { .. } | FieldKind::Percent { .. } => {
                Kind::Number
            }
            FieldKind::Date => Kind::Date,
            FieldKind::Time => Kind::Time,
            FieldKind::Flag => Kind::Flag,
            FieldKind::File { .. } | FieldKind::Table { .. } => Kind::List,
        }
    }

    /// What people call it, in Chinese and in English.
    pub(super) fn words(self) -> (&'static str, &'static str) {
        match self {
            Kind::Any => ("某种值", "some value"),
            Kind::Number => ("数字", "a number"),
            Kind::Text => ("文本", "a text"),
            Kind::Flag => ("是/否", "yes or no"),
            Kind::Date => ("日期", "a date"),
            Kind::Time => ("时间", "a point in time"),
            Kind::List => ("列表", "a list"),
            Kind::Map => ("映射", "a map"),
            Kind::Nothing => ("空值", "nothing"),
        }
    }
}

/// The number in a value, whole or decimal.
pub(super) fn number(value: &Dynamic) -> Option<Decimal> {
    value
        .as_int()
        .map(Decimal::from)
        .or_else(|_| value.as_decimal())
        .ok()
}

/// The whole number in a value; a decimal such as `12.00` counts.
pub(super) fn whole(value: &Dynamic) -> Option<i64> {
    value.as_int().ok().or_else(|| {
        let number = value.as_decimal().ok()?;
        number
            .is_integer()
            .then(|| i64::try_from(number).ok())
            .flatten()
    })
}

/// The text in a value.
pub(super) fn text(value: &Dynamic) -> Option<ImmutableString> {
    value.clone().try_cast()
}

/// A value as people would read it, cut to a bearable length.
pub(super) fn shown(value: &Dynamic) -> String {
    match Kind::of(value) {
        Kind::Text => format!(
            "\"{}\"",
            text(value)
                .unwrap_or_default()
                .chars()
                .take(40)
                .collect::<String>()
        ),
        Kind::Number => number(value).unwrap_or_default().to_string(),
        Kind::Date => value
            .clone()
            .try_cast::<Date>()
            .unwrap_or_default()
            .to_string(),
        Kind::Flag => value.as_bool().unwrap_or_default().to_string(),
        Kind::Nothing | Kind::Any | Kind::Time | Kind::List | Kind::Map => String::new(),
    }
}

/// `数字 3` / `a number, 3`: a value in a fault's sentence.
pub(super) fn described(value: &Dynamic) -> (String, String) {
    let (zh, en) = Kind::of(value).words();
    match shown(value) {
        shown if shown.is_empty() => (zh.to_owned(), en.to_owned()),
        shown => (format!("{zh} {shown}"), format!("{en} ({shown})")),
    }
}

/// The fault of a value that is not what a place takes.
pub(super) fn wrong(place: (&str, &str), wanted: Kind, got: &Dynamic) -> RuleFault {
    let (got, wanted) = (described(got), wanted.words());
    RuleFault::new(
        "wrong_type",
        format!("{}需要{}，得到的是{}", place.0, wanted.0, got.0),
        format!("{} takes {}, but got {}", place.1, wanted.1, got.1),
    )
}
