//! Copies of a database that can be relied on: made while the server runs, on disk, opened again and verified before they are
//! called a backup, and restored into a new place only.
//!
//! What makes a file a backup is the manifest beside it, which is written last. A copy that does not verify is put aside
//! under another name, with no manifest.

mod address;
mod copy;
mod manifest;
mod restore;
mod schedule;
mod tools;

use std::path::PathBuf;
use std::time::Duration;

use assent_core::catalog::Catalog;
use assent_core::text::Text;
use assent_core::time::Moment;

use crate::app::AppError;
use crate::audit::{Expectation, Report, verify_database};

pub use copy::backup;
pub use manifest::{FORMAT, Kind, Manifest, Verified};
pub(crate) use manifest::{digest, private, sync_folder};
pub use restore::{Restored, restore};
pub use schedule::newest;
#[cfg(test)]
pub(crate) use schedule::step;
pub(crate) use schedule::{Kept, run};

/// When and where the server makes backups by itself.
#[derive(Clone, Debug, Default)]
pub struct BackupConfig {
    /// The folder they go to; none: the server makes none.
    pub folder: Option<PathBuf>,
    /// Time between two of them, in minutes.
    pub every_minutes: u32,
    /// How many are kept; older ones are deleted after a new one was verified.
    pub keep: u32,
    /// Where `pg_dump` and its like are; none: they are looked for.
    pub tools: Option<PathBuf>,
}

/// What a copy or a restored database is verified with.
#[derive(Clone, Debug)]
pub struct Checks {
    /// What flows are read with: whether something wakes each instance is checked where its flow can be read.
    pub catalog: Catalog,
    /// Public keys or ids of which one must have signed the last root; empty: any.
    pub keys: Vec<String>,
    /// Now.
    pub now: Moment,
    /// Where `pg_dump` and its like are; none: they are looked for.
    pub tools: Option<PathBuf>,
}

/// What became of a copy.
#[derive(Clone, Debug)]
pub enum Copied {
    /// It is a backup.
    Backup(Box<Done>),
    /// It was copied, does not verify, and is kept under this name for whoever looks into it.
    Unverified {
        /// Where it is.
        kept: PathBuf,
        /// What was found, in words.
        findings: Vec<Text>,
    },
}

/// A backup that was made.
#[derive(Clone, Debug)]
pub struct Done {
    /// The copy; its manifest stands beside it.
    pub file: PathBuf,
    /// What it holds.
    pub manifest: Manifest,
    /// How long copying and verifying took.
    pub took: Duration,
}

/// Most findings that are put into words.
const FINDINGS_MAX: usize = 20;

/// Opens a database and looks at all of it: its own pages, the chains, the roots, and that folding the events gives the rows.
async fn inspect(url: &str, checks: &Checks) -> Result<(Report, Vec<Text>), AppError> {
    let store = assent_store::Store::open_to_read(url).await?;
    let said = store.integrity().await;
    store.close().await;
    let mut findings: Vec<Text> = said?
        .into_iter()
        .map(|line| {
            Text::new(
                format!("数据库自检：{line}"),
                format!("The database's own check: {line}"),
            )
        })
        .collect();
    let expected = Expectation {
        keys: checks.keys.clone(),
        ..Expectation::default()
    };
    let report = verify_database(url, checks.now, &checks.catalog, expected).await?;
    findings.extend(report.findings.iter().map(|found| found.words.clone()));
    findings.truncate(FINDINGS_MAX);
    Ok((report, findings))
}

/// What a file system said no to.
fn cannot(what: &'static str, path: &std::path::Path, fault: &std::io::Error) -> AppError {
    let code = if fault.kind() == std::io::ErrorKind::StorageFull {
        "disk_full"
    } else {
        "backup"
    };
    AppError::unavailable(
        code,
        format!(
            "{what} {}：{fault}。请检查路径、权限和剩余空间",
            path.display()
        ),
        format!(
            "{} {}: {fault}. Check the path, its rights and the space that is left",
            match what {
                "写不了" => "Cannot write",
                _ => "Cannot read",
            },
            path.display()
        ),
        fault,
    )
}

/// Runs something that blocks, on a thread for such things.
async fn blocking<T: Send + 'static>(
    f: impl FnOnce() -> Result<T, AppError> + Send + 'static,
) -> Result<T, AppError> {
    let done = tokio::task::spawn_blocking(f).await;
    done.unwrap_or_else(|fault| {
        Err(AppError::unavailable(
            "backup",
            "备份操作意外中断，请重试",
            "The backup broke off; try again",
            fault,
        ))
    })
}
