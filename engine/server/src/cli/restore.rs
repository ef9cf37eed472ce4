//! `assent restore`: a backup into a new place, verified there before it may be used.

use std::path::PathBuf;

use assent_core::text::Text;
use assent_runtime::backup;

use super::backup::checks;
use super::serve::opened;
use super::{ConfigArgs, Done, Outcome, Say, listen};
use crate::config;

/// `assent restore FILE [--to DATABASE]`
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A backup that assent backup made; its manifest stands beside it. 备份文件
    #[arg(value_name = "FILE")]
    from: PathBuf,
    /// Where to: sqlite:new.db or postgres://…/new; else database.url, when nothing is there yet. 恢复到
    #[arg(long, value_name = "DATABASE")]
    to: Option<String>,
    /// Id or public key (hex) that must have signed; else the configured key, where it is at hand. 受信任的密钥
    #[arg(long, value_name = "KEY")]
    key: Vec<String>,
    #[command(flatten)]
    config: ConfigArgs,
    /// Machine-readable.
    #[arg(long)]
    json: bool,
}

/// Restores and verifies. Exit code 1: it does not verify, and is not left in its place.
pub fn run(args: &Args, say: Say) -> Done {
    let config =
        config::load(args.config.config.as_deref(), std::env::vars()).map_err(|fault| fault.0)?;
    let to = args.to.clone().unwrap_or(config.database.url.0.clone());
    let checks = checks(&config, args.key.clone())?;
    let restored = listen::runtime()?
        .block_on(Box::pin(backup::restore(&args.from, &to, &checks)))
        .map_err(|error| opened(&error))?;
    let is_good = restored.findings.is_empty();
    if args.json {
        say.json(&serde_json::json!({
            "good": is_good, "events": restored.events, "seconds": restored.took.as_secs_f64(),
            "findings": restored.findings, "manifest": restored.manifest,
        }));
        return Ok(Outcome::of(is_good));
    }
    restored.findings.iter().for_each(|found| say.text(found));
    let said = match is_good {
        true => Text::new(
            format!(
                "已恢复并校验：{} 个事件，{:.1} 秒。把 database.url 指向它即可启动；恢复点之后送出过的邮件和调用可能再送一次。",
                restored.events,
                restored.took.as_secs_f64()
            ),
            format!(
                "Restored and verified: {} events, {:.1} s. Point database.url at it and start; mails and calls delivered after the backup may be delivered again.",
                restored.events,
                restored.took.as_secs_f64()
            ),
        ),
        false => Text::new(
            "恢复后未通过校验，没有启用。请换一份备份。",
            "What was restored does not verify and was not put in its place. Take another backup.",
        ),
    };
    say.text(&said);
    Ok(Outcome::of(is_good))
}
