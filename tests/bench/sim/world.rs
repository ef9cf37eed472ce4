//! What goes in: figures that were measured, and a world that is assumed.

use serde::{Deserialize, Serialize};

/// What one company, one decision and one commit cost, as `assent-bench -- cells` measures them in one process.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Figures {
    /// Opening a closed company (connections, check of the schema, directory, flows), from call to answer, ms.
    pub open_ms: f64,
    /// Processor time of that, ms.
    pub open_cpu_ms: f64,
    /// Closing one that was worked with (the log is folded into the file), from call to answer, ms.
    pub close_ms: f64,
    /// Processor time of that, ms.
    pub close_cpu_ms: f64,
    /// Resident memory of a company that is open and is worked with, KB.
    pub open_kb: f64,
    /// Threads of an open company that is worked with.
    pub open_threads: f64,
    /// One decision when nobody else asks the company anything, from call to answer, ms.
    pub alone_ms: f64,
    /// Decisions a second of one company with many callers: what its one writer can do.
    pub one_company_per_s: f64,
    /// Processor time of a decision, callers spread over many companies, ms.
    pub decide_cpu_ms: f64,
    /// Processor time of looking at the inbox and at a task, ms.
    pub look_cpu_ms: f64,
    /// Syncs of the disk a second, one after another.
    pub fsync_per_s: f64,
    /// What a decision adds to SQLite's log: what a streamed copy has to carry, bytes.
    pub log_bytes: f64,
    /// What a decision adds to the file for good, bytes.
    pub kept_bytes: f64,
    /// The file of a company nobody has worked with, bytes.
    pub empty_bytes: f64,
}

/// What is assumed. Everything here can be argued about, so everything is printed.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct World {
    /// Seed of everything random.
    pub seed: u64,
    /// Companies.
    pub companies: u32,
    /// Exponent of Zipf's law for their sizes.
    pub skew: f64,
    /// Decisions of the day.
    pub decisions: u32,
    /// Decisions in its busiest second.
    pub peak_per_s: u32,
    /// Share of decisions that are late and wake a timer.
    pub late_share: f64,
    /// Share of those that are due at nine sharp, and over how many seconds they are spread.
    pub sharp_share: f64,
    /// See `sharp_share`, s.
    pub sharp_seconds: u32,
    /// Processors of a machine.
    pub cores: u32,
    /// Memory of a machine, GB.
    pub memory_gb: f64,
    /// Disk of a machine, GB.
    pub disk_gb: f64,
    /// Network of a machine, MB a second.
    pub network_mb_per_s: f64,
    /// Threads a machine may have.
    pub threads_max: f64,
    /// How full a machine may be planned: the rest is for bursts and for a neighbour that died.
    pub planned: f64,
    /// Cells (processes) of a machine.
    pub cells_per_machine: u32,
    /// Machines; 0: as many as are needed.
    pub machines: u32,
    /// Open companies a cell keeps at most; 0: as many as its memory and threads allow.
    pub open_max: u32,
    /// What HTTP adds to the processor time of a request, ms.
    pub http_cpu_ms: f64,
    /// There and back between two machines, ms.
    pub round_trip_ms: f64,
    /// One durable change of the directory, ms.
    pub directory_ms: f64,
    /// A machine that has not renewed its lease for so long has lost its companies, ms.
    pub lease_ms: f64,
    /// Working days for which what is over stays in the databases, and days between two full copies of them.
    pub kept_days: f64,
    /// See `kept_days`.
    pub copy_days: f64,
    /// Throughput of one copy, MB a second.
    pub copy_mb_per_s: f64,
    /// When the first machine stops answering, s of the day; none: never.
    pub death_at: Option<u32>,
    /// It comes back after so many seconds and does not know that it was away; none: never.
    pub back_after: Option<u32>,
    /// When the largest and the median company move, s of the day; none: never.
    pub move_at: Option<u32>,
    /// Commits of an older epoch are refused. False only to show what that is for.
    pub fenced: bool,
}

impl Default for World {
    /// The world of docs/scale.md.
    fn default() -> Self {
        Self {
            seed: 1,
            companies: 100_000,
            skew: 0.9,
            decisions: 50_000_000,
            peak_per_s: 5_000,
            late_share: 0.05,
            sharp_share: 0.2,
            sharp_seconds: 300,
            cores: 16,
            memory_gb: 64.0,
            disk_gb: 7_000.0,
            network_mb_per_s: 1_000.0,
            threads_max: 30_000.0,
            planned: 0.6,
            cells_per_machine: 4,
            machines: 0,
            open_max: 0,
            http_cpu_ms: 0.5,
            round_trip_ms: 0.5,
            directory_ms: 5.0,
            lease_ms: 10_000.0,
            kept_days: 125.0,
            copy_days: 7.0,
            copy_mb_per_s: 200.0,
            death_at: Some(9 * 3_600 + 30 * 60),
            back_after: None,
            move_at: Some(14 * 3_600),
            fenced: true,
        }
    }
}
