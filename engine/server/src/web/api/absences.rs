//! `/api/v1/people/{id}/absences`: one's own, or (for an administrator) anybody's.

use std::sync::Arc;

use assent_core::directory::Absence;
use assent_core::time::Moment;
use assent_runtime::app::AbsenceView;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::read::Body;
use super::shape::{Person, Time, Words};
use super::{Answer, Writer, json};
use crate::web::guard::faults::Problem;
use crate::web::{Fault, Reader, Site};

/// An absence that is not over; the window is half-open.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Away {
    pub from: Time,
    /// First moment back.
    pub until: Time,
    pub proxy: Option<Person>,
    /// Only for this flow.
    pub flow: Option<String>,
    /// What will go wrong by what is known today, and what the proxy will not get.
    pub warnings: Vec<Words>,
}

impl From<&AbsenceView> for Away {
    fn from(view: &AbsenceView) -> Self {
        Self {
            from: (&view.from).into(),
            until: (&view.until).into(),
            proxy: view.proxy.as_ref().map(Person::from),
            flow: view.flow.clone(),
            warnings: view.warnings.iter().map(Words::from).collect(),
        }
    }
}

/// An absence to set; UTC milliseconds.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct AwayBody {
    pub from: i64,
    /// First moment back.
    pub until: i64,
    pub proxy: Option<String>,
    /// Only for this flow; none is for all.
    pub flow: Option<String>,
}

/// Which absence is over.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct BackBody {
    /// When it begins, as it was set.
    pub from: i64,
    pub flow: Option<String>,
}

/// It is set; what will go wrong by what is known today, and what the proxy will not get.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AwaySet {
    pub warnings: Vec<Words>,
}

/// Absences that are not over.
#[utoipa::path(get, path = "/api/v1/people/{id}/absences", tag = "people", params(("id" = String, Path)),
    responses((status = 200, body = [Away]), (status = 403, body = Problem)))]
pub async fn list(State(site): State<Arc<Site>>, reader: Reader, Path(id): Path<String>) -> Answer {
    if id != reader.id && !reader.visit.admin {
        return Err(Fault::new(StatusCode::FORBIDDEN, "scope"));
    }
    let found: Vec<Away> = site.app.absences(&id).iter().map(Away::from).collect();
    json(StatusCode::OK, &found)
}

/// Somebody will be away, and who stands in.
#[utoipa::path(post, path = "/api/v1/people/{id}/absences", tag = "people", params(("id" = String, Path)), request_body = AwayBody,
    responses((status = 200, body = AwaySet), (status = 403, body = Problem), (status = 422, body = Problem)))]
pub async fn set(
    State(site): State<Arc<Site>>,
    writer: Writer,
    Path(id): Path<String>,
    Body(body): Body<AwayBody>,
) -> Answer {
    let absence = Absence {
        person: id,
        from: Moment(body.from),
        until: Moment(body.until),
        proxy: body.proxy,
        flow: body.flow,
    };
    let saved = site.app.set_absence(&writer.0.id, absence).await?;
    let warnings = saved.warnings.iter().map(Words::from).collect();
    json(StatusCode::OK, &AwaySet { warnings })
}

/// Somebody is back: an absence under way ends now, one to come is taken out.
#[utoipa::path(post, path = "/api/v1/people/{id}/absences/end", tag = "people", params(("id" = String, Path)), request_body = BackBody,
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn end(
    State(site): State<Arc<Site>>,
    writer: Writer,
    Path(id): Path<String>,
    Body(body): Body<BackBody>,
) -> Answer {
    site.app
        .end_absence(&writer.0.id, &id, Moment(body.from), body.flow.as_deref())
        .await?;
    Ok(axum::response::IntoResponse::into_response(
        StatusCode::NO_CONTENT,
    ))
}
