//! Counts kept by the committer's transaction, so that no page ever counts rows.

use std::collections::BTreeMap;

use crate::Store;
use crate::db::args;
use crate::dialect::Sql;
use crate::error::StoreError;
use crate::tx::Tx;

const ONE: Sql =
    Sql::Same("select cast(coalesce(sum(n), 0) as bigint) from counters where name = $1");
// `0` follows `/`: everything that begins with the prefix, by index.
const UNDER: Sql = Sql::Same(
    "select name, cast(sum(n) as bigint) from counters where name >= $1 and name < $2 group by name having sum(n) <> 0 order by name",
);

pub(crate) fn open_tasks(person: &str) -> String {
    format!("open/{person}")
}

pub(crate) fn copies(person: &str) -> String {
    format!("copies/{person}")
}

pub(crate) fn instances(flow: &str, status: &str) -> String {
    format!("flow/{flow}/{status}")
}

const ADD: Sql = Sql::Same(
    "insert into counters (name, shard, n) values ($1, 0, $2) \
     on conflict (name, shard) do update set n = counters.n + excluded.n",
);

/// Adds to one counter, outside the committer.
pub(crate) async fn add(tx: &mut Tx, name: &str, more: i64) -> Result<(), StoreError> {
    tx.execute(&ADD, args![name, more]).await.map(drop)
}

impl Store {
    /// How many open tasks a person has.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn count_open_tasks(&self, person: &str) -> Result<i64, StoreError> {
        let count = self.one(&ONE, args![open_tasks(person)], |mut row| row.int());
        Ok(count.await?.unwrap_or_default())
    }

    /// How many copies a person has not read yet.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn count_copies(&self, person: &str) -> Result<i64, StoreError> {
        let count = self.one(&ONE, args![copies(person)], |mut row| row.int());
        Ok(count.await?.unwrap_or_default())
    }

    /// How many open tasks there are, of everybody: the sum of their counters, for metrics.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn count_all_open_tasks(&self) -> Result<i64, StoreError> {
        let rows = self.reader().fetch(&UNDER, args!["open/", "open0"]).await?;
        let mut count = 0;
        for mut row in rows {
            row.text()?;
            count += row.int()?;
        }
        Ok(count)
    }

    /// Everybody who has open tasks, and how many.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn open_tasks_by_person(&self) -> Result<BTreeMap<String, i64>, StoreError> {
        let counts = self.counts_under("open/", "open0").await?;
        let person = |(name, n): (String, i64)| Some((name.strip_prefix("open/")?.to_owned(), n));
        Ok(counts.into_iter().filter_map(person).collect())
    }

    /// The turns a flow's people have taken, by the counter's whole name.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn turns_taken(&self, flow: &str) -> Result<BTreeMap<String, i64>, StoreError> {
        let (from, to) = (format!("turn/{flow}/"), format!("turn/{flow}0"));
        Ok(self.counts_under(&from, &to).await?.into_iter().collect())
    }

    async fn counts_under(&self, from: &str, to: &str) -> Result<Vec<(String, i64)>, StoreError> {
        let rows = self.reader().fetch(&UNDER, args![from, to]).await?;
        rows.into_iter()
            .map(|mut row| Ok((row.text()?, row.int()?)))
            .collect()
    }

    /// How many instances there are by flow and status (`running`, `held`, an outcome's word …).
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn count_instances(&self) -> Result<Vec<(String, String, i64)>, StoreError> {
        let rows = self.reader().fetch(&UNDER, args!["flow/", "flow0"]).await?;
        let mut counts = vec![];
        for mut row in rows {
            let (name, n) = (row.text()?, row.int()?);
            let mut parts = name.splitn(3, '/').skip(1).map(str::to_owned);
            if let (Some(flow), Some(status)) = (parts.next(), parts.next()) {
                counts.push((flow, status, n));
            }
        }
        Ok(counts)
    }
}
