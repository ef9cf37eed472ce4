//! What can be chosen in a form: people, units, records of the kind a field refers to, files that are there already.

use assent_core::text::Text;
use assent_store::{Filter, RecordQuery};
use serde_json::Value as Json;

use super::error::AppError;
use super::state::App;
use super::view::{FormField, FormOption};

/// Most records offered in a list; beyond, an id is typed.
const RECORDS_MAX: u32 = 200;

impl App {
    /// Fills in what people can choose from.
    pub(crate) async fn fill_options(&self, form: &mut [FormField]) -> Result<(), AppError> {
        for field in form {
            if field.write {
                field.options.extend(self.options(field).await?);
            }
            for column in &mut field.columns {
                column.options.extend(self.options(column).await?);
            }
        }
        Ok(())
    }

    async fn options(&self, field: &FormField) -> Result<Vec<FormOption>, AppError> {
        let directory = self.directory();
        let option = |id: &str, name: Text| FormOption {
            id: id.to_owned(),
            name,
        };
        Ok(match (field.kind, &field.refers_to) {
            ("person", _) => {
                let people = directory.people.values().filter(|person| person.active);
                people
                    .map(|person| option(&person.id, Text::same(&person.name)))
                    .collect()
            }
            ("department", _) => {
                let units = directory.units.values();
                units
                    .map(|unit| option(&unit.id, unit.name.clone()))
                    .collect()
            }
            ("ref", Some(entity)) => self.records_of(entity).await?,
            ("file", _) => self.files_of(&field.value).await?,
            _ => vec![],
        })
    }

    /// The files a value names, with their names: what may be kept.
    async fn files_of(&self, value: &Json) -> Result<Vec<FormOption>, AppError> {
        let ids: Vec<&str> = match value {
            Json::Array(ids) => ids.iter().filter_map(Json::as_str).collect(),
            one => one.as_str().into_iter().collect(),
        };
        if ids.is_empty() {
            return Ok(vec![]);
        }
        let known = self.store().attachment_names(&ids).await?;
        let named = known.into_iter().map(|(id, name)| FormOption {
            id,
            name: Text::same(name),
        });
        Ok(named.collect())
    }

    async fn records_of(&self, entity: &str) -> Result<Vec<FormOption>, AppError> {
        let Some(kind) = self.inner.entities.get(entity) else {
            return Ok(vec![]);
        };
        let query = RecordQuery {
            entity: entity.to_owned(),
            filter: Filter::All(vec![]),
            sort: None,
            limit: RECORDS_MAX,
        };
        let records = self.store().list_records(&query, None).await?;
        let named = |record: assent_store::Stored| {
            let title = kind.title_field.as_ref().and_then(|field| {
                let text = record.values.get(field)?.as_text()?;
                (!text.is_empty()).then(|| text.to_owned())
            });
            FormOption {
                name: Text::same(title.as_deref().unwrap_or(&record.id)),
                id: record.id,
            }
        };
        Ok(records.into_iter().map(named).collect())
    }
}
