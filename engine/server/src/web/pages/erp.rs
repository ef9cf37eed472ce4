//! The demo's ERP, on a route of its own: answers what the sample company's flows ask. Only where `assent demo` runs.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde_json::Value as Json;

use crate::web::api::read::Body;
use crate::web::api::{Answer, json};
use crate::web::{Fault, Site};

/// `POST /dev/erp/{path}`
pub async fn answer(
    State(site): State<Arc<Site>>,
    Path(path): Path<String>,
    Body(body): Body<Json>,
) -> Answer {
    if site.demo.is_none() {
        return Err(Fault::not_found());
    }
    let (status, answer) = assent_runtime::demo::erp::answer(&format!("/{path}"), &body);
    json(
        StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY),
        &answer,
    )
}
