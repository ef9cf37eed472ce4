//! `assent migrate`: moves running instances to another version of their flow.

use std::path::PathBuf;

use assent_core::command::Via;
use assent_core::text::{Text, counted};
use assent_runtime::app::{
    App, AppError, MigrationDone, MigrationPick, MigrationPlan, MigrationWish,
};
use serde::Serialize;

use super::serve::opened;
use super::{ConfigArgs, Done, Outcome, Say, files, listen};
use crate::{config, sentence};

/// `assent migrate FLOW --to VERSION`
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The flow's id.
    flow: String,
    /// The version to go to: its first characters, or `current`.
    #[arg(long, default_value = "current", value_name = "VERSION")]
    to: String,
    /// Where states go and what new fields hold: `states: {old: new}`, `set: {field: value}`.
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,
    /// Only this instance.
    #[arg(long, value_name = "ID")]
    instance: Option<String>,
    /// Who migrates: the flow's owner or an administrator. 由谁操作
    #[arg(long, value_name = "PERSON")]
    by: String,
    /// Why; kept in the trail.
    #[arg(long, default_value = "")]
    reason: String,
    /// Only show what would happen.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    config: ConfigArgs,
    /// Machine-readable.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Report {
    plan: MigrationPlan,
    done: Option<Vec<MigrationDone>>,
}

/// Previews, and unless it is a dry run migrates exactly what it showed.
pub(super) fn run(args: &Args, say: Say) -> Done {
    if !args.dry_run && args.reason.trim().is_empty() {
        return Err(Text::new(
            "请用 --reason 写明原因，或用 --dry-run 只看结果。",
            "Say why with --reason, or only look with --dry-run.",
        ));
    }
    let config =
        config::load(args.config.config.as_deref(), std::env::vars()).map_err(|fault| fault.0)?;
    let map = match &args.map {
        Some(path) => files::one(path)?.text,
        None => String::new(),
    };
    let report = listen::runtime()?.block_on(async {
        let mut app = config.app();
        app.workers = false;
        let app = App::open(app).await.map_err(|error| opened(&error))?;
        let report = migrate(&app, args, &map).await;
        app.close().await;
        report.map_err(|error| error.message())
    })?;
    let good = report.plan.rows.iter().all(|row| row.refused.is_none())
        && report
            .done
            .iter()
            .flatten()
            .all(|done| done.refused.is_none());
    if args.json {
        say.json(&report);
    } else {
        tell(&report, say);
    }
    Ok(Outcome::of(good))
}

async fn migrate(app: &App, args: &Args, map: &str) -> Result<Report, AppError> {
    let wish = MigrationWish {
        flow: args.flow.clone(),
        to: args.to.clone(),
        map: app.migration_map(&args.flow, &args.to, map).await?,
        only: args.instance.clone(),
    };
    let plan = app.preview_migration(&args.by, &wish).await?;
    if args.dry_run {
        return Ok(Report { plan, done: None });
    }
    let picks: Vec<MigrationPick> = plan
        .rows
        .iter()
        .filter(|row| row.refused.is_none())
        .map(|row| MigrationPick {
            instance: row.head.id.clone(),
            token: row.token.clone(),
        })
        .collect();
    let done = app
        .migrate(&args.by, Via::CommandLine, &wish, &args.reason, &picks)
        .await?;
    Ok(Report {
        plan,
        done: Some(done),
    })
}

fn tell(report: &Report, say: Say) {
    for row in &report.plan.rows {
        say.line(format!("{} {}", row.head.id, row.head.title));
        say.line(format!("    {}", sentence::migration(row).get(say.lang)));
    }
    let Some(done) = &report.done else {
        let n = report.plan.rows.len();
        let refused = report.plan.rows.iter().filter(|row| row.refused.is_some());
        let refused = refused.count();
        say.words(
            format!("{n} 个流程实例，其中 {refused} 个不能这样迁移；没有改动。"),
            format!(
                "{}, {refused} of them cannot be migrated like this; nothing was changed.",
                counted(n as u64, "instance")
            ),
        );
        return;
    };
    for one in done.iter().filter_map(|one| one.refused.as_ref()) {
        say.line(one.message.get(say.lang));
    }
    let moved = done.iter().filter(|one| one.answer.is_some()).count();
    let left = report.plan.rows.len() - moved;
    say.words(
        format!("已迁移 {moved} 个，{left} 个没有迁移。"),
        format!("{moved} migrated, {left} not."),
    );
}
