//! `assent serve`: the server.

use std::path::PathBuf;

use assent_core::text::Text;
use assent_runtime::app::{ADMIN_ROLE, App, AppError, PublishOutcome, Published, SourceFile};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

use super::files::FlowFile;
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
    let app = App::open(config.app())
        .await
        .map_err(|error| opened(&error))?;
    let workflows = config.files.workflows.clone();
    if workflows.is_dir() {
        publish_folder(&app, &workflows, watch, say).await?;
    }
    first_administrator(&app, &config, say).await?;
    say.words(
        format!("服务地址：{}", config.base_url()),
        format!("Serving at {}", config.base_url()),
    );
    let site = Site::new(app, config, None)
        .map_err(|error| broken(&error))?
        .with_prometheus(prometheus);
    listen::serve(listener, site).await
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

/// Nobody can sign in yet: a link for the first administrator.
async fn first_administrator(app: &App, config: &Config, say: Say) -> Result<(), Text> {
    let fresh = app.is_fresh().await.map_err(|error| error.message())?;
    let directory = app.directory();
    let admin = directory
        .roles
        .iter()
        .find(|grant| grant.role == ADMIN_ROLE)
        .map(|grant| grant.person.clone());
    if let (true, Some(admin)) = (fresh, admin) {
        let token = app
            .welcome_token(&admin)
            .await
            .map_err(|error| error.message())?;
        say.words(
            format!(
                "管理员 {} 首次登录（24 小时内有效，只能用一次）：{}/welcome/{}",
                directory.name(&admin),
                config.base_url(),
                token.0
            ),
            format!(
                "First sign-in for administrator {} (24 hours, once): {}/welcome/{}",
                directory.name(&admin),
                config.base_url(),
                token.0
            ),
        );
    }
    Ok(())
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
