//! Somebody leaves: what that affects, and all their open tasks handed over with one action.

use std::sync::Arc;

use assent_core::command::Via;
use assent_core::text::Lang;
use assent_runtime::app::{AppError, HandOver, Leaving};
use axum::extract::{Query, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use super::Answer;
use crate::web::form::Typed;
use crate::web::page::{self, Page};
use crate::web::posted::Posted;
use crate::web::{Fault, Reader, Site, words};

/// Who leaves.
#[derive(Debug, Default, Deserialize)]
pub struct Ask {
    #[serde(default)]
    person: String,
}

#[derive(Default, Serialize)]
struct Model {
    people: Vec<Choice>,
    person: String,
    to: String,
    reason: String,
    error: String,
    /// What is affected, once somebody was named.
    affected: Option<Affected>,
    preview: Option<Preview>,
    done: bool,
}

#[derive(Serialize)]
struct Choice {
    value: String,
    label: String,
}

#[derive(Serialize)]
struct Affected {
    heading: String,
    lines: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    label: String,
    text: String,
    href: String,
}

#[derive(Serialize)]
struct Preview {
    heading: String,
    rows: Vec<Line>,
    token: String,
}

/// `GET /leaving?person=…`
pub async fn show(State(site): State<Arc<Site>>, reader: Reader, Query(ask): Query<Ask>) -> Answer {
    let model = Model {
        person: ask.person.trim().to_owned(),
        ..Model::default()
    };
    drawn(&site, &reader, model).await
}

/// `POST /leaving`: without a token the preview, with one the hand-over.
pub async fn act(State(site): State<Arc<Site>>, reader: Reader, posted: Posted) -> Answer {
    let typed: Typed = posted.typed;
    let lang = reader.visit.lang;
    let text = |name: &str| typed.text(name).trim().to_owned();
    let (by, person, to, reason) = (&reader.id, text("person"), text("to"), text("reason"));
    let token = text("token");
    let done = if token.is_empty() {
        site.app
            .hand_over_preview(by, Via::Page, &person, &to, &reason)
            .await
    } else {
        site.app
            .hand_over(by, Via::Page, &person, &to, &reason, &token)
            .await
    };
    let mut model = Model {
        person,
        to,
        reason,
        done: !token.is_empty(),
        ..Model::default()
    };
    match done {
        Ok(shown) => model.preview = Some(preview(&shown, model.done, lang)),
        Err(error @ (AppError::Refused(_) | AppError::Busy)) => {
            error.message().get(lang).clone_into(&mut model.error);
            model.done = false;
        }
        Err(error) => return Err(error.into()),
    }
    drawn(&site, &reader, model).await
}

fn preview(shown: &HandOver, done: bool, lang: Lang) -> Preview {
    let key = if done {
        "leaving.done"
    } else {
        "leaving.would"
    };
    let (n, all) = (shown.handed.to_string(), shown.rows.len().to_string());
    let rows = shown.rows.iter();
    Preview {
        heading: words::say(lang, key, &[("n", &n), ("all", &all)]),
        rows: rows
            .map(|row| Line {
                label: row.title.clone(),
                text: match &row.refused {
                    None => row.state.get(lang).to_owned(),
                    Some(refusal) => {
                        format!("{} · {}", row.state.get(lang), refusal.message.get(lang))
                    }
                },
                href: format!("/instances/{}", row.instance),
            })
            .collect(),
        token: if done {
            String::new()
        } else {
            shown.token.clone()
        },
    }
}

async fn drawn(site: &Site, reader: &Reader, mut model: Model) -> Answer {
    if !reader.visit.admin {
        return Err(Fault::admins_only());
    }
    let lang = reader.visit.lang;
    let directory = site.app.directory();
    model.people = directory
        .people
        .values()
        .map(|person| Choice {
            value: person.id.clone(),
            label: person.name.clone(),
        })
        .collect();
    if !model.person.is_empty() {
        match site.app.leaving(&reader.id, &model.person).await {
            Ok(leaving) => {
                if model.to.is_empty() {
                    model.to = leaving
                        .successor
                        .as_ref()
                        .map(|person| person.id.clone())
                        .unwrap_or_default();
                }
                model.affected = Some(affected(&leaving, lang));
            }
            Err(AppError::NotFound) => {
                words::word(lang, "leaving.unknown").clone_into(&mut model.error);
            }
            Err(error) => return Err(error.into()),
        }
    }
    let failed = !model.error.is_empty();
    let page = Page {
        title: words::word(lang, "leaving.title").to_owned(),
        place: "leaving",
        ..Page::default()
    };
    let mut response = page::answer(site, &reader.visit, "pages/leaving", page, &model)?;
    if failed {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

fn affected(leaving: &Leaving, lang: Lang) -> Affected {
    let word = |key: &str| words::word(lang, &format!("leaving.{key}")).to_owned();
    let line = |key: &str, text: &str, href: String| Line {
        label: word(key),
        text: text.to_owned(),
        href,
    };
    let mut lines = vec![];
    for task in &leaving.tasks {
        let href = format!("/instances/{}", task.instance);
        lines.push(line("task", &task.title, href));
    }
    for started in &leaving.started {
        let href = format!("/instances/{}", started.instance);
        lines.push(line("started", &started.title, href));
    }
    for flow in &leaving.flows {
        for finding in &flow.findings {
            let (name, finding) = (flow.name.get(lang), finding.get(lang));
            let text = format!("{name}{}{finding}", lang.pick("：", ": "));
            lines.push(line("flow", &text, format!("/flows/{}", flow.flow)));
        }
    }
    for person in &leaving.leads {
        lines.push(line("leads", &person.name, String::new()));
    }
    for unit in &leaving.heads {
        lines.push(line("heads", unit.get(lang), String::new()));
    }
    for person in &leaving.proxies {
        lines.push(line("proxy", &person.name, String::new()));
    }
    let name = &leaving.person.name;
    let n = lines.len().to_string();
    Affected {
        heading: words::say(lang, "leaving.affects", &[("who", name), ("n", &n)]),
        lines,
    }
}
