//! One's own page: roles, appearance, signed-in devices.

use std::sync::Arc;

use axum::extract::{Path, State};
use serde::Serialize;

use super::Answer;
use crate::web::page::{self, Page};
use crate::web::posted::Posted;
use crate::web::{Reader, Site, words};

#[derive(Serialize)]
struct Model {
    mail: String,
    unit: String,
    roles: Vec<String>,
    themes: Vec<Theme>,
    sessions: Vec<SessionRow>,
}

#[derive(Serialize)]
struct Theme {
    value: &'static str,
    label: String,
    here: bool,
}

#[derive(Serialize)]
struct SessionRow {
    id: String,
    device: String,
    since: String,
    here: bool,
}

/// `GET /me`
pub async fn show(State(site): State<Arc<Site>>, reader: Reader) -> Answer {
    let lang = reader.visit.lang;
    let directory = site.app.directory();
    let person = directory.people.get(&reader.id);
    let now = site.app.now();
    let here = reader
        .visit
        .signed
        .as_ref()
        .map(|signed| signed.session.clone())
        .unwrap_or_default();
    let sessions = site.app.devices(&reader.id).await?;
    let mut roles: Vec<String> = directory
        .roles
        .iter()
        .filter(|grant| grant.person == reader.id)
        .map(|grant| {
            directory
                .role_names
                .get(&grant.role)
                .map_or(grant.role.clone(), |name| name.get(lang).to_owned())
        })
        .collect();
    roles.dedup();
    let model = Model {
        mail: person.map(|person| person.mail.clone()).unwrap_or_default(),
        unit: reader
            .visit
            .person
            .as_ref()
            .map(|person| person.unit.get(lang).to_owned())
            .unwrap_or_default(),
        roles,
        themes: [
            ("", "me.theme_auto"),
            ("light", "me.theme_light"),
            ("dark", "me.theme_dark"),
        ]
        .into_iter()
        .map(|(value, key)| Theme {
            value,
            label: words::word(lang, key).to_owned(),
            here: value == reader.visit.theme,
        })
        .collect(),
        sessions: sessions
            .into_iter()
            .map(|device| SessionRow {
                here: device.session == here,
                since: crate::web::model::part::age(now, device.since, lang),
                device: browser(&device.agent, lang),
                id: device.session,
            })
            .collect(),
    };
    let page = Page {
        title: words::word(lang, "me.title").to_owned(),
        place: "me",
        ..Page::default()
    };
    page::answer(&site, &reader.visit, "pages/me", page, &model)
}

/// `POST /me/sessions/{id}/end`
pub async fn end(
    State(site): State<Arc<Site>>,
    reader: Reader,
    Path(id): Path<String>,
    _posted: Posted,
) -> Answer {
    site.app.revoke_device(&reader.id, &id).await?;
    Ok(page::onward(&site, "/me", None))
}

/// A browser in a few words.
fn browser(agent: &str, lang: assent_core::text::Lang) -> String {
    let names = [
        ("wxwork", "企业微信"),
        ("MicroMessenger", "微信"),
        ("DingTalk", "钉钉"),
        ("Lark", "飞书"),
        ("Edg/", "Edge"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    let systems = [
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ];
    let find = |known: &[(&str, &str)]| {
        known
            .iter()
            .find(|(mark, _)| agent.contains(mark))
            .map(|(_, name)| (*name).to_owned())
    };
    match (find(&names), find(&systems)) {
        (Some(name), Some(system)) => format!("{name} · {system}"),
        (Some(name), None) => name,
        (None, Some(system)) => system,
        (None, None) => words::word(lang, "me.unknown_device").to_owned(),
    }
}
