//! `assent publish`: checks and publishes the flows of a folder.

use std::path::PathBuf;

use assent_core::text::counted;
use assent_runtime::app::{App, PublishOutcome, Published, SourceFile};
use serde::Serialize;

use super::serve::opened;
use super::{ConfigArgs, Done, Outcome, Say, files, listen};
use crate::config;

/// `assent publish DIR`
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Flow files, or folders of them.
    #[arg(required = true, value_name = "DIR|FILE")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    config: ConfigArgs,
    /// Machine-readable.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Report<'a> {
    published: usize,
    unchanged: usize,
    refused: usize,
    files: &'a [Published],
}

/// Publishes.
pub fn run(args: &Args, say: Say) -> Done {
    let config =
        config::load(args.config.config.as_deref(), std::env::vars()).map_err(|fault| fault.0)?;
    let flows = files::read(&args.paths)?;
    let sources: Vec<SourceFile> = flows
        .iter()
        .map(|file| SourceFile {
            name: file.name.clone(),
            text: file.text.clone(),
        })
        .collect();
    let published = listen::runtime()?.block_on(async {
        let mut app = config.app();
        app.workers = false;
        let app = App::open(app).await.map_err(|error| opened(&error))?;
        let published = app
            .publish(None, sources)
            .await
            .map_err(|error| opened(&error));
        app.close().await;
        published
    })?;
    let count = |outcome| {
        published
            .iter()
            .filter(|one| one.outcome == outcome)
            .count()
    };
    let refused = count(PublishOutcome::Refused);
    if args.json {
        say.json(&Report {
            published: count(PublishOutcome::Published),
            unchanged: count(PublishOutcome::Unchanged),
            refused,
            files: &published,
        });
    } else {
        for (one, file) in published.iter().zip(&flows) {
            say.line(format!("{}: {}", one.file, one.message.get(say.lang)));
            details(one, &file.text, say);
        }
    }
    Ok(Outcome::of(refused == 0))
}

/// What was found in a file, what changed in words, and what that does to running instances.
pub(super) fn details(published: &Published, text: &str, say: Say) {
    say.diagnostics(&published.diagnostics, text);
    let Some(made) = &published.publication else {
        return;
    };
    for change in &made.changes {
        say.line(format!("    - {}", change.words.get(say.lang)));
    }
    if !made.running.stay.is_empty() {
        let stay: u64 = made.running.stay.values().sum();
        let could = made.running.could_migrate;
        say.words(
            format!("    {stay} 个进行中的实例留在原来的版本，其中 {could} 个可以直接迁移"),
            format!(
                "    {} on the version before; could be migrated as they are: {could}",
                counted(stay, "running instance")
            ),
        );
    }
}
