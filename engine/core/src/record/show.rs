//! Values as people read them.

use jiff::tz::TimeZone;
use rust_decimal::Decimal;
use serde_json::{Map, Value as Json};

use crate::field::{Field, FieldKind};
use crate::template::Reading;
use crate::text::Lang;
use crate::value::{Value, Values, round};

/// From this amount on Chinese readers count in 万.
const WAN: i64 = 10_000;
const YI: i64 = 100_000_000;

/// What ids are called; what is unknown is shown as it is.
pub trait Called {
    /// A person's name.
    fn person(&self, id: &str, _lang: Lang) -> String {
        id.to_owned()
    }

    /// A unit's name.
    fn unit(&self, id: &str, _lang: Lang) -> String {
        id.to_owned()
    }

    /// The title of a record.
    fn record(&self, _entity: &str, id: &str, _lang: Lang) -> String {
        id.to_owned()
    }

    /// The name of another flow.
    fn flow(&self, id: &str, _lang: Lang) -> String {
        id.to_owned()
    }

    /// The name of an attached file.
    fn file(&self, id: &str, _lang: Lang) -> String {
        id.to_owned()
    }

    /// The fields and values of a record, for `{{vehicle.plate}}`.
    fn look_up(&self, _entity: &str, _id: &str) -> Option<(&[Field], Values)> {
        None
    }

    /// Large amounts are counted in 万 as well, for readers of Chinese; not where one text serves both languages.
    fn counts_in_wan(&self) -> bool {
        true
    }

    /// The zone times are shown in: China's unless said.
    fn zone(&self) -> TimeZone {
        china()
    }
}

/// China's zone.
pub fn china() -> TimeZone {
    TimeZone::get("Asia/Shanghai").unwrap_or_else(|_| TimeZone::fixed(jiff::tz::offset(8)))
}

/// Ids are shown as they are.
#[derive(Clone, Copy, Debug, Default)]
pub struct AsIds;

impl Called for AsIds {}

/// A value as people read it; empty when not filled in. Ids are shown as they are; see [`show_with`].
pub fn show(field: &Field, value: &Value, lang: Lang) -> String {
    show_with(field, value, lang, &AsIds)
}

/// A value as people read it, with the names of people, units, records and files.
pub fn show_with(field: &Field, value: &Value, lang: Lang, called: &dyn Called) -> String {
    match value {
        Value::Empty => String::new(),
        Value::Flag(flag) => {
            let words = if *flag { ("是", "Yes") } else { ("否", "No") };
            lang.pick(words.0, words.1).to_owned()
        }
        Value::Number(number) => show_number(
            &field.kind,
            *number,
            lang == Lang::Zh && called.counts_in_wan(),
        ),
        Value::Text(text) => show_text(field, text, lang, called),
        Value::Date(date) => date.to_string(),
        Value::Time(moment) => jiff::Timestamp::from_millisecond(moment.0).map_or_else(
            |_| moment.0.to_string(),
            |time| {
                time.to_zoned(called.zone())
                    .strftime("%Y-%m-%d %H:%M")
                    .to_string()
            },
        ),
        Value::List(list) if matches!(field.kind, FieldKind::Table { .. }) => match lang {
            Lang::Zh => format!("{} 行", list.len()),
            Lang::En if list.len() == 1 => "1 row".to_owned(),
            Lang::En => format!("{} rows", list.len()),
        },
        Value::List(list) => list
            .iter()
            .map(|one| show_with(field, one, lang, called))
            .collect::<Vec<_>>()
            .join(lang.pick("、", ", ")),
        Value::Map(map) => map
            .iter()
            .map(|(name, value)| format!("{name}: {}", show_with(field, value, lang, called)))
            .collect::<Vec<_>>()
            .join(lang.pick("，", ", ")),
    }
}

fn show_text(field: &Field, text: &str, lang: Lang, called: &dyn Called) -> String {
    match &field.kind {
        FieldKind::Choice { options } => options
            .iter()
            .find(|(id, _)| id == text)
            .map_or_else(|| text.to_owned(), |(_, name)| name.get(lang).to_owned()),
        FieldKind::Person => called.person(text, lang),
        FieldKind::Department => called.unit(text, lang),
        FieldKind::Ref { to } => called.record(to, text, lang),
        FieldKind::File { .. } => called.file(text, lang),
        FieldKind::Text
        | FieldKind::Money { .. }
        | FieldKind::Number { .. }
        | FieldKind::Percent { .. }
        | FieldKind::Date
        | FieldKind::Time
        | FieldKind::Flag
        | FieldKind::Table { .. } => text.to_owned(),
    }
}

fn show_number(kind: &FieldKind, number: Decimal, in_wan_too: bool) -> String {
    let plain = plain_number(kind, number);
    let FieldKind::Money { .. } = kind else {
        return plain;
    };
    match in_wan(number).filter(|_| in_wan_too) {
        Some(wan) => format!("{plain}（{wan}）"),
        None => plain,
    }
}

/// A number with separators and unit, without 万: `80,000.00 CNY`, `66.67 %`, `29.5`.
pub(super) fn plain_number(kind: &FieldKind, number: Decimal) -> String {
    match kind {
        FieldKind::Money { currency, decimals } => {
            format!("{} {currency}", fixed(number, *decimals))
        }
        FieldKind::Percent { decimals } => number.checked_mul(Decimal::ONE_HUNDRED).map_or_else(
            || number.to_string(),
            |percent| format!("{} %", fixed(percent, decimals.saturating_sub(2))),
        ),
        FieldKind::Text
        | FieldKind::Number { .. }
        | FieldKind::Date
        | FieldKind::Time
        | FieldKind::Flag
        | FieldKind::Choice { .. }
        | FieldKind::Person
        | FieldKind::Department
        | FieldKind::Ref { .. }
        | FieldKind::File { .. }
        | FieldKind::Table { .. } => separated(&number.normalize().to_string()),
    }
}

/// With exactly so many decimals, unless it has more (then all: what is shown is what is kept).
fn fixed(number: Decimal, decimals: u32) -> String {
    let mut number = number.normalize();
    if number.scale() < decimals {
        number.rescale(decimals);
    }
    separated(&number.to_string())
}

/// Thousands separators.
fn separated(text: &str) -> String {
    let (sign, unsigned) = text
        .strip_prefix('-')
        .map_or(("", text), |unsigned| ("-", unsigned));
    let (whole, part) = unsigned
        .split_once('.')
        .map_or((unsigned, None), |(whole, part)| (whole, Some(part)));
    let mut grouped = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    match part {
        Some(part) => format!("{sign}{grouped}.{part}"),
        None => format!("{sign}{grouped}"),
    }
}

/// `≈ 123.5 万`, `1 万`, `≈ 1.23 亿`: from ten thousand on; `≈` only where it is rounded.
pub fn in_wan(number: Decimal) -> Option<String> {
    if number.abs() < Decimal::from(WAN) {
        return None;
    }
    let in_units = |unit: i64, decimals: u32| {
        let exact = number.checked_div(Decimal::from(unit))?;
        Some((exact, round(exact, decimals)))
    };
    let (exact, shown) = in_units(WAN, 1)?;
    // 9999.96 万 rounds to 10 000.0 万, which is read as 1 亿.
    let (exact, shown, word) = if shown.abs() < Decimal::from(YI / WAN) {
        (exact, shown, "万")
    } else {
        let (exact, shown) = in_units(YI, 2)?;
        (exact, shown, "亿")
    };
    let about = if exact == shown { "" } else { "≈ " };
    let shown = separated(&shown.normalize().to_string());
    Some(format!("{about}{shown} {word}"))
}

/// The values of a record as people read them, for templates: every field of the type by name; tables as lists of rows.
/// A reference is its title, or (where a path through it is read) an object with the fields of the record.
pub fn shown(fields: &[Field], values: &Values, lang: Lang) -> Json {
    shown_with(fields, values, lang, &[], &AsIds)
}

/// As [`shown`], with names of people, units, records and files, for a template that reads this
/// ([`crate::template::Template::readings`]). A flag that is false is `否`, but empty where it is asked for by `{{#if}}`,
/// because every text that is not empty counts as true there.
pub fn shown_with(
    fields: &[Field],
    values: &Values,
    lang: Lang,
    readings: &[Reading],
    called: &dyn Called,
) -> Json {
    Json::Object(object(fields, values, lang, readings, called))
}

fn object(
    fields: &[Field],
    values: &Values,
    lang: Lang,
    readings: &[Reading],
    called: &dyn Called,
) -> Map<String, Json> {
    fields
        .iter()
        .map(|field| {
            let value = values.get(&field.name).unwrap_or(&Value::Empty);
            (
                field.name.clone(),
                for_template(field, value, lang, readings, called),
            )
        })
        .collect()
}

fn for_template(
    field: &Field,
    value: &Value,
    lang: Lang,
    readings: &[Reading],
    called: &dyn Called,
) -> Json {
    let through = readings.iter().any(|reading| {
        let rest = reading.path.strip_prefix(field.name.as_str());
        rest.is_some_and(|rest| rest.starts_with('.'))
    });
    let only_shown = readings.iter().any(|reading| reading.path == field.name)
        && !readings
            .iter()
            .any(|reading| reading.path == field.name && reading.tested);
    match (&field.kind, value) {
        (FieldKind::Table { columns }, Value::List(rows)) => rows
            .iter()
            .map(|row| {
                if let Value::Map(cells) = row {
                    Json::Object(object(columns, cells, lang, &[], called))
                } else {
                    Json::String(show_with(field, row, lang, called))
                }
            })
            .collect(),
        (FieldKind::Table { .. }, _) => Json::Array(vec![]),
        (FieldKind::Ref { to }, Value::Text(id)) if through => called
            .look_up(to, id)
            .map_or(Json::Null, |(fields, values)| {
                Json::Object(object(fields, &values, lang, &[], called))
            }),
        (FieldKind::Flag, Value::Flag(false)) if !only_shown => Json::String(String::new()),
        (_, Value::Empty) => Json::Null,
        (_, value) => Json::String(show_with(field, value, lang, called)),
    }
}
