//! A letter as a message: headers and encoded parts.

use std::time::{Duration, UNIX_EPOCH};

use lettre::message::header::{
    ContentTransferEncoding, ContentType, Header, HeaderName, HeaderValue, InReplyTo, MessageId,
    References, Subject,
};
use lettre::message::{Mailbox, MultiPart, MultiPartKind, SinglePart};
use lettre::{Address, Message};
use sha2::{Digest, Sha256};

use super::carrier::Undelivered;
use super::clean::{display_name, one_line};
use super::letter::Letter;
use super::{html, text};

/// Who mails come from.
#[derive(Clone, Debug)]
pub struct Sender {
    mailbox: Mailbox,
}

impl Sender {
    /// Reads `Assent <approvals@example.com>`.
    ///
    /// # Errors
    /// The text, when it is no such thing.
    pub fn parse(from: &str) -> Result<Self, String> {
        let (name, address) = match from.split_once('<') {
            Some((name, rest)) => (name, rest.trim_end().trim_end_matches('>')),
            None => ("", from),
        };
        let address: Address = address.trim().parse().map_err(|_| from.to_owned())?;
        let name = Some(display_name(name)).filter(|name| !name.is_empty());
        Ok(Self {
            mailbox: Mailbox::new(name, address),
        })
    }

    fn domain(&self) -> &str {
        self.mailbox.email.domain()
    }
}

/// Automatic mail says so, or other machines would answer it (RFC 3834).
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }
    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }
    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// A letter as a message. The same letter gives the same bytes, boundary and date included.
///
/// # Errors
/// A permanent [`Undelivered`] when the address is not one.
pub fn to_message(letter: &Letter, from: &Sender) -> Result<Message, Undelivered> {
    let address: Address = letter
        .to_address
        .parse()
        .map_err(|_| Undelivered::bad_address(&letter.to_address))?;
    let name = Some(display_name(&letter.to_name)).filter(|name| !name.is_empty());
    let domain = from.domain();
    let date = UNIX_EPOCH + Duration::from_millis(u64::try_from(letter.at.0).unwrap_or(0));
    let mut message = Message::builder()
        .from(from.mailbox.clone())
        .to(Mailbox::new(name, address))
        .date(date)
        .header(Subject::from(one_line(&letter.subject)))
        .header(MessageId::from(message_id(&letter.id, domain)))
        .header(AutoSubmitted);
    if let Some(thread) = &letter.thread {
        let root = message_id(&format!("case-{thread}"), domain);
        message = message
            .header(InReplyTo::from(root.clone()))
            .header(References::from(root));
    }
    message
        .multipart(parts(letter))
        .map_err(|fault| Undelivered::permanent(fault.to_string()))
}

/// Both parts, always base64: a bare CR or LF in user text then cannot become a line of the SMTP dialogue
/// (RUSTSEC-2026-0561).
fn parts(letter: &Letter) -> MultiPart {
    let digest = Sha256::digest(letter.id.as_bytes());
    let boundary = assent_core::audit::hex(&digest[..16]);
    let part = |content_type: ContentType, body: String| {
        SinglePart::builder()
            .header(content_type)
            .header(ContentTransferEncoding::Base64)
            .body(crlf(&body))
    };
    MultiPart::builder()
        .kind(MultiPartKind::Alternative)
        .boundary(boundary)
        .singlepart(part(ContentType::TEXT_PLAIN, text::render(letter)))
        .singlepart(part(ContentType::TEXT_HTML, html::render(letter)))
}

/// Every kind of line end as CRLF, the canonical form of a text part.
fn crlf(text: &str) -> String {
    text.replace("\r\n", "\n")
        .replace('\r', "\n")
        .replace('\0', "")
        .replace('\n', "\r\n")
}

/// `<id@domain>`, with nothing in the id that a header could not hold.
fn message_id(id: &str, domain: &str) -> String {
    let safe: String = id
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '-' {
                c
            } else {
                '.'
            }
        })
        .collect();
    format!("<{safe}@{domain}>")
}
