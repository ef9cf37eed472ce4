//! `assent check`: every fault of flow files and scripts, with its place and what to do.

use std::path::PathBuf;
use std::sync::Arc;

use assent_core::check;
use assent_core::definition::Definition;
use assent_core::diagnostic::Diagnostic;
use assent_core::dialect;
use assent_core::directory::Directory;
use assent_core::text::{Text, counted};
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
            format!(
                "{} checked: {}, {}.",
                counted(n as u64, "file"),
                counted(errors as u64, "error"),
                counted(warnings as u64, "warning")
            ),
        );
    }
    Ok(Outcome::of(errors == 0))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::collections::BTreeSet;

    use assent_org::{Sheets, import};
    use assent_runtime::demo::company;

    use super::*;

    /// What is meant to be found: flow, code and why. In a finance department of two, whoever keeps the receivables would sign an
    /// invoice of their own twice; the flow says `same_person: refuse`, so that it stops for its owner rather than let them.
    const MEANT: [(&str, &str); 1] = [("invoice_application", "same-person-only")];

    fn sample_company() -> Directory {
        let sheets = company::sheets("2026-03-11".parse().unwrap());
        let sheets = Sheets {
            units: sheets.units,
            people: sheets.people,
            roles: sheets.roles,
            grants: sheets.grants,
            absences: &sheets.absences,
        };
        import(&sheets).unwrap_or_else(|faults| panic!("{faults:#?}"))
    }

    /// A8.8
    #[test]
    fn every_shipped_flow_finds_somebody_for_everybody_in_the_sample_company() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let flows = files::read(&[root.join("workflows")]).unwrap();
        let workshop = Workshop::open(Some(&root.join("scripts")), &flows).unwrap();
        let directory = sample_company();
        let mut found: Vec<String> = vec![];
        let mut definitions = vec![];
        for file in &flows {
            let compiled = dialect::compile(&file.name, &file.text, &workshop.catalog);
            found.extend(compiled.diagnostics.iter().map(|one| format!("{one:?}")));
            definitions.extend(compiled.definition);
        }
        let mut met = BTreeSet::new();
        for one in together(&definitions, Some(&directory)) {
            let meant = MEANT.iter().find(|(flow, code)| {
                one.place.file.ends_with(&format!("{flow}.yaml")) && one.code == *code
            });
            if let Some(meant) = meant {
                assert!(!one.is_error(), "{one:?}");
                met.insert(meant);
            } else {
                found.push(format!(
                    "{}: {} {}",
                    one.place.file, one.code, one.message.zh
                ));
            }
        }
        assert!(flows.len() >= 7 && definitions.len() == flows.len());
        assert!(found.is_empty(), "{found:#?}");
        assert_eq!(met.len(), MEANT.len(), "what is meant is still so: {met:?}");
    }
}
