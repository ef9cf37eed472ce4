//! Starting: the flows one may start, and the form of one.

use std::sync::Arc;

use assent_core::command::{Actor, Via};
use assent_core::refusal::Refusal;
use assent_core::text::{Lang, Text};
use assent_runtime::app::{AppError, FieldFault, FlowView, FormField};
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
    let mut flows: Vec<FlowCard> = Vec::new();
    let startable = startable(&site, &reader).await?;
    for flow in &startable {
        // Of several flows for one kind of record none is picked by hand.
        let card = match of_kind(lang, flow, &startable) {
            Some(kind) => card(lang, &kind),
            None => card(lang, flow),
        };
        if !flows.iter().any(|known| known.href == card.href) {
            flows.push(card);
        }
    }
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

fn card(lang: Lang, flow: &FlowView) -> FlowCard {
    FlowCard {
        href: format!("/start/{}", flow.flow),
        name: flow.name.get(lang).to_owned(),
        purpose: flow.purpose.get(lang).to_owned(),
    }
}

async fn startable(site: &Site, reader: &Reader) -> Result<Vec<FlowView>, Fault> {
    let mut flows = site.app.flows(&reader.id).await?;
    flows.retain(|flow| flow.refusal.is_none());
    Ok(flows)
}

/// The form of a kind of record that several flows serve: every field one of them asks for, required where all require it.
/// None where the flow is alone.
fn of_kind(lang: Lang, flow: &FlowView, startable: &[FlowView]) -> Option<FlowView> {
    let kind = flow.chosen_for.as_ref()?;
    let of = |other: &&FlowView| other.chosen_for.as_ref() == Some(kind);
    let flows: Vec<&FlowView> = startable.iter().filter(of).collect();
    let [first, others @ ..] = &flows[..] else {
        return None;
    };
    if others.is_empty() {
        return None;
    }
    let mut form = first.form.clone();
    for other in others {
        for field in &mut form {
            let same = other.form.iter().find(|one| one.name == field.name);
            field.required &= same.is_some_and(|same| same.required);
        }
        let more = other
            .form
            .iter()
            .filter(|one| first.form.iter().all(|field| field.name != one.name));
        let more: Vec<FormField> = more
            .map(|field| FormField {
                required: false,
                ..field.clone()
            })
            .collect();
        for field in more {
            if form.iter().all(|known| known.name != field.name) {
                form.push(field);
            }
        }
    }
    let names: Vec<&str> = flows.iter().map(|flow| flow.name.get(lang)).collect();
    let names = names.join(lang.pick("、", ", "));
    Some(FlowView {
        flow: format!("of/{}", kind.entity),
        name: kind.name.clone(),
        purpose: Text::same(words::say(lang, "start.by_kind", &[("flows", &names)])),
        form,
        ..(*first).clone()
    })
}

async fn kind(site: &Site, reader: &Reader, entity: &str) -> Result<FlowView, Fault> {
    let startable = startable(site, reader).await?;
    let of = |flow: &&FlowView| {
        flow.chosen_for
            .as_ref()
            .is_some_and(|kind| kind.entity == entity)
    };
    let first = startable.iter().find(of).ok_or_else(Fault::not_found)?;
    let alone = || FlowView {
        flow: format!("of/{entity}"),
        ..first.clone()
    };
    Ok(of_kind(reader.visit.lang, first, &startable).unwrap_or_else(alone))
}

/// `GET /start/of/{entity}`
pub async fn kind_form(
    State(site): State<Arc<Site>>,
    reader: Reader,
    Path(entity): Path<String>,
) -> Answer {
    let kind = kind(&site, &reader, &entity).await?;
    drawn(&site, &reader, &kind, None, &[], None)
}

/// `POST /start/of/{entity}`: the flow that serves what was filled in is chosen, and the note says which it was and why.
pub async fn kind_begin(
    State(site): State<Arc<Site>>,
    reader: Reader,
    Path(entity): Path<String>,
    posted: Posted,
) -> Answer {
    let mut shown = kind(&site, &reader, &entity).await?;
    let mut typed = posted.typed;
    task_do::attach(&site, &reader, &posted.files, &mut typed).await?;
    let mut values = form::values(&typed, &shown.form);
    // Who is asked belongs to a flow; which flow it is, the record alone decides.
    let record = site.app.record_fields(&entity);
    values.retain(|name, _| record.contains(name));
    let chosen = match site.app.flow_for(&entity, None, &reader.id, &values).await {
        Ok(chosen) => chosen,
        Err(error) => return unlucky(&site, &reader, &shown, &typed, error),
    };
    let flow = flow(&site, &reader, &chosen.flow).await?;
    shown.form = flow.form;
    begun(
        &site,
        &reader,
        &shown,
        &chosen.flow,
        Some(&chosen.because),
        &typed,
    )
    .await
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
    begun(&site, &reader, &flow, &flow.flow, None, &typed).await
}

/// Starts `flow` with what was typed into the form that was `shown`.
async fn begun(
    site: &Site,
    reader: &Reader,
    shown: &FlowView,
    flow: &str,
    because: Option<&Text>,
    typed: &Typed,
) -> Answer {
    if asks_for_a_row(typed) {
        return drawn(site, reader, shown, Some(typed), &[], None);
    }
    let values = form::values(typed, &shown.form);
    let submit = typed.text("do") != "save";
    let key = Some(typed.text("key"))
        .filter(|key| !key.is_empty())
        .map(|key| format!("{}:{key}", reader.id));
    let actor = Actor::Person(reader.id.clone());
    let lang = reader.visit.lang;
    match site
        .app
        .start(flow, actor, Via::Page, &values, submit, key)
        .await
    {
        Ok(done) => {
            let said = if submit {
                done.message.get(lang)
            } else {
                words::word(lang, "form.saved")
            };
            let note = Note {
                tone: "ok".to_owned(),
                icon: "circle-check".to_owned(),
                text: match because {
                    Some(because) => format!("{} {said}", because.get(lang)),
                    None => said.to_owned(),
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
            Ok(page::onward(site, &to, Some(&note)))
        }
        Err(error) => unlucky(site, reader, shown, typed, error),
    }
}

/// The form again, with what was typed and what is wrong.
fn unlucky(
    site: &Site,
    reader: &Reader,
    shown: &FlowView,
    typed: &Typed,
    error: AppError,
) -> Answer {
    let lang = reader.visit.lang;
    let (faults, whole) = match error {
        AppError::Invalid(faults) => (faults, None),
        AppError::Refused(refusal) => {
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
            let whole = whole.first();
            (
                about.iter().map(fault).collect(),
                whole.map(|first| first.message.get(lang).to_owned()),
            )
        }
        error @ AppError::Busy => (vec![], Some(error.message().get(lang).to_owned())),
        error => return Err(error.into()),
    };
    drawn(site, reader, shown, Some(typed), &faults, whole)
}
