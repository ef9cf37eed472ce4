//! Approval links. GET looks the token up, puts it into a short cookie and goes on to the task: the token leaves address, history
//! and Referer. It changes nothing, so mail scanners may open it as often as they like; it is nobody's identity.

use std::sync::Arc;

use assent_runtime::app::AppError;
use assent_runtime::trace;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};

use super::Answer;
use super::said::{Button, Said};
use super::task::said_page;
use crate::web::posted::Posted;
use crate::web::{Fault, Site, Visit, cookie, page, words};

/// How long the browser remembers by which link somebody came.
const LINK_S: i64 = 30 * 60;

/// `GET /l/{token}`
pub async fn follow(State(site): State<Arc<Site>>, Path(token): Path<String>) -> Answer {
    let redeemed = match site.app.redeem_link(&token).await {
        Ok(redeemed) => redeemed,
        Err(AppError::NotFound) => return Err(Fault::new(StatusCode::NOT_FOUND, "unknown_link")),
        Err(error) => return Err(error.into()),
    };
    let mut response = page::onward(
        &site,
        &format!("/tasks/{}/{}", redeemed.instance, redeemed.task),
        None,
    );
    page::append(
        &mut response,
        cookie::set(cookie::LINK, &token, Some(LINK_S), site.secure),
    );
    if let Some(trace) = trace::current() {
        page::append(
            &mut response,
            cookie::set(cookie::TRACE, trace.id(), Some(LINK_S), site.secure),
        );
    }
    response.headers_mut().insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
    Ok(response)
}

/// `POST /link/fresh`: mails a fresh link to the registered address of whoever the old one belonged to.
pub async fn fresh(State(site): State<Arc<Site>>, visit: Visit, _posted: Posted) -> Answer {
    let token = visit
        .link
        .as_deref()
        .ok_or_else(|| Fault::new(StatusCode::NOT_FOUND, "unknown_link"))?;
    site.app.mail_fresh_link(token).await?;
    let lang = visit.lang;
    let mut buttons = vec![Button::link(
        lang,
        "/sign-in",
        "said.to_sign_in",
        "key-round",
        "",
    )];
    if site.config.mailbox_page() {
        buttons.push(Button::link(lang, "/dev/mail", "nav.mail", "mail", ""));
    }
    said_page(
        &site,
        &visit,
        &Said {
            mark: "mail",
            heading: words::word(lang, "link.sent").to_owned(),
            lines: vec![words::word(lang, "link.sent_text").to_owned()],
            buttons,
            ..Said::default()
        },
    )
}
