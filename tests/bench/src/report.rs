//! What is printed.

use std::time::Duration;

use serde::Serialize;

/// One measurement, medians of the rounds.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Line {
    /// `sqlite` or `postgres`.
    pub store: &'static str,
    /// `core` (nothing kept), `store` (committer alone), `engine` (in process), `http`; or what was looked at.
    pub layer: &'static str,
    /// Callers at once.
    pub concurrency: usize,
    /// Events there were before.
    pub history: usize,
    /// Open instances there were before.
    pub open: usize,
    /// Commands (one start, two decisions) answered per second.
    pub decisions_per_s: f64,
    /// How long a caller waited.
    pub p50_ms: f64,
    pub p99_ms: f64,
    /// Floors of the same run at 64 decisions a commit (for `http`: of the bare endpoint).
    pub floor_a_per_s: f64,
    pub floor_b_per_s: f64,
    pub ratio_a: f64,
    pub ratio_b: f64,
    /// Resident memory of this process, the callers included.
    pub rss_mb: u64,
    /// Written a decision: by this process (SQLite), or into the log of the server (PostgreSQL).
    pub bytes_per_decision: u64,
    /// Calls of the database for a commit, and decisions in it.
    pub calls_per_commit: f64,
    pub decisions_per_commit: f64,
}

/// A floor at so many decisions a commit.
#[derive(Clone, Debug, Serialize)]
pub struct Floor {
    pub store: &'static str,
    /// `a`, `b` or `http`.
    pub kind: &'static str,
    pub per_commit: usize,
    pub history: usize,
    pub open: usize,
    pub decisions_per_s: f64,
}

/// Everything.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// Before and after.
    pub fsync_per_s: [f64; 2],
    pub floors: Vec<Floor>,
    pub rows: Vec<Line>,
}

/// So many in that time.
pub fn per_second(done: usize, took: Duration) -> f64 {
    f64::from(u32::try_from(done).unwrap_or(u32::MAX)) / took.as_secs_f64()
}

/// The middle one; of none 0.
pub fn median(mut of: Vec<f64>) -> f64 {
    of.sort_by(f64::total_cmp);
    of.get(of.len() / 2).copied().unwrap_or_default()
}

/// The wait that so many in a hundred do not exceed, ms.
pub fn percentile(sorted: &[Duration], percent: usize) -> f64 {
    let at = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
    sorted
        .get(at)
        .map_or(0.0, |wait| wait.as_secs_f64() * 1_000.0)
}

impl Report {
    /// As a person reads it.
    pub fn print(&self) {
        println!(
            "fsync/s {:.0} before, {:.0} after",
            self.fsync_per_s[0], self.fsync_per_s[1]
        );
        for floor in &self.floors {
            println!(
                "floor {:4} {:8} history {:7} open {:6}: {:3} per commit {:8.0}/s",
                floor.kind,
                floor.store,
                floor.history,
                floor.open,
                floor.per_commit,
                floor.decisions_per_s
            );
        }
        for row in &self.rows {
            println!(
                "{:6} {:8} x{:<3} history {:7} open {:6}: {:7.0}/s p50 {:6.2} ms p99 {:6.2} ms | A {:.2} B {:.2} | {} MB, {} B/decision, {:.1} calls for {:.1} decisions a commit",
                row.layer,
                row.store,
                row.concurrency,
                row.history,
                row.open,
                row.decisions_per_s,
                row.p50_ms,
                row.p99_ms,
                row.ratio_a,
                row.ratio_b,
                row.rss_mb,
                row.bytes_per_decision,
                row.calls_per_commit,
                row.decisions_per_commit
            );
        }
    }
}
