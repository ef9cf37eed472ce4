//! The records of a batch: who writes or guards which, and the statements per entity type.

use std::collections::{BTreeMap, BTreeSet};

use assent_core::write::{RecordWrite, Write};
use serde_json::Value as Json;

use super::batch::fetch;
use crate::entities;
use crate::entity_sql::EntityTable;
use crate::error::StoreError;
use crate::tx::Tx;

/// What a batch wants from one record.
pub(crate) struct Claim<'a> {
    /// The writes that want it, in order; all of them win or lose together.
    pub(super) writers: Vec<usize>,
    /// What it holds after all of them; none when it is only guarded.
    last: Option<&'a RecordWrite>,
    /// True when the first of them makes it.
    made: bool,
    /// The `rev` it must have before the first.
    expected: Option<u64>,
    /// How much its `rev` grows; not at all when it is only looked at.
    times: u64,
}

impl<'a> Claim<'a> {
    /// One record that is written outside a batch.
    pub(crate) fn one(record: &'a RecordWrite, expected: Option<u64>) -> Self {
        Self {
            writers: vec![0],
            last: Some(record),
            made: record.new,
            expected,
            times: 1,
        }
    }

    /// Writes it alone; true when it was won.
    pub(crate) async fn write(self, tx: &mut Tx, table: &EntityTable) -> Result<bool, StoreError> {
        let Some(record) = self.last else {
            return Ok(false);
        };
        let claims = BTreeMap::from([(record.id.as_str(), self)]);
        Ok(!write_records(tx, table, &claims).await?.is_empty())
    }

    /// True when a write that read the record at `rev` may follow those before it.
    fn continues(&self, rev: Option<u64>) -> bool {
        match (rev, self.made, self.expected) {
            (None, _, _) => true,
            (Some(rev), true, _) => rev == self.times,
            (Some(rev), false, Some(expected)) => rev == expected + self.times,
            // What it has now is not known before the statement runs.
            (Some(_), false, None) => false,
        }
    }
}

/// All records a batch touches, by entity type and id.
#[derive(Default)]
pub(super) struct Records<'a> {
    pub(super) claims: BTreeMap<&'a str, BTreeMap<&'a str, Claim<'a>>>,
    /// Writes that cannot win whatever the database holds.
    pub(super) lost: BTreeSet<usize>,
}

impl<'a> Records<'a> {
    /// Adds the records of one write.
    pub(super) fn add(&mut self, at: usize, write: &'a Write) {
        let guard = |entity: &str, id: &str| {
            let of = |guard: &&assent_core::write::Guard| guard.entity == entity && guard.id == id;
            write.guards.iter().find(of).map(|guard| guard.rev)
        };
        for record in &write.records {
            let (entity, id) = (record.entity.name.as_str(), record.id.as_str());
            self.claim(at, (entity, id), guard(entity, id), Some(record), true);
        }
        for guard in &write.guards {
            let own =
                |record: &RecordWrite| record.entity.name == guard.entity && record.id == guard.id;
            if !write.records.iter().any(own) {
                let what = (guard.entity.as_str(), guard.id.as_str());
                self.claim(at, what, Some(guard.rev), None, guard.grows);
            }
        }
    }

    fn claim(
        &mut self,
        at: usize,
        (entity, id): (&'a str, &'a str),
        expected: Option<u64>,
        record: Option<&'a RecordWrite>,
        grows: bool,
    ) {
        let made = record.is_some_and(|record| record.new);
        let claims = self.claims.entry(entity).or_default();
        match claims.get_mut(id) {
            // A second maker, or one that was decided on what is no longer so.
            Some(claim) if made || !claim.continues(expected) => {
                self.lost.insert(at);
            }
            Some(claim) => {
                claim.writers.push(at);
                claim.times += u64::from(grows);
                claim.last = record.or(claim.last);
            }
            None => {
                let claim = Claim {
                    writers: vec![at],
                    last: record,
                    made,
                    expected: expected.filter(|_| !made),
                    times: u64::from(grows),
                };
                claims.insert(id, claim);
            }
        }
    }
}

/// Writes the records of one entity type and returns the ids that were won.
pub(super) async fn write_records(
    tx: &mut Tx,
    table: &EntityTable,
    claims: &BTreeMap<&str, Claim<'_>>,
) -> Result<BTreeSet<String>, StoreError> {
    let [new, changed, touched, seen] = rows_by_way(table, claims)?;
    let mut rows = fetch(tx, &table.insert, &new).await?;
    rows.extend(fetch(tx, &table.update, &changed).await?);
    rows.extend(fetch(tx, &table.touch, &touched).await?);
    rows.extend(fetch(tx, &table.look, &seen).await?);
    rows.into_iter().map(|mut row| row.text()).collect()
}

/// Rows for the statements of one entity type: insert, update, touch, look.
pub(super) fn rows_by_way(
    table: &EntityTable,
    claims: &BTreeMap<&str, Claim<'_>>,
) -> Result<[Vec<Vec<Json>>; 4], StoreError> {
    let [mut new, mut changed, mut touched, mut seen] = [const { vec![] }; 4];
    for (id, claim) in claims {
        match claim.last {
            Some(record) => {
                let row = entities::to_row(table, record, claim.times, claim.expected)?;
                if claim.made { &mut new } else { &mut changed }.push(row);
            }
            None if claim.times == 0 => seen.push(vec![Json::from(*id), claim.expected.into()]),
            None => touched.push(vec![
                Json::from(*id),
                claim.times.into(),
                claim.expected.into(),
            ]),
        }
    }
    Ok([new, changed, touched, seen])
}
