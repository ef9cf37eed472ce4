//! Closing a flow for new cases, and opening it again, on the flow's page.

use std::sync::Arc;

use assent_core::text::Lang;
use assent_runtime::app::{AppError, FlowUse, FlowView};
use axum::extract::{Path, State};
use serde::Serialize;

use super::{Answer, flows};
use crate::web::model::Note;
use crate::web::page;
use crate::web::posted::Posted;
use crate::web::{Reader, Site, words};

/// What was typed, and why it was not done.
#[derive(Default)]
pub(super) struct Refused {
    reason: String,
    error: String,
}

impl Refused {
    pub(super) fn is_some(&self) -> bool {
        !self.error.is_empty()
    }
}

/// Whether a flow takes new cases.
#[derive(Serialize)]
pub(super) struct InUse {
    /// Why it takes none.
    closed: String,
    /// Its file is gone from the watched folder.
    file_gone: bool,
    /// Who closed and opened it, the last first.
    uses: Vec<UseLine>,
    /// Where it is closed or opened; empty for those who may not.
    action: String,
    opens: bool,
    reason: String,
    error: String,
}

#[derive(Serialize)]
struct UseLine {
    closed: bool,
    text: String,
    reason: String,
}

impl InUse {
    pub(super) fn of(
        flow: &FlowView,
        uses: &[FlowUse],
        may: bool,
        refused: &Refused,
        lang: Lang,
    ) -> Self {
        let opens = flow.closed.is_some();
        let verb = if opens { "open" } else { "close" };
        let line = |one: &FlowUse| UseLine {
            closed: one.closed,
            text: format!("{} · {}", one.at.shown.get(lang), one.by.name),
            reason: one.reason.clone(),
        };
        let closed = flow.closed.as_ref();
        Self {
            closed: closed.map_or(String::new(), |why| why.message.get(lang).to_owned()),
            file_gone: flow.file_gone,
            uses: uses.iter().map(line).collect(),
            action: if may {
                format!("/flows/{}/{verb}", flow.flow)
            } else {
                String::new()
            },
            opens,
            reason: refused.reason.clone(),
            error: refused.error.clone(),
        }
    }
}

/// `POST /flows/{flow}/close`
pub async fn close(
    State(site): State<Arc<Site>>,
    reader: Reader,
    Path(id): Path<String>,
    posted: Posted,
) -> Answer {
    let reason = posted.typed.text("reason");
    let done = site.app.close_flow(&reader.id, &id, reason).await;
    answered(&site, &reader, &id, reason, done, "flows.closed_now").await
}

/// `POST /flows/{flow}/open`
pub async fn open(
    State(site): State<Arc<Site>>,
    reader: Reader,
    Path(id): Path<String>,
    posted: Posted,
) -> Answer {
    let reason = posted.typed.text("reason");
    let done = site.app.open_flow(&reader.id, &id, reason).await;
    answered(&site, &reader, &id, reason, done, "flows.open_now").await
}

async fn answered(
    site: &Site,
    reader: &Reader,
    id: &str,
    reason: &str,
    done: Result<(), AppError>,
    said: &str,
) -> Answer {
    let lang = reader.visit.lang;
    match done {
        Ok(()) => {
            let note = Note {
                tone: "ok".to_owned(),
                icon: "circle-check".to_owned(),
                text: words::word(lang, said).to_owned(),
                ..Note::default()
            };
            Ok(page::onward(site, &format!("/flows/{id}"), Some(&note)))
        }
        Err(error @ (AppError::Refused(_) | AppError::Busy)) => {
            let refused = Refused {
                reason: reason.to_owned(),
                error: error.message().get(lang).to_owned(),
            };
            flows::drawn(site, reader, id, &refused).await
        }
        Err(error) => Err(error.into()),
    }
}
