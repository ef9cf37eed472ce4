//! `assent check`: every fault of flow files and scripts, with its place and what to do.

use std::path::PathBuf;

use assent_core::diagnostic::Diagnostic;
use assent_core::dialect;
use serde::Serialize;

use super::files;
use super::workshop::{Workshop, scripts_folder};
use super::{Done, Outcome, Say};

/// `assent check DIR|FILE…`
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

#[derive(Serialize)]
struct Report<'a> {
    files: usize,
    errors: usize,
    warnings: usize,
    diagnostics: &'a [Diagnostic],
}

/// Checks.
pub fn run(args: &Args, say: Say) -> Done {
    let flows = files::read(&args.paths)?;
    let scripts = scripts_folder(args.scripts.as_deref(), &args.paths);
    let workshop = Workshop::open(scripts.as_deref(), &flows)?;
    let mut found = workshop.diagnostics.clone();
    for file in &flows {
        found.extend(dialect::compile(&file.name, &file.text, &workshop.catalog).diagnostics);
    }
    let errors = found.iter().filter(|one| one.is_error()).count();
    let warnings = found.len() - errors;
    if args.json {
        say.json(&Report {
            files: flows.len(),
            errors,
            warnings,
            diagnostics: &found,
        });
    } else {
        for file in &flows {
            let own: Vec<Diagnostic> = found
                .iter()
                .filter(|one| one.place.file == file.name)
                .cloned()
                .collect();
            say.diagnostics(&own, &file.text);
        }
        say.diagnostics(&workshop.diagnostics, "");
        let n = flows.len();
        say.words(
            format!("检查了 {n} 个文件：{errors} 个错误，{warnings} 个提醒。"),
            format!("{n} file(s) checked: {errors} error(s), {warnings} warning(s)."),
        );
    }
    Ok(Outcome::of(errors == 0))
}
