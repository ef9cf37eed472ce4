//! Dead letters: what could not be delivered. An administrator sends one again or drops it, with a reason that stays in a chain
//! of its own.

use assent_core::apply::{CHAIN_START, link};
use assent_core::refusal::{Refusal, RefusalKind};
use assent_core::text::Text;
use assent_core::time::Moment;
use assent_core::write::EventRow;
use assent_store::DeadEffect;
use serde::Serialize;

use super::error::AppError;
use super::instance::InstanceHead;
use super::state::App;
use crate::workers::preview::preview;

/// Tries when somebody else does the same at the same time.
const AGAIN_MAX: u32 = 5;

/// A dead letter.
#[derive(Clone, Debug, Serialize)]
pub struct DeadLetter {
    /// Its id.
    pub id: String,
    /// `mail`, `call`, `subflow` …
    pub kind: String,
    /// The instance it belongs to.
    pub instance: Option<InstanceHead>,
    /// Failed attempts.
    pub attempts: u32,
    /// The last failure.
    pub error: String,
    /// When it was given up.
    pub died: Moment,
}

/// What a dead letter would send.
#[derive(Clone, Debug, Serialize)]
pub struct LetterPreview {
    /// The letter, with its last failure.
    pub letter: DeadLetter,
    /// To whom: an address, a connector with its path, an instance.
    pub to: String,
    /// A mail's subject.
    pub subject: String,
    /// Its text, or the document as JSON.
    pub content: String,
    /// Why nothing would be sent any more.
    pub nothing: Option<Text>,
}

/// What is done with one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tending {
    /// It is delivered once more.
    Resend,
    /// Nobody needs it any more: it is never delivered.
    Drop,
}

/// What the chain of a dead letter says.
#[derive(Serialize)]
struct Tended<'a> {
    event: &'static str,
    seq: u32,
    at: Moment,
    actor: &'a str,
    letter: &'a str,
    instance: &'a str,
    kind: &'a str,
    error: &'a str,
    reason: &'a str,
}

/// The chain of what was done with a dead letter.
fn letter_chain(id: &str) -> String {
    format!("letter:{id}")
}

impl App {
    /// Dead letters behind the one given, by id.
    ///
    /// # Errors
    /// `not_administrator`; `Unavailable`.
    pub async fn dead_letters(
        &self,
        by: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<DeadLetter>, AppError> {
        self.administrators_only(by)?;
        let mut letters = Vec::new();
        for dead in self.store().dead_effects(after, limit).await? {
            letters.push(self.dead_letter(dead).await?);
        }
        Ok(letters)
    }

    /// What a dead letter would send now, and to whom. Nothing is sent, and a mail is shown without its link.
    ///
    /// # Errors
    /// `not_administrator`; `NotFound` when there is no such letter (any more); `Unavailable`.
    pub async fn letter_preview(&self, by: &str, id: &str) -> Result<LetterPreview, AppError> {
        self.administrators_only(by)?;
        let dead = self.store().dead_effect(id).await?;
        let dead = dead.ok_or(AppError::NotFound)?;
        let seen = preview(self, &dead).await?;
        Ok(LetterPreview {
            letter: self.dead_letter(dead).await?,
            to: seen.to,
            subject: seen.subject,
            content: seen.content,
            nothing: seen.nothing,
        })
    }

    async fn dead_letter(&self, dead: DeadEffect) -> Result<DeadLetter, AppError> {
        Ok(DeadLetter {
            instance: self.head_of(&dead.instance).await?,
            id: dead.id,
            kind: dead.kind,
            attempts: dead.attempts,
            error: dead.error,
            died: dead.died,
        })
    }

    /// Sends a dead letter again or drops it; with `dry_run` only says which one that would be.
    ///
    /// # Errors
    /// `not_administrator`; `reason_required`; `NotFound` when there is no such letter (any more).
    pub async fn tend(
        &self,
        by: &str,
        id: &str,
        tending: Tending,
        reason: &str,
        dry_run: bool,
    ) -> Result<DeadLetter, AppError> {
        self.administrators_only(by)?;
        if reason.trim().is_empty() {
            return Err(no_reason());
        }
        let dead = self.store().dead_effect(id).await?;
        let dead = dead.ok_or(AppError::NotFound)?;
        if !dry_run {
            self.tend_now(by, &dead, tending, reason.trim()).await?;
        }
        self.dead_letter(dead).await
    }

    async fn tend_now(
        &self,
        by: &str,
        dead: &DeadEffect,
        tending: Tending,
        reason: &str,
    ) -> Result<(), AppError> {
        let (chain, at) = (letter_chain(&dead.id), self.now());
        let (event, due) = match tending {
            Tending::Resend => ("resent", Some(at)),
            Tending::Drop => ("dropped", None),
        };
        for _ in 0..AGAIN_MAX {
            let last = self.store().last_events(&chain, 1).await?.pop();
            let seq = last.as_ref().map_or(1, |last| last.seq + 1);
            let hash = last.map_or_else(|| CHAIN_START.to_owned(), |last| last.hash);
            let tended = Tended {
                event,
                seq,
                at,
                actor: by,
                letter: &dead.id,
                instance: &dead.instance,
                kind: &dead.kind,
                error: &dead.error,
                reason,
            };
            let body = serde_json::to_string(&tended).unwrap_or_default();
            let row = EventRow {
                seq,
                at,
                actor: by.to_owned(),
                kind: event.to_owned(),
                hash: link(&hash, &body),
                body,
            };
            match self.store().tend(&dead.id, due, &chain, &row).await? {
                Some(true) => {
                    self.inner.wake(due.is_some(), false);
                    return Ok(());
                }
                Some(false) => return Err(AppError::NotFound),
                None => {}
            }
        }
        Err(AppError::Busy)
    }
}

fn no_reason() -> AppError {
    let zh = "请写明原因，它会留在审计记录里。";
    let en = "Say why; it stays in the trail.";
    Refusal::new(RefusalKind::Input, "reason_required", zh, en)
        .about("reason")
        .into()
}
