//! What is done beside deciding: on a task of one's own, each verb at its own address.

use std::sync::Arc;

use assent_core::command::Action;
use assent_runtime::app::Seen;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse as _;

use super::bodies::{AskBody, PersonBody, SaidBody, SignerBody, ToBody};
use super::read::Body;
use super::shape::{Accepted, WordsBody};
use super::tasks::send;
use super::{Answer, Writer, key};
use crate::web::Site;
use crate::web::guard::faults::Problem;

/// Where a task's verb was posted, and by whom.
type At = Path<(String, u32)>;

/// Has somebody else prepare the decision; the task comes back with their opinion.
#[utoipa::path(post, path = "/api/v1/tasks/{instance}/{task}/delegate", tag = "tasks",
    params(("instance" = String, Path), ("task" = u32, Path)), request_body = ToBody,
    responses((status = 200, body = Accepted), (status = 403, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn delegate(
    State(site): State<Arc<Site>>,
    writer: Writer,
    at: At,
    headers: HeaderMap,
    Body(body): Body<ToBody>,
) -> Answer {
    let Path((instance, task)) = at;
    let action = Action::Delegate {
        task,
        to: body.to,
        comment: body.comment,
    };
    let key = key(&writer, &headers, body.idempotency_key.as_deref())?;
    send(&site, &writer, &instance, action, key, Seen::default()).await
}

/// Asks another signer: before you, alongside, or after; with a vote or with an opinion.
#[utoipa::path(post, path = "/api/v1/tasks/{instance}/{task}/add-signer", tag = "tasks",
    params(("instance" = String, Path), ("task" = u32, Path)), request_body = SignerBody,
    responses((status = 200, body = Accepted), (status = 403, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn add_signer(
    State(site): State<Arc<Site>>,
    writer: Writer,
    at: At,
    headers: HeaderMap,
    Body(body): Body<SignerBody>,
) -> Answer {
    let Path((instance, task)) = at;
    let action = Action::AddSigner {
        task,
        person: body.person,
        place: body.place.into(),
        role: body.role.into(),
        comment: body.comment,
    };
    let key = key(&writer, &headers, body.idempotency_key.as_deref())?;
    send(&site, &writer, &instance, action, key, Seen::default()).await
}

/// Asks somebody no more whom you added and who has not spoken yet.
#[utoipa::path(post, path = "/api/v1/tasks/{instance}/{task}/remove-signer", tag = "tasks",
    params(("instance" = String, Path), ("task" = u32, Path)), request_body = PersonBody,
    responses((status = 200, body = Accepted), (status = 403, body = Problem), (status = 422, body = Problem)))]
pub async fn remove_signer(
    State(site): State<Arc<Site>>,
    writer: Writer,
    at: At,
    headers: HeaderMap,
    Body(body): Body<PersonBody>,
) -> Answer {
    let Path((instance, task)) = at;
    let action = Action::RemoveSigner {
        task,
        person: body.person,
        comment: body.comment,
    };
    let key = key(&writer, &headers, body.idempotency_key.as_deref())?;
    send(&site, &writer, &instance, action, key, Seen::default()).await
}

/// Gives the opinion you were asked for.
#[utoipa::path(post, path = "/api/v1/tasks/{instance}/{task}/advise", tag = "tasks",
    params(("instance" = String, Path), ("task" = u32, Path)), request_body = SaidBody,
    responses((status = 200, body = Accepted), (status = 403, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn advise(
    State(site): State<Arc<Site>>,
    writer: Writer,
    at: At,
    headers: HeaderMap,
    Body(body): Body<SaidBody>,
) -> Answer {
    let Path((instance, task)) = at;
    let action = Action::Advise {
        task,
        comment: body.text,
    };
    let key = key(&writer, &headers, body.idempotency_key.as_deref())?;
    send(&site, &writer, &instance, action, key, Seen::default()).await
}

/// Takes a task out of the pool.
#[utoipa::path(post, path = "/api/v1/tasks/{instance}/{task}/claim", tag = "tasks",
    params(("instance" = String, Path), ("task" = u32, Path)), request_body = WordsBody,
    responses((status = 200, body = Accepted), (status = 403, body = Problem), (status = 409, body = Problem)))]
pub async fn claim(
    State(site): State<Arc<Site>>,
    writer: Writer,
    at: At,
    headers: HeaderMap,
    Body(body): Body<WordsBody>,
) -> Answer {
    let Path((instance, task)) = at;
    let key = key(&writer, &headers, body.idempotency_key.as_deref())?;
    let action = Action::Claim { task };
    send(&site, &writer, &instance, action, key, Seen::default()).await
}

/// Puts a claimed task back.
#[utoipa::path(post, path = "/api/v1/tasks/{instance}/{task}/give-back", tag = "tasks",
    params(("instance" = String, Path), ("task" = u32, Path)), request_body = WordsBody,
    responses((status = 200, body = Accepted), (status = 403, body = Problem), (status = 422, body = Problem)))]
pub async fn give_back(
    State(site): State<Arc<Site>>,
    writer: Writer,
    at: At,
    headers: HeaderMap,
    Body(body): Body<WordsBody>,
) -> Answer {
    let Path((instance, task)) = at;
    let action = Action::GiveBack {
        task,
        comment: body.comment,
    };
    let key = key(&writer, &headers, body.idempotency_key.as_deref())?;
    send(&site, &writer, &instance, action, key, Seen::default()).await
}

/// Asks for information without deciding.
#[utoipa::path(post, path = "/api/v1/tasks/{instance}/{task}/ask", tag = "tasks",
    params(("instance" = String, Path), ("task" = u32, Path)), request_body = AskBody,
    responses((status = 200, body = Accepted), (status = 403, body = Problem), (status = 422, body = Problem)))]
pub async fn ask(
    State(site): State<Arc<Site>>,
    writer: Writer,
    at: At,
    headers: HeaderMap,
    Body(body): Body<AskBody>,
) -> Answer {
    let Path((instance, task)) = at;
    let action = Action::Ask {
        task,
        to: body.to,
        question: body.question,
    };
    let key = key(&writer, &headers, body.idempotency_key.as_deref())?;
    send(&site, &writer, &instance, action, key, Seen::default()).await
}

/// Answers what you were asked.
#[utoipa::path(post, path = "/api/v1/tasks/{instance}/{task}/reply", tag = "tasks",
    params(("instance" = String, Path), ("task" = u32, Path)), request_body = SaidBody,
    responses((status = 200, body = Accepted), (status = 403, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn reply(
    State(site): State<Arc<Site>>,
    writer: Writer,
    at: At,
    headers: HeaderMap,
    Body(body): Body<SaidBody>,
) -> Answer {
    let Path((instance, task)) = at;
    let action = Action::Reply {
        task,
        text: body.text,
    };
    let key = key(&writer, &headers, body.idempotency_key.as_deref())?;
    send(&site, &writer, &instance, action, key, Seen::default()).await
}

/// Ticks off a copy as read.
#[utoipa::path(post, path = "/api/v1/tasks/{instance}/{task}/read", tag = "tasks",
    params(("instance" = String, Path), ("task" = u32, Path)), request_body = WordsBody,
    responses((status = 200, body = Accepted), (status = 403, body = Problem), (status = 409, body = Problem)))]
pub async fn read(
    State(site): State<Arc<Site>>,
    writer: Writer,
    at: At,
    headers: HeaderMap,
    Body(body): Body<WordsBody>,
) -> Answer {
    let Path((instance, task)) = at;
    let key = key(&writer, &headers, body.idempotency_key.as_deref())?;
    let action = Action::Read { task };
    send(&site, &writer, &instance, action, key, Seen::default()).await
}

/// Takes your last decision back, as long as nobody has acted after you.
#[utoipa::path(post, path = "/api/v1/tasks/{instance}/{task}/take-back", tag = "tasks",
    params(("instance" = String, Path), ("task" = u32, Path)), request_body = WordsBody,
    responses((status = 200, body = Accepted), (status = 403, body = Problem), (status = 409, body = Problem)))]
pub async fn take_back(
    State(site): State<Arc<Site>>,
    writer: Writer,
    at: At,
    headers: HeaderMap,
    Body(body): Body<WordsBody>,
) -> Answer {
    let Path((instance, task)) = at;
    let action = Action::TakeBack {
        task,
        comment: body.comment,
    };
    let key = key(&writer, &headers, body.idempotency_key.as_deref())?;
    send(&site, &writer, &instance, action, key, Seen::default()).await
}

/// Mails a code to your registered address; give it back as `proof` with this one decision.
#[utoipa::path(post, path = "/api/v1/tasks/{instance}/{task}/code", tag = "tasks",
    params(("instance" = String, Path), ("task" = u32, Path)),
    responses((status = 204), (status = 404, body = Problem), (status = 429, body = Problem)))]
pub async fn code(State(site): State<Arc<Site>>, writer: Writer, at: At) -> Answer {
    let Path((instance, task)) = at;
    let (person, address) = (&writer.0.id, writer.0.visit.address.to_string());
    site.app
        .mail_step_up_code(person, &instance, task, &address)
        .await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
