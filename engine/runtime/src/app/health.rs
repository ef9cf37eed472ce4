//! How the app is: health, figures, and what is stuck.

use assent_core::text::Text;
use serde::Serialize;

use super::error::AppError;
use super::instance::InstanceHead;
use super::state::{App, not_ready};
use super::view::PersonView;

/// `/livez` and `/readyz`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Health {
    /// The program runs.
    pub live: bool,
    /// It can take requests.
    pub ready: bool,
    /// What was looked at.
    pub facts: Vec<HealthFact>,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HealthFact {
    /// `database_write`, `migrations`, `queue`, `draining`, `workers`.
    pub name: &'static str,
    /// Good.
    pub ok: bool,
    /// In words.
    pub words: Text,
}

/// Figures that are read when asked for; the counting ones go through the `metrics` crate as they happen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Metrics {
    /// Open tasks.
    pub open_tasks: u64,
    /// Age of the oldest open task, ms.
    pub oldest_task_ms: i64,
    /// Instances not over.
    pub running: u64,
    /// Instances held.
    pub held: u64,
    /// Running instances that nothing will wake.
    pub stuck: u64,
    /// Outbox rows waiting.
    pub outbox_pending: u64,
    /// Age of the oldest one that is due, ms.
    pub outbox_oldest_ms: i64,
    /// Dead letters.
    pub outbox_dead: u64,
    /// Wake-ups that are due and have not fired.
    pub timers_overdue: u64,
    /// Turns waiting for the committer.
    pub queue_depth: u64,
}

/// Something an administrator must look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stuck {
    /// `held`, `stuck`, `dead_letter`, `overdue`.
    pub kind: &'static str,
    /// The instance.
    pub instance: Option<InstanceHead>,
    /// Stable code of the reason.
    pub code: String,
    /// What is wrong and what to do.
    pub words: Text,
    /// Whose turn it is.
    pub owner: Vec<PersonView>,
    /// The dead letter, to send again.
    pub outbox: Option<String>,
}

impl App {
    /// How the app is.
    pub async fn health(&self) -> Health {
        Health {
            live: true,
            ..Health::default()
        }
    }

    /// Figures.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn metrics(&self) -> Result<Metrics, AppError> {
        not_ready("metrics")
    }

    /// What an administrator must look at, oldest first, at most 200 rows.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn stuck(&self) -> Result<Vec<Stuck>, AppError> {
        not_ready("stuck")
    }

    /// Sends a dead letter again.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn resend(&self, outbox: &str) -> Result<(), AppError> {
        let _ = outbox;
        not_ready("resend")
    }
}
