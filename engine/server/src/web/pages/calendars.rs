//! Working calendars, and loading a year's notice: paste it, see which deadlines move, confirm.

use std::sync::Arc;

use assent_core::command::Via;
use assent_core::text::Lang;
use assent_runtime::app::{AppError, CalendarChange, CalendarView};
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;

use super::Answer;
use crate::web::form::Typed;
use crate::web::model::Note;
use crate::web::page::{self, Page};
use crate::web::posted::Posted;
use crate::web::{Fault, Reader, Site, words};

#[derive(Serialize)]
struct Model {
    calendars: Vec<Row>,
    text: String,
    error: String,
    preview: Option<Preview>,
}

#[derive(Serialize)]
struct Row {
    name: String,
    label: String,
    shifts: String,
    years: String,
    version: String,
}

#[derive(Serialize)]
struct Preview {
    summary: String,
    lines: Vec<Line>,
    token: String,
}

#[derive(Serialize)]
struct Line {
    href: String,
    title: String,
    words: String,
    why: String,
}

/// `GET /calendars`
pub async fn show(State(site): State<Arc<Site>>, reader: Reader) -> Answer {
    drawn(&site, &reader, &Typed::default(), None, None).await
}

/// `POST /calendars`: without a token the preview, with one the load.
pub async fn load(State(site): State<Arc<Site>>, reader: Reader, posted: Posted) -> Answer {
    if !reader.visit.admin {
        return Err(Fault::admins_only());
    }
    let mut typed = posted.typed;
    let lang = reader.visit.lang;
    let uploaded = posted
        .files
        .into_iter()
        .find(|file| !file.content.is_empty());
    let mut file = "page".to_owned();
    if let Some(uploaded) = uploaded {
        let text = String::from_utf8_lossy(&uploaded.content).into_owned();
        typed.0.retain(|(name, _)| name != "text");
        typed.0.push(("text".to_owned(), text));
        file = uploaded.name;
    }
    let text = typed.text("text").replace("\r\n", "\n");
    let token = typed.text("token");
    let done = if token.is_empty() {
        site.app.calendar_change(&text).await
    } else {
        let by = Some(reader.id.as_str());
        site.app
            .load_calendar(by, Via::Page, &file, &text, Some(token))
            .await
    };
    match done {
        Ok(change) if token.is_empty() => {
            drawn(&site, &reader, &typed, None, Some(preview(&change, lang))).await
        }
        Ok(change) => {
            let note = Note {
                tone: "ok".to_owned(),
                icon: "circle-check".to_owned(),
                text: words::say(lang, "calendars.loaded", &[("n", &n(&change))]),
                ..Note::default()
            };
            Ok(page::onward(&site, "/calendars", Some(&note)))
        }
        Err(error @ (AppError::Refused(_) | AppError::Busy)) => {
            let text = error.message().get(lang).to_owned();
            drawn(&site, &reader, &typed, Some(text), None).await
        }
        Err(error) => Err(error.into()),
    }
}

fn n(change: &CalendarChange) -> String {
    change.deadlines.to_string()
}

fn preview(change: &CalendarChange, lang: Lang) -> Preview {
    let names = change.calendars.join(lang.pick("、", ", "));
    let moved = change.moved.iter();
    Preview {
        summary: words::say(
            lang,
            "calendars.affects",
            &[("n", &n(change)), ("names", &names)],
        ),
        lines: moved
            .map(|moved| Line {
                href: format!("/instances/{}", moved.instance),
                title: moved.title.clone(),
                words: format!(
                    "{}：{} → {}",
                    moved.state.get(lang),
                    moved.from.shown.get(lang),
                    moved.to.shown.get(lang)
                ),
                why: moved
                    .why
                    .iter()
                    .map(|why| why.get(lang))
                    .collect::<Vec<_>>()
                    .join(lang.pick("，", "; ")),
            })
            .collect(),
        token: change.token.clone(),
    }
}

async fn drawn(
    site: &Site,
    reader: &Reader,
    typed: &Typed,
    error: Option<String>,
    preview: Option<Preview>,
) -> Answer {
    if !reader.visit.admin {
        return Err(Fault::admins_only());
    }
    let lang = reader.visit.lang;
    let failed = error.is_some();
    let calendars = site.app.calendars().await?;
    let model = Model {
        calendars: calendars.iter().map(|one| row(one, lang)).collect(),
        text: typed.text("text").to_owned(),
        error: error.unwrap_or_default(),
        preview,
    };
    let page = Page {
        title: words::word(lang, "nav.calendars").to_owned(),
        place: "calendars",
        ..Page::default()
    };
    let mut response = page::answer(site, &reader.visit, "pages/calendars", page, &model)?;
    if failed {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

fn row(one: &CalendarView, lang: Lang) -> Row {
    let years: Vec<String> = one.years.iter().map(ToString::to_string).collect();
    Row {
        name: one.name.clone(),
        label: one.label.get(lang).to_owned(),
        shifts: one.shifts.clone(),
        years: years.join(" "),
        version: match &one.loaded {
            None => words::word(lang, "calendars.built_in").to_owned(),
            Some((at, by, file)) => {
                let at = at.shown.get(lang);
                format!("v{} · {at} · {by} · {file}", one.version)
            }
        },
    }
}
