//! `/api/v1/clock`: a test clock, only where the configuration allows it and only on loopback.

use std::sync::Arc;

use assent_core::time::Moment;
use axum::extract::State;
use axum::http::StatusCode;

use super::read::Body;
use super::shape::ClockBody;
use super::{Answer, Writer, json};
use crate::web::guard::faults::Problem;
use crate::web::{Fault, Reader, Site};

/// What time it is.
#[utoipa::path(get, path = "/api/v1/clock", tag = "clock", responses((status = 200, body = ClockBody)))]
pub async fn show(State(site): State<Arc<Site>>, _reader: Reader) -> Answer {
    json(
        StatusCode::OK,
        &ClockBody {
            now: site.app.now().0,
        },
    )
}

/// Moves a test clock; refused where there is none.
#[utoipa::path(put, path = "/api/v1/clock", tag = "clock", request_body = ClockBody, responses((status = 200, body = ClockBody),
    (status = 403, body = Problem), (status = 409, description = "`no_test_clock`: started without `--test-clock`", body = Problem)))]
pub async fn set(
    State(site): State<Arc<Site>>,
    writer: Writer,
    Body(body): Body<ClockBody>,
) -> Answer {
    if !site.app.clock().is_test() {
        return Err(Fault::new(StatusCode::CONFLICT, "no_test_clock"));
    }
    if !writer.0.visit.admin {
        return Err(Fault::new(StatusCode::FORBIDDEN, "scope"));
    }
    site.app.clock().set(Moment(body.now));
    site.app.clock_moved();
    json(
        StatusCode::OK,
        &ClockBody {
            now: site.app.now().0,
        },
    )
}
