//! The inbox.

use std::sync::Arc;

use assent_runtime::app::{InboxItem, Tab};
use axum::extract::{Query, State};
use serde::Deserialize;

use super::Answer;
use crate::web::guard::faults::encode;
use crate::web::model::inbox::{InboxModel, batches, groups};
use crate::web::model::{Choice, Empty};
use crate::web::page::{self, Page};
use crate::web::{Reader, Site, words};

/// Rows of one page.
const ROWS: u32 = 60;

#[derive(Debug, Default, Deserialize)]
pub struct Ask {
    #[serde(default)]
    tab: Tab,
    #[serde(default)]
    flow: String,
    #[serde(default)]
    from: String,
}

/// `GET /inbox?tab=&flow=`
pub async fn show(State(site): State<Arc<Site>>, reader: Reader, Query(ask): Query<Ask>) -> Answer {
    let lang = reader.visit.lang;
    let flow = Some(ask.flow.as_str()).filter(|flow| !flow.is_empty());
    let from = Some(ask.from.as_str()).filter(|from| !from.is_empty());
    let list = site
        .app
        .inbox(&reader.id, ask.tab, flow, from, ROWS)
        .await?;
    let todo = site.app.todo_count(&reader.id).await?;
    let copies = site.app.copies_count(&reader.id).await?;
    let filters = filters(&site, &reader, &ask, &list.items).await?;
    let model = InboxModel {
        left: if ask.tab == Tab::Todo && todo > 0 {
            words::say(lang, "inbox.left", &[("n", &todo.to_string())])
        } else {
            String::new()
        },
        tabs: tabs(&ask, todo, copies, lang),
        batches: batches(&list.items, ask.tab, lang),
        filters,
        groups: groups(&list.items, ask.tab, site.app.now(), lang),
        more: list
            .next
            .map(|next| {
                format!(
                    "/inbox?tab={}&flow={}&from={}",
                    tab_word(ask.tab),
                    encode(&ask.flow),
                    encode(&next)
                )
            })
            .unwrap_or_default(),
        empty: list.items.is_empty().then(|| empty(ask.tab, lang)),
    };
    let page = Page {
        title: words::word(lang, "inbox.title").to_owned(),
        place: "inbox",
        todo: Some(todo),
        ..Page::default()
    };
    page::answer(&site, &reader.visit, "pages/inbox", page, &model)
}

fn tab_word(tab: Tab) -> &'static str {
    match tab {
        Tab::Todo => "todo",
        Tab::Waiting => "waiting",
        Tab::Done => "done",
        Tab::Copies => "copies",
    }
}

fn tabs(ask: &Ask, todo: u32, copies: u32, lang: assent_core::text::Lang) -> Vec<Choice> {
    [
        (Tab::Todo, "inbox.todo"),
        (Tab::Waiting, "inbox.waiting"),
        (Tab::Done, "inbox.done"),
        (Tab::Copies, "inbox.copies"),
    ]
    .into_iter()
    .map(|(tab, key)| Choice {
        href: format!("/inbox?tab={}", tab_word(tab)),
        label: words::word(lang, key).to_owned(),
        here: tab == ask.tab,
        count: match tab {
            Tab::Todo => Some(todo),
            Tab::Copies => Some(copies),
            Tab::Waiting | Tab::Done => None,
        }
        .filter(|count| *count > 0),
    })
    .collect()
}

/// The flows in this list, when there is more than one.
async fn filters(
    site: &Site,
    reader: &Reader,
    ask: &Ask,
    items: &[InboxItem],
) -> Result<Vec<Choice>, crate::web::Fault> {
    let lang = reader.visit.lang;
    let mut seen: Vec<(String, String)> = Vec::new();
    let mut keep = |flow: &str, name: &str| {
        if !seen.iter().any(|(known, _)| known == flow) {
            seen.push((flow.to_owned(), name.to_owned()));
        }
    };
    if ask.flow.is_empty() {
        for item in items {
            keep(&item.flow, item.flow_name.get(lang));
        }
    } else {
        for item in site
            .app
            .inbox(&reader.id, ask.tab, None, None, ROWS)
            .await?
            .items
        {
            keep(&item.flow, item.flow_name.get(lang));
        }
    }
    if seen.len() < 2 && ask.flow.is_empty() {
        return Ok(vec![]);
    }
    let mut choices = vec![Choice {
        href: format!("/inbox?tab={}", tab_word(ask.tab)),
        label: words::word(lang, "inbox.all").to_owned(),
        here: ask.flow.is_empty(),
        count: None,
    }];
    choices.extend(seen.into_iter().map(|(flow, label)| Choice {
        href: format!("/inbox?tab={}&flow={}", tab_word(ask.tab), encode(&flow)),
        here: flow == ask.flow,
        label,
        count: None,
    }));
    Ok(choices)
}

fn empty(tab: Tab, lang: assent_core::text::Lang) -> Empty {
    let (icon, title, text) = match tab {
        Tab::Todo => ("inbox", "inbox.empty_todo", "inbox.empty_todo_text"),
        Tab::Waiting => (
            "hourglass",
            "inbox.empty_waiting",
            "inbox.empty_waiting_text",
        ),
        Tab::Done => ("circle-check", "inbox.empty_done", "inbox.empty_done_text"),
        Tab::Copies => ("copy", "inbox.empty_copies", "inbox.empty_copies_text"),
    };
    Empty {
        icon,
        title: words::word(lang, title).to_owned(),
        text: words::word(lang, text).to_owned(),
        href: "/start".to_owned(),
        label: words::word(lang, "start.title").to_owned(),
    }
}
