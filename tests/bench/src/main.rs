//! What one decision costs, beside what the database alone could do, in one run.
//!
//! ```text
//! cargo run --release -p assent-bench -- --seconds 5 --rounds 3
//! tests/pg run --fsync cargo run --release -p assent-bench -- --postgres
//! cargo run --release -p assent-bench -- cells
//! ```

mod cells;
mod company;
mod drive;
mod floor;
mod machine;
mod reads;
mod report;
mod rows;
mod run;

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;

/// The same as the program's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Measures approvals of three steps (a start, two decisions; 500 bytes, a deadline, a mail) beside bare loops over the same
/// database.
#[derive(Clone, Debug, Parser)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Args {
    #[command(subcommand)]
    mode: Option<Mode>,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
    /// Seconds of each measurement.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Rounds; medians are shown.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// On the PostgreSQL that ASSENT_TEST_POSTGRES names, instead of SQLite.
    #[arg(long)]
    postgres: bool,
    /// Callers at once.
    #[arg(long, value_delimiter = ',', default_value = "1,32,128")]
    concurrency: Vec<usize>,
    /// Layers: core, store, engine, http; reads is what people look at.
    #[arg(long, value_delimiter = ',', default_value = "core,store,engine,http")]
    layers: Vec<String>,
    /// Events of history, and open instances, before: pairs `history:open`.
    #[arg(long, value_delimiter = ',', default_value = "0:0,1000000:0,0:100000")]
    filled: Vec<String>,
    /// Where the files stand; the disk that is measured.
    #[arg(long)]
    folder: Option<PathBuf>,
}

/// Something else than approvals beside their floors.
#[derive(Clone, Debug, clap::Subcommand)]
enum Mode {
    /// Many companies in one process, and with their figures a day of many companies over several machines.
    Cells(cells::CellsArgs),
}

impl Args {
    fn time(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }
}

fn main() -> Result<(), drive::Fault> {
    let args = Args::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    if let Some(Mode::Cells(args)) = &args.mode {
        return runtime.block_on(Box::pin(cells::run(args)));
    }
    let report = runtime.block_on(Box::pin(run::all(&args)))?;
    if args.json {
        println!(
            "{}",
            serde_json::to_string(&report).map_err(|error| error.to_string())?
        );
    } else {
        report.print();
    }
    Ok(())
}
