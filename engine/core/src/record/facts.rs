//! The facts of a record: what conditions and formulas read.

use std::collections::BTreeMap;

use crate::condition::Facts;
use crate::field::{Field, FieldKind};
use crate::value::{Value, Values};

/// Constants by table and key.
pub type Tables = BTreeMap<String, BTreeMap<String, Value>>;

/// Who asks, as conditions see them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Applicant {
    /// `applicant`, `applicant.id`.
    pub id: String,
    /// `applicant.name`.
    pub name: String,
    /// `applicant.department`: the unit they belong to.
    pub department: Option<String>,
}

/// The facts of one record: its fields (`amount`, `record.amount`), columns of its tables (`lines.amount`), fields of
/// records it refers to (`vehicle.plate`), `tables.t.k`, `applicant` and its parts, and `id`.
pub struct FactsOf<'a> {
    /// The record's fields.
    pub fields: &'a [Field],
    /// Its values.
    pub values: &'a Values,
    /// Its id; none while it has none.
    pub id: Option<&'a str>,
    /// The flow's constants.
    pub tables: &'a Tables,
    /// The values of another record, by entity type and id; none when it is not loaded.
    pub records: &'a dyn Fn(&str, &str) -> Option<Values>,
    /// Who asks; none outside a flow.
    pub applicant: Option<&'a Applicant>,
}

impl Facts for FactsOf<'_> {
    fn get(&self, path: &str) -> Option<Value> {
        let path = path.strip_prefix("record.").unwrap_or(path);
        let mut parts = path.split('.');
        match (parts.next()?, parts.next(), parts.next()) {
            ("tables", Some(table), Some(key)) => self.tables.get(table)?.get(key).cloned(),
            ("applicant", part, None) if self.field("applicant").is_none() => self.applicant(part),
            ("id", None, None) if self.field("id").is_none() => {
                Some(self.id.map(Value::from).unwrap_or_default())
            }
            (name, part, None) => {
                let field = self.field(name)?;
                let value = self.values.get(name).unwrap_or(&Value::Empty);
                match part {
                    None => Some(value.clone()),
                    Some(part) => self.within(field, value, part),
                }
            }
            (_, _, Some(_)) => None,
        }
    }
}

impl FactsOf<'_> {
    fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    fn applicant(&self, part: Option<&str>) -> Option<Value> {
        let applicant = self.applicant?;
        match part {
            None | Some("id") => Some(Value::from(applicant.id.as_str())),
            Some("name") => Some(Value::from(applicant.name.as_str())),
            Some("department") => Some(
                applicant
                    .department
                    .as_deref()
                    .map(Value::from)
                    .unwrap_or_default(),
            ),
            Some(_) => None,
        }
    }

    fn within(&self, field: &Field, value: &Value, part: &str) -> Option<Value> {
        match &field.kind {
            FieldKind::Table { .. } => Some(column(value, part)),
            FieldKind::Ref { to } => {
                let Some(id) = value.as_text().filter(|id| !id.is_empty()) else {
                    return Some(Value::Empty);
                };
                let other = (self.records)(to, id)?;
                Some(other.get(part).cloned().unwrap_or_default())
            }
            FieldKind::Text
            | FieldKind::Money { .. }
            | FieldKind::Number { .. }
            | FieldKind::Percent { .. }
            | FieldKind::Date
            | FieldKind::Time
            | FieldKind::Flag
            | FieldKind::Choice { .. }
            | FieldKind::Person
            | FieldKind::Department
            | FieldKind::File { .. } => None,
        }
    }
}

/// A table's column, a cell for each row; cells that are not filled in are [`Value::Empty`].
pub fn column(table: &Value, name: &str) -> Value {
    let Value::List(rows) = table else {
        return Value::Empty;
    };
    let cell = |row: &Value| match row {
        Value::Map(cells) => cells.get(name).cloned().unwrap_or_default(),
        Value::Empty
        | Value::Flag(_)
        | Value::Number(_)
        | Value::Text(_)
        | Value::Date(_)
        | Value::Time(_)
        | Value::List(_) => Value::Empty,
    };
    Value::List(rows.iter().map(cell).collect())
}
