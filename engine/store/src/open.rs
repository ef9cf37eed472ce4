//! Opening a database: connections, checks, migrations.

use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use sqlx::ConnectOptions as _;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use crate::Store;
use crate::db::Pool;
use crate::dialect::{
    Dialect, POSTGRES_OLDEST, POSTGRES_READER, POSTGRES_WRITER, SQLITE_OLDEST, TABLES_OF_ANYBODY,
    VERSION,
};
use crate::error::{StoreError, StoreErrorKind};
use crate::migrate;
use crate::store::TRIES;

/// How many connections a store keeps.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Reading connections.
    pub readers: u32,
    /// Writing connections on PostgreSQL. SQLite always has one.
    pub writers: u32,
    /// How long a call waits for a lock or a connection before it fails as `Locked` or `Gone`.
    pub patience: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            readers: 8,
            writers: 8,
            patience: Duration::from_secs(10),
        }
    }
}

/// Pages (of 4 KB) in SQLite's log before the writer folds it into the file. More is faster and a longer restart.
const CHECKPOINT_PAGES: &str = "16000";
/// PostgreSQL's code for a setting it does not have: databases that speak its language have fewer.
const UNKNOWN_SETTING: &str = "42704";
/// Negative: KB of page cache on the writing connection.
const WRITER_CACHE: &str = "-16384";
/// Prepared statements kept per connection; entity types add three each.
const STATEMENTS_KEPT: usize = 500;

impl Store {
    /// Opens (and makes, and migrates) a database: `sqlite:path/to/file.db` or `postgres://user@host/database`.
    ///
    /// # Errors
    /// See [`StoreErrorKind`]; the detail names what is wrong with the address or the server.
    pub async fn open(url: &str) -> Result<Store, StoreError> {
        Self::open_with(url, Options::default()).await
    }

    /// The same, with chosen numbers of connections.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub async fn open_with(url: &str, options: Options) -> Result<Store, StoreError> {
        let store = if let Some(path) = url.strip_prefix("sqlite:") {
            sqlite(path, options).await?
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            postgres(url, options).await?
        } else {
            return Err(unknown_address());
        };
        migrate::migrate(&store).await?;
        store.load_tables().await?;
        Ok(store)
    }

    /// Opens a database beside whoever works with it: nothing is migrated, and nothing can be written.
    ///
    /// # Errors
    /// As [`Store::open`]; also when there is no such database yet.
    pub async fn open_to_read(url: &str) -> Result<Store, StoreError> {
        let options = Options {
            readers: 2,
            ..Options::default()
        };
        let reader = if let Some(path) = url.strip_prefix("sqlite:") {
            let base = sqlite_base(path, options)?.read_only(true);
            let pool = SqlitePoolOptions::new().max_connections(options.readers);
            Pool::Sqlite(pool.connect_with(base).await?)
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            let pool = postgres_pool(options.readers, options, POSTGRES_READER);
            Pool::Postgres(pool.connect_with(postgres_base(url)?).await?)
        } else {
            return Err(unknown_address());
        };
        check_version(&reader).await?;
        let store = Store::from_pools(reader.clone(), reader);
        store.load_tables().await?;
        Ok(store)
    }
}

/// See [`Store::occupied`].
pub(crate) async fn occupied(url: &str) -> Result<bool, StoreError> {
    if let Some(path) = url.strip_prefix("sqlite:") {
        let path = path.strip_prefix("//").unwrap_or(path);
        // A log that was left behind would be played into the new file.
        let names = ["", "-wal", "-shm", "-journal"];
        return Ok(names
            .iter()
            .any(|ending| Path::new(&format!("{path}{ending}")).exists()));
    }
    let pool = postgres_pool(1, Options::default(), POSTGRES_READER);
    let pool = Pool::Postgres(pool.connect_with(postgres_base(url)?).await?);
    let mut rows = pool.fetch(&TABLES_OF_ANYBODY, vec![]).await?;
    pool.close().await;
    let tables = rows.pop().map(|mut row| row.int()).transpose()?;
    Ok(tables.unwrap_or_default() > 0)
}

/// The address may carry a password: it is not repeated.
fn unknown_address() -> StoreError {
    StoreError::new(
        StoreErrorKind::Unsuitable,
        "a database address begins with sqlite: or postgres://",
    )
}

fn sqlite_base(path: &str, options: Options) -> Result<SqliteConnectOptions, StoreError> {
    let path = path.strip_prefix("//").unwrap_or(path);
    if path.is_empty() || path.starts_with(":memory:") {
        return Err(StoreError::new(
            StoreErrorKind::Unsuitable,
            "sqlite: needs the path of a file",
        ));
    }
    if path.contains('?') {
        return Err(StoreError::new(
            StoreErrorKind::Unsuitable,
            "sqlite: takes a path and no options behind a question mark",
        ));
    }
    let folder = Path::new(path)
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
        return Err(StoreError::new(
            StoreErrorKind::ReadOnly,
            format!("there is no folder {}", folder.display()),
        ));
    }
    Ok(SqliteConnectOptions::new()
        .filename(path)
        // A busy database is tried several times (see store.rs); together they take the whole patience.
        .busy_timeout(options.patience / TRIES)
        .statement_cache_capacity(STATEMENTS_KEPT)
        .disable_statement_logging())
}

async fn sqlite(path: &str, options: Options) -> Result<Store, StoreError> {
    let base = sqlite_base(path, options)?;
    let writing = base
        .clone()
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // Acknowledged means fsynced.
        .synchronous(SqliteSynchronous::Full)
        .pragma("wal_autocheckpoint", CHECKPOINT_PAGES)
        // No ANALYZE, ever: without statistics SQLite takes every table for large and goes through its keys. Statistics of
        // a young database would make it scan tables that are small that day and large the next year.
        .pragma("cache_size", WRITER_CACHE);
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .acquire_timeout(options.patience)
        // A file does not hang up.
        .test_before_acquire(false)
        .connect_with(writing)
        .await?;
    let writer = Pool::Sqlite(writer);
    check_version(&writer).await?;
    let reader = SqlitePoolOptions::new()
        .max_connections(options.readers.max(1))
        .acquire_timeout(options.patience)
        .test_before_acquire(false)
        .connect_lazy_with(base.read_only(true));
    Ok(Store::from_pools(writer, Pool::Sqlite(reader)))
}

fn postgres_base(url: &str) -> Result<PgConnectOptions, StoreError> {
    Ok(PgConnectOptions::from_str(url)
        .map_err(|error| StoreError::new(StoreErrorKind::Unsuitable, error.to_string()))?
        .application_name("assent")
        .statement_cache_capacity(STATEMENTS_KEPT)
        .disable_statement_logging())
}

fn postgres_pool(
    connections: u32,
    options: Options,
    settings: &'static [&'static str],
) -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections(connections.max(1))
        .acquire_timeout(options.patience)
        .after_connect(move |connection, _| {
            Box::pin(async move {
                for setting in settings {
                    match sqlx::raw_sql(*setting).execute(&mut *connection).await {
                        Err(sqlx::Error::Database(fault))
                            if fault.code().as_deref() == Some(UNKNOWN_SETTING) =>
                        {
                            tracing::debug!(setting, "this database has no such setting");
                        }
                        set => {
                            set?;
                        }
                    }
                }
                Ok(())
            })
        })
}

async fn postgres(url: &str, options: Options) -> Result<Store, StoreError> {
    let base = postgres_base(url)?;
    let writer = postgres_pool(options.writers, options, POSTGRES_WRITER)
        .connect_with(base.clone())
        .await?;
    let writer = Pool::Postgres(writer);
    check_version(&writer).await?;
    let reader = postgres_pool(options.readers, options, POSTGRES_READER).connect_lazy_with(base);
    Ok(Store::from_pools(writer, Pool::Postgres(reader)))
}

async fn check_version(pool: &Pool) -> Result<(), StoreError> {
    let mut rows = pool.fetch(&VERSION, vec![]).await?;
    let mut row = rows
        .pop()
        .ok_or_else(|| StoreError::other("the database does not tell its version"))?;
    let (version, encoding) = (row.text()?, row.text()?);
    if !new_enough(pool.dialect(), &version) {
        let oldest = match pool.dialect() {
            Dialect::Sqlite => "SQLite 3.51.3",
            Dialect::Postgres => "PostgreSQL 13",
        };
        return Err(StoreError::new(
            StoreErrorKind::Unsuitable,
            format!("version {version} is too old; needed is {oldest} or newer"),
        ));
    }
    if encoding != "UTF8" {
        return Err(StoreError::new(
            StoreErrorKind::Unsuitable,
            format!("the database's encoding is {encoding}; it must be made with encoding UTF8"),
        ));
    }
    Ok(())
}

fn new_enough(dialect: Dialect, version: &str) -> bool {
    let mut parts = version
        .split('.')
        .map(|part| part.parse::<u32>().unwrap_or_default());
    let mut part = || parts.next().unwrap_or_default();
    match dialect {
        Dialect::Sqlite => (part(), part(), part()) >= SQLITE_OLDEST,
        Dialect::Postgres => part() >= POSTGRES_OLDEST,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_databases_are_refused() {
        for (dialect, version, fine) in [
            (Dialect::Sqlite, "3.51.3", true),
            (Dialect::Sqlite, "3.51.2", false),
            (Dialect::Sqlite, "3.60.0", true),
            (Dialect::Sqlite, "4.0.0", true),
            (Dialect::Postgres, "150018", true),
            (Dialect::Postgres, "120022", false),
            (Dialect::Postgres, "", false),
        ] {
            assert_eq!(new_enough(dialect, version), fine, "{version}");
        }
    }
}
