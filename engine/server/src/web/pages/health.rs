//! For machines that watch us.

use std::fmt::Write as _;
use std::sync::Arc;

use assent_runtime::app::Health;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use super::Answer;
use crate::web::{Fault, Site, Visit};

/// `GET /livez`
pub async fn live(State(site): State<Arc<Site>>) -> Response {
    let health = site.app.health().await;
    answer(health.live, &health)
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
    let figures = site.app.metrics().await?;
    let mut text = site
        .prometheus
        .as_ref()
        .map(|handle| handle.render())
        .unwrap_or_default();
    let seconds = |ms: i64| format!("{}.{:03}", ms / 1000, ms.rem_euclid(1000));
    let gauges = [
        (
            "assent_oldest_task_seconds",
            "Age of the oldest open task",
            seconds(figures.oldest_task_ms),
        ),
        (
            "assent_instances_running",
            "Instances not over",
            figures.running.to_string(),
        ),
        (
            "assent_instances_held",
            "Instances held",
            figures.held.to_string(),
        ),
        (
            "assent_instances_stuck",
            "Running instances that nothing will wake",
            figures.stuck.to_string(),
        ),
        (
            "assent_check_findings",
            "Things in published flows that would stop somebody in today's organisation",
            figures.check_findings.to_string(),
        ),
        (
            "assent_outbox_pending",
            "Deliveries waiting",
            figures.outbox_pending.to_string(),
        ),
        (
            "assent_outbox_oldest_seconds",
            "Age of the oldest delivery that is due",
            seconds(figures.outbox_oldest_ms),
        ),
        (
            "assent_outbox_dead",
            "Dead letters",
            figures.outbox_dead.to_string(),
        ),
        (
            "assent_timer_late_seconds",
            "How late the oldest wake-up is that has not fired",
            seconds(figures.timer_late_ms),
        ),
        (
            "assent_queue_percent",
            "How full the committer's queue is, percent",
            figures.queue_depth.to_string(),
        ),
    ];
    for (name, help, value) in gauges {
        let _ = write!(
            text,
            "# HELP {name} {help}\n# TYPE {name} gauge\n{name} {value}\n"
        );
    }
    let _ = write!(
        text,
        "# HELP assent_build_info Version of this program\n# TYPE assent_build_info gauge\nassent_build_info{{version=\"{}\"}} 1\n",
        env!("CARGO_PKG_VERSION")
    );
    Ok((
        [(
            header::CONTENT_TYPE,
            "text/plain; version=0.0.4; charset=utf-8",
        )],
        text,
    )
        .into_response())
}
