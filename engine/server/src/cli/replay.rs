//! `assent replay`: a real event log through the real engine.

use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use assent_core::text::Text;
use assent_runtime::app::{App, AppConfig, SourceFile};
use assent_runtime::replay::{self, Map, ReplayFault, Report};

use super::serve::opened;
use super::{Done, Outcome, Say, files, listen};
use crate::modules;

/// Refused steps printed for people; all of them are in the JSON.
const REFUSED_PRINTED_MAX: usize = 40;
/// Progress is told every so many cases.
const PROGRESS_CASES: u64 = 100;

/// `assent replay LOG --flow F --map M`
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Event log: .xes, .xes.gz, .csv, .csv.gz
    #[arg(value_name = "LOG")]
    log: PathBuf,
    /// The flow.
    #[arg(long, value_name = "FILE")]
    flow: PathBuf,
    /// How the log's words become commands.
    #[arg(long, value_name = "FILE")]
    map: PathBuf,
    /// Database to replay into; must be empty. Else a temporary file that is removed afterwards.
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// Machine-readable.
    #[arg(long)]
    json: bool,
}

/// A file that is gone afterwards.
struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        for ending in ["", "-wal", "-shm"] {
            let mut name = self.0.clone().into_os_string();
            name.push(ending);
            // It may not be there; nothing depends on its going.
            let _ = std::fs::remove_file(PathBuf::from(name));
        }
    }
}

/// Replays.
pub fn run(args: &Args, say: Say) -> Done {
    let flow = files::one(&args.flow)?;
    let map = Map::parse(&files::one(&args.map)?.text).map_err(|fault| fault.message)?;
    let cases = replay::open(&args.log).map_err(|fault| fault.message)?;
    let temporary =
        Temporary(std::env::temp_dir().join(format!("assent-replay-{}.db", std::process::id())));
    let database = args
        .database
        .clone()
        .unwrap_or_else(|| format!("sqlite:{}", temporary.0.display()));
    let shows = !args.json && std::io::stderr().is_terminal();
    let report = listen::runtime()?.block_on(async {
        let mut config = AppConfig::new(database);
        config.modules = modules::all();
        config.workers = false;
        let app = App::open(config).await.map_err(|error| opened(&error))?;
        let source = SourceFile {
            name: flow.name.clone(),
            text: flow.text.clone(),
        };
        let progress = move |cases: u64| {
            if shows && cases.is_multiple_of(PROGRESS_CASES) {
                let _ = write!(std::io::stderr().lock(), "\r{cases}");
            }
        };
        let report = replay::replay(&app, cases, source, map, progress).await;
        app.close().await;
        report.map_err(|fault| words(&fault, say, &flow.text, &args.log))
    })?;
    if shows {
        let _ = write!(std::io::stderr().lock(), "\r");
    }
    if args.json {
        say.json(&report);
    } else {
        tell(&report, say);
    }
    Ok(Outcome::of(report.refused_events == 0))
}

fn words(fault: &ReplayFault, say: Say, source: &str, log: &Path) -> Text {
    match fault {
        ReplayFault::Log(fault) => Text::new(
            format!("{}：{}", log.display(), fault.message.zh),
            format!("{}: {}", log.display(), fault.message.en),
        ),
        ReplayFault::Flow(published) => {
            say.diagnostics(&published.diagnostics, source);
            published.message.clone()
        }
        ReplayFault::App(error) => opened(error),
        ReplayFault::Other(words) => words.clone(),
    }
}

fn tell(report: &Report, say: Say) {
    for warning in &report.warnings {
        say.text(warning);
    }
    for step in report.refused.iter().take(REFUSED_PRINTED_MAX) {
        say.line(format!(
            "{} #{} {} ({}) {}: {}",
            step.case,
            step.index,
            step.activity,
            step.role,
            step.reason,
            step.says.get(say.lang)
        ));
    }
    let Report {
        cases,
        fit,
        events,
        accepted_events,
        refused_events,
        events_per_s,
        seconds,
        peak_rss_mb,
        ..
    } = report;
    if *refused_events > REFUSED_PRINTED_MAX as u64 {
        say.words(
            format!("…… 共 {refused_events} 步被拒绝执行，--json 可看全部"),
            format!("… {refused_events} steps refused in all; --json lists them"),
        );
    }
    say.words(
        format!("{cases} 个案例，{fit} 个完全符合；{events} 个事件，接受 {accepted_events}，拒绝 {refused_events}；{seconds:.1} 秒，每秒 {events_per_s} 个，内存峰值 {peak_rss_mb} MB。"),
        format!("{cases} cases, {fit} fit; {events} events, {accepted_events} accepted, {refused_events} refused; {seconds:.1} s, {events_per_s} events/s, peak {peak_rss_mb} MB."),
    );
}
