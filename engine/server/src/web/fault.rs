//! What went wrong, for people and for machines.
//!
//! Policy: a page answers with a sentence and the next useful button, the API with RFC 9457 problem+json: a stable code, words in
//! Chinese and English, field paths. The cause of an internal fault goes to the log under the request's id, never to the visitor.
//! [`Fault`] itself renders nothing: the guard [`super::guard::faults`] knows who asked.

use std::collections::BTreeMap;

use assent_core::refusal::RefusalKind;
use assent_core::text::Text;
use assent_runtime::app::{AppError, FieldFault};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::words;

/// What went wrong.
#[derive(Clone, Debug)]
pub struct Fault {
    pub status: StatusCode,
    /// Stable, snake_case.
    pub code: String,
    /// What is wrong and what to do.
    pub text: Text,
    /// What fills the sentence: who, when, which (from the engine's refusal).
    pub params: BTreeMap<String, String>,
    /// Values at fault.
    pub fields: Vec<FieldFault>,
    /// When to come back.
    pub retry_after_s: Option<u32>,
    /// For the log alone.
    pub cause: String,
}

impl Fault {
    /// A fault with its words (`fault.<code>`).
    pub fn new(status: StatusCode, code: &str) -> Self {
        Self {
            status,
            code: code.to_owned(),
            text: words::both(&format!("fault.{code}"), &[]),
            params: BTreeMap::new(),
            fields: vec![],
            retry_after_s: None,
            cause: String::new(),
        }
    }

    /// 400: the request itself is not well formed.
    pub fn malformed(cause: impl Into<String>) -> Self {
        Self {
            cause: cause.into(),
            ..Self::new(StatusCode::BAD_REQUEST, "malformed")
        }
    }

    /// 401: somebody must sign in.
    pub fn sign_in() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "sign_in")
    }

    /// 403: an administrator's page.
    pub fn admins_only() -> Self {
        Self::new(StatusCode::FORBIDDEN, "admins_only")
    }

    /// 404.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found")
    }

    /// 500: our mistake; the cause goes to the log.
    pub fn internal(cause: impl Into<String>) -> Self {
        Self {
            cause: cause.into(),
            ..Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal")
        }
    }
}

impl From<AppError> for Fault {
    fn from(error: AppError) -> Self {
        let text = error.message();
        let cause = error.to_string();
        let params = match &error {
            AppError::Refused(refusal) => refusal.params.clone(),
            _ => BTreeMap::new(),
        };
        let (status, code, fields, retry_after_s) = match error {
            AppError::Refused(refusal) => {
                let field = refusal.field.clone().map(|field| FieldFault {
                    field,
                    code: refusal.code.clone(),
                    message: refusal.message.clone(),
                });
                (
                    status_of(refusal.kind),
                    refusal.code,
                    field.into_iter().collect(),
                    None,
                )
            }
            AppError::Invalid(faults) => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "invalid".to_owned(),
                faults,
                None,
            ),
            AppError::NotFound => (StatusCode::NOT_FOUND, "not_found".to_owned(), vec![], None),
            AppError::NotSignedIn => (StatusCode::UNAUTHORIZED, "sign_in".to_owned(), vec![], None),
            AppError::TooMany { retry_after_s } => (
                StatusCode::TOO_MANY_REQUESTS,
                "too_many".to_owned(),
                vec![],
                Some(retry_after_s),
            ),
            AppError::Busy => (
                StatusCode::SERVICE_UNAVAILABLE,
                "busy".to_owned(),
                vec![],
                Some(1),
            ),
            AppError::Unavailable(what) => {
                let status = if what.code == "disk_full" {
                    StatusCode::INSUFFICIENT_STORAGE
                } else {
                    StatusCode::SERVICE_UNAVAILABLE
                };
                (status, what.code.to_owned(), vec![], Some(5))
            }
        };
        Self {
            status,
            code,
            text,
            params,
            fields,
            retry_after_s,
            cause,
        }
    }
}

/// The HTTP status of a family of refusals.
pub fn status_of(kind: RefusalKind) -> StatusCode {
    match kind {
        RefusalKind::NotYours => StatusCode::FORBIDDEN,
        RefusalKind::NotFound => StatusCode::NOT_FOUND,
        RefusalKind::TooLate => StatusCode::CONFLICT,
        RefusalKind::Changed => StatusCode::PRECONDITION_FAILED,
        RefusalKind::Input => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}
