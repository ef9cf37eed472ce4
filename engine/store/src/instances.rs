//! Instances: loading one with its record, and its trail.

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
        let mut loaded = vec![];
        for row in self.reader().fetch(&BY_ID, args![rows]).await? {
            let row = instance_from_row(row)?;
            let record = self.load_record(&row.entity, &row.record).await?;
            let (values, record_rev) =
                record.map_or_else(Default::default, |record| (record.values, record.rev));
            loaded.push(Loaded {
                row,
                values,
                record_rev,
            });
        }
        Ok(loaded)
    }

    /// One record of an entity type.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn load_record(&self, entity: &str, id: &str) -> Result<Option<Stored>, StoreError> {
        let Some(table) = self.known_table(entity).await? else {
            return Ok(None);
        };
        let rows = serde_json::json!([[id]]).to_string();
        let mut rows = self.reader().fetch(&table.select, args![rows]).await?;
        rows.pop().map(|row| from_row(&table, row)).transpose()
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
