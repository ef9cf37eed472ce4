//! One run of a batch: first the gates (idempotency keys, instances, records), which single out the losers, then
//! everything else for the winners.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use assent_core::write::Write;
use serde::Serialize;

use super::Outcome;
use super::changes::{Changes, Counts};
use super::records::{Records, write_records};
use super::sql;
use crate::Store;
use crate::db::{args, json_rows};
use crate::dialect::Sql;
use crate::error::StoreError;
use crate::row::Row;
use crate::tx::Tx;

/// How a run ended.
pub(super) enum Ran {
    /// Everything is written; commit it.
    Through(Vec<Outcome>),
    /// These lost at a late gate; roll back and run without them.
    Lost(BTreeSet<usize>),
}

pub(super) struct Batch<'a> {
    store: &'a Store,
    writes: &'a [Write],
    shard: u32,
    outcomes: Vec<Outcome>,
    /// Keys that are new.
    taken: BTreeSet<String>,
    counts: Counts,
}

/// The writes of one instance that are still in the race, in order.
type Chains<'a> = BTreeMap<&'a str, Vec<usize>>;

impl<'a> Batch<'a> {
    pub(super) fn new(
        store: &'a Store,
        writes: &'a [Write],
        lost: &BTreeSet<usize>,
        shard: u32,
    ) -> Self {
        let mut outcomes = vec![Outcome::Done; writes.len()];
        for at in lost {
            outcomes[*at] = Outcome::Stale;
        }
        Self {
            store,
            writes,
            shard,
            outcomes,
            taken: BTreeSet::new(),
            counts: Counts::default(),
        }
    }

    pub(super) async fn run(mut self, tx: &mut Tx) -> Result<Ran, StoreError> {
        self.keys(tx).await?;
        let mut chains = self.chains();
        self.instances(tx, &mut chains).await?;
        self.forget_keys(tx).await?;
        let mut lost = self.turns(tx, &chains).await?;
        lost.extend(self.records(tx, &chains).await?);
        if !lost.is_empty() {
            return Ok(Ran::Lost(lost));
        }
        let mut changes = Changes::collect(self.writes, &chains);
        changes.close_tasks(tx, &mut self.counts).await?;
        changes.write(tx).await?;
        self.counts.write(tx, self.shard).await?;
        Ok(Ran::Through(self.outcomes))
    }

    fn alive(&self) -> impl Iterator<Item = (usize, &'a Write)> {
        let alive: Vec<_> = (0..self.writes.len())
            .filter(|at| self.outcomes[*at] == Outcome::Done)
            .collect();
        alive.into_iter().map(|at| (at, &self.writes[at]))
    }

    /// Takes the keys; a taken one answers what it answered before. Two commands with one key in the same batch: the
    /// second is decided again, and then finds the first one's answer.
    async fn keys(&mut self, tx: &mut Tx) -> Result<(), StoreError> {
        let mut first = BTreeMap::new();
        let mut again = vec![];
        for (at, write) in self.alive() {
            if let Some((key, answer)) = &write.answer {
                if first.contains_key(key.as_str()) {
                    again.push(at);
                } else {
                    first.insert(key.as_str(), (at, (key, answer, write.instance.updated)));
                }
            }
        }
        for at in again {
            self.outcomes[at] = Outcome::Stale;
        }
        let rows: Vec<_> = first.values().map(|(_, row)| row).collect();
        for mut row in fetch(tx, &sql::ANSWERS_INSERT, &rows).await? {
            self.taken.insert(row.text()?);
        }
        let known: Vec<_> = first
            .keys()
            .filter(|key| !self.taken.contains(**key))
            .map(|key| (key,))
            .collect();
        for mut row in fetch(tx, &sql::ANSWERS_SELECT, &known).await? {
            let (key, answer) = (row.text()?, row.text()?);
            if let Some((at, _)) = first.get(key.as_str()) {
                self.outcomes[*at] = Outcome::Repeated(answer);
            }
        }
        Ok(())
    }

    /// Frees the keys of those that turned out to be stale.
    async fn forget_keys(&mut self, tx: &mut Tx) -> Result<(), StoreError> {
        let mut losers = std::mem::take(&mut self.taken);
        for (_, write) in self.alive() {
            if let Some((key, _)) = &write.answer {
                losers.remove(key);
            }
        }
        let losers: Vec<_> = losers.into_iter().map(|key| (key,)).collect();
        execute(tx, &sql::ANSWERS_DELETE, &losers).await
    }

    /// Groups by instance; whoever does not continue the one before is stale, and all behind it.
    fn chains(&mut self) -> Chains<'a> {
        let mut chains = Chains::new();
        let mut broken = BTreeSet::new();
        let mut stale = vec![];
        for (at, write) in self.alive() {
            let id = write.instance.id.as_str();
            let before = chains.get(id).and_then(|chain: &Vec<usize>| chain.last());
            let continues = before
                .is_none_or(|before| write.expected_rev == Some(self.writes[*before].instance.rev));
            if continues && !broken.contains(id) {
                chains.entry(id).or_default().push(at);
            } else {
                broken.insert(id);
                stale.push(at);
            }
        }
        for at in stale {
            self.outcomes[at] = Outcome::Stale;
        }
        chains
    }

    /// The compare-and-swap: the chain's first says what must be there, its last what is written.
    async fn instances(&mut self, tx: &mut Tx, chains: &mut Chains<'a>) -> Result<(), StoreError> {
        let (mut new, mut changed) = (vec![], vec![]);
        for chain in chains.values() {
            let (Some(first), Some(last)) = (chain.first(), chain.last()) else {
                continue;
            };
            let expected = self.writes[*first].expected_rev;
            let row = instance_row(&self.writes[*last], expected);
            if expected.is_none() {
                &mut new
            } else {
                &mut changed
            }
            .push(row);
        }
        let mut won = HashMap::new();
        let mut rows = fetch(tx, &sql::INSTANCES_INSERT, &new).await?;
        rows.extend(fetch(tx, &sql::INSTANCES_UPDATE, &changed).await?);
        for mut row in rows {
            won.insert(row.text()?, row.text()?);
        }
        chains.retain(|id, chain| {
            let Some(was) = won.get(*id) else {
                for at in chain {
                    self.outcomes[*at] = Outcome::Stale;
                }
                return false;
            };
            if let Some(last) = chain.last() {
                self.counts.moved(&self.writes[*last].instance, was);
            }
            true
        });
        Ok(())
    }

    /// Moves the counters of turns taken on; returns the writes whose turn somebody else took meanwhile. Two of one batch
    /// that read the same count cannot both have it.
    async fn turns(&self, tx: &mut Tx, chains: &Chains<'a>) -> Result<BTreeSet<usize>, StoreError> {
        let in_order: BTreeSet<usize> = chains.values().flatten().copied().collect();
        let (mut taken, mut lost) = (BTreeMap::<&str, (usize, u64)>::new(), BTreeSet::new());
        for at in in_order {
            for turn in &self.writes[at].turns {
                let first = taken
                    .entry(turn.counter.as_str())
                    .or_insert((at, turn.number));
                if first.0 != at {
                    lost.insert(at);
                }
            }
        }
        let rows: Vec<_> = taken.iter().map(|(name, (_, n))| (name, n)).collect();
        let mut won = BTreeSet::new();
        for mut row in fetch(tx, &sql::TURNS_TAKE, &rows).await? {
            won.insert(row.text()?);
        }
        let late = taken.iter().filter(|(name, _)| !won.contains(**name));
        lost.extend(late.map(|(_, (at, _))| *at));
        Ok(lost)
    }

    /// Writes the records, by entity type; returns the writes whose record is taken, gone or has moved.
    async fn records(
        &self,
        tx: &mut Tx,
        chains: &Chains<'a>,
    ) -> Result<BTreeSet<usize>, StoreError> {
        let in_order: BTreeSet<usize> = chains.values().flatten().copied().collect();
        let mut records = Records::default();
        for at in in_order {
            records.add(at, &self.writes[at]);
        }
        let mut lost = records.lost;
        for (entity, claims) in records.claims {
            let Some(table) = self.store.known_table(entity).await? else {
                return Err(StoreError::other(format!("no table for {entity}")));
            };
            let won = write_records(tx, &table, &claims).await?;
            for (id, claim) in claims {
                if !won.contains(id) {
                    lost.extend(claim.writers);
                }
            }
        }
        Ok(lost)
    }
}

fn instance_row(write: &Write, expected: Option<u64>) -> impl Serialize {
    let row = &write.instance;
    (
        &row.id,
        expected,
        &row.flow,
        &row.version,
        &row.entity,
        &row.record,
        &row.applicant,
        &row.status,
        i64::from(row.ended),
        &row.title,
        &row.standing,
        row.rev,
        row.started,
        row.updated,
        &row.state,
    )
}

/// Runs a statement over rows and returns what it answers; nothing for no rows.
pub(super) async fn fetch(
    tx: &mut Tx,
    sql: &Sql,
    rows: &[impl Serialize],
) -> Result<Vec<Row>, StoreError> {
    if rows.is_empty() {
        return Ok(vec![]);
    }
    tx.fetch(sql, args![json_rows(rows)?]).await
}

/// Runs a statement over rows; nothing for no rows.
pub(crate) async fn execute(
    tx: &mut Tx,
    sql: &Sql,
    rows: &[impl Serialize],
) -> Result<(), StoreError> {
    if !rows.is_empty() {
        tx.execute(sql, args![json_rows(rows)?]).await?;
    }
    Ok(())
}
