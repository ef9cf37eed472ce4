//! Many decisions at once: each row is a command and a transaction of its own, and one bad row does not stop the rest.

use std::sync::Arc;

use assent_core::command::{Action, Actor, Command, DecideWith, Verdict, Via};
use assent_core::value::Values;
use assent_runtime::app::Seen;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};

use super::bodies::{BulkBody, BulkResult, BulkResults, BulkRow};
use super::read::Body;
use super::shape::{Accepted, Decision};
use super::{Answer, Writer, json, key};
use crate::web::guard::faults::Problem;
use crate::web::{Fault, Site};

/// Most rows of one request.
const ROWS_MAX: usize = 200;

/// Decides many tasks; the answer says of each what became of it. Nothing goes round a check: a state that asks for fields, a
/// signature or the password refuses its row.
#[utoipa::path(post, path = "/api/v1/tasks/decisions", tag = "tasks", request_body = BulkBody,
    responses((status = 200, body = BulkResults), (status = 422, body = Problem)))]
pub async fn decide(
    State(site): State<Arc<Site>>,
    writer: Writer,
    headers: HeaderMap,
    Body(body): Body<BulkBody>,
) -> Answer {
    if body.decisions.len() > ROWS_MAX {
        return Err(Fault::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "too_many_rows",
        ));
    }
    let request_key = headers
        .get("idempotency-key")
        .and_then(|value| value.to_str().ok());
    let mut results = Vec::with_capacity(body.decisions.len());
    for row in body.decisions {
        // A key for the whole request would give every row the answer of the first: it is told apart by task.
        let row_key = row
            .idempotency_key
            .clone()
            .or_else(|| request_key.map(|key| format!("{key}:{}:{}", row.instance, row.task)));
        let (instance, task) = (row.instance.clone(), row.task);
        let done = one(&site, &writer, row, row_key.as_deref()).await;
        results.push(match done {
            Ok(accepted) => BulkResult {
                instance,
                task,
                status: StatusCode::OK.as_u16(),
                accepted: Some(accepted),
                problem: None,
            },
            Err(fault) => BulkResult {
                instance,
                task,
                status: fault.status.as_u16(),
                accepted: None,
                problem: Some(Problem::of(
                    &fault,
                    writer.0.visit.lang,
                    &writer.0.visit.request,
                )),
            },
        });
    }
    let accepted = results
        .iter()
        .filter(|result| result.accepted.is_some())
        .count();
    let refused = results.len() - accepted;
    json(
        StatusCode::OK,
        &BulkResults {
            accepted,
            refused,
            results,
        },
    )
}

async fn one(
    site: &Site,
    writer: &Writer,
    row: BulkRow,
    given: Option<&str>,
) -> Result<Accepted, Fault> {
    let command = Command {
        actor: Actor::Person(writer.0.id.clone()),
        via: Via::Api,
        action: Action::Decide {
            task: row.task,
            verdict: match row.decision {
                Decision::Approve => Verdict::Approve,
                Decision::Reject => Verdict::Reject,
            },
            comment: row.comment,
            set: Values::new(),
            with: DecideWith {
                bulk: true,
                ..DecideWith::default()
            },
        },
        key: key(writer, &HeaderMap::new(), given)?,
    };
    let seen = Seen {
        facts: row.facts,
        round: row.round,
    };
    let done = site.app.command_seen(&row.instance, command, seen).await?;
    Ok(Accepted::from(&done))
}
