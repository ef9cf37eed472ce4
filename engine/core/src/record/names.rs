//! What conditions and formulas may name.

use crate::catalog::Catalog;
use crate::condition::{Kind, Names};
use crate::field::{Bounds, EntityType, Field, FieldKind};
use crate::text::Text;
use crate::value::Value;

use super::facts::Tables;

/// The names of a flow's conditions: fields of its record, columns of its tables, fields of records it refers to (one
/// step), `tables.…` of the flow and of the catalog, `applicant` and its parts, and `id`.
#[derive(Clone, Copy, Debug)]
pub struct RecordNames<'a> {
    /// The record's type.
    pub entity: &'a EntityType,
    /// Fields that are not in the type (yet): those `ask:` adds.
    pub more: &'a [Field],
    /// The flow's own constants.
    pub tables: &'a Tables,
    /// Other entity types, and rule tables kept outside the flow.
    pub catalog: &'a Catalog,
    /// False for records outside flows, which nobody applies for.
    pub has_applicant: bool,
}

/// What is behind a path.
enum Found<'a> {
    Field(&'a Field),
    Column(&'a Field, &'a Field),
    Beyond(&'a Field, &'a Field),
    Constant(&'a Value),
    Outside(&'a FieldKind),
    Applicant(&'static str),
    Id,
}

const APPLICANT: [(&str, &str, &str); 4] = [
    ("applicant", "发起人", "Applicant"),
    ("applicant.id", "发起人", "Applicant"),
    ("applicant.name", "发起人姓名", "Applicant's name"),
    (
        "applicant.department",
        "发起人部门",
        "Applicant's department",
    ),
];

impl<'a> RecordNames<'a> {
    fn fields(&self) -> impl Iterator<Item = &'a Field> {
        self.entity.fields.iter().chain(self.more)
    }

    fn field(&self, name: &str) -> Option<&'a Field> {
        self.fields().find(|field| field.name == name)
    }

    fn find(&self, path: &str) -> Option<Found<'a>> {
        let mut parts = path.split('.');
        match (parts.next()?, parts.next(), parts.next(), parts.next()) {
            ("tables", Some(table), Some(key), None) => {
                let own = self.tables.get(table).and_then(|table| table.get(key));
                let outside = || self.catalog.tables.get(table)?.get(key);
                own.map(Found::Constant)
                    .or_else(|| outside().map(Found::Outside))
            }
            (name, None, None, None) if self.field(name).is_some() => {
                self.field(name).map(Found::Field)
            }
            (name, Some(part), None, None) if self.field(name).is_some() => {
                let field = self.field(name)?;
                match &field.kind {
                    FieldKind::Table { columns } => columns
                        .iter()
                        .find(|column| column.name == part)
                        .map(|column| Found::Column(field, column)),
                    FieldKind::Ref { to } => {
                        let other = self.catalog.entities.get(to)?;
                        other.field(part).map(|inner| Found::Beyond(field, inner))
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
            ("id", None, None, None) => Some(Found::Id),
            ("applicant", _, None, None) if self.has_applicant => APPLICANT
                .iter()
                .find(|(known, _, _)| *known == path)
                .map(|(known, _, _)| Found::Applicant(known)),
            (_, _, _, _) => None,
        }
    }
}

impl Names for RecordNames<'_> {
    fn kind(&self, path: &str) -> Option<Kind> {
        Some(match self.find(path)? {
            Found::Field(field) | Found::Beyond(_, field) => Kind::of(&field.kind),
            Found::Column(_, column) => Kind::List(Box::new(Kind::of(&column.kind))),
            Found::Constant(value) => Kind::of_value(value)?,
            Found::Outside(kind) => Kind::of(kind),
            Found::Applicant("applicant.name") | Found::Id => Kind::Text,
            Found::Applicant("applicant.department") => Kind::Department,
            Found::Applicant(_) => Kind::Person,
        })
    }

    fn known(&self) -> Vec<String> {
        let mut known = vec![];
        for field in self.fields() {
            known.push(field.name.clone());
            let inner: &[Field] = match &field.kind {
                FieldKind::Table { columns } => columns,
                FieldKind::Ref { to } => self
                    .catalog
                    .entities
                    .get(to)
                    .map_or(&[], |entity| &entity.fields),
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
                | FieldKind::File { .. } => &[],
            };
            known.extend(
                inner
                    .iter()
                    .map(|part| format!("{}.{}", field.name, part.name)),
            );
        }
        for (table, keys) in self.tables {
            known.extend(keys.keys().map(|key| format!("tables.{table}.{key}")));
        }
        for (table, keys) in &self.catalog.tables {
            known.extend(keys.keys().map(|key| format!("tables.{table}.{key}")));
        }
        if self.has_applicant {
            known.extend(APPLICANT.iter().map(|(path, _, _)| (*path).to_owned()));
        }
        known
    }

    fn label(&self, path: &str) -> Option<Text> {
        Some(match self.find(path)? {
            Found::Field(field) => field.label.clone(),
            Found::Beyond(field, inner) | Found::Column(field, inner) => Text::new(
                format!("{}的{}", field.label.zh, inner.label.zh),
                format!("{} › {}", field.label.en, inner.label.en),
            ),
            Found::Constant(_) | Found::Outside(_) => return None,
            Found::Applicant(known) => APPLICANT
                .iter()
                .find(|(path, _, _)| *path == known)
                .map(|(_, zh, en)| Text::new(*zh, *en))?,
            Found::Id => Text::new("编号", "Id"),
        })
    }

    fn constant(&self, path: &str) -> Option<Value> {
        match self.find(path)? {
            Found::Constant(value) => Some(value.clone()),
            Found::Field(_)
            | Found::Column(..)
            | Found::Beyond(..)
            | Found::Outside(_)
            | Found::Applicant(_)
            | Found::Id => None,
        }
    }

    fn bounds(&self, path: &str) -> Option<Bounds> {
        match self.find(path)? {
            Found::Field(field) | Found::Beyond(_, field) => Some(field.bounds.clone()),
            Found::Column(..)
            | Found::Constant(_)
            | Found::Outside(_)
            | Found::Applicant(_)
            | Found::Id => None,
        }
    }
}

/// The names of a computed column: the other columns of its row, then those of the record.
pub struct RowNames<'a> {
    /// The table's columns.
    pub columns: &'a [Field],
    /// The record's names.
    pub record: &'a dyn Names,
}

impl RowNames<'_> {
    fn column(&self, path: &str) -> Option<&Field> {
        self.columns.iter().find(|column| column.name == path)
    }
}

impl Names for RowNames<'_> {
    fn kind(&self, path: &str) -> Option<Kind> {
        self.column(path)
            .map(|column| Kind::of(&column.kind))
            .or_else(|| self.record.kind(path))
    }

    fn known(&self) -> Vec<String> {
        let columns = self.columns.iter().map(|column| column.name.clone());
        columns.chain(self.record.known()).collect()
    }

    fn label(&self, path: &str) -> Option<Text> {
        self.column(path)
            .map(|column| column.label.clone())
            .or_else(|| self.record.label(path))
    }

    fn constant(&self, path: &str) -> Option<Value> {
        if self.column(path).is_some() {
            return None;
        }
        self.record.constant(path)
    }

    fn bounds(&self, path: &str) -> Option<Bounds> {
        match self.column(path) {
            Some(column) => Some(column.bounds.clone()),
            None => self.record.bounds(path),
        }
    }
}
