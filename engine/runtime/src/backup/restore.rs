//! Restoring a backup: into a new place only, and verified there before it may be used.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use assent_core::text::Text;
use assent_store::Store;

use super::address::Address;
use super::copy::{fill, fresh, with_ending};
use super::manifest::{Kind, Manifest, digest, private, sync_folder};
use super::tools::Tools;
use super::{Checks, blocking, cannot, inspect};
use crate::app::AppError;

/// What became of a restoration.
#[derive(Clone, Debug)]
pub struct Restored {
    /// What the backup says of itself.
    pub manifest: Manifest,
    /// Events that are there now.
    pub events: u64,
    /// Why it is not to be used; empty: it is in its place.
    pub findings: Vec<Text>,
    /// How long it took, verification included.
    pub took: Duration,
}

/// Restores a backup into a database that is not there yet (`sqlite:new.db`, or a PostgreSQL database that is made, or is
/// empty). What does not verify is not left in its place.
///
/// # Errors
/// `no_backup` without a manifest; `changed` when the file is not the one that was verified; `newer` when this program is
/// too old for it; `wrong_kind`; `exists` when something is there already; `no_tools`; `Unavailable`.
pub async fn restore(from: &Path, url: &str, checks: &Checks) -> Result<Restored, AppError> {
    let begun = Instant::now();
    let manifest = Manifest::read(from)?;
    suits(&manifest, url)?;
    unchanged(from, &manifest).await?;
    let (events, findings) = match manifest.kind {
        Kind::Sqlite => Box::pin(sqlite(from, url, checks)).await?,
        Kind::Postgres => Box::pin(postgres(from, url, &manifest, checks)).await?,
    };
    Ok(Restored {
        manifest,
        events,
        findings,
        took: begun.elapsed(),
    })
}

fn suits(manifest: &Manifest, url: &str) -> Result<(), AppError> {
    let known = Store::known_schema();
    if manifest.oldest > known {
        return Err(AppError::unavailable(
            "newer",
            format!(
                "该备份由更新的程序 {} 生成（库结构 {}，至少需要能识别 {} 的程序；本程序只到 {known}）。请先升级本程序",
                manifest.program, manifest.schema, manifest.oldest
            ),
            format!(
                "This backup was made by a newer program, {} (schema {}, which needs one that knows {}; this one knows {known}). Upgrade this program first",
                manifest.program, manifest.schema, manifest.oldest
            ),
            "newer schema",
        ));
    }
    let is_file = url.starts_with("sqlite:");
    if is_file != (manifest.kind == Kind::Sqlite) {
        let (zh, en) = match manifest.kind {
            Kind::Sqlite => (
                "SQLite，请恢复到 sqlite:新文件",
                "SQLite; restore it to sqlite:new_file",
            ),
            Kind::Postgres => (
                "PostgreSQL，请恢复到 postgres://…/新库",
                "PostgreSQL; restore it to postgres://…/new_database",
            ),
        };
        return Err(AppError::unavailable(
            "wrong_kind",
            format!("该备份来自 {zh}"),
            format!("This backup is of {en}"),
            "wrong kind",
        ));
    }
    Ok(())
}

/// The file is, byte by byte, the one that was verified.
async fn unchanged(from: &Path, manifest: &Manifest) -> Result<(), AppError> {
    let path = from.to_owned();
    let known = blocking(move || digest(&path).map_err(|fault| cannot("读不了", &path, &fault)));
    if known.await? == (manifest.bytes, manifest.sha256.clone()) {
        return Ok(());
    }
    Err(AppError::unavailable(
        "changed",
        format!(
            "{} 与其清单不符：文件在校验之后被改动或损坏，没有恢复任何内容。请换一份备份",
            from.display()
        ),
        format!(
            "{} is not what its manifest says: it was changed or damaged after it was verified; nothing was restored. Take another backup",
            from.display()
        ),
        "sha256",
    ))
}

fn taken(place: &str) -> AppError {
    AppError::unavailable(
        "exists",
        format!("{place} 处已有数据；恢复从不覆盖，请恢复到新的位置，校验后再改 database.url"),
        format!(
            "Something is at {place} already; a restoration never overwrites. Restore to a new place, and change database.url once it is verified"
        ),
        "occupied",
    )
}

async fn sqlite(from: &Path, url: &str, checks: &Checks) -> Result<(u64, Vec<Text>), AppError> {
    let path = url.strip_prefix("sqlite:").unwrap_or(url);
    let target = PathBuf::from(path.strip_prefix("//").unwrap_or(path));
    if Store::occupied(url).await? {
        return Err(taken(&target.display().to_string()));
    }
    let partial = with_ending(&target, ".partial");
    let (source, copy) = (from.to_owned(), partial.clone());
    blocking(move || {
        let fault = |fault| cannot("写不了", &copy, &fault);
        let mut out = private(&copy).map_err(fault)?;
        let mut read =
            std::fs::File::open(&source).map_err(|fault| cannot("读不了", &source, &fault))?;
        std::io::copy(&mut read, &mut out).map_err(fault)?;
        out.sync_all().map_err(fault)
    })
    .await?;
    let looked = inspect(&format!("sqlite:{}", partial.display()), checks).await;
    match looked {
        Ok((report, findings)) if findings.is_empty() => {
            let fault = |fault| cannot("写不了", &target, &fault);
            std::fs::rename(&partial, &target).map_err(fault)?;
            sync_folder(&target).map_err(fault)?;
            Ok((report.events, findings))
        }
        looked => {
            let _ = std::fs::remove_file(&partial);
            looked.map(|(report, findings)| (report.events, findings))
        }
    }
}

async fn postgres(
    from: &Path,
    url: &str,
    manifest: &Manifest,
    checks: &Checks,
) -> Result<(u64, Vec<Text>), AppError> {
    let place = Address::parse(url)?;
    let server = manifest.database.parse::<u32>().unwrap_or_default() / 10_000;
    let tools = Tools::find(checks.tools.as_deref(), server)?;
    let name = place.database();
    // Made by way of the database every server has; when it cannot be made it may be there, and empty.
    let made = tools
        .run("createdb", fresh(&name), &place.with_database("postgres"))
        .await?;
    if made.is_err() && Store::occupied(url).await? {
        return Err(taken(&name));
    }
    let filled = tools.run("pg_restore", fill(&place, from), &place).await?;
    let looked = match filled {
        Err(said) => Ok((0, vec![Text::same(&said)])),
        Ok(()) => inspect(url, checks)
            .await
            .map(|(report, findings)| (report.events, findings)),
    };
    let is_good = matches!(&looked, Ok((_, findings)) if findings.is_empty());
    if !is_good && made.is_ok() {
        let gone = vec!["--no-password".to_owned(), name];
        tools
            .must("dropdb", gone, &place.with_database("postgres"))
            .await?;
    }
    looked
}
