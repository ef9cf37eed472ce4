//! `assent why INSTANCE [PERSON]`: answered from the trail, on the machine that has the database.

use assent_core::text::Text;
use assent_runtime::app::{App, AppError, NextView, ReasonView, WhyView};

use super::serve::opened;
use super::{ConfigArgs, Done, Outcome, Say, listen};
use crate::config;

/// `assent why INSTANCE [PERSON]`
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Id of the instance. 实例编号
    #[arg(value_name = "INSTANCE")]
    instance: String,
    /// Id of a person; else everybody who has a task now. 人员编号
    #[arg(value_name = "PERSON")]
    person: Option<String>,
    #[command(flatten)]
    config: ConfigArgs,
    /// Machine-readable.
    #[arg(long)]
    json: bool,
}

/// Explains.
pub fn run(args: &Args, say: Say) -> Done {
    let config =
        config::load(args.config.config.as_deref(), std::env::vars()).map_err(|fault| fault.0)?;
    let view = listen::runtime()?.block_on(Box::pin(async {
        let mut app = config.app();
        app.workers = false;
        let app = App::open(app).await.map_err(|error| opened(&error))?;
        let view = app.why(None, &args.instance, args.person.as_deref()).await;
        app.close().await;
        view.map_err(|error| match error {
            AppError::NotFound => Text::new(
                format!("没有实例 {}", args.instance),
                format!("There is no instance {}", args.instance),
            ),
            error => opened(&error),
        })
    }))?;
    if args.json {
        say.json(&view);
    } else {
        tell(&view, say);
    }
    Ok(Outcome::Good)
}

fn tell(view: &WhyView, say: Say) {
    say.line(format!(
        "{} · {}",
        view.head.title,
        view.head.status_shown.get(say.lang)
    ));
    section(say, "为什么由其处理", "Why they are asked", &view.asked);
    for wait in &view.waits {
        say.line(format!("\n{}：", wait.state_name.get(say.lang)));
        for words in &wait.words {
            say.line(format!("  {}", words.get(say.lang)));
        }
    }
    section(
        say,
        "为什么没有请求此人",
        "Why this person is not asked",
        &view.not_asked,
    );
    section(say, "流程是怎样走到这里的", "The way it took", &view.way);
    if !view.next.is_empty() {
        say.words(
            "\n如果大家都同意，接下来：",
            "\nWhat comes next if everybody agrees:",
        );
    }
    for next in &view.next {
        ahead(say, next);
    }
}

fn section(say: Say, zh: &str, en: &str, reasons: &[ReasonView]) {
    if !reasons.is_empty() {
        say.words(format!("\n{zh}："), format!("\n{en}:"));
    }
    for reason in reasons {
        let events: Vec<String> = reason.events.iter().map(|seq| format!("#{seq}")).collect();
        let who = reason
            .person
            .as_ref()
            .map_or("", |person| person.name.as_str());
        let at = reason.at.as_ref().map_or("", |at| at.shown.get(say.lang));
        let head = [who, reason.state_name.get(say.lang), at, &events.join(" ")];
        let head: Vec<&str> = head.into_iter().filter(|part| !part.is_empty()).collect();
        say.line(format!("  {}", head.join(" · ")));
        for words in &reason.words {
            say.line(format!("    {}", words.get(say.lang)));
        }
    }
}

fn ahead(say: Say, next: &NextView) {
    let names: Vec<&str> = next
        .people
        .iter()
        .map(|person| person.name.as_str())
        .collect();
    let names = names.join(say.lang.pick("、", ", "));
    let parts = [
        next.name.get(say.lang),
        next.fate_shown.get(say.lang),
        &names,
    ];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    say.line(format!("  {}", parts.join(" · ")));
    let because = std::iter::once(&next.because).chain(&next.why);
    for words in because.filter(|words| !words.zh.is_empty()) {
        say.line(format!("    {}", words.get(say.lang)));
    }
}
