//! `assent seal`: a signed root over everything that none covers yet, before an export or a handover.

use assent_runtime::app::App;

use super::serve::opened;
use super::{ConfigArgs, Done, Outcome, Say, listen};
use crate::config;

/// `assent seal`
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    config: ConfigArgs,
}

/// Makes roots until everything is covered.
pub fn run(args: &Args, say: Say) -> Done {
    let config =
        config::load(args.config.config.as_deref(), std::env::vars()).map_err(|fault| fault.0)?;
    let made = listen::runtime()?.block_on(Box::pin(async {
        let mut app = config.app();
        app.workers = false;
        let app = App::open(app).await.map_err(|error| opened(&error))?;
        let made = app.seal().await.map_err(|error| opened(&error));
        app.close().await;
        made
    }))?;
    match made.last() {
        Some(root) => say.words(
            format!(
                "第 {} 号存证根：{} 个事件，{}",
                root.no, root.size, root.root
            ),
            format!("Root no. {}: {} events, {}", root.no, root.size, root.root),
        ),
        None => say.words("没有新的事件", "Nothing is new"),
    }
    Ok(Outcome::Good)
}
