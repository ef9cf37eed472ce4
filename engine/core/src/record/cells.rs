//! Two values side by side as people read them: a field as a whole, a table row by row and column by column.

use super::show::{Called, show_with};
use crate::field::{Field, FieldKind};
use crate::text::{Lang, Text};
use crate::value::{Value, Values};

/// One place where two records differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What people call the place: the field, and for a table the row (from 1) and the column.
    pub label: Text,
    /// Before; empty when it was not filled in.
    pub before: Text,
    /// After; empty when it is not filled in.
    pub after: Text,
}

/// Where two values of a field differ. Of a table: the cells that differ, rows that were added and rows that are gone, each
/// by its number; rows that only moved down because one was added above them do not differ.
pub fn differences(field: &Field, was: &Value, is: &Value, called: &dyn Called) -> Vec<Difference> {
    if was == is || (was.is_empty() && is.is_empty()) {
        return vec![];
    }
    let FieldKind::Table { columns } = &field.kind else {
        return vec![Difference {
            label: field.label.clone(),
            before: said(field, was, called),
            after: said(field, is, called),
        }];
    };
    let (before, after) = (was.rows(), is.rows());
    let same = |(one, other): &(&Values, &Values)| one == other;
    let start = before.iter().copied().zip(after.iter().copied());
    let start = start.take_while(same).count();
    let end = before[start..].iter().rev().copied();
    let end = end
        .zip(after[start..].iter().rev().copied())
        .take_while(same)
        .count();
    let (old, new) = (
        &before[start..before.len() - end],
        &after[start..after.len() - end],
    );
    let mut found = vec![];
    for at in 0..old.len().max(new.len()) {
        let row = numbered(&field.label, start + at + 1);
        match (old.get(at), new.get(at)) {
            (Some(was), Some(is)) => cells(&row, columns, was, is, called, &mut found),
            (was, is) => found.push(Difference {
                label: row,
                before: was.map_or_else(Text::default, |row| row_said(columns, row, called)),
                after: is.map_or_else(Text::default, |row| row_said(columns, row, called)),
            }),
        }
    }
    found
}

/// A row in one line: what is filled in, in the order of the columns.
pub fn row_said(columns: &[Field], row: &Values, called: &dyn Called) -> Text {
    let line = |lang: Lang| {
        let filled = columns.iter().filter_map(|column| {
            let value = row.get(&column.name).filter(|value| !value.is_empty())?;
            Some(show_with(column, value, lang, called))
        });
        filled.collect::<Vec<_>>().join(lang.pick("，", ", "))
    };
    Text::new(line(Lang::Zh), line(Lang::En))
}

fn cells(
    row: &Text,
    columns: &[Field],
    was: &Values,
    is: &Values,
    called: &dyn Called,
    found: &mut Vec<Difference>,
) {
    for column in columns {
        let was = was.get(&column.name).unwrap_or(&Value::Empty);
        let is = is.get(&column.name).unwrap_or(&Value::Empty);
        if was == is || (was.is_empty() && is.is_empty()) {
            continue;
        }
        found.push(Difference {
            label: Text::new(
                format!("{} {}", row.zh, column.label.zh),
                format!("{} {}", row.en, column.label.en),
            ),
            before: said(column, was, called),
            after: said(column, is, called),
        });
    }
}

fn numbered(label: &Text, row: usize) -> Text {
    Text::new(
        format!("{} 第 {row} 行", label.zh),
        format!("{} row {row}", label.en),
    )
}

fn said(field: &Field, value: &Value, called: &dyn Called) -> Text {
    Text::new(
        show_with(field, value, Lang::Zh, called),
        show_with(field, value, Lang::En, called),
    )
}
