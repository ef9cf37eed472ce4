//! The demo's way in: one click signs in as one of its personas. Exists only where `assent demo` runs, on loopback.

use std::sync::Arc;

use assent_runtime::app::SignIn;
use axum::extract::{Path, Query, State};
use serde::Deserialize;

use super::Answer;
use super::sign_in::signed_in;
use crate::web::posted::Posted;
use crate::web::{Fault, Site, Visit};

#[derive(Debug, Deserialize)]
pub struct Key {
    key: String,
    #[serde(default)]
    next: String,
}

/// `GET /demo/as/{person}?key=…`: the links that the command prints. The key is made anew at every start and never leaves the
/// terminal, so this GET can do nothing that whoever sits there did not ask for.
pub async fn clicked(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(person): Path<String>,
    Query(key): Query<Key>,
) -> Answer {
    let demo = site.demo.as_ref().ok_or_else(Fault::not_found)?;
    if key.key != demo.key.0 {
        return Err(Fault::new(
            axum::http::StatusCode::NOT_FOUND,
            "old_demo_link",
        ));
    }
    let next = if key.next.is_empty() {
        "/inbox"
    } else {
        &key.next
    };
    enter(&site, &visit, &person, next).await
}

/// `POST /demo/sign-in`: the same from the sign-in page.
pub async fn posted(State(site): State<Arc<Site>>, visit: Visit, posted: Posted) -> Answer {
    enter(
        &site,
        &visit,
        posted.typed.text("person"),
        posted.typed.text("next"),
    )
    .await
}

async fn enter(site: &Site, visit: &Visit, person: &str, next: &str) -> Answer {
    let persona = site
        .demo
        .iter()
        .flat_map(|demo| &demo.personas)
        .find(|persona| persona.person == person)
        .ok_or_else(Fault::not_found)?;
    persona.ready(&site.app).await?;
    let sign_in = SignIn {
        login: persona.person.clone(),
        password: persona.password.clone(),
        // Clicking through five people is no attack: each is throttled on their own.
        address: format!("demo:{}", persona.person),
        agent: visit.agent.clone(),
    };
    let session = site.app.sign_in(sign_in).await?;
    signed_in(site, &session, next)
}
