//! Retention by itself: when the time between two runs is over, one node retires what was over long ago.
//!
//! The nodes share one setting: whose turn it is and until when, when a run ended well, and why the last one did not.

use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use assent_core::text::Text;
use assent_core::time::Moment;
use assent_store::{Outcome, Store};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use super::rest;
use crate::app::{App, AppError, RetireWish, Retired};

/// The setting they share.
const SETTING: &str = "retention";
/// The loop looks at the clock at least this often.
const LOOK: Duration = Duration::from_secs(30);
/// How long it waits after a failure before it tries again.
const AGAIN_MS: i64 = 10 * 60_000;
/// A node that writes no bundle for so long has lost its turn. Longer than the largest bundle takes.
const TURN_MS: i64 = 30 * 60_000;
/// A bundle that is still half written after so long was left by a crash.
const LEFTOVER: Duration = Duration::from_secs(24 * 3600);

/// What the nodes share.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Shared {
    /// Whose turn it is.
    node: String,
    /// Until when; none: it is nobody's.
    until: Option<Moment>,
    /// When the last run began.
    tried: Option<Moment>,
    /// When the last run that ended well did.
    pub(crate) done: Option<Moment>,
    /// When the last run failed, and why; none when it ended well.
    pub(crate) failed: Option<(Moment, Text)>,
}

/// A node's turn.
pub(crate) struct Turn<'a> {
    app: &'a App,
    stopping: &'a watch::Receiver<bool>,
    shared: Shared,
    rev: u64,
    /// It was broken off between two bundles: whoever comes next goes on at once.
    cut: bool,
}

impl<'a> Turn<'a> {
    /// Takes the turn; none when nothing is due, or it is another node's.
    async fn take(
        app: &'a App,
        stopping: &'a watch::Receiver<bool>,
    ) -> Result<Option<Self>, AppError> {
        let (shared, rev) = shared(app.store()).await?;
        tell(&shared);
        let (now, every) = (app.now(), every_ms(app));
        let rests = |since: Option<Moment>, ms| since.is_some_and(|at| now < at.plus_ms(ms));
        let waits = match &shared.failed {
            Some(_) => rests(shared.tried, AGAIN_MS.min(every)),
            None => rests(shared.done, every),
        };
        if waits || shared.until.is_some_and(|until| now < until) {
            return Ok(None);
        }
        let mut turn = Self {
            app,
            stopping,
            shared,
            rev,
            cut: false,
        };
        turn.shared.node = app.node().to_owned();
        turn.shared.tried = Some(now);
        Ok(turn.prolong().await?.then_some(turn))
    }

    /// May the next bundle be written? Not when the node stops, or another one has taken over.
    ///
    /// # Errors
    /// `Unavailable`.
    pub(crate) async fn goes_on(&mut self) -> Result<bool, AppError> {
        self.cut = *self.stopping.borrow() || !self.prolong().await?;
        Ok(!self.cut)
    }

    async fn prolong(&mut self) -> Result<bool, AppError> {
        self.shared.until = Some(self.app.now().plus_ms(TURN_MS));
        self.write().await
    }

    /// Gives the turn back, with how it ended.
    async fn end(mut self, failed: Option<Text>) -> Result<(), AppError> {
        let now = self.app.now();
        self.shared.until = None;
        match failed {
            None if self.cut => {}
            None => (self.shared.done, self.shared.failed) = (Some(now), None),
            Some(words) => self.shared.failed = Some((now, words)),
        }
        tell(&self.shared);
        // Who took over meanwhile says how it ended.
        self.write().await.map(|_| ())
    }

    async fn write(&mut self) -> Result<bool, AppError> {
        // Texts and numbers always serialise.
        let body = serde_json::to_string(&self.shared).unwrap_or_default();
        let saved = self.app.store().save_setting(SETTING, &body, self.rev);
        let is_ours = saved.await? == Outcome::Done;
        self.rev += u64::from(is_ours);
        Ok(is_ours)
    }
}

/// What the nodes share, and its `rev`.
///
/// # Errors
/// `Unavailable`.
pub(crate) async fn shared(store: &Store) -> Result<(Shared, u64), AppError> {
    let stored = store.setting(SETTING).await?;
    Ok(stored.map_or_else(Default::default, |(body, rev)| {
        (serde_json::from_str(&body).unwrap_or_default(), rev)
    }))
}

/// When the last run failed, and why; none when the last one ended well, or there is no schedule.
///
/// # Errors
/// `Unavailable`.
pub(crate) async fn failed(app: &App) -> Result<Option<(Moment, Text)>, AppError> {
    if app.config().retire.folder.is_none() {
        return Ok(None);
    }
    Ok(shared(app.store()).await?.0.failed)
}

fn every_ms(app: &App) -> i64 {
    i64::from(app.config().retire.every_minutes.max(1)) * 60_000
}

/// The figures that every node shows alike.
fn tell(shared: &Shared) {
    #[expect(clippy::cast_precision_loss, reason = "a moment for people")]
    let seconds = |at: Option<Moment>| at.map_or(0.0, |at| at.0 as f64 / 1000.0);
    metrics::gauge!("assent_retire_last_success_timestamp_seconds").set(seconds(shared.done));
    if let Some((at, _)) = &shared.failed {
        metrics::gauge!("assent_retire_last_failure_timestamp_seconds").set(seconds(Some(*at)));
    }
}

/// The loop.
pub(crate) async fn run(app: App, mut stopping: watch::Receiver<bool>) {
    if app.config().retire.folder.is_none() {
        return;
    }
    loop {
        // Not broken off: a bundle that was begun is finished, the next one is not begun.
        if let Err(fault) = Box::pin(step(&app, &stopping)).await {
            tracing::error!(%fault, "retention could not look whether it is due");
        }
        if rest(std::future::pending(), &mut stopping, LOOK).await {
            break;
        }
    }
}

/// Retires what is due, if it is this node's turn.
///
/// # Errors
/// `Unavailable` when the database does not answer. A run that fails is none: it is told on the page of what is stuck.
pub(crate) async fn step(app: &App, stopping: &watch::Receiver<bool>) -> Result<(), AppError> {
    let config = &app.config().retire;
    let Some(folder) = &config.folder else {
        return Ok(());
    };
    let Some(mut turn) = Turn::take(app, stopping).await? else {
        return Ok(());
    };
    let begun = Instant::now();
    let wish = RetireWish {
        days: config.older_than_days,
        to: folder.clone(),
        reason: config.reason.clone(),
    };
    tidy(folder);
    let (end, words) = match app.retire_in_turn(&wish, &mut turn).await {
        Ok(done) => {
            told(&done, begun);
            ("good", None)
        }
        Err(fault) => {
            let words = fault.message();
            tracing::error!(words = %words.en, "retention failed");
            ("failed", Some(words))
        }
    };
    metrics::counter!("assent_retirements_total", "end" => end).increment(1);
    turn.end(words).await
}

fn told(done: &Retired, begun: Instant) {
    let seconds = begun.elapsed();
    tracing::info!(
        instances = done.instances,
        bundles = done.bundles.len(),
        seconds = seconds.as_secs_f64(),
        "retention ran"
    );
    metrics::histogram!("assent_retire_seconds").record(seconds);
    metrics::counter!("assent_retired_instances_total").increment(done.instances);
}

/// Takes away what a crash left half written: it must not fill the disk.
fn tidy(folder: &Path) {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in files {
        let name = entry.file_name().to_string_lossy().into_owned();
        let changed = entry.metadata().and_then(|about| about.modified()).ok();
        let age = changed.and_then(|at| SystemTime::now().duration_since(at).ok());
        if name.starts_with("assent-retired-")
            && name.ends_with(".partial")
            && age.is_some_and(|age| age > LEFTOVER)
            && let Err(fault) = std::fs::remove_file(entry.path())
        {
            tracing::warn!(file = name, %fault, "a leftover of an earlier run could not be deleted");
        }
    }
}
