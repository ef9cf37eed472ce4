//! The REST API under `/api/v1`, one file per resource. Same engine, same refusals as the pages; errors are problem+json.
//!
//! A machine comes with `Authorization: Bearer …` (a token of a person); a browser with its session and the header
//! `x-csrf-token` (from `GET /api/v1/me`) on everything that is not a GET.

pub mod absences;
pub mod audit;
pub mod bodies;
pub mod bulk;
pub mod calendars;
pub mod clock;
pub mod events;
pub mod files;
pub mod flows;
pub mod instances;
pub mod me;
mod mistake;
pub mod open_api;
pub mod overrule;
pub mod posted;
pub mod read;
pub mod shape;
pub mod tasks;
pub mod verbs;
pub mod versions;

use std::sync::Arc;

use axum::Router;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use serde::Serialize;

use super::visit::Reader;
use super::{Fault, Site};

/// What an endpoint answers.
pub type Answer = Result<Response, Fault>;

/// Every endpoint.
pub fn routes() -> Router<Arc<Site>> {
    Router::new()
        .route("/api", get(open_api::viewer))
        .route("/api/v1/openapi.json", get(open_api::document))
        .route("/api/v1/me", get(me::show))
        .route(
            "/api/v1/people/{id}/absences",
            get(absences::list).post(absences::set),
        )
        .route("/api/v1/people/{id}/absences/end", post(absences::end))
        .route("/api/v1/flows", get(flows::list))
        .route("/api/v1/flows/{flow}", get(flows::show))
        .route("/api/v1/flows/{flow}/start", post(flows::start))
        .route("/api/v1/flows/{flow}/close", post(flows::close))
        .route("/api/v1/flows/{flow}/open", post(flows::open))
        .route("/api/v1/flows/{flow}/uses", get(flows::uses))
        .route("/api/v1/flows/{flow}/versions", get(versions::list))
        .route("/api/v1/flows/{flow}/difference", get(versions::difference))
        .route(
            "/api/v1/flows/{flow}/migration/preview",
            post(versions::preview),
        )
        .route("/api/v1/flows/{flow}/migration", post(versions::migrate))
        .route("/api/v1/entities/{entity}/flow", get(versions::chosen))
        .route("/api/v1/entities/{entity}/start", post(versions::start))
        .route("/api/v1/tasks", get(tasks::list))
        .route("/api/v1/tasks/{instance}/{task}", get(tasks::show))
        .route(
            "/api/v1/tasks/{instance}/{task}/decision",
            post(tasks::decide),
        )
        .route("/api/v1/tasks/{instance}/{task}/act", post(tasks::act))
        .route(
            "/api/v1/tasks/{instance}/{task}/return",
            post(tasks::send_back),
        )
        .route(
            "/api/v1/tasks/{instance}/{task}/transfer",
            post(tasks::transfer),
        )
        .merge(verb_routes())
        .route("/api/v1/instances", get(instances::list))
        .route("/api/v1/instances/{id}", get(instances::show))
        .route("/api/v1/instances/{id}/history", get(instances::history))
        .route("/api/v1/instances/{id}/explain", get(instances::explain))
        .route("/api/v1/instances/{id}/diagram", get(instances::diagram))
        .route("/api/v1/instances/{id}/why", get(audit::why))
        .route("/api/v1/instances/{id}/proof", get(audit::proof))
        .route("/api/v1/audit/root", get(audit::root))
        .route("/api/v1/instances/{id}/save", post(instances::save))
        .route("/api/v1/instances/{id}/submit", post(instances::submit))
        .route("/api/v1/instances/{id}/withdraw", post(instances::withdraw))
        .route("/api/v1/instances/{id}/comment", post(instances::comment))
        .route("/api/v1/instances/{id}/copy", post(instances::copy))
        .route("/api/v1/instances/{id}/urge", post(instances::urge))
        .route("/api/v1/instances/{id}/reopen", post(instances::reopen))
        .route("/api/v1/instances/{id}/revoke", post(instances::revoke))
        .route("/api/v1/files", post(files::store))
        .route("/api/v1/files/{id}", get(files::show))
        .route("/api/v1/instances/{id}/retry", post(instances::retry))
        .route(
            "/api/v1/instances/{id}/override/{verb}",
            post(overrule::overrule),
        )
        .route("/api/v1/people/{id}/leaving", get(overrule::leaving))
        .route("/api/v1/stuck", get(overrule::stuck))
        .route("/api/v1/dead-letters", get(overrule::dead_letters))
        .route("/api/v1/dead-letters/{id}/{verb}", post(overrule::tend))
        .route("/api/v1/people/{id}/hand-over", post(overrule::hand_over))
        .route("/api/v1/calendars", get(calendars::list))
        .route("/api/v1/calendars/load", post(calendars::load))
        .route("/api/v1/events/{name}", post(events::happen))
        .route("/api/v1/clock", get(clock::show).put(clock::set))
        .route(
            "/api/{*rest}",
            axum::routing::any(|| async { Fault::not_found() }),
        )
}

/// What is done on a task beside deciding.
fn verb_routes() -> Router<Arc<Site>> {
    let on_task = |verb: &str| format!("/api/v1/tasks/{{instance}}/{{task}}/{verb}");
    Router::new()
        .route("/api/v1/tasks/decisions", post(bulk::decide))
        .route(&on_task("delegate"), post(verbs::delegate))
        .route(&on_task("add-signer"), post(verbs::add_signer))
        .route(&on_task("remove-signer"), post(verbs::remove_signer))
        .route(&on_task("advise"), post(verbs::advise))
        .route(&on_task("claim"), post(verbs::claim))
        .route(&on_task("give-back"), post(verbs::give_back))
        .route(&on_task("ask"), post(verbs::ask))
        .route(&on_task("reply"), post(verbs::reply))
        .route(&on_task("read"), post(verbs::read))
        .route(&on_task("take-back"), post(verbs::take_back))
        .route(&on_task("code"), post(verbs::code))
}

/// How a deadline was reckoned.
pub fn because(due: Option<&assent_runtime::app::Due>) -> Vec<shape::Words> {
    due.map_or(vec![], |due| due.because.iter().map(Into::into).collect())
}

/// JSON with a status.
pub fn json(status: StatusCode, body: &impl Serialize) -> Answer {
    let text =
        serde_json::to_string(body).map_err(|error| Fault::internal(format!("json: {error}")))?;
    Ok((
        status,
        [(axum::http::header::CONTENT_TYPE, "application/json")],
        text,
    )
        .into_response())
}

/// Somebody who may change things: a token, or a session whose CSRF token came in the header.
#[derive(Clone, Debug)]
pub struct Writer(pub Reader);

impl<S: Sync> FromRequestParts<S> for Writer {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Fault> {
        let reader = Reader::from_request_parts(parts, state).await?;
        let given = header(&parts.headers, "x-csrf-token").unwrap_or_default();
        if reader.visit.bearer || reader.visit.csrf_matches(given) {
            Ok(Self(reader))
        } else {
            Err(Fault::new(StatusCode::FORBIDDEN, "csrf"))
        }
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// Most characters of an idempotency key.
const KEY_CHARS_MAX: usize = 200;

/// The idempotency key: from the body, else from the header; bound to the person, so that nobody repeats somebody else's.
///
/// # Errors
/// When it is too long.
pub fn key(
    writer: &Writer,
    headers: &HeaderMap,
    body: Option<&str>,
) -> Result<Option<String>, Fault> {
    let Some(key) = body
        .or_else(|| header(headers, "idempotency-key"))
        .filter(|key| !key.is_empty())
    else {
        return Ok(None);
    };
    if key.chars().count() > KEY_CHARS_MAX {
        return Err(Fault::malformed("the idempotency key is too long"));
    }
    Ok(Some(format!("{}:{key}", writer.0.id)))
}
