//! The first sign-in: a one-time link lets somebody set their password.

use std::sync::Arc;

use assent_runtime::app::{AppError, Secret};
use axum::extract::{Path, State};
use serde::Serialize;

use super::Answer;
use super::sign_in::signed_in;
use crate::web::page::{self, Page};
use crate::web::posted::Posted;
use crate::web::{Site, Visit, words};

#[derive(Serialize)]
struct Model {
    error: String,
}

/// `GET /welcome/{token}`: looks at nothing, so that a scanner learns nothing and uses nothing up.
pub async fn show(State(site): State<Arc<Site>>, visit: Visit) -> Answer {
    form(&site, &visit, String::new())
}

fn form(site: &Site, visit: &Visit, error: String) -> Answer {
    let title = words::word(visit.lang, "welcome.title").to_owned();
    let page = Page {
        title,
        alone: true,
        ..Page::default()
    };
    page::answer(site, visit, "pages/welcome", page, &Model { error })
}

/// `POST /welcome/{token}`
pub async fn redeem(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(token): Path<String>,
    posted: Posted,
) -> Answer {
    let password = Secret(posted.typed.text("password").to_owned());
    match site
        .app
        .redeem_welcome(&token, &password, &visit.agent)
        .await
    {
        Ok(session) => signed_in(&site, &session, "/inbox"),
        Err(error @ AppError::Invalid(_)) => {
            form(&site, &visit, error.message().get(visit.lang).to_owned())
        }
        Err(error) => Err(error.into()),
    }
}
