//! One run of a batch, gate by gate: idempotency keys, instances, turns, records single out the losers, then everything else
//! is written for the winners. It is the way of a batch in which somebody may lose; see [`super::at_once`] for the others.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use assent_core::write::{InstanceRow, Write};
use serde::Serialize;

use super::Outcome;
use super::changes::{Changes, Counts};
use super::records::{Records, write_records};
use super::sql;
use crate::Store;
use crate::db::{args, json_rows};
use crate::dialect::Sql;
use crate::entity_sql::EntityTable;
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
    pub(super) store: &'a Store,
    pub(super) writes: &'a [Write],
    pub(super) shard: u32,
    pub(super) outcomes: Vec<Outcome>,
    /// Keys that are new.
    taken: BTreeSet<String>,
    pub(super) counts: Counts,
}

/// The writes of one instance that are still in the race, in order.
pub(super) type Chains<'a> = BTreeMap<&'a str, Vec<usize>>;
/// The first write with each idempotency key.
type Keys<'a> = BTreeMap<&'a str, usize>;
/// Counters of turns: who moves each, and to what.
pub(super) type Taken<'a> = BTreeMap<&'a str, (usize, u64)>;

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

    pub(super) async fn gate_by_gate(mut self, tx: &mut Tx) -> Result<Ran, StoreError> {
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
        for (sql, rows) in changes.rows()? {
            send(tx, sql, rows).await?;
        }
        send(tx, &sql::COUNTERS_ADD, self.counts.rows(self.shard)?).await?;
        Ok(Ran::Through(self.outcomes))
    }

    pub(super) fn alive(&self) -> impl Iterator<Item = (usize, &'a Write)> {
        let alive: Vec<_> = (0..self.writes.len())
            .filter(|at| self.outcomes[*at] == Outcome::Done)
            .collect();
        alive.into_iter().map(|at| (at, &self.writes[at]))
    }

    /// Takes the keys; a taken one answers what it answered before. Two commands with one key in the same batch: the
    /// second is decided again, and then finds the first one's answer.
    async fn keys(&mut self, tx: &mut Tx) -> Result<(), StoreError> {
        let first = self.first_keys();
        for mut row in fetch(tx, &sql::ANSWERS_INSERT, &self.answer_rows(&first)).await? {
            self.taken.insert(row.text()?);
        }
        let known: Vec<_> = first
            .keys()
            .filter(|key| !self.taken.contains(**key))
            .map(|key| (key,))
            .collect();
        for mut row in fetch(tx, &sql::ANSWERS_SELECT, &known).await? {
            let (key, answer) = (row.text()?, row.text()?);
            if let Some(at) = first.get(key.as_str()) {
                self.outcomes[*at] = Outcome::Repeated(answer);
            }
        }
        Ok(())
    }

    /// Who brings which key first; whoever brings it again in this batch is stale.
    pub(super) fn first_keys(&mut self) -> Keys<'a> {
        let (mut first, mut again) = (Keys::new(), vec![]);
        for (at, write) in self.alive() {
            if let Some((key, _)) = &write.answer {
                match first.entry(key.as_str()) {
                    Entry::Vacant(new) => {
                        new.insert(at);
                    }
                    Entry::Occupied(_) => again.push(at),
                }
            }
        }
        for at in again {
            self.outcomes[at] = Outcome::Stale;
        }
        first
    }

    pub(super) fn answer_rows(&self, first: &Keys<'a>) -> Vec<impl Serialize + use<'a>> {
        let writes = first.values().map(|at| &self.writes[*at]);
        let row = |write: &'a Write| {
            let (key, answer) = write.answer.as_ref()?;
            Some((key, answer, write.instance.updated))
        };
        writes.filter_map(row).collect()
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
    pub(super) fn chains(&mut self) -> Chains<'a> {
        let mut chains = Chains::new();
        let mut broken = BTreeSet::new();
        let mut stale = vec![];
        for (at, write) in self.alive() {
            let id = write.instance.id.as_str();
            let before = chains.get(id).and_then(|chain: &Vec<usize>| chain.last());
            let rev = write.before.as_ref().map(|row| row.rev);
            let continues =
                before.is_none_or(|before| rev == Some(self.writes[*before].instance.rev));
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
        let (new, changed) = self.instance_rows(chains);
        let mut won = BTreeSet::new();
        let mut rows = fetch(tx, &sql::INSTANCES_INSERT, &new).await?;
        rows.extend(fetch(tx, &sql::INSTANCES_UPDATE, &changed).await?);
        for mut row in rows {
            won.insert(row.text()?);
        }
        chains.retain(|id, chain| {
            let wins = won.contains(*id);
            if !wins {
                for at in chain {
                    self.outcomes[*at] = Outcome::Stale;
                }
            }
            wins
        });
        self.count_instances(chains);
        Ok(())
    }

    /// Rows of instances that are new, and of those that were there.
    pub(super) fn instance_rows(
        &self,
        chains: &Chains<'a>,
    ) -> (Vec<impl Serialize + use<'a>>, Vec<impl Serialize + use<'a>>) {
        let (mut new, mut changed) = (vec![], vec![]);
        for (first, last) in self.ends(chains) {
            match &first.before {
                None => new.push(new_row(&last.instance)),
                Some(before) => changed.push(changed_row(&last.instance, before.rev)),
            }
        }
        (new, changed)
    }

    pub(super) fn count_instances(&mut self, chains: &Chains<'a>) {
        for (first, last) in self.ends(chains) {
            let was = first.before.as_ref().map(|before| before.status.as_str());
            self.counts.moved(&last.instance, was);
        }
    }

    /// The first and the last write of each chain.
    fn ends(&self, chains: &Chains<'a>) -> Vec<(&'a Write, &'a Write)> {
        let end = |chain: &Vec<usize>| {
            let (first, last) = (*chain.first()?, *chain.last()?);
            Some((&self.writes[first], &self.writes[last]))
        };
        chains.values().filter_map(end).collect()
    }

    /// Moves the counters of turns taken on; returns the writes whose turn somebody else took meanwhile. Two of one batch
    /// that read the same count cannot both have it.
    async fn turns(&self, tx: &mut Tx, chains: &Chains<'a>) -> Result<BTreeSet<usize>, StoreError> {
        let (taken, mut lost) = self.taken(chains);
        let mut won = BTreeSet::new();
        for mut row in fetch(tx, &sql::TURNS_TAKE, &turn_rows(&taken)).await? {
            won.insert(row.text()?);
        }
        let late = taken.iter().filter(|(name, _)| !won.contains(**name));
        lost.extend(late.map(|(_, (at, _))| *at));
        Ok(lost)
    }

    /// Which counter of turns moves to what, by whom; and the writes that wanted one that another of this batch has.
    pub(super) fn taken(&self, chains: &Chains<'a>) -> (Taken<'a>, BTreeSet<usize>) {
        let (mut taken, mut lost) = (Taken::new(), BTreeSet::new());
        for at in in_order(chains) {
            for turn in &self.writes[at].turns {
                let first = taken
                    .entry(turn.counter.as_str())
                    .or_insert((at, turn.number));
                if first.0 != at {
                    lost.insert(at);
                }
            }
        }
        (taken, lost)
    }

    /// Writes the records, by entity type; returns the writes whose record is taken, gone or has moved.
    async fn records(
        &self,
        tx: &mut Tx,
        chains: &Chains<'a>,
    ) -> Result<BTreeSet<usize>, StoreError> {
        let records = self.claimed(chains);
        let mut lost = records.lost;
        for (entity, claims) in records.claims {
            let table = self.table(entity).await?;
            let won = write_records(tx, &table, &claims).await?;
            for (id, claim) in claims {
                if !won.contains(id) {
                    lost.extend(claim.writers);
                }
            }
        }
        Ok(lost)
    }

    /// What this batch wants from which record.
    pub(super) fn claimed(&self, chains: &Chains<'a>) -> Records<'a> {
        let mut records = Records::default();
        for at in in_order(chains) {
            records.add(at, &self.writes[at]);
        }
        records
    }

    pub(super) async fn table(&self, entity: &str) -> Result<Arc<EntityTable>, StoreError> {
        let table = self.store.known_table(entity).await?;
        table.ok_or_else(|| StoreError::other(format!("no table for {entity}")))
    }
}

/// Numbers of the writes in the race, as they came.
fn in_order(chains: &Chains<'_>) -> BTreeSet<usize> {
    chains.values().flatten().copied().collect()
}

pub(super) fn turn_rows<'a>(taken: &Taken<'a>) -> Vec<impl Serialize + use<'a>> {
    taken.iter().map(|(name, (_, n))| (*name, *n)).collect()
}

fn new_row(row: &InstanceRow) -> impl Serialize {
    (
        &row.id,
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

fn changed_row(row: &InstanceRow, expected: u64) -> impl Serialize {
    (
        &row.id,
        expected,
        &row.version,
        &row.record,
        &row.status,
        i64::from(row.ended),
        &row.title,
        &row.standing,
        row.rev,
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

/// Runs a statement over rows that are text already; nothing for no rows.
async fn send(tx: &mut Tx, sql: &Sql, rows: Option<String>) -> Result<(), StoreError> {
    if let Some(rows) = rows {
        tx.execute(sql, args![rows]).await?;
    }
    Ok(())
}

/// Runs a statement over rows; nothing for no rows.
pub(crate) async fn execute(
    tx: &mut Tx,
    sql: &Sql,
    rows: &[impl Serialize],
) -> Result<(), StoreError> {
    send(tx, sql, some_rows(rows)?).await
}

/// Rows as the parameter of their statement; none for none.
pub(super) fn some_rows(rows: &[impl Serialize]) -> Result<Option<String>, StoreError> {
    (!rows.is_empty()).then(|| json_rows(rows)).transpose()
}
