//! `assent retire`: instances that were over long ago go into a bundle, and a signed tombstone stays.

use std::path::PathBuf;

use assent_core::text::Text;
use assent_runtime::app::{RetireWish, Retired};

use super::admin::with_app;
use super::{ConfigArgs, Done, Outcome, Say};

/// Instances named in a dry run; all of them are in the JSON.
const PRINTED_MAX: usize = 20;

/// `assent retire --older-than DAYS --to FOLDER --reason … --as ADMIN`
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Instances that have been over for at least so many days. 结束满多少天
    #[arg(long, value_name = "DAYS")]
    older_than: u32,
    /// The folder bundles go to. 归档文件夹
    #[arg(long, value_name = "FOLDER", required_unless_present = "dry_run")]
    to: Option<PathBuf>,
    /// Why; stands in the tombstone. 原因
    #[arg(long, default_value = "")]
    reason: String,
    /// Who does it: an administrator. 由谁操作
    #[arg(long = "as", value_name = "PERSON")]
    by: String,
    /// Only say what would go.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    config: ConfigArgs,
    /// Machine-readable.
    #[arg(long)]
    json: bool,
}

/// Retires.
pub fn run(args: &Args, say: Say) -> Done {
    if !args.dry_run && args.reason.trim().is_empty() {
        return Err(Text::new(
            "请用 --reason 写明原因，或用 --dry-run 只看结果。",
            "Say why with --reason, or only look with --dry-run.",
        ));
    }
    with_app(&args.config, async |app| {
        let done = if args.dry_run {
            app.retire_preview(&args.by, args.older_than).await?
        } else {
            let wish = RetireWish {
                days: args.older_than,
                to: args.to.clone().unwrap_or_default(),
                reason: args.reason.clone(),
            };
            Box::pin(app.retire(&args.by, &wish)).await?
        };
        if args.json {
            say.json(&done);
        } else {
            tell(&done, args.dry_run, say);
        }
        Ok(Outcome::Good)
    })
}

fn tell(done: &Retired, dry_run: bool, say: Say) {
    let (n, events) = (done.instances, done.events);
    for row in done.shown.iter().take(PRINTED_MAX) {
        say.line(format!("{} {}", row.id, row.title));
    }
    if dry_run {
        say.words(
            format!("将归档 {n} 个流程实例；没有改动。"),
            format!("{n} instances would be retired; nothing was changed."),
        );
        return;
    }
    done.bundles.iter().for_each(|bundle| say.line(bundle));
    say.words(
        format!("已归档 {n} 个流程实例，{events} 个事件；assent verify 文件 可离线校验。"),
        format!("{n} instances with {events} events were retired; assent verify FILE proves a bundle offline."),
    );
}
