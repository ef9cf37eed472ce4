//! Help: the same place on every page, a few answers.

use std::sync::Arc;

use axum::extract::State;
use serde::Serialize;

use super::Answer;
use crate::web::page::{self, Page};
use crate::web::{Site, Visit, words};

#[derive(Serialize)]
struct Model {
    paragraphs: Vec<Paragraph>,
}

#[derive(Serialize)]
struct Paragraph {
    title: String,
    text: String,
}

/// `GET /help`
pub async fn show(State(site): State<Arc<Site>>, visit: Visit) -> Answer {
    let lang = visit.lang;
    let keys = [
        ("help.decide", "help.decide_text"),
        ("help.link", "help.link_text"),
        ("help.why", "help.why_text"),
        ("help.back", "help.back_text"),
        ("help.keys", "help.keys_text"),
        ("help.admin", "help.admin_text"),
    ];
    let paragraphs = keys
        .into_iter()
        .map(|(title, text)| Paragraph {
            title: words::word(lang, title).to_owned(),
            text: words::word(lang, text).to_owned(),
        })
        .collect();
    let page = Page {
        title: words::word(lang, "help.title").to_owned(),
        place: "help",
        alone: visit.signed.is_none(),
        ..Page::default()
    };
    page::answer(&site, &visit, "pages/help", page, &Model { paragraphs })
}
