//! Signing in: by password, or by a code mailed to the registered address. The same words and the same time for unknown people.

use std::sync::Arc;

use assent_runtime::app::{AppError, Secret, Session, SignIn};
use axum::extract::{Query, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use super::Answer;
use crate::web::guard::faults::encode;
use crate::web::model::Face;
use crate::web::page::{self, Page, safe_next};
use crate::web::posted::Posted;
use crate::web::visit::random;
use crate::web::{Fault, Site, Visit, cookie, words};

/// How long a session's cookie is kept; the session itself may end sooner.
const SESSION_S: i64 = 30 * 24 * 3600;

#[derive(Debug, Default, Deserialize)]
pub struct Next {
    #[serde(default)]
    next: String,
}

#[derive(Default, Serialize)]
struct Model {
    next: String,
    who: String,
    error: String,
    company: String,
    /// Came by a link: whom it was mailed to, masked.
    code_to: String,
    personas: Vec<Face>,
}

#[derive(Default, Serialize)]
struct CodeModel {
    next: String,
    who: String,
    sent: String,
    error: String,
    mailbox: bool,
}

/// `GET /sign-in`
pub async fn show(State(site): State<Arc<Site>>, visit: Visit, Query(next): Query<Next>) -> Answer {
    if visit
        .signed
        .as_ref()
        .is_some_and(|signed| signed.limited.is_none())
    {
        return Ok(page::onward(&site, safe_next(&next.next), None));
    }
    form(&site, &visit, &next.next, String::new(), String::new()).await
}

async fn form(site: &Site, visit: &Visit, next: &str, who: String, error: String) -> Answer {
    let lang = visit.lang;
    let code_to = match &visit.link {
        Some(token) => match site.app.redeem_link(token).await {
            Ok(redeemed) => words::say(
                lang,
                "sign_in.came_by_link",
                &[("who", &redeemed.person_masked)],
            ),
            Err(_) => String::new(),
        },
        None => String::new(),
    };
    let personas = site
        .demo
        .iter()
        .flat_map(|demo| demo.shown())
        .map(|persona| Face {
            post: persona.part.get(lang).to_owned(),
            ..Face::of(&site.app.person_view(&persona.person), lang)
        });
    let failed = !error.is_empty();
    let model = Model {
        next: safe_next(next).to_owned(),
        who,
        error,
        company: site.config.company.name.clone(),
        code_to,
        personas: personas.collect(),
    };
    let title = words::word(lang, "sign_in.title").to_owned();
    let page = Page {
        title,
        alone: true,
        ..Page::default()
    };
    let mut response = page::answer(site, visit, "pages/sign_in", page, &model)?;
    if failed {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

/// `POST /sign-in`: with the password, or asking for a code.
pub async fn password_or_code(
    State(site): State<Arc<Site>>,
    visit: Visit,
    posted: Posted,
) -> Answer {
    let typed = &posted.typed;
    let (who, next) = (
        typed.text("who").trim().to_owned(),
        typed.text("next").to_owned(),
    );
    if typed.text("how") == "code" {
        return match site.app.mail_code(&who, &visit.address.to_string()).await {
            Ok(()) => code_form(&site, &visit, &next, &who, String::new()),
            Err(error @ AppError::TooMany { .. }) => {
                form(&site, &visit, &next, who, words_of(&visit, &error)).await
            }
            Err(error) => Err(error.into()),
        };
    }
    let sign_in = SignIn {
        login: who.clone(),
        password: Secret(typed.text("password").to_owned()),
        address: visit.address.to_string(),
        agent: visit.agent.clone(),
    };
    match site.app.sign_in(sign_in).await {
        Ok(session) => signed_in(&site, &session, &next),
        Err(AppError::NotSignedIn) => {
            let error = words::word(visit.lang, "sign_in.wrong").to_owned();
            form(&site, &visit, &next, who, error).await
        }
        Err(error @ AppError::TooMany { .. }) => {
            form(&site, &visit, &next, who, words_of(&visit, &error)).await
        }
        Err(error) => Err(error.into()),
    }
}

fn words_of(visit: &Visit, error: &AppError) -> String {
    error.message().get(visit.lang).to_owned()
}

/// `POST /sign-in/link-code`: mails a code to whoever the link was mailed to; nobody else gets it.
pub async fn mail_to_link(State(site): State<Arc<Site>>, visit: Visit, posted: Posted) -> Answer {
    let next = posted.typed.text("next").to_owned();
    let token = visit.link.as_deref().ok_or_else(Fault::not_found)?;
    let redeemed = site.app.redeem_link(token).await?;
    site.app
        .mail_code(&redeemed.person, &visit.address.to_string())
        .await?;
    // The person's id stays out of the form: the link's cookie names them again when the code comes.
    code_form(&site, &visit, &next, "", String::new())
}

fn code_form(site: &Site, visit: &Visit, next: &str, who: &str, error: String) -> Answer {
    let lang = visit.lang;
    let failed = !error.is_empty();
    let sent = if who.is_empty() {
        words::word(lang, "code.sent_link").to_owned()
    } else {
        words::say(lang, "code.sent", &[("who", who)])
    };
    let model = CodeModel {
        next: safe_next(next).to_owned(),
        who: who.to_owned(),
        sent,
        error,
        mailbox: site.config.mailbox_page(),
    };
    let title = words::word(lang, "code.title").to_owned();
    let page = Page {
        title,
        alone: true,
        ..Page::default()
    };
    let mut response = page::answer(site, visit, "pages/code", page, &model)?;
    if failed {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

/// `POST /sign-in/code`
pub async fn redeem(State(site): State<Arc<Site>>, visit: Visit, posted: Posted) -> Answer {
    let typed = &posted.typed;
    let (who, next) = (typed.text("who"), typed.text("next"));
    let login = match (who, &visit.link) {
        ("", Some(token)) => site.app.redeem_link(token).await?.person,
        (who, _) => who.to_owned(),
    };
    let code: String = typed
        .text("code")
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    match site
        .app
        .redeem_code(&login, &code, &visit.address.to_string(), &visit.agent)
        .await
    {
        Ok(session) => signed_in(&site, &session, next),
        Err(AppError::NotSignedIn) => {
            let error = words::word(visit.lang, "code.wrong").to_owned();
            code_form(&site, &visit, next, who, error)
        }
        Err(error @ AppError::TooMany { .. }) => {
            code_form(&site, &visit, next, who, words_of(&visit, &error))
        }
        Err(error) => Err(error.into()),
    }
}

/// Goes on with a new session. The browser's secret is made anew, so that a token from before is worth nothing.
///
/// # Errors
/// When the system has no randomness.
pub fn signed_in(site: &Site, session: &Session, next: &str) -> Answer {
    let mut response = page::onward(site, safe_next(next), None);
    let secret = random(32)?;
    page::append(
        &mut response,
        cookie::set(
            cookie::SESSION,
            &session.token.0,
            Some(SESSION_S),
            site.secure,
        ),
    );
    page::append(
        &mut response,
        cookie::set(cookie::VISIT, &secret, None, site.secure),
    );
    Ok(response)
}

/// `POST /sign-out`
pub async fn out(
    State(site): State<Arc<Site>>,
    visit: Visit,
    request: axum::http::HeaderMap,
    posted: Posted,
) -> Answer {
    if let Some(token) = cookie::read(&request, cookie::SESSION, site.secure) {
        site.app.sign_out(token).await?;
    }
    // Whoever came by a link and signs out wants to sign in as the person it was sent to.
    let next = match posted.typed.get("next") {
        Some(next) => format!("/sign-in?next={}", encode(safe_next(next))),
        None => "/sign-in".to_owned(),
    };
    let _ = visit;
    let mut response = page::onward(&site, &next, None);
    for name in [cookie::SESSION, cookie::VISIT] {
        page::append(&mut response, cookie::set(name, "", Some(0), site.secure));
    }
    Ok(response)
}
