//! What a browser posts: a form, with its CSRF token checked before anything else looks at it.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Multipart, Request};
use axum::http::{StatusCode, header};

use super::form::Typed;
use super::{Fault, Visit};

/// Most fields of one form.
const FIELDS_MAX: usize = 5_000;

/// A form that was posted by one of our own pages.
#[derive(Debug)]
pub struct Posted {
    pub typed: Typed,
    pub files: Vec<PostedFile>,
}

/// A file that came with a form.
#[derive(Debug)]
pub struct PostedFile {
    /// The input's name.
    pub input: String,
    pub name: String,
    pub content: Vec<u8>,
}

impl<S: Send + Sync> FromRequest<S> for Posted {
    type Rejection = Fault;

    async fn from_request(request: Request, state: &S) -> Result<Self, Fault> {
        let (mut parts, body) = request.into_parts();
        let visit = Visit::from_request_parts(&mut parts, state).await?;
        let kind = parts
            .headers
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_owned();
        let request = Request::from_parts(parts, body);
        let posted = if kind.starts_with("multipart/form-data") {
            multipart(request, state).await?
        } else {
            urlencoded(request, state).await?
        };
        if !visit.csrf_matches(posted.typed.text("csrf")) {
            return Err(Fault::new(StatusCode::FORBIDDEN, "csrf"));
        }
        Ok(posted)
    }
}

async fn urlencoded<S: Send + Sync>(request: Request, state: &S) -> Result<Posted, Fault> {
    let bytes = Bytes::from_request(request, state)
        .await
        .map_err(|rejection| body_fault(rejection.status()))?;
    let pairs = parse(&bytes);
    if pairs.len() > FIELDS_MAX {
        return Err(Fault::malformed("too many fields"));
    }
    Ok(Posted {
        typed: Typed(pairs),
        files: vec![],
    })
}

async fn multipart<S: Send + Sync>(request: Request, state: &S) -> Result<Posted, Fault> {
    let mut parts = Multipart::from_request(request, state)
        .await
        .map_err(|rejection| Fault::malformed(rejection.body_text()))?;
    let mut posted = Posted {
        typed: Typed::default(),
        files: vec![],
    };
    while let Some(part) = parts
        .next_field()
        .await
        .map_err(|error| body_fault(error.status()))?
    {
        if posted.typed.0.len() + posted.files.len() >= FIELDS_MAX {
            return Err(Fault::malformed("too many fields"));
        }
        let input = part.name().unwrap_or_default().to_owned();
        let name = part.file_name().map(str::to_owned);
        let content = part
            .bytes()
            .await
            .map_err(|error| body_fault(error.status()))?;
        match name {
            Some(name) if !name.is_empty() => posted.files.push(PostedFile {
                input,
                name,
                content: content.to_vec(),
            }),
            // No file picked: said, so that clearing the boxes of those that were there takes them away.
            Some(_) => posted.typed.0.push((input, String::new())),
            None => posted
                .typed
                .0
                .push((input, String::from_utf8_lossy(&content).into_owned())),
        }
    }
    Ok(posted)
}

fn body_fault(status: StatusCode) -> Fault {
    if status == StatusCode::PAYLOAD_TOO_LARGE {
        Fault::new(status, "too_large")
    } else {
        Fault::malformed("the body could not be read")
    }
}

/// `application/x-www-form-urlencoded`, every pair in order, repeated names too.
fn parse(bytes: &[u8]) -> Vec<(String, String)> {
    bytes
        .split(|byte| *byte == b'&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let cut = pair
                .iter()
                .position(|byte| *byte == b'=')
                .unwrap_or(pair.len());
            (
                decode(&pair[..cut]),
                decode(pair.get(cut + 1..).unwrap_or_default()),
            )
        })
        .collect()
}

fn decode(text: &[u8]) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        match byte {
            b'+' => out.push(b' '),
            b'%' => {
                let pair = text
                    .get(at + 1..at + 3)
                    .and_then(|pair| std::str::from_utf8(pair).ok());
                match pair.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
                    Some(decoded) => {
                        out.push(decoded);
                        at += 2;
                    }
                    None => out.push(b'%'),
                }
            }
            other => out.push(*other),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_decoded_in_order() {
        let pairs = parse("a=1+2&a=%E5%90%8C%E6%84%8F&b&c=%zz&d=50%".as_bytes());
        let expected = [
            ("a", "1 2"),
            ("a", "同意"),
            ("b", ""),
            ("c", "%zz"),
            ("d", "50%"),
        ];
        assert_eq!(
            pairs,
            expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
    }
}
