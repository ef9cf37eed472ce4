//! The record of an instance to print: black on white, with a code by which it can be checked.

use std::sync::Arc;

use axum::extract::{Path, State};

use super::Answer;
use crate::web::model::print::{self, Paper};
use crate::web::page::{self, Page};
use crate::web::{Reader, Site, words};

/// `GET /instances/{id}/print`
pub async fn show(State(site): State<Arc<Site>>, reader: Reader, Path(id): Path<String>) -> Answer {
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
    let model = print::draw(&view, &paper, lang);
    let page = Page {
        title: format!("{} · {}", words::word(lang, "print.title"), view.head.title),
        place: "instances",
        where_: words::word(lang, "print.title").to_owned(),
        ..Page::default()
    };
    page::answer(&site, &reader.visit, "pages/print", page, &model)
}
