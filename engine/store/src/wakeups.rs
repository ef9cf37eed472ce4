//! Wake-ups: claimed by an owner for a while, given back, repaired. They are armed and cleared by turns.

use assent_core::time::Moment;
use assent_core::write::WakeupRow;

use crate::Store;
use crate::db::{args, json_rows};
use crate::dialect::{Sql, claim, over_rows};
use crate::error::StoreError;
use crate::row::Row;

/// A wake-up somebody claimed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimedWakeup {
    /// Instance.
    pub instance: String,
    /// Its name within the instance.
    pub reference: String,
    /// When it was due.
    pub due: Moment,
    /// The claim's number: what ends or gives back a claim must name it, so that one who comes late changes nothing.
    pub epoch: u64,
}

const CLAIM: Sql = claim!(
    "with picked as materialized (select instance, reference from wakeups where due <= $3 and lease_until <= $3 \
     order by due, instance, reference limit $4",
    ") update wakeups set owner = $1, lease_until = $2, epoch = epoch + 1 \
     where (instance, reference) in (select instance, reference from picked) returning instance, reference, due, epoch"
);
const RELEASE: Sql = Sql::Same(
    "update wakeups set owner = '', lease_until = $4 where instance = $1 and reference = $2 and epoch = $3",
);
const REMOVE: Sql =
    Sql::Same("delete from wakeups where instance = $1 and reference = $2 and epoch = $3");
const NEXT: Sql = Sql::Same("select due from wakeups where lease_until <= $1 order by due limit 1");
const OVERDUE: Sql =
    Sql::Same("select count(*) from wakeups where due <= $1 and lease_until <= $1");
const OF: Sql = over_rows!(
    "select w.instance, w.reference, w.due from",
    "join wakeups w on w.instance = j.value->>0 order by w.instance, w.reference"
);
const REPAIR: Sql = over_rows!(
    "insert into wakeups (instance, reference, due, owner, lease_until, epoch) select j.value->>0, j.value->>1, \
     cast(j.value->>2 as bigint), '', 0, 0 from",
    "where true on conflict do nothing returning instance"
);

impl Store {
    /// Claims what is due at `now` and not held by anybody, earliest first, until `lease_until`.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn claim_wakeups(
        &self,
        owner: &str,
        now: Moment,
        lease_until: Moment,
        limit: u32,
    ) -> Result<Vec<ClaimedWakeup>, StoreError> {
        let rows = self
            .ask(&CLAIM, args![owner, lease_until, now, limit])
            .await?;
        let mut claimed: Vec<_> = rows.into_iter().map(claimed).collect::<Result<_, _>>()?;
        // RETURNING promises no order.
        claimed.sort_by(|a, b| {
            (a.due, &a.instance, &a.reference).cmp(&(b.due, &b.instance, &b.reference))
        });
        Ok(claimed)
    }

    /// Gives a claim back: nobody claims it again before `not_before`. False when somebody else has it, or it is gone.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn release_wakeup(
        &self,
        wakeup: &ClaimedWakeup,
        not_before: Moment,
    ) -> Result<bool, StoreError> {
        let epoch = i64::try_from(wakeup.epoch).unwrap_or(i64::MAX);
        let args = args![&wakeup.instance, &wakeup.reference, epoch, not_before];
        Ok(self.run(&RELEASE, args).await? > 0)
    }

    /// Removes a claimed wake-up that its instance no longer knows. One that the instance still waits for is removed by
    /// the turn it causes, and only by that. False when somebody else has it, or it is gone.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn remove_wakeup(&self, wakeup: &ClaimedWakeup) -> Result<bool, StoreError> {
        let epoch = i64::try_from(wakeup.epoch).unwrap_or(i64::MAX);
        let args = args![&wakeup.instance, &wakeup.reference, epoch];
        Ok(self.run(&REMOVE, args).await? > 0)
    }

    /// When the next wake-up nobody holds at `now` is due.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn next_wakeup(&self, now: Moment) -> Result<Option<Moment>, StoreError> {
        self.one(&NEXT, args![now], |mut row| row.moment()).await
    }

    /// How many wake-ups are due at `now` and held by nobody. Counts rows, but only those that are late.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn count_overdue_wakeups(&self, now: Moment) -> Result<i64, StoreError> {
        let count = self.one(&OVERDUE, args![now], |mut row| row.int()).await?;
        Ok(count.unwrap_or_default())
    }

    /// What is armed for these instances: for the reconciler, which compares it with their states.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn wakeups_of(&self, ids: &[&str]) -> Result<Vec<(String, WakeupRow)>, StoreError> {
        let rows: Vec<_> = ids.iter().map(|id| (id,)).collect();
        self.list(&OF, args![json_rows(&rows)?], |mut row| {
            let instance = row.text()?;
            let (reference, at) = (row.text()?, row.moment()?);
            Ok((instance, WakeupRow { reference, at }))
        })
        .await
    }

    /// Arms wake-ups that should be there and are not; returns how many were missing.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn repair_wakeups(
        &self,
        missing: &[(String, WakeupRow)],
    ) -> Result<usize, StoreError> {
        let rows: Vec<_> = missing
            .iter()
            .map(|(instance, wakeup)| (instance, &wakeup.reference, wakeup.at))
            .collect();
        Ok(self.ask(&REPAIR, args![json_rows(&rows)?]).await?.len())
    }
}

fn claimed(mut row: Row) -> Result<ClaimedWakeup, StoreError> {
    Ok(ClaimedWakeup {
        instance: row.text()?,
        reference: row.text()?,
        due: row.moment()?,
        epoch: row.count()?,
    })
}
