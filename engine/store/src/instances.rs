//! Instances: loading one with its record, and its trail.

use std::collections::{BTreeMap, BTreeSet};

use assent_core::value::Values;
use assent_core::write::{EventRow, InstanceRow};

use crate::Store;
use crate::db::{args, json_rows};
use crate::dialect::{Sql, over_rows};
use crate::entities::{Stored, from_row};
use crate::error::StoreError;
use crate::packing::events_from;
use crate::row::Row;

/// An instance as a turn needs it.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    /// Its row; `row.rev` is what a write must expect.
    pub row: InstanceRow,
    /// Its record's values; none of them when there is no record.
    pub values: Values,
    /// The record's own `rev`; 0 when there is no record.
    pub record_rev: u64,
}

const BY_ID: Sql = over_rows!(
    "select i.id, i.flow, i.version, i.entity, i.record, i.applicant, i.status, i.ended, i.title, i.standing, i.rev, \
     i.started, i.updated, i.state from",
    "join instances i on i.id = j.value->>0 order by i.id"
);
const EVENTS: Sql = Sql::Same(
    "select seq, at, actor, kind, body, hash from events where instance = $1 and seq >= $2 order by seq limit $3",
);
const ANSWER: Sql = Sql::Same("select answer from answers where key = $1");
const ANSWERS_OLD: Sql = Sql::Same("delete from answers where at < $1");

impl Store {
    /// An instance with its record.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn load_instance(&self, id: &str) -> Result<Option<Loaded>, StoreError> {
        Ok(self.load_instances(&[id]).await?.pop())
    }

    /// Many instances with their records, ordered by id; unknown ids are left out.
    ///
    /// The record is read after the instance. A turn decided on a newer record than the instance's is still caught: the
    /// instance's `rev` has moved then.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn load_instances(&self, ids: &[&str]) -> Result<Vec<Loaded>, StoreError> {
        let rows: Vec<_> = ids.iter().map(|id| (id,)).collect();
        let rows = json_rows(&rows)?;
        let rows = self.reader().fetch(&BY_ID, args![rows]).await?;
        let rows = rows
            .into_iter()
            .map(instance_from_row)
            .collect::<Result<Vec<_>, _>>()?;
        let mut wanted = BTreeMap::<&str, BTreeSet<&str>>::new();
        for row in &rows {
            wanted.entry(&row.entity).or_default().insert(&row.record);
        }
        let mut records = BTreeMap::new();
        for (entity, ids) in wanted {
            let ids: Vec<_> = ids.into_iter().map(|id| (id,)).collect();
            for record in self.records_of(entity, &ids).await? {
                records.insert((entity.to_owned(), record.id.clone()), record);
            }
        }
        let with_record = |row: InstanceRow| {
            let record = records.get(&(row.entity.clone(), row.record.clone()));
            let (values, record_rev) = record.map_or_else(Default::default, |record| {
                (record.values.clone(), record.rev)
            });
            Loaded {
                row,
                values,
                record_rev,
            }
        };
        Ok(rows.into_iter().map(with_record).collect())
    }

    /// Records of one entity type by id, in any order.
    async fn records_of(&self, entity: &str, ids: &[(&str,)]) -> Result<Vec<Stored>, StoreError> {
        let Some(table) = self.known_table(entity).await? else {
            return Ok(vec![]);
        };
        let rows = self.reader().fetch(&table.select, args![json_rows(ids)?]);
        let rows = rows.await?.into_iter();
        rows.map(|row| from_row(&table, row)).collect()
    }

    /// One record of an entity type.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn load_record(&self, entity: &str, id: &str) -> Result<Option<Stored>, StoreError> {
        Ok(self.records_of(entity, &[(id,)]).await?.pop())
    }

    /// The trail of an instance from the event `from_seq` on (1 is the first), at most `limit`.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn events(
        &self,
        instance: &str,
        from_seq: u32,
        limit: u32,
    ) -> Result<Vec<EventRow>, StoreError> {
        let rows = self.list(&EVENTS, args![instance, from_seq, limit], event_from_row);
        Ok(events_from(rows.await?, from_seq.into(), limit))
    }

    /// What a command with this idempotency key was answered.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn answer(&self, key: &str) -> Result<Option<String>, StoreError> {
        self.one(&ANSWER, args![key], |mut row| row.text()).await
    }

    /// Forgets answers older than this; returns how many.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn forget_answers(
        &self,
        before: assent_core::time::Moment,
    ) -> Result<u64, StoreError> {
        self.run(&ANSWERS_OLD, args![before]).await
    }
}

/// From the columns of an instance, in the order of [`InstanceRow`].
pub(crate) fn instance_from_row(mut row: Row) -> Result<InstanceRow, StoreError> {
    Ok(InstanceRow {
        id: row.text()?,
        flow: row.text()?,
        version: row.text()?,
        entity: row.text()?,
        record: row.text()?,
        applicant: row.text()?,
        status: row.text()?,
        ended: row.flag()?,
        title: row.text()?,
        standing: row.text()?,
        rev: row.count()?,
        started: row.moment()?,
        updated: row.moment()?,
        state: row.text()?,
    })
}

pub(crate) fn event_from_row(mut row: Row) -> Result<EventRow, StoreError> {
    Ok(EventRow {
        seq: row.count()?,
        at: row.moment()?,
        actor: row.text()?,
        kind: row.text()?,
        body: row.text()?,
        hash: row.text()?,
    })
}
