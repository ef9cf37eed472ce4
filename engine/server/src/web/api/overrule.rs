//! Overruling a flow: `dry_run` says what would happen, the same call with the preview's token does it.

use std::sync::Arc;

use assent_core::command::{Action, Actor, Command, Override, Via};
use assent_runtime::app::Tending;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};

use super::mistake;
use super::read::Body;
use super::shape::{Accepted, HandOverBody, LetterBody, OverrideBody};
use super::{Answer, Writer, json, key};
use crate::web::guard::faults::Problem;
use crate::web::{Fault, Reader, Site};

/// Terminate, suspend, resume, jump, reassign, skip or retry, by the flow's owner or an administrator.
#[utoipa::path(post, path = "/api/v1/instances/{id}/override/{verb}", tag = "administration",
    params(("id" = String, Path), ("verb" = String, Path, description = "`terminate`, `suspend`, `resume`, `jump`, `reassign`, `skip`, `retry`")),
    request_body = OverrideBody,
    responses((status = 200, description = "With `dry_run` the preview and its token, else what was done"), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem)))]
pub async fn overrule(
    State(site): State<Arc<Site>>,
    writer: Writer,
    Path((id, verb)): Path<(String, String)>,
    headers: HeaderMap,
    Body(body): Body<OverrideBody>,
) -> Answer {
    let act = act(&verb, &body).ok_or_else(Fault::not_found)??;
    let command = Command {
        actor: Actor::Person(writer.0.id.clone()),
        via: Via::Api,
        action: Action::Override {
            act,
            reason: body.reason,
        },
        key: key(&writer, &headers, body.idempotency_key.as_deref())?,
    };
    if body.dry_run {
        return json(StatusCode::OK, &site.app.preview(&id, &command).await?);
    }
    let token = body.token.unwrap_or_default();
    let done = site.app.confirm(&id, command, &token).await?;
    json(StatusCode::OK, &Accepted::from(&done))
}

/// The override that a path and its body name; none for an unknown verb.
fn act(verb: &str, body: &OverrideBody) -> Option<Result<Override, Fault>> {
    let text = |value: &Option<String>, name: &str| {
        let given = value.clone().filter(|value| !value.is_empty());
        given.ok_or_else(|| mistake::missing(name))
    };
    let act = match verb {
        "terminate" => Ok(Override::Terminate),
        "suspend" => Ok(Override::Suspend),
        "resume" => Ok(Override::Resume),
        "jump" => text(&body.to, "to").map(|to| Override::Jump { to }),
        "skip" => text(&body.state, "state").map(|state| Override::Skip { state }),
        "retry" => text(&body.state, "state").map(|state| Override::Retry { state }),
        "reassign" => text(&body.to, "to").and_then(|to| {
            let task = body.task.ok_or_else(|| mistake::missing("task"))?;
            Ok(Override::Reassign { task, to })
        }),
        _ => return None,
    };
    Some(act)
}

/// What an administrator must look at, each with its reason and what to do.
#[utoipa::path(get, path = "/api/v1/stuck", tag = "administration",
    responses((status = 200, description = "Held instances, tasks that wait for somebody's return, dead letters, failed checks"), (status = 403, body = Problem)))]
pub async fn stuck(State(site): State<Arc<Site>>, reader: Reader) -> Answer {
    if !reader.visit.admin {
        return Err(Fault::admins_only());
    }
    json(StatusCode::OK, &site.app.stuck().await?)
}

/// What could not be delivered.
#[utoipa::path(get, path = "/api/v1/dead-letters", tag = "administration",
    responses((status = 200, description = "At most 200, by id"), (status = 403, body = Problem)))]
pub async fn dead_letters(State(site): State<Arc<Site>>, reader: Reader) -> Answer {
    let letters = site.app.dead_letters(&reader.id, None, 200).await?;
    json(StatusCode::OK, &letters)
}

/// Sends a dead letter again or drops it, with a reason that stays in the trail; `dry_run` only says which one.
#[utoipa::path(post, path = "/api/v1/dead-letters/{id}/{verb}", tag = "administration",
    params(("id" = String, Path), ("verb" = String, Path, description = "`resend`, `drop`")),
    request_body = LetterBody,
    responses((status = 200), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn tend(
    State(site): State<Arc<Site>>,
    writer: Writer,
    Path((id, verb)): Path<(String, String)>,
    Body(body): Body<LetterBody>,
) -> Answer {
    let tending = match verb.as_str() {
        "resend" => Tending::Resend,
        "drop" => Tending::Drop,
        _ => return Err(Fault::not_found()),
    };
    let by = &writer.0.id;
    let tended = site.app.tend(by, &id, tending, &body.reason, body.dry_run);
    json(StatusCode::OK, &tended.await?)
}

/// What somebody's leaving affects: tasks, flows that would find nobody, and a proposed successor.
#[utoipa::path(get, path = "/api/v1/people/{id}/leaving", tag = "administration", params(("id" = String, Path)),
    responses((status = 200), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn leaving(
    State(site): State<Arc<Site>>,
    reader: Reader,
    Path(person): Path<String>,
) -> Answer {
    let leaving = site.app.leaving(&reader.id, &person).await?;
    json(StatusCode::OK, &leaving)
}

/// Hands all open tasks of somebody over, with a result a task.
#[utoipa::path(post, path = "/api/v1/people/{id}/hand-over", tag = "administration", params(("id" = String, Path)),
    request_body = HandOverBody, responses((status = 200), (status = 403, body = Problem), (status = 412, body = Problem)))]
pub async fn hand_over(
    State(site): State<Arc<Site>>,
    writer: Writer,
    Path(leaver): Path<String>,
    Body(body): Body<HandOverBody>,
) -> Answer {
    let (by, to, why) = (&writer.0.id, &body.to, &body.reason);
    let done = if body.dry_run {
        site.app
            .hand_over_preview(by, Via::Api, &leaver, to, why)
            .await?
    } else {
        let token = body.token.unwrap_or_default();
        site.app
            .hand_over(by, Via::Api, &leaver, to, why, &token)
            .await?
    };
    json(StatusCode::OK, &done)
}
