//! The page of an instance, and what is done on it: withdraw, comment, copy, urge, take back, reopen, retry.

use std::sync::Arc;

use assent_core::command::{Action, Actor, Command, Via};
use assent_core::text::Lang;
use assent_runtime::app::{Answer as Done, AppError, FieldFault, InstanceView};
use axum::extract::{Path, State};
use axum::http::StatusCode;

use super::{Answer, task_do, wish};
use crate::web::form::Typed;
use crate::web::model::Note;
use crate::web::model::sheet::Comeback;
use crate::web::model::{instance, picture};
use crate::web::page::{self, Page};
use crate::web::posted::Posted;
use crate::web::visit::random;
use crate::web::{Fault, Reader, Site, people, words};

/// `GET /instances/{id}`
pub async fn show(State(site): State<Arc<Site>>, reader: Reader, Path(id): Path<String>) -> Answer {
    let view = site.app.instance_view(&reader.id, &id).await?;
    drawn(&site, &reader, &view, None)
}

fn drawn(site: &Site, reader: &Reader, view: &InstanceView, comeback: Option<&Comeback>) -> Answer {
    let lang = reader.visit.lang;
    let people = people::colleagues(site, &reader.id);
    let mut model = instance::draw(view, lang, random(12)?, &people, comeback);
    model.diagram = picture::of_instance(&site.app, view, lang);
    let page = Page {
        title: view.head.title.clone(),
        place: if view.head.applicant.id == reader.id {
            "mine"
        } else {
            "instances"
        },
        where_: view.head.flow_name.get(lang).to_owned(),
        ..Page::default()
    };
    let mut response = page::answer(site, &reader.visit, "pages/instance", page, &model)?;
    if comeback.is_some() {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

/// `POST /instances/{id}/{verb}`
pub async fn act(
    State(site): State<Arc<Site>>,
    reader: Reader,
    Path((id, verb)): Path<(String, String)>,
    posted: Posted,
) -> Answer {
    let mut typed = posted.typed;
    let lang = reader.visit.lang;
    let before = site.app.instance_view(&reader.id, &id).await?;
    let Some(offer) = instance::offer(&before, &verb) else {
        return Err(Fault::not_found());
    };
    task_do::attach(&site, &reader, &posted.files, &mut typed).await?;
    let words = typed.text("comment").trim().replace("\r\n", "\n");
    let done = match wish::of_case(&site, &reader, offer, &typed, words) {
        Ok(action) => send(&site, &reader, &id, &typed, action).await,
        Err(error) => Err(error),
    };
    let error = match done {
        Ok(done) => {
            let note = Note {
                tone: "ok".to_owned(),
                icon: "circle-check".to_owned(),
                text: done.message.get(lang).to_owned(),
                ..Note::default()
            };
            return Ok(page::onward(
                &site,
                &format!("/instances/{id}"),
                Some(&note),
            ));
        }
        Err(AppError::NotFound) => return Err(Fault::not_found()),
        Err(error @ (AppError::Refused(_) | AppError::Invalid(_) | AppError::Busy)) => error,
        Err(error) => return Err(error.into()),
    };
    let view = site.app.instance_view(&reader.id, &id).await?;
    let message = error.message();
    if view
        .offers
        .iter()
        .all(|offer| offer.verb != verb || !offer.allowed)
    {
        let note = Note {
            tone: "late".to_owned(),
            icon: "info".to_owned(),
            text: words::say(lang, "instance.no_longer", &[("why", message.get(lang))]),
            ..Note::default()
        };
        return Ok(page::onward(
            &site,
            &format!("/instances/{id}"),
            Some(&note),
        ));
    }
    let comeback = came_back(&error, verb, typed, lang);
    drawn(&site, &reader, &view, Some(&comeback))
}

/// The sheet as it was typed, with what was wrong.
fn came_back(error: &AppError, sheet: String, typed: Typed, lang: Lang) -> Comeback {
    let message = error.message();
    let faults = match error {
        AppError::Invalid(faults) => faults.clone(),
        AppError::Refused(refusal) => refusal
            .field
            .iter()
            .map(|field| FieldFault {
                field: field.clone(),
                code: refusal.code.clone(),
                message: message.clone(),
            })
            .collect(),
        _ => vec![],
    };
    Comeback {
        sheet,
        typed,
        error: if faults.is_empty() {
            message.get(lang).to_owned()
        } else {
            String::new()
        },
        faults,
    }
}

async fn send(
    site: &Site,
    reader: &Reader,
    id: &str,
    typed: &Typed,
    action: Action,
) -> Result<Done, AppError> {
    let command = Command {
        actor: Actor::Person(reader.id.clone()),
        via: Via::Page,
        action,
        key: Some(typed.text("key"))
            .filter(|key| !key.is_empty())
            .map(|key| format!("{}:{key}", reader.id)),
    };
    site.app.command(id, command).await
}
