//! What conditions, rules and templates read of a case.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::condition::Facts;
use crate::definition::Definition;
use crate::field::{EntityType, Field, FieldKind};
use crate::instance::Case;
use crate::record::{Called, shown_with};
use crate::text::Lang;
use crate::turn::{Context, Lookup};
use crate::value::{Value, Values};

/// The facts of a case: its fields (`amount`, `record.amount`), `tables.t.k`, `applicant`, `applicant.department`, and
/// fields of records it refers to (`vehicle.plate`), columns of its tables (`lines.amount`).
pub struct CaseFacts<'a> {
    /// The flow.
    pub def: &'a Definition,
    /// The case.
    pub case: &'a Case,
    /// For references and the applicant's department.
    pub cx: &'a Context<'a>,
}

impl Facts for CaseFacts<'_> {
    fn get(&self, path: &str) -> Option<Value> {
        let path = path.strip_prefix("record.").unwrap_or(path);
        let mut parts = path.split('.');
        let head = parts.next()?;
        match (head, parts.next(), parts.next()) {
            ("tables", Some(table), Some(key)) => self.def.tables.get(table)?.get(key).cloned(),
            ("applicant", None, None) => Some(Value::from(self.case.instance.applicant.as_str())),
            ("applicant", Some("department"), None) => {
                let unit = self.cx.organisation.unit(&self.case.instance.applicant);
                Some(unit.map_or(Value::Empty, Value::Text))
            }
            ("id", None, None) => Some(Value::from(self.case.instance.record.as_str())),
            (name, None, None) => {
                self.def.entity.field(name)?;
                Some(self.case.values.get(name).cloned().unwrap_or_default())
            }
            (_, Some(_), None) => References {
                def: self.def,
                case: self.case,
                records: self.cx.records,
            }
            .get(path),
            _ => None,
        }
    }
}

/// Fields of records a case refers to (`vehicle.plate`) and columns of its tables (`lines.amount`).
pub(crate) struct References<'a> {
    pub def: &'a Definition,
    pub case: &'a Case,
    pub records: &'a dyn Lookup,
}

impl Facts for References<'_> {
    fn get(&self, path: &str) -> Option<Value> {
        let (name, inner) = path.split_once('.')?;
        let field = self.def.entity.field(name)?;
        let value = self.case.values.get(name).unwrap_or(&Value::Empty);
        if let FieldKind::Table { .. } = field.kind {
            return Some(crate::record::column(value, inner));
        }
        let FieldKind::Ref { to } = &field.kind else {
            return None;
        };
        Some(
            self.records
                .record(to, value.as_text()?)?
                .get(inner)
                .cloned()
                .unwrap_or_default(),
        )
    }
}

/// What people call those an instance names.
struct Named<'a> {
    cx: &'a Context<'a>,
    /// The types the record refers to.
    types: BTreeMap<String, EntityType>,
}

impl Called for Named<'_> {
    fn person(&self, id: &str, _lang: Lang) -> String {
        self.cx.organisation.name(id)
    }

    fn record(&self, entity: &str, id: &str, lang: Lang) -> String {
        let title = || {
            let entity = self.types.get(entity)?;
            let field = entity.field(entity.title_field.as_deref()?)?;
            let values = self.cx.records.record(&entity.name, id)?;
            Some(crate::record::show(field, values.get(&field.name)?, lang))
        };
        title().unwrap_or_else(|| id.to_owned())
    }

    fn counts_in_wan(&self) -> bool {
        false
    }

    fn look_up(&self, entity: &str, id: &str) -> Option<(&[Field], Values)> {
        let fields = &self.types.get(entity)?.fields;
        Some((fields, self.cx.records.record(entity, id)?))
    }
}

/// A title by the record's own values alone.
struct Alone {
    counts_in_wan: bool,
}

impl Called for Alone {
    fn counts_in_wan(&self) -> bool {
        self.counts_in_wan
    }
}

/// Could a case with these values be called so? Always, where the title names people, files or other records, which may be
/// called something else by now. Older titles had amounts in 万 as well.
pub fn title_fits(def: &Definition, values: &Values, title: &str) -> bool {
    let (readings, fields) = (def.title.readings(), &def.entity.fields);
    let is_own = |path: &str| {
        let field = fields.iter().find(|field| field.name == path);
        field.is_some_and(|field| match field.kind {
            FieldKind::Text
            | FieldKind::Money { .. }
            | FieldKind::Number { .. }
            | FieldKind::Percent { .. }
            | FieldKind::Date
            | FieldKind::Flag
            | FieldKind::Choice { .. } => true,
            FieldKind::Time
            | FieldKind::Person
            | FieldKind::Department
            | FieldKind::Ref { .. }
            | FieldKind::File { .. }
            | FieldKind::Table { .. } => false,
        })
    };
    let made = |counts_in_wan| {
        let alone = Alone { counts_in_wan };
        line(def, &shown_with(fields, values, Lang::Zh, readings, &alone))
    };
    readings.iter().any(|reading| !is_own(&reading.path))
        || made(false) == title
        || made(true) == title
}

fn line(def: &Definition, data: &Json) -> String {
    let line = def.title.render_line(data);
    line.unwrap_or_else(|_| def.name.zh.clone())
}

/// How an instance is called: its title on one line, rendered from the values as people read them in Chinese. It is kept once
/// for readers of both languages, so amounts stand in it without 万.
pub(crate) fn title(def: &Definition, case: &Case, cx: &Context<'_>) -> String {
    let readings = def.title.readings();
    let fields = &def.entity.fields;
    let read = |field: &&Field| {
        let root = |path: &str| path.split('.').next() == Some(&field.name);
        readings.iter().any(|reading| root(&reading.path))
    };
    let types = fields.iter().filter(read).filter_map(|field| {
        let FieldKind::Ref { to } = &field.kind else {
            return None;
        };
        Some((to.clone(), cx.records.entity(to)?))
    });
    let named = Named {
        cx,
        types: types.collect(),
    };
    let data = shown_with(fields, &case.values, Lang::Zh, readings, &named);
    line(def, &data)
}
