//! Records a turn may read besides its own: loaded before it, because a turn does no I/O.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use assent_core::definition::{Definition, StateKind};
use assent_core::field::{EntityType, Field, FieldKind};
use assent_core::text::Text;
use assent_core::turn::Lookup;
use assent_core::value::{Value, Values};
use assent_core::write::Guard;

use super::definitions::Definitions;

/// Referenced records, loaded beforehand.
#[derive(Clone, Debug, Default)]
pub(crate) struct Preloaded {
    pub records: BTreeMap<(String, String), Values>,
    /// Every entity type of the modules that are on.
    pub entities: Arc<BTreeMap<String, EntityType>>,
    /// What people call the events of modules.
    pub events: Arc<BTreeMap<String, Text>>,
    /// What the queries of modules found: entity type, field and value → records.
    pub found: BTreeMap<(String, String, Value), Vec<Values>>,
    /// Versions that the trail of a migrated case was written under, by hash; empty for any other.
    pub past_versions: BTreeMap<String, Arc<Definition>>,
    /// What other flows and their ends are called.
    pub definitions: Arc<Definitions>,
    /// The last number of each counter the record may draw from.
    pub issued: BTreeMap<String, u64>,
    /// Names of attached files by id, for whoever reads; a turn needs none.
    pub files: BTreeMap<String, String>,
    /// Flows that serve the record's type by `for:` or `priority:`, while one of them is submitted.
    pub flows: Vec<Arc<Definition>>,
    /// Records that must not have moved when something is written that was decided on what was found.
    pub guards: Vec<Guard>,
}

impl Lookup for Preloaded {
    fn record(&self, entity: &str, id: &str) -> Option<Values> {
        self.records
            .get(&(entity.to_owned(), id.to_owned()))
            .cloned()
    }

    fn entity(&self, name: &str) -> Option<EntityType> {
        self.entities.get(name).cloned()
    }

    fn found(&self, entity: &str, field: &str, is: &Value) -> Vec<Values> {
        let key = (entity.to_owned(), field.to_owned(), is.clone());
        self.found.get(&key).cloned().unwrap_or_default()
    }

    fn flows_of(&self, entity: &str) -> Vec<Arc<Definition>> {
        let of = |def: &&Arc<Definition>| def.entity.name == entity;
        self.flows.iter().filter(of).map(Arc::clone).collect()
    }

    fn issued(&self, counter: &str) -> u64 {
        self.issued.get(counter).copied().unwrap_or_default()
    }
}

impl Preloaded {
    /// What people call an event: the flow's own words, else the module's.
    pub(crate) fn event(&self, def: &Definition, event: &str) -> Text {
        let own = def.states.iter().find_map(|state| match &state.kind {
            StateKind::WaitFor { event: known, name } if known == event => Some(name),
            _ => None,
        });
        let known = own.or_else(|| self.events.get(event));
        known.map_or_else(|| Text::same(event), Text::clone)
    }

    /// What a record is called: its title field, else its id.
    pub(crate) fn title(&self, entity: &str, id: &str) -> String {
        let field = self
            .entities
            .get(entity)
            .and_then(|known| known.title_field.as_ref());
        let record = self.records.get(&(entity.to_owned(), id.to_owned()));
        record
            .zip(field)
            .and_then(|(values, field)| values.get(field))
            .and_then(Value::as_text)
            .unwrap_or(id)
            .to_owned()
    }
}

/// Every (entity, id) that these values refer to, rows of tables included.
pub(crate) fn references<'a>(
    fields: impl IntoIterator<Item = &'a Field>,
    values: &Values,
) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for field in fields {
        let Some(value) = values.get(&field.name) else {
            continue;
        };
        match &field.kind {
            FieldKind::Ref { to } => {
                found.extend(
                    value
                        .ids()
                        .into_iter()
                        .map(|id| (to.clone(), id.to_owned())),
                );
            }
            FieldKind::Table { columns } => {
                if let Value::List(rows) = value {
                    for row in rows {
                        if let Value::Map(row) = row {
                            found.extend(references(columns, row));
                        }
                    }
                }
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
            | FieldKind::File { .. } => {}
        }
    }
    found
}

/// The ids of all files in these values, rows of tables included.
pub(crate) fn attached<'a>(fields: &[Field], values: &'a Values) -> Vec<&'a str> {
    let mut found = vec![];
    for field in fields {
        match (&field.kind, values.get(&field.name)) {
            (FieldKind::File { .. }, Some(value)) => found.extend(value.ids()),
            (FieldKind::Table { columns }, Some(Value::List(rows))) => {
                for row in rows {
                    if let Value::Map(row) = row {
                        found.extend(attached(columns, row));
                    }
                }
            }
            (_, _) => {}
        }
    }
    found
}
