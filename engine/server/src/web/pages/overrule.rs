//! Overruling an instance: choose, see what would happen, confirm. Three plain forms, no script.

use std::sync::Arc;

use assent_core::command::{Action, Actor, Command, Override, Via};
use assent_core::text::Lang;
use assent_runtime::app::{AppError, InstanceView, OverrideView};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use super::Answer;
use crate::web::form::Typed;
use crate::web::model::Note;
use crate::web::model::sheet::Hidden;
use crate::web::page::{self, Page};
use crate::web::posted::Posted;
use crate::web::{Fault, Reader, Site, words};

#[derive(Serialize)]
struct Model {
    title: String,
    back: String,
    action: String,
    error: String,
    groups: Vec<Group>,
    people: Vec<Choice>,
    to: String,
    reason: String,
    /// What would happen, once something was chosen.
    preview: Option<Preview>,
}

#[derive(Serialize)]
struct Group {
    label: String,
    choices: Vec<Choice>,
}

#[derive(Clone, Serialize)]
struct Choice {
    value: String,
    label: String,
    on: bool,
}

#[derive(Serialize)]
struct Preview {
    heading: String,
    lines: Vec<String>,
    hidden: Vec<Hidden>,
    button: String,
}

/// What is chosen already: `?act=retry`, `?act=reassign:3`.
#[derive(Debug, Default, Deserialize)]
pub struct Ask {
    #[serde(default)]
    act: String,
}

/// `GET /instances/{id}/override`
pub async fn show(
    State(site): State<Arc<Site>>,
    reader: Reader,
    Path(id): Path<String>,
    Query(ask): Query<Ask>,
) -> Answer {
    let view = site.app.instance_view(&reader.id, &id).await?;
    let failed = view.overrides.as_ref().and_then(|can| can.retry.first());
    let chosen = match ask.act.as_str() {
        "retry" => failed.map(|one| format!("retry:{}", one.state)),
        act => Some(act.to_owned()).filter(|act| act.starts_with("reassign:")),
    };
    let chosen = chosen.map(|act| ("act".to_owned(), act));
    let typed = Typed(chosen.into_iter().collect());
    drawn(&site, &reader, &view, &typed, None, None)
}

/// `POST /instances/{id}/override`: without a token the preview, with one the deed.
pub async fn act(
    State(site): State<Arc<Site>>,
    reader: Reader,
    Path(id): Path<String>,
    posted: Posted,
) -> Answer {
    let typed = posted.typed;
    let lang = reader.visit.lang;
    let view = site.app.instance_view(&reader.id, &id).await?;
    let Some(act) = chosen(&typed) else {
        let text = words::word(lang, "override.choose_first").to_owned();
        return drawn(&site, &reader, &view, &typed, Some(text), None);
    };
    let command = Command {
        actor: Actor::Person(reader.id.clone()),
        via: Via::Page,
        action: Action::Override {
            act,
            reason: typed.text("reason").trim().to_owned(),
        },
        key: None,
    };
    let token = typed.text("token");
    if token.is_empty() {
        return match site.app.preview(&id, &command).await {
            Ok(seen) => {
                let lines = seen.words.iter().map(|line| line.get(lang).to_owned());
                let preview = previewed(&typed, lines.collect(), seen.token, lang);
                drawn(&site, &reader, &view, &typed, None, Some(preview))
            }
            Err(error) => refused(&site, &reader, &view, &typed, error),
        };
    }
    match site.app.confirm(&id, command, token).await {
        Ok(done) => {
            let note = Note {
                tone: "ok".to_owned(),
                icon: "circle-check".to_owned(),
                text: done.message.get(lang).to_owned(),
                ..Note::default()
            };
            let to = format!("/instances/{id}");
            Ok(page::onward(&site, &to, Some(&note)))
        }
        Err(error) => refused(&site, &reader, &view, &typed, error),
    }
}

fn refused(
    site: &Site,
    reader: &Reader,
    view: &InstanceView,
    typed: &Typed,
    error: AppError,
) -> Answer {
    match error {
        AppError::Refused(_) | AppError::Busy => {
            let text = error.message().get(reader.visit.lang).to_owned();
            drawn(site, reader, view, typed, Some(text), None)
        }
        error => Err(error.into()),
    }
}

/// `suspend`, `jump:state`, `reassign:3` …
fn chosen(typed: &Typed) -> Option<Override> {
    let what = typed.text("act");
    let (verb, about) = what.split_once(':').unwrap_or((what, ""));
    let about = about.to_owned();
    Some(match verb {
        "terminate" => Override::Terminate,
        "suspend" => Override::Suspend,
        "resume" => Override::Resume,
        "jump" => Override::Jump { to: about },
        "skip" => Override::Skip { state: about },
        "retry" => Override::Retry { state: about },
        "reassign" => Override::Reassign {
            task: about.parse().ok()?,
            to: typed.text("to").trim().to_owned(),
        },
        _ => return None,
    })
}

fn previewed(typed: &Typed, lines: Vec<String>, token: String, lang: Lang) -> Preview {
    let mut hidden: Vec<Hidden> = ["act", "to", "reason"]
        .into_iter()
        .map(|name| Hidden {
            name,
            value: typed.text(name).to_owned(),
        })
        .collect();
    hidden.push(Hidden {
        name: "token",
        value: token,
    });
    Preview {
        heading: words::word(lang, "override.preview").to_owned(),
        lines,
        hidden,
        button: words::word(lang, "override.confirm").to_owned(),
    }
}

fn drawn(
    site: &Site,
    reader: &Reader,
    view: &InstanceView,
    typed: &Typed,
    error: Option<String>,
    preview: Option<Preview>,
) -> Answer {
    let lang = reader.visit.lang;
    let Some(offered) = &view.overrides else {
        return Err(Fault::admins_only());
    };
    let failed = error.is_some();
    let model = Model {
        title: view.head.title.clone(),
        back: format!("/instances/{}", view.head.id),
        action: format!("/instances/{}/override", view.head.id),
        error: error.unwrap_or_default(),
        groups: groups(offered, typed.text("act"), lang),
        people: people(site),
        to: typed.text("to").to_owned(),
        reason: typed.text("reason").to_owned(),
        preview,
    };
    let page = Page {
        title: words::word(lang, "override.title").to_owned(),
        place: "instances",
        where_: view.head.flow_name.get(lang).to_owned(),
        ..Page::default()
    };
    let mut response = page::answer(site, &reader.visit, "pages/override", page, &model)?;
    if failed {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

fn groups(offered: &OverrideView, on: &str, lang: Lang) -> Vec<Group> {
    let choice = |value: String, label: &str| Choice {
        on: value == on,
        value,
        label: label.to_owned(),
    };
    let mut whole = vec![];
    if offered.suspend {
        whole.push("suspend");
    }
    if offered.resume {
        whole.push("resume");
    }
    whole.push("terminate");
    let word = |key: &str| words::word(lang, &format!("override.{key}")).to_owned();
    let whole = whole.into_iter();
    let mut groups = vec![Group {
        label: word("whole"),
        choices: whole
            .map(|verb| choice(verb.to_owned(), &word(verb)))
            .collect(),
    }];
    for (verb, states) in [
        ("jump", &offered.jump),
        ("skip", &offered.skip),
        ("retry", &offered.retry),
    ] {
        let states = states.iter();
        groups.push(Group {
            label: word(verb),
            choices: states
                .map(|one| {
                    let name = one.name.get(lang);
                    choice(format!("{verb}:{}", one.state), name)
                })
                .collect(),
        });
    }
    let tasks = offered.reassign.iter();
    groups.push(Group {
        label: word("reassign"),
        choices: tasks
            .map(|one| {
                let name = format!("{} · {}", one.assignee.name, one.state.get(lang));
                choice(format!("reassign:{}", one.task), &name)
            })
            .collect(),
    });
    groups.retain(|group| !group.choices.is_empty());
    groups
}

fn people(site: &Site) -> Vec<Choice> {
    let directory = site.app.directory();
    let here = directory.people.values().filter(|person| person.active);
    here.map(|person| Choice {
        value: person.id.clone(),
        label: person.name.clone(),
        on: false,
    })
    .collect()
}
