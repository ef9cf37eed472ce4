//! Where a post comes from: only from our own pages. The second lock beside the CSRF token.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::web::{Fault, Site, Visit};

/// Lets safe methods and bearer tokens through; everything else must name one of our origins, or none at all.
pub async fn check(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let bearer = request
        .extensions()
        .get::<Arc<Visit>>()
        .is_some_and(|visit| visit.bearer);
    if request.method().is_safe() || bearer || ours(&site, request.headers()) {
        return next.run(request).await;
    }
    Fault::new(StatusCode::FORBIDDEN, "origin").into_response()
}

/// `Origin` decides where there is one; else `Sec-Fetch-Site`, else `Referer`. Old WebViews send none of them: then the CSRF token
/// stands alone.
fn ours(site: &Site, headers: &HeaderMap) -> bool {
    let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(origin) = text(header::ORIGIN) {
        return site.origins.iter().any(|known| known == origin);
    }
    if let Some(from) = text(header::HeaderName::from_static("sec-fetch-site")) {
        return matches!(from, "same-origin" | "none");
    }
    match text(header::REFERER) {
        Some(referer) => site.origins.iter().any(|known| {
            referer
                .strip_prefix(known.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        }),
        None => true,
    }
}
