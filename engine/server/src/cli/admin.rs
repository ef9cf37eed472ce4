//! `assent admin`: what overrules a flow. `--dry-run` says what would happen and gives a token; the same command with
//! `--token` does just that.

use assent_core::command::{Action, Actor, Command, Override, Via};
use assent_core::text::Text;
use assent_runtime::app::{App, AppError, HandOver, Tending};

use super::serve::opened;
use super::{ConfigArgs, Done, Outcome, Say, listen};
use crate::config::{self, Config};

/// `assent admin VERB`
#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    /// End an instance as cancelled. 作废
    Terminate(One),
    /// Stop an instance: nobody decides, clocks stand. 挂起
    Suspend(One),
    /// Let a suspended instance go on. 恢复
    Resume(One),
    /// Move an instance to another state. 跳转
    Jump {
        /// The state's id.
        #[arg(long, value_name = "STATE")]
        to: String,
        #[command(flatten)]
        one: One,
    },
    /// Give an open task to somebody else. 改派
    Reassign {
        /// Number of the task.
        #[arg(long, value_name = "NUMBER")]
        task: u32,
        /// Who takes it over.
        #[arg(long, value_name = "PERSON")]
        to: String,
        #[command(flatten)]
        one: One,
    },
    /// Settle a state without a decision. 跳过
    Skip {
        /// The state's id.
        #[arg(long)]
        state: String,
        #[command(flatten)]
        one: One,
    },
    /// Try one held state again, a failed call say. 重试一处
    Retry {
        /// The state's id.
        #[arg(long)]
        state: String,
        #[command(flatten)]
        one: One,
    },
    /// Hand all open tasks of somebody over. 离职交接
    HandOver {
        /// Who leaves.
        #[arg(value_name = "PERSON")]
        leaver: String,
        /// Who takes over.
        #[arg(long, value_name = "PERSON")]
        to: String,
        #[command(flatten)]
        how: How,
    },
    /// What could not be delivered. 死信
    DeadLetters {
        /// Who asks: an administrator.
        #[arg(long = "as", value_name = "PERSON")]
        by: String,
        #[command(flatten)]
        config: ConfigArgs,
    },
    /// What a dead letter would send, to whom, and why it failed. 查看死信
    Letter {
        /// The letter's id.
        #[arg(value_name = "LETTER")]
        letter: String,
        /// Who asks: an administrator.
        #[arg(long = "as", value_name = "PERSON")]
        by: String,
        /// Machine-readable.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        config: ConfigArgs,
    },
    /// Deliver a dead letter once more. 重发死信
    Resend(Letter),
    /// Never deliver a dead letter. 放弃死信
    Drop(Letter),
    /// What somebody's leaving affects. 离职影响
    Leaving {
        /// Who leaves.
        #[arg(value_name = "PERSON")]
        person: String,
        /// Who asks: an administrator.
        #[arg(long = "as", value_name = "PERSON")]
        by: String,
        #[command(flatten)]
        config: ConfigArgs,
    },
}

/// A dead letter, and why something is done with it.
#[derive(Debug, clap::Args)]
pub struct Letter {
    /// The letter's id.
    #[arg(value_name = "LETTER")]
    letter: String,
    #[command(flatten)]
    how: How,
}

/// What every verb on an instance takes.
#[derive(Debug, clap::Args)]
pub struct One {
    /// The instance's id.
    #[arg(value_name = "INSTANCE")]
    instance: String,
    #[command(flatten)]
    how: How,
}

/// How it is done.
#[derive(Debug, clap::Args)]
pub struct How {
    /// Why; stands in the trail.
    #[arg(long)]
    reason: String,
    /// Who does it: the flow's owner or an administrator.
    #[arg(long = "as", value_name = "PERSON")]
    by: String,
    /// Only say what would happen.
    #[arg(long)]
    dry_run: bool,
    /// From `--dry-run`: refused when something else would happen by now. Without it, what is found now is done.
    #[arg(long, value_name = "TOKEN")]
    token: Option<String>,
    /// Machine-readable.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigArgs,
}

/// Overrules.
pub fn run(verb: &Verb, say: Say) -> Done {
    let (act, one) = match verb {
        Verb::Terminate(one) => (Override::Terminate, one),
        Verb::Suspend(one) => (Override::Suspend, one),
        Verb::Resume(one) => (Override::Resume, one),
        Verb::Jump { to, one } => (Override::Jump { to: to.clone() }, one),
        Verb::Reassign { task, to, one } => {
            let (task, to) = (*task, to.clone());
            (Override::Reassign { task, to }, one)
        }
        Verb::Skip { state, one } => (
            Override::Skip {
                state: state.clone(),
            },
            one,
        ),
        Verb::Retry { state, one } => (
            Override::Retry {
                state: state.clone(),
            },
            one,
        ),
        Verb::HandOver { leaver, to, how } => return hand_over(leaver, to, how, say),
        Verb::DeadLetters { by, config } => return dead_letters(by, config, say),
        Verb::Letter {
            letter,
            by,
            json,
            config,
        } => return letter_shown(letter, by, *json, config, say),
        Verb::Resend(letter) => return tend(letter, Tending::Resend, say),
        Verb::Drop(letter) => return tend(letter, Tending::Drop, say),
        Verb::Leaving { person, by, config } => return leaving(person, by, config, say),
    };
    with_app(&one.how.config, async |app| {
        overrule(app, one, act, say).await
    })
}

/// Opens the engine without its workers: the server that runs delivers what this leaves in the outbox.
pub(super) fn with_app<T>(
    args: &ConfigArgs,
    ask: impl AsyncFnOnce(&App) -> Result<T, AppError>,
) -> Result<T, Text> {
    with_config(args, async |app, _| ask(app).await)
}

/// The same, for what needs the configuration too.
pub(super) fn with_config<T>(
    args: &ConfigArgs,
    ask: impl AsyncFnOnce(&App, &Config) -> Result<T, AppError>,
) -> Result<T, Text> {
    let config = config::load(args.config.as_deref(), std::env::vars()).map_err(|fault| fault.0)?;
    listen::runtime()?.block_on(async {
        let mut app = config.app();
        app.workers = false;
        let app = App::open(app).await.map_err(|error| opened(&error))?;
        let done = ask(&app, &config).await;
        app.close().await;
        done.map_err(|error| error.message())
    })
}

async fn overrule(app: &App, one: &One, act: Override, say: Say) -> Result<Outcome, AppError> {
    let how = &one.how;
    let command = Command {
        actor: Actor::Person(how.by.clone()),
        via: Via::CommandLine,
        action: Action::Override {
            act,
            reason: how.reason.clone(),
        },
        key: None,
    };
    let token = match &how.token {
        Some(token) if !how.dry_run => token.clone(),
        Some(_) | None => {
            let seen = app.preview(&one.instance, &command).await?;
            if how.json && how.dry_run {
                say.json(&seen);
                return Ok(Outcome::Good);
            }
            if !how.json {
                seen.words.iter().for_each(|line| say.text(line));
            }
            if how.dry_run {
                say.line(format!("token: {}", seen.token));
                return Ok(Outcome::Good);
            }
            seen.token
        }
    };
    let done = app.confirm(&one.instance, command, &token).await?;
    if how.json {
        say.json(&done);
    } else {
        say.text(&done.message);
    }
    Ok(Outcome::Good)
}

fn hand_over(leaver: &str, to: &str, how: &How, say: Say) -> Done {
    with_app(&how.config, async |app| {
        let (by, why, via) = (how.by.as_str(), how.reason.as_str(), Via::CommandLine);
        let shown = app.hand_over_preview(by, via, leaver, to, why).await?;
        if how.dry_run {
            rows(&shown, how, say);
            return Ok(Outcome::of(shown.handed == shown.rows.len()));
        }
        let token = how.token.clone().unwrap_or(shown.token);
        let done = app.hand_over(by, via, leaver, to, why, &token).await?;
        rows(&done, how, say);
        Ok(Outcome::of(done.handed == done.rows.len()))
    })
}

fn rows(done: &HandOver, how: &How, say: Say) {
    if how.json {
        return say.json(done);
    }
    for row in &done.rows {
        let state = row.state.get(say.lang);
        let result = match &row.refused {
            None => "✓".to_owned(),
            Some(refusal) => format!("✗ {}", refusal.message.get(say.lang)),
        };
        say.line(format!("{} · {state} · {result}", row.title));
    }
    say.line(format!("{} / {}", done.handed, done.rows.len()));
    if how.dry_run {
        say.line(format!("token: {}", done.token));
    }
}

/// Most dead letters that are listed at once.
const LETTERS_MAX: u32 = 1_000;

fn dead_letters(by: &str, config: &ConfigArgs, say: Say) -> Done {
    with_app(config, async |app| {
        say.json(&app.dead_letters(by, None, LETTERS_MAX).await?);
        Ok(Outcome::Good)
    })
}

fn letter_shown(id: &str, by: &str, json: bool, config: &ConfigArgs, say: Say) -> Done {
    with_app(config, async |app| {
        let shown = app.letter_preview(by, id).await?;
        if json {
            say.json(&shown);
            return Ok(Outcome::Good);
        }
        let (letter, to) = (&shown.letter, &shown.to);
        say.words(format!("收件方：{to}"), format!("To: {to}"));
        if !shown.subject.is_empty() {
            let subject = &shown.subject;
            say.words(format!("主题：{subject}"), format!("Subject: {subject}"));
        }
        let (attempts, error) = (letter.attempts, &letter.error);
        say.words(
            format!("失败 {attempts} 次，最后一次：{error}"),
            format!("{attempts} failures, the last one: {error}"),
        );
        say.line("");
        match &shown.nothing {
            Some(why) => say.text(why),
            None => say.line(&shown.content),
        }
        Ok(Outcome::Good)
    })
}

fn tend(one: &Letter, tending: Tending, say: Say) -> Done {
    let how = &one.how;
    with_app(&how.config, async |app| {
        let (by, id) = (how.by.as_str(), one.letter.as_str());
        let letter = app.tend(by, id, tending, &how.reason, how.dry_run).await?;
        if how.json {
            say.json(&letter);
            return Ok(Outcome::Good);
        }
        let (zh, en) = match (how.dry_run, tending) {
            (true, Tending::Resend) => ("将重发", "Would be sent again"),
            (true, Tending::Drop) => ("将放弃", "Would be dropped"),
            (false, Tending::Resend) => ("已重发", "Sent again"),
            (false, Tending::Drop) => ("已放弃", "Dropped"),
        };
        let (kind, error) = (&letter.kind, &letter.error);
        say.words(
            format!("{zh}：{id}（{kind}：{error}）"),
            format!("{en}: {id} ({kind}: {error})"),
        );
        Ok(Outcome::Good)
    })
}

fn leaving(person: &str, by: &str, config: &ConfigArgs, say: Say) -> Done {
    with_app(config, async |app| {
        say.json(&app.leaving(by, person).await?);
        Ok(Outcome::Good)
    })
}
