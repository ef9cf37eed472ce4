//! `assent diff`: what changed between two versions of a flow, in words.

use std::path::Path;

use assent_core::dialect;
use assent_core::difference::{Changed, difference};
use assent_core::people::Ids;
use assent_core::text::{Text, counted};
use assent_runtime::app::{App, Compared, Side, SourceFile};
use serde::Serialize;

use super::serve::opened;
use super::workshop::{Workshop, scripts_folder};
use super::{ConfigArgs, Done, Outcome, Say, files, listen};
use crate::config;

/// `assent diff A B`
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The older version: a file, or `flow@version` of the database (`flow` for the current one).
    from: String,
    /// The newer version.
    to: String,
    #[command(flatten)]
    config: ConfigArgs,
    /// Machine-readable.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Report<'a> {
    from: &'a str,
    to: &'a str,
    changes: &'a [Changed],
}

/// Compares. Exit code 1 when something is different.
pub fn run(args: &Args, say: Say) -> Done {
    let is_file = |word: &str| Path::new(word).is_file();
    let compared = if is_file(&args.from) && is_file(&args.to) {
        // Two files need no database.
        two_files(args)?
    } else {
        by_database(args, say)?
    };
    if args.json {
        say.json(&Report {
            from: &args.from,
            to: &args.to,
            changes: &compared,
        });
    } else {
        for change in &compared {
            say.line(format!("- {}", change.words.get(say.lang)));
        }
        let n = compared.len();
        say.words(
            format!("{n} 处变化。"),
            format!("{}.", counted(n as u64, "change")),
        );
    }
    Ok(Outcome::of(compared.is_empty()))
}

fn two_files(args: &Args) -> Result<Vec<Changed>, Text> {
    let paths = [args.from.clone().into(), args.to.clone().into()];
    let flows = files::read(&paths)?;
    let workshop = Workshop::open(scripts_folder(None, &paths).as_deref(), &flows)?;
    let mut definitions = Vec::new();
    for file in &flows {
        let compiled = dialect::compile(&file.name, &file.text, &workshop.catalog);
        definitions.push(compiled.definition.ok_or_else(|| {
            Text::new(
                format!("{} 有错误，不能比较；请先运行 assent check。", file.name),
                format!(
                    "{} has errors and cannot be compared; run assent check first.",
                    file.name
                ),
            )
        })?);
    }
    match definitions.as_slice() {
        [old, new] => Ok(difference(old, new, &Ids).changes),
        _ => Err(Text::new("要写两个文件。", "Name two files.")),
    }
}

fn by_database(args: &Args, _say: Say) -> Result<Vec<Changed>, Text> {
    let config =
        config::load(args.config.config.as_deref(), std::env::vars()).map_err(|fault| fault.0)?;
    let (from, to) = (side(&args.from)?, side(&args.to)?);
    listen::runtime()?.block_on(async {
        let mut app = config.app();
        app.workers = false;
        let app = App::open(app).await.map_err(|error| opened(&error))?;
        let compared = app.compare(from, to).await;
        app.close().await;
        compared
            .map(|Compared { changes, .. }| changes)
            .map_err(|error| error.message())
    })
}

fn side(word: &str) -> Result<Side, Text> {
    if !Path::new(word).is_file() {
        return Ok(Side::Published(word.to_owned()));
    }
    let file = files::one(Path::new(word))?;
    Ok(Side::File(SourceFile {
        name: file.name,
        text: file.text,
    }))
}
