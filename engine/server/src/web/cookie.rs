//! Cookies. Over https they are `__Host-` cookies: Secure, for this host alone, the whole path. Over plain http (loopback,
//! development) browsers refuse that prefix, so the name goes without it; docs/configuration.md says so.

use axum::http::{HeaderMap, HeaderValue, header};

/// The session.
pub const SESSION: &str = "assent";
/// A random number per browser that CSRF tokens are made from.
pub const VISIT: &str = "assent_visit";
/// The approval link somebody came by.
pub const LINK: &str = "assent_link";
/// The trace that began when somebody opened a link in a mail.
pub const TRACE: &str = "assent_trace";
/// A word for the next page.
pub const NOTE: &str = "assent_note";
/// The language chosen.
pub const LANG: &str = "assent_lang";
/// Light or dark, when chosen.
pub const THEME: &str = "assent_theme";

/// How long a browser keeps a language or a theme: a year.
pub const YEAR_S: i64 = 365 * 24 * 3600;

fn full_name(name: &str, secure: bool) -> String {
    if secure {
        format!("__Host-{name}")
    } else {
        name.to_owned()
    }
}

/// The value of a cookie.
pub fn read<'a>(headers: &'a HeaderMap, name: &str, secure: bool) -> Option<&'a str> {
    let name = full_name(name, secure);
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value)
}

/// A `Set-Cookie` header; `seconds` of 0 removes it, none keeps it until the browser closes. The value must be plain
/// (base64url, a word): anything else makes no header.
pub fn set(name: &str, value: &str, seconds: Option<i64>, secure: bool) -> Option<HeaderValue> {
    let plain = value
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    if !plain {
        return None;
    }
    let mut text = format!(
        "{}={value}; Path=/; HttpOnly; SameSite=Lax",
        full_name(name, secure)
    );
    if let Some(seconds) = seconds {
        text.push_str(&format!("; Max-Age={seconds}"));
    }
    if secure {
        text.push_str("; Secure");
    }
    HeaderValue::from_str(&text).ok()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_host_bound_over_https() {
        let header = set(SESSION, "abc-_1", Some(60), true).unwrap();
        assert_eq!(
            header.to_str().unwrap(),
            "__Host-assent=abc-_1; Path=/; HttpOnly; SameSite=Lax; Max-Age=60; Secure"
        );
        assert!(set(SESSION, "a\r\nSet-Cookie: x=1", None, true).is_none());
    }

    #[test]
    fn the_right_cookie_is_read() {
        let mut headers = HeaderMap::new();
        headers.insert(
            header::COOKIE,
            HeaderValue::from_static("assent_lang=en; assent=tok; x=y"),
        );
        assert_eq!(read(&headers, SESSION, false), Some("tok"));
        assert_eq!(read(&headers, SESSION, true), None);
    }
}
