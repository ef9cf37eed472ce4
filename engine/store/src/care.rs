//! Looking after a database: what it is, whether it can be written, copies.

use std::path::Path;

use assent_core::time::Moment;
use assent_core::write::InstanceRow;

use crate::Store;
use crate::db::args;
use crate::dialect::{BACKUP, CLOCK, Dialect, INTEGRITY, Sql, VERSION};
use crate::error::{StoreError, StoreErrorKind};
use crate::instances::instance_from_row;
use crate::row::Row;

/// What a database is, for `assent doctor` and metrics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// Which kind.
    pub dialect: Dialect,
    /// Its version, as it says it: `3.51.3`, `150018`.
    pub version: String,
    /// The last migration it has.
    pub schema: u32,
    /// The least migration a program must know to work with it.
    pub oldest: u32,
}

/// How many connections a pool has, and how many of them have nothing to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolUse {
    /// `writer` or `reader`.
    pub pool: &'static str,
    /// Connections that are open.
    pub open: u32,
    /// Those that wait for work.
    pub idle: u32,
}

const SCHEMA: Sql =
    Sql::Same("select coalesce(max(number), 0), coalesce(max(oldest), 0) from assent_schema");
const PROBE: Sql = Sql::Same(
    "insert into settings (name, body, rev) values ('probe', '', 1) \
     on conflict (name) do update set rev = settings.rev + 1",
);
const ALL: Sql = Sql::Same(
    "select id, flow, version, entity, record, applicant, status, ended, title, standing, rev, started, updated, state \
     from instances where id > $1 order by id limit $2",
);
const CHAINS: Sql = Sql::Same(
    "select instance, max(seq) from events where instance > $1 group by instance order by instance limit $2",
);
impl Store {
    /// What this database is.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn about(&self) -> Result<About, StoreError> {
        let version = self.one(&VERSION, vec![], |mut row| row.text()).await?;
        let read = |mut row: Row| Ok((row.count()?, row.count()?));
        let schema = self.one(&SCHEMA, vec![], read).await?;
        let (schema, oldest) = schema.unwrap_or_default();
        Ok(About {
            dialect: self.dialect(),
            version: version.unwrap_or_default(),
            schema,
            oldest,
        })
    }

    /// The last migration this program knows.
    pub fn known_schema() -> u32 {
        crate::migrate::known()
    }

    /// What the database itself finds wrong with its pages and indexes; at most 20 lines. PostgreSQL has no such look, and
    /// checks its pages when it reads them.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn integrity(&self) -> Result<Vec<String>, StoreError> {
        let said = self.list(&INTEGRITY, vec![], |mut row| row.text()).await?;
        Ok(said.into_iter().filter(|line| line != "ok").collect())
    }

    /// The database's own clock: a server far from this machine's clock dates and fires things wrongly.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn clock(&self) -> Result<Moment, StoreError> {
        let at = self.one(&CLOCK, vec![], |mut row| row.moment()).await?;
        Ok(at.unwrap_or_default())
    }

    /// How the connections are used right now.
    pub fn pools(&self) -> [PoolUse; 2] {
        let used = |pool, (open, idle)| PoolUse { pool, open, idle };
        [
            used("writer", self.writer().used()),
            used("reader", self.reader().used()),
        ]
    }

    /// True when somebody's data is where a database is to be restored: a file (or its log), tables.
    ///
    /// # Errors
    /// When the server cannot be asked.
    pub async fn occupied(url: &str) -> Result<bool, StoreError> {
        crate::open::occupied(url).await
    }

    /// Writes one row for good: whether decisions could be committed now. Costs what a commit costs.
    ///
    /// # Errors
    /// What a commit would fail with.
    pub async fn probe(&self) -> Result<(), StoreError> {
        self.run(&PROBE, vec![]).await.map(drop)
    }

    /// Copies an SQLite database, as it is at one moment, into a file that is not there yet, while everything goes on.
    /// PostgreSQL has its own tools for that.
    ///
    /// # Errors
    /// When the file exists or cannot be written, or the database is PostgreSQL.
    pub async fn backup(&self, to: &Path) -> Result<(), StoreError> {
        let Some(path) = to.to_str().filter(|_| self.dialect() == Dialect::Sqlite) else {
            return Err(StoreError::new(
                StoreErrorKind::Unsuitable,
                "copy a PostgreSQL database with pg_dump or its continuous archive",
            ));
        };
        self.reader().fetch(&BACKUP, args![path]).await.map(drop)
    }

    /// All instances behind the id given, oldest first: for verifying, exports and retention.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn all_instances(
        &self,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<InstanceRow>, StoreError> {
        let args = args![after.unwrap_or_default(), limit];
        self.list(&ALL, args, instance_from_row).await
    }

    /// Chains of events behind the one given, with the number of the last event of each: instances, and records edited
    /// outside flows.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn chains(
        &self,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<(String, u32)>, StoreError> {
        let args = args![after.unwrap_or_default(), limit];
        self.list(&CHAINS, args, |mut row| Ok((row.text()?, row.count()?)))
            .await
    }
}
