//! The floors on PostgreSQL: a few connections, one statement a table and batch, all of it in one round trip.

use std::time::{Duration, Instant};

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, SqlSafeStr as _};

use super::{SHAPES_A, SHAPES_B, TABLES_A, column, decision_rows, first_rows};
use crate::rows::{Cell, How, Rows, Shape};

/// Connections that write, each its own share of the instances.
const CONNECTIONS: usize = 4;

/// One part of the common table expression; `first` is the number of its first parameter.
fn part(shape: &Shape, first: usize) -> String {
    let names: Vec<_> = shape.columns.iter().map(|name| column(name).0).collect();
    let arrays: Vec<_> = shape
        .columns
        .iter()
        .enumerate()
        .map(|(at, name)| {
            let kind = if column(name).1 { "bigint" } else { "text" };
            format!("${}::{kind}[]", first + at)
        })
        .collect();
    let (table, list) = (shape.table, names.join(", "));
    let rows = format!("unnest({}) as v({list})", arrays.join(", "));
    let equal = |names: &[&str]| {
        let parts: Vec<_> = names
            .iter()
            .map(|name| format!("{table}.{name} = v.{name}"))
            .collect();
        parts.join(" and ")
    };
    match shape.how {
        How::Insert => format!("insert into {table} ({list}) select {list} from {rows}"),
        How::Update { keys } => {
            let set: Vec<_> = names[keys..]
                .iter()
                .map(|name| format!("{name} = v.{name}"))
                .collect();
            format!(
                "update {table} set {} from {rows} where {}",
                set.join(", "),
                equal(&names[..keys])
            )
        }
        How::Delete => format!("delete from {table} using {rows} where {}", equal(&names)),
    }
}

fn whole(shapes: &[Shape]) -> String {
    let mut first = 1;
    let mut parts = vec![];
    for (at, shape) in shapes.iter().enumerate() {
        parts.push(format!("s{at} as ({})", part(shape, first)));
        first += shape.columns.len();
    }
    format!("with {} select 1", parts.join(", "))
}

async fn open(url: &str) -> sqlx::Result<PgConnection> {
    let mut connection = PgConnection::connect(url).await?;
    connection
        .execute("set enable_seqscan = off; set enable_hashjoin = off; set enable_mergejoin = off")
        .await?;
    Ok(connection)
}

async fn write(
    on: &mut PgConnection,
    sql: &str,
    shapes: &[Shape],
    rows: &[Vec<Vec<Cell>>],
) -> sqlx::Result<()> {
    let mut query = sqlx::query(AssertSqlSafe(sql.to_owned()).into_sql_str());
    for (shape, rows) in shapes.iter().zip(rows) {
        for (at, name) in shape.columns.iter().enumerate() {
            let cells = rows.iter().map(|row| &row[at]);
            query = if column(name).1 {
                let numbers: Vec<i64> = cells
                    .map(|cell| {
                        if let Cell::Int(number) = cell {
                            *number
                        } else {
                            0
                        }
                    })
                    .collect();
                query.bind(numbers)
            } else {
                let texts: Vec<String> = cells
                    .map(|cell| {
                        if let Cell::Text(text) = cell {
                            text.clone()
                        } else {
                            String::new()
                        }
                    })
                    .collect();
                query.bind(texts)
            };
        }
    }
    query.execute(on).await.map(drop)
}

/// Decisions per second of floor A; see [`super::sqlite::floor_a`].
///
/// # Errors
/// When the database cannot be written.
pub async fn floor_a(
    url: &str,
    open_rows: usize,
    history: usize,
    per_commit: &[usize],
    time: Duration,
) -> sqlx::Result<Vec<f64>> {
    let mut on = open(url).await?;
    for table in TABLES_A {
        // Keys compare by bytes, as the engine's do.
        let table = table.replace("text ", "text collate \"C\" ");
        on.execute(AssertSqlSafe(table).into_sql_str()).await?;
    }
    fill(&mut on, open_rows, history).await?;
    let mut rates = vec![];
    let (share, sql) = (open_rows / CONNECTIONS, whole(&SHAPES_A));
    let mut revs = vec![1_u32; open_rows];
    for per_commit in per_commit.iter().copied() {
        let began = Instant::now();
        let mut running = vec![];
        for mine in 0..CONNECTIONS {
            let (url, sql) = (url.to_owned(), sql.clone());
            let mut revs = revs[mine * share..(mine + 1) * share].to_vec();
            running.push(tokio::spawn(async move {
                let mut on = open(&url).await?;
                let (mut at, mut done) = (0, 0_usize);
                while began.elapsed() < time {
                    let mut rows = [const { Vec::new() }; 4];
                    for _ in 0..per_commit.min(share / 2) {
                        at = (at + share / 2 + 1) % share;
                        let decided = decision_rows(mine * share + at, revs[at]);
                        revs[at] += 1;
                        for (to, row) in rows.iter_mut().zip(decided) {
                            to.push(row);
                        }
                    }
                    write(&mut on, &sql, &SHAPES_A, &rows).await?;
                    done += rows[0].len();
                }
                Ok::<_, sqlx::Error>((done, revs))
            }));
        }
        let (mut done, mut after) = (0, vec![]);
        for one in running {
            let (mine, mut theirs) = one.await.map_err(|error| sqlx::Error::Io(error.into()))??;
            done += mine;
            after.append(&mut theirs);
        }
        rates.push(crate::report::per_second(done, began.elapsed()));
        after.resize(open_rows, 1);
        revs = after;
    }
    Ok(rates)
}

async fn fill(on: &mut PgConnection, open_rows: usize, history: usize) -> sqlx::Result<()> {
    let instances = Shape {
        table: "a_instances",
        how: How::Insert,
        columns: SHAPES_A[0].columns,
    };
    let sql = whole(&[instances, SHAPES_A[2]]);
    for from in (0..open_rows).step_by(1_000) {
        let (instances_rows, tasks) = (from..open_rows.min(from + 1_000)).map(first_rows).unzip();
        write(
            on,
            &sql,
            &[instances, SHAPES_A[2]],
            &[instances_rows, tasks],
        )
        .await?;
    }
    let sql = whole(&SHAPES_A[3..]);
    for from in (0..history).step_by(1_000) {
        let rows = (from..history.min(from + 1_000))
            .map(|number| {
                let [_, _, _, event] = decision_rows(
                    open_rows + number / 12,
                    u32::try_from(number % 12).unwrap_or_default(),
                );
                event
            })
            .collect();
        write(on, &sql, &SHAPES_A[3..], &[rows]).await?;
    }
    Ok(())
}

/// Decisions per second of floor B; see [`super::sqlite::floor_b`]. The batches go to the connections in turn.
///
/// # Errors
/// When the database cannot be written.
pub async fn floor_b(url: &str, lanes: Vec<Vec<(usize, Rows)>>) -> sqlx::Result<f64> {
    let sql = whole(SHAPES_B);
    let began = Instant::now();
    let mut running = vec![];
    for batches in lanes {
        let (url, sql) = (url.to_owned(), sql.clone());
        running.push(tokio::spawn(async move {
            let mut on = open(&url).await?;
            let mut done = 0;
            for (turns, rows) in &batches {
                write(&mut on, &sql, SHAPES_B, rows).await?;
                done += turns;
            }
            Ok::<_, sqlx::Error>(done)
        }));
    }
    let mut done = 0;
    for one in running {
        done += one.await.map_err(|error| sqlx::Error::Io(error.into()))??;
    }
    Ok(crate::report::per_second(done, began.elapsed()))
}
