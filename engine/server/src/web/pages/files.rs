//! Files: for those who may read them. Pictures and PDF open in the browser, everything else is saved; nothing runs.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::IntoResponse as _;

use super::Answer;
use crate::web::guard::faults::encode;
use crate::web::{Reader, Site};

/// `GET /files/{id}`
pub async fn show(State(site): State<Arc<Site>>, reader: Reader, Path(id): Path<String>) -> Answer {
    let (file, content) = site.app.attachment(&reader.id, &id).await?;
    let inline = matches!(
        file.media_type.as_str(),
        "application/pdf" | "image/png" | "image/jpeg" | "image/gif" | "image/webp"
    );
    let (kind, how) = if inline {
        (file.media_type.as_str(), "inline")
    } else {
        ("application/octet-stream", "attachment")
    };
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!(
                "{how}; filename*=UTF-8''{}",
                encode(&file.name).replace('/', "%2F")
            ),
        ),
        (
            header::CONTENT_SECURITY_POLICY,
            "sandbox; default-src 'none'".to_owned(),
        ),
    ];
    Ok((headers, content).into_response())
}
