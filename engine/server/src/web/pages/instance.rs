//! The page of an instance, and what is done on it: withdraw, comment, retry.

use std::sync::Arc;

use assent_core::command::{Action, Actor, Command, Via};
use assent_core::value::Values;
use assent_runtime::app::{AppError, FieldFault, InstanceView};
use axum::extract::{Path, State};
use axum::http::StatusCode;

use super::Answer;
use crate::web::model::Note;
use crate::web::model::sheet::Comeback;
use crate::web::model::{instance, picture};
use crate::web::page::{self, Page};
use crate::web::posted::Posted;
use crate::web::visit::random;
use crate::web::{Fault, Reader, Site, words};

/// `GET /instances/{id}`
pub async fn show(State(site): State<Arc<Site>>, reader: Reader, Path(id): Path<String>) -> Answer {
    let view = site.app.instance_view(&reader.id, &id).await?;
    drawn(&site, &reader, &view, None)
}

fn drawn(site: &Site, reader: &Reader, view: &InstanceView, comeback: Option<&Comeback>) -> Answer {
    let lang = reader.visit.lang;
    let mut model = instance::draw(view, lang, random(12)?, comeback);
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
    let typed = posted.typed;
    let lang = reader.visit.lang;
    let text = typed.text("comment").trim().replace("\r\n", "\n");
    let comment = Some(text.clone()).filter(|text| !text.is_empty());
    let action = match verb.as_str() {
        "withdraw" => Action::Withdraw { comment },
        "retry" => Action::Retry {
            comment,
            set: Values::new(),
        },
        "comment" => Action::Comment {
            text,
            mention: vec![],
            files: vec![],
        },
        _ => return Err(Fault::not_found()),
    };
    let command = Command {
        actor: Actor::Person(reader.id.clone()),
        via: Via::Page,
        action,
        key: Some(typed.text("key"))
            .filter(|key| !key.is_empty())
            .map(|key| format!("{}:{key}", reader.id)),
    };
    let error = match site.app.command(&id, command).await {
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
        Err(error @ (AppError::Refused(_) | AppError::Invalid(_) | AppError::Busy)) => error,
        Err(error) => return Err(error.into()),
    };
    let view = site.app.instance_view(&reader.id, &id).await?;
    let field =
        matches!(&error, AppError::Refused(refusal) if refusal.field.as_deref() == Some("comment"));
    let message = error.message();
    if view
        .offers
        .iter()
        .all(|offer| offer.action != verb || !offer.allowed)
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
    let comeback = Comeback {
        sheet: verb,
        typed,
        faults: if field {
            vec![FieldFault {
                field: "comment".to_owned(),
                code: "reason_required".to_owned(),
                message: message.clone(),
            }]
        } else {
            vec![]
        },
        error: if field {
            String::new()
        } else {
            message.get(lang).to_owned()
        },
    };
    drawn(&site, &reader, &view, Some(&comeback))
}
