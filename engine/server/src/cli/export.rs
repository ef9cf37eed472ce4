//! `assent export --audit FILE`: the whole trail in a file that can be verified anywhere.

use std::path::PathBuf;

use assent_runtime::clock::Clock;

use super::serve::opened;
use super::{ConfigArgs, Done, Outcome, Say, listen};
use crate::config;

/// `assent export --audit FILE`
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The file to write: `.jsonl`, or `.jsonl.gz` to pack it. Must not be there yet. 导出文件
    #[arg(long, value_name = "FILE")]
    audit: PathBuf,
    #[command(flatten)]
    config: ConfigArgs,
}

/// Exports.
pub fn run(args: &Args, say: Say) -> Done {
    let config =
        config::load(args.config.config.as_deref(), std::env::vars()).map_err(|fault| fault.0)?;
    let (url, now) = (&config.database.url.0, Clock::System.now());
    let exported = assent_runtime::audit::export(url, now, &args.audit);
    let exported = listen::runtime()?
        .block_on(Box::pin(exported))
        .map_err(|error| opened(&error))?;
    say.words(
        format!(
            "{} 个事件，最后的存证根为第 {} 号：{}",
            exported.events,
            exported.root,
            args.audit.display()
        ),
        format!(
            "{} events, last root no. {}: {}",
            exported.events,
            exported.root,
            args.audit.display()
        ),
    );
    Ok(Outcome::Good)
}
