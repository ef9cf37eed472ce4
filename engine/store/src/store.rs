//! A store: the pools of one database, and the tables it knows.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use crate::db::{Arg, Pool};
use crate::dialect::{Dialect, Sql};
use crate::entities::Tables;
use crate::entity_sql::EntityTable;
use crate::error::{StoreError, StoreErrorKind};
use crate::row::Row;

/// How often a transaction is tried when it collides with another one.
pub(crate) const TRIES: u32 = 9;

/// One database. Cheap to clone; all clones share the connections.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    writer: Pool,
    reader: Pool,
    tables: RwLock<Tables>,
}

impl Store {
    pub(crate) fn from_pools(writer: Pool, reader: Pool) -> Self {
        let tables = RwLock::default();
        Self {
            inner: Arc::new(Inner {
                writer,
                reader,
                tables,
            }),
        }
    }

    /// Which database it is.
    pub fn dialect(&self) -> Dialect {
        self.inner.writer.dialect()
    }

    /// Closes all connections, after what they are doing. On SQLite this also folds the log into the file.
    pub async fn close(&self) {
        self.inner.reader.close().await;
        self.inner.writer.close().await;
    }

    pub(crate) fn writer(&self) -> &Pool {
        &self.inner.writer
    }

    pub(crate) fn reader(&self) -> &Pool {
        &self.inner.reader
    }

    pub(crate) fn table(&self, entity: &str) -> Option<Arc<EntityTable>> {
        // A poisoned lock still holds a whole map: entries are replaced, never changed.
        let tables = self.inner.tables.read();
        tables
            .unwrap_or_else(PoisonError::into_inner)
            .get(entity)
            .cloned()
    }

    pub(crate) fn tables(&self) -> Vec<Arc<EntityTable>> {
        let tables = self.inner.tables.read();
        tables
            .unwrap_or_else(PoisonError::into_inner)
            .values()
            .cloned()
            .collect()
    }

    pub(crate) fn remember(&self, table: Arc<EntityTable>) {
        let mut tables = self
            .inner
            .tables
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        tables.insert(table.entity.clone(), table);
    }

    /// Runs one writing statement in its own transaction and returns how many rows it touched.
    pub(crate) async fn run(&self, sql: &Sql, args: Vec<Arg>) -> Result<u64, StoreError> {
        transaction!(self, tx => tx.execute(sql, args.clone()).await?)
    }

    /// Runs one writing statement in its own transaction and returns its rows.
    pub(crate) async fn ask(&self, sql: &Sql, args: Vec<Arg>) -> Result<Vec<Row>, StoreError> {
        transaction!(self, tx => tx.fetch(sql, args.clone()).await?)
    }

    /// Reads rows and makes something of each.
    pub(crate) async fn list<T>(
        &self,
        sql: &Sql,
        args: Vec<Arg>,
        read: fn(Row) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let rows = self.inner.reader.fetch(sql, args).await?;
        rows.into_iter().map(read).collect()
    }

    /// Reads at most one row and makes something of it.
    pub(crate) async fn one<T>(
        &self,
        sql: &Sql,
        args: Vec<Arg>,
        read: fn(Row) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        Ok(self.list(sql, args, read).await?.pop())
    }
}

/// Runs a writing transaction, again when it collided with another one. The body does nothing but SQL.
macro_rules! transaction {
    ($store:expr, $tx:ident => $body:expr) => {{
        let mut tries = 0;
        loop {
            let ran: Result<_, $crate::StoreError> = async {
                let mut tx = $crate::tx::Tx::begin($store.writer()).await?;
                let $tx = &mut tx;
                let ran: Result<_, $crate::StoreError> = async { Ok($body) }.await;
                tx.end(ran).await
            }
            .await;
            match ran {
                Err(error) if $crate::store::try_again(&error, &mut tries).await => {}
                done => break done,
            }
        }
    }};
}
pub(crate) use transaction;

/// True after a short wait (1, 2, 4 … ms) when the transaction collided and may run again.
pub(crate) async fn try_again(error: &StoreError, tries: &mut u32) -> bool {
    if error.kind != StoreErrorKind::Locked || *tries + 1 >= TRIES {
        return false;
    }
    tokio::time::sleep(Duration::from_millis(1 << *tries)).await;
    *tries += 1;
    true
}
