//! `/api/v1/calendars`.

use std::sync::Arc;

use assent_core::command::Via;
use axum::extract::State;
use axum::http::StatusCode;

use super::read::Body;
use super::shape::CalendarBody;
use super::{Answer, Writer, json};
use crate::web::guard::faults::Problem;
use crate::web::{Fault, Reader, Site};

/// Working calendars in use, with their versions.
#[utoipa::path(get, path = "/api/v1/calendars", tag = "administration", responses((status = 200)))]
pub async fn list(State(site): State<Arc<Site>>, _reader: Reader) -> Answer {
    json(StatusCode::OK, &site.app.calendars().await?)
}

/// Loads a year's notice or a calendar; running deadlines move with it. `dry_run` says which.
#[utoipa::path(post, path = "/api/v1/calendars/load", tag = "administration", request_body = CalendarBody,
    responses((status = 200), (status = 403, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem)))]
pub async fn load(
    State(site): State<Arc<Site>>,
    writer: Writer,
    Body(body): Body<CalendarBody>,
) -> Answer {
    if !writer.0.visit.admin {
        return Err(Fault::admins_only());
    }
    let change = if body.dry_run {
        site.app.calendar_change(&body.text).await?
    } else {
        let (by, token) = (Some(writer.0.id.as_str()), body.token.as_deref());
        site.app
            .load_calendar(by, Via::Api, &body.file, &body.text, token)
            .await?
    };
    json(StatusCode::OK, &change)
}
