//! A store: the pools of one database, and the tables it knows.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use crate::db::{Pool, Tx};
use crate::dialect::Dialect;
use crate::entities::Tables;
use crate::entity_sql::EntityTable;
use crate::error::{StoreError, StoreErrorKind};

/// How often a transaction is run again after a conflict with another one.
const RETRIES_MAX: u32 = 8;

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

/// A boxed future of a transaction's body.
pub(crate) type Body<'t, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 't>>;

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

    pub(crate) fn remember(&self, table: Arc<EntityTable>) {
        let mut tables = self
            .inner
            .tables
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        tables.insert(table.entity.clone(), table);
    }

    /// Runs a writing transaction, again when it collided with another one. The body does nothing but SQL.
    pub(crate) async fn write<T>(
        &self,
        body: impl for<'t> Fn(&'t mut Tx) -> Body<'t, T>,
    ) -> Result<T, StoreError> {
        let mut tries = 0;
        loop {
            let ran = async {
                let mut tx = self.inner.writer.begin().await?;
                let done = body(&mut tx).await?;
                tx.commit().await?;
                Ok(done)
            };
            match ran.await {
                Err(StoreError {
                    kind: StoreErrorKind::Locked,
                    ..
                }) if tries < RETRIES_MAX => again_soon(&mut tries).await,
                done => return done,
            }
        }
    }
}

/// Waits 1, 2, 4 … ms before the next try.
pub(crate) async fn again_soon(tries: &mut u32) {
    tokio::time::sleep(Duration::from_millis(1 << *tries)).await;
    *tries += 1;
}
