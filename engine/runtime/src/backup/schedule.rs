//! Backups by themselves: when the newest in the folder is old enough, the next one is made, and the oldest go.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use assent_core::text::Text;
use assent_core::time::Moment;
use tokio::sync::watch;

use super::manifest::Manifest;
use super::{Checks, Copied, backup};
use crate::app::{App, AppError};
use crate::workers::rest;

/// The loop looks at the clock at least this often.
const LOOK: Duration = Duration::from_secs(30);
/// How long it waits after a failure before it tries again.
const AGAIN_MS: i64 = 10 * 60_000;

/// What an app remembers of its backups.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    last: Mutex<Last>,
}

#[derive(Clone, Debug, Default)]
struct Last {
    tried: Option<Moment>,
    failed: Option<(Moment, Text)>,
}

impl Kept {
    fn change(&self, f: impl FnOnce(&mut Last)) {
        f(&mut self.last.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// When the last backup failed, and why; none when the last one was made.
    pub(crate) fn failed(&self) -> Option<(Moment, Text)> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.failed.clone()
    }
}

/// The backups of a folder, the newest first.
fn known(folder: &Path) -> Vec<(PathBuf, Manifest)> {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut known: Vec<(PathBuf, Manifest)> = files
        .filter_map(|entry| {
            let path = entry.path();
            let copy = path.to_str()?.strip_suffix(".json")?;
            let copy = PathBuf::from(copy);
            let manifest = Manifest::read(&copy).ok()?;
            copy.is_file().then_some((copy, manifest))
        })
        .collect();
    known.sort_by_key(|(_, manifest)| std::cmp::Reverse(manifest.made));
    known
}

/// The newest backup of a folder.
pub fn newest(folder: &Path) -> Option<(PathBuf, Manifest)> {
    known(folder).into_iter().next()
}

/// The loop.
pub(crate) async fn run(app: App, mut stopping: watch::Receiver<bool>) {
    if app.config().backup.folder.is_none() {
        return;
    }
    loop {
        let mut told = stopping.clone();
        tokio::select! {
            () = step(&app) => {}
            // What is half made is no backup, and has another name; the next start makes a new one.
            _ = told.changed() => break,
        }
        if rest(std::future::pending(), &mut stopping, LOOK).await {
            break;
        }
    }
}

/// Makes a backup when it is due.
pub(crate) async fn step(app: &App) {
    let config = &app.config().backup;
    let Some(folder) = &config.folder else { return };
    let (now, every) = (app.now(), i64::from(config.every_minutes.max(1)) * 60_000);
    let made = newest(folder).map(|(_, manifest)| manifest.made);
    if let Some(made) = made {
        #[expect(clippy::cast_precision_loss, reason = "a moment for people")]
        metrics::gauge!("assent_backup_last_success_timestamp_seconds").set(made.0 as f64 / 1000.0);
    }
    let tried = {
        let last = app.inner.backups.last.lock();
        last.unwrap_or_else(PoisonError::into_inner).tried
    };
    let rests = tried.is_some_and(|at| now < at.plus_ms(AGAIN_MS.min(every)));
    if rests || made.is_some_and(|made| now < made.plus_ms(every)) {
        return;
    }
    app.inner.backups.change(|last| last.tried = Some(now));
    let end = match Box::pin(make(app, folder)).await {
        Ok(Copied::Backup(done)) => {
            tracing::info!(file = %done.file.display(), bytes = done.manifest.bytes, seconds = done.took.as_secs_f64(), "made a backup");
            metrics::histogram!("assent_backup_seconds").record(done.took);
            app.inner.backups.change(|last| last.failed = None);
            prune(folder, config.keep);
            "good"
        }
        Ok(Copied::Unverified { kept, findings }) => {
            let first = findings.first().cloned().unwrap_or_default();
            let words = Text::new(
                format!(
                    "备份未通过校验（{}）：{}。请运行 assent verify 查明原因",
                    kept.display(),
                    first.zh
                ),
                format!(
                    "The backup does not verify ({}): {}. Run assent verify to find out why",
                    kept.display(),
                    first.en
                ),
            );
            failed(app, now, words);
            "unverified"
        }
        Err(fault) => {
            failed(app, now, fault.message());
            "failed"
        }
    };
    metrics::counter!("assent_backups_total", "end" => end).increment(1);
}

fn failed(app: &App, now: Moment, words: Text) {
    tracing::error!(words = %words.en, "a backup could not be made");
    #[expect(clippy::cast_precision_loss, reason = "a moment for people")]
    metrics::gauge!("assent_backup_last_failure_timestamp_seconds").set(now.0 as f64 / 1000.0);
    app.inner
        .backups
        .change(|last| last.failed = Some((now, words)));
}

async fn make(app: &App, folder: &Path) -> Result<Copied, AppError> {
    std::fs::create_dir_all(folder).map_err(|fault| super::cannot("写不了", folder, &fault))?;
    tidy(folder);
    let checks = Checks {
        catalog: app.catalog(false),
        keys: app
            .audit_keys()?
            .map(|ring| ring.publics())
            .unwrap_or_default(),
        now: app.now(),
        tools: app.config().backup.tools.clone(),
    };
    backup(&app.config().database, folder, &checks).await
}

/// Takes away what a crash left half made, and what did not verify before: it must not fill the disk.
fn tidy(folder: &Path) {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in files {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with("assent-")
            && (name.ends_with(".partial") || name.ends_with(".unverified"))
            && let Err(fault) = std::fs::remove_file(entry.path())
        {
            tracing::warn!(file = name, %fault, "a leftover of an earlier backup could not be deleted");
        }
    }
}

/// Deletes the backups beyond the number that is kept; manifest first, so that none is left that names a missing file.
fn prune(folder: &Path, keep: u32) {
    let keep = usize::try_from(keep.max(1)).unwrap_or(usize::MAX);
    for (copy, _) in known(folder).into_iter().skip(keep) {
        let gone = std::fs::remove_file(Manifest::beside(&copy))
            .and_then(|()| std::fs::remove_file(&copy));
        if let Err(fault) = gone {
            tracing::warn!(file = %copy.display(), %fault, "an old backup could not be deleted");
        }
    }
}
