//! The record of an instance to print: black on white, with a code by which it can be checked.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use serde::Deserialize;

use super::Answer;
use crate::web::model::print::{self, Paper};
use crate::web::page::{self, Page};
use crate::web::{Reader, Site, words};

/// What is printed: `?form=1` is the document to sign by hand, else the record of approval.
#[derive(Debug, Default, Deserialize)]
pub struct Ask {
    #[serde(default)]
    form: u8,
}

/// `GET /instances/{id}/print`
pub async fn show(
    State(site): State<Arc<Site>>,
    reader: Reader,
    Path(id): Path<String>,
    Query(ask): Query<Ask>,
) -> Answer {
    let lang = reader.visit.lang;
    let view = site.app.instance_view(&reader.id, &id).await?;
    let printed = site.app.printed(&id).await?;
    let name = reader
        .visit
        .person
        .as_ref()
        .map_or(reader.id.as_str(), |person| person.name.as_str());
    let now = site.app.shown_now();
    let base_url = site.config.base_url();
    let paper = Paper {
        company: &site.config.company.name,
        base_url: &base_url,
        printed: &printed,
        by: (name, now.shown.get(lang)),
    };
    let model = print::PrintModel {
        form: ask.form == 1,
        ..print::draw(&view, &paper, lang)
    };
    let title = if model.form {
        "print.form"
    } else {
        "print.title"
    };
    let page = Page {
        title: format!("{} · {}", words::word(lang, title), view.head.title),
        place: "instances",
        where_: words::word(lang, title).to_owned(),
        ..Page::default()
    };
    page::answer(&site, &reader.visit, "pages/print", page, &model)
}
