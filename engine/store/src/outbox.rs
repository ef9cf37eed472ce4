//! The outbox: effects claimed by a worker, delivered at least once, retried, or dead. Turns put them in.

use assent_core::time::Moment;
use assent_core::write::EventRow;

use crate::Store;
use crate::commit::append_event;
use crate::db::args;
use crate::dialect::{Sql, claim};
use crate::error::StoreError;
use crate::row::Row;
use crate::store::transaction;
use crate::tx::Tx;

/// An effect somebody claimed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimedEffect {
    /// Unique for ever: the idempotency key of the effect.
    pub id: String,
    /// `mail`, `call`, `subflow`, `child_ended`.
    pub kind: String,
    /// The instance it belongs to.
    pub instance: String,
    /// What to do, as JSON.
    pub body: String,
    /// When it was due.
    pub due: Moment,
    /// Failed attempts so far.
    pub attempts: u32,
    /// The claim's number; see [`crate::ClaimedWakeup::epoch`].
    pub epoch: u64,
}

/// An effect that is not delivered yet, with how its last attempt failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Its outbox id.
    pub id: String,
    /// Kind.
    pub kind: String,
    /// What to do, as JSON.
    pub body: String,
    /// When it is tried next.
    pub due: Moment,
    /// Failed attempts so far.
    pub attempts: u32,
    /// The last failure; empty before the first.
    pub error: String,
}

/// How a delivery ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// It arrived; the row goes.
    Done,
    /// It failed; again at this time.
    Retry { at: Moment, error: String },
    /// It was not tried: again at this time, with the attempts there were.
    Later { at: Moment },
    /// It failed for good; it moves to the dead letters, where somebody sees it.
    Dead { at: Moment, error: String },
}

/// A dead letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadEffect {
    /// Its outbox id.
    pub id: String,
    /// Kind.
    pub kind: String,
    /// The instance it belongs to.
    pub instance: String,
    /// What was to be done, as JSON.
    pub body: String,
    /// Failed attempts.
    pub attempts: u32,
    /// The last failure.
    pub error: String,
    /// When it was given up.
    pub died: Moment,
}

const CLAIM: Sql = claim!(
    "with picked as materialized (select id from outbox where due <= $3 and lease_until <= $3 \
     and ($5 = '' or kind = $5) order by due, id limit $4",
    ") update outbox set owner = $1, lease_until = $2, epoch = epoch + 1 where id in (select id from picked) \
     returning id, kind, instance, body, due, attempts, epoch"
);
const DONE: Sql = Sql::Same("delete from outbox where id = $1 and epoch = $2");
const RETRY: Sql = Sql::Same(
    "update outbox set owner = '', lease_until = 0, attempts = attempts + 1, due = $3, last_error = $4 \
     where id = $1 and epoch = $2",
);
const LATER: Sql = Sql::Same(
    "update outbox set owner = '', lease_until = 0, due = $3 where id = $1 and epoch = $2",
);
const BURY: Sql = Sql::Same(
    "insert into outbox_dead (id, kind, instance, body, attempts, last_error, died) \
     select id, kind, instance, body, attempts + 1, $4, $3 from outbox where id = $1 and epoch = $2",
);
const NEXT: Sql = Sql::Same("select due from outbox where lease_until <= $1 order by due limit 1");
const OF: Sql = Sql::Same(
    "select id, kind, instance, body, due, attempts, epoch from outbox \
     where id >= $1 || ':' and id < $1 || ';' order by id",
);
const ATTEMPTS: Sql = Sql::Same(
    "select id, kind, body, due, attempts, last_error from outbox \
     where id >= $1 || ':' and id < $1 || ';' order by id",
);
const DEAD: Sql = Sql::Same(
    "select id, kind, instance, body, attempts, last_error, died from outbox_dead where id > $1 order by id limit $2",
);
const DEAD_OF: Sql = Sql::Same(
    "select id, kind, instance, body, attempts, last_error, died from outbox_dead \
     where id >= $1 || ':' and id < $1 || ';' order by id",
);
const DEAD_ONE: Sql = Sql::Same(
    "select id, kind, instance, body, attempts, last_error, died from outbox_dead where id = $1",
);
const REVIVE: Sql = Sql::Same(
    "insert into outbox (id, kind, instance, body, due, attempts, owner, lease_until, epoch, last_error) \
     select id, kind, instance, body, $2, 0, '', 0, 0, last_error from outbox_dead where id = $1",
);
const UNBURY: Sql = Sql::Same("delete from outbox_dead where id = $1");
const GAUGES: Sql = Sql::Same(
    "select (select count(*) from outbox), (select coalesce(min(due), 0) from outbox), (select count(*) from outbox_dead)",
);

impl Store {
    /// Claims effects that are due at `now` and not held by anybody, earliest first, until `lease_until`; only of one
    /// kind, when a kind is given.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn claim_outbox(
        &self,
        owner: &str,
        now: Moment,
        lease_until: Moment,
        kind: Option<&str>,
        limit: u32,
    ) -> Result<Vec<ClaimedEffect>, StoreError> {
        let args = args![owner, lease_until, now, limit, kind.unwrap_or_default()];
        let rows = self.ask(&CLAIM, args).await?;
        let mut claimed: Vec<_> = rows.into_iter().map(claimed).collect::<Result<_, _>>()?;
        // RETURNING promises no order.
        claimed.sort_by(|a, b| (a.due, &a.id).cmp(&(b.due, &b.id)));
        Ok(claimed)
    }

    /// Ends a claim. False when somebody else has it by now: whatever they find out counts.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn settle(
        &self,
        effect: &ClaimedEffect,
        delivery: &Delivery,
    ) -> Result<bool, StoreError> {
        let settled = self.settle_all(&[(effect, delivery)]).await?;
        Ok(settled.first().copied().unwrap_or_default())
    }

    /// Ends many claims with one commit; for each, as [`Store::settle`].
    ///
    /// # Errors
    /// When the database cannot be written; then none is ended.
    pub async fn settle_all(
        &self,
        ends: &[(&ClaimedEffect, &Delivery)],
    ) -> Result<Vec<bool>, StoreError> {
        transaction!(self, tx => {
            let mut settled = vec![];
            for (effect, delivery) in ends {
                settled.push(settle(tx, effect, delivery).await? > 0);
            }
            settled
        })
    }

    /// When the next effect nobody holds at `now` is due.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn next_effect(&self, now: Moment) -> Result<Option<Moment>, StoreError> {
        self.one(&NEXT, args![now], |mut row| row.moment()).await
    }

    /// Effects of an instance that are not delivered yet.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn outbox_of(&self, instance: &str) -> Result<Vec<ClaimedEffect>, StoreError> {
        self.list(&OF, args![instance], claimed).await
    }

    /// The same with how the last attempt of each failed.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn attempts_of(&self, instance: &str) -> Result<Vec<Attempt>, StoreError> {
        self.list(&ATTEMPTS, args![instance], attempt).await
    }

    /// Dead letters behind this id, by id.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn dead_effects(
        &self,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<DeadEffect>, StoreError> {
        self.list(&DEAD, args![after.unwrap_or_default(), limit], dead)
            .await
    }

    /// Puts a dead letter back to be delivered at `due`, with its attempts forgotten. False when there is none.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn revive(&self, id: &str, due: Moment) -> Result<bool, StoreError> {
        let revived = transaction!(self, tx => {
            let revived = tx.execute(&REVIVE, args![id, due]).await?;
            tx.execute(&UNBURY, args![id]).await?;
            revived
        })?;
        Ok(revived > 0)
    }

    /// The dead letters of an instance.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn dead_effects_of(&self, instance: &str) -> Result<Vec<DeadEffect>, StoreError> {
        self.list(&DEAD_OF, args![instance], dead).await
    }

    /// A dead letter.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn dead_effect(&self, id: &str) -> Result<Option<DeadEffect>, StoreError> {
        self.one(&DEAD_ONE, args![id], dead).await
    }

    /// Puts a dead letter back to be delivered at `due`, or throws it away when there is no such time, and writes down who did
    /// it and why. False when there is no such letter; none when the event's number is taken.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn tend(
        &self,
        id: &str,
        due: Option<Moment>,
        chain: &str,
        event: &EventRow,
    ) -> Result<Option<bool>, StoreError> {
        transaction!(self, tx => {
            if let Some(due) = due {
                tx.execute(&REVIVE, args![id, due]).await?;
            }
            let is_there = tx.execute(&UNBURY, args![id]).await? > 0;
            if !is_there {
                tx.undo();
                Some(false)
            } else if append_event(tx, chain, event).await? {
                Some(true)
            } else {
                tx.undo();
                None
            }
        })
    }

    /// Throws a dead letter away. False when there is none.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn discard(&self, id: &str) -> Result<bool, StoreError> {
        Ok(self.run(&UNBURY, args![id]).await? > 0)
    }

    /// For metrics: effects waiting, when the oldest was due, dead letters. Counts rows: the waiting ones are few.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn outbox_gauges(&self) -> Result<(i64, Option<Moment>, i64), StoreError> {
        let gauges = self.one(&GAUGES, vec![], |mut row| {
            let (pending, oldest, dead) = (row.int()?, row.moment()?, row.int()?);
            Ok((pending, (pending > 0).then_some(oldest), dead))
        });
        Ok(gauges.await?.unwrap_or_default())
    }
}

async fn settle(
    tx: &mut Tx,
    effect: &ClaimedEffect,
    delivery: &Delivery,
) -> Result<u64, StoreError> {
    let epoch = i64::try_from(effect.epoch).unwrap_or(i64::MAX);
    match delivery {
        Delivery::Done => tx.execute(&DONE, args![&effect.id, epoch]).await,
        Delivery::Retry { at, error } => {
            tx.execute(&RETRY, args![&effect.id, epoch, *at, error])
                .await
        }
        Delivery::Later { at } => tx.execute(&LATER, args![&effect.id, epoch, *at]).await,
        Delivery::Dead { at, error } => {
            tx.execute(&BURY, args![&effect.id, epoch, *at, error])
                .await?;
            tx.execute(&DONE, args![&effect.id, epoch]).await
        }
    }
}

fn claimed(mut row: Row) -> Result<ClaimedEffect, StoreError> {
    Ok(ClaimedEffect {
        id: row.text()?,
        kind: row.text()?,
        instance: row.text()?,
        body: row.text()?,
        due: row.moment()?,
        attempts: row.count()?,
        epoch: row.count()?,
    })
}

fn attempt(mut row: Row) -> Result<Attempt, StoreError> {
    Ok(Attempt {
        id: row.text()?,
        kind: row.text()?,
        body: row.text()?,
        due: row.moment()?,
        attempts: row.count()?,
        error: row.text()?,
    })
}

fn dead(mut row: Row) -> Result<DeadEffect, StoreError> {
    Ok(DeadEffect {
        id: row.text()?,
        kind: row.text()?,
        instance: row.text()?,
        body: row.text()?,
        attempts: row.count()?,
        error: row.text()?,
        died: row.moment()?,
    })
}
