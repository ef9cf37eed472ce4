//! Who visits: language, session, address, and what a page must know about them. Made once per request.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use assent_core::text::Lang;
use assent_runtime::app::{PersonView, Signed};
use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::fault::Fault;
use super::model::Note;
use super::{Site, cookie};

/// What is known about a request before its page runs.
#[derive(Clone, Debug)]
pub struct Visit {
    pub lang: Lang,
    /// `light`, `dark`, or empty for the system's choice.
    pub theme: &'static str,
    /// The address of the page itself, query included.
    pub path: String,
    pub address: IpAddr,
    /// Came through a proxy.
    pub forwarded: bool,
    /// The browser's own description, cut to a sensible length.
    pub agent: String,
    /// Goes into logs and error pages.
    pub request: String,
    pub signed: Option<Signed>,
    /// The session came as a bearer token: no cookie, so no CSRF.
    pub bearer: bool,
    pub person: Option<PersonView>,
    pub admin: bool,
    /// A random number of this browser; CSRF tokens are made from it.
    pub secret: String,
    /// True when the browser has no secret yet: the answer sets one.
    pub new_secret: bool,
    /// A word from the page before.
    pub note: Option<Note>,
    /// The approval link they came by.
    pub link: Option<String>,
    /// A machine asks: errors as problem+json.
    pub api: bool,
}

/// Most characters of a browser's description that are kept.
const AGENT_CHARS_MAX: usize = 160;

impl Visit {
    /// The CSRF token of this browser and session.
    pub fn csrf(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(b"assent csrf\0");
        hash.update(self.secret.as_bytes());
        hash.update(b"\0");
        if let Some(signed) = &self.signed {
            hash.update(signed.session.as_bytes());
        }
        URL_SAFE_NO_PAD.encode(hash.finalize())
    }

    /// Is this the token of this browser? Compared in constant time.
    pub fn csrf_matches(&self, given: &str) -> bool {
        let expected = self.csrf();
        expected.len() == given.len()
            && expected
                .bytes()
                .zip(given.bytes())
                .fold(0, |differs, (left, right)| differs | (left ^ right))
                == 0
    }
}

/// Random bytes as base64url.
///
/// # Errors
/// When the system has no randomness: nothing secret can be made then.
pub fn random(bytes: usize) -> Result<String, Fault> {
    let mut buffer = vec![0; bytes];
    getrandom::fill(&mut buffer)
        .map_err(|error| Fault::internal(format!("no randomness: {error}")))?;
    Ok(URL_SAFE_NO_PAD.encode(buffer))
}

/// Makes the [`Visit`] of a request and keeps it for the pages.
pub async fn meet(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let visit = match look(&site, &parts).await {
        Ok(visit) => visit,
        Err(fault) => return axum::response::IntoResponse::into_response(fault),
    };
    parts.extensions.insert(Arc::new(visit));
    next.run(Request::from_parts(parts, body)).await
}

async fn look(site: &Site, request: &Parts) -> Result<Visit, Fault> {
    let headers = &request.headers;
    let path = request
        .uri
        .path_and_query()
        .map_or("/", |path| path.as_str());
    let api = path.starts_with("/api/");
    let secret =
        cookie::read(headers, cookie::VISIT, site.secure).filter(|secret| secret.len() >= 32);
    let (address, forwarded) = address(site, request);
    let mut visit = Visit {
        lang: Lang::Zh,
        theme: match cookie::read(headers, cookie::THEME, site.secure) {
            Some("light") => "light",
            Some("dark") => "dark",
            Some(_) | None => "",
        },
        path: without_token(path),
        address,
        forwarded,
        agent: agent(headers),
        request: request
            .extensions
            .get::<super::guard::request_id::RequestId>()
            .map(|id| id.0.clone())
            .unwrap_or_default(),
        signed: None,
        bearer: false,
        person: None,
        admin: false,
        new_secret: secret.is_none(),
        secret: match secret {
            Some(secret) => secret.to_owned(),
            None => random(32)?,
        },
        note: cookie::read(headers, cookie::NOTE, site.secure).and_then(note),
        link: cookie::read(headers, cookie::LINK, site.secure).map(str::to_owned),
        api,
    };
    recognise(site, headers, &mut visit).await?;
    visit.lang = language(site, headers, &visit);
    Ok(visit)
}

/// By cookie, or for the API by bearer token.
async fn recognise(site: &Site, headers: &HeaderMap, visit: &mut Visit) -> Result<(), Fault> {
    if let Some(token) = bearer(headers).filter(|_| visit.api) {
        visit.bearer = true;
        if let Some(person) = site.app.token_person(token).await? {
            visit.signed = Some(Signed {
                session: String::new(),
                expires: site.app.now(),
                limited: None,
                person,
            });
        }
    } else if let Some(token) = cookie::read(headers, cookie::SESSION, site.secure) {
        visit.signed = site.app.signed(token).await?;
    }
    if let Some(signed) = &visit.signed {
        visit.person = Some(site.app.person_view(&signed.person));
        visit.admin = site.app.is_admin(&signed.person);
    }
    Ok(())
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?
        .strip_prefix("Bearer ")
        .map(str::trim)
}

fn address(site: &Site, request: &Parts) -> (IpAddr, bool) {
    let peer = request
        .extensions
        .get::<ConnectInfo<SocketAddr>>()
        .map_or(IpAddr::from([127, 0, 0, 1]), |peer| peer.0.ip());
    let header = request
        .headers
        .get("x-forwarded-for")
        .and_then(|value| value.to_str().ok());
    // The last entry is the one our own proxy wrote; those before it are hearsay.
    let forwarded = header
        .and_then(|value| value.rsplit(',').next())
        .and_then(|address| address.trim().parse().ok());
    match forwarded {
        Some(address) if site.config.server.trust_forwarded => (address, true),
        Some(_) | None => (peer, header.is_some()),
    }
}

fn agent(headers: &HeaderMap) -> String {
    headers
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .chars()
        .filter(|letter| !letter.is_control())
        .take(AGENT_CHARS_MAX)
        .collect()
}

/// A link's token is a secret: no page leads back to it.
fn without_token(path: &str) -> String {
    match (path.starts_with("/l/"), path.split_once('?')) {
        (false, _) => path.to_owned(),
        (true, Some((_, query))) => format!("/?{query}"),
        (true, None) => "/".to_owned(),
    }
}

/// The address's choice (`?lang=en`, this once), else the cookie's, the account's, the browser's; else Chinese.
fn language(site: &Site, headers: &HeaderMap, visit: &Visit) -> Lang {
    let query = visit.path.split_once('?').map_or("", |(_, query)| query);
    match query.split('&').find_map(|pair| pair.strip_prefix("lang=")) {
        Some("en") => return Lang::En,
        Some("zh") => return Lang::Zh,
        Some(_) | None => {}
    }
    match cookie::read(headers, cookie::LANG, site.secure) {
        Some("en") => return Lang::En,
        Some("zh") => return Lang::Zh,
        Some(_) | None => {}
    }
    if let Some(person) = &visit.person
        && let Some(known) = site.app.directory().people.get(&person.id)
        && !visit.api
    {
        return known.lang;
    }
    let accepted = headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .to_ascii_lowercase();
    match (accepted.find("zh"), accepted.find("en")) {
        (None, Some(_)) => Lang::En,
        (Some(zh), Some(en)) if en < zh => Lang::En,
        _ => Lang::Zh,
    }
}

fn note(value: &str) -> Option<Note> {
    let bytes = URL_SAFE_NO_PAD.decode(value).ok()?;
    serde_json::from_slice(&bytes).ok()
}

impl<S: Sync> FromRequestParts<S> for Visit {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Fault> {
        parts
            .extensions
            .get::<Arc<Visit>>()
            .map(|visit| Visit::clone(visit))
            .ok_or_else(|| Fault::internal("no visit: the guard is missing"))
    }
}

/// A visit of somebody who is signed in; everybody else is sent to the sign-in page (or gets 401 from the API).
#[derive(Clone, Debug)]
pub struct Reader {
    /// Their id.
    pub id: String,
    pub visit: Visit,
}

impl<S: Sync> FromRequestParts<S> for Reader {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Fault> {
        let visit = Visit::from_request_parts(parts, state).await?;
        match &visit.signed {
            // A limited session reaches nothing but what its own pages let through.
            Some(signed) if signed.limited.is_none() => Ok(Self {
                id: signed.person.clone(),
                visit,
            }),
            Some(_) | None => Err(Fault::sign_in()),
        }
    }
}
