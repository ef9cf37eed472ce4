//! Files: kept in the database, typed by their content, named by their hash.

use assent_core::text::Text;
use assent_store::Attachment;
use serde::Serialize;

use super::error::{AppError, FieldFault};
use super::state::App;
use crate::secret;

/// Most characters of a file's name.
const NAME_CHARS_MAX: usize = 120;

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
        let fault = |code: &str, zh: &str, en: &str| {
            AppError::Invalid(vec![FieldFault {
                field: "file".to_owned(),
                code: code.to_owned(),
                message: Text::new(zh, en),
            }])
        };
        if content.is_empty() {
            return Err(fault(
                "empty_file",
                "文件是空的，请重新选择",
                "The file is empty; choose another",
            ));
        }
        if content.len() > ATTACHMENT_BYTES_MAX {
            return Err(fault(
                "file_too_large",
                "文件超过 20 MB，请压缩后再上传",
                "The file is larger than 20 MB; make it smaller",
            ));
        }
        let media = media_type(&content);
        if media == "application/x-executable" {
            return Err(fault(
                "file_type_refused",
                "不接受可执行文件",
                "Programs are not accepted",
            ));
        }
        let file = Attachment {
            id: self.new_id(),
            name: clean_name(name),
            media: media.to_owned(),
            size: u64::try_from(content.len()).unwrap_or(u64::MAX),
            sha256: secret::hash_bytes(&content),
            owner: by.to_owned(),
            at: self.now(),
            instance: String::new(),
        };
        self.store().add_attachment(&file, &content).await?;
        Ok(attached(file))
    }

    /// A file, for a reader who may see the instance that holds it, or who gave it.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn attachment(
        &self,
        reader: &str,
        id: &str,
    ) -> Result<(Attached, Vec<u8>), AppError> {
        let file = self
            .store()
            .attachment(id)
            .await?
            .ok_or(AppError::NotFound)?;
        let mine = file.owner == reader || self.is_admin(reader);
        if !mine && (file.instance.is_empty() || !self.may_see_file(reader, &file).await?) {
            return Err(AppError::NotFound);
        }
        let bytes = self
            .store()
            .attachment_bytes(id)
            .await?
            .ok_or(AppError::NotFound)?;
        Ok((attached(file), bytes))
    }

    /// A field that is hidden from a reader hides its files too.
    async fn may_see_file(&self, reader: &str, file: &Attachment) -> Result<bool, AppError> {
        let view = match self.instance_view(reader, &file.instance).await {
            Ok(view) => view,
            Err(AppError::NotFound) => return Ok(false),
            Err(fault) => return Err(fault),
        };
        let of_facts = view
            .facts
            .iter()
            .any(|fact| fact.kind == "file" && fact.value.to_string().contains(&file.id));
        // What came with a comment or is somebody's signature is read by everybody who reads the trail.
        let of_trail = view
            .timeline
            .iter()
            .any(|item| item.files.iter().any(|one| one.id == file.id));
        Ok(of_facts || of_trail)
    }
}

fn attached(file: Attachment) -> Attached {
    Attached {
        id: file.id,
        name: file.name,
        bytes: file.size,
        media_type: file.media,
        hash: file.sha256,
        by: file.owner,
    }
}

/// The last part of whatever was given, on one line: never a path.
fn clean_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = last
        .chars()
        .filter(|c| !c.is_control() && !"<>:\"|?*".contains(*c))
        .take(NAME_CHARS_MAX)
        .collect();
    let plain = plain.trim().trim_start_matches('.').to_owned();
    if plain.is_empty() {
        "file".to_owned()
    } else {
        plain
    }
}

/// The media type by a file's first bytes. What could run in a browser is `application/octet-stream`: it is downloaded,
/// never shown.
fn media_type(content: &[u8]) -> &'static str {
    const KNOWN: [(&[u8], &str); 9] = [
        (b"%PDF-", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"GIF8", "image/gif"),
        (b"PK\x03\x04", "application/zip"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            "application/x-ole-storage",
        ),
        (b"MZ", "application/x-executable"),
        (b"\x7fELF", "application/x-executable"),
        (b"#!", "application/x-executable"),
    ];
    if content.starts_with(b"RIFF") && content.get(8..12) == Some(b"WEBP") {
        return "image/webp";
    }
    if content.starts_with(b"PK\x03\x04")
        && content.windows(3).take(4_000).any(|part| part == b"xl/")
    {
        return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    }
    let found = KNOWN.iter().find(|(first, _)| content.starts_with(first));
    found.map_or("application/octet-stream", |(_, media)| media)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_never_a_path() {
        assert_eq!(clean_name("../../etc/passwd"), "passwd");
        assert_eq!(clean_name("C:\\Temp\\合同.pdf"), "合同.pdf");
        assert_eq!(clean_name("..\u{0}"), "file");
    }

    #[test]
    fn the_type_is_what_the_content_says() {
        assert_eq!(media_type(b"%PDF-1.7"), "application/pdf");
        assert_eq!(media_type(b"<svg onload=x>"), "application/octet-stream");
        assert_eq!(media_type(b"MZ\x90"), "application/x-executable");
    }
}
