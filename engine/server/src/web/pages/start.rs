//! Starting: the flows one may start, and the form of one.

use std::sync::Arc;

use assent_core::command::{Actor, Via};
use assent_core::refusal::Refusal;
use assent_runtime::app::{AppError, FieldFault, FlowView};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Serialize;

use super::{Answer, task_do};
use crate::web::form::{self, Typed};
use crate::web::model::field::{Drawing, asks_for_a_row, base};
use crate::web::model::sheet::Hidden;
use crate::web::model::{Empty, FieldModel, Note};
use crate::web::page::{self, Page};
use crate::web::posted::Posted;
use crate::web::visit::random;
use crate::web::{Fault, Reader, Site, words};

#[derive(Serialize)]
struct List {
    flows: Vec<FlowCard>,
    empty: Option<Empty>,
}

#[derive(Serialize)]
struct FlowCard {
    href: String,
    name: String,
    purpose: String,
}

/// `GET /start`
pub async fn list(State(site): State<Arc<Site>>, reader: Reader) -> Answer {
    let lang = reader.visit.lang;
    let flows: Vec<FlowCard> = site
        .app
        .flows(&reader.id)
        .await?
        .iter()
        .filter(|flow| flow.refusal.is_none())
        .map(|flow| FlowCard {
            href: format!("/start/{}", flow.flow),
            name: flow.name.get(lang).to_owned(),
            purpose: flow.purpose.get(lang).to_owned(),
        })
        .collect();
    let empty = flows.is_empty().then(|| Empty {
        icon: "workflow",
        title: words::word(lang, "start.none").to_owned(),
        text: words::word(lang, "start.none_text").to_owned(),
        href: "/flows".to_owned(),
        label: words::word(lang, "nav.flows").to_owned(),
    });
    let page = Page {
        title: words::word(lang, "start.title").to_owned(),
        place: "start",
        ..Page::default()
    };
    page::answer(
        &site,
        &reader.visit,
        "pages/start",
        page,
        &List { flows, empty },
    )
}

#[derive(Serialize)]
struct FormModel {
    form_title: String,
    purpose: String,
    errors: Vec<FormError>,
    errors_title: String,
    action: String,
    multipart: bool,
    hidden: Vec<Hidden>,
    fields: Vec<FieldModel>,
}

#[derive(Serialize)]
struct FormError {
    href: String,
    text: String,
}

async fn flow(site: &Site, reader: &Reader, id: &str) -> Result<FlowView, Fault> {
    let flows = site.app.flows(&reader.id).await?;
    let flow = flows
        .into_iter()
        .find(|flow| flow.flow == id)
        .ok_or_else(Fault::not_found)?;
    match flow.refusal {
        Some(refusal) => Err(AppError::from(refusal).into()),
        None => Ok(flow),
    }
}

/// `GET /start/{flow}`
pub async fn form(State(site): State<Arc<Site>>, reader: Reader, Path(id): Path<String>) -> Answer {
    let flow = flow(&site, &reader, &id).await?;
    drawn(&site, &reader, &flow, None, &[], None)
}

fn drawn(
    site: &Site,
    reader: &Reader,
    flow: &FlowView,
    typed: Option<&Typed>,
    faults: &[FieldFault],
    whole: Option<String>,
) -> Answer {
    let lang = reader.visit.lang;
    let drawing = Drawing {
        lang,
        prefix: "f",
        typed,
        faults,
        require: &[],
    };
    let fields = drawing.writable(&flow.form);
    let mut errors: Vec<FormError> = faults
        .iter()
        .map(|fault| FormError {
            href: fields
                .iter()
                .find(|field| field.name == form::input_name(base(&fault.field)))
                .map(|field| format!("#{}", field.id))
                .unwrap_or_default(),
            text: fault.message.get(lang).to_owned(),
        })
        .collect();
    errors.extend(whole.map(|text| FormError {
        href: String::new(),
        text,
    }));
    let failed = !errors.is_empty();
    let key = typed
        .and_then(|typed| typed.get("key"))
        .map_or_else(|| random(12), |key| Ok(key.to_owned()))?;
    let model = FormModel {
        form_title: flow.name.get(lang).to_owned(),
        purpose: flow.purpose.get(lang).to_owned(),
        errors_title: words::say(lang, "form.errors", &[("n", &errors.len().to_string())]),
        errors,
        action: format!("/start/{}", flow.flow),
        multipart: flow.form.iter().any(|field| field.kind == "file"),
        hidden: vec![Hidden {
            name: "key",
            value: key,
        }],
        fields,
    };
    let page = Page {
        title: model.form_title.clone(),
        place: "start",
        barred: true,
        where_: model.form_title.clone(),
        ..Page::default()
    };
    let mut response = page::answer(site, &reader.visit, "pages/form", page, &model)?;
    if failed {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

/// `POST /start/{flow}`: saves a draft, or submits.
pub async fn begin(
    State(site): State<Arc<Site>>,
    reader: Reader,
    Path(id): Path<String>,
    posted: Posted,
) -> Answer {
    let flow = flow(&site, &reader, &id).await?;
    let mut typed = posted.typed;
    task_do::attach(&site, &reader, &posted.files, &mut typed).await?;
    if asks_for_a_row(&typed) {
        return drawn(&site, &reader, &flow, Some(&typed), &[], None);
    }
    let values = form::values(&typed, &flow.form);
    let submit = typed.text("do") != "save";
    let key = Some(typed.text("key"))
        .filter(|key| !key.is_empty())
        .map(|key| format!("{}:{key}", reader.id));
    let actor = Actor::Person(reader.id.clone());
    let lang = reader.visit.lang;
    match site
        .app
        .start(&flow.flow, actor, Via::Page, &values, submit, key)
        .await
    {
        Ok(done) => {
            let note = Note {
                tone: "ok".to_owned(),
                icon: "circle-check".to_owned(),
                text: if submit {
                    done.message.get(lang).to_owned()
                } else {
                    words::word(lang, "form.saved").to_owned()
                },
                ..Note::default()
            };
            let draft = done
                .opened
                .iter()
                .find(|opened| opened.assignee == reader.id);
            let to = match draft {
                Some(draft) if !submit => format!("/tasks/{}/{}", done.instance, draft.task),
                Some(_) | None => format!("/instances/{}", done.instance),
            };
            Ok(page::onward(&site, &to, Some(&note)))
        }
        Err(AppError::Invalid(faults)) => drawn(&site, &reader, &flow, Some(&typed), &faults, None),
        Err(AppError::Refused(refusal)) => {
            let all = if refusal.faults.is_empty() {
                std::slice::from_ref(&*refusal)
            } else {
                refusal.faults.as_slice()
            };
            let (about, whole): (Vec<_>, Vec<_>) =
                all.iter().partition(|fault| fault.field.is_some());
            let fault = |refusal: &&Refusal| FieldFault {
                field: refusal.field.clone().unwrap_or_default(),
                code: refusal.code.clone(),
                message: refusal.message.clone(),
            };
            let faults: Vec<FieldFault> = about.iter().map(fault).collect();
            let text = whole
                .first()
                .map(|first| first.message.get(lang).to_owned());
            drawn(&site, &reader, &flow, Some(&typed), &faults, text)
        }
        Err(error @ AppError::Busy) => drawn(
            &site,
            &reader,
            &flow,
            Some(&typed),
            &[],
            Some(error.message().get(lang).to_owned()),
        ),
        Err(error) => Err(error.into()),
    }
}
