//! A draft's form, posted: saved or submitted.

use std::sync::Arc;

use assent_core::command::{Action, Actor, Command, Via};
use assent_runtime::app::AppError;
use axum::extract::{Path, State};

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
        key: Some(typed.text("key"))
            .filter(|key| !key.is_empty())
            .map(|key| format!("{}:{key}:{}", reader.id, typed.text("do"))),
    };
    match site.app.command(&instance, command).await {
        Ok(done) => {
            let note = Note {
                tone: "ok".to_owned(),
                icon: "circle-check".to_owned(),
                text: if saves {
                    words::word(reader.visit.lang, "form.saved").to_owned()
                } else {
                    done.message.get(reader.visit.lang).to_owned()
                },
                ..Note::default()
            };
            let to = if saves {
                format!("/tasks/{instance}/{task}")
            } else {
                format!("/instances/{instance}")
            };
            Ok(page::onward(&site, &to, Some(&note)))
        }
        Err(error) => task_do::back(&site, &reader, &view, "edit", typed, error).await,
    }
}
