//! Limits of a field: smallest and largest numbers, length and form of texts.

use rust_decimal::Decimal;

use crate::dialect::map::MapReader;
use crate::dialect::reader::Reader;
use crate::dialect::scalar;
use crate::field::{Bounds, FieldKind};

/// Every key that limits.
pub const ALL_LIMITS: [&str; 5] = ["min", "max", "more_than", "less_than", "pattern"];

/// The limits that belong to the type.
pub fn bounds(reader: &mut Reader, map: &mut MapReader<'_>, kind: &FieldKind) -> Bounds {
    match kind {
        FieldKind::Money { .. } | FieldKind::Number { .. } | FieldKind::Percent { .. } => {
            number_bounds(reader, map)
        }
        FieldKind::Text => text_bounds(reader, map),
        FieldKind::Date
        | FieldKind::Time
        | FieldKind::Flag
        | FieldKind::Choice { .. }
        | FieldKind::Person
        | FieldKind::Department
        | FieldKind::Ref { .. }
        | FieldKind::File { .. }
        | FieldKind::Table { .. } => Bounds::default(),
    }
}

fn number_bounds(reader: &mut Reader, map: &mut MapReader<'_>) -> Bounds {
    let mut limit = |reader: &mut Reader, key: &'static str| -> Option<Decimal> {
        map.get(key).and_then(|node| scalar::number(reader, node))
    };
    let bounds = Bounds {
        min: limit(reader, "min"),
        max: limit(reader, "max"),
        more_than: limit(reader, "more_than"),
        less_than: limit(reader, "less_than"),
        ..Bounds::default()
    };
    let low = bounds.min.max(bounds.more_than);
    let high = match (bounds.max, bounds.less_than) {
        (Some(max), Some(less)) => Some(max.min(less)),
        (max, less) => max.or(less),
    };
    if let (Some(low), Some(high)) = (low, high)
        && (low > high
            || (low == high && (bounds.more_than == Some(low) || bounds.less_than == Some(high))))
    {
        reader.error(
            "empty-range",
            map.span,
            (
                format!("没有数能既不小于 {low} 又不大于 {high}"),
                format!("No number is at least {low} and at most {high}"),
            ),
            ("检查上下限", "Check the limits"),
        );
    }
    bounds
}

/// Most characters a text field may allow.
const TEXT_CHARS_MAX: u32 = 20_000;

fn text_bounds(reader: &mut Reader, map: &mut MapReader<'_>) -> Bounds {
    let max_chars = map
        .get("max")
        .and_then(|node| scalar::count(reader, node, 1, TEXT_CHARS_MAX))
        .and_then(|count| usize::try_from(count).ok());
    let pattern = map.get("pattern").and_then(|node| {
        let word = scalar::text(reader, node)?;
        if let Err(error) = regex_lite::Regex::new(&word.text) {
            reader.error(
                "bad-pattern",
                node.span,
                (
                    format!("格式表达式读不懂：{error}"),
                    format!("The pattern cannot be read: {error}"),
                ),
                (
                    "这是正则表达式，例如 '^SH-[0-9]{4}$'",
                    "This is a regular expression, for example '^SH-[0-9]{4}$'",
                ),
            );
            return None;
        }
        Some(word.text)
    });
    Bounds {
        max_chars,
        pattern,
        ..Bounds::default()
    }
}
