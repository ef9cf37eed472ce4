//! Limits: how large a request may be, how many, how long.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::rate::Kind;
use crate::web::{Fault, Site, Visit};

/// Checks them.
pub async fn check(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let limits = site.config.limits;
    if let Some(visit) = request.extensions().get::<Arc<Visit>>()
        && let Some(fault) = too_many(&site, visit, &request)
    {
        return fault.into_response();
    }
    let form_with_files = kind(request.headers()).starts_with("multipart/form-data");
    let most = if form_with_files {
        limits.upload_bytes
    } else {
        limits.body_bytes
    };
    if length(request.headers()).is_some_and(|length| length > most) {
        return Fault::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large").into_response();
    }
    // A body without a length is cut off at the same limit while it is read.
    let (parts, body) = request.into_parts();
    let body = axum::body::Body::new(http_body_util::Limited::new(body, most));
    let answer = next.run(Request::from_parts(parts, body));
    match tokio::time::timeout(Duration::from_secs(limits.request_seconds), answer).await {
        Ok(response) => response,
        Err(_) => Fault::new(StatusCode::SERVICE_UNAVAILABLE, "too_slow").into_response(),
    }
}

fn too_many(site: &Site, visit: &Visit, request: &Request) -> Option<Fault> {
    let (limits, path) = (site.config.limits, request.uri().path());
    if path.starts_with("/assets/") || matches!(path, "/livez" | "/readyz") {
        return None;
    }
    let now = Instant::now();
    let signing_in = request.method() == Method::POST && path.starts_with("/sign-in");
    let wait = signing_in
        .then(|| {
            site.rate
                .count(visit.address, Kind::SignIn, limits.sign_ins_per_minute, now)
        })
        .flatten()
        .or_else(|| {
            site.rate.count(
                visit.address,
                Kind::Request,
                limits.requests_per_minute,
                now,
            )
        })?;
    let mut fault = Fault::new(StatusCode::TOO_MANY_REQUESTS, "too_many");
    fault.retry_after_s = Some(wait);
    Some(fault)
}

fn kind(headers: &HeaderMap) -> &str {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

fn length(headers: &HeaderMap) -> Option<usize> {
    headers
        .get(header::CONTENT_LENGTH)?
        .to_str()
        .ok()?
        .parse()
        .ok()
}
