//! Files, as bytes in one table.

use std::collections::BTreeMap;

use assent_core::time::Moment;

use crate::Store;
use crate::db::{Arg, args, json_rows};
use crate::dialect::{Sql, over_rows};
use crate::error::StoreError;
use crate::row::Row;

/// A file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// UUIDv7.
    pub id: String,
    /// The name it came with; never a path.
    pub name: String,
    /// Media type, by content.
    pub media: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256, hex.
    pub sha256: String,
    /// Who brought it.
    pub owner: String,
    /// When.
    pub at: Moment,
    /// The instance it belongs to; empty as long as it belongs to none.
    pub instance: String,
}

const FILE_ADD: Sql = Sql::Same(
    "insert into attachments (id, name, media, size, sha256, owner, at, instance, bytes) \
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
);
const FILE: Sql = Sql::Same(
    "select id, name, media, size, sha256, owner, at, instance from attachments where id = $1",
);
const FILES_OF: Sql = Sql::Same(
    "select id, name, media, size, sha256, owner, at, instance from attachments where instance = $1 order by id",
);
const FILE_NAMES: Sql = over_rows!(
    "select id, name from attachments where id in (select j.value->>0 from",
    ")"
);
const FILE_BYTES: Sql = Sql::Same("select bytes from attachments where id = $1");
const FILE_OF: Sql = Sql::Same("update attachments set instance = $2 where id = $1");

impl Store {
    /// Keeps a file.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn add_attachment(&self, file: &Attachment, bytes: &[u8]) -> Result<(), StoreError> {
        let mut args = args![
            &file.id,
            &file.name,
            &file.media,
            i64::try_from(file.size).unwrap_or(i64::MAX),
            &file.sha256,
            &file.owner,
            file.at,
            &file.instance,
        ];
        args.push(Arg::Blob(bytes.to_vec()));
        self.run(&FILE_ADD, args).await.map(drop)
    }

    /// A file without its bytes.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn attachment(&self, id: &str) -> Result<Option<Attachment>, StoreError> {
        self.one(&FILE, args![id], attachment).await
    }

    /// Files of an instance, oldest first, without their bytes.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn attachments_of(&self, instance: &str) -> Result<Vec<Attachment>, StoreError> {
        self.list(&FILES_OF, args![instance], attachment).await
    }

    /// What these files are called, by id; unknown ids are left out.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn attachment_names(
        &self,
        ids: &[&str],
    ) -> Result<BTreeMap<String, String>, StoreError> {
        let rows: Vec<_> = ids.iter().map(|id| (id,)).collect();
        let named = |mut row: Row| Ok((row.text()?, row.text()?));
        let found = self
            .list(&FILE_NAMES, args![json_rows(&rows)?], named)
            .await?;
        Ok(found.into_iter().collect())
    }

    /// A file's bytes.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn attachment_bytes(&self, id: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.one(&FILE_BYTES, args![id], |mut row| row.blob()).await
    }

    /// Says which instance a file belongs to.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn attach(&self, id: &str, instance: &str) -> Result<bool, StoreError> {
        Ok(self.run(&FILE_OF, args![id, instance]).await? > 0)
    }
}

fn attachment(mut row: Row) -> Result<Attachment, StoreError> {
    Ok(Attachment {
        id: row.text()?,
        name: row.text()?,
        media: row.text()?,
        size: row.count()?,
        sha256: row.text()?,
        owner: row.text()?,
        at: row.moment()?,
        instance: row.text()?,
    })
}
