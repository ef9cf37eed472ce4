//! Why the app could not do what was asked.
//!
//! Policy: what a person can mend is a `Refused` or `Invalid`, with words in both languages. What passes by itself is `Busy` or
//! `Unavailable`; the cause goes to the log with the same id, never to the person. Nothing was changed in any of these cases.

use std::fmt;

use assent_core::refusal::Refusal;
use assent_core::text::{Text, counted};
use serde::Serialize;

/// Why the app could not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AppError {
    /// The engine refused it: 403, 404, 409, 412 or 422 by its kind.
    Refused(Box<Refusal>),
    /// Values that do not fit their fields, all of them at once: 422.
    Invalid(Vec<FieldFault>),
    /// No such thing, or not for this reader to know: 404.
    NotFound,
    /// Nobody is signed in, or the words do not match: 401.
    NotSignedIn,
    /// Too many tries; seconds until the next one: 429.
    TooMany {
        /// Seconds to wait.
        retry_after_s: u32,
    },
    /// The queue of the database writer is full: 503 with Retry-After 1.
    Busy,
    /// Something the engine needs does not answer: 503, or 507 when the disk is full.
    Unavailable(Box<Unavailable>),
}

/// What does not answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unavailable {
    /// Stable code: `database`, `disk_full`, `damaged`, `configuration`, `draining`, `random`.
    pub code: &'static str,
    /// One sentence for people.
    pub message: Text,
    /// The cause in the words of whatever failed: for the log, never for a page.
    #[serde(skip)]
    pub cause: String,
}

/// A value that does not fit its field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldFault {
    /// The field.
    pub field: String,
    /// Stable code: `required`, `unknown_field`, `not_a_number`, …
    pub code: String,
    /// What is wrong and what to do.
    pub message: Text,
}

impl AppError {
    /// Something the engine needs does not answer.
    pub fn unavailable(
        code: &'static str,
        zh: impl Into<String>,
        en: impl Into<String>,
        cause: impl fmt::Display,
    ) -> Self {
        AppError::Unavailable(Box::new(Unavailable {
            code,
            message: Text::new(zh, en),
            cause: cause.to_string(),
        }))
    }

    /// The words for a person.
    pub fn message(&self) -> Text {
        match self {
            AppError::Refused(refusal) => refusal.message.clone(),
            AppError::Invalid(faults) => faults.first().map_or_else(
                || Text::new("填写的内容有误", "Something filled in is wrong"),
                |fault| fault.message.clone(),
            ),
            AppError::NotFound => Text::new(
                "要找的内容不存在，或您无权查看。请核对地址，或从待办、“我的申请”里打开。",
                "There is no such thing, or it is not yours to see. Check the address, or open it from your inbox or requests.",
            ),
            AppError::NotSignedIn => Text::new("请先登录", "Please sign in first"),
            AppError::TooMany { retry_after_s } => {
                let wait = long(*retry_after_s);
                Text::new(
                    format!("尝试次数过多，请在 {}后再试", wait.zh),
                    format!("Too many tries; try again in {}", wait.en),
                )
            }
            AppError::Busy => Text::new(
                "系统繁忙，您的操作没有保存，请稍后再试",
                "Busy: nothing was saved; please try again in a moment",
            ),
            AppError::Unavailable(what) => what.message.clone(),
        }
    }
}

/// A wait as people say it: whole minutes from a minute on, whole hours from an hour on, never shorter than it is.
fn long(seconds: u32) -> Text {
    let said =
        |n: u32, zh: &str, one: &str| Text::new(format!("{n} {zh}"), counted(u64::from(n), one));
    let minutes = seconds.div_ceil(60);
    match (seconds, minutes) {
        (0..60, _) => said(seconds, "秒", "second"),
        (_, 0..60) => said(minutes, "分钟", "minute"),
        _ => said(minutes.div_ceil(60), "小时", "hour"),
    }
}

impl From<Refusal> for AppError {
    fn from(refusal: Refusal) -> Self {
        AppError::Refused(Box::new(refusal))
    }
}

impl From<assent_store::StoreError> for AppError {
    fn from(fault: assent_store::StoreError) -> Self {
        use assent_store::StoreErrorKind;
        let code = match fault.kind {
            StoreErrorKind::Busy => return AppError::Busy,
            StoreErrorKind::Full => "disk_full",
            StoreErrorKind::Newer
            | StoreErrorKind::ReadOnly
            | StoreErrorKind::Gone
            | StoreErrorKind::Locked
            | StoreErrorKind::Corrupt
            | StoreErrorKind::Unsuitable
            | StoreErrorKind::Other => "database",
        };
        let message = fault.text();
        AppError::unavailable(code, message.zh, message.en, &fault)
    }
}

impl fmt::Display for AppError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AppError::Unavailable(what) => write!(f, "{}: {}", what.code, what.cause),
            AppError::Refused(refusal) => write!(f, "{}: {}", refusal.code, refusal.message.en),
            AppError::Invalid(_)
            | AppError::NotFound
            | AppError::NotSignedIn
            | AppError::TooMany { .. }
            | AppError::Busy => f.write_str(&self.message().en),
        }
    }
}

impl std::error::Error for AppError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_said_in_seconds_minutes_or_hours() {
        let said = |retry_after_s| AppError::TooMany { retry_after_s }.message();
        for (seconds, zh, en) in [
            (1, "1 秒", "1 second"),
            (59, "59 秒", "59 seconds"),
            (61, "2 分钟", "2 minutes"),
            (3_599, "1 小时", "1 hour"),
            (7_300, "3 小时", "3 hours"),
        ] {
            let words = said(seconds);
            assert_eq!(words.zh, format!("尝试次数过多，请在 {zh}后再试"));
            assert_eq!(words.en, format!("Too many tries; try again in {en}"));
        }
    }
}
