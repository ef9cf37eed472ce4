//! What is printed.

use assent_cells::outcome::Outcome;
use assent_cells::{Figures, World};
use serde::{Deserialize, Serialize};

/// Callers spread over all companies while at most so many are open.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Spread {
    /// Companies open at once, at most.
    pub open_max: usize,
    /// Callers at once.
    pub callers: usize,
    /// Decisions answered.
    pub decisions: usize,
    /// The same a second.
    pub decisions_per_s: f64,
    /// How long a caller waited, opening included.
    pub p50_ms: f64,
    pub p99_ms: f64,
    /// Share of the calls that met a closed company.
    pub cold: f64,
    /// How long those waited.
    pub cold_p50_ms: f64,
    pub cold_p99_ms: f64,
    /// Processor time of a decision, everything included.
    pub cpu_ms: f64,
    /// Resident memory of this process, the callers included.
    pub rss_mb: u64,
}

/// What was measured.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Measured {
    /// Companies, and the seed of who was asked.
    pub companies: u32,
    pub seed: u64,
    /// Syncs of the disk a second, before and after.
    pub fsync_per_s: [f64; 2],
    /// Opening a closed company.
    pub open_p50_ms: f64,
    pub open_p99_ms: f64,
    /// Closing one that was worked with.
    pub close_p50_ms: f64,
    pub close_p99_ms: f64,
    /// Resident memory, threads and files of an open company nobody has asked anything yet.
    pub idle_kb: f64,
    pub idle_threads: f64,
    pub idle_files: f64,
    /// What an open company costs while nobody asks anything but its own workers run: processor time and bytes a second.
    pub workers_cpu_ms_per_s: f64,
    pub workers_bytes_per_s: f64,
    /// With 1 and with many callers on one company.
    pub alone_p99_ms: f64,
    pub spread: Vec<Spread>,
    /// What goes into the day that is played.
    pub figures: Figures,
}

/// Everything.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    pub measured: Measured,
    pub world: World,
    pub outcome: Outcome,
}
