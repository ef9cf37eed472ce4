//! The thin layer over two drivers: the same calls, arguments and rows for both. See docs/adr/0010-two-databases.md for
//! why it is ours and not `sqlx::Any`.

use sqlx::{Row as _, TypeInfo, ValueRef};

use crate::dialect::{Dialect, Sql};
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
    let text = serde_json::to_string(rows).map_err(|error| StoreError::other(error.to_string()))?;
    if holds_nul(&text) {
        Err(nul())
    } else {
        Ok(text)
    }
}

/// True for JSON with a NUL in one of its texts: an escape behind an even number of backslashes.
fn holds_nul(json: &str) -> bool {
    json.match_indices("\\u0000").any(|(at, _)| {
        let slashes = json[..at]
            .bytes()
            .rev()
            .take_while(|byte| *byte == b'\\')
            .count();
        slashes.is_multiple_of(2)
    })
}

/// PostgreSQL has no room for a NUL in a text, and SQLite would cut the text there.
pub(crate) fn nul() -> StoreError {
    StoreError::other("a text holds the character NUL")
}

/// A prepared statement with its arguments.
macro_rules! bound {
    ($sql:expr, $dialect:expr, $args:expr) => {{
        let mut query = sqlx::query($sql.text($dialect));
        for arg in $args {
            query = match arg {
                Arg::Text(Some(text)) if text.contains('\0') => return Err($crate::db::nul()),
                Arg::Text(text) => query.bind(text),
                Arg::Int(number) => query.bind(number),
                Arg::Blob(bytes) => query.bind(bytes),
            };
        }
        query
    }};
}
pub(crate) use bound;

/// A call of the database: nothing but that, except in tests that let it fail (feature `faults`).
macro_rules! seam {
    ($call:expr) => {{
        #[cfg(feature = "faults")]
        let done = $crate::faults::pass($call).await;
        #[cfg(not(feature = "faults"))]
        let done = $call.await;
        done
    }};
}
pub(crate) use seam;

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
        seam!(self.fetched(sql, args))
    }

    async fn fetched(&self, sql: &Sql, args: Vec<Arg>) -> Result<Vec<Row>, StoreError> {
        match self {
            Pool::Sqlite(pool) => {
                sqlite_rows(&bound!(sql, self.dialect(), args).fetch_all(pool).await?)
            }
            Pool::Postgres(pool) => {
                postgres_rows(&bound!(sql, self.dialect(), args).fetch_all(pool).await?)
            }
        }
    }

    /// Connections that are open, and how many of them are idle.
    pub(crate) fn used(&self) -> (u32, u32) {
        let (open, idle) = match self {
            Pool::Sqlite(pool) => (pool.size(), pool.num_idle()),
            Pool::Postgres(pool) => (pool.size(), pool.num_idle()),
        };
        (open, u32::try_from(idle).unwrap_or(open).min(open))
    }

    pub(crate) async fn close(&self) {
        match self {
            Pool::Sqlite(pool) => pool.close().await,
            Pool::Postgres(pool) => pool.close().await,
        }
    }
}

pub(crate) fn sqlite_rows(rows: &[sqlx::sqlite::SqliteRow]) -> Result<Vec<Row>, StoreError> {
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

pub(crate) fn postgres_rows(rows: &[sqlx::postgres::PgRow]) -> Result<Vec<Row>, StoreError> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nul_is_told_from_a_text_about_one() {
        for (text, found) in [
            (r#"["a\u0000b"]"#, true),
            (r#"["\\\u0000"]"#, true),
            (r#"["\\u0000"]"#, false),
            (r#"["{\"comment\":\"\\u0000\"}"]"#, false),
            (r#"["plain 0000"]"#, false),
        ] {
            assert_eq!(holds_nul(text), found, "{text}");
        }
    }
}
