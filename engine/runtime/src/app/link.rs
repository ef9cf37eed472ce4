//! Approval links: random, hashed, bound to person, task, round and record; never an identity, never a decision.

use assent_core::text::Text;
use serde::Serialize;

use super::config::Secret;
use super::error::AppError;
use super::state::{App, not_ready};
use super::view::When;

/// What a link leads to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Redeemed {
    /// The person it was mailed to.
    pub person: String,
    /// Their name, masked for others: `张*`.
    pub person_masked: String,
    /// The instance.
    pub instance: String,
    /// The task.
    pub task: u32,
    /// How things stand; each has its own page.
    pub state: LinkState,
    /// `after_sign_in`, `code` or `link`: how the flow lets a mail decide here.
    pub decide: &'static str,
}

/// How things stand with a link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum LinkState {
    /// The task waits for this person.
    Open,
    /// The task is open and the record changed since the mail: these fields, to be read again.
    Changed {
        /// Field, before, now: labels and shown values.
        fields: Vec<super::task::ChangedFact>,
    },
    /// The task is over.
    Decided {
        /// "王物流 于 … 同意".
        words: Text,
        /// When.
        at: When,
    },
    /// Somebody else holds it now.
    PassedOn,
    /// A newer round is under way; the person's task there, if any.
    OldRound {
        /// The task to go to.
        now: Option<u32>,
    },
    /// Too old: a fresh one can be mailed.
    Expired,
}

impl App {
    /// Looks a link's token up. Changes nothing: a scanner may do this as often as it likes.
    ///
    /// # Errors
    /// `NotFound` for a token that was never issued (or whose instance is gone).
    pub async fn redeem_link(&self, token: &str) -> Result<Redeemed, AppError> {
        let _ = token;
        not_ready("redeem_link")
    }

    /// Makes a link's token for an open task's assignee; the newest two of a task stay alive.
    ///
    /// # Errors
    /// `NotFound` when the task is not open.
    pub async fn issue_link(&self, instance: &str, task: u32) -> Result<Secret, AppError> {
        let _ = (instance, task);
        not_ready("issue_link")
    }

    /// Mails a fresh link to the registered address of whoever an expired one belonged to.
    ///
    /// # Errors
    /// `NotFound`; `TooMany` after three in an hour.
    pub async fn mail_fresh_link(&self, token: &str) -> Result<(), AppError> {
        let _ = token;
        not_ready("mail_fresh_link")
    }
}
