//! A draft's form, posted: saved or submitted.

use std::sync::Arc;

use assent_core::command::{Action, Actor, Command, Via};
use assent_runtime::app::{Answer as Done, AppError};
use axum::extract::{Path, State};
use axum::response::Response;

use super::{Answer, task_do};
use crate::web::form;
use crate::web::model::Note;
use crate::web::model::field::asks_for_a_row;
use crate::web::posted::Posted;
use crate::web::{Reader, Site, page, words};

/// `POST /tasks/{instance}/{task}/edit`
pub async fn edit(
    State(site): State<Arc<Site>>,
    reader: Reader,
    Path((instance, task)): Path<(String, u32)>,
    posted: Posted,
) -> Answer {
    let view = site.app.task_view(&reader.id, &instance, task).await?;
    let mut typed = posted.typed;
    task_do::attach(&site, &reader, &posted.files, &mut typed).await?;
    if asks_for_a_row(&typed) {
        return task_do::another_row(&site, &reader, &view, "edit", typed);
    }
    let key = Some(typed.text("key"))
        .filter(|key| !key.is_empty())
        .map(|key| format!("{}:{key}:{}", reader.id, typed.text("do")));
    // Posted once more, as by a double tap: the draft is gone, and what was answered holds.
    if let (false, Some(key)) = (view.open, &key)
        && let Some(done) = site.app.first_answer(&instance, key).await?
    {
        return Ok(went(
            &site,
            &reader,
            &format!("/instances/{instance}"),
            &done,
        ));
    }
    let json = form::values(&typed, &view.form);
    let set = match site.app.read_values(&instance, Some(task), &json).await {
        Ok(set) => set,
        Err(error) => return task_do::back(&site, &reader, &view, "edit", typed, error).await,
    };
    let saves = typed.text("do") == "save";
    let action = match typed.text("do") {
        "save" => Action::Save { set },
        "submit_straight_back" => Action::Submit {
            set,
            straight_back: true,
        },
        "submit" => Action::Submit {
            set,
            straight_back: false,
        },
        _ => return task_do::back(&site, &reader, &view, "edit", typed, AppError::NotFound).await,
    };
    let command = Command {
        actor: Actor::Person(reader.id.clone()),
        via: Via::Page,
        action,
        key,
    };
    match site.app.command(&instance, command).await {
        Ok(done) if saves => {
            let saved = Done {
                message: words::both("form.saved", &[]),
                ..done
            };
            Ok(went(
                &site,
                &reader,
                &format!("/tasks/{instance}/{task}"),
                &saved,
            ))
        }
        Ok(done) => Ok(went(
            &site,
            &reader,
            &format!("/instances/{instance}"),
            &done,
        )),
        Err(error) => task_do::back(&site, &reader, &view, "edit", typed, error).await,
    }
}

/// On to a page, with what was answered.
fn went(site: &Site, reader: &Reader, to: &str, done: &Done) -> Response {
    let note = Note {
        tone: "ok".to_owned(),
        icon: "circle-check".to_owned(),
        text: done.message.get(reader.visit.lang).to_owned(),
        ..Note::default()
    };
    page::onward(site, to, Some(&note))
}
