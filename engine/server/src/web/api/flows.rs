//! `/api/v1/flows`.

use std::sync::Arc;

use assent_core::command::{Actor, Via};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse as _;

use super::read::Body;
use super::shape::{Accepted, Flow, StartBody, UseBody};
use super::{Answer, Writer, json, key};
use crate::web::guard::faults::Problem;
use crate::web::{Fault, Reader, Site};

/// Every published flow.
#[utoipa::path(get, path = "/api/v1/flows", tag = "flows", responses((status = 200, body = Vec<Flow>)))]
pub async fn list(State(site): State<Arc<Site>>, reader: Reader) -> Answer {
    let flows: Vec<Flow> = site
        .app
        .flows(&reader.id)
        .await?
        .iter()
        .map(Flow::from)
        .collect();
    json(StatusCode::OK, &flows)
}

/// One flow with its form.
#[utoipa::path(get, path = "/api/v1/flows/{flow}", tag = "flows", params(("flow" = String, Path)),
    responses((status = 200, body = Flow), (status = 404, body = Problem)))]
pub async fn show(State(site): State<Arc<Site>>, reader: Reader, Path(id): Path<String>) -> Answer {
    let flows = site.app.flows(&reader.id).await?;
    let flow = flows
        .iter()
        .find(|flow| flow.flow == id)
        .ok_or_else(Fault::not_found)?;
    json(StatusCode::OK, &Flow::from(flow))
}

/// Starts an instance: submits it, or keeps a draft.
#[utoipa::path(post, path = "/api/v1/flows/{flow}/start", tag = "flows", params(("flow" = String, Path)), request_body = StartBody,
    responses((status = 201, body = Accepted), (status = 422, body = Problem)))]
pub async fn start(
    State(site): State<Arc<Site>>,
    writer: Writer,
    Path(flow): Path<String>,
    headers: HeaderMap,
    Body(body): Body<StartBody>,
) -> Answer {
    let key = key(&writer, &headers, body.idempotency_key.as_deref())?;
    let actor = Actor::Person(writer.0.id.clone());
    let done = site
        .app
        .start(&flow, actor, Via::Api, &body.values, !body.draft, key)
        .await?;
    json(StatusCode::CREATED, &Accepted::from(&done))
}

/// Closes a flow for new cases, by its owner or an administrator; cases under way go on.
#[utoipa::path(post, path = "/api/v1/flows/{flow}/close", tag = "flows", params(("flow" = String, Path)), request_body = UseBody,
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
pub async fn close(
    State(site): State<Arc<Site>>,
    writer: Writer,
    Path(flow): Path<String>,
    Body(body): Body<UseBody>,
) -> Answer {
    let done = site.app.close_flow(&writer.0.id, &flow, &body.reason);
    done.await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Opens a closed flow for new cases.
#[utoipa::path(post, path = "/api/v1/flows/{flow}/open", tag = "flows", params(("flow" = String, Path)), request_body = UseBody,
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
pub async fn open(
    State(site): State<Arc<Site>>,
    writer: Writer,
    Path(flow): Path<String>,
    Body(body): Body<UseBody>,
) -> Answer {
    let done = site.app.open_flow(&writer.0.id, &flow, &body.reason);
    done.await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Who closed and opened a flow, when and why; the last first.
#[utoipa::path(get, path = "/api/v1/flows/{flow}/uses", tag = "flows", params(("flow" = String, Path)),
    responses((status = 200), (status = 404, body = Problem)))]
pub async fn uses(
    State(site): State<Arc<Site>>,
    _reader: Reader,
    Path(flow): Path<String>,
) -> Answer {
    json(StatusCode::OK, &site.app.flow_uses(&flow).await?)
}
