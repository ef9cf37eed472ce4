//! Moving running instances to another version: what would happen first, then the same for the rows that were picked.

use std::sync::Arc;

use assent_core::command::Via;
use assent_core::text::Lang;
use assent_runtime::app::{MigrationPick, MigrationPlan, MigrationRow, MigrationWish};
use axum::extract::{Path, State};
use axum::response::Redirect;
use serde::Serialize;

use super::Answer;
use crate::sentence::migration as row_words;
use crate::web::guard::faults::encode;
use crate::web::model::Note;
use crate::web::page::{self, Page};
use crate::web::posted::Posted;
use crate::web::{Fault, Reader, Site, words};

#[derive(Serialize)]
struct Model {
    name: String,
    back: String,
    action: String,
    to: String,
    map: String,
    only: String,
    rows: Vec<Row>,
    more: bool,
    none: bool,
}

#[derive(Serialize)]
struct Row {
    title: String,
    href: String,
    words: String,
    /// Why it cannot be migrated like this.
    refused: String,
    /// `instance:token`; empty where it is refused.
    pick: String,
    lines: Vec<String>,
}

/// `GET /flows/{flow}/migrate`, of whoever reloads or goes back: it begins on the flow's page.
pub async fn back(Path(flow): Path<String>) -> Redirect {
    Redirect::to(&format!("/flows/{}", encode(&flow)))
}

/// `POST /flows/{flow}/migrate`: without a picked row a preview, with one the migration.
pub async fn post(
    State(site): State<Arc<Site>>,
    reader: Reader,
    Path(flow): Path<String>,
    posted: Posted,
) -> Answer {
    let (lang, typed) = (reader.visit.lang, posted.typed);
    let definition = site.app.definition(&flow).ok_or_else(Fault::not_found)?;
    let map = typed.text("map").replace("\r\n", "\n");
    let wish = MigrationWish {
        flow: flow.clone(),
        to: typed.text("to").to_owned(),
        map: site
            .app
            .migration_map(&flow, typed.text("to"), &map)
            .await?,
        only: Some(typed.text("instance").to_owned()).filter(|id| !id.is_empty()),
    };
    let picks: Vec<MigrationPick> = typed
        .0
        .iter()
        .filter(|(name, _)| name == "row")
        .filter_map(|(_, value)| value.split_once(':'))
        .map(|(instance, token)| MigrationPick {
            instance: instance.to_owned(),
            token: token.to_owned(),
        })
        .collect();
    if typed.text("do") == "migrate" {
        let done = site
            .app
            .migrate(&reader.id, Via::Page, &wish, typed.text("reason"), &picks)
            .await?;
        let moved = done.iter().filter(|one| one.answer.is_some()).count();
        let first = done.iter().find_map(|one| one.refused.as_ref());
        let mut text = words::say(
            lang,
            "migrate.done",
            &[
                ("n", &moved.to_string()),
                ("left", &(done.len() - moved).to_string()),
            ],
        );
        if let Some(refused) = first {
            text.push_str(refused.message.get(lang));
        }
        let note = Note {
            tone: if first.is_none() { "ok" } else { "no" }.to_owned(),
            icon: if first.is_none() {
                "circle-check"
            } else {
                "triangle-alert"
            }
            .to_owned(),
            text,
            ..Note::default()
        };
        return Ok(page::onward(&site, &format!("/flows/{flow}"), Some(&note)));
    }
    let plan = site.app.preview_migration(&reader.id, &wish).await?;
    let name = definition.name.get(lang).to_owned();
    let page = Page {
        title: words::word(lang, "migrate.title").to_owned(),
        place: "flows",
        where_: name.clone(),
        ..Page::default()
    };
    let model = model(&site, &plan, (name, map, typed.text("instance")), lang);
    page::answer(&site, &reader.visit, "pages/migration", page, &model)
}

fn model(
    site: &Site,
    plan: &MigrationPlan,
    (name, map, only): (String, String, &str),
    lang: Lang,
) -> Model {
    let rows: Vec<Row> = plan.rows.iter().map(|row| drawn(site, row, lang)).collect();
    Model {
        name,
        back: format!("/flows/{}", plan.flow),
        action: format!("/flows/{}/migrate", plan.flow),
        to: plan.to.clone(),
        map,
        only: only.to_owned(),
        none: rows.is_empty(),
        rows,
        more: plan.more,
    }
}

fn drawn(site: &Site, row: &MigrationRow, lang: Lang) -> Row {
    let directory = site.app.directory();
    let mut lines = Vec::new();
    if let Some(preview) = &row.preview {
        let tasks = |key: &str, tasks: &[assent_core::migrate::TaskSeen]| {
            let names: Vec<&str> = tasks
                .iter()
                .map(|task| directory.name(&task.assignee))
                .collect();
            let names = names.join(lang.pick("、", ", "));
            (!tasks.is_empty()).then(|| words::say(lang, key, &[("names", &names)]))
        };
        lines.extend(tasks("migrate.kept", &preview.kept));
        lines.extend(tasks("migrate.cancelled", &preview.cancelled));
        lines.extend(tasks("migrate.opened", &preview.opened));
        for bar in &preview.votes {
            let (before, after) = (bar.before, bar.after);
            lines.push(words::say(
                lang,
                "migrate.votes",
                &[
                    ("voted", &bar.voted.len().to_string()),
                    ("before", &format!("{}/{}", before.0, before.1)),
                    ("after", &format!("{}/{}", after.0, after.1)),
                ],
            ));
        }
        lines.extend(preview.held.iter().map(|held| held.get(lang).to_owned()));
    }
    let refused = row.refused.as_ref();
    Row {
        title: row.head.title.clone(),
        href: format!("/instances/{}", row.head.id),
        words: if refused.is_none() {
            row_words(row).get(lang).to_owned()
        } else {
            String::new()
        },
        refused: refused
            .map(|refused| refused.message.get(lang).to_owned())
            .unwrap_or_default(),
        pick: if refused.is_none() {
            format!("{}:{}", row.head.id, row.token)
        } else {
            String::new()
        },
        lines,
    }
}
