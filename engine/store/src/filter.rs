//! Lists, searches and sums over records: one filter tree, rendered as SQL.

use assent_core::value::Value;

use crate::db::Arg;
use crate::dialect::{Dialect, position};
use crate::entity_sql::{Column, EntityTable, quoted, table_name};
use crate::error::StoreError;
use crate::form::Form;

/// Which records. As in SQL, a comparison with a field that holds nothing is neither true nor false, so neither it nor
/// its opposite finds the record; [`Test::Empty`] does.
#[derive(Clone, Debug, PartialEq)]
pub enum Filter {
    /// All of these; none of them: every record.
    All(Vec<Filter>),
    /// At least one of these; none of them: no record.
    Any(Vec<Filter>),
    /// Not this.
    Not(Box<Filter>),
    /// A field passes a test. A field that the entity type does not have is refused: a filter never quietly matches
    /// everything.
    Field(String, Test),
    /// The record has one of these ids.
    Id(Vec<String>),
}

/// What a field is tested for.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// Equal.
    Is(Value),
    /// Equal to one of these.
    OneOf(Vec<Value>),
    /// Less.
    Below(Value),
    /// Less or equal.
    AtMost(Value),
    /// More.
    Above(Value),
    /// More or equal.
    AtLeast(Value),
    /// A text that contains this one; ASCII letters in either case.
    Contains(String),
    /// Holds nothing.
    Empty,
}

/// Builds the condition of a statement and its arguments.
pub(crate) struct Condition<'a> {
    pub(crate) dialect: Dialect,
    pub(crate) table: &'a EntityTable,
    pub(crate) args: Vec<Arg>,
}

impl Condition<'_> {
    /// Binds one more argument and returns its placeholder.
    pub(crate) fn bind(&mut self, arg: impl Into<Arg>) -> String {
        self.args.push(arg.into());
        format!("${}", self.args.len())
    }

    /// The text of a filter.
    pub(crate) fn render(&mut self, filter: &Filter) -> Result<String, StoreError> {
        Ok(match filter {
            Filter::All(parts) => self.joined(parts, " and ", "1 = 1")?,
            Filter::Any(parts) => self.joined(parts, " or ", "1 = 0")?,
            Filter::Not(part) => format!("not ({})", self.render(part)?),
            Filter::Field(field, test) => self.test(field, test)?,
            Filter::Id(ids) => {
                let places: Vec<_> = ids.iter().map(|id| self.bind(id)).collect();
                one_of(&format!("{}.id", table_name(&self.table.entity)), &places)
            }
        })
    }

    fn joined(
        &mut self,
        parts: &[Filter],
        word: &str,
        nothing: &str,
    ) -> Result<String, StoreError> {
        if parts.is_empty() {
            return Ok(nothing.to_owned());
        }
        let parts: Result<Vec<_>, _> = parts.iter().map(|part| self.render(part)).collect();
        Ok(format!("({})", parts?.join(word)))
    }

    /// The column of a field, the one of the last declaration when there are several.
    pub(crate) fn column(&self, field: &str) -> Result<&Column, StoreError> {
        let of_field = self
            .table
            .columns
            .iter()
            .filter(|column| column.field == field);
        of_field
            .max_by_key(|column| column.name.len())
            .ok_or_else(|| StoreError::other(format!("{} has no field {field}", self.table.entity)))
    }

    fn test(&mut self, field: &str, test: &Test) -> Result<String, StoreError> {
        let column = self.column(field)?;
        let (name, form) = (quoted(&column.name), column.form);
        Ok(match test {
            Test::Is(value) => self.equal(&name, form, std::slice::from_ref(value)),
            Test::OneOf(values) => self.equal(&name, form, values),
            Test::Below(value) => self.compared(&name, form, value, "<", "<="),
            Test::AtMost(value) => self.compared(&name, form, value, "<=", "<="),
            Test::Above(value) => self.compared(&name, form, value, ">", ">"),
            Test::AtLeast(value) => self.compared(&name, form, value, ">=", ">"),
            Test::Contains(text) if !form.is_number() => {
                let (at, place) = (position(self.dialect), self.bind(text));
                format!("{at}(lower({name}), lower({place})) > 0")
            }
            Test::Contains(_) => {
                return Err(StoreError::other(format!(
                    "{field} holds no text to search in"
                )));
            }
            Test::Empty => format!("({name} is null)"),
        })
    }

    fn equal(&mut self, name: &str, form: Form, values: &[Value]) -> String {
        let places: Vec<_> = values
            .iter()
            // What the column cannot hold, no record has there.
            .filter_map(|value| form.bound(value).filter(|(_, same)| *same))
            .map(|(arg, _)| self.bind(arg))
            .collect();
        one_of(name, &places)
    }

    /// `between` is the comparison with the next smaller value the column can hold, when it cannot hold this one.
    fn compared(
        &mut self,
        name: &str,
        form: Form,
        value: &Value,
        exact: &str,
        between: &str,
    ) -> String {
        match form.bound(value) {
            Some((arg, same)) => {
                let sign = if same { exact } else { between };
                format!("{name} {sign} {}", self.bind(arg))
            }
            // Another type: never equal, never less, never more.
            None => "1 = 0".to_owned(),
        }
    }
}

fn one_of(name: &str, places: &[String]) -> String {
    if places.is_empty() {
        return "1 = 0".to_owned();
    }
    format!("{name} in ({})", places.join(", "))
}
