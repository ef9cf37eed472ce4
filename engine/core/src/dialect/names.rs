//! What a flow may name: its own states, people, mails, fields and tables, and what the catalog offers.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use crate::catalog::Catalog;
use crate::condition::{self, Kind};
use crate::definition::{PeopleRef, RegionIx, StateIx};
use crate::field::{Bounds, EntityType, Field, FieldKind};
use crate::text::Text;
use crate::value::Value;

use super::reader::{Reader, Word};

/// Mails the engine has words of its own for, where the flow has none: asked, sent back, reminded, held.
pub const OWN_MAILS: [&str; 8] = [
    "ask", "returned", "remind", "held", "opinion", "question", "answer", "copy",
];

/// What titles and mails may say besides the record's fields.
const TEMPLATE_NAMES: [&str; 11] = [
    "title",
    "flow.name",
    "state.name",
    "deadline",
    "round",
    "applicant.name",
    "applicant.department",
    "approver.name",
    "last.by",
    "last.reason",
    "link",
];

/// Where a region hangs: the parallel state above it and that state's own region; none for the root.
pub type Above = Option<(StateIx, RegionIx)>;

/// Everything that can be named in one flow.
#[derive(Debug)]
pub struct Names<'a> {
    /// What modules, scripts and the organisation offer.
    pub catalog: &'a Catalog,
    /// The record: its own fields and those that `ask:` adds.
    pub entity: EntityType,
    /// The entity type is not known, so no field can be checked.
    pub open: bool,
    /// `tables:`.
    pub tables: BTreeMap<String, BTreeMap<String, Value>>,
    /// Names under `people:`.
    pub people: Vec<String>,
    /// Names under `mails:`.
    pub mails: Vec<String>,
    /// State ids with their regions, by index.
    pub states: Vec<(String, RegionIx)>,
    /// By region index.
    pub above: Vec<Above>,
    /// The first draft state.
    pub draft: Option<StateIx>,
    /// Zone of the flow's calendar: times in `tests:` are meant in it.
    pub zone: TimeZone,
}

impl Names<'_> {
    /// The state of that id; an unknown one is reported.
    pub fn state(&self, reader: &mut Reader, word: &Word) -> Option<StateIx> {
        let found = self.states.iter().position(|(id, _)| *id == word.text);
        if found.is_none() {
            let known = self.states.iter().map(|(id, _)| id.as_str());
            reader.unknown("unknown-state", word, ("节点", "state"), known);
        }
        found
    }

    /// Checks a field name; an unknown one is reported. `a.b` reads through a reference.
    pub fn field(&self, reader: &mut Reader, word: &Word) -> bool {
        if self.open || self.entity.field(&word.text).is_some() {
            return true;
        }
        let known = self.entity.fields.iter().map(|field| field.name.as_str());
        reader.unknown("unknown-field", word, ("字段", "field"), known);
        false
    }

    /// The field of that name.
    pub fn field_type(&self, name: &str) -> Option<&Field> {
        self.entity.field(name)
    }

    /// Somebody named under `people:`, or the applicant; an unknown name is reported.
    pub fn people(&self, reader: &mut Reader, word: &Word) -> Option<PeopleRef> {
        if word.text == "applicant" {
            return Some(PeopleRef::Applicant);
        }
        if self.people.contains(&word.text) {
            return Some(PeopleRef::Named(word.text.clone()));
        }
        if word.text.contains(['/', ' ', '.']) {
            let fault = reader
                .fault(
                    "unknown-people",
                    word.span,
                    format!("这里要写 people: 里的名字，不能直接写规则“{}”", word.text),
                    format!(
                        "A name from people: is due here, not the rule “{}”",
                        word.text
                    ),
                )
                .hint(
                    format!(
                        "先在 people: 里起个名字，例如 boss: {}，这里再写 boss",
                        word.text
                    ),
                    format!(
                        "Name it under people: first, for example boss: {}, then write boss here",
                        word.text
                    ),
                );
            reader.push(fault);
            return None;
        }
        let known = self.people.iter().map(String::as_str);
        let known = known.chain(["applicant"]);
        reader.unknown(
            "unknown-people",
            word,
            ("人员（people:）", "entry under people:"),
            known,
        );
        None
    }

    /// Checks a mail's name; an unknown one is reported.
    pub fn mail(&self, reader: &mut Reader, word: &Word) -> bool {
        let own = OWN_MAILS.contains(&word.text.as_str());
        let found = own || self.mails.contains(&word.text);
        if !found {
            let known = self.mails.iter().map(String::as_str);
            reader.unknown(
                "unknown-mail",
                word,
                ("邮件（mails:）", "mail under mails:"),
                known,
            );
        }
        found
    }

    /// True when a way may lead from a region to a state: into the same region, or out of the parallel states around it.
    pub fn may_lead(&self, from: RegionIx, to: StateIx) -> bool {
        let Some((_, target)) = self.states.get(to) else {
            return false;
        };
        let mut region = Some(from);
        while let Some(at) = region {
            if at == *target {
                return true;
            }
            region = self
                .above
                .get(at)
                .copied()
                .flatten()
                .map(|(_, region)| region);
        }
        false
    }
}

impl Names<'_> {
    /// The names a record offers.
    pub fn record(&self) -> RecordNames<'_> {
        RecordNames {
            fields: &self.entity.fields,
            entities: Some(&self.catalog.entities),
        }
    }

    /// True when a title or mail may read the path.
    pub fn template_knows(&self, path: &str) -> bool {
        let record = self.record();
        TEMPLATE_NAMES.contains(&path)
            || record.field_kind(path).is_some()
            || record.column(path).is_some()
            || self.constant_at(path).is_some()
    }

    /// Every path a title or mail may read.
    pub fn template_names(&self) -> Vec<String> {
        let mut known = self.record().paths();
        known.extend(TEMPLATE_NAMES.map(str::to_owned));
        known
    }

    fn constant_at(&self, path: &str) -> Option<&Value> {
        let (table, key) = path.strip_prefix("tables.")?.split_once('.')?;
        self.tables.get(table)?.get(key)
    }
}

/// The fields of a record as conditions see them, with those of referenced records where their types are known.
#[derive(Clone, Copy, Debug)]
pub struct RecordNames<'a> {
    /// Its fields.
    pub fields: &'a [Field],
    /// Other entity types, by name.
    pub entities: Option<&'a BTreeMap<String, EntityType>>,
}

impl<'a> RecordNames<'a> {
    /// A field, or (`a.b`) a field of the record a reference leads to.
    pub fn field(&self, path: &str) -> Option<&'a Field> {
        let find = |fields: &'a [Field], name: &str| fields.iter().find(|field| field.name == name);
        let path = path.strip_prefix("record.").unwrap_or(path);
        let Some((name, inner)) = path.split_once('.') else {
            return find(self.fields, path);
        };
        match &find(self.fields, name)?.kind {
            FieldKind::Ref { to } => find(&self.entities?.get(to)?.fields, inner),
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
            | FieldKind::File { .. }
            | FieldKind::Table { .. } => None,
        }
    }

    /// The type at a path.
    pub fn field_kind(&self, path: &str) -> Option<&'a FieldKind> {
        self.field(path).map(|field| &field.kind)
    }

    /// A column of a table field: `lines.amount`.
    pub fn column(&self, path: &str) -> Option<&'a Field> {
        let path = path.strip_prefix("record.").unwrap_or(path);
        let (name, inner) = path.split_once('.')?;
        let table = self.fields.iter().find(|field| field.name == name)?;
        if let FieldKind::Table { columns } = &table.kind {
            columns.iter().find(|column| column.name == inner)
        } else {
            None
        }
    }

    /// Every path, for "did you mean".
    fn paths(&self) -> Vec<String> {
        let mut found = Vec::new();
        for field in self.fields {
            found.push(field.name.clone());
            let inner: &[Field] = match &field.kind {
                FieldKind::Table { columns } => columns,
                FieldKind::Ref { to } => self
                    .entities
                    .and_then(|entities| entities.get(to))
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
            let paths = inner
                .iter()
                .map(|inner| format!("{}.{}", field.name, inner.name));
            found.extend(paths);
        }
        found
    }
}

impl condition::Names for RecordNames<'_> {
    fn kind(&self, path: &str) -> Option<Kind> {
        self.field_kind(path).map(Kind::of).or_else(|| {
            let column = self.column(path)?;
            Some(Kind::List(Box::new(Kind::of(&column.kind))))
        })
    }

    fn known(&self) -> Vec<String> {
        self.paths()
    }

    fn label(&self, path: &str) -> Option<Text> {
        let field = self.field(path).or_else(|| self.column(path));
        field.map(|field| field.label.clone())
    }

    fn bounds(&self, path: &str) -> Option<Bounds> {
        self.field(path).map(|field| field.bounds.clone())
    }
}

impl condition::Names for Names<'_> {
    fn kind(&self, path: &str) -> Option<Kind> {
        match path {
            "applicant" => Some(Kind::Person),
            "applicant.department" => Some(Kind::Department),
            "id" => Some(Kind::Ref {
                to: self.entity.name.clone(),
            }),
            _ => self
                .constant_at(path)
                .and_then(Kind::of_value)
                .or_else(|| self.record().kind(path)),
        }
    }

    fn known(&self) -> Vec<String> {
        let mut known = self.record().paths();
        for (table, rows) in &self.tables {
            known.extend(rows.keys().map(|key| format!("tables.{table}.{key}")));
        }
        known.extend(["applicant", "applicant.department"].map(str::to_owned));
        known
    }

    fn label(&self, path: &str) -> Option<Text> {
        match path {
            "applicant" => Some(Text::new("申请人", "applicant")),
            "applicant.department" => Some(Text::new("申请人部门", "applicant's department")),
            _ => self.record().label(path),
        }
    }

    fn constant(&self, path: &str) -> Option<Value> {
        self.constant_at(path).cloned()
    }

    fn bounds(&self, path: &str) -> Option<Bounds> {
        self.record().bounds(path)
    }
}
