//! A writing transaction that always ends in a known state.
//!
//! sqlx's own `Transaction` believes that a connection is still in a transaction after a COMMIT that failed (a full disk:
//! SQLite has rolled back by itself), and refuses to begin another one on it for ever. This one begins, commits and rolls
//! back by plain statements; a connection whose end is in doubt is closed and another one takes its place.

use futures_util::TryStreamExt;
use sqlx::pool::PoolConnection;
use sqlx::{Either, Executor, PgConnection, Postgres, Row as _, Sqlite, SqliteConnection};

use crate::db::{Arg, Pool, bound, postgres_rows, seam, sqlite_rows};
use crate::dialect::{BEGIN, COMMIT, Dialect, ROLLBACK, Sql};
use crate::error::StoreError;
use crate::row::Row;
use crate::script::Script;

/// PostgreSQL's code for a statement that this connection has not prepared.
const NOT_PREPARED: &str = "26000";
/// And for one that it has.
const PREPARED: &str = "42P05";

enum Connection {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
}

/// A writing transaction. One that is dropped before its end closes its connection: the database rolls back.
pub(crate) struct Tx {
    /// None after the end.
    connection: Option<Connection>,
    undone: bool,
    /// How often the database was asked so far.
    calls: u32,
}

impl Tx {
    pub(crate) async fn begin(pool: &Pool) -> Result<Self, StoreError> {
        Self::begin_with(pool, &BEGIN).await
    }

    pub(crate) async fn begin_with(pool: &Pool, begin: &Sql) -> Result<Self, StoreError> {
        let mut tx = Self::unbegun(pool).await?;
        tx.execute_once(begin).await?;
        Ok(tx)
    }

    /// One whose first statement begins it.
    pub(crate) async fn unbegun(pool: &Pool) -> Result<Self, StoreError> {
        let connection = match pool {
            Pool::Sqlite(pool) => Connection::Sqlite(pool.acquire().await?),
            Pool::Postgres(pool) => Connection::Postgres(pool.acquire().await?),
        };
        Ok(Self {
            connection: Some(connection),
            undone: false,
            calls: 0,
        })
    }

    pub(crate) fn dialect(&self) -> Dialect {
        match self.connection {
            Some(Connection::Sqlite(_)) => Dialect::Sqlite,
            Some(Connection::Postgres(_)) | None => Dialect::Postgres,
        }
    }

    fn connection(&mut self) -> Result<&mut Connection, StoreError> {
        self.calls += 1;
        self.connection
            .as_mut()
            .ok_or_else(|| StoreError::other("the transaction has ended"))
    }

    /// Runs a statement and returns its rows.
    pub(crate) async fn fetch(
        &mut self,
        sql: &Sql,
        args: Vec<Arg>,
    ) -> Result<Vec<Row>, StoreError> {
        seam!(self.fetched(sql, args))
    }

    async fn fetched(&mut self, sql: &Sql, args: Vec<Arg>) -> Result<Vec<Row>, StoreError> {
        match self.connection()? {
            Connection::Sqlite(on) => sqlite_rows(
                &bound!(sql, Dialect::Sqlite, args)
                    .fetch_all(&mut **on)
                    .await?,
            ),
            Connection::Postgres(on) => postgres_rows(
                &bound!(sql, Dialect::Postgres, args)
                    .fetch_all(&mut **on)
                    .await?,
            ),
        }
    }

    /// Runs a statement and returns how many rows it touched.
    pub(crate) async fn execute(&mut self, sql: &Sql, args: Vec<Arg>) -> Result<u64, StoreError> {
        seam!(self.executed(sql, args))
    }

    async fn executed(&mut self, sql: &Sql, args: Vec<Arg>) -> Result<u64, StoreError> {
        Ok(match self.connection()? {
            Connection::Sqlite(on) => {
                let query = bound!(sql, Dialect::Sqlite, args);
                query.execute(&mut **on).await?.rows_affected()
            }
            Connection::Postgres(on) => {
                let query = bound!(sql, Dialect::Postgres, args);
                query.execute(&mut **on).await?.rows_affected()
            }
        })
    }

    /// Begins, and runs several statements as one call; answers for each how many rows it touched or found.
    pub(crate) async fn script(
        &mut self,
        script: &Script,
        rows: &[Option<String>],
    ) -> Result<Vec<u64>, StoreError> {
        seam!(self.scripted(script, rows))
    }

    async fn scripted(
        &mut self,
        script: &Script,
        rows: &[Option<String>],
    ) -> Result<Vec<u64>, StoreError> {
        match self.connection()? {
            Connection::Sqlite(on) => Ok(scripted_sqlite(on, script, rows).await?),
            Connection::Postgres(on) => match scripted_postgres(on, script, rows).await {
                Err(sqlx::Error::Database(fault))
                    if fault.code().as_deref() == Some(NOT_PREPARED) =>
                {
                    sqlx::raw_sql(ROLLBACK.text(Dialect::Postgres))
                        .execute(&mut **on)
                        .await?;
                    prepare(on, script).await?;
                    Ok(scripted_postgres(on, script, rows).await?)
                }
                said => Ok(said?),
            },
        }
    }

    /// Runs a statement that is not prepared: what changes tables.
    pub(crate) async fn execute_once(&mut self, sql: &Sql) -> Result<(), StoreError> {
        seam!(self.executed_once(sql))
    }

    async fn executed_once(&mut self, sql: &Sql) -> Result<(), StoreError> {
        let text = sqlx::raw_sql(sql.text(self.dialect()));
        match self.connection()? {
            Connection::Sqlite(on) => text.execute(&mut **on).await.map(drop)?,
            Connection::Postgres(on) => text.execute(&mut **on).await.map(drop)?,
        }
        Ok(())
    }

    /// How often the database was asked on it: what a batch costs in round trips.
    pub(crate) fn calls(&self) -> u32 {
        self.calls
    }

    /// Says that everything so far is not to be written: [`Tx::end`] will roll back.
    pub(crate) fn undo(&mut self) {
        self.undone = true;
    }

    /// Ends a transaction with what its body came to: commits it when that is good, and rolls back when it is not.
    pub(crate) async fn end<T>(mut self, ran: Result<T, StoreError>) -> Result<T, StoreError> {
        if ran.is_ok() && !self.undone {
            // When this fails, dropping `self` closes the connection.
            self.execute_once(&COMMIT).await?;
        } else if self.execute_once(&ROLLBACK).await.is_err() {
            return ran;
        }
        drop(self.connection.take());
        ran
    }
}

async fn scripted_sqlite(
    on: &mut SqliteConnection,
    script: &Script,
    rows: &[Option<String>],
) -> sqlx::Result<Vec<u64>> {
    let mut query = sqlx::query(script.joined());
    for rows in rows {
        query = query.bind(rows.as_deref().unwrap_or("[]"));
    }
    let (mut touched, mut found) = (vec![], None);
    let mut steps = on.fetch_many(query);
    while let Some(step) = steps.try_next().await? {
        match step {
            Either::Left(done) => touched.push(found.take().unwrap_or(done.rows_affected())),
            Either::Right(row) => {
                let number: i64 = row.try_get(0)?;
                found = Some(u64::try_from(number).unwrap_or_default());
            }
        }
    }
    // BEGIN was the first.
    Ok(touched.split_off(1.min(touched.len())))
}

async fn scripted_postgres(
    on: &mut PgConnection,
    script: &Script,
    rows: &[Option<String>],
) -> sqlx::Result<Vec<u64>> {
    let mut steps = sqlx::raw_sql(script.executing(rows)).fetch_many(on);
    let mut done = vec![];
    while let Some(step) = steps.try_next().await? {
        if let Either::Left(one) = step {
            done.push(one.rows_affected());
        }
    }
    let mut done = done.into_iter().skip(1);
    let said = |rows: &Option<String>| match rows {
        Some(_) => done.next().unwrap_or_default(),
        None => 0,
    };
    Ok(rows.iter().map(said).collect())
}

async fn prepare(on: &mut PgConnection, script: &Script) -> sqlx::Result<()> {
    for statement in script.prepares() {
        match sqlx::raw_sql(statement).execute(&mut *on).await {
            Err(sqlx::Error::Database(fault)) if fault.code().as_deref() == Some(PREPARED) => {}
            done => {
                done?;
            }
        }
    }
    Ok(())
}

impl Drop for Tx {
    fn drop(&mut self) {
        match self.connection.take() {
            Some(Connection::Sqlite(connection)) => drop(connection.detach()),
            Some(Connection::Postgres(connection)) => drop(connection.detach()),
            None => {}
        }
    }
}
