//! `assent check`: every fault of flow files and scripts, with its place and what to do.

use std::path::PathBuf;
use std::sync::Arc;

use assent_core::check;
use assent_core::definition::Definition;
use assent_core::diagnostic::Diagnostic;
use assent_core::dialect;
use assent_core::directory::Directory;
use assent_core::text::Text;
use assent_runtime::app::App;
use serde::Serialize;

use super::serve::opened;
use super::workshop::{Workshop, scripts_folder};
use super::{ConfigArgs, Done, Outcome, Say, files, listen};
use crate::config;

/// `assent check DIR|FILE…`
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Flow files, or folders of them.
    #[arg(required = true, value_name = "DIR|FILE")]
    paths: Vec<PathBuf>,
    /// Scripts folder; else scripts/ here or beside the flows.
    #[arg(long, value_name = "DIR")]
    scripts: Option<PathBuf>,
    /// Also over today's organisation, as it is in the configured database. 按数据库中的组织架构检查
    #[arg(long)]
    live: bool,
    #[command(flatten)]
    config: ConfigArgs,
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

/// What needs several flows, or the organisation.
fn together(definitions: &[Definition], directory: Option<&Directory>) -> Vec<Diagnostic> {
    let flows: Vec<&Definition> = definitions.iter().collect();
    let mut found: Vec<Diagnostic> = check::across(&flows, directory)
        .into_iter()
        .filter_map(|(at, finding)| Some(finding.placed(&flows.get(at)?.places)))
        .collect();
    for (def, directory) in flows.iter().zip(std::iter::repeat(directory)) {
        let findings =
            directory.map_or_else(Vec::new, |directory| check::organisation(def, directory));
        found.extend(
            findings
                .into_iter()
                .map(|finding| finding.placed(&def.places)),
        );
    }
    found
}

/// The organisation of the configured database.
fn live_directory(args: &Args) -> Result<Arc<Directory>, Text> {
    let config =
        config::load(args.config.config.as_deref(), std::env::vars()).map_err(|fault| fault.0)?;
    listen::runtime()?.block_on(async {
        let mut app = config.app();
        app.workers = false;
        let app = App::open(app).await.map_err(|error| opened(&error))?;
        let directory = app.directory();
        app.close().await;
        Ok(directory)
    })
}

/// Checks.
pub fn run(args: &Args, say: Say) -> Done {
    let flows = files::read(&args.paths)?;
    let scripts = scripts_folder(args.scripts.as_deref(), &args.paths);
    let workshop = Workshop::open(scripts.as_deref(), &flows)?;
    let mut found = workshop.diagnostics.clone();
    let directory = if args.live {
        Some(live_directory(args)?)
    } else {
        None
    };
    let mut definitions = Vec::new();
    for file in &flows {
        let compiled = dialect::compile(&file.name, &file.text, &workshop.catalog);
        found.extend(compiled.diagnostics);
        definitions.extend(compiled.definition);
    }
    found.extend(together(&definitions, directory.as_deref()));
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
