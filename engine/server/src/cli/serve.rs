//! `assent serve`: the server.

use std::path::PathBuf;

use assent_core::text::Text;
use assent_runtime::app::{App, AppConfig, AppError, PublishOutcome, Published, SourceFile};
use assent_runtime::clock::Clock;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

use super::files::FlowFile;
use super::people::first_link;
use super::publish::details;
use super::{ConfigArgs, Done, Outcome, Say, files, listen};
use crate::config::{self, Config, LogFormat};
use crate::web::Site;

/// `assent serve [--watch] [--config FILE]`
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    config: ConfigArgs,
    /// Publish again whenever a flow file changes. 流程文件改动后自动发布
    #[arg(long)]
    watch: bool,
    /// A clock that tests may set, on loopback only. 测试时钟
    #[arg(long)]
    test_clock: bool,
}

/// Runs until it is told to stop.
pub fn run(args: &Args, say: Say) -> Done {
    let mut config =
        config::load(args.config.config.as_deref(), std::env::vars()).map_err(|fault| fault.0)?;
    if args.test_clock {
        if !config.on_loopback() {
            return Err(Text::new(
                "--test-clock 只能在本机监听时使用。",
                "--test-clock is for loopback only.",
            ));
        }
        config.security.test_clock = true;
    }
    logs(&config)?;
    listen::runtime()?.block_on(Box::pin(serve(config, args.watch, say)))?;
    Ok(Outcome::Good)
}

async fn serve(config: Config, watch: bool, say: Say) -> Result<(), Text> {
    let prometheus = prometheus()?;
    // The port first: a second server on the same machine must not migrate a database only to find the port taken.
    let listener = listen::open(config.server.listen).await?;
    let app = App::open(with_clock(&config, say))
        .await
        .map_err(|error| opened(&error))?;
    let workflows = config.files.workflows.clone();
    if workflows.is_dir() {
        publish_folder(&app, &workflows, watch, say).await?;
    }
    let link = first_link(&app, &config, false).await;
    match link.map_err(|error| error.message())? {
        Some(link) => link.tell(say),
        None if app.directory().people.is_empty() => say.words(
            "还没有人员，谁也登录不了。请先导入组织架构：assent people import 文件夹",
            "Nobody is in the company yet, so nobody can sign in. Import people first: assent people import FOLDER",
        ),
        None => {}
    }
    say.words(
        format!("服务地址：{}", config.base_url()),
        format!("Serving at {}", config.base_url()),
    );
    let site = Site::new(app, config, None)
        .map_err(|error| broken(&error))?
        .with_prometheus(prometheus);
    listen::serve(listener, site).await
}

/// The engine's configuration; with a test clock, which stands at this moment and only moves when told, and says so.
pub(super) fn with_clock(config: &Config, say: Say) -> AppConfig {
    let mut app = config.app();
    if config.security.test_clock {
        app.clock = Clock::test(Clock::System.now());
        tracing::warn!("a test clock: time stands still until PUT /api/v1/clock moves it");
        say.words(
            "测试时钟：时间停在现在，由 PUT /api/v1/clock {\"now\": 毫秒} 拨动。请勿用于正式数据。",
            "Test clock: time stands still and is moved by PUT /api/v1/clock {\"now\": milliseconds}. Not for real data.",
        );
    }
    app
}

/// Publishes a folder's flows once, or again and again.
pub(super) async fn publish_folder(
    app: &App,
    folder: &std::path::Path,
    watch: bool,
    say: Say,
) -> Result<(), Text> {
    if watch {
        let folder: PathBuf = folder.to_path_buf();
        return app
            .watch(folder, move |published, text| tell(published, text, say))
            .await
            .map_err(|error| error.message());
    }
    let files = files::read(&[folder.to_path_buf()]).unwrap_or_default();
    let source = |file: &FlowFile| SourceFile {
        name: file.name.clone(),
        text: file.text.clone(),
    };
    let published = app
        .publish(None, files.iter().map(source).collect())
        .await
        .map_err(|error| error.message())?;
    for (one, file) in published.iter().zip(&files) {
        tell(one, &file.text, say);
    }
    Ok(())
}

/// What became of a file; what did not change needs no word.
fn tell(published: &Published, text: &str, say: Say) {
    if published.outcome != PublishOutcome::Unchanged {
        say.text(&published.message);
        details(published, text, say);
    }
}

/// Log lines go to the standard error; the standard output is for what was asked for.
pub(super) fn logs(config: &Config) -> Result<(), Text> {
    let filter = EnvFilter::try_new(&config.log.level).map_err(|error| {
        Text::new(
            format!("log.level 写法有误：{error}"),
            format!("log.level is wrong: {error}"),
        )
    })?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    let set = match config.log.format {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
    set.map_err(|error| Text::same(error.to_string()))
}

/// Times in histograms are in seconds.
const BUCKETS_S: [f64; 9] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2.0, 10.0];

/// Writes in one commit.
const BATCHES: [f64; 9] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];

/// Starts counting.
pub(super) fn prometheus() -> Result<PrometheusHandle, Text> {
    let batch = Matcher::Full("assent_commit_batch_size".to_owned());
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("seconds".to_owned()), &BUCKETS_S)
        .and_then(|builder| builder.set_buckets_for_metric(batch, &BATCHES))
        .and_then(PrometheusBuilder::install_recorder)
        .map_err(|error| Text::same(error.to_string()))?;
    crate::web::figures::announce();
    Ok(handle)
}

/// One line about an app that does not open.
pub(super) fn opened(error: &AppError) -> Text {
    let words = error.message();
    match error {
        AppError::Unavailable(what) => Text::new(
            format!("{}（{}）", words.zh, what.cause),
            format!("{} ({})", words.en, what.cause),
        ),
        _ => words,
    }
}

/// Our own templates do not parse.
pub(super) fn broken(error: &dyn std::error::Error) -> Text {
    Text::new(
        format!("程序内部模板损坏：{error}"),
        format!("The program's own templates are broken: {error}"),
    )
}
