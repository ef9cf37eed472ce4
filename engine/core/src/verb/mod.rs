//! Verbs: what a command may wish, one file each. A verb has a `check` that says whether it may happen (the same one
//! that makes buttons) and a `perform` that emits its events. To add a verb: an [`Action`], a file here, a line below.

mod act;
mod add_signer;
mod answer;
mod claim;
mod comment;
mod copy;
mod decide;
mod happen;
mod migrate;
mod opinion;
mod overrule;
mod proofs;
mod question;
mod recalculate;
mod receiver;
mod reopen;
mod retry;
mod return_to;
mod revoke;
mod shared;
mod start;
mod submit;
mod take_back;
mod transfer;
mod urge;
mod wake;
mod withdraw;

pub mod offer;

pub(crate) use act::{actions, only_action};
pub(crate) use decide::{forget_helpers, outcomes};
pub use overrule::Overrides;
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
            with,
        } => decide::perform(run, *task, *verdict, comment.as_deref(), set, with),
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
        Action::Comment {
            text,
            mention,
            files,
        } => comment::perform(run, text, mention, files),
        Action::Wake { reference } => wake::perform(run, reference),
        Action::Answer { call, answer } => answer::perform(run, *call, answer),
        Action::Happen { event, payload } => happen::perform(run, event, payload),
        Action::ChildEnded { child, outcome } => happen::child_ended(run, child, outcome),
        Action::Retry { comment, set } => retry::perform(run, comment.as_deref(), set),
        Action::StopChild { parent } => happen::stop(run, parent),
        Action::Migrate { to, map, reason } => migrate::perform(run, to, map, reason),
        Action::AddSigner {
            task,
            person,
            place,
            role,
            comment,
        } => add_signer::perform(run, *task, person, *place, *role, comment.as_deref()),
        Action::RemoveSigner {
            task,
            person,
            comment,
        } => add_signer::remove(run, *task, person, comment.as_deref()),
        Action::Delegate { task, to, comment } => {
            opinion::delegate(run, *task, to, comment.as_deref())
        }
        Action::Advise { task, comment } => opinion::advise(run, *task, comment),
        Action::Claim { task } => claim::claim(run, *task),
        Action::GiveBack { task, comment } => claim::give_back(run, *task, comment.as_deref()),
        Action::Copy { to, comment } => copy::perform(run, to, comment.as_deref()),
        Action::Read { task } => copy::read(run, *task),
        Action::Ask { task, to, question } => question::ask(run, *task, to.as_deref(), question),
        Action::Reply { task, text } => question::reply(run, *task, text),
        Action::TakeBack { task, comment } => take_back::perform(run, *task, comment.as_deref()),
        Action::Urge => urge::perform(run),
        Action::Reopen { comment } => reopen::perform(run, comment.as_deref()),
        Action::Revoke { comment } => revoke::perform(run, comment),
        Action::Override { act, reason } => overrule::perform(run, act, reason),
        Action::Recalculate => recalculate::perform(run),
    }
}

/// Does what was postponed; nothing for what no suspended instance keeps.
fn again(run: &mut Run<'_>, action: &Action) -> Result<(), Refusal> {
    match action {
        Action::Answer { call, answer } => answer::perform(run, *call, answer),
        Action::Happen { event, payload } => happen::perform(run, event, payload),
        Action::ChildEnded { child, outcome } => happen::child_ended(run, child, outcome),
        Action::Start { .. }
        | Action::Save { .. }
        | Action::Submit { .. }
        | Action::Decide { .. }
        | Action::Act { .. }
        | Action::Return { .. }
        | Action::Withdraw { .. }
        | Action::Transfer { .. }
        | Action::Comment { .. }
        | Action::Wake { .. }
        | Action::Retry { .. }
        | Action::Override { .. }
        | Action::Recalculate
        | Action::AddSigner { .. }
        | Action::RemoveSigner { .. }
        | Action::Delegate { .. }
        | Action::Advise { .. }
        | Action::Claim { .. }
        | Action::GiveBack { .. }
        | Action::Copy { .. }
        | Action::Read { .. }
        | Action::Ask { .. }
        | Action::Reply { .. }
        | Action::TakeBack { .. }
        | Action::Urge
        | Action::Reopen { .. }
        | Action::Revoke { .. }
        | Action::Migrate { .. }
        | Action::StopChild { .. } => Ok(()),
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
