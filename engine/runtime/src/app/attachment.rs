//! Files: kept in the database, typed by their content, named by their hash.

use serde::Serialize;

use super::error::AppError;
use super::state::{App, not_ready};

/// Largest file the app takes, bytes.
pub const ATTACHMENT_BYTES_MAX: usize = 20 * 1024 * 1024;

/// A stored file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Attached {
    /// Id: what a file field's value names.
    pub id: String,
    /// Name as it was given, cleaned: never a path.
    pub name: String,
    /// Bytes.
    pub bytes: u64,
    /// Media type by content: `application/pdf`, `image/png`, …; `application/octet-stream` when unknown.
    pub media_type: String,
    /// Hex SHA-256.
    pub hash: String,
    /// Who gave it.
    pub by: String,
}

impl App {
    /// Stores a file.
    ///
    /// # Errors
    /// `Invalid` when it is empty, too large or of a refused type.
    pub async fn attach(
        &self,
        by: &str,
        name: &str,
        content: Vec<u8>,
    ) -> Result<Attached, AppError> {
        let _ = (by, name, content);
        not_ready("attach")
    }

    /// A file, for a reader who may see an instance (or record) that names it, or who gave it.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn attachment(
        &self,
        reader: &str,
        id: &str,
    ) -> Result<(Attached, Vec<u8>), AppError> {
        let _ = (reader, id);
        not_ready("attachment")
    }
}
