//! The manifest beside a copy: what it is, how it was verified, and the hash that tells a copy that was changed.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use assent_core::audit::{RootRow, hex};
use assent_core::time::Moment;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::cannot;
use crate::app::AppError;

/// The format of a manifest.
pub const FORMAT: &str = "assent-backup/1";
/// Bytes read at once.
const BLOCK: usize = 1 << 20;

/// What a copy was made of, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A database file of SQLite.
    Sqlite,
    /// An archive of `pg_dump` in its custom format.
    Postgres,
}

/// How far a copy was verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verified {
    /// Opened or restored, and all of it looked at: pages, chains, roots, rows.
    Whole,
    /// An archive that was read to its end; the server gave no room to restore it for a try.
    Read,
}

/// What stands beside a copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: String,
    /// Name of the copy, without its folder.
    pub file: String,
    /// What it is.
    pub kind: Kind,
    /// The moment it shows: everything acknowledged before is in it.
    pub made: Moment,
    /// Version of the program that made it.
    pub program: String,
    /// The database's version, as it says it.
    pub database: String,
    /// Its last migration.
    pub schema: u32,
    /// The least migration a program must know to work with it.
    pub oldest: u32,
    /// Length of the copy.
    pub bytes: u64,
    /// SHA-256 of the copy, hex.
    pub sha256: String,
    /// How far it was verified.
    pub verified: Verified,
    /// Events it holds; none when it was only read.
    pub events: Option<u64>,
    /// Instances it holds.
    pub instances: Option<u64>,
    /// The last audit root in it: to be compared with roots that are kept elsewhere.
    pub last_root: Option<RootRow>,
}

impl Manifest {
    /// Where the manifest of a copy stands.
    pub fn beside(copy: &Path) -> PathBuf {
        let mut name = copy.as_os_str().to_owned();
        name.push(".json");
        PathBuf::from(name)
    }

    /// Reads the manifest of a copy.
    ///
    /// # Errors
    /// `no_backup` when there is none, or none that can be read.
    pub fn read(copy: &Path) -> Result<Self, AppError> {
        let path = Self::beside(copy);
        let text = std::fs::read_to_string(&path).map_err(|fault| no_backup(&path, &fault))?;
        let manifest: Self =
            serde_json::from_str(&text).map_err(|fault| no_backup(&path, &fault))?;
        if manifest.format != FORMAT {
            return Err(no_backup(&path, &manifest.format));
        }
        Ok(manifest)
    }

    /// Writes it beside its copy, as the last step: from then on the copy is a backup.
    pub(super) fn write(&self, copy: &Path) -> Result<(), AppError> {
        let path = Self::beside(copy);
        let fault = |fault| cannot("写不了", &path, &fault);
        let text = serde_json::to_string_pretty(self).unwrap_or_default();
        let beside = path.with_extension("json.partial");
        let mut file = private(&beside).map_err(fault)?;
        writeln!(file, "{text}").map_err(fault)?;
        file.sync_all().map_err(fault)?;
        std::fs::rename(&beside, &path).map_err(fault)?;
        sync_folder(&path).map_err(fault)
    }
}

fn no_backup(path: &Path, cause: &dyn std::fmt::Display) -> AppError {
    AppError::unavailable(
        "no_backup",
        format!(
            "旁边没有可用的清单 {}：没有清单的文件未经校验，不是备份。请用 assent backup 生成的文件",
            path.display()
        ),
        format!(
            "There is no usable manifest {}: a file without one was never verified and is no backup. Take one that assent backup made",
            path.display()
        ),
        cause,
    )
}

/// A new file for its owner alone; one that a crash left behind is taken over.
pub(crate) fn private(path: &Path) -> std::io::Result<File> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)
}

/// Makes a name durable: the folder it stands in is written.
pub(crate) fn sync_folder(path: &Path) -> std::io::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// Length and SHA-256 (hex) of a file.
pub(crate) fn digest(path: &Path) -> std::io::Result<(u64, String)> {
    let (mut file, mut hash, mut bytes) = (File::open(path)?, Sha256::new(), 0);
    let mut block = vec![0; BLOCK];
    loop {
        let read = file.read(&mut block)?;
        if read == 0 {
            return Ok((bytes, hex(&hash.finalize())));
        }
        hash.update(&block[..read]);
        bytes += read as u64;
    }
}
