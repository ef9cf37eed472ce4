//! The development mailbox: where mails go while no mail server is configured.

use serde::Serialize;

use super::error::AppError;
use super::state::{App, not_ready};
use super::view::When;

/// One mail in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MailboxItem {
    /// Id.
    pub id: String,
    /// Address.
    pub to: String,
    /// Subject.
    pub subject: String,
    /// When it was "sent".
    pub at: When,
}

/// One mail in full.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MailboxMail {
    /// As in the list.
    pub item: MailboxItem,
    /// The text part.
    pub text: String,
    /// The HTML part: shown in a sandboxed frame only.
    pub html: String,
    /// The message as it would have been sent.
    pub raw: String,
}

impl App {
    /// The latest mails, newest first.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn mailbox(&self, limit: u32) -> Result<Vec<MailboxItem>, AppError> {
        let _ = limit;
        not_ready("mailbox")
    }

    /// One mail.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn mailbox_mail(&self, id: &str) -> Result<MailboxMail, AppError> {
        let _ = id;
        not_ready("mailbox_mail")
    }
}
