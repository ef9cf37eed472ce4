//! Step-up: for one decision the password is entered again, or a code that was mailed for this very decision.
//!
//! Whether it was is decided here and nowhere else: a command that comes in claiming it is stripped of the claim.

use assent_core::command::{Action, Command};
use assent_core::refusal::{Refusal, RefusalKind};
use assent_store::Token;

use super::account::{CODE_MS, CODE_TRIES_MAX};
use super::answer::{Answer, Seen};
use super::config::Secret;
use super::error::AppError;
use super::state::App;
use crate::engine::stored_case;
use crate::secret;

/// Purpose of such a code: it signs nobody in.
const STEP_UP: &str = "step_up";

/// What was entered again.
#[derive(Clone, Debug)]
pub struct Proof {
    /// The password, or the six digits.
    pub words: Secret,
    /// The peer's address, for throttling.
    pub address: String,
}

impl App {
    /// Sends a decision; with a proof that holds, as one that was confirmed by its person again.
    ///
    /// # Errors
    /// As [`App::command_seen`]; `Refused` as `step_up_wrong` when the password or code does not match; `TooMany` after five
    /// tries in a minute.
    pub async fn command_proved(
        &self,
        instance: &str,
        mut command: Command,
        seen: Seen,
        proof: Option<&Proof>,
    ) -> Result<Answer, AppError> {
        let given = proof.filter(|proof| !proof.words.0.trim().is_empty());
        let person = command.actor.person().map(str::to_owned);
        let (Some(proof), Some(person)) = (given, person) else {
            return self.command_seen(instance, command, seen).await;
        };
        let task = match &command.action {
            Action::Decide { task, .. } => *task,
            _ => return self.command_seen(instance, command, seen).await,
        };
        // A repeated key gets its first answer before the code is looked at: that one was used up by the first try.
        if let Some(first) = self.answered(instance, &command).await? {
            return Ok(first);
        }
        let code = self.prove(&person, instance, task, proof).await?;
        if let Action::Decide { with, .. } = &mut command.action {
            with.stepped_up = true;
        }
        let answer = self.command_checked(instance, command, seen).await?;
        if let Some(code) = code {
            self.store().drop_token(&code).await?;
        }
        Ok(answer)
    }

    /// Mails a code for one decision to the registered address of whoever holds the task.
    ///
    /// # Errors
    /// `NotFound` when the task is not theirs; `TooMany`.
    pub async fn mail_step_up_code(
        &self,
        person: &str,
        instance: &str,
        task: u32,
        address: &str,
    ) -> Result<(), AppError> {
        self.tries(&format!("step_up_code:{person}"))?;
        self.tries(&format!("step_up_code:{address}"))?;
        let loaded = self.load(instance).await?.ok_or(AppError::NotFound)?;
        let case = stored_case(&loaded)?;
        let mine = case
            .instance
            .task(task)
            .is_some_and(|task| task.assignee == person);
        if !mine {
            return Err(AppError::NotFound);
        }
        let code = secret::six_digits()?;
        let now = self.now();
        // One code at a time: the newest.
        self.store().drop_tokens_of(person, Some(STEP_UP)).await?;
        let row = Token {
            hash: code_hash(person, instance, task, &code),
            purpose: STEP_UP.to_owned(),
            person: person.to_owned(),
            created: now,
            expires: now.plus_ms(CODE_MS),
            used: now,
            tries: 0,
            body: "{}".to_owned(),
        };
        self.store().add_token(&row).await?;
        self.send_code(person, &code, Some(&loaded.row.title)).await
    }

    /// Is it this person? Answers the hash of the code that showed it; none when it was the password.
    async fn prove(
        &self,
        person: &str,
        instance: &str,
        task: u32,
        proof: &Proof,
    ) -> Result<Option<String>, AppError> {
        self.tries(&format!("step_up:{}", proof.address))?;
        self.tries(&format!("step_up:{person}"))?;
        let words = proof.words.0.trim();
        if is_code(words)
            && let Some(row) = self.store().tokens_of(person, STEP_UP).await?.pop()
        {
            // Counted before it is compared, so that many at once cannot try more often than one after the other.
            let tries = self.store().token_tried(&row.hash).await?;
            if tries > CODE_TRIES_MAX {
                self.store().drop_token(&row.hash).await?;
                return Err(AppError::TooMany { retry_after_s: 60 });
            }
            let matches = secret::same(&row.hash, &code_hash(person, instance, task, words));
            if matches && row.expires > self.now() {
                self.forget_tries(&format!("step_up:{person}"));
                return Ok(Some(row.hash));
            }
        }
        if self.is_password(person, &proof.words).await? {
            self.forget_tries(&format!("step_up:{person}"));
            return Ok(None);
        }
        Err(wrong())
    }
}

fn is_code(words: &str) -> bool {
    words.len() == 6 && words.bytes().all(|byte| byte.is_ascii_digit())
}

/// Bound to the person and to the one decision it was mailed for.
fn code_hash(person: &str, instance: &str, task: u32, code: &str) -> String {
    secret::hash(&format!("step_up:{person}:{instance}:{task}:{code}"))
}

fn wrong() -> AppError {
    let zh = "密码或验证码不对，没有提交。请重新输入，或重新获取验证码。";
    let en =
        "The password or code is wrong; nothing was submitted. Enter it again, or get a new code.";
    Refusal::new(RefusalKind::NotYours, "step_up_wrong", zh, en)
        .about("proof")
        .into()
}
