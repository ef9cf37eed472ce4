//! Approving several together: of one flow and one step, where nothing is asked for with it. Their list and sum are shown before
//! anything is sent; each is a decision of its own, and one that is refused stops no other.

use std::sync::Arc;

use assent_core::command::{Action, Actor, Command, DecideWith, Verdict, Via};
use assent_core::text::Text;
use assent_core::value::Values;
use assent_runtime::app::{AppError, InboxItem, Seen, Tab};
use axum::extract::{Query, State};
use axum::http::StatusCode;
use serde::Deserialize;

use super::Answer;
use crate::web::form::Typed;
use crate::web::model::Empty;
use crate::web::model::batch::{BatchModel, BatchRow, TYPED_OVER, sum};
use crate::web::model::sheet::Hidden;
use crate::web::page::{self, Page};
use crate::web::posted::Posted;
use crate::web::visit::random;
use crate::web::{Fault, Reader, Site, words};

/// Most at once.
const ROWS_MAX: u32 = 200;

/// Which step.
#[derive(Debug, Default, Deserialize)]
pub struct Ask {
    #[serde(default)]
    flow: String,
    #[serde(default)]
    state: String,
}

/// `GET /inbox/batch?flow=&state=`: nothing is chosen beforehand.
pub async fn choose(
    State(site): State<Arc<Site>>,
    reader: Reader,
    Query(ask): Query<Ask>,
) -> Answer {
    let items = items(&site, &reader, &ask).await?;
    let lang = reader.visit.lang;
    let model = BatchModel {
        choosing: true,
        intro: words::word(lang, "batch.choose").to_owned(),
        empty: items.is_empty().then(|| Empty {
            icon: "inbox",
            title: words::word(lang, "batch.none").to_owned(),
            text: words::word(lang, "batch.none_text").to_owned(),
            href: "/inbox".to_owned(),
            label: words::word(lang, "said.to_inbox").to_owned(),
        }),
        rows: items.iter().map(|item| BatchRow::of(item, lang)).collect(),
        hidden: hidden(&ask, ""),
        go: words::word(lang, "batch.next").to_owned(),
        ..BatchModel::default()
    };
    draw(&site, &reader, &items, model, StatusCode::OK)
}

/// `POST /inbox/batch`: shows what was chosen; once more, and it is sent.
pub async fn act(State(site): State<Arc<Site>>, reader: Reader, posted: Posted) -> Answer {
    let typed = &posted.typed;
    let ask = Ask {
        flow: typed.text("flow").to_owned(),
        state: typed.text("state").to_owned(),
    };
    let known = items(&site, &reader, &ask).await?;
    let rows = typed.each("row");
    // What is not in the list any more (decided, waiting, asked for more) is told apart below, one by one.
    let chosen: Vec<(&str, Option<&InboxItem>)> = rows
        .iter()
        .map(|row| (*row, known.iter().find(|item| names(row, item))))
        .collect();
    if chosen.is_empty() {
        return confirm(&site, &reader, &ask, &[], &known, "batch.none_chosen").await;
    }
    let listed: Vec<&InboxItem> = chosen.iter().filter_map(|(_, item)| *item).collect();
    if typed.text("step") != "do" {
        return confirm(&site, &reader, &ask, &listed, &known, "").await;
    }
    let counted = typed.text("count").trim() == chosen.len().to_string();
    if chosen.len() > TYPED_OVER && !counted {
        return confirm(&site, &reader, &ask, &listed, &known, "batch.count_wrong").await;
    }
    let lang = reader.visit.lang;
    let mut ended = Vec::new();
    for (row, item) in &chosen {
        let (shown, result) = match item {
            Some(item) => (
                BatchRow::of(item, lang),
                approve(&site, &reader, typed, row).await,
            ),
            None => match ended_task(&site, &reader, row).await {
                // Refused with who was faster, and when.
                Some(shown) => (shown, approve(&site, &reader, typed, row).await),
                None => (gone(row), Err(words::both("batch.not_listed", &[]))),
            },
        };
        ended.push(match result {
            Ok(said) => shown.ended(true, said.get(lang), lang),
            Err(said) => shown.ended(false, said.get(lang), lang),
        });
    }
    let went = ended
        .iter()
        .filter(|row| row.tag.as_ref().is_some_and(|tag| tag.tone == "ok"))
        .count();
    let model = BatchModel {
        done: true,
        intro: words::say(
            lang,
            "batch.result",
            &[
                ("n", &went.to_string()),
                ("not", &(ended.len() - went).to_string()),
            ],
        ),
        rows: ended,
        ..BatchModel::default()
    };
    draw(&site, &reader, &known, model, StatusCode::OK)
}

/// The tasks of one step that may be approved together.
async fn items(site: &Site, reader: &Reader, ask: &Ask) -> Result<Vec<InboxItem>, Fault> {
    let flow = Some(ask.flow.as_str());
    let page = site
        .app
        .inbox(&reader.id, Tab::Todo, flow, None, ROWS_MAX)
        .await?;
    let items = page.items.into_iter();
    Ok(items
        .filter(|item| item.batch && item.state == ask.state)
        .collect())
}

fn names(row: &str, item: &InboxItem) -> bool {
    let mut parts = row.split(':');
    parts.next() == Some(item.instance.as_str())
        && parts.next().and_then(|task| task.parse().ok()) == item.task
}

/// A row whose task is not in the list any more.
fn gone(row: &str) -> BatchRow {
    let mut parts = row.split(':');
    let instance = parts.next().unwrap_or_default().to_owned();
    BatchRow {
        href: format!("/instances/{instance}"),
        title: instance,
        ..BatchRow::default()
    }
}

/// A row whose task has ended meanwhile.
async fn ended_task(site: &Site, reader: &Reader, row: &str) -> Option<BatchRow> {
    let mut parts = row.split(':');
    let (instance, task) = (parts.next()?, parts.next()?.parse().ok()?);
    let view = site.app.task_view(&reader.id, instance, task).await.ok()?;
    (!view.open).then(|| BatchRow {
        title: view.instance.head.title,
        ..gone(row)
    })
}

async fn confirm(
    site: &Site,
    reader: &Reader,
    ask: &Ask,
    chosen: &[&InboxItem],
    known: &[InboxItem],
    error: &str,
) -> Answer {
    let lang = reader.visit.lang;
    let picked: Vec<InboxItem> = chosen.iter().map(|item| (*item).clone()).collect();
    let total = site.app.sum(&picked).await?;
    let nothing = picked.is_empty();
    let shown = if nothing { known } else { &picked };
    let model = BatchModel {
        choosing: nothing,
        confirming: !nothing,
        intro: words::say(
            lang,
            if nothing {
                "batch.choose"
            } else {
                "batch.confirm"
            },
            &[("n", &picked.len().to_string())],
        ),
        rows: shown.iter().map(|item| BatchRow::of(item, lang)).collect(),
        hidden: hidden(ask, &random(12)?),
        sum: sum(total.as_ref(), lang),
        count: if picked.len() > TYPED_OVER {
            picked.len()
        } else {
            0
        },
        error: if error.is_empty() {
            String::new()
        } else {
            words::say(lang, error, &[("n", &picked.len().to_string())])
        },
        go: if nothing {
            words::word(lang, "batch.next").to_owned()
        } else {
            words::say(lang, "batch.go", &[("n", &picked.len().to_string())])
        },
        ..BatchModel::default()
    };
    let status = if error.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    draw(site, reader, known, model, status)
}

fn hidden(ask: &Ask, key: &str) -> Vec<Hidden> {
    let of = |name, value: &str| Hidden {
        name,
        value: value.to_owned(),
    };
    let mut hidden = vec![of("flow", &ask.flow), of("state", &ask.state)];
    if !key.is_empty() {
        hidden.extend([of("key", key), of("step", "do")]);
    }
    hidden
}

/// One of them, as its own command on what was shown.
async fn approve(site: &Site, reader: &Reader, typed: &Typed, row: &str) -> Result<Text, Text> {
    let parts: Vec<&str> = row.split(':').collect();
    let [instance, task, round, facts] = parts.as_slice() else {
        return Err(words::both("batch.not_listed", &[]));
    };
    let seen = Seen {
        facts: Some((*facts).to_owned()),
        round: round.parse().ok(),
    };
    let words = typed.text("comment").trim().to_owned();
    let command = Command {
        actor: Actor::Person(reader.id.clone()),
        via: Via::Page,
        action: Action::Decide {
            task: task.parse().unwrap_or_default(),
            verdict: Verdict::Approve,
            comment: Some(words).filter(|words| !words.is_empty()),
            set: Values::new(),
            with: DecideWith {
                bulk: true,
                ..DecideWith::default()
            },
        },
        key: Some(format!(
            "{}:{}:{instance}:{task}",
            reader.id,
            typed.text("key")
        )),
    };
    let done = site.app.command_seen(instance, command, seen).await;
    done.map(|done| done.message)
        .map_err(|error: AppError| error.message())
}

fn draw(
    site: &Site,
    reader: &Reader,
    known: &[InboxItem],
    mut model: BatchModel,
    status: StatusCode,
) -> Answer {
    let lang = reader.visit.lang;
    let step = known.first().map(|item| {
        format!(
            "{} · {}",
            item.flow_name.get(lang),
            item.state_name.get(lang)
        )
    });
    model.heading = step.unwrap_or_else(|| words::word(lang, "batch.title").to_owned());
    let page = Page {
        title: words::word(lang, "batch.title").to_owned(),
        place: "inbox",
        ..Page::default()
    };
    let mut response = page::answer(site, &reader.visit, "pages/batch", page, &model)?;
    *response.status_mut() = status;
    Ok(response)
}
