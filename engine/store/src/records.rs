//! Records outside flows: lists, sums, and edits, which leave events too.

use assent_core::value::Value;
use assent_core::write::{EventRow, RecordWrite};

use crate::commit::{Claim, append_event};
use crate::db::{Arg, args};
use crate::entities::{Stored, from_row};
use crate::entity_sql;
use crate::error::StoreError;
use crate::filter::{Condition, Filter};
use crate::row::Cell;
use crate::store::transaction;
use crate::{Outcome, Store};

/// A page of records.
#[derive(Clone, Debug)]
pub struct RecordQuery {
    /// Entity type.
    pub entity: String,
    /// Which.
    pub filter: Filter,
    /// By which field, and whether downwards; none: the newest first. What holds nothing counts as smallest.
    pub sort: Option<(String, bool)>,
    /// At most so many.
    pub limit: u32,
}

/// Records added up.
#[derive(Clone, Debug)]
pub struct Summary {
    /// Entity type.
    pub entity: String,
    /// Which.
    pub filter: Filter,
    /// By the values of these fields.
    pub by: Vec<String>,
    /// The sums of these fields, each a number.
    pub sums: Vec<String>,
}

/// One group of a [`Summary`].
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// The values it is the group of, in the order of [`Summary::by`].
    pub by: Vec<Value>,
    /// How many records.
    pub count: u64,
    /// The sums, in the order of [`Summary::sums`]; empty where no record holds a number.
    pub sums: Vec<Value>,
}

/// The chain of events of a record that is edited outside flows.
pub fn record_chain(entity: &str, id: &str) -> String {
    format!("record:{entity}:{id}")
}

impl Store {
    /// A page of records behind the last one of the page before.
    ///
    /// # Errors
    /// When the entity type or a field is unknown, or the database cannot be read.
    pub async fn list_records(
        &self,
        query: &RecordQuery,
        after: Option<&Stored>,
    ) -> Result<Vec<Stored>, StoreError> {
        let table = self.table_of(&query.entity).await?;
        let mut condition = Condition {
            dialect: self.dialect(),
            table: &table,
            args: vec![],
        };
        let sql = entity_sql::list(&mut condition, query, after)?;
        let rows = self.reader().fetch(&sql, condition.args).await?;
        rows.into_iter().map(|row| from_row(&table, row)).collect()
    }

    /// Counts and sums of records by the values of fields, ordered by them.
    ///
    /// # Errors
    /// When the entity type or a field is unknown, a sum is not of numbers, or the database cannot be read.
    pub async fn summarise(&self, summary: &Summary) -> Result<Vec<Group>, StoreError> {
        let table = self.table_of(&summary.entity).await?;
        let mut condition = Condition {
            dialect: self.dialect(),
            table: &table,
            args: vec![],
        };
        let sql = entity_sql::summary(&mut condition, summary)?;
        let forms = |fields: &[String]| {
            fields
                .iter()
                .map(|field| condition.column(field).map(|column| column.form))
                .collect::<Result<Vec<_>, _>>()
        };
        let (by, sums) = (forms(&summary.by)?, forms(&summary.sums)?);
        let mut groups = vec![];
        for mut row in self.reader().fetch(&sql, condition.args.clone()).await? {
            let mut decode = |forms: &[crate::form::Form]| {
                forms
                    .iter()
                    .map(|form| form.decode(row.cell()?))
                    .collect::<Result<Vec<_>, _>>()
            };
            let (by, sums) = (decode(&by)?, decode(&sums)?);
            let count = row.count()?;
            groups.push(Group { by, count, sums });
        }
        Ok(groups)
    }

    /// Makes or changes a record outside any flow, with the event that says so in the record's own chain
    /// ([`record_chain`]). Stale when the record has not `expected_rev`, a new one's id is taken, or the event's number is.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn save_record(
        &self,
        record: &RecordWrite,
        expected_rev: Option<u64>,
        event: &EventRow,
    ) -> Result<Outcome, StoreError> {
        self.ensure_entity(&record.entity).await?;
        let table = self.table_of(&record.entity.name).await?;
        let chain = record_chain(&record.entity.name, &record.id);
        transaction!(self, tx => {
            let won = Claim::one(record, expected_rev).write(tx, &table).await?;
            let logged = won && append_event(tx, &chain, event).await?;
            if logged {
                Outcome::Done
            } else {
                tx.undo();
                Outcome::Stale
            }
        })
    }

    /// Deletes a record outside any flow, with the event that says so. The trail keeps what the event holds.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn delete_record(
        &self,
        entity: &str,
        id: &str,
        expected_rev: u64,
        event: &EventRow,
    ) -> Result<Outcome, StoreError> {
        let table = self.table_of(entity).await?;
        let chain = record_chain(entity, id);
        let rev = i64::try_from(expected_rev).unwrap_or(i64::MAX);
        transaction!(self, tx => {
            let gone = tx.execute(&table.delete, args![id, rev]).await? > 0;
            let logged = gone && append_event(tx, &chain, event).await?;
            if logged {
                Outcome::Done
            } else {
                tx.undo();
                Outcome::Stale
            }
        })
    }

    async fn table_of(
        &self,
        entity: &str,
    ) -> Result<std::sync::Arc<entity_sql::EntityTable>, StoreError> {
        let table = self.known_table(entity).await?;
        table.ok_or_else(|| StoreError::other(format!("there is no entity type {entity}")))
    }
}

/// The value a sort key has in a page's last record, as it is compared.
pub(crate) fn sort_key(form: crate::form::Form, record: &Stored, field: &str) -> Arg {
    let value = record.values.get(field).unwrap_or(&Value::Empty);
    form.bound(value)
        .map_or_else(|| form.least(), |(arg, _)| arg)
}

/// A cell as text, for dumps.
pub(crate) fn shown(cell: &Cell) -> String {
    match cell {
        Cell::Null => "null".into(),
        Cell::Int(number) => number.to_string(),
        Cell::Text(text) => format!("{text:?}"),
        Cell::Blob(bytes) => format!("{} bytes {bytes:02x?}", bytes.len()),
    }
}
