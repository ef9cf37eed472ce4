//! Faults become a page in words with the next useful button, or problem+json for machines.

use std::collections::BTreeMap;
use std::sync::Arc;

use assent_runtime::app::FieldFault;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;

use crate::web::page::{self, Page};
use crate::web::pages::said::{Button, Said};
use crate::web::{Fault, Site, Visit, words};

/// An RFC 9457 problem, with words in both languages and the fields at fault.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// `/problems/{code}`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The words in the language asked for.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// Stable code in snake_case.
    pub code: String,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
    /// What fills the sentence: `by` and `at` of a decision that came first, `to`, `outcome` …
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub params: BTreeMap<String, String>,
    /// Values at fault.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ProblemField>,
    /// To quote to an administrator.
    pub request_id: String,
}

/// A value at fault.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ProblemField {
    /// Path of the field.
    pub field: String,
    /// Stable code.
    pub code: String,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

impl From<&FieldFault> for ProblemField {
    fn from(fault: &FieldFault) -> Self {
        Self {
            field: fault.field.clone(),
            code: fault.code.clone(),
            zh: fault.message.zh.clone(),
            en: fault.message.en.clone(),
        }
    }
}

/// Renders the fault of an answer, and gives a new browser its secret.
pub async fn render(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let Some(visit) = request.extensions().get::<Arc<Visit>>().cloned() else {
        return next.run(request).await;
    };
    let method = request.method().clone();
    let mut response = next.run(request).await;
    if let Some(fault) = response.extensions_mut().remove::<Fault>() {
        log(&fault, &visit.request);
        response = shown(&site, &visit, &method, &fault);
    }
    if visit.new_secret && !visit.bearer && !visit.path.starts_with("/assets/") {
        page::append(
            &mut response,
            crate::web::cookie::set(crate::web::cookie::VISIT, &visit.secret, None, site.secure),
        );
    }
    response
}

/// Faults before anybody knew who visits: the database does not answer.
pub async fn render_bare(State(_): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let api = request.uri().path().starts_with("/api/");
    let mut response = next.run(request).await;
    let Some(fault) = response.extensions_mut().remove::<Fault>() else {
        return response;
    };
    log(&fault, "");
    let mut bare = if api {
        problem(&fault, assent_core::text::Lang::En, "")
    } else {
        let text = format!("{}\n{}\n", fault.text.zh, fault.text.en);
        (
            fault.status,
            [(header::CONTENT_TYPE, "text/plain; charset=utf-8")],
            text,
        )
            .into_response()
    };
    retry_after(&mut bare, &fault);
    bare
}

fn log(fault: &Fault, request: &str) {
    let (code, status) = (&fault.code, fault.status.as_u16());
    if fault.status.is_server_error() {
        tracing::error!(code, status, request, "{}", fault.cause);
    } else {
        tracing::debug!(code, status, request, "{}", fault.cause);
    }
}

fn shown(site: &Site, visit: &Visit, method: &Method, fault: &Fault) -> Response {
    if visit.api {
        let mut response = problem(fault, visit.lang, &visit.request);
        retry_after(&mut response, fault);
        return response;
    }
    if fault.status == StatusCode::UNAUTHORIZED && method.is_safe() {
        let next = encode(&visit.path);
        return page::onward(site, &format!("/sign-in?next={next}"), None);
    }
    let said = said(visit, fault);
    let page = Page {
        title: said.heading.clone(),
        alone: visit.signed.is_none(),
        ..Page::default()
    };
    let mut response = page::answer(site, visit, "pages/said", page, &said)
        .unwrap_or_else(|_| fault.text.get(visit.lang).to_owned().into_response());
    *response.status_mut() = fault.status;
    retry_after(&mut response, fault);
    response
}

impl Problem {
    /// A fault as a problem, with its title in the language asked for.
    pub fn of(fault: &Fault, lang: assent_core::text::Lang, request: &str) -> Self {
        Self {
            kind: format!("/problems/{}", fault.code),
            title: fault.text.get(lang).to_owned(),
            status: fault.status.as_u16(),
            code: fault.code.clone(),
            zh: fault.text.zh.clone(),
            en: fault.text.en.clone(),
            params: fault.params.clone(),
            errors: fault.fields.iter().map(ProblemField::from).collect(),
            request_id: request.to_owned(),
        }
    }
}

fn problem(fault: &Fault, lang: assent_core::text::Lang, request: &str) -> Response {
    let problem = Problem::of(fault, lang, request);
    let text = serde_json::to_string(&problem).unwrap_or_default();
    (
        fault.status,
        [(header::CONTENT_TYPE, "application/problem+json")],
        text,
    )
        .into_response()
}

fn retry_after(response: &mut Response, fault: &Fault) {
    if let Some(seconds) = fault.retry_after_s {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
}

/// The page of a fault: what it is called, and the button that helps.
fn said(visit: &Visit, fault: &Fault) -> Said {
    let lang = visit.lang;
    let (mark, heading) = match fault.status.as_u16() {
        401 => ("lock", "said.sign_in"),
        403 if fault.code == "csrf" || fault.code == "origin" => ("refresh-cw", "said.stale"),
        403 => ("hand", "said.not_yours"),
        404 => ("search", "said.not_found"),
        409 => ("circle-check", "said.too_late"),
        412 => ("file-pen-line", "said.changed"),
        413 => ("paperclip", "said.too_large"),
        422 => ("triangle-alert", "said.invalid"),
        429 => ("clock", "said.too_many"),
        503 | 507 => ("refresh-cw", "said.unavailable"),
        _ => ("triangle-alert", "said.internal"),
    };
    let mut buttons = Vec::new();
    match fault.status.as_u16() {
        401 => buttons.push(Button::link(
            lang,
            "/sign-in",
            "said.to_sign_in",
            "key-round",
            "main",
        )),
        429 | 503 | 507 => buttons.push(Button::link(
            lang,
            &visit.path,
            "said.again",
            "refresh-cw",
            "main",
        )),
        403 if fault.code == "csrf" => buttons.push(Button::link(
            lang,
            &visit.path,
            "said.reload",
            "refresh-cw",
            "main",
        )),
        403 if visit.signed.is_some() => {
            buttons.push(Button::link(
                lang,
                "/inbox",
                "said.to_inbox",
                "inbox",
                "main",
            ));
            buttons.push(Button::post(lang, "/sign-out", "said.switch", "users"));
        }
        _ => {}
    }
    if buttons.is_empty() {
        buttons.push(Button::link(
            lang,
            "/inbox",
            "said.to_inbox",
            "inbox",
            "main",
        ));
    }
    Said {
        mark,
        heading: words::word(lang, heading).to_owned(),
        lines: vec![fault.text.get(lang).to_owned()],
        buttons,
        reference: if fault.status.is_server_error() {
            visit.request.clone()
        } else {
            String::new()
        },
        ..Said::default()
    }
}

/// A path as a query's value.
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
