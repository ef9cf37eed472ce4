//! What a task page posts: a decision, an action, a return, a transfer, words. One command each; nothing is changed by a fault,
//! and nothing that was typed is lost.

use std::sync::Arc;

use assent_core::command::{Action, Actor, Command, DecideWith, ReturnTo, Verdict, Via};
use assent_core::refusal::RefusalKind;
use assent_core::text::Text;
use assent_core::value::Values;
use assent_runtime::app::{
    Answer as Done, AppError, FieldFault, FormField, OfferView, Seen, Tab, TaskView,
};
use axum::extract::{Path, State};
use axum::response::Response;

use super::{Answer, task};
use crate::web::form::{self, Typed};
use crate::web::model::Note;
use crate::web::model::sheet::{Comeback, sheet_id};
use crate::web::page;
use crate::web::posted::{Posted, PostedFile};
use crate::web::{Fault, Reader, Site, words};

/// Fewest characters of a reason.
const REASON_CHARS_MIN: usize = 2;

/// `POST /tasks/{instance}/{task}/{verb}`
pub async fn act(
    State(site): State<Arc<Site>>,
    reader: Reader,
    Path((instance, task, _)): Path<(String, u32, String)>,
    posted: Posted,
) -> Answer {
    let view = site.app.task_view(&reader.id, &instance, task).await?;
    let Some(offer) = view
        .offers
        .iter()
        .find(|offer| offer.action == posted.typed.text("action"))
    else {
        return too_late(&site, &reader, &view, None);
    };
    let mut typed = posted.typed.clone();
    attach(&site, &reader, &posted.files, &mut typed).await?;
    match send(&site, &reader, &view, offer, &typed).await {
        Ok(done) => on(&site, &reader, offer, &done).await,
        Err(error) => back(&site, &reader, &view, &sheet_id(offer), typed, error).await,
    }
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
    let needs_words =
        offer.reason_required || matches!(offer.action.as_str(), "reject" | "return" | "comment");
    if needs_words && comment.chars().count() < REASON_CHARS_MIN {
        return Err(AppError::Invalid(vec![FieldFault {
            field: "comment".to_owned(),
            code: "reason_required".to_owned(),
            message: words::both("sheet.reason_missing", &[]),
        }]));
    }
    let set = values(site, view, offer, typed).await?;
    let action = action(view, offer, typed, comment, set)?;
    let command = Command {
        actor: Actor::Person(reader.id.clone()),
        via: if reader.visit.link.is_some() {
            Via::Link
        } else {
            Via::Page
        },
        action,
        key: Some(typed.text("key"))
            .filter(|key| !key.is_empty())
            .map(|key| format!("{}:{key}", reader.id)),
    };
    let decides = matches!(offer.action.as_str(), "approve" | "reject") || offer.work;
    let seen = if decides {
        seen(typed)
    } else {
        Seen::default()
    };
    site.app
        .command_seen(&view.instance.head.id, command, seen)
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
    if offer.action == "approve" || offer.work {
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

fn action(
    view: &TaskView,
    offer: &OfferView,
    typed: &Typed,
    comment: String,
    set: Values,
) -> Result<Action, AppError> {
    let task = view.task;
    let words = Some(comment.clone()).filter(|comment| !comment.is_empty());
    Ok(match offer.action.as_str() {
        action if offer.work => Action::Act {
            task,
            action: action.to_owned(),
            comment: words,
            set,
        },
        "approve" => Action::Decide {
            task,
            verdict: Verdict::Approve,
            comment: words,
            set,
            with: DecideWith::default(),
        },
        "reject" => Action::Decide {
            task,
            verdict: Verdict::Reject,
            comment: words,
            set,
            with: DecideWith::default(),
        },
        "return" => Action::Return {
            task,
            to: target(offer, typed)?,
            comment,
        },
        "transfer" => Action::Transfer {
            task,
            to: chosen(typed, "to", "sheet.pick_person")?,
            comment: words,
        },
        "comment" => Action::Comment {
            text: comment,
            mention: vec![],
            files: vec![],
        },
        "withdraw" => Action::Withdraw { comment: words },
        "retry" => Action::Retry {
            comment: words,
            set: Values::new(),
        },
        _ => return Err(AppError::NotFound),
    })
}

fn target(offer: &OfferView, typed: &Typed) -> Result<ReturnTo, AppError> {
    let to = match offer.targets.as_slice() {
        [only] => only.id.clone(),
        _ => chosen(typed, "to", "sheet.pick_target")?,
    };
    Ok(match to.as_str() {
        "applicant" => ReturnTo::Applicant,
        "previous" => ReturnTo::Previous,
        _ => ReturnTo::State(to),
    })
}

fn chosen(typed: &Typed, name: &str, missing: &str) -> Result<String, AppError> {
    match typed.text(name) {
        "" => Err(AppError::Invalid(vec![FieldFault {
            field: name.to_owned(),
            code: "required".to_owned(),
            message: words::both(missing, &[]),
        }])),
        chosen => Ok(chosen.to_owned()),
    }
}

/// It is done: on to the next task, with the result in words.
async fn on(
    site: &Site,
    reader: &Reader,
    offer: &OfferView,
    done: &Done,
) -> Result<Response, Fault> {
    let lang = reader.visit.lang;
    let todo = site.app.inbox(&reader.id, Tab::Todo, None, None, 1).await?;
    let stays = offer.action == "comment";
    let next = todo.items.first().and_then(|item| {
        item.task
            .map(|task| format!("/tasks/{}/{task}", item.instance))
    });
    let to = match next {
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
            RefusalKind::Input => (
                about_field(refusal.field.as_deref(), &refusal.code, &message),
                false,
            ),
            RefusalKind::Changed => (vec![], true),
            RefusalKind::TooLate => {
                let view = site
                    .app
                    .task_view(&reader.id, &old.instance.head.id, old.task)
                    .await?;
                return too_late(site, reader, &view, Some(message));
            }
            RefusalKind::NotYours => (vec![], false),
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
    let named = faults.iter().any(|fault| {
        typed.one(&fault.field).is_some() || fault.field == "comment" || fault.field == "to"
    });
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

fn about_field(field: Option<&str>, code: &str, message: &Text) -> Vec<FieldFault> {
    field
        .map(|field| FieldFault {
            field: field.to_owned(),
            code: code.to_owned(),
            message: message.clone(),
        })
        .into_iter()
        .collect()
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
    *response.status_mut() = axum::http::StatusCode::CONFLICT;
    Ok(response)
}
