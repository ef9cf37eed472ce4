//! What an administrator must look at: each with its reason and its next step.

use std::sync::Arc;

use assent_runtime::app::{Stuck, Tending};
use axum::extract::{Query, State};
use serde::{Deserialize, Serialize};

use super::Answer;
use crate::web::model::{Empty, Face, Note, Tag, part};
use crate::web::page::{self, Page};
use crate::web::posted::Posted;
use crate::web::{Fault, Reader, Site, words};

#[derive(Serialize)]
struct Model {
    rows: Vec<StuckRow>,
    empty: Option<Empty>,
}

#[derive(Serialize)]
struct StuckRow {
    tag: Tag,
    title: String,
    href: String,
    words: String,
    age: String,
    owner: Vec<Face>,
    /// The dead letter, to send again.
    resend: String,
    /// Where an administrator puts it right.
    act: String,
}

/// `GET /stuck`
pub async fn show(State(site): State<Arc<Site>>, reader: Reader) -> Answer {
    if !reader.visit.admin {
        return Err(Fault::admins_only());
    }
    let lang = reader.visit.lang;
    let rows: Vec<StuckRow> = site
        .app
        .stuck()
        .await?
        .iter()
        .map(|stuck| row(&site, stuck, lang))
        .collect();
    let empty = rows.is_empty().then(|| Empty {
        icon: "circle-check",
        title: words::word(lang, "stuck.none").to_owned(),
        text: words::word(lang, "stuck.none_text").to_owned(),
        ..Empty::default()
    });
    let page = Page {
        title: words::word(lang, "nav.stuck").to_owned(),
        place: "stuck",
        ..Page::default()
    };
    page::answer(
        &site,
        &reader.visit,
        "pages/stuck",
        page,
        &Model { rows, empty },
    )
}

fn row(site: &Site, stuck: &Stuck, lang: assent_core::text::Lang) -> StuckRow {
    let (key, tone, icon) = match stuck.kind {
        "held" => ("stuck.held", "held", "pause"),
        "dead_letter" => ("stuck.dead_letter", "no", "mail"),
        "check" => ("stuck.check", "held", "users"),
        "backup" => ("stuck.backup", "no", "triangle-alert"),
        "retire" => ("stuck.retire", "no", "triangle-alert"),
        "away" => ("stuck.away", "late", "user-round-x"),
        "overdue" => ("stuck.overdue", "late", "clock-alert"),
        _ => ("stuck.stuck", "no", "triangle-alert"),
    };
    let head = stuck.instance.as_ref();
    StuckRow {
        tag: Tag {
            tone,
            icon,
            text: words::word(lang, key).to_owned(),
        },
        title: head.map(|head| head.title.clone()).unwrap_or_default(),
        href: head
            .map(|head| format!("/instances/{}", head.id))
            .unwrap_or_default(),
        words: stuck.words.get(lang).to_owned(),
        age: head
            .map(|head| part::age(site.app.now(), head.updated.at, lang))
            .unwrap_or_default(),
        owner: stuck
            .owner
            .iter()
            .map(|person| Face::of(person, lang))
            .collect(),
        resend: stuck.outbox.clone().unwrap_or_default(),
        act: head
            .filter(|_| stuck.outbox.is_none())
            .map(|head| match stuck.task {
                Some(task) => format!("/instances/{}/override?act=reassign:{task}", head.id),
                None => format!("/instances/{}/override?act=retry", head.id),
            })
            .unwrap_or_default(),
    }
}

#[derive(Deserialize)]
pub struct Asked {
    id: String,
}

#[derive(Serialize)]
struct LetterModel {
    facts: Vec<(String, String)>,
    content: String,
    id: String,
}

/// `GET /stuck/letter?id=`: what a dead letter would send, to whom, and why it failed.
pub async fn letter(
    State(site): State<Arc<Site>>,
    reader: Reader,
    Query(asked): Query<Asked>,
) -> Answer {
    if !reader.visit.admin {
        return Err(Fault::admins_only());
    }
    let lang = reader.visit.lang;
    let shown = site.app.letter_preview(&reader.id, &asked.id).await?;
    let letter = &shown.letter;
    let mut facts = vec![
        ("stuck.letter_to", shown.to),
        ("stuck.letter_subject", shown.subject),
        ("stuck.letter_error", letter.error.clone()),
        ("stuck.letter_attempts", letter.attempts.to_string()),
    ];
    facts.retain(|(_, text)| !text.is_empty());
    let page = Page {
        title: words::word(lang, "stuck.preview").to_owned(),
        place: "stuck",
        ..Page::default()
    };
    let model = LetterModel {
        facts: facts
            .into_iter()
            .map(|(key, text)| (words::word(lang, key).to_owned(), text))
            .collect(),
        content: match shown.nothing {
            Some(why) => why.get(lang).to_owned(),
            None => shown.content,
        },
        id: asked.id,
    };
    page::answer(&site, &reader.visit, "pages/letter", page, &model)
}

/// `POST /stuck/resend`: sends a dead letter again, or drops it.
pub async fn resend(State(site): State<Arc<Site>>, reader: Reader, posted: Posted) -> Answer {
    if !reader.visit.admin {
        return Err(Fault::admins_only());
    }
    let typed = &posted.typed;
    let (tending, said) = match typed.text("act") {
        "drop" => (Tending::Drop, "stuck.dropped"),
        _ => (Tending::Resend, "stuck.resent"),
    };
    let (letter, reason) = (typed.text("outbox"), typed.text("reason"));
    site.app
        .tend(&reader.id, letter, tending, reason, false)
        .await?;
    let note = Note {
        tone: "ok".to_owned(),
        icon: "circle-check".to_owned(),
        text: words::word(reader.visit.lang, said).to_owned(),
        ..Note::default()
    };
    Ok(page::onward(&site, "/stuck", Some(&note)))
}
