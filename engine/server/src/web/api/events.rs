//! `/api/v1/events`: what happened outside. An administrator's token may say so.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};

use super::read::Body;
use super::shape::{EventBody, Woken};
use super::{Answer, Writer, json, key};
use crate::web::guard::faults::Problem;
use crate::web::{Fault, Site};

/// Something happened outside: wakes every instance that waits for it on this record; one that is suspended keeps it until it
/// goes on. A record that does not exist is refused as `unknown_record`.
#[utoipa::path(post, path = "/api/v1/events/{name}", tag = "events", params(("name" = String, Path)), request_body = EventBody,
    responses((status = 200, body = Woken), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn happen(
    State(site): State<Arc<Site>>,
    writer: Writer,
    Path(name): Path<String>,
    headers: HeaderMap,
    Body(body): Body<EventBody>,
) -> Answer {
    if !writer.0.visit.admin {
        return Err(Fault::new(StatusCode::FORBIDDEN, "scope"));
    }
    let key = key(&writer, &headers, body.idempotency_key.as_deref())?;
    let reached = site
        .app
        .happen(&name, &body.record, &body.payload, key)
        .await?;
    let (woken, kept) = (reached.woken, reached.kept);
    json(StatusCode::OK, &Woken { woken, kept })
}
