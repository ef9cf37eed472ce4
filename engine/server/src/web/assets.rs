//! Style and script: two files, embedded, with their hash in the address so that browsers may keep them for ever.

use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use sha2::{Digest, Sha256};

use super::Site;

const OWN_CSS: &str = include_str!("../../assets/app.css");
const JS: &str = include_str!("../../assets/app.js");
const API_JS: &str = include_str!("../../assets/api.js");
const SEAL: &str = include_str!("../../assets/seal.svg");

const FOR_EVER: &str = "public, max-age=31536000, immutable";

fn href(text: &str, name: &str) -> String {
    let hash = Sha256::digest(text.as_bytes());
    let short = assent_core::audit::hex(&hash[..6]);
    format!("/assets/{short}/{name}")
}

/// The style: ours, and the diagram's, which uses our colours.
pub fn css() -> &'static str {
    static CSS: OnceLock<String> = OnceLock::new();
    CSS.get_or_init(|| format!("{OWN_CSS}{}", assent_core::diagram::CSS))
}

/// Address of the style.
pub fn css_href() -> &'static str {
    static HREF: OnceLock<String> = OnceLock::new();
    HREF.get_or_init(|| href(css(), "app.css"))
}

/// Address of the script.
pub fn js_href() -> &'static str {
    static HREF: OnceLock<String> = OnceLock::new();
    HREF.get_or_init(|| href(JS, "app.js"))
}

/// Address of the API viewer's script.
pub fn api_js_href() -> &'static str {
    static HREF: OnceLock<String> = OnceLock::new();
    HREF.get_or_init(|| href(API_JS, "api.js"))
}

/// `/assets/…`.
pub fn routes() -> Router<Arc<Site>> {
    Router::new()
        .route(
            css_href(),
            get(|| file("text/css; charset=utf-8", css(), FOR_EVER)),
        )
        .route(
            js_href(),
            get(|| file("text/javascript; charset=utf-8", JS, FOR_EVER)),
        )
        .route(
            api_js_href(),
            get(|| file("text/javascript; charset=utf-8", API_JS, FOR_EVER)),
        )
        .route(
            "/assets/seal.svg",
            get(|| file("image/svg+xml", SEAL, "public, max-age=86400")),
        )
        .route(
            "/favicon.ico",
            get(|| file("image/svg+xml", SEAL, "public, max-age=86400")),
        )
}

async fn file(kind: &'static str, text: &'static str, cache: &'static str) -> Response {
    (
        StatusCode::OK,
        [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, cache)],
        text,
    )
        .into_response()
}
