//! What a task page posts: a decision, an action, a return, a transfer, an opinion, words. One command each; nothing is changed by a fault,
//! and nothing that was typed is lost.

use std::sync::Arc;

use assent_core::command::{Actor, Command, Via};
use assent_core::refusal::{Refusal, RefusalKind};
use assent_core::text::Text;
use assent_core::value::Values;
use assent_runtime::app::{
    Answer as Done, AppError, FieldFault, FormField, OfferView, Proof, Secret, Seen, Tab, TaskView,
};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::{Answer, task, wish};
use crate::web::form::{self, Typed};
use crate::web::model::Note;
use crate::web::model::field::asks_for_a_row;
use crate::web::model::sheet::{Comeback, needs_words, sheet_id};
use crate::web::page;
use crate::web::posted::{Posted, PostedFile};
use crate::web::{Fault, Reader, Site, words};

/// Fewest characters of a reason.
const REASON_CHARS_MIN: usize = 2;

/// `POST /tasks/{instance}/{task}/{verb}`
pub async fn act(
    State(site): State<Arc<Site>>,
    reader: Reader,
    Path((instance, task, verb)): Path<(String, u32, String)>,
    posted: Posted,
) -> Answer {
    let view = site.app.task_view(&reader.id, &instance, task).await?;
    let wanted = posted.typed.text("action");
    let Some(offer) = view.offers.iter().find(|offer| sheet_id(offer) == wanted) else {
        if let Some(done) = once_more(&site, &reader, &view, &posted.typed).await? {
            return on(&site, &reader, wanted, &done).await;
        }
        return too_late(&site, &reader, &view, None);
    };
    let mut typed = posted.typed.clone();
    if verb == "code" {
        return code(&site, &reader, &view, offer, typed).await;
    }
    attach(&site, &reader, &posted.files, &mut typed).await?;
    if asks_for_a_row(&typed) {
        return another_row(&site, &reader, &view, wanted, typed);
    }
    match send(&site, &reader, &view, offer, &typed).await {
        Ok(done) => on(&site, &reader, offer.verb, &done).await,
        Err(error) => back(&site, &reader, &view, &sheet_id(offer), typed, error).await,
    }
}

/// The page as it was posted, with one more row in the table that asked for it. Nothing is kept yet.
///
/// # Errors
/// As the page.
pub fn another_row(
    site: &Site,
    reader: &Reader,
    view: &TaskView,
    sheet: &str,
    typed: Typed,
) -> Answer {
    let comeback = Comeback {
        sheet: sheet.to_owned(),
        typed,
        ..Comeback::default()
    };
    let mut response = task::draw(site, reader, view, Some(&comeback), None)?;
    *response.status_mut() = StatusCode::OK;
    Ok(response)
}

/// Mails the code that confirms this decision; the sheet stays open with what was typed.
async fn code(
    site: &Site,
    reader: &Reader,
    view: &TaskView,
    offer: &OfferView,
    typed: Typed,
) -> Answer {
    let (instance, address) = (&view.instance.head.id, reader.visit.address.to_string());
    let mailed = site
        .app
        .mail_step_up_code(&reader.id, instance, view.task, &address)
        .await;
    if let Err(error) = mailed {
        return back(site, reader, view, &sheet_id(offer), typed, error).await;
    }
    let comeback = Comeback {
        sheet: sheet_id(offer),
        typed,
        ..Comeback::default()
    };
    let note = Note {
        tone: "ok".to_owned(),
        icon: "mail".to_owned(),
        text: words::word(reader.visit.lang, "sheet.code_sent").to_owned(),
        ..Note::default()
    };
    let mut response = task::draw(site, reader, view, Some(&comeback), Some(note))?;
    *response.status_mut() = StatusCode::OK;
    Ok(response)
}

/// Stores the files of a form and puts their ids where their input was.
///
/// # Errors
/// As `App::attach`.
pub async fn attach(
    site: &Site,
    reader: &Reader,
    files: &[PostedFile],
    typed: &mut Typed,
) -> Result<(), Fault> {
    for file in files {
        let stored = site
            .app
            .attach(&reader.id, &file.name, file.content.clone())
            .await?;
        let name = form::file_name(&stored.id);
        typed.0.push((name, file.name.clone()));
        typed.0.push((file.input.clone(), stored.id));
    }
    Ok(())
}

async fn send(
    site: &Site,
    reader: &Reader,
    view: &TaskView,
    offer: &OfferView,
    typed: &Typed,
) -> Result<Done, AppError> {
    let comment = typed.text("comment").trim().replace("\r\n", "\n");
    if needs_words(offer) && comment.chars().count() < REASON_CHARS_MIN {
        return Err(AppError::Invalid(vec![FieldFault {
            field: "comment".to_owned(),
            code: "reason_required".to_owned(),
            message: words::both("sheet.reason_missing", &[]),
        }]));
    }
    let set = values(site, view, offer, typed).await?;
    let action = wish::action(site, reader, view, offer, typed, comment, set)?;
    let command = Command {
        actor: Actor::Person(reader.id.clone()),
        via: if reader.visit.link.is_some() {
            Via::Link
        } else {
            Via::Page
        },
        action,
        key: key(reader, typed),
    };
    let decides = matches!(offer.verb, "approve" | "reject" | "outcome" | "act");
    let seen = if decides {
        seen(typed)
    } else {
        Seen::default()
    };
    let proof = typed.get("proof").map(|words| Proof {
        words: Secret(words.to_owned()),
        address: reader.visit.address.to_string(),
    });
    site.app
        .command_proved(&view.instance.head.id, command, seen, proof.as_ref())
        .await
}

/// What the page showed when it was drawn.
pub fn seen(typed: &Typed) -> Seen {
    Seen {
        facts: typed
            .get("facts")
            .filter(|facts| !facts.is_empty())
            .map(str::to_owned),
        round: typed.get("round").and_then(|round| round.parse().ok()),
    }
}

async fn values(
    site: &Site,
    view: &TaskView,
    offer: &OfferView,
    typed: &Typed,
) -> Result<Values, AppError> {
    let mut fields: Vec<FormField> = Vec::new();
    if offer.verb == "approve" || offer.work {
        fields.extend(view.form.iter().cloned());
    }
    fields.extend(offer.ask.iter().cloned().map(|field| FormField {
        write: true,
        ..field
    }));
    let json = form::values(typed, &fields);
    if json.is_empty() {
        return Ok(Values::new());
    }
    site.app
        .read_values(&view.instance.head.id, Some(view.task), &json)
        .await
}

/// The first answer, when the same form is posted once more: a double tap on a slow telephone. Another button of the same page
/// is another wish, and hears how the task ended.
async fn once_more(
    site: &Site,
    reader: &Reader,
    view: &TaskView,
    typed: &Typed,
) -> Result<Option<Done>, Fault> {
    let action = typed.text("action");
    let same = match view.end.as_str() {
        "approved" => action == "approve",
        "rejected" => action == "reject",
        "returned" => action == "return",
        "transferred" => action == "transfer",
        "done" => action.starts_with("act-"),
        _ => false,
    };
    match key(reader, typed).filter(|_| same) {
        Some(key) => Ok(site.app.first_answer(&view.instance.head.id, &key).await?),
        None => Ok(None),
    }
}

/// The idempotency key of a form: hidden in it, and its sender's own.
fn key(reader: &Reader, typed: &Typed) -> Option<String> {
    let key = Some(typed.text("key")).filter(|key| !key.is_empty());
    key.map(|key| format!("{}:{key}", reader.id))
}

/// It is done: on to the next task, with the result in words.
async fn on(site: &Site, reader: &Reader, verb: &str, done: &Done) -> Result<Response, Fault> {
    let lang = reader.visit.lang;
    let todo = site.app.inbox(&reader.id, Tab::Todo, None, None, 1).await?;
    let stays = matches!(
        verb,
        "comment" | "copy" | "ask" | "delegate" | "add_signer" | "remove_signer"
    );
    let next = todo.items.first().and_then(|item| {
        item.task
            .map(|task| format!("/tasks/{}/{task}", item.instance))
    });
    // Whoever claimed a task wants to work on it now.
    let claimed = done
        .opened
        .iter()
        .find(|opened| verb == "claim" && opened.assignee == reader.id)
        .map(|opened| format!("/tasks/{}/{}", done.instance, opened.task));
    let to = match claimed.or(next) {
        _ if stays => reader
            .visit
            .path
            .rsplit_once('/')
            .map_or("/inbox", |(page, _)| page)
            .to_owned(),
        Some(next) => next,
        None => "/inbox".to_owned(),
    };
    let note = Note {
        tone: "ok".to_owned(),
        icon: "circle-check".to_owned(),
        text: done.message.get(lang).to_owned(),
        href: format!("/instances/{}", done.instance),
        label: words::word(lang, "task.see_result").to_owned(),
    };
    Ok(page::onward(site, &to, Some(&note)))
}

/// It was refused: the page comes back as it is now, the sheet open, the words kept.
///
/// # Errors
/// What is no fault of the input goes on as it is.
pub async fn back(
    site: &Site,
    reader: &Reader,
    old: &TaskView,
    sheet: &str,
    typed: Typed,
    error: AppError,
) -> Answer {
    let message = error.message();
    let (faults, changed) = match &error {
        AppError::Invalid(faults) => (faults.clone(), false),
        AppError::Refused(refusal) => match refusal.kind {
            RefusalKind::Input => (about_fields(refusal), false),
            RefusalKind::Changed => (vec![], true),
            RefusalKind::TooLate => {
                let view = site
                    .app
                    .task_view(&reader.id, &old.instance.head.id, old.task)
                    .await?;
                return too_late(site, reader, &view, Some(message));
            }
            RefusalKind::NotYours => (about_fields(refusal), false),
            RefusalKind::NotFound => return Err(error.into()),
        },
        AppError::Busy | AppError::TooMany { .. } => (vec![], false),
        AppError::NotFound | AppError::NotSignedIn | AppError::Unavailable(_) => {
            return Err(error.into());
        }
    };
    let view = if changed {
        site.app
            .task_view(&reader.id, &old.instance.head.id, old.task)
            .await?
    } else {
        old.clone()
    };
    let lang = reader.visit.lang;
    // Files and names are asked for outside the record's fields.
    const ASKED: [&str; 6] = ["comment", "to", "mention", "files", "signature", "proof"];
    let named = faults
        .iter()
        .any(|fault| typed.one(&fault.field).is_some() || ASKED.contains(&fault.field.as_str()));
    let comeback = Comeback {
        sheet: sheet.to_owned(),
        error: if named {
            String::new()
        } else {
            message.get(lang).to_owned()
        },
        typed,
        faults,
    };
    task::draw(site, reader, &view, Some(&comeback), None)
}

/// The faults of a refusal that name a field.
fn about_fields(refusal: &Refusal) -> Vec<FieldFault> {
    let all = if refusal.faults.is_empty() {
        std::slice::from_ref(refusal)
    } else {
        refusal.faults.as_slice()
    };
    let fault = |refusal: &Refusal| {
        Some(FieldFault {
            field: refusal.field.clone()?,
            code: refusal.code.clone(),
            message: refusal.message.clone(),
        })
    };
    all.iter().filter_map(fault).collect()
}

/// Somebody was faster, or the case went on.
fn too_late(site: &Site, reader: &Reader, view: &TaskView, message: Option<Text>) -> Answer {
    let lang = reader.visit.lang;
    let text = message.unwrap_or_else(|| match view.open {
        true => words::both("fault.no_such_action", &[]),
        false => view.ended.clone(),
    });
    let note = Note {
        tone: "late".to_owned(),
        icon: "info".to_owned(),
        text: text.get(lang).to_owned(),
        href: format!("/instances/{}", view.instance.head.id),
        label: words::word(lang, "task.see_result").to_owned(),
    };
    let mut response = task::draw(site, reader, view, None, Some(note))?;
    *response.status_mut() = StatusCode::CONFLICT;
    Ok(response)
}
