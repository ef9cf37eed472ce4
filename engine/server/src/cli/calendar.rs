//! `assent calendar`: working calendars, and a new year's notice.

use std::path::PathBuf;

use assent_core::command::Via;
use assent_runtime::app::CalendarChange;

use super::admin::with_app;
use super::{ConfigArgs, Done, Outcome, Say, files};

/// `assent calendar VERB`
#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    /// Every calendar in use. 列出
    List {
        #[command(flatten)]
        config: ConfigArgs,
        /// Machine-readable.
        #[arg(long)]
        json: bool,
    },
    /// Load a year's notice or a calendar; running deadlines move with it. 导入放假安排
    Load {
        /// A year's notice, a calendar, or days of its own for one.
        file: PathBuf,
        /// Only say which deadlines would move.
        #[arg(long)]
        dry_run: bool,
        /// From `--dry-run`: refused when other deadlines would move by now.
        #[arg(long, value_name = "TOKEN")]
        token: Option<String>,
        #[command(flatten)]
        config: ConfigArgs,
        /// Machine-readable.
        #[arg(long)]
        json: bool,
    },
}

/// Lists or loads.
pub fn run(verb: &Verb, say: Say) -> Done {
    match verb {
        Verb::List { config, json } => with_app(config, async |app| {
            let calendars = app.calendars().await?;
            if *json {
                say.json(&calendars);
                return Ok(Outcome::Good);
            }
            for one in calendars {
                let years: Vec<String> = one.years.iter().map(ToString::to_string).collect();
                let (label, years) = (one.label.get(say.lang), years.join(" "));
                say.line(format!(
                    "{} · {label} · {} · {years} · v{}",
                    one.name, one.shifts, one.version
                ));
            }
            Ok(Outcome::Good)
        }),
        Verb::Load {
            file,
            dry_run,
            token,
            config,
            json,
        } => {
            let text =
                std::fs::read_to_string(file).map_err(|error| files::cannot_read(file, &error))?;
            let name = file.display().to_string();
            with_app(config, async |app| {
                let change = if *dry_run {
                    app.calendar_change(&text).await?
                } else {
                    let token = token.as_deref();
                    app.load_calendar(None, Via::CommandLine, &name, &text, token)
                        .await?
                };
                if *json {
                    say.json(&change);
                } else {
                    told(&change, *dry_run, say);
                }
                Ok(Outcome::Good)
            })
        }
    }
}

fn told(change: &CalendarChange, dry_run: bool, say: Say) {
    let (names, n) = (change.calendars.join(", "), change.deadlines);
    if dry_run {
        say.words(
            format!("将更新日历 {names}，影响 {n} 个期限"),
            format!("Would change {names}; affects {n} deadlines"),
        );
    } else {
        say.words(
            format!("已更新日历 {names}，{n} 个期限已重新计算"),
            format!("Changed {names}; {n} deadlines were reckoned again"),
        );
    }
    for moved in &change.moved {
        let lang = say.lang;
        let why: Vec<&str> = moved.why.iter().map(|why| why.get(lang)).collect();
        say.line(format!(
            "{} · {} · {} → {} · {}",
            moved.title,
            moved.state.get(lang),
            moved.from.shown.get(lang),
            moved.to.shown.get(lang),
            why.join(lang.pick("，", "; "))
        ));
    }
    if dry_run {
        say.line(format!("token: {}", change.token));
    }
}
