//! Published definitions, as their source, and the directory's versions.

use assent_core::time::Moment;

use assent_core::write::EventRow;

use crate::Outcome;
use crate::Store;
use crate::commit::append_event;
use crate::db::args;
use crate::dialect::Sql;
use crate::error::StoreError;
use crate::instances::event_from_row;
use crate::migrate::lock_schema;
use crate::packing::unpacked;
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

/// Most open instances that are counted by version.
pub const OPEN_COUNTED_MAX: u32 = 100_000;

/// The chain of events of a flow's publications.
pub fn flow_chain(flow: &str) -> String {
    format!("flow:{flow}")
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
const LAST_EVENT: Sql = Sql::Same(
    "select seq, at, actor, kind, body, hash from events where instance = $1 order by seq desc limit $2",
);
// Bounded, because nothing counts them in the transaction: a page about a flow is an administrator's and rare.
const OPEN_VERSIONS: Sql = Sql::Same(
    "select version, count(*) from (select flow, version from instances where ended = 0 order by id limit $2) i \
     where flow = $1 group by version order by version",
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
    /// again. The event says so in the flow's own chain ([`flow_chain`]). Returns the number of the publication; none
    /// when the event's number is taken: somebody else published at the same time.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn publish(
        &self,
        published: &Published,
        event: &EventRow,
    ) -> Result<Option<u32>, StoreError> {
        transaction!(self, tx => {
            let seq = publish(tx, published).await?;
            if append_event(tx, &flow_chain(&published.flow), event).await? {
                Some(seq)
            } else {
                tx.undo();
                None
            }
        })
    }

    /// The last events of a chain, the newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn last_events(&self, chain: &str, limit: u32) -> Result<Vec<EventRow>, StoreError> {
        let mut rows = self
            .list(&LAST_EVENT, args![chain, limit], event_from_row)
            .await?;
        rows.reverse();
        let mut events: Vec<_> = rows.into_iter().flat_map(unpacked).collect();
        events.reverse();
        events.truncate(limit as usize);
        Ok(events)
    }

    /// How many of the oldest open instances (at most [`OPEN_COUNTED_MAX`]) are on which version of a flow.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn open_versions(&self, flow: &str) -> Result<Vec<(String, u64)>, StoreError> {
        let read = |mut row: Row| Ok((row.text()?, row.count()?));
        self.list(&OPEN_VERSIONS, args![flow, OPEN_COUNTED_MAX], read)
            .await
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
    lock_schema(tx).await?;
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
