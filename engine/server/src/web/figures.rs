//! The figures of `/metrics`: those that are counted as things happen, announced here so that each is there from the first
//! look on, and those that are read when somebody looks. docs/operations.md lists all of them, and a test compares.

use std::fmt::Write as _;

use assent_runtime::app::Metrics;

/// A label's name, and the words it takes.
type Label = (&'static str, &'static [&'static str]);

/// Counters, with the words of their label when they have one.
const COUNTERS: [(&str, &str, Option<Label>); 14] = [
    (
        "assent_decisions_total",
        "Decisions that are on disk",
        Some(("verdict", &["approve", "reject"])),
    ),
    ("assent_commits_total", "Commits of the committer", None),
    ("assent_commit_writes_total", "Turns in those commits", None),
    (
        "assent_commit_calls_total",
        "Statements of those commits",
        None,
    ),
    (
        "assent_commit_refused_total",
        "Turns refused because the queue was full",
        None,
    ),
    (
        "assent_rule_errors_total",
        "Rules that ended in an error",
        None,
    ),
    (
        "assent_healed_total",
        "Things that running instances wait for and that had to be made again",
        None,
    ),
    ("assent_audit_roots_total", "Audit roots signed", None),
    (
        "assent_audit_failed_total",
        "Audit roots that could not be made",
        None,
    ),
    (
        "assent_audit_broken_total",
        "Events that do not continue their chain",
        None,
    ),
    (
        "assent_backups_total",
        "Backups tried by the server",
        Some(("end", &["good", "unverified", "failed"])),
    ),
    (
        "assent_retirements_total",
        "Runs of retention by schedule",
        Some(("end", &["good", "failed"])),
    ),
    (
        "assent_retired_instances_total",
        "Instances retired by schedule",
        None,
    ),
    ("assent_panics_total", "Requests that ended in a bug", None),
];

/// Histograms.
const HISTOGRAMS: [(&str, &str); 8] = [
    (
        "assent_turn_seconds",
        "From loading an instance to the acknowledgement of its turn",
    ),
    (
        "assent_commit_seconds",
        "One commit of the committer, fsync included",
    ),
    (
        "assent_fsync_seconds",
        "One row made durable, by the readiness probe: what a commit costs before anything is in it",
    ),
    ("assent_commit_batch_size", "Turns in one commit"),
    ("assent_rule_seconds", "One run of a rule"),
    ("assent_timer_lateness_seconds", "How late a wake-up fired"),
    ("assent_backup_seconds", "Copying and verifying a backup"),
    ("assent_retire_seconds", "One run of retention by schedule"),
];

/// Gauges that others set.
const GAUGES: [(&str, &str); 4] = [
    (
        "assent_backup_last_success_timestamp_seconds",
        "The moment of the newest backup, Unix time; 0: none is known",
    ),
    (
        "assent_backup_last_failure_timestamp_seconds",
        "When a backup failed last, Unix time; 0: none has since this node began",
    ),
    (
        "assent_retire_last_success_timestamp_seconds",
        "When a run of retention ended well last, Unix time; 0: none is known",
    ),
    (
        "assent_retire_last_failure_timestamp_seconds",
        "When a run of retention failed last, Unix time; 0: none is known",
    ),
];

/// Makes every figure known, at zero.
pub fn announce() {
    for (name, help, label) in COUNTERS {
        metrics::describe_counter!(name, help);
        match label {
            None => metrics::counter!(name).increment(0),
            Some((label, words)) => {
                for word in words {
                    metrics::counter!(name, label => *word).increment(0);
                }
            }
        }
    }
    for (name, help) in HISTOGRAMS {
        metrics::describe_histogram!(name, help);
        drop(metrics::histogram!(name));
    }
    for (name, help) in GAUGES {
        metrics::describe_gauge!(name, help);
        metrics::gauge!(name).set(0.0);
    }
    metrics::describe_counter!("assent_deliveries_total", "Deliveries, by kind and end");
    for kind in ["mail", "call"] {
        for end in ["done", "retry", "dead"] {
            metrics::counter!("assent_deliveries_total", "kind" => kind, "end" => end).increment(0);
        }
    }
    metrics::describe_histogram!("assent_http_seconds", "HTTP requests, by status");
    drop(metrics::histogram!("assent_http_seconds", "status" => "200"));
}

/// Writes what is read when somebody looks; without a database, that there is none.
pub fn render(figures: Option<&Metrics>, text: &mut String) {
    let version = env!("CARGO_PKG_VERSION");
    let _ = write!(
        text,
        "# HELP assent_build_info Version of this program\n# TYPE assent_build_info gauge\nassent_build_info{{version=\"{version}\"}} 1\n\
         # HELP assent_database_up The database answers\n# TYPE assent_database_up gauge\nassent_database_up {}\n",
        u8::from(figures.is_some())
    );
    if let Some(figures) = figures {
        read(figures, text);
    }
}

fn read(figures: &Metrics, text: &mut String) {
    let seconds = |ms: i64| format!("{}.{:03}", ms / 1000, ms.rem_euclid(1000));
    let mut gauge = |name: &str, help: &str, rows: &[(String, String)]| {
        let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} gauge");
        for (labels, value) in rows {
            let _ = writeln!(text, "{name}{labels} {value}");
        }
    };
    let plain = |value: String| [(String::new(), value)];
    let whole = |value: u64| [(String::new(), value.to_string())];
    gauge(
        "assent_open_tasks",
        "Open tasks",
        &whole(figures.open_tasks),
    );
    gauge(
        "assent_oldest_task_seconds",
        "Age of the oldest open task",
        &plain(seconds(figures.oldest_task_ms)),
    );
    gauge(
        "assent_instances_running",
        "Instances not over",
        &whole(figures.running),
    );
    gauge(
        "assent_instances_held",
        "Instances held or suspended",
        &whole(figures.held),
    );
    gauge(
        "assent_instances_stuck",
        "Running instances that nothing will wake",
        &whole(figures.stuck),
    );
    gauge(
        "assent_check_findings",
        "Things in published flows that would stop somebody in today's organisation",
        &whole(figures.check_findings),
    );
    gauge(
        "assent_outbox_pending",
        "Deliveries waiting",
        &whole(figures.outbox_pending),
    );
    gauge(
        "assent_outbox_oldest_seconds",
        "Age of the oldest delivery that is due",
        &plain(seconds(figures.outbox_oldest_ms)),
    );
    gauge(
        "assent_outbox_dead",
        "Dead letters",
        &whole(figures.outbox_dead),
    );
    gauge(
        "assent_timer_late_seconds",
        "How late the oldest wake-up is that has not fired",
        &plain(seconds(figures.timer_late_ms)),
    );
    let late: Vec<_> = figures
        .timers_late
        .iter()
        .map(|(seconds, n)| (format!("{{later_than=\"{seconds}s\"}}"), n.to_string()))
        .collect();
    gauge(
        "assent_timers_overdue",
        "Wake-ups that are due and have not fired, by how late they are",
        &late,
    );
    gauge(
        "assent_queue_percent",
        "How full the committer's queue is, percent",
        &whole(figures.queue_depth),
    );
    let pools: Vec<_> = figures
        .pools
        .iter()
        .flat_map(|(pool, open, idle)| {
            [("idle", *idle), ("busy", open - idle)].map(|(state, n)| {
                (
                    format!("{{pool=\"{pool}\",state=\"{state}\"}}"),
                    n.to_string(),
                )
            })
        })
        .collect();
    gauge(
        "assent_pool_connections",
        "Connections to the database",
        &pools,
    );
}
