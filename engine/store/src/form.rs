//! How values become columns and come back, to the last digit: hashes are made over them. What a column cannot hold as it
//! is (`5` where two decimals are declared, a field that is there but empty) stands in the column `more`, as JSON, and the
//! column holds the nearest it can, for lists and reports.

use assent_core::field::{Field, FieldKind};
use assent_core::time::Moment;
use assent_core::value::{Value, Values, round};
use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::Value as Json;

use crate::db::Arg;
use crate::error::{StoreError, StoreErrorKind};
use crate::row::Cell;

/// How a column holds a field's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Texts and ids, as themselves.
    Text,
    /// A day, as `2026-03-02`.
    Date,
    /// UTC milliseconds.
    Time,
    /// 0 or 1.
    Flag,
    /// A number times ten to the power of its decimals.
    Number(u32),
    /// Files and tables: the stored form as JSON.
    Json,
}

impl Form {
    /// The form of a field's values.
    pub(crate) fn of(field: &Field) -> Self {
        match &field.kind {
            FieldKind::Text
            | FieldKind::Choice { .. }
            | FieldKind::Person
            | FieldKind::Department
            | FieldKind::Ref { .. } => Form::Text,
            FieldKind::Money { decimals, .. }
            | FieldKind::Number { decimals }
            | FieldKind::Percent { decimals } => Form::Number(*decimals),
            FieldKind::Date => Form::Date,
            FieldKind::Time => Form::Time,
            FieldKind::Flag => Form::Flag,
            FieldKind::File { .. } | FieldKind::Table { .. } => Form::Json,
        }
    }

    /// True for BIGINT, false for TEXT.
    pub(crate) fn is_number(self) -> bool {
        match self {
            Form::Time | Form::Flag | Form::Number(_) => true,
            Form::Text | Form::Date | Form::Json => false,
        }
    }

    /// The word in `entity_columns`.
    pub(crate) fn word(self) -> String {
        match self {
            Form::Text => "text".into(),
            Form::Date => "date".into(),
            Form::Time => "time".into(),
            Form::Flag => "flag".into(),
            Form::Json => "json".into(),
            Form::Number(decimals) => format!("number{decimals}"),
        }
    }

    /// Back from the word.
    pub(crate) fn from_word(word: &str) -> Result<Self, StoreError> {
        Ok(match word {
            "text" => Form::Text,
            "date" => Form::Date,
            "time" => Form::Time,
            "flag" => Form::Flag,
            "json" => Form::Json,
            _ => word
                .strip_prefix("number")
                .and_then(|decimals| decimals.parse().ok())
                .map(Form::Number)
                .ok_or_else(|| corrupt(format!("unknown form {word:?}")))?,
        })
    }

    /// The value in this column, and whether that is all of it.
    pub(crate) fn encode(self, value: &Value) -> (Json, bool) {
        match (self, value) {
            // Nothing in a column means that the field is absent.
            (_, Value::Empty) => (Json::Null, false),
            (Form::Text, Value::Text(text)) => (Json::from(text.as_str()), true),
            (Form::Date, Value::Date(day)) => (Json::from(day.to_string()), true),
            (Form::Time, Value::Time(at)) => (Json::from(at.0), true),
            (Form::Flag, Value::Flag(flag)) => (Json::from(i64::from(*flag)), true),
            (Form::Number(decimals), Value::Number(number)) => scaled(*number, decimals),
            (Form::Json, value) => match serde_json::to_string(value) {
                Ok(text) => (Json::from(text), true),
                Err(_) => (Json::Null, false),
            },
            (Form::Text | Form::Date | Form::Time | Form::Flag | Form::Number(_), _) => {
                (Json::Null, false)
            }
        }
    }

    /// The value as a bound of a comparison with this column, and whether the column can hold it: if not, it is the next
    /// smaller one it can hold. None for another type.
    pub(crate) fn bound(self, value: &Value) -> Option<(Arg, bool)> {
        match (self, value) {
            (Form::Number(decimals), Value::Number(number)) => {
                let down =
                    number.round_dp_with_strategy(decimals, RoundingStrategy::ToNegativeInfinity);
                let edge = if number.is_sign_negative() {
                    i64::MIN
                } else {
                    i64::MAX
                };
                let whole = whole(down, decimals);
                Some((
                    Arg::from(whole.unwrap_or(edge)),
                    whole.is_some() && down == *number,
                ))
            }
            (Form::Text, Value::Text(text)) => Some((Arg::from(text), true)),
            (Form::Date, Value::Date(day)) => Some((Arg::from(day.to_string()), true)),
            (Form::Time, Value::Time(at)) => Some((Arg::from(*at), true)),
            (Form::Flag, Value::Flag(flag)) => Some((Arg::from(*flag), true)),
            (
                Form::Number(_) | Form::Text | Form::Date | Form::Time | Form::Flag | Form::Json,
                _,
            ) => None,
        }
    }

    /// What nothing counts as when records are sorted: the smallest.
    pub(crate) fn least(self) -> Arg {
        if self.is_number() {
            Arg::from(i64::MIN)
        } else {
            Arg::from("")
        }
    }

    /// The value a column holds.
    pub(crate) fn decode(self, cell: Cell) -> Result<Value, StoreError> {
        let value = match (self, cell) {
            (_, Cell::Null) => Some(Value::Empty),
            (Form::Text, Cell::Text(text)) => Some(Value::Text(text)),
            (Form::Date, Cell::Text(text)) => text.parse().ok().map(Value::Date),
            (Form::Json, Cell::Text(text)) => serde_json::from_str(&text).ok(),
            (Form::Time, Cell::Int(at)) => Some(Value::Time(Moment(at))),
            (Form::Flag, Cell::Int(flag)) => Some(Value::Flag(flag != 0)),
            (Form::Number(decimals), Cell::Int(number)) => {
                Decimal::try_from_i128_with_scale(number.into(), decimals)
                    .ok()
                    .map(Value::Number)
            }
            (_, Cell::Int(_) | Cell::Text(_) | Cell::Blob(_)) => None,
        };
        value.ok_or_else(|| {
            corrupt(format!(
                "a column of form {} holds something else",
                self.word()
            ))
        })
    }
}

/// The number in a column, rounded when it has more decimals.
fn scaled(number: Decimal, decimals: u32) -> (Json, bool) {
    match whole(round(number, decimals), decimals) {
        Some(whole) => (Json::from(whole), number.scale() == decimals),
        None => (Json::Null, false),
    }
}

/// The number times ten to the power of `decimals`, when it has no more of them and fits.
fn whole(number: Decimal, decimals: u32) -> Option<i64> {
    let (up, down) = (
        10i128.checked_pow(decimals)?,
        10i128.checked_pow(number.scale())?,
    );
    i64::try_from(number.mantissa().checked_mul(up)? / down).ok()
}

/// The leftover values as text.
pub(crate) fn more_to_text(more: &Values) -> Result<String, StoreError> {
    serde_json::to_string(more).map_err(|error| StoreError::other(error.to_string()))
}

/// Back from text.
pub(crate) fn more_from_text(text: &str) -> Result<Values, StoreError> {
    serde_json::from_str(text).map_err(|error| corrupt(format!("leftover values: {error}")))
}

fn corrupt(detail: String) -> StoreError {
    StoreError::new(StoreErrorKind::Corrupt, detail)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn number(text: &str) -> Value {
        Value::Number(text.parse().unwrap())
    }

    #[test]
    fn a_column_holds_exactly_what_has_its_decimals() {
        let money = Form::Number(2);
        for (text, column, exact) in [
            ("1234.50", Some(123_450), true),
            ("-0.01", Some(-1), true),
            ("5", Some(500), false),
            ("1.1", Some(110), false),
            ("1.005", Some(101), false),
            ("92233720368547758.07", Some(i64::MAX), true),
            ("92233720368547758.08", None, false),
            ("79228162514264337593543950335", None, false),
        ] {
            assert_eq!(
                money.encode(&number(text)),
                (Json::from(column), exact),
                "{text}"
            );
        }
        let back = money.decode(Cell::Int(123_450)).unwrap();
        assert_eq!(serde_json::to_string(&back).unwrap(), r#"{"n":"1234.50"}"#);
    }

    #[test]
    fn what_is_exact_comes_back_as_it_was() {
        for (form, value) in [
            (Form::Text, Value::from("重庆 \"x\"")),
            (Form::Date, Value::Date("2026-03-02".parse().unwrap())),
            (Form::Time, Value::Time(Moment(1_790_000_000_000))),
            (Form::Flag, Value::Flag(false)),
            (Form::Number(0), number("7")),
            (Form::Number(4), number("0.8512")),
            (
                Form::Json,
                Value::List(vec![Value::from("a"), number("1.10")]),
            ),
        ] {
            let (json, exact) = form.encode(&value);
            let cell = match json {
                Json::String(text) => Cell::Text(text),
                other => Cell::Int(other.as_i64().unwrap()),
            };
            assert!(exact);
            assert_eq!(form.decode(cell).unwrap(), value, "{form:?}");
            assert_eq!(Form::from_word(&form.word()).unwrap(), form);
        }
    }

    #[test]
    fn what_does_not_fit_is_said_to_be_elsewhere() {
        for (form, value) in [
            (Form::Text, number("5")),
            (Form::Number(2), Value::from("five")),
            (Form::Date, Value::from("2026-03-02")),
            (Form::Text, Value::List(vec![Value::from("a")])),
            (Form::Flag, Value::Empty),
        ] {
            assert_eq!(
                form.encode(&value),
                (Json::Null, false),
                "{form:?} {value:?}"
            );
        }
    }
}
