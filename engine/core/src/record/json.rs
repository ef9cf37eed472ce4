//! Values to and from plain JSON, as the API, forms, imports and connectors write them, by field type.
//!
//! Numbers with decimals leave as texts with all their digits (`"80000.00"`), because a JSON number is a float to most
//! readers; whole numbers leave as numbers. Both are understood on the way in.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use serde_json::{Map, Value as Json};

use super::check::{ROWS_MAX, unknown_option, wrong_type};
use super::fault::{self, At, FieldFault};
use super::number::{self, NotExact};
use crate::field::{Field, FieldKind};
use crate::time::Moment;
use crate::value::{Value, Values};

/// Who wrote the JSON.
#[derive(Clone, Debug)]
pub enum Mode {
    /// A program: types as declared; computed fields and those a state fills in are refused.
    Api,
    /// A person's form: everything is a text, an empty one is "not filled in", times are meant in this zone.
    Form(TimeZone),
    /// The system itself (answers of connectors, restored data): every field may be set.
    System,
}

/// Converts plain JSON by field type. Bounds are not checked here; see [`super::check`].
///
/// # Errors
/// Every fault: unknown and read-only fields, values of the wrong type.
pub fn from_json(
    fields: &[Field],
    json: &Map<String, Json>,
    mode: &Mode,
) -> Result<Values, Vec<FieldFault>> {
    let mut values = Values::new();
    let mut faults = vec![];
    for (name, json) in json {
        let Some(field) = fields.iter().find(|field| field.name == *name) else {
            faults.push(fault::unknown(name, fields, None));
            continue;
        };
        if let Some(value) = one(field, json, mode, &At::field(field), &mut faults) {
            values.insert(name.clone(), value);
        }
    }
    if faults.is_empty() {
        Ok(values)
    } else {
        Err(faults)
    }
}

/// Converts the value of one field.
///
/// # Errors
/// As [`from_json`].
pub fn value_from_json(field: &Field, json: &Json, mode: &Mode) -> Result<Value, Vec<FieldFault>> {
    let mut faults = vec![];
    match one(field, json, mode, &At::field(field), &mut faults) {
        Some(value) if faults.is_empty() => Ok(value),
        Some(_) | None => Err(faults),
    }
}

fn one(
    field: &Field,
    json: &Json,
    mode: &Mode,
    at: &At,
    faults: &mut Vec<FieldFault>,
) -> Option<Value> {
    let by_others = field.computed.is_some() || field.filled_by.is_some();
    if by_others && !matches!(mode, Mode::System) {
        faults.push(at.fault(
            "field_readonly",
            "由系统填写，不能修改。",
            "is filled in by the system and cannot be written.",
        ));
        return None;
    }
    if let (FieldKind::Table { columns }, Json::Array(rows)) = (&field.kind, json) {
        return rows_from(columns, rows, mode, at, faults);
    }
    match scalar(&field.kind, json, mode, at) {
        Ok(value) => Some(value),
        Err(fault) => {
            faults.push(*fault);
            None
        }
    }
}

type Read = Result<Value, Box<FieldFault>>;

fn scalar(kind: &FieldKind, json: &Json, mode: &Mode, at: &At) -> Read {
    let form = matches!(mode, Mode::Form(_));
    let wrong = || Box::new(wrong_type(kind, at));
    match (kind, json) {
        (_, Json::Null) => Ok(Value::Empty),
        // In every mode an empty text is "not filled in": it never counts as a value.
        (_, Json::String(text)) if text.trim().is_empty() => Ok(Value::Empty),
        (FieldKind::Text, Json::String(text)) => Ok(Value::Text(text.clone())),
        (
            FieldKind::Money { .. } | FieldKind::Number { .. } | FieldKind::Percent { .. },
            Json::Number(_) | Json::String(_),
        ) => number(kind, json, form, at),
        (FieldKind::Date, Json::String(text)) => {
            date(text, form).map(Value::Date).ok_or_else(wrong)
        }
        (FieldKind::Time, Json::String(text)) => {
            time(text, mode).map(Value::Time).ok_or_else(wrong)
        }
        (FieldKind::Time, Json::Number(number)) => number
            .as_i64()
            .map(|ms| Value::Time(Moment(ms)))
            .ok_or_else(wrong),
        (FieldKind::Flag, Json::Bool(flag)) => Ok(Value::Flag(*flag)),
        (FieldKind::Flag, Json::String(text)) if form => match text.as_str() {
            "true" | "on" | "1" | "yes" | "是" => Ok(Value::Flag(true)),
            "false" | "off" | "0" | "no" | "否" => Ok(Value::Flag(false)),
            _other => Err(wrong()),
        },
        (FieldKind::Choice { options }, Json::String(id)) => {
            if options.iter().any(|(option, _)| option == id) {
                Ok(Value::Text(id.clone()))
            } else {
                Err(Box::new(unknown_option(id, options, at)))
            }
        }
        (FieldKind::Person | FieldKind::Department | FieldKind::Ref { .. }, Json::String(id)) => {
            Ok(Value::Text(id.trim().to_owned()))
        }
        (FieldKind::File { .. }, Json::String(id)) => {
            Ok(Value::List(vec![Value::Text(id.trim().to_owned())]))
        }
        (
            FieldKind::Person
            | FieldKind::Department
            | FieldKind::Ref { .. }
            | FieldKind::File { .. },
            Json::Array(ids),
        ) => ids_from(ids).ok_or_else(wrong),
        (
            _,
            Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Array(_) | Json::Object(_),
        ) => Err(wrong()),
    }
}

fn number(kind: &FieldKind, json: &Json, form: bool, at: &At) -> Read {
    let currency = if let FieldKind::Money { currency, .. } = kind {
        Some(currency.as_str())
    } else {
        None
    };
    let read = match json {
        Json::Number(number) => number::from_json(number),
        Json::String(text) if form => number::from_form(text, currency),
        Json::String(text) => number::from_text(text),
        Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => Err(NotExact::NotANumber),
    };
    read.map(Value::Number)
        .map_err(|fault| Box::new(not_exact(fault, kind, at)))
}

fn not_exact(fault: NotExact, kind: &FieldKind, at: &At) -> FieldFault {
    match fault {
        NotExact::NotANumber => wrong_type(kind, at),
        NotExact::TooManyDigits => at.fault(
            "field_precision",
            "的位数太多，无法精确传递；请减少位数，或用文字形式（加引号）发送。",
            "has too many digits to be exact; use fewer, or send it as a text.",
        ),
    }
}

/// Several ids; texts that are empty are left out.
fn ids_from(ids: &[Json]) -> Option<Value> {
    let mut list = vec![];
    for id in ids {
        let id = id.as_str()?.trim();
        if !id.is_empty() {
            list.push(Value::Text(id.to_owned()));
        }
    }
    Some(Value::List(list))
}

/// A day: `2026-03-02`; in a form also `2026/3/2` and `2026年3月2日`.
fn date(text: &str, form: bool) -> Option<Date> {
    let text = text.trim();
    if text.len() == "2026-03-02".len()
        && let Ok(date) = text.parse()
    {
        return Some(date);
    }
    if !form {
        return None;
    }
    let parts: Vec<&str> = text
        .trim_end_matches('日')
        .split(['-', '/', '.', '年', '月'])
        .collect();
    let [year, month, day] = parts.as_slice() else {
        return None;
    };
    if year.len() != 4 {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

/// A point in time: with its offset; in a form also local, in the form's zone.
fn time(text: &str, mode: &Mode) -> Option<Moment> {
    let text = text.trim();
    if let Ok(timestamp) = text.parse::<jiff::Timestamp>() {
        return Some(Moment(timestamp.as_millisecond()));
    }
    let Mode::Form(zone) = mode else {
        return None;
    };
    let local: DateTime = text.replace(' ', "T").parse().ok()?;
    let zoned = local.to_zoned(zone.clone()).ok()?;
    Some(Moment(zoned.timestamp().as_millisecond()))
}

fn rows_from(
    columns: &[Field],
    rows: &[Json],
    mode: &Mode,
    at: &At,
    faults: &mut Vec<FieldFault>,
) -> Option<Value> {
    let before = faults.len();
    let mut list = vec![];
    if rows.len() > ROWS_MAX {
        faults.push(at.fault(
            "field_too_many",
            format!("有 {} 行，最多 {ROWS_MAX} 行。", rows.len()),
            format!("has {} rows; at most {ROWS_MAX} are allowed.", rows.len()),
        ));
        return None;
    }
    for (number, row) in rows.iter().enumerate() {
        let Json::Object(cells) = row else {
            faults.push(
                at.row(number)
                    .fault("field_type", "不是一行数据。", "is not a row."),
            );
            continue;
        };
        let mut values = Values::new();
        for (name, json) in cells {
            let Some(column) = columns.iter().find(|column| column.name == *name) else {
                faults.push(fault::unknown(name, columns, Some(&at.row(number))));
                continue;
            };
            if let Some(value) = one(column, json, mode, &at.cell(number, column), faults) {
                values.insert(name.clone(), value);
            }
        }
        // A row of a form nobody touched is no row.
        let untouched = values.values().all(Value::is_empty) && matches!(mode, Mode::Form(_));
        if !untouched {
            list.push(Value::Map(values));
        }
    }
    (faults.len() == before).then_some(Value::List(list))
}

/// The values of a record as plain JSON, every field of the type; `null` is "not filled in", an empty table `[]`.
pub fn to_json(fields: &[Field], values: &Values) -> Map<String, Json> {
    fields
        .iter()
        .map(|field| {
            let value = values.get(&field.name).unwrap_or(&Value::Empty);
            (field.name.clone(), value_to_json(field, value))
        })
        .collect()
}

/// The value of one field as plain JSON.
pub fn value_to_json(field: &Field, value: &Value) -> Json {
    match (value, &field.kind) {
        (Value::Empty, FieldKind::Table { .. } | FieldKind::File { .. }) => Json::Array(vec![]),
        (Value::Empty, _) => Json::Null,
        (Value::Flag(flag), _) => Json::Bool(*flag),
        (
            Value::Number(number),
            FieldKind::Money { decimals, .. }
            | FieldKind::Number { decimals }
            | FieldKind::Percent { decimals },
        ) => number_to_json(*number, *decimals),
        (Value::Number(number), _) => Json::String(number.to_string()),
        (Value::Text(text), _) => Json::String(text.clone()),
        (Value::Date(date), _) => Json::String(date.to_string()),
        (Value::Time(moment), _) => jiff::Timestamp::from_millisecond(moment.0).map_or_else(
            |_| Json::from(moment.0),
            |time| Json::String(time.to_string()),
        ),
        (Value::List(rows), FieldKind::Table { columns }) => rows
            .iter()
            .map(|row| {
                if let Value::Map(cells) = row {
                    Json::Object(to_json(columns, cells))
                } else {
                    value_to_json(field, row)
                }
            })
            .collect(),
        (Value::List(list), _) => list.iter().map(|one| value_to_json(field, one)).collect(),
        (Value::Map(map), _) => Json::Object(
            map.iter()
                .map(|(name, value)| (name.clone(), value_to_json(field, value)))
                .collect(),
        ),
    }
}

fn number_to_json(number: rust_decimal::Decimal, decimals: u32) -> Json {
    let whole = (decimals == 0)
        .then(|| i64::try_from(number).ok())
        .flatten()
        .filter(|_| number.is_integer());
    if let Some(whole) = whole {
        return Json::from(whole);
    }
    let mut padded = number.normalize();
    if padded.scale() < decimals {
        padded.rescale(decimals);
    }
    Json::String(padded.to_string())
}
