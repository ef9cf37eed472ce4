//! The development mailbox: what would have been sent, to read and to click.

use std::sync::Arc;

use assent_runtime::app::MailboxItem;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, header};
use axum::response::IntoResponse as _;
use serde::{Deserialize, Serialize};

use super::Answer;
use crate::web::guard::faults::encode;
use crate::web::model::{Choice, Empty, Face, Row, part};
use crate::web::page::{self, Page};
use crate::web::{Fault, Site, Visit, words};

/// Mails shown.
const MAILS_MAX: u32 = 200;
/// Links of a mail shown.
const LINKS_MAX: usize = 10;

/// A mail's HTML may show its own style and pictures inside; it runs nothing and loads nothing.
const MAIL_POLICY: &str = "sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation; \
default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'";

#[derive(Debug, Default, Deserialize)]
pub struct Ask {
    #[serde(default)]
    to: String,
}

#[derive(Serialize)]
struct List {
    rows: Vec<Row>,
    people: Vec<Choice>,
    empty: Option<Empty>,
}

#[derive(Serialize)]
struct Mail {
    subject: String,
    to: String,
    at: String,
    html: String,
    text: String,
    links: Vec<Link>,
}

#[derive(Serialize)]
struct Link {
    href: String,
    text: String,
}

fn open(site: &Site) -> Result<(), Fault> {
    if site.config.mailbox_page() {
        Ok(())
    } else {
        Err(Fault::not_found())
    }
}

/// `GET /dev/mail?to=`
pub async fn list(State(site): State<Arc<Site>>, visit: Visit, Query(ask): Query<Ask>) -> Answer {
    open(&site)?;
    let lang = visit.lang;
    let mails = site.app.mailbox(MAILS_MAX).await?;
    let now = site.app.now();
    let rows: Vec<Row> = mails
        .iter()
        .filter(|mail| ask.to.is_empty() || mail.to == ask.to)
        .map(|mail| Row {
            href: format!("/dev/mail/{}", encode(&mail.id)),
            title: mail.subject.clone(),
            kind: mail.at.shown.get(lang).to_owned(),
            who: Some(Face {
                name: mail.to.clone(),
                initials: "@".to_owned(),
                tone: "t2",
                ..Face::default()
            }),
            age: part::age(now, mail.at.at, lang),
            ..Row::default()
        })
        .collect();
    let empty = rows.is_empty().then(|| Empty {
        icon: "mail",
        title: words::word(lang, "mail.none").to_owned(),
        text: words::word(lang, "mail.none_text").to_owned(),
        ..Empty::default()
    });
    let model = List {
        people: people(&mails, &ask),
        rows,
        empty,
    };
    let page = Page {
        title: words::word(lang, "mail.title").to_owned(),
        place: "mail",
        ..Page::default()
    };
    page::answer(&site, &visit, "pages/mails", page, &model)
}

fn people(mails: &[MailboxItem], ask: &Ask) -> Vec<Choice> {
    let mut seen: Vec<&str> = mails.iter().map(|mail| mail.to.as_str()).collect();
    seen.sort_unstable();
    seen.dedup();
    seen.into_iter()
        .map(|to| Choice {
            label: to.to_owned(),
            here: ask.to == to,
            ..Choice::default()
        })
        .collect()
}

/// `GET /dev/mail/{id}`
pub async fn show(State(site): State<Arc<Site>>, visit: Visit, Path(id): Path<String>) -> Answer {
    open(&site)?;
    let mail = site.app.mailbox_mail(&id).await?;
    let model = Mail {
        subject: mail.item.subject.clone(),
        to: mail.item.to.clone(),
        at: mail.item.at.shown.get(visit.lang).to_owned(),
        html: if mail.html.is_empty() {
            String::new()
        } else {
            format!("/dev/mail/{}/html", encode(&id))
        },
        links: links(&mail.text, &site.config.base_url()),
        text: mail.text,
    };
    let page = Page {
        title: model.subject.clone(),
        place: "mail",
        ..Page::default()
    };
    page::answer(&site, &visit, "pages/mail", page, &model)
}

/// Our own links in a text: others are shown but not made clickable.
fn links(text: &str, base: &str) -> Vec<Link> {
    let mut found: Vec<Link> = Vec::new();
    for word in text.split(|letter: char| {
        letter.is_whitespace() || matches!(letter, '<' | '>' | '"' | '（' | '）' | '，' | '。')
    }) {
        let Some(at) = word.find(base) else { continue };
        let href = &word[at..];
        if href.len() > base.len()
            && !found.iter().any(|link| link.href == href)
            && found.len() < LINKS_MAX
        {
            found.push(Link {
                href: href.to_owned(),
                text: href.to_owned(),
            });
        }
    }
    found
}

/// `GET /dev/mail/{id}/html`: for the sandboxed frame.
pub async fn html(State(site): State<Arc<Site>>, Path(id): Path<String>) -> Answer {
    open(&site)?;
    let mail = site.app.mailbox_mail(&id).await?;
    let mut response = (
        [(header::CONTENT_TYPE, "text/html; charset=utf-8")],
        mail.html,
    )
        .into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(MAIL_POLICY),
    );
    headers.insert(
        header::X_FRAME_OPTIONS,
        HeaderValue::from_static("SAMEORIGIN"),
    );
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_links_are_offered() {
        let text = "请处理 http://a/l/tok1 或 https://evil/l/x 。见http://a/l/tok1，http://a";
        let found: Vec<String> = links(text, "http://a")
            .into_iter()
            .map(|link| link.href)
            .collect();
        assert_eq!(found, ["http://a/l/tok1"]);
    }
}
