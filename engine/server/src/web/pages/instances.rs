//! Lists of instances: one's own requests, and all of them for administrators.

use std::sync::Arc;

use assent_runtime::app::InstanceFilter;
use axum::extract::{Query, State};
use serde::{Deserialize, Serialize};

use super::Answer;
use crate::web::guard::faults::encode;
use crate::web::model::inbox::{Group, instance_row};
use crate::web::model::{Choice, Empty};
use crate::web::page::{self, Page};
use crate::web::{Reader, Site, words};

/// Rows of one page.
const ROWS: u32 = 50;

#[derive(Debug, Default, Deserialize)]
pub struct Ask {
    #[serde(default)]
    mine: String,
    #[serde(default)]
    status: String,
    #[serde(default)]
    flow: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    from: String,
}

#[derive(Serialize)]
pub(super) struct ListModel {
    pub heading: String,
    pub link: Option<Choice>,
    pub filters: Vec<Choice>,
    pub search: Option<Search>,
    pub groups: Vec<Group>,
    pub more: String,
    pub empty: Option<Empty>,
}

#[derive(Serialize)]
pub(super) struct Search {
    pub text: String,
    pub status: String,
}

/// `GET /instances?mine=1&status=&flow=&text=`
pub async fn show(State(site): State<Arc<Site>>, reader: Reader, Query(ask): Query<Ask>) -> Answer {
    let lang = reader.visit.lang;
    let mine = !ask.mine.is_empty();
    let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let filter = InstanceFilter {
        flow: some(&ask.flow),
        status: some(&ask.status),
        state: None,
        applicant: mine.then(|| reader.id.clone()),
        text: some(&ask.text),
    };
    let from = some(&ask.from);
    let list = site
        .app
        .instances(&reader.id, &filter, from.as_deref(), ROWS)
        .await?;
    let now = site.app.now();
    let rows: Vec<_> = list
        .items
        .iter()
        .map(|item| instance_row(item, now, lang))
        .collect();
    let empty = rows.is_empty().then(|| Empty {
        icon: "file-text",
        title: words::word(lang, "instances.none").to_owned(),
        text: words::word(lang, "instances.none_text").to_owned(),
        href: "/start".to_owned(),
        label: words::word(lang, "start.title").to_owned(),
    });
    let title = words::word(lang, if mine { "nav.mine" } else { "nav.instances" }).to_owned();
    let model = ListModel {
        heading: title.clone(),
        link: mine.then(|| Choice {
            href: "/start".to_owned(),
            label: words::word(lang, "start.title").to_owned(),
            ..Choice::default()
        }),
        filters: filters(&ask, lang),
        search: (!mine).then(|| Search {
            text: ask.text.clone(),
            status: ask.status.clone(),
        }),
        groups: if rows.is_empty() {
            vec![]
        } else {
            vec![Group {
                id: "all",
                count: rows.len(),
                rows,
                ..Group::default()
            }]
        },
        more: list
            .next
            .map(|next| format!("{}&from={}", address(&ask, &ask.status), encode(&next)))
            .unwrap_or_default(),
        empty,
    };
    let page = Page {
        title,
        place: if mine { "mine" } else { "instances" },
        ..Page::default()
    };
    page::answer(&site, &reader.visit, "pages/instances", page, &model)
}

fn address(ask: &Ask, status: &str) -> String {
    format!(
        "/instances?mine={}&status={}&flow={}&text={}",
        encode(&ask.mine),
        encode(status),
        encode(&ask.flow),
        encode(&ask.text)
    )
}

fn filters(ask: &Ask, lang: assent_core::text::Lang) -> Vec<Choice> {
    [
        ("", "inbox.all"),
        ("running", "instances.running"),
        ("held", "instances.held"),
        ("suspended", "instances.suspended"),
        ("approved", "instances.approved"),
        ("rejected", "instances.rejected"),
        ("withdrawn", "instances.withdrawn"),
        ("revoked", "instances.revoked"),
    ]
    .into_iter()
    .map(|(status, key)| Choice {
        href: address(ask, status),
        label: words::word(lang, key).to_owned(),
        here: ask.status == status,
        count: None,
    })
    .collect()
}
