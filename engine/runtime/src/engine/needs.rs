//! What modules read besides the record: found before the turn, guarded by it; and document numbers.

use std::collections::btree_map::Entry;

use assent_core::definition::{Definition, StateKind};
use assent_core::field::EntityType;
use assent_core::module::{COUNTERS, Query, Series};
use assent_core::text::Text;
use assent_core::value::{Value, Values};
use assent_core::write::{Guard, RecordWrite, Write};
use assent_store::{Filter, RecordQuery, Test};

use super::Preloaded;
use crate::app::{App, AppError};

/// Most records one query of a module may find. More is refused: a sum over a part of them would be wrong.
const FOUND_MAX: u32 = 2_000;

/// The entity type of counters. The last number issued is the record's `rev`, so that drawing the next one is part of the
/// compare-and-swap and leaves no gap; a value that only one record may hold is guarded by a record of its own here.
pub(crate) fn number_series() -> EntityType {
    EntityType {
        name: COUNTERS.to_owned(),
        label: Text::new("编号", "Number series"),
        fields: vec![],
        title_field: None,
    }
}

impl App {
    /// Adds what the modules' hooks need for a record of this type with these values.
    pub(crate) async fn find_needs(
        &self,
        entity: &str,
        values: &Values,
        known: &mut Preloaded,
    ) -> Result<(), AppError> {
        let modules = self.config().modules.iter();
        let queries = modules.flat_map(|module| module.needs(entity, values));
        let queries: Vec<Query> = queries.collect();
        // Guards first: what is added after they were read makes the turn stale; the other way round it would be missed.
        for (entity, id) in queries.iter().filter_map(|query| query.guard.clone()) {
            let of = |guard: &Guard| guard.entity == entity && guard.id == id;
            if known.guards.iter().any(of) {
                continue;
            }
            let record = self.store().load_record(&entity, &id).await?;
            // A value that nobody asked for yet has no record: the turn makes it.
            let rev = record.map(|record| record.rev);
            if let Some(rev) = rev.or((entity == COUNTERS).then_some(0)) {
                known.guards.push(Guard {
                    entity,
                    id,
                    rev,
                    grows: true,
                });
            }
        }
        for query in queries {
            let key = (query.entity.clone(), query.field.clone(), query.is.clone());
            if let Entry::Vacant(unknown) = known.found.entry(key) {
                unknown.insert(self.find(&query).await?);
            }
        }
        Ok(())
    }

    async fn find(&self, query: &Query) -> Result<Vec<Values>, AppError> {
        let filter = if query.field == "id" {
            Filter::Id(query.is.ids().into_iter().map(str::to_owned).collect())
        } else {
            Filter::Field(query.field.clone(), Test::Is(query.is.clone()))
        };
        let wanted = RecordQuery {
            entity: query.entity.clone(),
            filter,
            sort: None,
            limit: FOUND_MAX + 1,
        };
        let records = self.store().list_records(&wanted, None).await?;
        if u32::try_from(records.len()).is_ok_and(|n| n > FOUND_MAX) {
            return Err(AppError::unavailable(
                "too_many_records",
                "相关的记录太多，无法核对，请联系管理员归档",
                "There are too many related records to check; ask an administrator to archive some",
                format!("{query:?}"),
            ));
        }
        let with_id = |record: assent_store::Stored| {
            let mut values = record.values;
            values.insert("id".to_owned(), Value::Text(record.id));
            values
        };
        Ok(records.into_iter().map(with_id).collect())
    }

    /// Adds the counters a record of this flow, or one made beside it, may draw a number from.
    pub(super) async fn find_counters(
        &self,
        def: &Definition,
        values: &Values,
        year: i16,
        known: &mut Preloaded,
    ) -> Result<(), AppError> {
        for series in self.series() {
            let own = series.entity == def.entity.name
                && values.get(&series.field).is_none_or(Value::is_empty);
            if !own && !makes(def, &series.entity) {
                continue;
            }
            let counter = series.counter(year);
            let record = self.store().load_record(COUNTERS, &counter).await?;
            let issued = record.map_or(0, |record| record.rev);
            known.issued.insert(counter, issued);
        }
        Ok(())
    }

    fn series(&self) -> impl Iterator<Item = &Series> {
        let modules = self.config().modules.iter();
        modules.flat_map(|module| &module.manifest().numbers)
    }

    /// What was decided on other records is written only while they are as they were; a number that is now in a record
    /// counts as issued.
    pub(super) fn guard_needs(&self, write: &mut Write, year: i16, known: &Preloaded) {
        if write.records.is_empty() {
            return;
        }
        let written = |guard: &&Guard| {
            let own =
                |record: &RecordWrite| record.entity.name == guard.entity && record.id == guard.id;
            !write.records.iter().any(own)
        };
        let guards: Vec<Guard> = known.guards.iter().filter(written).cloned().collect();
        let (first, others): (Vec<Guard>, Vec<Guard>) =
            guards.into_iter().partition(|guard| guard.rev == 0);
        write.guards.extend(others);
        write
            .records
            .extend(first.into_iter().map(|it| counter(it.id)));
        let drawn: Vec<String> = self
            .series()
            .filter(|series| {
                let Some(issued) = known.issued.get(&series.counter(year)) else {
                    return false;
                };
                let number = Value::Text(series.number(year, issued + 1));
                let records = write.records.iter();
                let mut of_type = records.filter(|record| record.entity.name == series.entity);
                of_type.any(|record| record.values.get(&series.field) == Some(&number))
            })
            .map(|series| series.counter(year))
            .collect();
        for id in drawn {
            match known.issued.get(&id) {
                Some(rev) if *rev > 0 => write.guards.push(Guard {
                    entity: COUNTERS.to_owned(),
                    id,
                    rev: *rev,
                    grows: true,
                }),
                Some(_) | None => write.records.push(counter(id)),
            }
        }
    }
}

/// A counter as it begins. Of two who make it at the same time one is decided again.
fn counter(id: String) -> RecordWrite {
    RecordWrite {
        entity: number_series(),
        id,
        values: Values::new(),
        new: true,
    }
}

/// True when an action of the flow makes records of this type.
fn makes(def: &Definition, entity: &str) -> bool {
    def.states.iter().any(|state| match &state.kind {
        StateKind::Work { actions, .. } => actions
            .iter()
            .any(|action| action.create.iter().any(|made| made.entity == entity)),
        _ => false,
    })
}
