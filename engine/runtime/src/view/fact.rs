//! A record's fields as facts.

use assent_core::definition::Definition;
use assent_core::field::{Field, FieldKind};
use assent_core::instance::Instance;
use assent_core::record::{differences, row_said, value_to_json};
use assent_core::text::Text;
use assent_core::value::{Value, Values};

use super::shown::{Names, kind_word, shown};
use crate::app::{ChangedFact, Fact, FactTable, FormOption};

/// Most fields that stand first when the flow marks none.
const FIRST_WITHOUT_MARKS: usize = 3;

/// The record's fields in order, without those in `hidden`. What is not filled in is never first: there it says nothing. Where
/// the flow marks none as first, the first filled ones are. What the system fills in appears once it has.
pub(crate) fn facts(
    fields: &[Field],
    values: &Values,
    hidden: &[String],
    names: Names<'_>,
) -> Vec<Fact> {
    let marked = fields.iter().any(|field| field.show_first);
    let mut first_left = FIRST_WITHOUT_MARKS;
    fields
        .iter()
        .filter(|field| !hidden.contains(&field.name))
        .filter(|field| {
            let by_system = field.computed.is_some() || field.filled_by.is_some();
            !by_system
                || values
                    .get(&field.name)
                    .is_some_and(|value| !value.is_empty())
        })
        .map(|field| {
            let value = values.get(&field.name).unwrap_or(&Value::Empty);
            let filled = !value.is_empty();
            let mut first = field.show_first && filled;
            if !marked && first_left > 0 && filled {
                first_left -= 1;
                first = true;
            }
            Fact {
                name: field.name.clone(),
                label: field.label.clone(),
                shown: shown(field, value, names),
                kind: kind_word(&field.kind),
                first,
                value: value_to_json(field, value),
                files: files(field, value, names),
                table: table(field, value, names),
            }
        })
        .collect()
}

/// The rows of a table; none while it has none.
fn table(field: &Field, value: &Value, names: Names<'_>) -> Option<FactTable> {
    let FieldKind::Table { columns } = &field.kind else {
        return None;
    };
    let found = value.rows();
    let cells = |row: &Values| {
        let cell = |column: &Field| {
            let value = row.get(&column.name).unwrap_or(&Value::Empty);
            shown(column, value, names)
        };
        columns.iter().map(cell).collect()
    };
    let heads = columns.iter();
    (!found.is_empty()).then(|| FactTable {
        columns: heads
            .map(|column| (column.label.clone(), kind_word(&column.kind)))
            .collect(),
        rows: found.iter().map(|row| cells(row)).collect(),
        lines: found
            .iter()
            .map(|row| row_said(columns, row, &names))
            .collect(),
    })
}

/// The files of a field, each with its name.
fn files(field: &Field, value: &Value, names: Names<'_>) -> Vec<FormOption> {
    if !matches!(field.kind, FieldKind::File { .. }) {
        return vec![];
    }
    let ids = value.ids().into_iter();
    let named = |id: &str| FormOption {
        id: id.to_owned(),
        name: shown(field, &Value::from(id), names),
    };
    ids.map(named).collect()
}

/// Fields hidden in every state the instance stands in: what a reader without a task must not see either.
pub(crate) fn hidden_everywhere(def: &Definition, instance: &Instance) -> Vec<String> {
    let mut standing = instance
        .active
        .iter()
        .filter_map(|active| def.state_ix(&active.state))
        .map(|ix| &def.states[ix].fields.hidden);
    let Some(first) = standing.next() else {
        return vec![];
    };
    let rest: Vec<_> = standing.collect();
    first
        .iter()
        .filter(|name| rest.iter().all(|hidden| hidden.contains(name)))
        .cloned()
        .collect()
}

/// What changed between two sets of values, field by field; of tables, row by row and column by column.
pub(crate) fn changed_facts(
    fields: &[Field],
    before: &Values,
    after: &Values,
    hidden: &[String],
    names: Names<'_>,
) -> Vec<ChangedFact> {
    let said = |text: Text| {
        if text == Text::default() {
            Text::new("（空）", "(empty)")
        } else {
            text
        }
    };
    let fields = fields.iter().filter(|field| !hidden.contains(&field.name));
    let all = fields.flat_map(|field| {
        let was = before.get(&field.name).unwrap_or(&Value::Empty);
        let is = after.get(&field.name).unwrap_or(&Value::Empty);
        differences(field, was, is, &names)
    });
    all.map(|differs| ChangedFact {
        label: differs.label,
        before: said(differs.before),
        after: said(differs.after),
    })
    .collect()
}
