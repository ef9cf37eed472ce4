//! `assent verify`: the trail of a database beside a running server, or of an export or a bundle with nothing but itself.

use std::path::PathBuf;

use assent_core::text::{Text, counted};
use assent_runtime::audit::{
    Expectation, KeyRing, Report, roots_of, verify_database, verify_export,
};
use assent_runtime::clock::Clock;

use super::serve::opened;
use super::workshop::Workshop;
use super::{ConfigArgs, Done, Outcome, Say, listen};
use crate::config::{self, Config};

/// Findings printed for people; all of them are in the JSON.
const PRINTED_MAX: usize = 50;

/// `assent verify [EXPORT]`
#[derive(Debug, clap::Args)]
pub struct Args {
    /// An export (`assent export`) or a bundle (`assent retire`); else the configured database. 导出或归档文件
    #[arg(value_name = "EXPORT")]
    export: Option<PathBuf>,
    /// Id or public key (hex) that must have signed; else the configured key, where it is at hand. 受信任的密钥
    #[arg(long, value_name = "KEY")]
    key: Vec<String>,
    /// An earlier export whose roots must still be there. 先前的导出
    #[arg(long, value_name = "EXPORT")]
    since: Option<PathBuf>,
    #[command(flatten)]
    config: ConfigArgs,
    /// Machine-readable.
    #[arg(long)]
    json: bool,
}

/// Verifies.
pub fn run(args: &Args, say: Say) -> Done {
    let config =
        config::load(args.config.config.as_deref(), std::env::vars()).map_err(|fault| fault.0)?;
    let scripts = config
        .files
        .scripts
        .is_dir()
        .then_some(config.files.scripts.as_path());
    let workshop = Workshop::open(scripts, &[])?;
    let expected = Expectation {
        keys: trusted(args, &config)?,
        anchors: match &args.since {
            Some(file) => roots_of(file).map_err(|error| error.message())?,
            None => vec![],
        },
    };
    let report = match &args.export {
        Some(file) => verify_export(file, &workshop.catalog, expected),
        None => {
            let (url, now) = (&config.database.url.0, Clock::System.now());
            let verified = verify_database(url, now, &workshop.catalog, expected);
            listen::runtime()?.block_on(Box::pin(verified))
        }
    };
    let report = report.map_err(|error| opened(&error))?;
    if args.json {
        say.json(&report);
    } else {
        tell(&report, say);
    }
    Ok(Outcome::of(report.good))
}

/// The keys named, else (for the database) those of the key file, when this machine has it.
fn trusted(args: &Args, config: &Config) -> Result<Vec<String>, Text> {
    if !args.key.is_empty() || args.export.is_some() {
        return Ok(args.key.clone());
    }
    let known = KeyRing::known(&config.audit_key()).map_err(|error| error.message())?;
    Ok(known.map(|ring| ring.publics()).unwrap_or_default())
}

fn tell(report: &Report, say: Say) {
    for finding in report.findings.iter().take(PRINTED_MAX) {
        say.text(&finding.words);
    }
    let more = report.findings.len().saturating_sub(PRINTED_MAX) as u64 + report.more;
    if more > 0 {
        say.words(
            format!("…… 还有 {more} 处，--json 可看全部"),
            format!("… {more} more; --json lists them"),
        );
    }
    if let Some(root) = &report.last_root {
        say.words(
            format!(
                "最后的存证根：第 {} 号，{} 个事件，{}，密钥 {}",
                root.no, root.size, root.root, root.key
            ),
            format!(
                "Last root: no. {}, {}, {}, key {}",
                root.no,
                counted(root.size, "event"),
                root.root,
                root.key
            ),
        );
    }
    if report.records_shared > 0 {
        say.words(
            format!(
                "{} 个实例的业务数据另有其他流程或编辑写入，字段值未逐一比对。",
                report.records_shared
            ),
            format!(
                "Records that others write too, whose values were not compared: those of {}.",
                counted(report.records_shared, "instance")
            ),
        );
    }
    if report.retired > 0 {
        say.words(
            format!("{} 个实例已归档，其归档凭证与存证相符。", report.retired),
            format!(
                "Retired: {}; every tombstone is signed and agrees with the roots.",
                counted(report.retired, "instance")
            ),
        );
    }
    if report.definitions_unread > 0 {
        say.words(
            format!("{} 个进行中的实例所用的流程版本在此无法读取，未检查其是否停滞。", report.definitions_unread),
            format!("Running under a version of a flow that cannot be read here: {}; whether something wakes them was not checked.", counted(report.definitions_unread, "instance")),
        );
    }
    say.text(&report.words());
}
