//! Reading one of our own messages back, for the development mailbox.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The text and the HTML part of a message made by [`super::to_message`]; empty where there is none.
pub(crate) fn parts_of(raw: &str) -> (String, String) {
    let (mut text, mut html) = (String::new(), String::new());
    let Some(boundary) = raw
        .split("boundary=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
    else {
        return (text, html);
    };
    for part in raw.split(&format!("--{boundary}")).skip(1) {
        let Some((headers, body)) = part.split_once("\r\n\r\n") else {
            continue;
        };
        let body: String = body.split_whitespace().collect();
        let body = STANDARD.decode(body).unwrap_or_default();
        let body = String::from_utf8_lossy(&body).replace("\r\n", "\n");
        if headers.contains("text/html") {
            html = body;
        } else if headers.contains("text/plain") {
            text = body;
        }
    }
    (text, html)
}
