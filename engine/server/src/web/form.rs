//! Forms: from what a browser posts to JSON values, and from values to what an input shows.
//!
//! Inputs are named `f.<field>`, cells of tables `f.<field>.<row>.<column>`. Numbers may be typed with separators and in
//! full-width digits; shares are typed in percent.

use assent_runtime::app::{FormField, Json, JsonMap};

/// What was posted, in order, as it was typed.
#[derive(Clone, Debug, Default)]
pub struct Typed(pub Vec<(String, String)>);

impl Typed {
    /// A value that is not a field of the record (`do`, `comment`, `round`).
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// The same, empty when it was not posted.
    pub fn text(&self, name: &str) -> &str {
        self.get(name).unwrap_or_default()
    }

    /// Everything that was typed under a name, without what was left empty.
    pub fn each(&self, name: &str) -> Vec<&str> {
        self.0
            .iter()
            .filter(|(known, value)| known == name && !value.trim().is_empty())
            .map(|(_, value)| value.trim())
            .collect()
    }

    /// What was typed for a field (or a cell).
    pub fn one(&self, field: &str) -> Option<&str> {
        self.get(&input_name(field))
    }

    /// Everything that was given for a field.
    pub fn all(&self, field: &str) -> Vec<&str> {
        let name = input_name(field);
        self.0
            .iter()
            .filter(|(known, value)| *known == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
            .collect()
    }

    /// Rows that were posted for a table.
    pub fn rows(&self, field: &str) -> usize {
        let start = format!("{}.", input_name(field));
        self.0
            .iter()
            .filter_map(|(name, _)| {
                name.strip_prefix(&start)?
                    .split('.')
                    .next()?
                    .parse::<usize>()
                    .ok()
            })
            .map(|row| row + 1)
            .max()
            .unwrap_or(0)
            .min(TABLE_ROWS_MAX)
    }
}

/// Most rows a table takes from a form.
pub const TABLE_ROWS_MAX: usize = 500;

/// The input's name of a field.
pub fn input_name(field: &str) -> String {
    format!("f.{field}")
}

/// The hidden input that carries a picked file's name, so that a form that comes back can say it.
pub fn file_name(id: &str) -> String {
    format!("name:{id}")
}

/// The posted values of these fields as JSON: what is empty becomes `null`, what was not posted is left out.
pub fn values(typed: &Typed, fields: &[FormField]) -> JsonMap {
    let mut values = JsonMap::new();
    for field in fields.iter().filter(|field| field.write && !field.computed) {
        if field.kind == "table" {
            let rows = table(typed, field);
            if typed.rows(&field.name) > 0 {
                values.insert(field.name.clone(), Json::Array(rows));
            }
            continue;
        }
        if field.kind == "file" || field.kind == "people" {
            let ids = typed.all(&field.name);
            if typed.one(&field.name).is_some() {
                let list: Json = ids.iter().copied().map(Json::from).collect();
                let none = field.kind == "file" && ids.is_empty();
                values.insert(field.name.clone(), if none { Json::Null } else { list });
            }
            continue;
        }
        if let Some(text) = typed.one(&field.name) {
            values.insert(field.name.clone(), value(field, text));
        }
    }
    values
}

fn table(typed: &Typed, field: &FormField) -> Vec<Json> {
    let mut rows = Vec::new();
    for row in 0..typed.rows(&field.name) {
        let mut cells = JsonMap::new();
        for column in &field.columns {
            let path = format!("{}.{row}.{}", field.name, column.name);
            if let Some(text) = typed.one(&path).filter(|text| !text.trim().is_empty()) {
                cells.insert(column.name.clone(), value(column, text));
            }
        }
        if !cells.is_empty() {
            rows.push(Json::Object(cells));
        }
    }
    rows
}

/// One typed text as the JSON its kind wants; a text that is no number stays as it is, and is refused with its field.
fn value(field: &FormField, text: &str) -> Json {
    let text = text.trim();
    if text.is_empty() {
        return Json::Null;
    }
    match field.kind {
        "money" | "number" => Json::from(number(text)),
        "percent" => Json::from(shift(&number(text.trim_end_matches(['%', '％'])), -2)),
        "flag" => match text {
            "true" => Json::Bool(true),
            "false" => Json::Bool(false),
            other => Json::from(other),
        },
        _ => Json::from(text.replace("\r\n", "\n")),
    }
}

/// A number as people type it: separators and blanks go, full-width digits become plain ones.
fn number(text: &str) -> String {
    text.chars()
        .filter(|letter| !matches!(letter, ',' | '，' | ' ' | '\u{a0}' | '\u{3000}' | '_'))
        .map(|letter| match letter {
            '０'..='９' | '．' | '－' => {
                char::from_u32(u32::from(letter) - 0xFEE0).unwrap_or(letter)
            }
            '。' => '.',
            other => other,
        })
        .collect()
}

/// Moves the decimal point of a plain number by `places` (2: 0.85 → 85), exactly; anything else comes back as it was.
fn shift(text: &str, places: i32) -> String {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text),
    };
    let plain = digits
        .chars()
        .all(|letter| letter.is_ascii_digit() || letter == '.');
    if digits.is_empty() || !plain || digits.matches('.').count() > 1 {
        return text.to_owned();
    }
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let (mut whole, mut part) = (whole.to_owned(), part.to_owned());
    for _ in 0..places.unsigned_abs() {
        if places > 0 {
            let next = if part.is_empty() { '0' } else { part.remove(0) };
            whole.push(next);
        } else {
            part.insert(0, whole.pop().unwrap_or('0'));
        }
    }
    let whole = whole.trim_start_matches('0');
    let part = part.trim_end_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    if part.is_empty() {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{part}")
    }
}

/// What the input of a field shows for its value now.
pub fn shown(field: &FormField) -> String {
    plain(field, &field.value)
}

/// A value as its input shows it.
pub fn plain(field: &FormField, value: &Json) -> String {
    let text = match value {
        Json::Null => return String::new(),
        Json::String(text) => text.clone(),
        Json::Bool(_) | Json::Number(_) => value.to_string(),
        Json::Object(map) => map
            .get("id")
            .or_else(|| map.get("amount"))
            .and_then(Json::as_str)
            .unwrap_or_default()
            .to_owned(),
        Json::Array(list) => list
            .first()
            .and_then(Json::as_str)
            .unwrap_or_default()
            .to_owned(),
    };
    match field.kind {
        "percent" => shift(&text, 2),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_move_exactly() {
        assert_eq!(shift("0.8512", 2), "85.12");
        assert_eq!(shift("0.85", 2), "85");
        assert_eq!(shift("85", -2), "0.85");
        assert_eq!(shift("5", -2), "0.05");
        assert_eq!(shift("-12.5", -2), "-0.125");
        assert_eq!(shift("100", -2), "1");
        assert_eq!(shift("八成", -2), "八成");
    }

    #[test]
    fn numbers_are_read_as_people_type_them() {
        assert_eq!(number("１，２３４．５０"), "1234.50");
        assert_eq!(number(" 1,234,567.00 "), "1234567.00");
        assert_eq!(number("十"), "十");
    }

    #[test]
    fn rows_are_counted_and_capped() {
        let typed = Typed(vec![
            ("f.lines.0.part".into(), "a".into()),
            ("f.lines.99999.part".into(), "b".into()),
        ]);
        assert_eq!(typed.rows("lines"), TABLE_ROWS_MAX);
    }
}
