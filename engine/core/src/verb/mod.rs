//! Verbs: what a command may wish, one file each. A verb has a `check` that says whether it may happen (the same one
//! that makes buttons) and a `perform` that emits its events. To add a verb: an [`Action`], a file here, a line below.

mod act;
mod answer;
mod comment;
mod decide;
mod happen;
mod migrate;
mod retry;
mod return_to;
mod shared;
mod start;
mod submit;
mod transfer;
mod wake;
mod withdraw;

pub mod offer;

pub(crate) use act::{actions, only_action};
pub(crate) use retry::again as try_again;

use crate::command::{Action, Command};
use crate::refusal::{Refusal, RefusalKind};
use crate::turn::{New, Run};

/// Performs a command's action. Ends without a catch-all: a verb that makes no sense is a refusal, never lost.
///
/// # Errors
/// The refusal of the verb's check.
pub fn perform(run: &mut Run<'_>, new: Option<&New>, command: &Command) -> Result<(), Refusal> {
    if let Action::Start { set, submit } = &command.action {
        let Some(new) = new else {
            return Err(already_started());
        };
        start::perform(run, new, set)?;
        return if *submit {
            submit::perform(run, &crate::value::Values::new(), false)
        } else {
            Ok(())
        };
    }
    if new.is_some() {
        return Err(not_started());
    }
    match &command.action {
        Action::Start { .. } => Err(already_started()),
        Action::Save { set } => submit::save(run, set),
        Action::Submit { set, straight_back } => submit::perform(run, set, *straight_back),
        Action::Decide {
            task,
            verdict,
            comment,
            set,
        } => decide::perform(run, *task, *verdict, comment.as_deref(), set),
        Action::Act {
            task,
            action,
            comment,
            set,
        } => act::perform(run, *task, action, comment.as_deref(), set),
        Action::Return { task, to, comment } => return_to::perform(run, *task, to, comment),
        Action::Withdraw { comment } => withdraw::perform(run, comment.as_deref()),
        Action::Transfer { task, to, comment } => {
            transfer::perform(run, *task, to, comment.as_deref())
        }
        Action::Comment { text } => comment::perform(run, text),
        Action::Wake { reference } => wake::perform(run, reference),
        Action::Answer { call, answer } => answer::perform(run, *call, answer),
        Action::Happen { event, payload } => happen::perform(run, event, payload),
        Action::ChildEnded { child, outcome } => happen::child_ended(run, child, outcome),
        Action::Retry { comment, set } => retry::perform(run, comment.as_deref(), set),
        Action::StopChild { parent } => happen::stop(run, parent),
        Action::Migrate { to, map, reason } => migrate::perform(run, to, map, reason),
    }
}

fn already_started() -> Refusal {
    Refusal::new(
        RefusalKind::TooLate,
        "already_started",
        "该流程实例已经存在。",
        "This instance exists already.",
    )
}

fn not_started() -> Refusal {
    Refusal::new(
        RefusalKind::NotFound,
        "not_started",
        "没有这个流程实例，请先发起。",
        "There is no such instance; start it first.",
    )
}
