//! Retention: instances that were over long ago leave the database for a bundle, and a signed tombstone stays.

use std::path::{Path, PathBuf};

use assent_core::refusal::{Refusal, RefusalKind};
use assent_core::text::Text;
use assent_core::time::Moment;
use assent_core::write::InstanceRow;
use serde::Serialize;

use super::error::AppError;
use super::state::App;
use crate::audit::Bundler;
use crate::workers::retiring::Turn;

/// Most instances in one bundle.
const BUNDLE_MAX: u32 = 500;
/// Who retires by schedule. No person can have this name.
const SYSTEM: &str = "system";
/// A day, in milliseconds.
const DAY_MS: i64 = 86_400_000;

/// What is to be retired, where to, and why.
#[derive(Clone, Debug)]
pub struct RetireWish {
    /// Instances that have been over for at least so many days.
    pub days: u32,
    /// The folder that bundles go to.
    pub to: PathBuf,
    /// Why; stands in the tombstone.
    pub reason: String,
}

/// When and where the server retires by itself.
#[derive(Clone, Debug, Default)]
pub struct RetireConfig {
    /// The folder that bundles go to; none: the server retires nothing by itself.
    pub folder: Option<PathBuf>,
    /// Instances that have been over for at least so many days.
    pub older_than_days: u32,
    /// Time between two runs, in minutes.
    pub every_minutes: u32,
    /// Why; stands in the tombstones.
    pub reason: String,
}

/// What was retired, or would be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Retired {
    /// How many instances.
    pub instances: u64,
    /// How many events they had; 0 in a dry run.
    pub events: u64,
    /// The bundles written: file names.
    pub bundles: Vec<String>,
    /// The first that would go, in a dry run: id, title, and when they ended.
    pub shown: Vec<RetiredRow>,
}

/// An instance that would go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RetiredRow {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its last event.
    pub ended: Moment,
}

impl App {
    /// Says what [`App::retire`] would take.
    ///
    /// # Errors
    /// `not_administrator`; `Unavailable`.
    pub async fn retire_preview(&self, by: &str, days: u32) -> Result<Retired, AppError> {
        self.administrators_only(by)?;
        let (before, mut after, mut found) = (self.days_ago(days), None, Retired::default());
        loop {
            let page = self.over_since(before, after.as_deref()).await?;
            let Some(last) = page.last() else {
                return Ok(found);
            };
            after = Some(last.id.clone());
            found.instances += page.len() as u64;
            let room = (BUNDLE_MAX as usize).saturating_sub(found.shown.len());
            found
                .shown
                .extend(page.into_iter().take(room).map(|row| RetiredRow {
                    id: row.id,
                    title: row.title,
                    ended: row.updated,
                }));
        }
    }

    /// Retires instances, oldest first: a bundle is written, verified and on disk before they are taken out of the database;
    /// their tombstone is written in the same transaction, and sealed at the end. Where something is on its way for an
    /// instance, or it changes meanwhile, it stays.
    ///
    /// # Errors
    /// `not_administrator`; `reason_required`; `audit` without a key; `retire`, `disk_full` when a bundle cannot be written.
    /// What was retired before stays retired.
    pub async fn retire(&self, by: &str, wish: &RetireWish) -> Result<Retired, AppError> {
        self.administrators_only(by)?;
        self.retire_all(by, wish, None).await
    }

    /// The same by schedule: it stops between two bundles when this node's turn is over.
    ///
    /// # Errors
    /// As [`App::retire`].
    pub(crate) async fn retire_in_turn(
        &self,
        wish: &RetireWish,
        turn: &mut Turn<'_>,
    ) -> Result<Retired, AppError> {
        self.retire_all(SYSTEM, wish, Some(turn)).await
    }

    async fn retire_all(
        &self,
        by: &str,
        wish: &RetireWish,
        mut turn: Option<&mut Turn<'_>>,
    ) -> Result<Retired, AppError> {
        if wish.reason.trim().is_empty() {
            return Err(no_reason());
        }
        let bundler = Bundler::new(self)?.ok_or_else(no_key)?;
        if !wish.to.is_dir() {
            return Err(no_folder(&wish.to));
        }
        // A bundle is proved under a root: everything must be under one.
        self.seal().await?;
        let (before, mut after, mut done) = (self.days_ago(wish.days), None, Retired::default());
        loop {
            let rows = self.over_since(before, after.as_deref()).await?;
            let Some(last) = rows.last() else {
                break;
            };
            if let Some(turn) = &mut turn
                && !turn.goes_on().await?
            {
                break;
            }
            after = Some(last.id.clone());
            let name = format!("assent-retired-{}.jsonl.gz", self.new_id());
            let bundle = bundler.write(&wish.to, &name, &rows).await?;
            let (chain, stone) = bundler.tombstone(&bundle, by, wish.reason.trim())?;
            let ids: Vec<_> = rows.iter().map(|row| (row.id.as_str(), row.rev)).collect();
            if self.store().retire(&ids, &chain, &stone).await? {
                tracing::info!(bundle = name, instances = rows.len(), actor = by, "retired");
                done.instances += rows.len() as u64;
                done.events += bundle.events;
                done.bundles.push(name);
            } else {
                // One of them was opened again meanwhile: they are all there, and the next run looks anew.
                let unused = wish.to.join(&name);
                tracing::warn!(bundle = name, "something changed meanwhile; these stay");
                let _ = std::fs::remove_file(unused);
            }
        }
        self.seal().await?;
        Ok(done)
    }

    async fn over_since(
        &self,
        before: Moment,
        after: Option<&str>,
    ) -> Result<Vec<InstanceRow>, AppError> {
        Ok(self.store().over_since(before, after, BUNDLE_MAX).await?)
    }

    fn days_ago(&self, days: u32) -> Moment {
        self.now().plus_ms(-DAY_MS * i64::from(days))
    }
}

fn no_reason() -> AppError {
    let zh = "请写明原因，它会留在归档凭证里。";
    let en = "Say why; it stays in the tombstone.";
    Refusal::new(RefusalKind::Input, "reason_required", zh, en)
        .about("reason")
        .into()
}

fn no_key() -> AppError {
    let text = Text::new(
        "没有存证密钥，无法归档：请设置 audit.key_file",
        "Nothing can be retired without an audit key: set audit.key_file",
    );
    AppError::unavailable("audit", text.zh, text.en, "no key")
}

fn no_folder(folder: &Path) -> AppError {
    AppError::unavailable(
        "retire",
        format!("没有文件夹 {}：请先建好归档文件夹", folder.display()),
        format!("There is no folder {}: make it first", folder.display()),
        "no folder",
    )
}
