//! `assent draw`: the picture of a flow, as SVG or for mermaid.

use std::path::PathBuf;

use assent_core::diagram::{self, DiagramOptions};
use assent_core::dialect;
use assent_core::text::Text;

use super::workshop::{Workshop, scripts_folder};
use super::{Done, Outcome, Say, files};

/// `assent draw FILE`
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A flow file.
    #[arg(value_name = "FILE")]
    path: PathBuf,
    /// Mermaid text instead of SVG.
    #[arg(long, conflicts_with = "svg")]
    mermaid: bool,
    /// SVG (the default).
    #[arg(long)]
    svg: bool,
    /// Scripts folder; else scripts/ here or beside the flow.
    #[arg(long, value_name = "DIR")]
    scripts: Option<PathBuf>,
}

/// Draws.
pub fn run(args: &Args, say: Say) -> Done {
    if args.path.is_dir() {
        return Err(Text::new(
            format!("{} 是文件夹，请给出一个流程文件。", args.path.display()),
            format!("{} is a folder; name one flow file.", args.path.display()),
        ));
    }
    let paths = [args.path.clone()];
    let flows = files::read(&paths)?;
    let scripts = scripts_folder(args.scripts.as_deref(), &paths);
    let workshop = Workshop::open(scripts.as_deref(), &flows)?;
    for file in &flows {
        let compiled = dialect::compile(&file.name, &file.text, &workshop.catalog);
        let Some(def) = &compiled.definition else {
            say.diagnostics(&compiled.diagnostics, &file.text);
            return Ok(Outcome::Findings);
        };
        let options = DiagramOptions::new(say.lang);
        let drawn = if args.mermaid {
            diagram::mermaid(def, &options)
        } else {
            diagram::svg(def, &options)
        };
        say.line(drawn.trim_end());
    }
    Ok(Outcome::Good)
}
