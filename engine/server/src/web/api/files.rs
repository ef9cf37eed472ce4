//! `/api/v1/files`: attachments for comments and drawn signatures.

use std::sync::Arc;

use axum::extract::{Multipart, Path, State};
use axum::http::StatusCode;

use super::bodies::StoredFile;
use super::{Answer, Writer, json};
use crate::web::guard::faults::Problem;
use crate::web::pages::files;
use crate::web::{Fault, Reader, Site};

/// Stores a file (`multipart/form-data`, one part with a file name); its id goes with a comment, a field or a signature. Until
/// then nobody but you can read it.
#[utoipa::path(post, path = "/api/v1/files", tag = "files",
    responses((status = 201, body = StoredFile), (status = 413, body = Problem), (status = 422, body = Problem)))]
pub async fn store(State(site): State<Arc<Site>>, writer: Writer, mut parts: Multipart) -> Answer {
    while let Some(part) = parts
        .next_field()
        .await
        .map_err(|error| Fault::malformed(error.to_string()))?
    {
        let Some(name) = part.file_name().map(str::to_owned) else {
            continue;
        };
        let content = part
            .bytes()
            .await
            .map_err(|error| Fault::new(error.status(), "too_large"))?;
        let stored = site
            .app
            .attach(&writer.0.id, &name, content.to_vec())
            .await?;
        return json(
            StatusCode::CREATED,
            &StoredFile {
                id: stored.id,
                name: stored.name,
                bytes: stored.bytes,
                media_type: stored.media_type,
                hash: stored.hash,
            },
        );
    }
    Err(Fault::malformed("no part with a file"))
}

/// A file, for those who may read it.
#[utoipa::path(get, path = "/api/v1/files/{id}", tag = "files", params(("id" = String, Path)),
    responses((status = 200), (status = 404, body = Problem)))]
pub async fn show(state: State<Arc<Site>>, reader: Reader, id: Path<String>) -> Answer {
    files::show(state, reader, id).await
}
