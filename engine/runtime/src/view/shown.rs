//! One value as people read it: the core's words, with the names this company uses.

use assent_core::calendar::WorkCalendar;
use assent_core::directory::Directory;
use assent_core::field::{Field, FieldKind};
use assent_core::people::Names as _;
use assent_core::record::{Called, show_with};
use assent_core::text::{Lang, Text};
use assent_core::value::{Value, Values};
use jiff::tz::TimeZone;

use crate::engine::Preloaded;

/// Where names of people, units, referenced records and files come from.
#[derive(Clone, Copy)]
pub(crate) struct Names<'a> {
    pub directory: &'a Directory,
    pub records: &'a Preloaded,
    /// For the zone of times.
    pub calendar: &'a WorkCalendar,
}

impl Called for Names<'_> {
    fn person(&self, id: &str, _lang: Lang) -> String {
        self.directory.name(id).to_owned()
    }

    fn unit(&self, id: &str, lang: Lang) -> String {
        let unit = self.directory.units.get(id);
        unit.map_or_else(|| id.to_owned(), |unit| unit.name.get(lang).to_owned())
    }

    fn record(&self, entity: &str, id: &str, _lang: Lang) -> String {
        self.records.title(entity, id)
    }

    fn flow(&self, id: &str, lang: Lang) -> String {
        self.records.definitions.flow(id).get(lang).to_owned()
    }

    fn file(&self, id: &str, _lang: Lang) -> String {
        let known = self.records.files.get(id);
        known.map_or_else(|| id.to_owned(), String::clone)
    }

    fn look_up(&self, entity: &str, id: &str) -> Option<(&[Field], Values)> {
        let known = self.records.entities.get(entity)?.fields.as_slice();
        let values = self
            .records
            .records
            .get(&(entity.to_owned(), id.to_owned()))?;
        Some((known, values.clone()))
    }

    fn zone(&self) -> TimeZone {
        self.calendar.zone()
    }
}

/// A value as people read it, in both languages; empty when it is not filled in.
pub(crate) fn shown(field: &Field, value: &Value, names: Names<'_>) -> Text {
    Text {
        zh: show_with(field, value, Lang::Zh, &names),
        en: show_with(field, value, Lang::En, &names),
    }
}

/// The word for a field's kind in views.
pub(crate) fn kind_word(kind: &FieldKind) -> &'static str {
    match kind {
        FieldKind::Text => "text",
        FieldKind::Money { .. } => "money",
        FieldKind::Number { .. } => "number",
        FieldKind::Percent { .. } => "percent",
        FieldKind::Date => "date",
        FieldKind::Time => "time",
        FieldKind::Flag => "flag",
        FieldKind::Choice { .. } => "choice",
        FieldKind::Person => "person",
        FieldKind::Department => "department",
        FieldKind::Ref { .. } => "ref",
        FieldKind::File { .. } => "file",
        FieldKind::Table { .. } => "table",
    }
}
