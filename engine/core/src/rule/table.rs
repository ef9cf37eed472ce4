//! Rule tables: keys with a value or a row, or bands of a number.

use std::collections::BTreeMap;

use rhai::Dynamic;
use rust_decimal::Decimal;

use super::convert;
use super::fault::RuleFault;
use crate::text::Text;
use crate::value::{Value, Values};

/// A table of constants an admin edits.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// What people call it.
    pub label: Text,
    /// Where its figures come from: a law, a standard, a contract, or "assumed".
    pub source: Text,
    /// Its rows.
    pub rows: Rows,
}

/// The rows of a table.
#[derive(Clone, Debug, PartialEq)]
pub enum Rows {
    /// A value, or a row of columns, by key.
    Keys(BTreeMap<String, Value>),
    /// Bands in rising order; the last may be open.
    Bands(Vec<Band>),
}

impl Default for Rows {
    fn default() -> Self {
        Rows::Keys(BTreeMap::new())
    }
}

/// One band of a number.
#[derive(Clone, Debug, PartialEq)]
pub struct Band {
    /// The largest number in it; none: no limit.
    pub up_to: Option<Decimal>,
    /// Its columns.
    pub row: Values,
}

impl Table {
    /// Is the key there?
    pub fn has_key(&self, key: &str) -> bool {
        matches!(&self.rows, Rows::Keys(keys) if keys.contains_key(key))
    }

    pub(super) fn lookup(
        &self,
        table: &str,
        key: &str,
        column: Option<&str>,
    ) -> Result<Dynamic, RuleFault> {
        let Rows::Keys(keys) = &self.rows else {
            return Err(other_shape(
                table,
                "分档表，请用 band(…)",
                "a table of bands; use band(…)",
            ));
        };
        let value = keys.get(key).ok_or_else(|| missing(table, key))?;
        match (value, column) {
            (Value::Map(row), Some(column)) => cell(table, row, column),
            (Value::Map(_), None) | (_, None) => Ok(convert::from_value(value)),
            (_, Some(_)) => Err(other_shape(
                table,
                "单值表，没有列",
                "a table of single values, without columns",
            )),
        }
    }

    pub(super) fn band(&self, table: &str, x: Decimal, column: &str) -> Result<Dynamic, RuleFault> {
        let Rows::Bands(bands) = &self.rows else {
            return Err(other_shape(
                table,
                "按键查的表，请用 lookup(…)",
                "a table of keys; use lookup(…)",
            ));
        };
        let band = bands
            .iter()
            .find(|band| band.up_to.is_none_or(|up_to| x <= up_to))
            .ok_or_else(|| missing(table, &x.to_string()))?;
        cell(table, &band.row, column)
    }
}

fn cell(table: &str, row: &Values, column: &str) -> Result<Dynamic, RuleFault> {
    row.get(column)
        .map(convert::from_value)
        .ok_or_else(|| missing(table, column))
}

fn missing(table: &str, key: &str) -> RuleFault {
    RuleFault::new(
        "unknown_key",
        format!("规则表“{table}”中没有“{key}”，请在表中补上，或检查拼写"),
        format!(
            "The rule table \"{table}\" has no \"{key}\"; add it to the table or check the spelling"
        ),
    )
}

fn other_shape(table: &str, zh: &str, en: &str) -> RuleFault {
    RuleFault::new(
        "wrong_table",
        format!("规则表“{table}”是{zh}"),
        format!("The rule table \"{table}\" is {en}"),
    )
}
