//! The one entrance: starting an instance, and every command on one.

use assent_core::command::{Actor, Command, Via};
use assent_core::value::Values;

use super::answer::{Answer, Seen};
use super::error::AppError;
use super::state::{App, not_ready};
use super::view::JsonMap;

impl App {
    /// Makes an instance with its first values, and submits it when `submit`.
    ///
    /// # Errors
    /// `NotFound` for an unknown flow, `Invalid` for values that do not fit, `Refused` when this person may not start it.
    pub async fn start(
        &self,
        flow: &str,
        actor: Actor,
        via: Via,
        values: &JsonMap,
        submit: bool,
        key: Option<String>,
    ) -> Result<Answer, AppError> {
        let _ = (flow, actor, via, values, submit, key);
        not_ready("start")
    }

    /// Decides a command and answers once it is on disk. On a race it decides again on fresh state.
    ///
    /// # Errors
    /// `Refused` with the engine's reason; `NotFound`; `Busy`; `Unavailable`.
    pub async fn command(&self, instance: &str, command: Command) -> Result<Answer, AppError> {
        self.command_seen(instance, command, Seen::default()).await
    }

    /// The same for a decision on a page or by a link: refused as `record_changed` or `old_round` when the person saw something else.
    ///
    /// # Errors
    /// As [`App::command`].
    pub async fn command_seen(
        &self,
        instance: &str,
        command: Command,
        seen: Seen,
    ) -> Result<Answer, AppError> {
        let _ = (instance, command, seen);
        not_ready("command")
    }

    /// Reads JSON values (from a form or the API) by the types of this instance's fields, the state's `ask:` fields included:
    /// what goes into a command's `set`.
    ///
    /// # Errors
    /// `Invalid` with every value that does not fit; `NotFound`.
    pub async fn read_values(
        &self,
        instance: &str,
        task: Option<u32>,
        values: &JsonMap,
    ) -> Result<Values, AppError> {
        let _ = (instance, task, values);
        not_ready("read_values")
    }

    /// Something happened outside: wakes every instance that waits for this event on this record (by record id or title field).
    /// Answers how many were woken.
    ///
    /// # Errors
    /// `NotFound` for an event no module declares.
    pub async fn happen(
        &self,
        event: &str,
        record: &str,
        payload: &JsonMap,
        key: Option<String>,
    ) -> Result<u32, AppError> {
        let _ = (event, record, payload, key);
        not_ready("happen")
    }
}
