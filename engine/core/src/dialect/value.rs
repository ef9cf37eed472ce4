//! Values written in a flow file: constants of tables, and the values of examples.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;

use crate::field::{Field, FieldKind};
use crate::time::Moment;
use crate::value::{Value, Values};

use super::map::items;
use super::reader::{Reader, Word};
use super::scalar;
use super::tree::{Node, NodeKind, Style};

/// A constant: number, date, yes or no, or a text.
pub fn constant(reader: &mut Reader, node: &Node) -> Option<Value> {
    let found = scalar::scalar(reader, node)?;
    if found.style == Style::Plain && meant_as_number(&found.text) {
        return scalar::number(reader, node).map(Value::Number);
    }
    Some(guess(node))
}

/// `85%`, `20万`, `2,000.00`: a number with something that does not belong to it. As a text it would never be compared.
fn meant_as_number(text: &str) -> bool {
    let folded = super::suggest::fold(text.trim());
    let bare = folded
        .trim_end_matches(['%', '万', '千', '亿', '元'])
        .replace([',', '￥', '¥'], "");
    bare != folded && scalar::exact(bare.trim()).is_some()
}

/// A value of unknown type: what it looks like. Quoted is always a text.
pub fn guess(node: &Node) -> Value {
    match &node.kind {
        NodeKind::Seq(items) => Value::List(items.iter().map(guess).collect()),
        NodeKind::Map(entries) => Value::Map(
            entries
                .iter()
                .map(|(key, node)| (key.text.clone(), guess(node)))
                .collect(),
        ),
        NodeKind::Scalar(_) if node.is_blank() => Value::Empty,
        NodeKind::Scalar(found) if found.style != Style::Plain => Value::Text(found.text.clone()),
        NodeKind::Scalar(found) => plain(&found.text),
    }
}

fn plain(text: &str) -> Value {
    if let Some(number) = scalar::exact(text) {
        return Value::Number(number);
    }
    if text.len() == "2026-03-02".len()
        && let Ok(date) = text.parse()
    {
        return Value::Date(date);
    }
    match text {
        "true" => Value::Flag(true),
        "false" => Value::Flag(false),
        _ => Value::Text(text.to_owned()),
    }
}

/// A value of a known type; what does not fit is reported.
pub fn typed(reader: &mut Reader, node: &Node, kind: &FieldKind, zone: &TimeZone) -> Option<Value> {
    if node.is_blank() {
        return Some(Value::Empty);
    }
    match kind {
        FieldKind::Text => {
            scalar::scalar(reader, node).map(|found| Value::Text(found.text.clone()))
        }
        FieldKind::Money { decimals, .. }
        | FieldKind::Number { decimals }
        | FieldKind::Percent { decimals } => {
            let number = scalar::number(reader, node)?;
            check_decimals(reader, node, number, *decimals);
            Some(Value::Number(number))
        }
        FieldKind::Date => scalar::date(reader, node).map(Value::Date),
        FieldKind::Time => {
            let civil = scalar::date_time(reader, node)?;
            moment(reader, node, civil, zone).map(Value::Time)
        }
        FieldKind::Flag => scalar::flag(reader, node).map(Value::Flag),
        FieldKind::Choice { options } => choice(reader, node, options),
        FieldKind::Person | FieldKind::Department | FieldKind::Ref { .. } => ids(reader, node),
        FieldKind::File { .. } => {
            let words = scalar::words(reader, node);
            Some(Value::List(
                words
                    .into_iter()
                    .map(|word| Value::Text(word.text))
                    .collect(),
            ))
        }
        FieldKind::Table { columns } => {
            let rows = items(node)
                .iter()
                .filter_map(|row| row_of(reader, row, columns, zone))
                .collect();
            Some(Value::List(rows))
        }
    }
}

fn check_decimals(reader: &mut Reader, node: &Node, number: Decimal, decimals: u32) {
    if number.normalize().scale() > decimals {
        reader.error(
            "too-many-decimals",
            node.span,
            (
                format!("这个字段只有 {decimals} 位小数"),
                format!("This field has {decimals} decimals"),
            ),
            (
                "减少小数位，或在字段里加大 decimals:",
                "Use fewer decimals, or raise decimals: of the field",
            ),
        );
    }
}

fn choice(
    reader: &mut Reader,
    node: &Node,
    options: &[(String, crate::text::Text)],
) -> Option<Value> {
    let word = scalar::text(reader, node)?;
    if options.iter().any(|(id, _)| *id == word.text) {
        return Some(Value::Text(word.text));
    }
    let known = options.iter().map(|(id, _)| id.as_str());
    reader.unknown("unknown-option", &word, ("选项", "option"), known);
    None
}

fn ids(reader: &mut Reader, node: &Node) -> Option<Value> {
    if node.items().is_none() {
        return scalar::text(reader, node).map(|word| Value::Text(word.text));
    }
    let words = scalar::words(reader, node);
    Some(Value::List(
        words
            .into_iter()
            .map(|word| Value::Text(word.text))
            .collect(),
    ))
}

fn row_of(reader: &mut Reader, node: &Node, columns: &[Field], zone: &TimeZone) -> Option<Value> {
    Some(Value::Map(record(reader, node, zone, |name| {
        let known = columns.iter().find(|field| field.name == name);
        known.map(|field| field.kind.clone()).ok_or_else(|| {
            columns
                .iter()
                .map(|field| field.name.clone())
                .collect::<Vec<_>>()
        })
    })?))
}

/// Values by name; `kind` knows the type of a name, or lists the known names.
pub fn record(
    reader: &mut Reader,
    node: &Node,
    zone: &TimeZone,
    kind: impl Fn(&str) -> Result<FieldKind, Vec<String>>,
) -> Option<Values> {
    let map = super::map::MapReader::open(reader, node, ("一组值", "set of values"))?;
    let mut values = Values::new();
    for (key, node) in map.written() {
        match kind(&key.text) {
            Ok(kind) => {
                if let Some(value) = typed(reader, node, &kind, zone) {
                    values.insert(key.text.clone(), value);
                }
            }
            Err(known) => {
                let word = Word {
                    text: key.text.clone(),
                    span: key.span,
                };
                let known = known.iter().map(String::as_str);
                reader.unknown("unknown-field", &word, ("字段", "field"), known);
            }
        }
    }
    Some(values)
}

/// Values by name, of unknown types.
pub fn guessed(reader: &mut Reader, node: &Node) -> Option<Values> {
    let map = super::map::MapReader::open(reader, node, ("一组值", "set of values"))?;
    Some(
        map.written()
            .iter()
            .map(|(key, node)| (key.text.clone(), guess(node)))
            .collect(),
    )
}

/// A clock time in a zone as a point in time.
pub fn moment(
    reader: &mut Reader,
    node: &Node,
    civil: DateTime,
    zone: &TimeZone,
) -> Option<Moment> {
    let found = civil.to_zoned(zone.clone()).ok();
    if found.is_none() {
        reader.error(
            "time-due",
            node.span,
            ("这个时间超出范围", "This point in time is out of range"),
            ("换一个时间", "Choose another time"),
        );
    }
    found.map(|zoned| Moment(zoned.timestamp().as_millisecond()))
}
