//! One value as people read it.

use std::collections::BTreeMap;

use assent_core::directory::Directory;
use assent_core::field::FieldKind;
use assent_core::text::{Lang, Text};
use assent_core::value::{Value, Values};
use rust_decimal::{Decimal, RoundingStrategy};

use crate::app::Json;

/// From here on an amount is also said in 万.
const WAN_FROM: i64 = 100_000;
/// Most rows of a table that are said in one line.
const ROWS_SHOWN_MAX: usize = 3;

/// Where names of people, units and referenced records come from.
#[derive(Clone, Copy)]
pub(crate) struct Names<'a> {
    pub directory: &'a Directory,
    /// Titles of referenced records by (entity, id).
    pub records: &'a BTreeMap<(String, String), String>,
}

/// A value as people read it; empty when it is not filled in.
pub(crate) fn shown(kind: &FieldKind, value: &Value, names: Names<'_>) -> Text {
    match value {
        Value::Empty => Text::default(),
        Value::Flag(yes) => {
            if *yes {
                Text::new("是", "Yes")
            } else {
                Text::new("否", "No")
            }
        }
        Value::Number(number) => number_shown(kind, *number),
        Value::Date(date) => Text::same(date.to_string()),
        Value::Time(at) => Text::same(time_shown(at.0)),
        Value::Text(text) => text_shown(kind, text, names),
        Value::List(items) => list_shown(kind, items, names),
        Value::Map(row) => row_shown(kind, row, names),
    }
}

fn number_shown(kind: &FieldKind, number: Decimal) -> Text {
    match kind {
        FieldKind::Money { currency, decimals } => {
            let plain = format!("{} {currency}", grouped(number, Some(*decimals)));
            let wan = (number.abs() >= Decimal::from(WAN_FROM)).then(|| {
                let wan = (number / Decimal::from(10_000))
                    .round_dp_with_strategy(1, RoundingStrategy::MidpointAwayFromZero);
                format!("（{} 万）", wan.normalize())
            });
            Text {
                zh: format!("{plain}{}", wan.unwrap_or_default()),
                en: plain,
            }
        }
        FieldKind::Percent { decimals } => {
            let hundredfold = number * Decimal::ONE_HUNDRED;
            Text::same(format!(
                "{} %",
                grouped(hundredfold, Some(decimals.saturating_sub(2)))
            ))
        }
        FieldKind::Number { decimals } => Text::same(grouped(number, Some(*decimals))),
        FieldKind::Text
        | FieldKind::Date
        | FieldKind::Time
        | FieldKind::Flag
        | FieldKind::Choice { .. }
        | FieldKind::Person
        | FieldKind::Department
        | FieldKind::Ref { .. }
        | FieldKind::File { .. }
        | FieldKind::Table { .. } => Text::same(grouped(number, None)),
    }
}

/// `1,234,567.50`; with that many decimals, or as many as it has. Never rounds: more decimals than declared are shown.
fn grouped(number: Decimal, decimals: Option<u32>) -> String {
    let mut number = number;
    if let Some(decimals) = decimals
        && number.scale() < decimals
    {
        number.rescale(decimals);
    } else if let Some(decimals) = decimals {
        let short = number.trunc_with_scale(decimals);
        number = if short == number { short } else { number };
    }
    let text = number.to_string();
    let (sign, text) = text
        .strip_prefix('-')
        .map_or(("", text.as_str()), |rest| ("-", rest));
    let (whole, fraction) = text
        .split_once('.')
        .map_or((text, None), |(w, f)| (w, Some(f)));
    let mut out = String::from(sign);
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

/// UTC with a mark: a time field's zone is the reader's, whom nobody knows here.
fn time_shown(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms)
        .map(|at| at.strftime("%Y-%m-%d %H:%M UTC").to_string())
        .unwrap_or_default()
}

fn text_shown(kind: &FieldKind, text: &str, names: Names<'_>) -> Text {
    match kind {
        FieldKind::Choice { options } => options
            .iter()
            .find(|(id, _)| id == text)
            .map_or_else(|| Text::same(text), |(_, name)| name.clone()),
        FieldKind::Person => Text::same(names.directory.name(text)),
        FieldKind::Department => names
            .directory
            .units
            .get(text)
            .map_or_else(|| Text::same(text), |unit| unit.name.clone()),
        FieldKind::Ref { to } => Text::same(
            names
                .records
                .get(&(to.clone(), text.to_owned()))
                .map_or(text, String::as_str),
        ),
        FieldKind::Text
        | FieldKind::Money { .. }
        | FieldKind::Number { .. }
        | FieldKind::Percent { .. }
        | FieldKind::Date
        | FieldKind::Time
        | FieldKind::Flag
        | FieldKind::File { .. }
        | FieldKind::Table { .. } => Text::same(text),
    }
}

fn list_shown(kind: &FieldKind, items: &[Value], names: Names<'_>) -> Text {
    if matches!(kind, FieldKind::Table { .. }) {
        let n = items.len();
        let rows: Vec<Text> = items
            .iter()
            .take(ROWS_SHOWN_MAX)
            .map(|row| shown(kind, row, names))
            .collect();
        let more = if n > ROWS_SHOWN_MAX { " …" } else { "" };
        let join = |lang: Lang| {
            let rows: Vec<&str> = rows.iter().map(|row| row.get(lang)).collect();
            rows.join("; ")
        };
        return Text::new(
            format!("{n} 行：{}{more}", join(Lang::Zh)),
            format!("{n} rows: {}{more}", join(Lang::En)),
        );
    }
    let items: Vec<Text> = items.iter().map(|item| shown(kind, item, names)).collect();
    let join = |lang: Lang, comma: &str| {
        let items: Vec<&str> = items.iter().map(|item| item.get(lang)).collect();
        items.join(comma)
    };
    Text::new(join(Lang::Zh, "、"), join(Lang::En, ", "))
}

fn row_shown(kind: &FieldKind, row: &Values, names: Names<'_>) -> Text {
    let columns: &[assent_core::field::Field] = match kind {
        FieldKind::Table { columns } => columns,
        _ => &[],
    };
    let cells: Vec<Text> = row
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| {
            let column = columns.iter().find(|column| column.name == *name);
            let kind = column.map_or(&FieldKind::Text, |column| &column.kind);
            shown(kind, value, names)
        })
        .collect();
    let join = |lang: Lang| {
        let cells: Vec<&str> = cells.iter().map(|cell| cell.get(lang)).collect();
        cells.join(" ")
    };
    Text::new(join(Lang::Zh), join(Lang::En))
}

/// The word for a field's kind in views.
pub(crate) fn kind_word(kind: &FieldKind) -> &'static str {
    match kind {
        FieldKind::Text => "text",
        FieldKind::Money { .. } => "money",
        FieldKind::Number { .. } => "number",
        FieldKind::Percent { .. } => "percent",
        FieldKind::Date => "date",
        FieldKind::Time => "time",
        FieldKind::Flag => "flag",
        FieldKind::Choice { .. } => "choice",
        FieldKind::Person => "person",
        FieldKind::Department => "department",
        FieldKind::Ref { .. } => "ref",
        FieldKind::File { .. } => "file",
        FieldKind::Table { .. } => "table",
    }
}

/// A value as the API gives it: numbers as text, so that no reader makes a float of them.
pub(crate) fn api_value(value: &Value) -> Json {
    match value {
        Value::Empty => Json::Null,
        Value::Flag(yes) => Json::Bool(*yes),
        Value::Number(number) => Json::String(number.to_string()),
        Value::Text(text) => Json::String(text.clone()),
        Value::Date(date) => Json::String(date.to_string()),
        Value::Time(at) => Json::String(
            jiff::Timestamp::from_millisecond(at.0)
                .map(|at| at.to_string())
                .unwrap_or_default(),
        ),
        Value::List(items) => Json::Array(items.iter().map(api_value).collect()),
        Value::Map(row) => Json::Object(
            row.iter()
                .map(|(name, value)| (name.clone(), api_value(value)))
                .collect(),
        ),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn money(text: &str) -> Text {
        let kind = FieldKind::Money {
            currency: "CNY".into(),
            decimals: 2,
        };
        let names = Names {
            directory: &Directory::default(),
            records: &BTreeMap::new(),
        };
        shown(&kind, &Value::Number(text.parse().unwrap()), names)
    }

    #[test]
    fn money_has_groups_and_wan() {
        assert_eq!(money("80000").zh, "80,000.00 CNY");
        assert_eq!(money("1234567.5").zh, "1,234,567.50 CNY（123.5 万）");
        assert_eq!(money("1234567.5").en, "1,234,567.50 CNY");
        assert_eq!(money("-0.5").en, "-0.50 CNY");
        assert_eq!(money("1.005").en, "1.005 CNY", "nothing is rounded away");
        assert_eq!(money("1.1000").en, "1.10 CNY");
    }

    #[test]
    fn shares_read_as_percent() {
        let names = Names {
            directory: &Directory::default(),
            records: &BTreeMap::new(),
        };
        let shown = shown(
            &FieldKind::Percent { decimals: 4 },
            &Value::Number("0.7".parse().unwrap()),
            names,
        );
        assert_eq!(shown.zh, "70.00 %");
    }
}
