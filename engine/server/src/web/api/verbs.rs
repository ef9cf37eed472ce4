//! What is done beside deciding: on a task of one's own, each verb at its own address.

use std::sync::Arc;

use assent_core::command::Action;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse as _;

use super::bodies::{AskBody, PersonBody, SaidBody, SignerBody, ToBody};
use super::posted::OnTask;
use super::shape::{Accepted, WordsBody};
use super::{Answer, Writer};
use crate::web::Site;
use crate::web::guard::faults::Problem;

/// Has somebody else prepare the decision; the task comes back with their opinion.
#[utoipa::path(post, path = "/api/v1/tasks/{instance}/{task}/delegate", tag = "tasks",
    params(("instance" = String, Path), ("task" = u32, Path)), request_body = ToBody,
    responses((status = 200, body = Accepted), (status = 403, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn delegate(OnTask { sender, task, body }: OnTask<ToBody>) -> Answer {
    let action = Action::Delegate {
        task,
        to: body.to,
        comment: body.comment,
    };
    sender.send(action).await
}

/// Asks another signer: before you, alongside, or after; with a vote or with an opinion.
#[utoipa::path(post, path = "/api/v1/tasks/{instance}/{task}/add-signer", tag = "tasks",
    params(("instance" = String, Path), ("task" = u32, Path)), request_body = SignerBody,
    responses((status = 200, body = Accepted), (status = 403, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn add_signer(OnTask { sender, task, body }: OnTask<SignerBody>) -> Answer {
    let action = Action::AddSigner {
        task,
        person: body.person,
        place: body.place.into(),
        role: body.role.into(),
        comment: body.comment,
    };
    sender.send(action).await
}

/// Asks somebody no more whom you added and who has not spoken yet.
#[utoipa::path(post, path = "/api/v1/tasks/{instance}/{task}/remove-signer", tag = "tasks",
    params(("instance" = String, Path), ("task" = u32, Path)), request_body = PersonBody,
    responses((status = 200, body = Accepted), (status = 403, body = Problem), (status = 422, body = Problem)))]
pub async fn remove_signer(OnTask { sender, task, body }: OnTask<PersonBody>) -> Answer {
    let action = Action::RemoveSigner {
        task,
        person: body.person,
        comment: body.comment,
    };
    sender.send(action).await
}

/// Gives the opinion you were asked for.
#[utoipa::path(post, path = "/api/v1/tasks/{instance}/{task}/advise", tag = "tasks",
    params(("instance" = String, Path), ("task" = u32, Path)), request_body = SaidBody,
    responses((status = 200, body = Accepted), (status = 403, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn advise(OnTask { sender, task, body }: OnTask<SaidBody>) -> Answer {
    let action = Action::Advise {
        task,
        comment: body.text,
    };
    sender.send(action).await
}

/// Takes a task out of the pool.
#[utoipa::path(post, path = "/api/v1/tasks/{instance}/{task}/claim", tag = "tasks",
    params(("instance" = String, Path), ("task" = u32, Path)), request_body = WordsBody,
    responses((status = 200, body = Accepted), (status = 403, body = Problem), (status = 409, body = Problem)))]
pub async fn claim(OnTask { sender, task, .. }: OnTask<WordsBody>) -> Answer {
    let action = Action::Claim { task };
    sender.send(action).await
}

/// Puts a claimed task back.
#[utoipa::path(post, path = "/api/v1/tasks/{instance}/{task}/give-back", tag = "tasks",
    params(("instance" = String, Path), ("task" = u32, Path)), request_body = WordsBody,
    responses((status = 200, body = Accepted), (status = 403, body = Problem), (status = 422, body = Problem)))]
pub async fn give_back(OnTask { sender, task, body }: OnTask<WordsBody>) -> Answer {
    let action = Action::GiveBack {
        task,
        comment: body.comment,
    };
    sender.send(action).await
}

/// Asks for information without deciding.
#[utoipa::path(post, path = "/api/v1/tasks/{instance}/{task}/ask", tag = "tasks",
    params(("instance" = String, Path), ("task" = u32, Path)), request_body = AskBody,
    responses((status = 200, body = Accepted), (status = 403, body = Problem), (status = 422, body = Problem)))]
pub async fn ask(OnTask { sender, task, body }: OnTask<AskBody>) -> Answer {
    let action = Action::Ask {
        task,
        to: body.to,
        question: body.question,
    };
    sender.send(action).await
}

/// Answers what you were asked.
#[utoipa::path(post, path = "/api/v1/tasks/{instance}/{task}/reply", tag = "tasks",
    params(("instance" = String, Path), ("task" = u32, Path)), request_body = SaidBody,
    responses((status = 200, body = Accepted), (status = 403, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn reply(OnTask { sender, task, body }: OnTask<SaidBody>) -> Answer {
    let action = Action::Reply {
        task,
        text: body.text,
    };
    sender.send(action).await
}

/// Ticks off a copy as read.
#[utoipa::path(post, path = "/api/v1/tasks/{instance}/{task}/read", tag = "tasks",
    params(("instance" = String, Path), ("task" = u32, Path)), request_body = WordsBody,
    responses((status = 200, body = Accepted), (status = 403, body = Problem), (status = 409, body = Problem)))]
pub async fn read(OnTask { sender, task, .. }: OnTask<WordsBody>) -> Answer {
    let action = Action::Read { task };
    sender.send(action).await
}

/// Takes your last decision back, as long as nobody has acted after you.
#[utoipa::path(post, path = "/api/v1/tasks/{instance}/{task}/take-back", tag = "tasks",
    params(("instance" = String, Path), ("task" = u32, Path)), request_body = WordsBody,
    responses((status = 200, body = Accepted), (status = 403, body = Problem), (status = 409, body = Problem)))]
pub async fn take_back(OnTask { sender, task, body }: OnTask<WordsBody>) -> Answer {
    let action = Action::TakeBack {
        task,
        comment: body.comment,
    };
    sender.send(action).await
}

/// Mails a code to your registered address; give it back as `proof` with this one decision.
#[utoipa::path(post, path = "/api/v1/tasks/{instance}/{task}/code", tag = "tasks",
    params(("instance" = String, Path), ("task" = u32, Path)),
    responses((status = 204), (status = 404, body = Problem), (status = 429, body = Problem)))]
pub async fn code(
    State(site): State<Arc<Site>>,
    writer: Writer,
    Path((instance, task)): Path<(String, u32)>,
) -> Answer {
    let (person, address) = (&writer.0.id, writer.0.visit.address.to_string());
    site.app
        .mail_step_up_code(person, &instance, task, &address)
        .await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
