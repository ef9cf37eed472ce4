//! What a field can hold. Numbers are exact decimals: there is no float anywhere.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

use crate::time::Moment;

/// The values of a record by field name, in a stable order.
pub type Values = BTreeMap<String, Value>;

/// One value. `Empty` means "not filled in"; it is never false and never zero.
///
/// Stored form (events, instance state): texts and flags as themselves, the rest tagged
/// (`{"n":"1.10"}`, `{"d":"2026-03-02"}`, `{"t":1760000000000}`, `{"m":{…}}`), so that `1.10` never becomes `1.1`
/// and a date is never taken for a text. Pages and the API convert by field type instead (see [`crate::field`]).
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// Not filled in.
    #[default]
    Empty,
    /// Yes or no.
    Flag(bool),
    /// Any number: counts, money, percentages (0.85 is 85 %).
    Number(Decimal),
    /// A text; also the id of a person, a choice, a referenced record or a file.
    Text(String),
    /// A calendar day.
    Date(Date),
    /// A point in time.
    Time(Moment),
    /// Several values: files, people, rows of a table.
    List(Vec<Value>),
    /// Named values: a row of a table, a referenced record.
    Map(Values),
}

impl Value {
    /// True when nothing was filled in: empty, an empty text or an empty list.
    pub fn is_empty(&self) -> bool {
        match self {
            Value::Empty => true,
            Value::Text(text) => text.is_empty(),
            Value::List(list) => list.is_empty(),
            Value::Flag(_) | Value::Number(_) | Value::Date(_) | Value::Time(_) | Value::Map(_) => {
                false
            }
        }
    }

    /// The text, when it is one.
    pub fn as_text(&self) -> Option<&str> {
        if let Value::Text(text) = self {
            Some(text)
        } else {
            None
        }
    }

    /// The rows of a table; none when it is no table.
    pub fn rows(&self) -> Vec<&Values> {
        let Value::List(list) = self else {
            return vec![];
        };
        let maps = list.iter().filter_map(|value| match value {
            Value::Map(row) => Some(row),
            Value::Empty
            | Value::Flag(_)
            | Value::Number(_)
            | Value::Text(_)
            | Value::Date(_)
            | Value::Time(_)
            | Value::List(_) => None,
        });
        maps.collect()
    }

    /// The number, when it is one.
    pub fn as_number(&self) -> Option<Decimal> {
        if let Value::Number(number) = self {
            Some(*number)
        } else {
            None
        }
    }

    /// The ids in a value that names people, files or records: one text or a list of texts.
    pub fn ids(&self) -> Vec<&str> {
        match self {
            Value::Text(text) if !text.is_empty() => vec![text],
            Value::List(list) => list.iter().filter_map(Value::as_text).collect(),
            Value::Empty
            | Value::Text(_)
            | Value::Flag(_)
            | Value::Number(_)
            | Value::Date(_)
            | Value::Time(_)
            | Value::Map(_) => vec![],
        }
    }
}

/// Reading named values by type; none where nothing (or something else) is filled in.
pub trait ReadValues {
    /// A text, or an id.
    fn text(&self, name: &str) -> Option<&str>;
    /// A number.
    fn number(&self, name: &str) -> Option<Decimal>;
    /// A day.
    fn date(&self, name: &str) -> Option<Date>;
    /// Yes or no; not filled in is no.
    fn is(&self, name: &str) -> bool;
    /// How many: files, rows, people.
    fn count(&self, name: &str) -> usize;
    /// The rows of a table.
    fn rows(&self, name: &str) -> Vec<&Values>;
    /// True when nothing is filled in.
    fn lacks(&self, name: &str) -> bool;
}

impl ReadValues for Values {
    fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_text().filter(|text| !text.is_empty())
    }

    fn number(&self, name: &str) -> Option<Decimal> {
        self.get(name)?.as_number()
    }

    fn date(&self, name: &str) -> Option<Date> {
        if let Value::Date(day) = self.get(name)? {
            Some(*day)
        } else {
            None
        }
    }

    fn is(&self, name: &str) -> bool {
        self.get(name) == Some(&Value::Flag(true))
    }

    fn count(&self, name: &str) -> usize {
        match self.get(name) {
            Some(Value::List(list)) => list.len(),
            Some(value) if !value.is_empty() => 1,
            Some(_) | None => 0,
        }
    }

    fn rows(&self, name: &str) -> Vec<&Values> {
        self.get(name).map(Value::rows).unwrap_or_default()
    }

    fn lacks(&self, name: &str) -> bool {
        self.get(name).is_none_or(Value::is_empty)
    }
}

/// Commercial rounding (四舍五入): a half goes away from zero, as accounts and contracts expect.
#[must_use]
pub fn round(number: Decimal, decimals: u32) -> Decimal {
    number.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero)
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::Text(text.to_owned())
    }
}

impl From<Decimal> for Value {
    fn from(number: Decimal) -> Self {
        Value::Number(number)
    }
}

impl From<Date> for Value {
    fn from(day: Date) -> Self {
        Value::Date(day)
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Value::Flag(flag)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Value::Number(number.into())
    }
}

/// The stored form; `untagged` is unambiguous because every map is one of the tagged ones.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Stored {
    Empty(()),
    Flag(bool),
    Text(String),
    List(Vec<Value>),
    Number { n: String },
    Date { d: Date },
    Time { t: Moment },
    Map { m: Values },
}

impl Serialize for Value {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let stored = match self.clone() {
            Value::Empty => Stored::Empty(()),
            Value::Flag(flag) => Stored::Flag(flag),
            Value::Text(text) => Stored::Text(text),
            Value::List(list) => Stored::List(list),
            Value::Number(number) => Stored::Number {
                n: number.to_string(),
            },
            Value::Date(d) => Stored::Date { d },
            Value::Time(t) => Stored::Time { t },
            Value::Map(m) => Stored::Map { m },
        };
        stored.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Stored::deserialize(deserializer)? {
            Stored::Empty(()) => Value::Empty,
            Stored::Flag(flag) => Value::Flag(flag),
            Stored::Text(text) => Value::Text(text),
            Stored::List(list) => Value::List(list),
            Stored::Number { n } => Value::Number(n.parse().map_err(serde::de::Error::custom)?),
            Stored::Date { d } => Value::Date(d),
            Stored::Time { t } => Value::Time(t),
            Stored::Map { m } => Value::Map(m),
        })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn stored_form_keeps_decimals_and_types_apart() {
        let values = vec![
            Value::Empty,
            Value::Flag(true),
            Value::Number("1.10".parse().unwrap()),
            Value::from("2026-03-02"),
            Value::Date("2026-03-02".parse().unwrap()),
            Value::Time(Moment(5)),
            Value::List(vec![
                Value::from("a"),
                Value::Map(Values::from([("n".into(), Value::from("x"))])),
            ]),
        ];
        let json = serde_json::to_string(&values).unwrap();
        assert_eq!(
            serde_json::from_str::<Vec<Value>>(&json).unwrap(),
            values,
            "{json}"
        );
        assert!(json.contains("1.10"));
    }
}
