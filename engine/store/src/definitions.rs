//! Published definitions, as their source, and the directory's versions.

use assent_core::time::Moment;

use crate::Outcome;
use crate::Store;
use crate::db::args;
use crate::dialect::{LOCK_SCHEMA, Sql};
use crate::error::StoreError;
use crate::row::Row;
use crate::store::transaction;
use crate::tx::Tx;

/// A definition as it was published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// Flow id.
    pub flow: String,
    /// Definition version (its hash).
    pub version: String,
    /// Its source.
    pub source: String,
    /// When it was published last.
    pub at: Moment,
    /// By whom.
    pub by: String,
}

/// A published definition in its flow's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publication {
    /// What was published.
    pub published: Published,
    /// Counts the flow's publications, from 1.
    pub seq: u32,
    /// True for the one new instances start with.
    pub current: bool,
}

const NEXT: Sql = Sql::Same("select coalesce(max(seq), 0) + 1 from definitions where flow = $1");
const DEMOTE: Sql = Sql::Same("update definitions set current = 0 where flow = $1 and current = 1");
const PUBLISH: Sql = Sql::Same(
    "insert into definitions (flow, version, seq, source, published_at, published_by, current) \
     values ($1, $2, $3, $4, $5, $6, 1) on conflict (flow, version) do update set seq = excluded.seq, \
     published_at = excluded.published_at, published_by = excluded.published_by, current = 1",
);
const CURRENT: Sql = Sql::Same(
    "select flow, version, source, published_at, published_by, seq, current from definitions where current = 1 order by flow",
);
const ONE: Sql = Sql::Same(
    "select flow, version, source, published_at, published_by, seq, current from definitions where flow = $1 and version = $2",
);
const HISTORY: Sql = Sql::Same(
    "select flow, version, source, published_at, published_by, seq, current from definitions where flow = $1 order by seq desc",
);
const DIRECTORY: Sql =
    Sql::Same("select version, body from directory order by version desc limit 1");
const DIRECTORY_VERSION: Sql = Sql::Same("select coalesce(max(version), 0) from directory");
const DIRECTORY_AT: Sql = Sql::Same("select version, body from directory where version = $1");
const DIRECTORY_SAVE: Sql = Sql::Same(
    "insert into directory (version, body, at, actor) select $1, $2, $3, $4 \
     where (select coalesce(max(version), 0) from directory) = $1 - 1 on conflict do nothing",
);

impl Store {
    /// Publishes a definition: it becomes its flow's current one. A version that was published before becomes current
    /// again. Returns the number of the publication.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn publish(&self, published: &Published) -> Result<u32, StoreError> {
        transaction!(self, tx => publish(tx, published).await?)
    }

    /// The current definition of every flow.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn current_definitions(&self) -> Result<Vec<Publication>, StoreError> {
        self.list(&CURRENT, vec![], publication).await
    }

    /// One version of a flow.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn definition(
        &self,
        flow: &str,
        version: &str,
    ) -> Result<Option<Publication>, StoreError> {
        self.one(&ONE, args![flow, version], publication).await
    }

    /// All versions of a flow, the last published first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn definition_history(&self, flow: &str) -> Result<Vec<Publication>, StoreError> {
        self.list(&HISTORY, args![flow], publication).await
    }

    /// The newest directory: its version and its JSON. None in a fresh database.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn directory(&self) -> Result<Option<(u64, String)>, StoreError> {
        self.one(&DIRECTORY, vec![], |mut row| {
            Ok((row.count()?, row.text()?))
        })
        .await
    }

    /// A directory of the past.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn directory_at(&self, version: u64) -> Result<Option<(u64, String)>, StoreError> {
        let version = i64::try_from(version).unwrap_or(i64::MAX);
        self.one(&DIRECTORY_AT, args![version], |mut row| {
            Ok((row.count()?, row.text()?))
        })
        .await
    }

    /// The newest directory's version, 0 in a fresh database: cheap enough to ask before every turn.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn directory_version(&self) -> Result<u64, StoreError> {
        let version = self
            .one(&DIRECTORY_VERSION, vec![], |mut row| row.count())
            .await?;
        Ok(version.unwrap_or_default())
    }

    /// Saves the directory's next version. `version` is one more than the one it was made from; stale when somebody else
    /// was faster.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn save_directory(
        &self,
        version: u64,
        body: &str,
        at: Moment,
        actor: &str,
    ) -> Result<Outcome, StoreError> {
        let version = i64::try_from(version).unwrap_or(i64::MAX);
        let saved = self
            .run(&DIRECTORY_SAVE, args![version, body, at, actor])
            .await?;
        Ok(if saved > 0 {
            Outcome::Done
        } else {
            Outcome::Stale
        })
    }
}

async fn publish(tx: &mut Tx, published: &Published) -> Result<u32, StoreError> {
    // One publication at a time: the second counts on from the first.
    tx.fetch(&LOCK_SCHEMA, vec![]).await?;
    tx.execute(&DEMOTE, args![&published.flow]).await?;
    let rows = tx.fetch(&NEXT, args![&published.flow]).await?;
    let seq = rows
        .into_iter()
        .next()
        .map_or(Ok(1), |mut row| row.count::<u32>())?;
    let args = args![
        &published.flow,
        &published.version,
        seq,
        &published.source,
        published.at,
        &published.by,
    ];
    tx.execute(&PUBLISH, args).await?;
    Ok(seq)
}

fn publication(mut row: Row) -> Result<Publication, StoreError> {
    Ok(Publication {
        published: Published {
            flow: row.text()?,
            version: row.text()?,
            source: row.text()?,
            at: row.moment()?,
            by: row.text()?,
        },
        seq: row.count()?,
        current: row.flag()?,
    })
}
