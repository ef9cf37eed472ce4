//! Records that are there already.

use std::collections::BTreeMap;

use crate::field::EntityType;
use crate::turn::Lookup;
use crate::value::{Value, Values};

/// Entity types with their records by id.
#[derive(Default)]
pub(super) struct Shelf {
    types: BTreeMap<String, EntityType>,
    records: BTreeMap<(String, String), Values>,
}

impl Shelf {
    pub(super) fn put(&mut self, entity: EntityType, id: &str, mut values: Values) {
        values.insert("id".to_owned(), Value::from(id));
        let key = (entity.name.clone(), id.to_owned());
        self.records.insert(key, values);
        self.types.insert(entity.name.clone(), entity);
    }
}

impl Lookup for Shelf {
    fn record(&self, entity: &str, id: &str) -> Option<Values> {
        let key = (entity.to_owned(), id.to_owned());
        self.records.get(&key).cloned()
    }

    fn entity(&self, name: &str) -> Option<EntityType> {
        self.types.get(name).cloned()
    }

    fn found(&self, entity: &str, field: &str, is: &Value) -> Vec<Values> {
        let of_type = self
            .records
            .iter()
            .filter(|((known, _), _)| known == entity);
        of_type
            .map(|(_, values)| values)
            .filter(|values| values.get(field) == Some(is))
            .cloned()
            .collect()
    }
}
