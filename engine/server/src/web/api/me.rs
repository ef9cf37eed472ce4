//! `GET /api/v1/me`.

use super::shape::{Me, Person};
use super::{Answer, json};
use crate::web::Reader;
use axum::http::StatusCode;

/// Who you are, and the CSRF token of your session.
#[utoipa::path(get, path = "/api/v1/me", tag = "me", responses((status = 200, body = Me)))]
pub async fn show(reader: Reader) -> Answer {
    let visit = &reader.visit;
    let me = Me {
        person: Person {
            id: reader.id.clone(),
            name: visit
                .person
                .as_ref()
                .map(|person| person.name.clone())
                .unwrap_or_default(),
        },
        admin: visit.admin,
        csrf: (!visit.bearer).then(|| visit.csrf()),
    };
    json(StatusCode::OK, &me)
}
