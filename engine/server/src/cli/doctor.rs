//! `assent doctor`: what this installation stands on, a line each, and what to do.

use assent_runtime::doctor::{Level, examine};

use super::{ConfigArgs, Done, Outcome, Say, listen};
use crate::config;

/// `assent doctor [--json]`
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    config: ConfigArgs,
    /// Machine-readable.
    #[arg(long)]
    json: bool,
}

/// Looks. Exit code 1 when something is bad.
pub fn run(args: &Args, say: Say) -> Done {
    let config =
        config::load(args.config.config.as_deref(), std::env::vars()).map_err(|fault| fault.0)?;
    let found = listen::runtime()?.block_on(Box::pin(examine(&config.app())));
    if args.json {
        say.json(&found);
    } else {
        for one in &found {
            let mark = match one.level {
                Level::Ok => "ok  ",
                Level::Warn => "warn",
                Level::Bad => "bad ",
            };
            say.line(format!("{mark}  {}: {}", one.name, one.words.get(say.lang)));
            if let Some(todo) = &one.todo {
                say.line(format!("      → {}", todo.get(say.lang)));
            }
        }
    }
    Ok(Outcome::of(found.iter().all(|one| one.level < Level::Bad)))
}
