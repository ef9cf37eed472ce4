//! What stands around every page: from the outside in, a request id, a net for panics, headers, limits, who visits, where a post
//! comes from; and on the way out, faults become pages or problems.

pub mod faults;
pub mod headers;
pub mod limits;
pub mod origin;
pub mod panics;
pub mod rate;
pub mod request_id;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};

use super::{Site, visit};

/// Puts the guards around the routes. Layers run from the last added to the first.
pub fn around(routes: Router<Arc<Site>>, site: &Arc<Site>) -> Router<Arc<Site>> {
    let state = || Arc::clone(site);
    routes
        .fallback(|| async { super::Fault::not_found() })
        .method_not_allowed_fallback(|| async {
            super::Fault::new(axum::http::StatusCode::METHOD_NOT_ALLOWED, "method")
        })
        .layer(DefaultBodyLimit::max(site.config.limits.upload_bytes))
        .layer(from_fn_with_state(state(), origin::check))
        .layer(from_fn_with_state(state(), limits::check))
        .layer(panics::net())
        .layer(from_fn_with_state(state(), faults::render))
        .layer(from_fn_with_state(state(), visit::meet))
        .layer(from_fn_with_state(state(), faults::render_bare))
        .layer(from_fn_with_state(state(), headers::add))
        .layer(from_fn(request_id::number))
}
