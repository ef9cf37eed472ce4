//! A number for every request: in the log, in the answer's `x-request-id`, on error pages. And a trace, which goes on with what
//! the request causes.

use std::time::Instant;

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument as _;

use assent_runtime::trace::{self, Trace};

use crate::web::cookie;

/// The number.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// Numbers a request, measures it, writes one line about it. Paths of approval links are not logged: they are secrets.
pub async fn number(mut request: Request, next: Next) -> Response {
    let id = crate::web::visit::random(9).unwrap_or_else(|_| "none".to_owned());
    request.extensions_mut().insert(RequestId(id.clone()));
    let method = request.method().clone();
    let path = loggable(request.uri().path());
    let trace = traced(request.headers());
    let span = tracing::info_span!("request", id = %id, trace = trace.id());
    let began = Instant::now();
    let answer = next.run(request).instrument(span.clone());
    let mut response = trace::within(trace, answer).await;
    let took = began.elapsed();
    let status = response.status().as_u16();
    span.in_scope(|| {
        tracing::debug!(%method, path, status, ms = took.as_secs_f64() * 1000.0, "{method} {path} {status}");
    });
    metrics::histogram!("assent_http_seconds", "status" => status.to_string())
        .record(took.as_secs_f64());
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert("x-request-id", value);
    }
    response
}

/// The trace of whoever asks: said by another program, or by the link in a mail that brought this browser here; else a new one.
fn traced(headers: &HeaderMap) -> Trace {
    let said = headers
        .get("traceparent")
        .and_then(|said| said.to_str().ok());
    let of_link = || {
        let known = [true, false].map(|secure| cookie::read(headers, cookie::TRACE, secure));
        known.into_iter().flatten().find_map(Trace::of_id)
    };
    let known = said.and_then(Trace::of_parent).or_else(of_link);
    known.unwrap_or_else(Trace::fresh)
}

fn loggable(path: &str) -> String {
    for secret in ["/l/", "/welcome/", "/demo/"] {
        if path.starts_with(secret) {
            return format!("{secret}…");
        }
    }
    path.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_stay_out_of_the_log() {
        assert_eq!(loggable("/l/canary"), "/l/…");
        assert_eq!(loggable("/inbox"), "/inbox");
    }
}
