//! As a person reads it.

use assent_cells::World;
use assent_cells::outcome::{Outcome, Waited};

use super::report::{Measured, Report};

/// Prints everything.
pub fn all(report: &Report) {
    measured(&report.measured);
    assumed(&report.world);
    day(&report.outcome);
}

fn measured(m: &Measured) {
    let f = &m.figures;
    println!("measured: {} companies, seed {}", m.companies, m.seed);
    println!(
        "  fsync/s {:.0} before, {:.0} after",
        m.fsync_per_s[0], m.fsync_per_s[1]
    );
    println!(
        "  open: p50 {:.1} ms, p99 {:.1} ms, processor {:.1} ms; close: p50 {:.1} ms, p99 {:.1} ms, processor {:.1} ms",
        m.open_p50_ms, m.open_p99_ms, f.open_cpu_ms, m.close_p50_ms, m.close_p99_ms, f.close_cpu_ms
    );
    println!(
        "  an open company: {:.0} KB, {:.1} threads, {:.1} files; worked with: {:.0} KB, {:.1} threads",
        m.idle_kb, m.idle_threads, m.idle_files, f.open_kb, f.open_threads
    );
    println!(
        "  with workers of its own and nothing to do: processor {:.2} ms, {:.0} bytes written a second",
        m.workers_cpu_ms_per_s, m.workers_bytes_per_s
    );
    println!(
        "  one company alone: an answer p50 {:.2} ms, p99 {:.2} ms; with a crowd {:.0} decisions/s; a look {:.2} ms of processor",
        f.alone_ms, m.alone_p99_ms, f.one_company_per_s, f.look_cpu_ms
    );
    println!(
        "  a decision: {:.2} ms of processor, {:.0} bytes of log, {:.0} bytes kept; an empty company {:.0} bytes",
        f.decide_cpu_ms, f.log_bytes, f.kept_bytes, f.empty_bytes
    );
    for s in &m.spread {
        println!(
            "  at most {:5} open, {} callers: {:6.0}/s p50 {:.2} ms p99 {:.2} ms | cold {:.1} %, p50 {:.1} ms p99 {:.1} ms | processor {:.2} ms, {} MB",
            s.open_max,
            s.callers,
            s.decisions_per_s,
            s.p50_ms,
            s.p99_ms,
            s.cold * 100.0,
            s.cold_p50_ms,
            s.cold_p99_ms,
            s.cpu_ms,
            s.rss_mb
        );
    }
}

fn assumed(w: &World) {
    println!(
        "assumed: {} companies, Zipf {}, {} decisions a day, {} in the busiest second; {:.0} % late, {:.0} % of those due at nine sharp, spread over {} s",
        w.companies,
        w.skew,
        w.decisions,
        w.peak_per_s,
        w.late_share * 100.0,
        w.sharp_share * 100.0,
        w.sharp_seconds
    );
    println!(
        "  a machine: {} cores, {} GB of memory, {} GB of disk, {} MB/s of network, {} threads, planned to {:.0} %, {} cells",
        w.cores,
        w.memory_gb,
        w.disk_gb,
        w.network_mb_per_s,
        w.threads_max,
        w.planned * 100.0,
        w.cells_per_machine
    );
    println!(
        "  HTTP {} ms of processor a request, {} ms between machines, {} ms for a change of the directory, leases of {} ms; {} working days kept, a full copy every {} days, copies at {} MB/s",
        w.http_cpu_ms,
        w.round_trip_ms,
        w.directory_ms,
        w.lease_ms,
        w.kept_days,
        w.copy_days,
        w.copy_mb_per_s
    );
}

fn day(o: &Outcome) {
    println!("played: seed {}", o.seed);
    for need in &o.needs.rows {
        println!(
            "  {:44} {:12.1} of {:10.1} a machine: {} machines",
            need.what, need.needed, need.per_machine, need.machines
        );
    }
    println!(
        "  machines {}, cells with at most {} open; {:.0} companies asked in the busiest hour",
        o.needs.machines, o.needs.open_max, o.needs.asked_in_an_hour
    );
    println!(
        "  the fullest cell beside the average: by hash {:.2}, least of four {:.2}, least of all {:.2}",
        o.fullest[0], o.fullest[1], o.fullest[2]
    );
    waited("decisions", &o.decided);
    waited("looks", &o.looked);
    waited("timers", &o.fired);
    println!(
        "  met a closed company: {:.3} % of looks, {:.3} % of decisions, {:.3} % of timers; {} opened, {} closed, at most {} open on a machine ({:.1} GB)",
        o.cold_looks * 100.0,
        o.cold_decisions * 100.0,
        o.cold_timers * 100.0,
        o.opened,
        o.closed,
        o.open_most,
        o.memory_gb
    );
    println!(
        "  before the peak: processors {:.1} % busy, disk {:.1} %; the largest company ({:.2} % of all) keeps its writer {:.1} % busy, at most {} in a commit; the median one decides {:.0} times a day",
        o.cores_busy * 100.0,
        o.disk_busy * 100.0,
        o.largest_share * 100.0,
        o.largest_busy * 100.0,
        o.largest_batch,
        o.median_decisions
    );
    println!(
        "  databases {:.0} GB; logs {:.0} MB/s at the peak, {:.0} GB a day; full copies {:.0} GB a day; all opened by a new version in {:.1} min",
        o.data_gb, o.log_peak_mb, o.log_day_gb, o.full_day_gb, o.rolled_min
    );
    incidents(o);
}

fn incidents(o: &Outcome) {
    if let Some(t) = &o.taken {
        println!(
            "  a machine dies: {} companies, taken over after {:.1} s, all open again after {:.1} s; {} requests held; a copy one second behind would have lost {} decisions; copied again in {:.1} h",
            t.companies, t.taken_over_s, t.all_back_s, t.held, t.last_second, t.copied_again_h
        );
        waited("decisions meanwhile", &t.waited);
    }
    for m in &o.moves {
        println!(
            "  company {} moves: {:.1} MB, copied in {:.1} s (and {:.1} MB after it), pause {:.1} ms",
            m.company, m.size_mb, m.copy_s, m.tail_mb, m.pause_ms
        );
    }
    println!(
        "  answered by key {}, refused {}, violations {}",
        o.by_key, o.refused, o.violations
    );
    o.wrong.iter().for_each(|wrong| println!("  {wrong}"));
}

fn waited(what: &str, w: &Waited) {
    println!(
        "  {what}: {} waited p50 {:.2} ms, p99 {:.2} ms, p99.9 {:.2} ms, at most {:.0} ms",
        w.count, w.p50_ms, w.p99_ms, w.p999_ms, w.max_ms
    );
}
