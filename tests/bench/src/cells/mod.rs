//! Many companies in one process: what an open one costs, and a day of very many that is played with those figures.

mod house;
mod measure;
mod print;
mod report;

use std::path::PathBuf;
use std::time::Duration;

use assent_cells::World;

use crate::drive::Fault;
use crate::run::words;

pub use report::Report;

/// What `cells` takes.
#[derive(Clone, Debug, clap::Args)]
pub struct CellsArgs {
    /// Companies that are really opened.
    #[arg(long, default_value_t = 200)]
    companies: u32,
    /// Seconds of each measurement.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Callers at once.
    #[arg(long, default_value_t = 32)]
    callers: usize,
    /// Most companies open at once, one measurement each; without it all, a half, a quarter, an eighth.
    #[arg(long, value_delimiter = ',')]
    open: Vec<usize>,
    /// Seed of who is asked, and of the day that is played.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
    /// Where the files stand; the disk that is measured.
    #[arg(long)]
    folder: Option<PathBuf>,
    /// Plays the day with what this file (an earlier `--json`) says was measured, instead of measuring.
    #[arg(long)]
    measured: Option<PathBuf>,
    /// What is assumed otherwise than in docs/scale.md, as JSON: `{"open_max": 500}`.
    #[arg(long)]
    world: Option<String>,
}

impl CellsArgs {
    fn time(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }

    /// How many are open at most, in each measurement.
    fn rooms(&self) -> Vec<usize> {
        let all = self.companies as usize;
        if self.open.is_empty() {
            [1, 2, 4, 8].map(|part| (all / part).max(1)).to_vec()
        } else {
            self.open.clone()
        }
    }

    /// The world of the documentation with what was asked otherwise.
    fn world(&self) -> Result<World, Fault> {
        let mut world = serde_json::to_value(World {
            seed: self.seed,
            ..World::default()
        })
        .map_err(words)?;
        let other: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(self.world.as_deref().unwrap_or("{}")).map_err(words)?;
        for (name, value) in other {
            let known = world
                .get_mut(&name)
                .ok_or_else(|| format!("a world has no {name}"))?;
            *known = value;
        }
        serde_json::from_value(world).map_err(words)
    }
}

/// Measures, plays, prints.
///
/// # Errors
/// The first thing that went wrong.
pub async fn run(args: &CellsArgs) -> Result<(), Fault> {
    let world = args.world()?;
    let measured = match &args.measured {
        None => Box::pin(measure::all(args)).await?,
        Some(file) => {
            let text = std::fs::read_to_string(file).map_err(words)?;
            let mut report: serde_json::Value = serde_json::from_str(&text).map_err(words)?;
            serde_json::from_value(report["measured"].take()).map_err(words)?
        }
    };
    let outcome = assent_cells::day::play(&measured.figures, &world);
    let report = Report {
        measured,
        world,
        outcome,
    };
    if args.json {
        println!("{}", serde_json::to_string(&report).map_err(words)?);
    } else {
        print::all(&report);
    }
    if report.outcome.violations > 0 {
        return Err(report.outcome.wrong.join("\n"));
    }
    Ok(())
}
