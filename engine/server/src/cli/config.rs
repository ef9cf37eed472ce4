//! `assent config show`: every key with what holds now, secrets redacted.

use clap::Subcommand;

use super::{ConfigArgs, Done, Outcome, Say};
use crate::config;

/// What to do with the configuration.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Print every key with what holds now; secrets are hidden. 显示全部配置
    Show(ConfigArgs),
}

/// Does it.
pub fn run(verb: &Verb, say: Say) -> Done {
    let Verb::Show(args) = verb;
    let config = config::load(args.config.as_deref(), std::env::vars()).map_err(|fault| fault.0)?;
    say.line(config::shown(&config, say.lang).trim_end());
    Ok(Outcome::Good)
}
