//! What a replay found.

use assent_core::text::Text;
use serde::Serialize;

/// Most refused steps that are listed; the rest are counted.
pub const REFUSED_LISTED_MAX: usize = 10_000;

/// What a replay found.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Report {
    /// Cases in the log.
    pub cases: u64,
    /// Cases of which every event was accepted.
    pub fit: u64,
    /// Events in the log.
    pub events: u64,
    /// Events that were accepted.
    pub accepted_events: u64,
    /// Events a second, from the first to the last, reading and committing included.
    pub events_per_s: f64,
    /// The most memory the program held, MB (0 where the system does not say).
    pub peak_rss_mb: u64,
    /// Wall-clock seconds.
    pub seconds: f64,
    /// Refused steps, in the log's order, at most [`REFUSED_LISTED_MAX`].
    pub refused: Vec<RefusedStep>,
    /// Refused steps in all.
    pub refused_events: u64,
    /// What looks wrong with the map, in words.
    pub warnings: Vec<Text>,
}

/// An event the flow does not allow where the case stood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RefusedStep {
    /// The case's id.
    pub case: String,
    /// Number of the event within the case, from 0.
    pub index: usize,
    /// Its activity.
    pub activity: String,
    /// Its role.
    pub role: String,
    /// Code of the refusal.
    pub reason: String,
    /// The refusal in words.
    pub says: Text,
    /// States the case stood in, joined by `,`; empty before it started.
    pub standing: String,
}

/// The most memory this program held, MB.
pub(super) fn peak_rss_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|rest| {
            rest.trim()
                .trim_end_matches("kB")
                .trim()
                .parse::<u64>()
                .ok()
        })
        .map_or(0, |kb| kb / 1024)
}
