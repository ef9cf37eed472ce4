//! What differs between SQLite and PostgreSQL, side by side. Everything else is one text for both.

use sqlx::SqlStr;

/// Which database a store speaks to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// One file, one node.
    Sqlite,
    /// Several nodes on one server.
    Postgres,
}

/// One statement.
#[derive(Clone)]
pub(crate) enum Sql {
    /// The same text for both.
    Same(&'static str),
    /// The rare statement that differs.
    Each {
        sqlite: &'static str,
        postgres: &'static str,
    },
    /// Built from an entity type; [`crate::entity_sql`] alone makes these.
    Made(SqlStr),
}

impl Sql {
    pub(crate) fn text(&self, dialect: Dialect) -> SqlStr {
        use sqlx::SqlSafeStr;
        match (self, dialect) {
            (Sql::Same(text), _) => text.into_sql_str(),
            (Sql::Each { sqlite, .. }, Dialect::Sqlite) => sqlite.into_sql_str(),
            (Sql::Each { postgres, .. }, Dialect::Postgres) => postgres.into_sql_str(),
            (Sql::Made(text), _) => text.clone(),
        }
    }
}

impl From<&'static str> for Sql {
    fn from(text: &'static str) -> Self {
        Sql::Same(text)
    }
}

/// A statement over many rows that arrive as one JSON parameter `$1`: an array of arrays, `j.value->>0` is the first
/// column of a row in both databases. Both parse the parameter once, into a binary form.
macro_rules! over_rows {
    ($before:literal, $after:literal) => {
        $crate::dialect::Sql::Each {
            sqlite: concat!($before, " jsonb_each($1) as j ", $after),
            postgres: concat!(
                $before,
                " jsonb_array_elements($1::jsonb) as j(value) ",
                $after
            ),
        }
    };
}
pub(crate) use over_rows;

/// The same, for [`crate::entity_sql`].
pub(crate) const fn rows_source(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => "jsonb_each($1) as j",
        Dialect::Postgres => "jsonb_array_elements($1::jsonb) as j(value)",
    }
}

/// SQL types. PostgreSQL's texts compare by bytes, as SQLite's do: the same order of keys in both, and no index that an
/// operating system's new collation tables could break.
pub(crate) const fn text_type(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => "text",
        Dialect::Postgres => "text collate \"C\"",
    }
}

pub(crate) const fn blob_type(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => "blob",
        Dialect::Postgres => "bytea",
    }
}

/// Behind a read whose rows must stay as they are until the transaction ends; the table's name follows.
pub(crate) const fn shared_lock(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => "",
        Dialect::Postgres => " for share of ",
    }
}

/// A table that is its own index.
pub(crate) const fn without_rowid(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => " without rowid",
        Dialect::Postgres => "",
    }
}

/// How a writing transaction begins. SQLite takes the write lock at once: a read first and a lock later would make two
/// writers deadlock and one of them fail. PostgreSQL's default level (READ COMMITTED) is what the statements are made for.
pub(crate) const BEGIN: Sql = Sql::Each {
    sqlite: "begin immediate",
    postgres: "begin isolation level read committed",
};

/// How a reading transaction begins that sees everything as it is at its first read, for as long as it lasts.
pub(crate) const SNAPSHOT: Sql = Sql::Each {
    sqlite: "begin",
    postgres: "begin isolation level repeatable read read only",
};

pub(crate) const COMMIT: Sql = Sql::Same("commit");
pub(crate) const ROLLBACK: Sql = Sql::Same("rollback");

/// What the writing PostgreSQL connections are set to. The planner guesses 100 rows for a JSON parameter and would scan
/// or hash whole tables for one decision; with these off it always goes through the primary key.
pub(crate) const POSTGRES_WRITER: &[&str] = &[
    "set enable_seqscan = off",
    "set enable_hashjoin = off",
    "set enable_mergejoin = off",
    // A node that is frozen in the middle of a commit must not keep its locks: the others would wait as long as it does.
    "set idle_in_transaction_session_timeout = '5s'",
    "set lock_timeout = '2s'",
];

/// What the reading PostgreSQL connections are set to: a read that writes is a mistake, caught by the database.
pub(crate) const POSTGRES_READER: &[&str] = &["set default_transaction_read_only = on"];

/// Earliest SQLite without the WAL-reset corruption bug.
pub(crate) const SQLITE_OLDEST: (u32, u32, u32) = (3, 51, 3);

/// Earliest PostgreSQL the tests are meant for, as `server_version_num`.
pub(crate) const POSTGRES_OLDEST: u32 = 130_000;

pub(crate) const VERSION: Sql = Sql::Each {
    sqlite: "select sqlite_version(), 'UTF8'",
    postgres: "select current_setting('server_version_num'), current_setting('server_encoding')",
};

/// A copy into a new file. Only SQLite has one in SQL; the other text is never run.
pub(crate) const BACKUP: Sql = Sql::Same("vacuum into $1");

/// Nobody else may migrate meanwhile: whoever comes second waits for this row. A lock of the table would do on PostgreSQL
/// alone.
pub(crate) const LOCK_SCHEMA: [Sql; 2] = [
    Sql::Same(
        "insert into assent_schema (number, name, oldest) values (0, 'lock', 0) on conflict do nothing",
    ),
    Sql::Same("update assent_schema set oldest = 0 where number = 0"),
];

/// What the database finds wrong with itself, `ok` when nothing.
pub(crate) const INTEGRITY: Sql = Sql::Each {
    sqlite: "pragma integrity_check(20)",
    postgres: "select 'ok'",
};

/// The database's own clock, UTC milliseconds: to be compared with ours, and for nothing else.
pub(crate) const CLOCK: Sql = Sql::Each {
    sqlite: "select cast(unixepoch('subsec') * 1000 as integer)",
    postgres: "select cast(extract(epoch from clock_timestamp()) * 1000 as bigint)",
};

/// How many tables of anybody a server's database holds. SQLite is asked for its file instead.
pub(crate) const TABLES_OF_ANYBODY: Sql = Sql::Same(
    "select count(*) from information_schema.tables where table_schema not in ('pg_catalog', 'information_schema')",
);

/// A statement that claims the rows its first part picks. On PostgreSQL two claimers pass each other by; on SQLite there
/// is one writer. The part is materialized: run twice by a nested loop, it would claim more than its limit.
macro_rules! claim {
    ($before:literal, $after:literal) => {
        $crate::dialect::Sql::Each {
            sqlite: concat!($before, $after),
            postgres: concat!($before, " for update skip locked", $after),
        }
    };
}
pub(crate) use claim;

/// The function that tells where in a text another one stands. LIKE will not do: it minds the case in one database and
/// not in the other.
pub(crate) const fn position(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => "instr",
        Dialect::Postgres => "strpos",
    }
}
