//! `/api/v1/tasks`.

use std::sync::Arc;

use assent_core::command::{Action, DecideWith, ReturnTo, Verdict};
use assent_runtime::app::{Proof, Secret, Seen, Tab, TaskView};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde::Deserialize;

use super::bodies::{DecisionBody, ToBody};
use super::posted::OnTask;
use super::shape::{Accepted, ActBody, Decision, ReturnBody, Task, TaskRow, TaskRows};
use super::{Answer, json};
use crate::web::guard::faults::Problem;
use crate::web::{Fault, Reader, Site};

/// Rows unless `limit` says otherwise, and at most.
const ROWS: u32 = 50;
const ROWS_MAX: u32 = 200;

/// Which tasks.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Ask {
    /// `todo` (the default), `waiting`, `done`, `copies`.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    mine: Tab,
    /// Of this flow.
    flow: Option<String>,
    /// Where the last page ended.
    cursor: Option<String>,
    /// At most 200.
    limit: Option<u32>,
}

/// Your tasks.
#[utoipa::path(get, path = "/api/v1/tasks", tag = "tasks", params(Ask), responses((status = 200, body = TaskRows)))]
pub async fn list(State(site): State<Arc<Site>>, reader: Reader, Query(ask): Query<Ask>) -> Answer {
    let limit = ask.limit.unwrap_or(ROWS).clamp(1, ROWS_MAX);
    let page = site
        .app
        .inbox(
            &reader.id,
            ask.mine,
            ask.flow.as_deref(),
            ask.cursor.as_deref(),
            limit,
        )
        .await?;
    let rows = TaskRows {
        items: page.items.iter().map(TaskRow::from).collect(),
        next: page.next,
    };
    json(StatusCode::OK, &rows)
}

/// One task.
#[utoipa::path(get, path = "/api/v1/tasks/{instance}/{task}", tag = "tasks", params(("instance" = String, Path), ("task" = u32, Path)),
    responses((status = 200, body = Task), (status = 404, body = Problem)))]
pub async fn show(
    State(site): State<Arc<Site>>,
    reader: Reader,
    Path((instance, task)): Path<(String, u32)>,
) -> Answer {
    let view = site.app.task_view(&reader.id, &instance, task).await?;
    json(StatusCode::OK, &shape(&view))
}

fn shape(view: &TaskView) -> Task {
    Task {
        instance: (&view.instance.head).into(),
        task: view.task,
        open: view.open,
        kind: view.kind.clone(),
        state: view.state.clone(),
        state_name: (&view.state_name).into(),
        assignee: (&view.assignee).into(),
        round: view.round,
        facts_hash: view.facts_hash.clone(),
        due: view.due.as_ref().map(|due| due.at.0),
        candidates: view.candidates.iter().map(Into::into).collect(),
        waits_for: view.waits_for.as_ref().map(Into::into),
        asked: view.asked.as_ref().map(Into::into),
        opinions: view.opinions.iter().map(Into::into).collect(),
        changed: view.changed.iter().map(Into::into).collect(),
        due_because: super::because(view.due.as_ref()),
        why: view.why.iter().map(Into::into).collect(),
        values: view.instance.facts.iter().map(Into::into).collect(),
        offers: view.offers.iter().map(Into::into).collect(),
    }
}

/// Decides a task: the one way, for machines too. Refused when it is not yours, was decided, or the record changed.
#[utoipa::path(post, path = "/api/v1/tasks/{instance}/{task}/decision", tag = "tasks",
    params(("instance" = String, Path), ("task" = u32, Path)), request_body = DecisionBody,
    responses((status = 200, body = Accepted), (status = 403, body = Problem), (status = 409, body = Problem),
              (status = 412, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
pub async fn decide(OnTask { sender, task, body }: OnTask<DecisionBody>) -> Answer {
    let set = sender.values(Some(task), &body.set).await?;
    let verdict = match (body.decision, &body.outcome) {
        (Some(Decision::Reject), _) => Verdict::Reject,
        // An outcome says itself what it counts as.
        (Some(Decision::Approve), _) | (None, Some(_)) => Verdict::Approve,
        (None, None) => {
            return Err(Fault::new(StatusCode::UNPROCESSABLE_ENTITY, "no_decision"));
        }
    };
    let seen = Seen {
        facts: body.facts,
        round: body.round,
    };
    let action = Action::Decide {
        task,
        verdict,
        comment: body.comment,
        set,
        with: DecideWith {
            outcome: body.outcome,
            signature: body.signature,
            stepped_up: false,
            bulk: false,
        },
    };
    let proof = body.proof.map(|words| Proof {
        words: Secret(words),
        address: sender.writer.0.visit.address.to_string(),
    });
    let (site, instance) = (Arc::clone(&sender.site), sender.instance.clone());
    let command = sender.command(action);
    let done = site
        .app
        .command_proved(&instance, command, seen, proof.as_ref())
        .await?;
    json(StatusCode::OK, &Accepted::from(&done))
}

/// Takes a named action of a work task.
#[utoipa::path(post, path = "/api/v1/tasks/{instance}/{task}/act", tag = "tasks",
    params(("instance" = String, Path), ("task" = u32, Path)), request_body = ActBody,
    responses((status = 200, body = Accepted), (status = 422, body = Problem)))]
pub async fn act(OnTask { sender, task, body }: OnTask<ActBody>) -> Answer {
    let set = sender.values(Some(task), &body.set).await?;
    let action = Action::Act {
        task,
        action: body.action,
        comment: body.comment,
        set,
    };
    sender.send(action).await
}

/// Sends back for rework.
#[utoipa::path(post, path = "/api/v1/tasks/{instance}/{task}/return", tag = "tasks",
    params(("instance" = String, Path), ("task" = u32, Path)), request_body = ReturnBody,
    responses((status = 200, body = Accepted), (status = 422, body = Problem)))]
pub async fn send_back(OnTask { sender, task, body }: OnTask<ReturnBody>) -> Answer {
    let to = match body.to.as_str() {
        "applicant" => ReturnTo::Applicant,
        "previous" => ReturnTo::Previous,
        _ => ReturnTo::State(body.to),
    };
    let action = Action::Return {
        task,
        to,
        comment: body.comment,
    };
    sender.send(action).await
}

/// Hands a task to somebody else.
#[utoipa::path(post, path = "/api/v1/tasks/{instance}/{task}/transfer", tag = "tasks",
    params(("instance" = String, Path), ("task" = u32, Path)), request_body = ToBody,
    responses((status = 200, body = Accepted), (status = 422, body = Problem)))]
pub async fn transfer(OnTask { sender, task, body }: OnTask<ToBody>) -> Answer {
    let action = Action::Transfer {
        task,
        to: body.to,
        comment: body.comment,
    };
    sender.send(action).await
}
