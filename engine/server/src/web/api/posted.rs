//! A verb that was posted on an instance or a task: where, by whom, with which key, and what the body says.

use std::sync::Arc;

use assent_core::command::{Action, Actor, Command, Via};
use assent_core::value::Values;
use assent_runtime::app::{JsonMap, Seen};
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::StatusCode;
use serde::de::DeserializeOwned;

use super::bodies::{
    AskBody, CommentBody, CopyBody, DecisionBody, PersonBody, SaidBody, SignerBody, ToBody,
};
use super::read::Body;
use super::shape::{Accepted, ActBody, ReturnBody, SetBody, WordsBody};
use super::{Answer, Writer, json, key};
use crate::web::{Fault, Site};

/// A body that may bring its command's idempotency key.
pub trait Keyed {
    /// It.
    fn key(&self) -> Option<&str>;
}

macro_rules! keyed {
    ($($body:ty),* $(,)?) => {
        $(impl Keyed for $body {
            fn key(&self) -> Option<&str> {
                self.idempotency_key.as_deref()
            }
        })*
    };
}
keyed!(
    ActBody,
    AskBody,
    CommentBody,
    CopyBody,
    DecisionBody,
    PersonBody,
    ReturnBody,
    SaidBody,
    SetBody,
    SignerBody,
    ToBody,
    WordsBody,
);

/// Who sends a command to which instance.
pub struct Sender {
    pub site: Arc<Site>,
    pub writer: Writer,
    pub instance: String,
    pub key: Option<String>,
}

impl Sender {
    /// Values of the body by the instance's form; with a task, by what that task may write.
    ///
    /// # Errors
    /// When a value is not one of its field's.
    pub async fn values(&self, task: Option<u32>, set: &JsonMap) -> Result<Values, Fault> {
        if set.is_empty() {
            return Ok(Values::new());
        }
        let values = self.site.app.read_values(&self.instance, task, set);
        Ok(values.await?)
    }

    /// Sends the command.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn send(self, action: Action) -> Answer {
        let (site, instance) = (Arc::clone(&self.site), self.instance.clone());
        let command = self.command(action);
        let done = site.app.command_seen(&instance, command, Seen::default());
        json(StatusCode::OK, &Accepted::from(&done.await?))
    }

    /// The command of a person who came by the API.
    pub fn command(self, action: Action) -> Command {
        Command {
            actor: Actor::Person(self.writer.0.id),
            via: Via::Api,
            action,
            key: self.key,
        }
    }
}

/// Posted on a task.
pub struct OnTask<B> {
    pub sender: Sender,
    pub task: u32,
    pub body: B,
}

/// Posted on an instance.
pub struct OnInstance<B> {
    pub sender: Sender,
    pub body: B,
}

/// The path's parts, the sender on the instance that `instance` finds in them, and the body.
async fn posted<P, B>(
    request: Request,
    site: &Arc<Site>,
    instance: fn(&P) -> &String,
) -> Result<(P, Sender, B), Fault>
where
    P: DeserializeOwned + Send,
    B: DeserializeOwned + Keyed,
{
    let (mut parts, body) = request.into_parts();
    let writer = Writer::from_request_parts(&mut parts, site).await?;
    let path = Path::<P>::from_request_parts(&mut parts, site).await;
    let Path(path) = path.map_err(|_| Fault::not_found())?;
    let headers = parts.headers.clone();
    let request = Request::from_parts(parts, body);
    let Body(body) = Body::<B>::from_request(request, site).await?;
    let sender = Sender {
        site: Arc::clone(site),
        key: key(&writer, &headers, body.key())?,
        writer,
        instance: instance(&path).clone(),
    };
    Ok((path, sender, body))
}

impl<B: DeserializeOwned + Keyed> FromRequest<Arc<Site>> for OnTask<B> {
    type Rejection = Fault;

    async fn from_request(request: Request, site: &Arc<Site>) -> Result<Self, Fault> {
        let ((_, task), sender, body) =
            posted::<(String, u32), B>(request, site, |path| &path.0).await?;
        Ok(Self { sender, task, body })
    }
}

impl<B: DeserializeOwned + Keyed> FromRequest<Arc<Site>> for OnInstance<B> {
    type Rejection = Fault;

    async fn from_request(request: Request, site: &Arc<Site>) -> Result<Self, Fault> {
        let (_, sender, body) = posted::<String, B>(request, site, |path| path).await?;
        Ok(Self { sender, body })
    }
}
