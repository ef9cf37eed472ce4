//! "I am away": one's own absences, and who stands in. An administrator sets anybody's on `/away?person=…`.

use std::sync::Arc;

use assent_core::directory::Absence;
use assent_core::text::{Lang, Text};
use assent_core::time::Moment;
use assent_runtime::app::{AbsenceView, AppError, FieldFault};
use axum::extract::{Query, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use super::Answer;
use crate::web::form::Typed;
use crate::web::model::field::OptionModel;
use crate::web::model::{FieldModel, Note};
use crate::web::page::{self, Page};
use crate::web::posted::Posted;
use crate::web::{Fault, Reader, Site, people, words};

/// Warnings that fit into the note, which is a cookie; all of them stand beside the absence.
const NOTE_WARNINGS_MAX: usize = 4;

/// Whose absences.
#[derive(Debug, Default, Deserialize)]
pub struct Ask {
    #[serde(default)]
    person: String,
}

/// One's own page, or an administrator's page about somebody.
struct Whose {
    person: String,
    own: bool,
}

impl Whose {
    fn own(reader: &Reader) -> Self {
        Self {
            person: reader.id.clone(),
            own: true,
        }
    }

    /// Somebody the directory knows; empty before anybody was named.
    fn of(site: &Site, reader: &Reader, person: &str) -> Result<Self, Fault> {
        if !reader.visit.admin {
            return Err(Fault::admins_only());
        }
        let person = person.trim().to_owned();
        if !person.is_empty() && !site.app.directory().people.contains_key(&person) {
            return Err(AppError::NotFound.into());
        }
        Ok(Self { person, own: false })
    }

    fn address(&self) -> String {
        match self.own {
            true => "/me/away".to_owned(),
            false => format!("/away?person={}", self.person),
        }
    }
}

#[derive(Serialize)]
struct Model {
    /// An administrator's page: people to choose from.
    others: Vec<OptionModel>,
    /// Whom it is about, on an administrator's page.
    person: String,
    heading: String,
    intro: String,
    action: &'static str,
    /// Whoever may set it for others is led there.
    admin: bool,
    /// There is somebody to set it for.
    named: bool,
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
    /// What will go wrong, and what whoever stands in will not get.
    warnings: Vec<String>,
}

/// `GET /me/away`
pub async fn show(State(site): State<Arc<Site>>, reader: Reader) -> Answer {
    let whose = Whose::own(&reader);
    drawn(
        &site,
        &reader,
        &whose,
        &Typed::default(),
        &[],
        String::new(),
    )
    .await
}

/// `GET /away?person=…`
pub async fn show_of(
    State(site): State<Arc<Site>>,
    reader: Reader,
    Query(ask): Query<Ask>,
) -> Answer {
    let whose = Whose::of(&site, &reader, &ask.person)?;
    drawn(
        &site,
        &reader,
        &whose,
        &Typed::default(),
        &[],
        String::new(),
    )
    .await
}

/// `POST /me/away`
pub async fn set(State(site): State<Arc<Site>>, reader: Reader, posted: Posted) -> Answer {
    let whose = Whose::own(&reader);
    save(&site, &reader, &whose, &posted.typed).await
}

/// `POST /away`
pub async fn set_of(State(site): State<Arc<Site>>, reader: Reader, posted: Posted) -> Answer {
    let whose = Whose::of(&site, &reader, posted.typed.text("person"))?;
    save(&site, &reader, &whose, &posted.typed).await
}

async fn save(site: &Site, reader: &Reader, whose: &Whose, typed: &Typed) -> Answer {
    let lang = reader.visit.lang;
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
            return drawn(site, reader, whose, typed, &faults, String::new()).await;
        }
    };
    let filled = |name| Some(typed.text(name).to_owned()).filter(|text| !text.is_empty());
    let absence = Absence {
        person: whose.person.clone(),
        from,
        until,
        proxy: filled("proxy"),
        flow: filled("flow"),
    };
    match site.app.set_absence(&reader.id, absence).await {
        Ok(saved) => Ok(page::onward(
            site,
            &whose.address(),
            Some(&note(&saved.warnings, lang)),
        )),
        Err(AppError::Invalid(faults)) => {
            drawn(site, reader, whose, typed, &faults, String::new()).await
        }
        Err(error @ (AppError::Refused(_) | AppError::Busy)) => {
            let message = error.message().get(lang).to_owned();
            drawn(site, reader, whose, typed, &[], message).await
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /me/away/end`
pub async fn end(State(site): State<Arc<Site>>, reader: Reader, posted: Posted) -> Answer {
    let whose = Whose::own(&reader);
    take_out(&site, &reader, &whose, &posted.typed).await
}

/// `POST /away/end`
pub async fn end_of(State(site): State<Arc<Site>>, reader: Reader, posted: Posted) -> Answer {
    let whose = Whose::of(&site, &reader, posted.typed.text("person"))?;
    take_out(&site, &reader, &whose, &posted.typed).await
}

async fn take_out(site: &Site, reader: &Reader, whose: &Whose, typed: &Typed) -> Answer {
    let from = typed.text("begins").parse().unwrap_or_default();
    let flow = Some(typed.text("only")).filter(|flow| !flow.is_empty());
    site.app
        .end_absence(&reader.id, &whose.person, Moment(from), flow)
        .await?;
    Ok(page::onward(site, &whose.address(), None))
}

/// It is saved; what will go wrong is said at once, and stays beside the absence.
fn note(warnings: &[Text], lang: Lang) -> Note {
    let told = warnings.iter().take(NOTE_WARNINGS_MAX);
    let told: Vec<&str> = told.map(|warning| warning.get(lang)).collect();
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
    whose: &Whose,
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
        warnings: absence
            .warnings
            .iter()
            .map(|warning| warning.get(lang).to_owned())
            .collect(),
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
    let people = people::colleagues(site, &whose.person);
    let people = people
        .into_iter()
        .map(|one| (one.id, one.name.get(lang).to_owned()));
    let every = flows
        .iter()
        .map(|flow| (flow.flow.clone(), flow.name.get(lang).to_owned()));
    let name = site.app.directory().name(&whose.person).to_owned();
    let (heading, intro, action) = match whose.own {
        true => (
            words::word(lang, "away.title").to_owned(),
            "away.intro",
            "/me/away",
        ),
        false if whose.person.is_empty() => (
            words::word(lang, "away.of_others").to_owned(),
            "away.intro_of",
            "/away",
        ),
        false => (
            words::say(lang, "away.title_of", &[("who", &name)]),
            "away.intro_of",
            "/away",
        ),
    };
    let everybody = if whose.own {
        vec![]
    } else {
        people::colleagues(site, "")
    };
    let others = everybody.into_iter().map(|one| OptionModel {
        on: one.id == whose.person,
        id: one.id,
        label: one.name.get(lang).to_owned(),
        ..OptionModel::default()
    });
    let model = Model {
        others: others.collect(),
        person: if whose.own {
            String::new()
        } else {
            whose.person.clone()
        },
        heading: heading.clone(),
        intro: words::word(lang, intro).to_owned(),
        action,
        admin: whose.own && reader.visit.admin,
        named: !whose.person.is_empty(),
        rows: site
            .app
            .absences(&whose.person)
            .into_iter()
            .map(row)
            .collect(),
        fields: vec![
            field("from", "time", true),
            field("until", "time", true),
            select("proxy", people.collect()),
            select("flow", every.collect()),
        ],
        error,
    };
    let page = Page {
        title: heading,
        place: if whose.own { "me" } else { "leaving" },
        ..Page::default()
    };
    let mut response = page::answer(site, &reader.visit, "pages/away", page, &model)?;
    if failed {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}
