//! The floor of HTTP: an axum endpoint that reads the same JSON and writes floor A's four rows, many requests a commit.

use std::path::Path;

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use rusqlite::params_from_iter;
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot};

use super::{SHAPES_A, decision_rows};

type Queue = mpsc::Sender<(usize, oneshot::Sender<bool>)>;

/// The endpoint on a file that [`super::sqlite::floor_a`] has filled; `first_rev` is the next decision of every instance.
pub fn router(path: &Path, first_rev: u32, instances: usize) -> Router {
    let (queue, waiting) = mpsc::channel(2_048);
    let path = path.to_owned();
    std::thread::spawn(move || write(&path, waiting, vec![first_rev; instances]));
    Router::new()
        .route("/decide/{number}", post(decide))
        .with_state(queue)
}

async fn decide(
    State(queue): State<Queue>,
    axum::extract::Path(number): axum::extract::Path<usize>,
    Json(body): Json<Value>,
) -> Json<Value> {
    let (answer, answered) = oneshot::channel();
    let read = body["decision"] == "approve";
    let sent = queue.send((number, answer)).await.is_ok();
    Json(json!({"done": read && sent && answered.await.unwrap_or(false)}))
}

fn write(
    path: &Path,
    mut waiting: mpsc::Receiver<(usize, oneshot::Sender<bool>)>,
    mut revs: Vec<u32>,
) -> rusqlite::Result<()> {
    let connection = super::sqlite::open(path)?;
    let texts: Vec<_> = SHAPES_A.iter().map(super::sqlite::text).collect();
    while let Some(first) = waiting.blocking_recv() {
        let mut batch = vec![first];
        while batch.len() < 256 {
            let Ok(next) = waiting.try_recv() else { break };
            batch.push(next);
        }
        connection.execute_batch("begin immediate")?;
        for (number, _) in &batch {
            let rows = decision_rows(*number, revs[*number]);
            revs[*number] += 1;
            for (sql, row) in texts.iter().zip(&rows) {
                connection
                    .prepare_cached(sql)?
                    .execute(params_from_iter(row))?;
            }
        }
        connection.execute_batch("commit")?;
        for (_, answer) in batch {
            // Whoever hung up does not wait for it.
            let _ = answer.send(true);
        }
    }
    Ok(())
}
