//! A panic ends one request with a 500, never the server; the log has the words.

use std::any::Any;

use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use tower_http::catch_panic::CatchPanicLayer;

use crate::web::Fault;

type Caught = fn(Box<dyn Any + Send>) -> Response<Body>;

/// The net.
pub fn net() -> CatchPanicLayer<Caught> {
    CatchPanicLayer::custom(caught as Caught)
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the layer hands the panic over"
)]
fn caught(panic: Box<dyn Any + Send>) -> Response<Body> {
    let words = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no words");
    metrics::counter!("assent_panics_total").increment(1);
    Fault::internal(format!("panic: {words}")).into_response()
}
