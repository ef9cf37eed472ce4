//! `assent flow`: taking a flow out of use for new cases, and into use again.

use super::admin::with_app;
use super::{ConfigArgs, Done, Outcome, Say};

/// `assent flow VERB`
#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    /// Close a flow for new cases; those under way go on. 停用
    Close(Args),
    /// Open a closed flow again. 重新启用
    Open(Args),
}

/// Which flow, who does it and why.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The flow's id.
    #[arg(value_name = "FLOW")]
    flow: String,
    /// Why; stays in the flow's record.
    #[arg(long)]
    reason: String,
    /// Who does it: the flow's owner or an administrator.
    #[arg(long = "as", value_name = "PERSON")]
    by: String,
    #[command(flatten)]
    config: ConfigArgs,
}

/// Closes or opens.
pub fn run(verb: &Verb, say: Say) -> Done {
    let (Verb::Close(args) | Verb::Open(args)) = verb;
    with_app(&args.config, async |app| {
        match verb {
            Verb::Close(_) => app.close_flow(&args.by, &args.flow, &args.reason).await?,
            Verb::Open(_) => app.open_flow(&args.by, &args.flow, &args.reason).await?,
        }
        let name = app.definition(&args.flow).map(|def| def.name.clone());
        let name = name.unwrap_or_default();
        match verb {
            Verb::Close(_) => say.words(
                format!(
                    "“{}”已停用，不再受理新申请；运行中的服务器半分钟内知道。",
                    name.zh
                ),
                format!(
                    "“{}” takes no new cases; a running server knows within half a minute.",
                    name.en
                ),
            ),
            Verb::Open(_) => say.words(
                format!("“{}”已重新启用；运行中的服务器半分钟内知道。", name.zh),
                format!(
                    "“{}” takes new cases again; a running server knows within half a minute.",
                    name.en
                ),
            ),
        }
        Ok(Outcome::Good)
    })
}
