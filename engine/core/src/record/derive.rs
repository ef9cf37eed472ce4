//! Computed fields (`is:`): filled in after every change, each after those it is made of.

use std::collections::BTreeMap;

use crate::condition::{Expr, Facts};
use crate::field::{Field, FieldKind};
use crate::value::{Value, Values, round};

/// The computed fields that are made of each other in a circle, each circle once, in the order they read each other.
/// A field in a circle (or behind one) is never filled in.
pub fn circles(fields: &[Field]) -> Vec<Vec<String>> {
    let mut found: Vec<Vec<String>> = vec![];
    for (start, field) in fields.iter().enumerate() {
        let Some(circle) = way_back(fields, start) else {
            continue;
        };
        if !found.iter().any(|known| known.contains(&field.name)) {
            found.push(circle);
        }
    }
    found
}

/// The shortest way from a field through what it reads back to itself.
fn way_back(fields: &[Field], start: usize) -> Option<Vec<String>> {
    let mut came_from: BTreeMap<usize, usize> = BTreeMap::new();
    let mut next = vec![start];
    while !next.is_empty() {
        let mut after = vec![];
        for at in next {
            for read in reads(fields, at) {
                if read == start {
                    let mut way = vec![at];
                    while let Some(before) = way.last().and_then(|last| came_from.get(last)) {
                        way.push(*before);
                    }
                    way.reverse();
                    return Some(
                        way.into_iter()
                            .filter_map(|at| fields.get(at))
                            .map(|field| field.name.clone())
                            .collect(),
                    );
                }
                if read != start && !came_from.contains_key(&read) {
                    came_from.insert(read, at);
                    after.push(read);
                }
            }
        }
        next = after;
    }
    None
}

/// The computed fields (by index) that a field reads, also through a path into it.
fn reads(fields: &[Field], at: usize) -> Vec<usize> {
    let formulas = fields.get(at).map(formulas).unwrap_or_default();
    formulas
        .iter()
        .flat_map(|expr| expr.reads())
        .map(|path| path.split('.').next().unwrap_or(path))
        .filter_map(|root| fields.iter().position(|field| field.name == root))
        // A column may read other columns of its own table; those are not the table itself.
        .filter(|read| *read != at || fields.get(at).is_some_and(|field| field.computed.is_some()))
        .filter(|read| fields.get(*read).is_some_and(|field| !no_formulas(field)))
        .collect()
}

/// True for a field that has nothing to compute.
fn no_formulas(field: &Field) -> bool {
    formulas(field).is_empty()
}

/// The formulas of a field: its own, or those of its columns.
fn formulas(field: &Field) -> Vec<&Expr> {
    match (&field.computed, &field.kind) {
        (Some(expr), _) => vec![expr],
        (None, FieldKind::Table { columns }) => columns
            .iter()
            .filter_map(|column| column.computed.as_ref())
            .collect(),
        (None, _) => vec![],
    }
}

/// Fields with formulas in an order in which each comes after those it reads; fields in circles are left out.
fn order(fields: &[Field]) -> Vec<usize> {
    let mut order: Vec<usize> = vec![];
    let mut waiting: Vec<usize> = (0..fields.len())
        .filter(|at| fields.get(*at).is_some_and(|field| !no_formulas(field)))
        .collect();
    loop {
        let (ready, blocked): (Vec<usize>, Vec<usize>) = waiting
            .iter()
            .partition(|at| reads(fields, **at).iter().all(|read| order.contains(read)));
        if ready.is_empty() {
            return order;
        }
        order.extend(ready);
        waiting = blocked;
    }
}

/// What was computed so far, before the facts as they are stored.
struct Newest<'a> {
    computed: &'a Values,
    facts: &'a dyn Facts,
}

impl Facts for Newest<'_> {
    fn get(&self, path: &str) -> Option<Value> {
        let (root, rest) = path
            .split_once('.')
            .map_or((path, None), |(root, rest)| (root, Some(rest)));
        if let Some(value) = self.computed.get(root) {
            return match rest {
                None => Some(value.clone()),
                Some(column) => Some(super::facts::column(value, column)),
            };
        }
        self.facts.get(path)
    }
}

/// A row of a table before the record it stands in.
struct Row<'a> {
    columns: &'a [Field],
    cells: &'a Values,
    around: &'a dyn Facts,
}

impl Facts for Row<'_> {
    fn get(&self, path: &str) -> Option<Value> {
        if self.columns.iter().any(|column| column.name == path) {
            return Some(self.cells.get(path).cloned().unwrap_or_default());
        }
        self.around.get(path)
    }
}

/// The value of every computed field, from the facts. [`Value::Empty`] where something it is made of is not filled in or
/// has no result; numbers are rounded commercially to the field's decimals. Tables with computed columns are given whole.
pub fn computed(fields: &[Field], facts: &dyn Facts) -> Values {
    let mut done = Values::new();
    for at in order(fields) {
        let Some(field) = fields.get(at) else {
            continue;
        };
        let newest = Newest {
            computed: &done,
            facts,
        };
        let value = match (&field.computed, &field.kind) {
            (Some(expr), _) => Some(formula(field, expr, &newest)),
            (None, FieldKind::Table { columns }) => facts
                .get(&field.name)
                .map(|table| rows(columns, table, &newest)),
            (None, _) => None,
        };
        if let Some(value) = value {
            done.insert(field.name.clone(), value);
        }
    }
    for field in fields.iter().filter(|field| field.computed.is_some()) {
        done.entry(field.name.clone()).or_default();
    }
    done
}

fn formula(field: &Field, expr: &Expr, facts: &dyn Facts) -> Value {
    let Ok(value) = expr.value(facts) else {
        return Value::Empty;
    };
    match (&field.kind, value) {
        (
            FieldKind::Money { decimals, .. }
            | FieldKind::Number { decimals }
            | FieldKind::Percent { decimals },
            Value::Number(number),
        ) => Value::Number(round(number, *decimals)),
        (_, value) => value,
    }
}

fn rows(columns: &[Field], table: Value, facts: &dyn Facts) -> Value {
    let Value::List(list) = table else {
        return table;
    };
    let filled = list.into_iter().map(|row| match row {
        Value::Map(mut cells) => {
            let new = computed(
                columns,
                &Row {
                    columns,
                    cells: &cells,
                    around: facts,
                },
            );
            put(&mut cells, new);
            Value::Map(cells)
        }
        other @ (Value::Empty
        | Value::Flag(_)
        | Value::Number(_)
        | Value::Text(_)
        | Value::Date(_)
        | Value::Time(_)
        | Value::List(_)) => other,
    });
    Value::List(filled.collect())
}

fn put(values: &mut Values, new: Values) {
    for (name, value) in new {
        if value == Value::Empty {
            values.remove(&name);
        } else {
            values.insert(name, value);
        }
    }
}

/// Fills in the computed fields of a record whose values the facts show; what has no value is removed.
pub fn derive(fields: &[Field], values: &mut Values, facts: &dyn Facts) {
    let new = computed(fields, facts);
    put(values, new);
}
