//! The app itself: what it holds, how it opens and closes.

use std::sync::Arc;

use assent_core::time::Moment;

use super::config::AppConfig;
use super::error::AppError;
use crate::clock::Clock;

/// The engine of one company: one database, its modules and its workers.
#[derive(Clone)]
pub struct App {
    pub(crate) inner: Arc<Inner>,
}

/// What all clones share.
pub(crate) struct Inner {
    pub(crate) config: AppConfig,
}

impl App {
    /// Opens the database (and migrates it), loads the directory and the published definitions, starts the workers.
    ///
    /// # Errors
    /// `Unavailable` when the database cannot be opened or is newer than this program.
    pub async fn open(config: AppConfig) -> Result<Self, AppError> {
        Ok(Self {
            inner: Arc::new(Inner { config }),
        })
    }

    /// Stops claiming work, finishes what is under way, checkpoints and closes.
    pub async fn close(&self) {}

    /// What it was opened with.
    pub fn config(&self) -> &AppConfig {
        &self.inner.config
    }

    /// Now, by this app's clock.
    pub fn now(&self) -> Moment {
        self.inner.config.clock.now()
    }

    /// The clock, for `--test-clock`.
    pub fn clock(&self) -> &Clock {
        &self.inner.config.clock
    }
}

/// Until a part is wired up it says so.
pub(crate) fn not_ready<T>(part: &str) -> Result<T, AppError> {
    Err(AppError::unavailable(
        "not_ready",
        "系统的这一部分尚未就绪",
        "This part of the system is not ready yet",
        part,
    ))
}
