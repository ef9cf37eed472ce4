//! The thin layer over two drivers: the same calls, arguments and rows for both. See docs/adr/0010-two-databases.md for
//! why it is ours and not `sqlx::Any`.

use sqlx::{Executor, Postgres, Row as _, Sqlite, Transaction, TypeInfo, ValueRef};

use crate::dialect::{BEGIN, Dialect, Sql};
use crate::error::StoreError;
use crate::row::{Cell, Row};

/// A bound parameter.
#[derive(Clone, Debug)]
pub(crate) enum Arg {
    Text(Option<String>),
    Int(Option<i64>),
    Blob(Vec<u8>),
}

impl From<&str> for Arg {
    fn from(text: &str) -> Self {
        Arg::Text(Some(text.to_owned()))
    }
}

impl From<&String> for Arg {
    fn from(text: &String) -> Self {
        Arg::Text(Some(text.clone()))
    }
}

impl From<String> for Arg {
    fn from(text: String) -> Self {
        Arg::Text(Some(text))
    }
}

impl From<Option<String>> for Arg {
    fn from(text: Option<String>) -> Self {
        Arg::Text(text)
    }
}

impl From<i64> for Arg {
    fn from(number: i64) -> Self {
        Arg::Int(Some(number))
    }
}

impl From<u32> for Arg {
    fn from(number: u32) -> Self {
        Arg::Int(Some(number.into()))
    }
}

impl From<bool> for Arg {
    fn from(flag: bool) -> Self {
        Arg::Int(Some(flag.into()))
    }
}

impl From<assent_core::time::Moment> for Arg {
    fn from(at: assent_core::time::Moment) -> Self {
        Arg::Int(Some(at.0))
    }
}

/// Arguments, each converted.
macro_rules! args {
    ($($arg:expr),* $(,)?) => { vec![$($crate::db::Arg::from($arg)),*] };
}
pub(crate) use args;

/// Rows as the one JSON parameter of a set-based statement.
pub(crate) fn json_rows(rows: &[impl serde::Serialize]) -> Result<String, StoreError> {
    serde_json::to_string(rows).map_err(|error| StoreError::other(error.to_string()))
}

macro_rules! bound {
    ($sql:expr, $args:expr) => {{
        let mut query = sqlx::query($sql);
        for arg in $args {
            query = match arg {
                Arg::Text(text) => query.bind(text),
                Arg::Int(number) => query.bind(number),
                Arg::Blob(bytes) => query.bind(bytes),
            };
        }
        query
    }};
}

/// Connections of one kind: writing or reading.
#[derive(Clone, Debug)]
pub(crate) enum Pool {
    Sqlite(sqlx::SqlitePool),
    Postgres(sqlx::PgPool),
}

impl Pool {
    pub(crate) fn dialect(&self) -> Dialect {
        match self {
            Pool::Sqlite(_) => Dialect::Sqlite,
            Pool::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Runs one reading statement outside any transaction.
    pub(crate) async fn fetch(&self, sql: &Sql, args: Vec<Arg>) -> Result<Vec<Row>, StoreError> {
        let text = sql.text(self.dialect());
        match self {
            Pool::Sqlite(pool) => sqlite_rows(&bound!(text, args).fetch_all(pool).await?),
            Pool::Postgres(pool) => postgres_rows(&bound!(text, args).fetch_all(pool).await?),
        }
    }

    /// Begins a transaction. One that is dropped is rolled back.
    pub(crate) async fn begin(&self) -> Result<Tx, StoreError> {
        let text = BEGIN.text(self.dialect());
        Ok(match self {
            Pool::Sqlite(pool) => Tx::Sqlite(pool.begin_with(text).await?),
            Pool::Postgres(pool) => Tx::Postgres(pool.begin_with(text).await?),
        })
    }

    pub(crate) async fn close(&self) {
        match self {
            Pool::Sqlite(pool) => pool.close().await,
            Pool::Postgres(pool) => pool.close().await,
        }
    }
}

/// A writing transaction.
pub(crate) enum Tx {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl Tx {
    pub(crate) fn dialect(&self) -> Dialect {
        match self {
            Tx::Sqlite(_) => Dialect::Sqlite,
            Tx::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Runs a statement and returns its rows.
    pub(crate) async fn fetch(
        &mut self,
        sql: &Sql,
        args: Vec<Arg>,
    ) -> Result<Vec<Row>, StoreError> {
        let text = sql.text(self.dialect());
        match self {
            Tx::Sqlite(tx) => sqlite_rows(&bound!(text, args).fetch_all(&mut **tx).await?),
            Tx::Postgres(tx) => postgres_rows(&bound!(text, args).fetch_all(&mut **tx).await?),
        }
    }

    /// Runs a statement and returns how many rows it touched.
    pub(crate) async fn execute(&mut self, sql: &Sql, args: Vec<Arg>) -> Result<u64, StoreError> {
        let text = sql.text(self.dialect());
        Ok(match self {
            Tx::Sqlite(tx) => bound!(text, args).execute(&mut **tx).await?.rows_affected(),
            Tx::Postgres(tx) => bound!(text, args).execute(&mut **tx).await?.rows_affected(),
        })
    }

    /// Runs a statement that is not prepared: what changes tables.
    pub(crate) async fn execute_once(&mut self, sql: &Sql) -> Result<(), StoreError> {
        let text = sqlx::raw_sql(sql.text(self.dialect()));
        match self {
            Tx::Sqlite(tx) => tx.execute(text).await.map(drop)?,
            Tx::Postgres(tx) => tx.execute(text).await.map(drop)?,
        }
        Ok(())
    }

    pub(crate) async fn commit(self) -> Result<(), StoreError> {
        match self {
            Tx::Sqlite(tx) => tx.commit().await?,
            Tx::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }

    pub(crate) async fn rollback(self) -> Result<(), StoreError> {
        match self {
            Tx::Sqlite(tx) => tx.rollback().await?,
            Tx::Postgres(tx) => tx.rollback().await?,
        }
        Ok(())
    }
}

fn sqlite_rows(rows: &[sqlx::sqlite::SqliteRow]) -> Result<Vec<Row>, StoreError> {
    rows.iter()
        .map(|row| {
            (0..row.len())
                .map(|at| {
                    let raw = row.try_get_raw(at)?;
                    let info = raw.type_info();
                    Ok(match info.name() {
                        _ if raw.is_null() => Cell::Null,
                        "TEXT" => Cell::Text(row.try_get(at)?),
                        "INTEGER" => Cell::Int(row.try_get(at)?),
                        "BLOB" => Cell::Blob(row.try_get(at)?),
                        name => return Err(unexpected(name)),
                    })
                })
                .collect::<Result<Vec<_>, StoreError>>()
                .map(Row::new)
        })
        .collect()
}

fn postgres_rows(rows: &[sqlx::postgres::PgRow]) -> Result<Vec<Row>, StoreError> {
    rows.iter()
        .map(|row| {
            (0..row.len())
                .map(|at| {
                    let raw = row.try_get_raw(at)?;
                    let info = raw.type_info();
                    Ok(match info.name() {
                        _ if raw.is_null() => Cell::Null,
                        "TEXT" => Cell::Text(row.try_get(at)?),
                        "INT8" => Cell::Int(row.try_get(at)?),
                        "INT4" => Cell::Int(row.try_get::<i32, _>(at)?.into()),
                        "BYTEA" => Cell::Blob(row.try_get(at)?),
                        name => return Err(unexpected(name)),
                    })
                })
                .collect::<Result<Vec<_>, StoreError>>()
                .map(Row::new)
        })
        .collect()
}

fn unexpected(name: &str) -> StoreError {
    StoreError::other(format!("a column of type {name} where none is expected"))
}
