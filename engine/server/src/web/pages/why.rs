//! Why this task came to somebody, why not to somebody else, what comes next.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use serde::Deserialize;

use super::Answer;
use crate::web::model::why;
use crate::web::page::{self, Page};
use crate::web::{Reader, Site, words};

/// About whom.
#[derive(Debug, Default, Deserialize)]
pub struct Ask {
    /// Id of a person; empty or left out: everybody who has a task.
    person: Option<String>,
}

/// `GET /instances/{id}/why?person=`
pub async fn show(
    State(site): State<Arc<Site>>,
    reader: Reader,
    Path(id): Path<String>,
    Query(ask): Query<Ask>,
) -> Answer {
    let lang = reader.visit.lang;
    let person = ask.person.as_deref().filter(|person| !person.is_empty());
    let view = site.app.why(Some(&reader.id), &id, person).await?;
    let directory = site.app.directory();
    let people = directory.people.values().filter(|person| person.active);
    let people = people
        .map(|person| (person.id.clone(), person.name.clone()))
        .collect();
    let model = why::draw(&view, people, lang);
    let page = Page {
        title: format!("{} · {}", words::word(lang, "why.title"), view.head.title),
        place: "instances",
        where_: words::word(lang, "why.title").to_owned(),
        ..Page::default()
    };
    page::answer(&site, &reader.visit, "pages/why", page, &model)
}
