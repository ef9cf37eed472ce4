//! Reading everything as it was at one moment, while the program goes on: for verifying and for exports.

use std::collections::{BTreeMap, BTreeSet};

use assent_core::audit::{KeyRow, Part, RootRow, Tile};
use assent_core::write::{EventRow, InstanceRow, TaskRow, WakeupRow};

use crate::audit::{KEYS, key_from_row, part_from_row, root_from_row, tile_from_row};
use crate::db::{Arg, args};
use crate::dialect::{Dialect, SNAPSHOT, Sql};
use crate::entities::{Stored, from_row};
use crate::error::StoreError;
use crate::instances::instance_from_row;
use crate::packing::events_from;
use crate::row::{Cell, Row};
use crate::tasks::task_from_row;
use crate::tx::Tx;
use crate::{Published, Store, StoreErrorKind};

const ROOTS: Sql =
    Sql::Same("select no, at, size, root, key, signature from audit_roots order by no");
const TILES: Sql = Sql::Same(
    "select level, tile, hashes from audit_tiles where level = 0 and tile >= $1 order by tile limit $2",
);
const SOURCES: Sql = Sql::Same(
    "select flow, version, source, published_at, published_by from definitions order by flow, seq",
);
const INSTANCES: Sql = Sql::Same(
    "select id, flow, version, entity, record, applicant, status, ended, title, standing, rev, started, updated, state \
     from instances where id > $1 order by id limit $2",
);
const CHAINS: Sql = Sql::Same(
    "select distinct instance from events where instance > $1 order by instance limit $2",
);
const COVERED: Sql = Sql::Same(
    "select distinct instance from audit_parts where instance > $1 order by instance limit $2",
);
const PARTS: Sql =
    Sql::Same("select first, upto, place, root from audit_parts where instance = $1 order by upto");
const SAME_RECORD: Sql =
    Sql::Same("select id from instances where record = $1 order by id limit 2");
/// Bytes, because whoever damages a file does not mind what is a text. PostgreSQL minds.
const EVENTS: Sql = Sql::Each {
    sqlite: "select cast(seq as integer), cast(at as integer), cast(actor as blob), cast(kind as blob), \
             cast(body as blob), cast(hash as blob) from events where instance = $1 and seq > $2 order by seq limit $3",
    postgres: "select seq, at, actor, kind, body, hash from events where instance = $1 and seq > $2 order by seq limit $3",
};

const OPEN_TASKS: Sql = Sql::Same(
    "select instance, no, state, kind, round, assignee, opened, due from tasks where instance > $1 and instance <= $2 \
     order by instance, no, assignee",
);
const ENDED_TASKS: Sql = Sql::Same(
    "select instance, no, ended, actor from tasks_closed where instance > $1 and instance <= $2 order by instance, no",
);
const WAKEUPS: Sql = Sql::Same(
    "select instance, reference, due from wakeups where instance > $1 and instance <= $2 order by instance, reference",
);
const COUNTERS: Sql = Sql::Same(
    "select name, cast(sum(n) as bigint) from counters group by name having sum(n) <> 0 order by name",
);

/// The migration that brought signed roots.
const AUDIT_SCHEMA: u32 = 3;

/// A database as it was at one moment.
pub struct Snapshot {
    store: Store,
    tx: Tx,
}

/// How a task ended, as its row says: number, end, and who acted.
pub type Ended = (u32, String, Option<String>);

/// What stands in other tables for some instances.
#[derive(Debug, Default)]
pub struct Beside {
    /// Open tasks.
    pub open: Vec<TaskRow>,
    /// Ended tasks with their instance.
    pub ended: Vec<(String, Ended)>,
    /// Wake-ups with their instance.
    pub wakeups: Vec<(String, WakeupRow)>,
}

impl Store {
    /// Everything as it is now, and stays for this reader.
    ///
    /// # Errors
    /// When the database cannot be read, or is older than signed roots.
    pub async fn snapshot(&self) -> Result<Snapshot, StoreError> {
        if self.about().await?.schema < AUDIT_SCHEMA {
            return Err(StoreError::new(
                StoreErrorKind::Unsuitable,
                "the database is older than signed roots; start the server once with this version",
            ));
        }
        self.load_tables().await?;
        let tx = Tx::begin_with(self.reader(), &SNAPSHOT).await?;
        let store = self.clone();
        Ok(Snapshot { store, tx })
    }
}

impl Snapshot {
    async fn rows<T>(
        &mut self,
        sql: &Sql,
        args: Vec<Arg>,
        read: impl Fn(Row) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        self.tx
            .fetch(sql, args)
            .await?
            .into_iter()
            .map(read)
            .collect()
    }

    /// All roots, the first one first.
    ///
    /// # Errors
    /// As all calls here: when the database cannot be read.
    pub async fn roots(&mut self) -> Result<Vec<RootRow>, StoreError> {
        self.rows(&ROOTS, vec![], root_from_row).await
    }

    /// All keys that sign.
    ///
    /// # Errors
    /// See [`Snapshot::roots`].
    pub async fn keys(&mut self) -> Result<Vec<KeyRow>, StoreError> {
        self.rows(&KEYS, vec![], key_from_row).await
    }

    /// Rows of leaves from that tile on.
    ///
    /// # Errors
    /// See [`Snapshot::roots`].
    pub async fn leaf_tiles(&mut self, from: u64, limit: u32) -> Result<Vec<Tile>, StoreError> {
        let from = i64::try_from(from).unwrap_or(i64::MAX);
        self.rows(&TILES, args![from, limit], tile_from_row).await
    }

    /// Every version of every flow.
    ///
    /// # Errors
    /// See [`Snapshot::roots`].
    pub async fn sources(&mut self) -> Result<Vec<Published>, StoreError> {
        let read = |mut row: Row| {
            Ok(Published {
                flow: row.text()?,
                version: row.text()?,
                source: row.text()?,
                at: row.moment()?,
                by: row.text()?,
            })
        };
        self.rows(&SOURCES, vec![], read).await
    }

    /// Names of chains behind the one given: every instance, every chain of events, and every chain a root covers.
    ///
    /// # Errors
    /// See [`Snapshot::roots`].
    pub async fn chains(&mut self, after: &str, limit: u32) -> Result<Vec<String>, StoreError> {
        let mut found = BTreeSet::new();
        for sql in [&CHAINS, &COVERED] {
            found.extend(self.rows(sql, args![after, limit], text_or_bytes).await?);
        }
        let rows = self.rows(&INSTANCES, args![after, limit], instance_from_row);
        found.extend(rows.await?.into_iter().map(|row| row.id));
        // Each list is cut by itself: only what lies before the shortest cut is complete.
        Ok(found.into_iter().take(limit as usize).collect())
    }

    /// The row of an instance.
    ///
    /// # Errors
    /// See [`Snapshot::roots`].
    pub async fn instance(&mut self, id: &str) -> Result<Option<InstanceRow>, StoreError> {
        const ONE: Sql = Sql::Same(
            "select id, flow, version, entity, record, applicant, status, ended, title, standing, rev, started, updated, \
             state from instances where id = $1",
        );
        Ok(self.rows(&ONE, args![id], instance_from_row).await?.pop())
    }

    /// Instances behind the id given, oldest first.
    ///
    /// # Errors
    /// See [`Snapshot::roots`].
    pub async fn instances(
        &mut self,
        after: &str,
        limit: u32,
    ) -> Result<Vec<InstanceRow>, StoreError> {
        self.rows(&INSTANCES, args![after, limit], instance_from_row)
            .await
    }

    /// The rows beside those of the instances behind one id, up to and with another. A task that several people may claim
    /// is a row for each of them.
    ///
    /// # Errors
    /// See [`Snapshot::roots`].
    pub async fn beside(&mut self, after: &str, upto: &str) -> Result<Beside, StoreError> {
        let ended = |mut row: Row| {
            let (instance, no) = (row.text()?, row.count()?);
            Ok((instance, (no, row.text()?, row.opt_text()?)))
        };
        let wakeup = |mut row: Row| {
            let instance = row.text()?;
            let (reference, at) = (row.text()?, row.moment()?);
            Ok((instance, WakeupRow { reference, at }))
        };
        Ok(Beside {
            open: self
                .rows(&OPEN_TASKS, args![after, upto], task_from_row)
                .await?,
            ended: self.rows(&ENDED_TASKS, args![after, upto], ended).await?,
            wakeups: self.rows(&WAKEUPS, args![after, upto], wakeup).await?,
        })
    }

    /// The counts that are kept, by name, those that are not zero.
    ///
    /// # Errors
    /// See [`Snapshot::roots`].
    pub async fn counters(&mut self) -> Result<BTreeMap<String, i64>, StoreError> {
        let rows = self.rows(&COUNTERS, vec![], |mut row| Ok((row.text()?, row.int()?)));
        Ok(rows.await?.into_iter().collect())
    }

    /// What a root covers of a chain.
    ///
    /// # Errors
    /// See [`Snapshot::roots`].
    pub async fn parts(&mut self, chain: &str) -> Result<Vec<Part>, StoreError> {
        self.rows(&PARTS, args![chain], part_from_row).await
    }

    /// A record, and whether more than one instance runs on it or it was edited outside flows.
    ///
    /// # Errors
    /// See [`Snapshot::roots`].
    pub async fn record(
        &mut self,
        entity: &str,
        id: &str,
    ) -> Result<(Option<Stored>, bool), StoreError> {
        let on_it = self
            .rows(&SAME_RECORD, args![id], |mut row| row.text())
            .await?;
        let chain = crate::records::record_chain(entity, id);
        let edits = self.events(&chain, 0, 1).await?;
        let is_shared = on_it.len() > 1 || !edits.is_empty();
        let Some(table) = self.store.known_table(entity).await? else {
            return Ok((None, is_shared));
        };
        let key = serde_json::json!([[id]]).to_string();
        let mut rows = self.tx.fetch(&table.select, args![key]).await?;
        let record = rows.pop().map(|row| from_row(&table, row)).transpose()?;
        Ok((record, is_shared))
    }

    /// Events of a chain behind that number. What is no text any more comes back with the damage in it.
    ///
    /// # Errors
    /// See [`Snapshot::roots`].
    pub async fn events(
        &mut self,
        chain: &str,
        after: i64,
        limit: u32,
    ) -> Result<Vec<EventRow>, StoreError> {
        let read = |mut row: Row| {
            Ok(EventRow {
                seq: u32::try_from(row.int()?).unwrap_or_default(),
                at: row.moment()?,
                actor: lossy(&mut row)?,
                kind: lossy(&mut row)?,
                body: lossy(&mut row)?,
                hash: lossy(&mut row)?,
            })
        };
        let rows = self.rows(&EVENTS, args![chain, after, limit], read).await?;
        Ok(events_from(rows, after.saturating_add(1), limit))
    }

    /// Lets go of the moment.
    ///
    /// # Errors
    /// When the connection is gone.
    pub async fn close(self) -> Result<(), StoreError> {
        self.tx.end(Ok(())).await
    }

    /// Which database it is.
    pub fn dialect(&self) -> Dialect {
        self.tx.dialect()
    }
}

fn text_or_bytes(mut row: Row) -> Result<String, StoreError> {
    lossy(&mut row)
}

fn lossy(row: &mut Row) -> Result<String, StoreError> {
    Ok(match row.cell()? {
        Cell::Text(text) => text,
        Cell::Blob(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Cell::Int(number) => number.to_string(),
        Cell::Null => String::new(),
    })
}
