//! "I am away": one's own absences, and who stands in.

use std::sync::Arc;

use assent_core::directory::Absence;
use assent_core::text::{Lang, Text};
use assent_core::time::Moment;
use assent_runtime::app::{AbsenceView, AppError, FieldFault};
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;

use super::Answer;
use crate::web::form::Typed;
use crate::web::model::field::OptionModel;
use crate::web::model::{FieldModel, Note};
use crate::web::page::{self, Page};
use crate::web::posted::Posted;
use crate::web::{Reader, Site, people, words};

#[derive(Serialize)]
struct Model {
    rows: Vec<Row>,
    fields: Vec<FieldModel>,
    error: String,
}

#[derive(Serialize)]
struct Row {
    from: String,
    until: String,
    proxy: String,
    flow: String,
    now: bool,
    /// What ends it: its beginning, in milliseconds, and its flow.
    begins: i64,
    only: String,
}

/// `GET /me/away`
pub async fn show(State(site): State<Arc<Site>>, reader: Reader) -> Answer {
    drawn(&site, &reader, &Typed::default(), &[], String::new()).await
}

/// `POST /me/away`
pub async fn set(State(site): State<Arc<Site>>, reader: Reader, posted: Posted) -> Answer {
    let (typed, lang) = (&posted.typed, reader.visit.lang);
    let time = |name| {
        site.app.office_time(typed.text(name)).ok_or(FieldFault {
            field: String::from(name),
            code: "required".to_owned(),
            message: words::both("away.time_missing", &[]),
        })
    };
    let (from, until) = match (time("from"), time("until")) {
        (Ok(from), Ok(until)) => (from, until),
        (from, until) => {
            let faults: Vec<FieldFault> = [from.err(), until.err()].into_iter().flatten().collect();
            return drawn(&site, &reader, typed, &faults, String::new()).await;
        }
    };
    let filled = |name| Some(typed.text(name).to_owned()).filter(|text| !text.is_empty());
    let absence = Absence {
        person: reader.id.clone(),
        from,
        until,
        proxy: filled("proxy"),
        flow: filled("flow"),
    };
    match site.app.set_absence(&reader.id, absence).await {
        Ok(saved) => Ok(page::onward(
            &site,
            "/me/away",
            Some(&note(&saved.warnings, lang)),
        )),
        Err(AppError::Invalid(faults)) => {
            drawn(&site, &reader, typed, &faults, String::new()).await
        }
        Err(error @ (AppError::Refused(_) | AppError::Busy)) => {
            let message = error.message().get(lang).to_owned();
            drawn(&site, &reader, typed, &[], message).await
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /me/away/end`
pub async fn end(State(site): State<Arc<Site>>, reader: Reader, posted: Posted) -> Answer {
    let from = posted.typed.text("begins").parse().unwrap_or_default();
    let flow = Some(posted.typed.text("only")).filter(|flow| !flow.is_empty());
    let me = &reader.id;
    site.app.end_absence(me, me, Moment(from), flow).await?;
    Ok(page::onward(&site, "/me/away", None))
}

/// It is saved; what will go wrong is said at once.
fn note(warnings: &[Text], lang: Lang) -> Note {
    let told: Vec<&str> = warnings.iter().map(|warning| warning.get(lang)).collect();
    let saved = words::word(lang, "away.saved").to_owned();
    let (tone, icon, text) = match told.as_slice() {
        [] => ("ok", "circle-check", saved),
        told => (
            "late",
            "triangle-alert",
            words::say(lang, "away.saved_but", &[("why", &told.join(" "))]),
        ),
    };
    Note {
        tone: tone.to_owned(),
        icon: icon.to_owned(),
        text,
        ..Note::default()
    }
}

async fn drawn(
    site: &Site,
    reader: &Reader,
    typed: &Typed,
    faults: &[FieldFault],
    error: String,
) -> Answer {
    let lang = reader.visit.lang;
    let failed = !faults.is_empty() || !error.is_empty();
    let flows = site.app.flows(&reader.id).await?;
    let flow_name = |id: &str| {
        let flow = flows.iter().find(|flow| flow.flow == id);
        flow.map_or(id.to_owned(), |flow| flow.name.get(lang).to_owned())
    };
    let row = |absence: AbsenceView| Row {
        from: absence.from.shown.get(lang).to_owned(),
        until: absence.until.shown.get(lang).to_owned(),
        proxy: absence.proxy.map(|proxy| proxy.name).unwrap_or_default(),
        flow: absence.flow.as_deref().map(flow_name).unwrap_or_default(),
        now: absence.now,
        begins: absence.from.at.0,
        only: absence.flow.unwrap_or_default(),
    };
    let field = |name: &'static str, kind: &'static str, required: bool| FieldModel {
        id: format!("away-{name}"),
        name: name.to_owned(),
        label: words::word(lang, &format!("away.{name}")).to_owned(),
        kind,
        required,
        value: typed.text(name).to_owned(),
        error: faults
            .iter()
            .find(|fault| fault.field == name)
            .map(|fault| fault.message.get(lang).to_owned())
            .unwrap_or_default(),
        ..FieldModel::default()
    };
    let select = |name: &'static str, options: Vec<(String, String)>| FieldModel {
        options: options
            .into_iter()
            .map(|(id, label)| OptionModel {
                on: id == typed.text(name),
                id,
                label,
                ..OptionModel::default()
            })
            .collect(),
        ..field(name, "select", false)
    };
    let people = people::colleagues(site, &reader.id);
    let people = people
        .into_iter()
        .map(|one| (one.id, one.name.get(lang).to_owned()));
    let every = flows
        .iter()
        .map(|flow| (flow.flow.clone(), flow.name.get(lang).to_owned()));
    let model = Model {
        rows: site.app.absences(&reader.id).into_iter().map(row).collect(),
        fields: vec![
            field("from", "time", true),
            field("until", "time", true),
            select("proxy", people.collect()),
            select("flow", every.collect()),
        ],
        error,
    };
    let page = Page {
        title: words::word(lang, "away.title").to_owned(),
        place: "me",
        ..Page::default()
    };
    let mut response = page::answer(site, &reader.visit, "pages/away", page, &model)?;
    if failed {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}
