//! Pages: the frame around a model, rendered.

use std::sync::Arc;

use assent_core::text::Lang;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;

use super::model::{Face, Note};
use super::{Fault, Site, Visit, assets, cookie, words};

/// What a page says about itself.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// Its title.
    pub title: String,
    /// Its place in the menu (`inbox`, `start`, …).
    pub place: &'static str,
    /// A page of its own, without menus: signing in, errors before signing in.
    pub alone: bool,
    /// It has a bar of its own at the bottom.
    pub barred: bool,
    /// Short name of the page for the bar above, on a phone.
    pub where_: String,
    /// The number in the menu and in the title.
    pub todo: Option<u32>,
    /// A word on top that did not come by cookie.
    pub note: Option<Note>,
}

#[derive(Serialize)]
struct Frame<'a, T> {
    tag: &'static str,
    title: String,
    theme: &'static str,
    css: &'a str,
    js: &'a str,
    class: &'static str,
    page: &'static str,
    path: &'a str,
    csrf: String,
    me: Option<Face>,
    nav: Vec<NavItem>,
    #[serde(rename = "where")]
    where_: String,
    note: Option<Note>,
    demo: bool,
    barred: bool,
    #[serde(flatten)]
    body: &'a T,
}

#[derive(Serialize)]
struct NavItem {
    href: &'static str,
    icon: &'static str,
    label: String,
    heading: String,
    here: bool,
    phone: bool,
    count: Option<u32>,
}

/// Renders a page for a visit.
///
/// # Errors
/// When the template names what the model does not have: 500, and the log says which.
pub fn html(
    site: &Site,
    visit: &Visit,
    name: &str,
    page: Page,
    body: &impl Serialize,
) -> Result<String, Fault> {
    let me = visit
        .person
        .as_ref()
        .filter(|_| !page.alone)
        .map(|person| Face::of(person, visit.lang));
    let class = match (me.is_some(), page.barred) {
        (false, _) => "alone",
        (true, true) => "framed barred",
        (true, false) => "framed",
    };
    let todo = page.todo.filter(|count| *count > 0);
    let frame = Frame {
        tag: visit.lang.tag(),
        title: match todo {
            Some(count) => format!("({count}) {}", page.title),
            None => page.title,
        },
        theme: visit.theme,
        css: assets::css_href(),
        js: assets::js_href(),
        class,
        page: page.place,
        path: &visit.path,
        csrf: visit.csrf(),
        nav: if me.is_some() {
            nav(site, visit, page.place, todo)
        } else {
            vec![]
        },
        me,
        where_: page.where_,
        note: page.note.or_else(|| visit.note.clone()),
        demo: site.demo.is_some(),
        barred: page.barred,
        body,
    };
    site.templates
        .render(visit.lang, name, &frame)
        .map_err(|error| Fault::internal(format!("template {name}: {error}")))
}

/// The same as an answer.
///
/// # Errors
/// As [`html`].
pub fn answer(
    site: &Site,
    visit: &Visit,
    name: &str,
    page: Page,
    body: &impl Serialize,
) -> Result<Response, Fault> {
    let text = html(site, visit, name, page, body)?;
    let mut response = ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], text).into_response();
    if visit.note.is_some() {
        // Said once.
        append(
            &mut response,
            cookie::set(cookie::NOTE, "", Some(0), site.secure),
        );
    }
    Ok(response)
}

fn nav(site: &Site, visit: &Visit, place: &str, todo: Option<u32>) -> Vec<NavItem> {
    let lang = visit.lang;
    let item = |id: &str, href, icon, key: &str, phone| NavItem {
        href,
        icon,
        label: words::word(lang, key).to_owned(),
        heading: String::new(),
        here: id == place,
        phone,
        count: todo.filter(|_| id == "inbox"),
    };
    let mut items = vec![
        item("inbox", "/inbox", "inbox", "nav.inbox", true),
        item("start", "/start", "plus", "nav.start", true),
        item("mine", "/instances?mine=1", "file-text", "nav.mine", true),
        item("flows", "/flows", "workflow", "nav.flows", true),
    ];
    let mut rest = Vec::new();
    if visit.admin {
        rest.push(item(
            "stuck",
            "/stuck",
            "triangle-alert",
            "nav.stuck",
            false,
        ));
        rest.push(item(
            "instances",
            "/instances",
            "list",
            "nav.instances",
            false,
        ));
        rest.push(item(
            "calendars",
            "/calendars",
            "clock",
            "nav.calendars",
            false,
        ));
        rest.push(item(
            "leaving",
            "/leaving",
            "user-round-x",
            "nav.leaving",
            false,
        ));
    }
    if site.config.mailbox_page() {
        rest.push(item("mail", "/dev/mail", "mail", "nav.mail", false));
    }
    if let Some(first) = rest.first_mut() {
        let key = if visit.admin {
            "nav.admin"
        } else {
            "nav.development"
        };
        first.heading = words::word(lang, key).to_owned();
    }
    items.extend(rest);
    items
}

/// Goes on to another page, with a word to say there.
pub fn onward(site: &Site, to: &str, note: Option<&Note>) -> Response {
    let to = HeaderValue::from_str(to).unwrap_or(HeaderValue::from_static("/inbox"));
    let mut response = (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response();
    if let Some(note) = note {
        let text = serde_json::to_vec(note).unwrap_or_default();
        append(
            &mut response,
            cookie::set(
                cookie::NOTE,
                &URL_SAFE_NO_PAD.encode(text),
                Some(60),
                site.secure,
            ),
        );
    }
    response
}

/// Adds a cookie to an answer.
pub fn append(response: &mut Response, cookie: Option<HeaderValue>) {
    if let Some(cookie) = cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

/// A place in this site to go on to: never another site, whatever a form says.
pub fn safe_next(next: &str) -> &str {
    let local = next.starts_with('/') && !next.starts_with("//") && !next.starts_with("/\\");
    let plain = next
        .bytes()
        .all(|byte| (0x21..0x7f).contains(&byte) && byte != b'\\');
    if local && plain { next } else { "/inbox" }
}

/// Sites are shared.
pub type Shared = Arc<Site>;

/// The words of a key in the visit's language.
pub fn word(lang: Lang, key: &str) -> String {
    words::word(lang, key).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn next_never_leaves_the_site() {
        assert_eq!(safe_next("/tasks/1/2?x=1"), "/tasks/1/2?x=1");
        for evil in [
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "/a\r\nSet-Cookie: x",
            "",
            "/ä",
        ] {
            assert_eq!(safe_next(evil), "/inbox", "{evil:?}");
        }
    }
}
