//! Language and theme: cookies of this browser. No CSRF token: nothing but the look changes, and the origin is checked.

use std::sync::Arc;

use axum::extract::{Form, State};
use serde::Deserialize;

use super::Answer;
use crate::web::page::{self, safe_next};
use crate::web::{Site, cookie};

#[derive(Debug, Deserialize)]
pub struct Choice {
    #[serde(default)]
    lang: String,
    #[serde(default)]
    theme: String,
    #[serde(default)]
    back: String,
}

/// `POST /language`
pub async fn language(State(site): State<Arc<Site>>, Form(choice): Form<Choice>) -> Answer {
    let lang = if choice.lang == "en" { "en" } else { "zh" };
    let mut response = page::onward(&site, safe_next(&choice.back), None);
    page::append(
        &mut response,
        cookie::set(cookie::LANG, lang, Some(cookie::YEAR_S), site.secure),
    );
    Ok(response)
}

/// `POST /theme`
pub async fn theme(State(site): State<Arc<Site>>, Form(choice): Form<Choice>) -> Answer {
    let mut response = page::onward(&site, "/me", None);
    let cookie = match choice.theme.as_str() {
        theme @ ("light" | "dark") => {
            cookie::set(cookie::THEME, theme, Some(cookie::YEAR_S), site.secure)
        }
        _ => cookie::set(cookie::THEME, "", Some(0), site.secure),
    };
    page::append(&mut response, cookie);
    Ok(response)
}
