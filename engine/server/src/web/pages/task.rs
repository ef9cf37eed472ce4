//! The task page, and what it says to those who come by a link.

use std::sync::Arc;

use assent_core::text::Lang;
use assent_runtime::app::{AppError, LinkState, Redeemed, TaskView};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::Answer;
use super::said::{Button, Said, SaidFact};
use crate::web::model::sheet::Comeback;
use crate::web::model::task::TaskDrawing;
use crate::web::model::{Note, picture};
use crate::web::page::{self, Page};
use crate::web::visit::random;
use crate::web::{Fault, Reader, Site, Visit, people, words};

/// `GET /tasks/{instance}/{task}`
pub async fn show(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path((instance, task)): Path<(String, u32)>,
) -> Answer {
    let link = link_to(&site, &visit, &instance, task).await;
    let signed = visit
        .signed
        .clone()
        .filter(|signed| signed.limited.is_none());
    let Some(signed) = signed else {
        // Nothing of the case is shown before somebody signs in; an expired link can be renewed without.
        return match link {
            Some(link) if link.state == LinkState::Expired => Ok(expired(&site, &visit)?),
            Some(_) | None => Err(Fault::sign_in()),
        };
    };
    let reader = Reader {
        id: signed.person,
        visit,
    };
    match site.app.task_view(&reader.id, &instance, task).await {
        Ok(view) => match other_page(&site, &reader, &view, link.as_ref())? {
            Some(page) => Ok(page),
            None => draw(&site, &reader, &view, None, None),
        },
        Err(AppError::NotFound) => match link {
            Some(link) => somebody_else(&site, &reader, &link),
            None => Err(Fault::not_found()),
        },
        Err(error) => Err(error.into()),
    }
}

/// The link they came by, when it leads here.
async fn link_to(site: &Site, visit: &Visit, instance: &str, task: u32) -> Option<Redeemed> {
    let link = site.app.redeem_link(visit.link.as_deref()?).await.ok()?;
    (link.instance == instance && link.task == task).then_some(link)
}

/// Links whose task has gone on each have a page of their own.
fn other_page(
    site: &Site,
    reader: &Reader,
    view: &TaskView,
    link: Option<&Redeemed>,
) -> Result<Option<Response>, Fault> {
    let Some(link) = link else { return Ok(None) };
    if link.person != reader.id {
        // A colleague may open what was sent to somebody else, where they may see it; they act on their own tasks only.
        let mine =
            view.assignee.id == reader.id || view.candidates.iter().any(|one| one.id == reader.id);
        return if mine {
            Ok(None)
        } else {
            somebody_else(site, reader, link).map(Some)
        };
    }
    let lang = reader.visit.lang;
    match &link.state {
        LinkState::OldRound { now, words: how } => {
            let mut said = about(
                view,
                lang,
                "refresh-cw",
                "link.old_round",
                "link.old_round_text",
            );
            if !how.zh.is_empty() {
                said.lines[1] = how.get(lang).to_owned();
            }
            // Without a task of theirs the result is all there is to see.
            if let Some(now) = now {
                let to = format!("/tasks/{}/{now}", link.instance);
                said.buttons.insert(
                    0,
                    Button::link(lang, &to, "link.to_round", "arrow-right", "main"),
                );
            }
            said_page(site, &reader.visit, &said).map(Some)
        }
        LinkState::PassedOn => {
            let mut said = about(
                view,
                lang,
                "forward",
                "link.passed_on",
                "link.passed_on_text",
            );
            said.facts.push(SaidFact {
                label: words::word(lang, "link.with").to_owned(),
                text: view.assignee.name.clone(),
            });
            said_page(site, &reader.visit, &said).map(Some)
        }
        LinkState::Claimed { words: how, now } => {
            let mut said = about(view, lang, "hand", "link.claimed", "link.claimed_text");
            said.lines.insert(1, how.get(lang).to_owned());
            if let Some(now) = now {
                let to = format!("/tasks/{}/{now}", link.instance);
                said.lines.truncate(2);
                said.buttons.insert(
                    0,
                    Button::link(lang, &to, "link.to_task", "arrow-right", "main"),
                );
            }
            said_page(site, &reader.visit, &said).map(Some)
        }
        LinkState::Open
        | LinkState::Changed { .. }
        | LinkState::Decided { .. }
        | LinkState::Expired => Ok(None),
    }
}

/// Sent to Zhang*; you are Li Si.
fn somebody_else(site: &Site, reader: &Reader, link: &Redeemed) -> Answer {
    let lang = reader.visit.lang;
    let me = reader
        .visit
        .person
        .as_ref()
        .map_or("", |person| person.name.as_str());
    let path = format!("/tasks/{}/{}", link.instance, link.task);
    said_page(
        site,
        &reader.visit,
        &Said {
            mark: "users",
            heading: words::word(lang, "link.not_you").to_owned(),
            lines: vec![words::say(
                lang,
                "link.not_you_text",
                &[("who", &link.person_masked), ("me", me)],
            )],
            buttons: vec![
                Button::link(lang, "/inbox", "said.to_inbox", "inbox", "main"),
                Button::post(lang, "/sign-out", "said.switch", "users").with("next", &path),
            ],
            ..Said::default()
        },
    )
}

/// The link is too old: a fresh one goes to the registered address.
fn expired(site: &Site, visit: &Visit) -> Answer {
    let lang = visit.lang;
    said_page(
        site,
        visit,
        &Said {
            mark: "clock-alert",
            heading: words::word(lang, "link.expired").to_owned(),
            lines: vec![words::word(lang, "link.expired_text").to_owned()],
            buttons: vec![
                Button {
                    tone: "main",
                    ..Button::post(lang, "/link/fresh", "link.send_fresh", "mail")
                },
                Button::link(lang, "/sign-in", "said.to_sign_in", "key-round", ""),
            ],
            ..Said::default()
        },
    )
}

fn about(view: &TaskView, lang: Lang, mark: &'static str, heading: &str, text: &str) -> Said {
    Said {
        mark,
        heading: words::word(lang, heading).to_owned(),
        lines: vec![
            view.instance.head.title.clone(),
            words::word(lang, text).to_owned(),
        ],
        buttons: vec![
            Button::link(
                lang,
                &format!("/instances/{}", view.instance.head.id),
                "task.see_result",
                "file-text",
                "",
            ),
            Button::link(lang, "/inbox", "said.to_inbox", "inbox", ""),
        ],
        ..Said::default()
    }
}

/// A page that says one thing.
///
/// # Errors
/// As [`page::answer`].
pub fn said_page(site: &Site, visit: &Visit, said: &Said) -> Answer {
    let page = Page {
        title: said.heading.clone(),
        alone: visit.signed.is_none(),
        ..Page::default()
    };
    page::answer(site, visit, "pages/said", page, said)
}

/// Draws the page; with what came back with faults, with a word on top.
///
/// # Errors
/// As [`page::answer`].
pub fn draw(
    site: &Site,
    reader: &Reader,
    view: &TaskView,
    comeback: Option<&Comeback>,
    note: Option<Note>,
) -> Answer {
    let lang = reader.visit.lang;
    let people = people::colleagues(site, &reader.id);
    let drawing = TaskDrawing {
        lang,
        key: random(12)?,
        people: &people,
        comeback,
    };
    let mut model = drawing.draw(view);
    model.diagram = picture::of_instance(&site.app, &view.instance, lang);
    let page = Page {
        title: format!(
            "{} · {}",
            view.state_name.get(lang),
            view.instance.head.title
        ),
        place: "inbox",
        barred: model.bar.is_some() || model.form.is_some(),
        where_: view.state_name.get(lang).to_owned(),
        todo: Some(view.left),
        note,
        ..Page::default()
    };
    let mut response = page::answer(site, &reader.visit, "pages/task", page, &model)?;
    if comeback.is_some() {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}
