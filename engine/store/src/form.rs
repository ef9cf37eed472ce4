//! How values become columns and come back. Exact: what a column cannot hold as it is stands in the column `more`, as
//! JSON, and the column holds the nearest it can (for lists and reports) or nothing.

use assent_core::field::{Field, FieldKind};
use assent_core::time::Moment;
use assent_core::value::{Value, Values};
use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::Value as Json;

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
            (_, Value::Empty) => (Json::Null, true),
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

/// The number times ten to the power of `decimals`, rounded half away from zero when it has more of them.
fn scaled(number: Decimal, decimals: u32) -> (Json, bool) {
    let rounded = number.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero);
    let whole = 10i128
        .checked_pow(decimals)
        .zip(10i128.checked_pow(rounded.scale()))
        .and_then(|(up, down)| rounded.mantissa().checked_mul(up).map(|wide| wide / down))
        .and_then(|wide| i64::try_from(wide).ok());
    match whole {
        Some(whole) => (Json::from(whole), rounded == number),
        None => (Json::Null, false),
    }
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
