//! `/api/v1/instances`.

use std::sync::Arc;

use assent_core::command::Action;
use assent_core::value::Values;
use assent_runtime::app::{InstanceFilter, InstanceView};
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse as _;
use serde::Deserialize;

use super::bodies::{CommentBody, CopyBody};
use super::posted::OnInstance;
use super::shape::{
    Accepted, ExpectedState, Explained, Instance, InstanceListRow, InstanceRows, SetBody, Standing,
    Trail, TrailEvent, WordsBody,
};
use super::{Answer, json};
use crate::web::guard::faults::Problem;
use crate::web::model::picture;
use crate::web::{Reader, Site};

/// Rows unless `limit` says otherwise, and at most.
const ROWS: u32 = 50;
const ROWS_MAX: u32 = 200;

/// Which instances.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Ask {
    flow: Option<String>,
    /// `running`, `held`, `ended` or an outcome.
    status: Option<String>,
    /// Standing in this state.
    state: Option<String>,
    /// Started by this person.
    applicant: Option<String>,
    /// The title contains this.
    text: Option<String>,
    cursor: Option<String>,
    /// At most 200.
    limit: Option<u32>,
}

/// Instances you may see, the latest change first.
#[utoipa::path(get, path = "/api/v1/instances", tag = "instances", params(Ask), responses((status = 200, body = InstanceRows)))]
pub async fn list(State(site): State<Arc<Site>>, reader: Reader, Query(ask): Query<Ask>) -> Answer {
    let filter = InstanceFilter {
        flow: ask.flow,
        status: ask.status,
        state: ask.state,
        applicant: ask.applicant,
        text: ask.text,
    };
    let limit = ask.limit.unwrap_or(ROWS).clamp(1, ROWS_MAX);
    let page = site
        .app
        .instances(&reader.id, &filter, ask.cursor.as_deref(), limit)
        .await?;
    let rows = InstanceRows {
        items: page.items.iter().map(InstanceListRow::from).collect(),
        next: page.next,
    };
    json(StatusCode::OK, &rows)
}

/// One instance with its record.
#[utoipa::path(get, path = "/api/v1/instances/{id}", tag = "instances", params(("id" = String, Path)),
    responses((status = 200, body = Instance), (status = 404, body = Problem)))]
pub async fn show(State(site): State<Arc<Site>>, reader: Reader, Path(id): Path<String>) -> Answer {
    let view = site.app.instance_view(&reader.id, &id).await?;
    let instance = Instance {
        head: (&view.head).into(),
        values: view.facts.iter().map(Into::into).collect(),
        standing: standing(&view),
        my_task: view.my_task,
        offers: view.offers.iter().map(Into::into).collect(),
    };
    json(StatusCode::OK, &instance)
}

fn standing(view: &InstanceView) -> Vec<Standing> {
    view.standing
        .iter()
        .map(|standing| Standing {
            state: standing.state.clone(),
            name: (&standing.name).into(),
            since: (&standing.since).into(),
            due: standing.due.as_ref().map(|due| due.at.0),
            due_because: super::because(standing.due.as_ref()),
            waiting_on: standing.waiting_on.iter().map(Into::into).collect(),
            progress: (&standing.progress).into(),
            children: standing.children.iter().map(Into::into).collect(),
            trouble: standing.trouble.as_ref().map(Into::into),
        })
        .collect()
}

/// Everything that happened, oldest first.
#[utoipa::path(get, path = "/api/v1/instances/{id}/history", tag = "instances", params(("id" = String, Path)),
    responses((status = 200, body = Trail)))]
pub async fn history(
    State(site): State<Arc<Site>>,
    reader: Reader,
    Path(id): Path<String>,
) -> Answer {
    let view = site.app.instance_view(&reader.id, &id).await?;
    json(
        StatusCode::OK,
        &Trail {
            items: view.timeline.iter().map(TrailEvent::from).collect(),
        },
    )
}

/// Why it stands where it stands, who is asked and why, what probably comes, what you can do and why not the rest.
#[utoipa::path(get, path = "/api/v1/instances/{id}/explain", tag = "instances", params(("id" = String, Path)),
    responses((status = 200, body = Explained)))]
pub async fn explain(
    State(site): State<Arc<Site>>,
    reader: Reader,
    Path(id): Path<String>,
) -> Answer {
    let view = site.app.instance_view(&reader.id, &id).await?;
    let explained = Explained {
        standing: standing(&view),
        decided_by: view
            .timeline
            .iter()
            .filter(|item| !item.because.is_empty())
            .map(TrailEvent::from)
            .collect(),
        expected: view
            .expected
            .iter()
            .map(|expected| ExpectedState {
                state: expected.state.clone(),
                name: (&expected.name).into(),
                people: expected.people.iter().map(Into::into).collect(),
                only_if: (&expected.only_if).into(),
                waits_for: (&expected.waits_for).into(),
            })
            .collect(),
        offers: view.offers.iter().map(Into::into).collect(),
    };
    json(StatusCode::OK, &explained)
}

/// The flow as a picture (SVG), with where the instance stands.
#[utoipa::path(get, path = "/api/v1/instances/{id}/diagram", tag = "instances", params(("id" = String, Path)),
    responses((status = 200, content_type = "image/svg+xml")))]
pub async fn diagram(
    State(site): State<Arc<Site>>,
    reader: Reader,
    Path(id): Path<String>,
) -> Answer {
    let view = site.app.instance_view(&reader.id, &id).await?;
    let svg = picture::of_instance(&site.app, &view, reader.visit.lang);
    Ok(([(header::CONTENT_TYPE, "image/svg+xml")], svg).into_response())
}

/// Saves a draft.
#[utoipa::path(post, path = "/api/v1/instances/{id}/save", tag = "instances", params(("id" = String, Path)), request_body = SetBody,
    responses((status = 200, body = Accepted), (status = 422, body = Problem)))]
pub async fn save(OnInstance { sender, body }: OnInstance<SetBody>) -> Answer {
    let set = sender.values(None, &body.set).await?;
    sender.send(Action::Save { set }).await
}

/// Submits a draft; after a return, again.
#[utoipa::path(post, path = "/api/v1/instances/{id}/submit", tag = "instances", params(("id" = String, Path)), request_body = SetBody,
    responses((status = 200, body = Accepted), (status = 422, body = Problem)))]
pub async fn submit(OnInstance { sender, body }: OnInstance<SetBody>) -> Answer {
    let set = sender.values(None, &body.set).await?;
    let action = Action::Submit {
        set,
        straight_back: body.straight_back,
    };
    sender.send(action).await
}

/// The applicant ends it.
#[utoipa::path(post, path = "/api/v1/instances/{id}/withdraw", tag = "instances", params(("id" = String, Path)), request_body = WordsBody,
    responses((status = 200, body = Accepted), (status = 409, body = Problem)))]
pub async fn withdraw(OnInstance { sender, body }: OnInstance<WordsBody>) -> Answer {
    let action = Action::Withdraw {
        comment: body.comment,
    };
    sender.send(action).await
}

/// Words for everybody who reads it; those who are mentioned get a copy.
#[utoipa::path(post, path = "/api/v1/instances/{id}/comment", tag = "instances", params(("id" = String, Path)), request_body = CommentBody,
    responses((status = 200, body = Accepted), (status = 403, body = Problem), (status = 422, body = Problem)))]
pub async fn comment(OnInstance { sender, body }: OnInstance<CommentBody>) -> Answer {
    let action = Action::Comment {
        text: body.comment,
        mention: body.mention,
        files: body.files,
    };
    sender.send(action).await
}

/// Informs people; each gets a copy to read.
#[utoipa::path(post, path = "/api/v1/instances/{id}/copy", tag = "instances", params(("id" = String, Path)), request_body = CopyBody,
    responses((status = 200, body = Accepted), (status = 403, body = Problem), (status = 422, body = Problem)))]
pub async fn copy(OnInstance { sender, body }: OnInstance<CopyBody>) -> Answer {
    let action = Action::Copy {
        to: body.to,
        comment: body.comment,
    };
    sender.send(action).await
}

/// The applicant asks those it waits on to hurry, not too often.
#[utoipa::path(post, path = "/api/v1/instances/{id}/urge", tag = "instances", params(("id" = String, Path)), request_body = WordsBody,
    responses((status = 200, body = Accepted), (status = 403, body = Problem), (status = 409, body = Problem)))]
pub async fn urge(OnInstance { sender, .. }: OnInstance<WordsBody>) -> Answer {
    sender.send(Action::Urge).await
}

/// The applicant opens a rejected case again.
#[utoipa::path(post, path = "/api/v1/instances/{id}/reopen", tag = "instances", params(("id" = String, Path)), request_body = WordsBody,
    responses((status = 200, body = Accepted), (status = 403, body = Problem), (status = 409, body = Problem)))]
pub async fn reopen(OnInstance { sender, body }: OnInstance<WordsBody>) -> Answer {
    let action = Action::Reopen {
        comment: body.comment,
    };
    sender.send(action).await
}

/// The applicant or the flow's owner asks to revoke what was approved; another flow decides on it.
#[utoipa::path(post, path = "/api/v1/instances/{id}/revoke", tag = "instances", params(("id" = String, Path)), request_body = WordsBody,
    responses((status = 200, body = Accepted), (status = 403, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn revoke(OnInstance { sender, body }: OnInstance<WordsBody>) -> Answer {
    let action = Action::Revoke {
        comment: body.comment.unwrap_or_default(),
    };
    sender.send(action).await
}

/// The owner lets a held instance try again.
#[utoipa::path(post, path = "/api/v1/instances/{id}/retry", tag = "instances", params(("id" = String, Path)), request_body = WordsBody,
    responses((status = 200, body = Accepted), (status = 403, body = Problem)))]
pub async fn retry(OnInstance { sender, body }: OnInstance<WordsBody>) -> Answer {
    let action = Action::Retry {
        comment: body.comment,
        set: Values::new(),
    };
    sender.send(action).await
}
