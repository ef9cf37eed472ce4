//! Forward-only, numbered migrations, applied when a database is opened.
//!
//! A migration says the oldest schema number a program may know and still work with the database afterwards: while a new
//! version is rolled out, nodes of the version before go on (and may restart) on a migrated database.

use crate::Store;
use crate::db::args;
use crate::dialect::{LOCK_SCHEMA, Sql};
use crate::entity_sql::translate;
use crate::error::{StoreError, StoreErrorKind};
use crate::row::Row;
use crate::store::transaction;
use crate::tx::Tx;

/// One step.
struct Migration {
    number: u32,
    name: &'static str,
    /// The least number a program must know to work with a database that has this step.
    oldest: u32,
    sql: &'static str,
}

const MIGRATIONS: &[Migration] = &[
    Migration {
        number: 1,
        name: "start",
        oldest: 1,
        sql: include_str!("../migrations/0001_start.sql"),
    },
    Migration {
        number: 2,
        name: "pools",
        oldest: 1,
        sql: include_str!("../migrations/0002_pools.sql"),
    },
    Migration {
        number: 3,
        name: "audit_roots",
        oldest: 1,
        sql: include_str!("../migrations/0003_audit_roots.sql"),
    },
    Migration {
        number: 4,
        name: "turns",
        oldest: 4,
        sql: include_str!("../migrations/0004_turns.sql"),
    },
];

const SCHEMA: &str = "create table if not exists assent_schema (\n    number bigint primary key not null,\n    name text not null,\n    oldest bigint not null\n);\n";
const APPLIED: Sql =
    Sql::Same("select coalesce(max(number), 0), coalesce(max(oldest), 0) from assent_schema");
const RECORD: Sql =
    Sql::Same("insert into assent_schema (number, name, oldest) values ($1, $2, $3)");

/// Tries when two programs open a fresh database at once: PostgreSQL's `if not exists` may still collide.
const RACES_MAX: u32 = 5;

/// The last migration there is.
pub(crate) fn known() -> u32 {
    MIGRATIONS.last().map_or(0, |migration| migration.number)
}

pub(crate) async fn migrate(store: &Store) -> Result<(), StoreError> {
    let mut races = 0;
    loop {
        match apply(store).await {
            Err(error) if error.kind == StoreErrorKind::Other && races < RACES_MAX => {
                races += 1;
                tracing::info!(%error, "opening the database collided with another program; once more");
            }
            done => return done,
        }
    }
}

async fn apply(store: &Store) -> Result<(), StoreError> {
    transaction!(store, tx => apply_in(tx).await?)
}

async fn apply_in(tx: &mut Tx) -> Result<(), StoreError> {
    let dialect = tx.dialect();
    for statement in translate(dialect, SCHEMA) {
        tx.execute_once(&statement).await?;
    }
    lock_schema(tx).await?;
    let number = fitting(tx.fetch(&APPLIED, vec![]).await?)?;
    for migration in MIGRATIONS
        .iter()
        .filter(|migration| migration.number > number)
    {
        tracing::info!(
            number = migration.number,
            name = migration.name,
            "migrating the database"
        );
        for statement in translate(dialect, migration.sql) {
            tx.execute_once(&statement).await?;
        }
        let args = args![migration.number, migration.name, migration.oldest];
        tx.execute(&RECORD, args).await?;
    }
    Ok(())
}

/// The number of the last migration, when a program that knows ours may work with the database.
fn fitting(mut rows: Vec<Row>) -> Result<u32, StoreError> {
    let mut row = rows
        .pop()
        .ok_or_else(|| StoreError::other("no schema number"))?;
    let (number, oldest): (u32, u32) = (row.count()?, row.count()?);
    let known = known();
    if oldest > known {
        return Err(StoreError::new(
            StoreErrorKind::Newer,
            format!("the database has schema {number}, this program knows {known}"),
        ));
    }
    Ok(number)
}

impl Store {
    /// Looks whether this program may still work with the database: a newer one may have migrated it meanwhile.
    ///
    /// # Errors
    /// [`StoreErrorKind::Newer`] when it may not; else when the database cannot be read.
    pub async fn check_schema(&self) -> Result<(), StoreError> {
        fitting(self.reader().fetch(&APPLIED, vec![]).await?).map(drop)
    }
}

/// Waits until nobody else changes tables, and keeps others from it until the transaction ends.
pub(crate) async fn lock_schema(tx: &mut Tx) -> Result<(), StoreError> {
    for statement in &LOCK_SCHEMA {
        tx.execute(statement, vec![]).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_go_up_by_one_and_names_match_files() {
        for (at, migration) in MIGRATIONS.iter().enumerate() {
            assert_eq!(usize::try_from(migration.number), Ok(at + 1));
            assert!(migration.oldest <= migration.number);
            assert!(
                migration
                    .sql
                    .starts_with(&format!("-- {:04}: ", migration.number))
            );
        }
    }
}
