//! The committer's transaction: what many turns wrote, in one commit, with a fixed number of statements plus one or two
//! per entity type touched. Turns that came too late are singled out; the rest go on.

mod at_once;
mod batch;
mod changes;
mod records;
mod sql;

pub(crate) use at_once::script_for;
pub(crate) use batch::execute as execute_rows;
pub(crate) use changes::append_event;
pub(crate) use records::Claim;

use std::collections::BTreeSet;

use assent_core::write::Write;

use crate::Store;
use crate::error::StoreError;
use crate::store::try_again;
use crate::tx::Tx;
use batch::{Batch, Ran};

/// What became of one write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Committed.
    Done,
    /// The instance (or its record) has moved since it was loaded, or an id that must be new is taken. Nothing of this
    /// write was written: load, decide again.
    Stale,
    /// A command with this idempotency key was committed before; this is its answer. Nothing was written.
    Repeated(String),
}

impl Store {
    /// Commits what turns wrote, in order, in one transaction. One instance may occur several times when each write
    /// expects the `rev` the one before it left; a write behind a stale one of the same instance is stale too.
    ///
    /// # Errors
    /// When nothing was written (or, for [`crate::StoreErrorKind::Gone`], when it is unknown whether it was). One write the
    /// database refuses fails the whole batch: try each alone, as [`crate::Committer`] does.
    pub async fn commit(&self, writes: &[Write]) -> Result<Vec<Outcome>, StoreError> {
        self.commit_shard(writes, 0).await
    }

    /// The same, counting in this shard of the counters.
    pub(crate) async fn commit_shard(
        &self,
        writes: &[Write],
        shard: u32,
    ) -> Result<Vec<Outcome>, StoreError> {
        for write in writes {
            for record in &write.records {
                self.ensure_entity(&record.entity).await?;
            }
        }
        let mut tries = 0;
        loop {
            match self.try_commit(writes, shard).await {
                Err(error) if try_again(&error, &mut tries).await => {}
                done => return done,
            }
        }
    }

    async fn try_commit(&self, writes: &[Write], shard: u32) -> Result<Vec<Outcome>, StoreError> {
        // Writes that lost after others of the same transaction had been written: it is run again without them. Each
        // round adds at least one, so it ends.
        let mut lost = BTreeSet::new();
        loop {
            match Batch::new(self, writes, &lost, shard).at_once().await? {
                Some(Ran::Through(outcomes)) => return Ok(outcomes),
                Some(Ran::Lost(more)) => {
                    lost.extend(more);
                    continue;
                }
                None => {}
            }
            let mut tx = Tx::begin(self.writer()).await?;
            let batch = Batch::new(self, writes, &lost, shard);
            let ran = batch.gate_by_gate(&mut tx).await;
            count_calls(&tx);
            if let Ok(Ran::Lost(_)) = ran {
                tx.undo();
            }
            match tx.end(ran).await? {
                Ran::Through(outcomes) => return Ok(outcomes),
                Ran::Lost(more) => lost.extend(more),
            }
        }
    }
}

/// How often the database was asked for a batch, its COMMIT included.
fn count_calls(tx: &Tx) {
    metrics::counter!("assent_commit_calls_total").increment(u64::from(tx.calls()) + 1);
}
