//! `assent backup`: a copy of the database beside the running server, verified before it is called a backup.

use std::path::PathBuf;

use assent_core::text::Text;
use assent_runtime::audit::KeyRing;
use assent_runtime::backup::{self, Checks, Copied, Verified};
use assent_runtime::clock::Clock;

use super::serve::opened;
use super::workshop::Workshop;
use super::{ConfigArgs, Done, Outcome, Say, listen};
use crate::config::{self, Config};

/// `assent backup [FILE|FOLDER]`
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A new file, or a folder in which one is named by the moment; else backup.folder. 备份文件或文件夹
    #[arg(value_name = "FILE|FOLDER")]
    to: Option<PathBuf>,
    #[command(flatten)]
    config: ConfigArgs,
    /// Machine-readable.
    #[arg(long)]
    json: bool,
}

/// Copies and verifies. Exit code 1: it was copied and does not verify.
pub fn run(args: &Args, say: Say) -> Done {
    let config =
        config::load(args.config.config.as_deref(), std::env::vars()).map_err(|fault| fault.0)?;
    let to = args.to.clone().or_else(|| config.backup.folder.clone());
    let to = to.ok_or_else(|| {
        Text::new(
            "请指明备份到哪里：assent backup 文件或文件夹，或设置 backup.folder。",
            "Say where to: assent backup FILE|FOLDER, or set backup.folder.",
        )
    })?;
    let checks = checks(&config, vec![])?;
    let made = backup::backup(&config.database.url.0, &to, &checks);
    let made = listen::runtime()?
        .block_on(Box::pin(made))
        .map_err(|error| opened(&error))?;
    match made {
        Copied::Backup(done) => {
            if args.json {
                say.json(&done.manifest);
                return Ok(Outcome::Good);
            }
            let manifest = &done.manifest;
            let (file, seconds) = (done.file.display(), done.took.as_secs_f64());
            let (zh, en) = match manifest.verified {
                Verified::Whole => ("已完整校验", "verified whole"),
                Verified::Read => (
                    "已读完归档（服务器不允许建临时库，未试恢复）",
                    "read to its end (the server lets us make no database to try it in)",
                ),
            };
            let bytes = manifest.bytes;
            say.words(
                format!("备份完成：{file}，{bytes} 字节，{seconds:.1} 秒，{zh}"),
                format!("Backup made: {file}, {bytes} bytes, {seconds:.1} s, {en}"),
            );
            Ok(Outcome::Good)
        }
        Copied::Unverified { kept, findings } => {
            findings.iter().for_each(|found| say.text(found));
            let kept = kept.display();
            say.words(
                format!("复制完成，但未通过校验，不是备份：{kept}。请运行 assent verify 查明原因。"),
                format!("Copied, but it does not verify and is no backup: {kept}. Run assent verify to find out why."),
            );
            Ok(Outcome::Findings)
        }
    }
}

/// What copies are verified with: the flows' world, and the keys named, else those of the key file when it is here.
pub(super) fn checks(config: &Config, keys: Vec<String>) -> Result<Checks, Text> {
    let scripts = &config.files.scripts;
    let workshop = Workshop::open(scripts.is_dir().then_some(scripts.as_path()), &[])?;
    let known = KeyRing::known(&config.audit_key()).map_err(|error| error.message())?;
    let keys = match known {
        Some(ring) if keys.is_empty() => ring.publics(),
        Some(_) | None => keys,
    };
    Ok(Checks {
        catalog: workshop.catalog,
        keys,
        now: Clock::System.now(),
        tools: config.backup.tools.clone(),
    })
}
