//! The floors on SQLite: one connection, prepared statements, one statement a row.

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::{Connection, ToSql, params_from_iter, types::ToSqlOutput};

use super::{SHAPES_A, SHAPES_B, TABLES_A, column, decision_rows, first_rows};
use crate::rows::{Cell, How, Rows, Shape};

impl ToSql for Cell {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        match self {
            Cell::Text(text) => text.to_sql(),
            Cell::Int(number) => number.to_sql(),
        }
    }
}

pub(super) fn open(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.set_prepared_statement_cache_capacity(64);
    // As the engine's own writer is set.
    connection.execute_batch(
        "pragma journal_mode = wal; pragma synchronous = full; pragma cache_size = -65536; pragma wal_autocheckpoint = 16000;",
    )?;
    Ok(connection)
}

pub(super) fn text(shape: &Shape) -> String {
    let names: Vec<_> = shape.columns.iter().map(|name| column(name).0).collect();
    let set = |from: usize, to: usize, by: &str| {
        let parts: Vec<_> = (from..to)
            .map(|at| format!("{} = ?{}", names[at], at + 1))
            .collect();
        parts.join(by)
    };
    let table = shape.table;
    match shape.how {
        How::Insert => {
            let places: Vec<_> = (1..=names.len()).map(|at| format!("?{at}")).collect();
            format!(
                "insert into {table} ({}) values ({})",
                names.join(", "),
                places.join(", ")
            )
        }
        How::Update { keys } => {
            format!(
                "update {table} set {} where {}",
                set(keys, names.len(), ", "),
                set(0, keys, " and ")
            )
        }
        How::Delete => format!("delete from {table} where {}", set(0, names.len(), " and ")),
    }
}

fn run(connection: &Connection, sql: &str, row: &[Cell]) -> rusqlite::Result<()> {
    connection
        .prepare_cached(sql)?
        .execute(params_from_iter(row))
        .map(drop)
}

/// Decisions per second of floor A: `open` instances, `events` of history, so many decisions a commit.
///
/// # Errors
/// When the file cannot be written.
pub fn floor_a(
    path: &Path,
    open_rows: usize,
    history: usize,
    per_commit: &[usize],
    time: Duration,
) -> rusqlite::Result<Vec<f64>> {
    let connection = open(path)?;
    for table in TABLES_A {
        connection.execute_batch(table)?;
    }
    connection.execute_batch("begin")?;
    let texts: Vec<_> = SHAPES_A.iter().map(text).collect();
    for number in 0..open_rows {
        let (instance, task) = first_rows(number);
        let into = "insert into a_instances (id, status, standing, rev, updated, data) values (?1, ?2, ?3, ?4, ?5, ?6)";
        run(&connection, into, &instance)?;
        run(&connection, &texts[2], &task)?;
    }
    for number in 0..history {
        let [_, _, _, event] = decision_rows(
            open_rows + number / 12,
            u32::try_from(number % 12).unwrap_or_default(),
        );
        run(&connection, &texts[3], &event)?;
    }
    connection.execute_batch("commit; pragma wal_checkpoint(truncate)")?;
    let mut revs = vec![1_u32; open_rows];
    let mut at = 0;
    let mut rates = vec![];
    for per_commit in per_commit {
        let (began, mut done) = (Instant::now(), 0_u32);
        while began.elapsed() < time {
            connection.execute_batch("begin immediate")?;
            for _ in 0..*per_commit {
                // Far apart, as the decisions of a day are.
                at = (at + open_rows / 2 + 1) % open_rows;
                let rows = decision_rows(at, revs[at]);
                revs[at] += 1;
                for (sql, row) in texts.iter().zip(&rows) {
                    run(&connection, sql, row)?;
                }
                done += 1;
            }
            connection.execute_batch("commit")?;
        }
        rates.push(f64::from(done) / began.elapsed().as_secs_f64());
    }
    Ok(rates)
}

/// Decisions per second of floor B: the engine's own tables in the engine's own file, the rows of batches made beforehand.
///
/// # Errors
/// When the file cannot be written.
pub fn floor_b(path: &Path, batches: &[(usize, Rows)]) -> rusqlite::Result<f64> {
    let connection = open(path)?;
    let texts: Vec<_> = SHAPES_B.iter().map(text).collect();
    let began = Instant::now();
    let mut done = 0;
    for (turns, rows) in batches {
        connection.execute_batch("begin immediate")?;
        for (sql, rows) in texts.iter().zip(rows) {
            for row in rows {
                run(&connection, sql, row)?;
            }
        }
        connection.execute_batch("commit")?;
        done += turns;
    }
    Ok(crate::report::per_second(done, began.elapsed()))
}
