//! For machines that watch us.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use assent_runtime::app::Health;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use super::Answer;
use crate::web::{Fault, Site, Visit};

/// Longest wait for the figures that are read from the database.
const READ_MAX: Duration = Duration::from_secs(3);

/// `GET /livez`: this program runs. It asks nobody else, so that a database that is away restarts no healthy node.
pub async fn live() -> &'static str {
    "ok\n"
}

/// `GET /readyz`
pub async fn ready(State(site): State<Arc<Site>>) -> Response {
    let health = site.app.health().await;
    answer(health.ready, &health)
}

fn answer(good: bool, health: &Health) -> Response {
    let status = if good {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let mut text = String::from(if good { "ok\n" } else { "not ready\n" });
    for fact in &health.facts {
        let _ = writeln!(
            text,
            "{} {}: {} / {}",
            if fact.ok { "ok  " } else { "FAIL" },
            fact.name,
            fact.words.zh,
            fact.words.en
        );
    }
    (
        status,
        [(header::CONTENT_TYPE, "text/plain; charset=utf-8")],
        text,
    )
        .into_response()
}

/// `GET /metrics`, in Prometheus' text format.
pub async fn metrics(State(site): State<Arc<Site>>, visit: Visit) -> Answer {
    if !site.may_read_metrics(visit.address, visit.forwarded) {
        return Err(Fault::not_found());
    }
    // A database that is away must not take away what is counted here.
    let read = tokio::time::timeout(READ_MAX, site.app.metrics()).await;
    let figures = read.ok().and_then(Result::ok);
    let mut text = site
        .prometheus
        .as_ref()
        .map(|handle| handle.render())
        .unwrap_or_default();
    crate::web::figures::render(figures.as_ref(), &mut text);
    Ok((
        [(
            header::CONTENT_TYPE,
            "text/plain; version=0.0.4; charset=utf-8",
        )],
        text,
    )
        .into_response())
}
