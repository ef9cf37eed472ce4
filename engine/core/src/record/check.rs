//! Limits of values: type, bounds, decimals, patterns, options; and what is required.

use regex_lite::Regex;
use rust_decimal::Decimal;

use super::fault::{self, At, FieldFault};
use super::show::plain_number;
use crate::field::{Bounds, Field, FieldKind};
use crate::value::{Value, Values};

/// Most characters of a text unless the field says otherwise.
pub const TEXT_CHARS_MAX: usize = 4_000;
/// Most files, people or records one field names.
pub const IDS_MAX: usize = 100;
/// Longest id, in bytes.
const ID_BYTES_MAX: usize = 200;
/// Most rows of a table.
pub const ROWS_MAX: usize = 500;

/// Checks every value that is filled in. Fields that are not there, or empty, are not complained about; see [`missing`].
pub fn check(fields: &[Field], values: &Values) -> Vec<FieldFault> {
    let mut faults = vec![];
    for (name, value) in values {
        match fields.iter().find(|field| field.name == *name) {
            Some(field) => check_value(field, value, &At::field(field), &mut faults),
            None => faults.push(fault::unknown(name, fields, None)),
        }
    }
    faults
}

/// The required fields that are not filled in, and required columns of rows that are there. Fields people cannot fill
/// in, and those only a decision needs, are left out.
pub fn missing(fields: &[Field], values: &Values) -> Vec<FieldFault> {
    let mut faults = vec![];
    for field in fields {
        let value = values.get(&field.name).unwrap_or(&Value::Empty);
        missing_in(field, value, &At::field(field), &mut faults);
    }
    faults
}

fn missing_in(field: &Field, value: &Value, at: &At, faults: &mut Vec<FieldFault>) {
    let by_people =
        field.computed.is_none() && field.filled_by.is_none() && field.required_to.is_none();
    if field.required && by_people && value.is_empty() {
        faults.push(fault::required(at));
    }
    let (FieldKind::Table { columns }, Value::List(rows)) = (&field.kind, value) else {
        return;
    };
    for (number, row) in rows.iter().enumerate() {
        let Value::Map(cells) = row else { continue };
        for column in columns {
            let cell = cells.get(&column.name).unwrap_or(&Value::Empty);
            missing_in(column, cell, &at.cell(number, column), faults);
        }
    }
}

fn check_value(field: &Field, value: &Value, at: &At, faults: &mut Vec<FieldFault>) {
    if value.is_empty() {
        return;
    }
    let found = match (&field.kind, value) {
        (FieldKind::Text, Value::Text(text)) => check_text(&field.bounds, text, at),
        (
            FieldKind::Money { decimals, .. }
            | FieldKind::Number { decimals }
            | FieldKind::Percent { decimals },
            Value::Number(number),
        ) => check_number(field, *number, *decimals, at),
        (FieldKind::Date, Value::Date(date)) => {
            let known = (1..=9999).contains(&date.year());
            (!known).then(|| {
                at.fault(
                    "field_type",
                    "的年份不对，请填写 1 到 9999 年的日期。",
                    "has an impossible year.",
                )
            })
        }
        (FieldKind::Time, Value::Time(moment)) => jiff::Timestamp::from_millisecond(moment.0)
            .is_err()
            .then(|| {
                at.fault(
                    "field_type",
                    "不是有效的时间。",
                    "is not a valid point in time.",
                )
            }),
        (FieldKind::Flag, Value::Flag(_)) => None,
        (FieldKind::Choice { options }, Value::Text(id)) => {
            let known = options.iter().any(|(option, _)| option == id);
            (!known).then(|| unknown_option(id, options, at))
        }
        (
            FieldKind::Person
            | FieldKind::Department
            | FieldKind::Ref { .. }
            | FieldKind::File { .. },
            Value::Text(_) | Value::List(_),
        ) => check_ids(value, at),
        (FieldKind::Table { columns }, Value::List(rows)) => {
            check_rows(columns, rows, at, faults);
            None
        }
        (kind, _) => Some(wrong_type(kind, at)),
    };
    faults.extend(found);
}

/// A value of another type than the field's.
pub(super) fn wrong_type(kind: &FieldKind, at: &At) -> FieldFault {
    let (zh, en) = match kind {
        FieldKind::Text => ("要填写文字。", "must be a text."),
        FieldKind::Money { .. } => (
            "要填写金额，例如 80000.00。",
            "must be an amount, like 80000.00.",
        ),
        FieldKind::Number { .. } => ("要填写数，例如 12.5。", "must be a number, like 12.5."),
        FieldKind::Percent { .. } => (
            "要填写比例，例如 0.85（表示 85 %）。",
            "must be a share, like 0.85 (85 %).",
        ),
        FieldKind::Date => (
            "要填写日期，例如 2026-03-02。",
            "must be a date, like 2026-03-02.",
        ),
        FieldKind::Time => (
            "要填写时间，例如 2026-03-02T09:00:00+08:00。",
            "must be a point in time, like 2026-03-02T09:00:00+08:00.",
        ),
        FieldKind::Flag => ("要填写是或否。", "must be yes or no."),
        FieldKind::Choice { .. } => ("要选择一个选项。", "must be one of the options."),
        FieldKind::Person => ("要选择人员。", "must be a person."),
        FieldKind::Department => ("要选择部门。", "must be a department."),
        FieldKind::Ref { .. } => ("要选择一条记录。", "must be a record."),
        FieldKind::File { .. } => ("要上传文件。", "must be files."),
        FieldKind::Table { .. } => ("要填写明细行。", "must be rows."),
    };
    at.fault("field_type", zh, en)
}

/// A choice nobody offers.
pub(super) fn unknown_option(
    id: &str,
    options: &[(String, crate::text::Text)],
    at: &At,
) -> FieldFault {
    let ids: Vec<&str> = options.iter().map(|(id, _)| id.as_str()).collect();
    let zh: Vec<&str> = options.iter().map(|(_, name)| name.zh.as_str()).collect();
    at.fault(
        "field_option",
        format!(
            "没有选项 {id}。可选：{}（{}）。",
            zh.join("、"),
            ids.join("、")
        ),
        format!("has no option {id}. Options: {}.", ids.join(", ")),
    )
}

fn check_text(bounds: &Bounds, text: &str, at: &At) -> Option<FieldFault> {
    let most = bounds.max_chars.unwrap_or(TEXT_CHARS_MAX);
    let chars = text.chars().count();
    if chars > most {
        return Some(at.fault(
            "field_too_long",
            format!("有 {chars} 个字，最多 {most} 个。"),
            format!("has {chars} characters; at most {most} are allowed."),
        ));
    }
    // No database text holds a NUL, and other control characters are never meant.
    if text
        .chars()
        .any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
    {
        return Some(at.fault(
            "field_characters",
            "里有看不见的控制字符，请删除后重新填写。",
            "contains control characters; remove them.",
        ));
    }
    let pattern = bounds.pattern.as_ref()?;
    let matches = whole(pattern).is_ok_and(|regex| regex.is_match(text));
    (!matches).then(|| {
        at.fault(
            "field_pattern",
            format!("的格式不对，应符合 {pattern}。"),
            format!("does not have the form {pattern}."),
        )
    })
}

/// A pattern that must match the whole text.
///
/// # Errors
/// The pattern is no regular expression.
pub fn whole(pattern: &str) -> Result<Regex, regex_lite::Error> {
    Regex::new(&format!("^(?:{pattern})$"))
}

fn check_number(field: &Field, number: Decimal, decimals: u32, at: &At) -> Option<FieldFault> {
    if number.normalize().scale() > decimals {
        let (zh, en) = if decimals == 0 {
            (
                "要填写整数。".to_owned(),
                "must be a whole number.".to_owned(),
            )
        } else {
            (
                format!("最多 {decimals} 位小数。"),
                format!("has at most {decimals} decimals."),
            )
        };
        return Some(at.fault("field_decimals", zh, en));
    }
    // Kept as a whole number of the smallest unit in 64 bits.
    let largest = Decimal::from_i128_with_scale(i128::from(i64::MAX), decimals);
    if number.abs() > largest {
        return Some(at.fault(
            "field_too_large",
            "太大，无法保存。",
            "is too large to be kept.",
        ));
    }
    out_of_bounds(field, number, at)
}

fn out_of_bounds(field: &Field, number: Decimal, at: &At) -> Option<FieldFault> {
    let bounds = &field.bounds;
    let shown = |limit: Decimal| plain_number(&field.kind, limit);
    if let Some(min) = bounds.min.filter(|min| number < *min) {
        let min = shown(min);
        return Some(at.fault(
            "field_too_small",
            format!("不能小于 {min}。"),
            format!("must not be less than {min}."),
        ));
    }
    if let Some(limit) = bounds.more_than.filter(|limit| number <= *limit) {
        let limit = shown(limit);
        return Some(at.fault(
            "field_too_small",
            format!("必须大于 {limit}。"),
            format!("must be more than {limit}."),
        ));
    }
    if let Some(max) = bounds.max.filter(|max| number > *max) {
        let max = shown(max);
        return Some(at.fault(
            "field_too_large",
            format!("不能大于 {max}。"),
            format!("must not be more than {max}."),
        ));
    }
    if let Some(limit) = bounds.less_than.filter(|limit| number >= *limit) {
        let limit = shown(limit);
        return Some(at.fault(
            "field_too_large",
            format!("必须小于 {limit}。"),
            format!("must be less than {limit}."),
        ));
    }
    None
}

fn check_ids(value: &Value, at: &At) -> Option<FieldFault> {
    let ids = value.ids();
    let count = match value {
        Value::List(list) => list.len(),
        Value::Empty
        | Value::Flag(_)
        | Value::Number(_)
        | Value::Text(_)
        | Value::Date(_)
        | Value::Time(_)
        | Value::Map(_) => 1,
    };
    if count > IDS_MAX {
        return Some(at.fault(
            "field_too_many",
            format!("有 {count} 项，最多 {IDS_MAX} 项。"),
            format!("has {count} entries; at most {IDS_MAX} are allowed."),
        ));
    }
    let sound = ids.len() == count
        && ids.iter().all(|id| {
            !id.is_empty() && id.len() <= ID_BYTES_MAX && !id.chars().any(char::is_control)
        });
    (!sound).then(|| {
        at.fault(
            "field_type",
            "的值不是有效的编号，请重新选择。",
            "is not a valid id; choose again.",
        )
    })
}

fn check_rows(columns: &[Field], rows: &[Value], at: &At, faults: &mut Vec<FieldFault>) {
    if rows.len() > ROWS_MAX {
        faults.push(at.fault(
            "field_too_many",
            format!("有 {} 行，最多 {ROWS_MAX} 行。", rows.len()),
            format!("has {} rows; at most {ROWS_MAX} are allowed.", rows.len()),
        ));
        return;
    }
    for (number, row) in rows.iter().enumerate() {
        let Value::Map(cells) = row else {
            faults.push(
                at.row(number)
                    .fault("field_type", "不是一行数据。", "is not a row."),
            );
            continue;
        };
        for (name, cell) in cells {
            match columns.iter().find(|column| column.name == *name) {
                Some(column) => check_value(column, cell, &at.cell(number, column), faults),
                None => faults.push(fault::unknown(name, columns, Some(&at.row(number)))),
            }
        }
    }
}
