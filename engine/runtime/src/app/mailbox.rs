//! The development mailbox: where mails go while no mail server is configured.

use assent_core::calendar::CN_OFFICE;
use assent_store::KeptMail;
use serde::Serialize;

use super::error::AppError;
use super::state::App;
use super::view::When;
use crate::mail::{Letter, parts_of};
use crate::view::when;

/// Most mails of a list.
const LISTED_MAX: u32 = 200;

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
        let mails = self
            .store()
            .kept_mails(None, None, limit.min(LISTED_MAX))
            .await?;
        Ok(mails
            .into_iter()
            .map(|mail| self.mailbox_item(mail))
            .collect())
    }

    /// One mail.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn mailbox_mail(&self, id: &str) -> Result<MailboxMail, AppError> {
        let mail = self
            .store()
            .kept_mail(id)
            .await?
            .ok_or(AppError::NotFound)?;
        let (text, html) = parts_of(&mail.raw);
        let raw = mail.raw.clone();
        Ok(MailboxMail {
            item: self.mailbox_item(mail),
            text,
            html,
            raw,
        })
    }

    pub(crate) async fn keep_in_mailbox(
        &self,
        letter: &Letter,
        raw: &[u8],
    ) -> Result<(), AppError> {
        let mail = KeptMail {
            id: self.new_id(),
            at: letter.at,
            recipient: letter.to_address.clone(),
            subject: letter.subject.clone(),
            instance: letter.thread.clone().unwrap_or_default(),
            raw: String::from_utf8_lossy(raw).into_owned(),
        };
        Ok(self.store().keep_mail(&mail).await?)
    }

    fn mailbox_item(&self, mail: KeptMail) -> MailboxItem {
        MailboxItem {
            id: mail.id,
            to: mail.recipient,
            subject: mail.subject,
            at: when(mail.at, &self.calendar(CN_OFFICE)),
        }
    }
}
