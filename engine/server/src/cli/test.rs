//! `assent test`: the examples inside flow files and beside scripts, played through the very engine.

use std::path::PathBuf;
use std::sync::Arc;

use assent_core::calendar;
use assent_core::diagnostic::Diagnostic;
use assent_core::dialect;
use assent_core::play::{Stage, play};
use assent_core::rule::RuleContext;
use assent_core::text::{Text, counted};
use serde::Serialize;

use super::files::{self, FlowFile};
use super::workshop::{Workshop, scripts_folder};
use super::{Done, Outcome, Say};

/// `assent test DIR…`
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Flow files, or folders of them.
    #[arg(required = true, value_name = "DIR|FILE")]
    paths: Vec<PathBuf>,
    /// Scripts folder; else scripts/ here or beside the flows.
    #[arg(long, value_name = "DIR")]
    scripts: Option<PathBuf>,
    /// Machine-readable.
    #[arg(long)]
    json: bool,
}

#[derive(Default, Serialize)]
struct Report {
    flows: usize,
    tests: usize,
    failed: usize,
    /// Faults that keep flows from being published although their tests could be played.
    errors: usize,
    failures: Vec<Failed>,
}

#[derive(Serialize)]
struct Failed {
    file: String,
    test: String,
    line: u32,
    message: Text,
}

/// Plays them.
pub fn run(args: &Args, say: Say) -> Done {
    let flows = files::read(&args.paths)?;
    let scripts = scripts_folder(args.scripts.as_deref(), &args.paths);
    let workshop = Workshop::open(scripts.as_deref(), &flows)?;
    let mut report = Report::default();
    for fault in workshop.diagnostics.iter().filter(|one| one.is_error()) {
        report.failures.push(Failed {
            file: fault.place.file.clone(),
            test: String::new(),
            line: fault.place.line,
            message: fault.message.clone(),
        });
        report.failed += 1;
    }
    rules(&workshop, &mut report);
    for file in &flows {
        report.flows += 1;
        flow(&workshop, file, &mut report);
    }
    if args.json {
        say.json(&report);
    } else {
        tell(&report, say);
    }
    Ok(Outcome::of(report.failed == 0))
}

fn rules(workshop: &Workshop, report: &mut Report) {
    let calendar = calendar::builtin(calendar::CN_OFFICE).map(Arc::new);
    let context = match calendar {
        Some(calendar) => RuleContext::with_calendar(calendar),
        None => RuleContext::default(),
    };
    for result in workshop.rules.test(&context) {
        report.tests += 1;
        if let Some(message) = result.failure {
            report.failed += 1;
            report.failures.push(Failed {
                file: result.rule,
                test: result.name,
                line: result.line,
                message,
            });
        }
    }
}

fn flow(workshop: &Workshop, file: &FlowFile, report: &mut Report) {
    let compiled = dialect::compile(&file.name, &file.text, &workshop.catalog);
    let Some(def) = &compiled.definition else {
        report.failed += 1;
        let mut errors = compiled
            .diagnostics
            .into_iter()
            .filter(Diagnostic::is_error);
        let first = errors.next();
        let more = errors.count();
        report.failures.push(Failed {
            file: file.name.clone(),
            test: String::new(),
            line: first.as_ref().map_or(1, |one| one.place.line),
            message: cannot_be_played(first, more),
        });
        return;
    };
    let Some(calendar) = calendar::builtin(&def.calendar) else {
        report.failed += 1;
        report.failures.push(Failed {
            file: file.name.clone(),
            test: String::new(),
            line: 1,
            message: Text::new(
                format!("没有日历 {}", def.calendar),
                format!("There is no calendar {}", def.calendar),
            ),
        });
        return;
    };
    report.errors += compiled
        .diagnostics
        .iter()
        .filter(|one| one.is_error())
        .count();
    let stage = Stage {
        def,
        calendar: &calendar,
        rules: &workshop.rules,
        modules: &workshop.modules,
        entities: &workshop.catalog.entities,
    };
    for example in &compiled.examples {
        report.tests += 1;
        let played = play(stage, example);
        if !played.failures.is_empty() {
            report.failed += 1;
        }
        for failure in played.failures {
            report.failures.push(Failed {
                file: file.name.clone(),
                test: played.name.clone(),
                line: failure.line,
                message: failure.message,
            });
        }
    }
}

/// A flow with errors has no tests to play; its first fault, and where the others are.
fn cannot_be_played(first: Option<Diagnostic>, more: usize) -> Text {
    let mut words = first.map_or_else(Text::default, |one| one.message);
    if more > 0 {
        words.zh.push_str(&format!("；另有 {more} 处错误"));
        words.en.push_str(&format!("; {more} more errors"));
    }
    Text::new(
        format!(
            "流程有错误，用例没有运行：{}。请先运行 assent check。",
            words.zh
        ),
        format!(
            "The flow has errors, its tests were not run: {}. Run assent check first.",
            words.en
        ),
    )
}

fn tell(report: &Report, say: Say) {
    for failed in &report.failures {
        say.line(format!("{}:{} {}", failed.file, failed.line, failed.test));
        say.line(format!("    {}", failed.message.get(say.lang)));
    }
    let Report {
        flows,
        tests,
        failed,
        ..
    } = report;
    say.words(
        format!("{flows} 个流程，{tests} 个用例，{failed} 个失败。"),
        format!(
            "{}, {}, {failed} failed.",
            counted(*flows as u64, "flow"),
            counted(*tests as u64, "test")
        ),
    );
    if report.errors > 0 {
        let n = report.errors;
        say.words(
            format!("流程里还有 {n} 处错误，不能发布；请运行 assent check。"),
            format!(
                "The flows have {} and cannot be published; run assent check.",
                counted(n as u64, "error")
            ),
        );
    }
}
