//! What is measured, one after another, each on its own.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use assent_cells::random::Sizes;
use assent_cells::{Figures, World};
use assent_runtime::app::{App, Tab};

use super::CellsArgs;
use super::house::{Company, House};
use super::report::{Measured, Spread};
use crate::company::person;
use crate::drive::{Fault, InProcess, Way, Work, drive};
use crate::machine;
use crate::report::{per_second, percentile};
use crate::run::{open_app, quiet, words};

/// Callers of one company when its writer is to be as fast as it can.
const CROWD: usize = 64;
/// Looks at inbox and task.
const LOOKS: u32 = 500;
/// The approval that is looked at: no caller comes so far.
const LOOKED_AT: usize = 400_000_000;
/// Companies that run their workers while nobody asks anything.
const WITH_WORKERS: u32 = 50;
/// Long enough to count what goes into the log, short enough that it is not folded into the file meanwhile.
const LOG_TIME: Duration = Duration::from_secs(1);

/// Everything, in a folder of its own that is gone afterwards.
///
/// # Errors
/// The first thing that went wrong.
pub async fn all(args: &CellsArgs) -> Result<Measured, Fault> {
    let base = args
        .folder
        .clone()
        .unwrap_or_else(std::env::temp_dir)
        .join(format!("assent-cells-{}", std::process::id()));
    std::fs::create_dir_all(&base).map_err(words)?;
    let mut measured = Measured {
        companies: args.companies,
        seed: args.seed,
        ..Measured::default()
    };
    measured.fsync_per_s[0] = machine::fsyncs_per_second(&base).map_err(words)?;
    let template = template(&base, &mut measured.figures).await?;
    let companies = Arc::new(copies(&template, "company", args.companies)?);
    let sleepers = copies(&template, "sleeper", WITH_WORKERS)?;
    open_and_close(&companies, &mut measured).await?;
    alone(&template, args.time(), &mut measured).await?;
    for most in args.rooms() {
        measured.spread.push(spread(args, &companies, most).await?);
    }
    if let Some(all_open) = measured.spread.first() {
        measured.figures.decide_cpu_ms = all_open.cpu_ms;
    }
    with_workers(&sleepers, args.time(), &mut measured).await?;
    measured.fsync_per_s[1] = machine::fsyncs_per_second(&base).map_err(words)?;
    measured.figures.fsync_per_s = measured.fsync_per_s[0].min(measured.fsync_per_s[1]);
    std::fs::remove_dir_all(&base).map_err(words)?;
    Ok(measured)
}

/// A company on its first day: everybody is known, a flow is published, nobody has asked for anything.
async fn template(base: &Path, figures: &mut Figures) -> Result<PathBuf, Fault> {
    let template = base.join("template.db");
    open_app(&format!("sqlite:{}", template.display()))
        .await?
        .close()
        .await;
    figures.empty_bytes = length(&template);
    Ok(template)
}

/// So many like it.
fn copies(template: &Path, name: &str, count: u32) -> Result<Vec<Company>, Fault> {
    (0..count)
        .map(|number| {
            let file = template.with_file_name(format!("{name}-{number}.db"));
            std::fs::copy(template, &file).map_err(words)?;
            Ok(Company::new(format!("sqlite:{}", file.display())))
        })
        .collect()
}

/// Opens all, one after another; lets each work a little; closes all.
async fn open_and_close(
    companies: &Arc<Vec<Company>>,
    measured: &mut Measured,
) -> Result<(), Fault> {
    let house = House::new(companies, companies.len());
    let each = |sum: f64| sum / companies.len() as f64;
    let grown = |before: u64, after: u64| after.saturating_sub(before) as f64;
    let (memory, threads, files) = (machine::resident_kb(), machine::threads(), machine::files());
    let cpu = machine::processor_time();
    let mut took = vec![];
    for number in 0..companies.len() {
        let asked = Instant::now();
        drop(house.enter(number).await?);
        took.push(asked.elapsed());
    }
    took.sort_unstable();
    (measured.open_p50_ms, measured.open_p99_ms) = (percentile(&took, 50), percentile(&took, 99));
    measured.figures.open_ms = mean(&took);
    measured.figures.open_cpu_ms = each(ms(machine::processor_time() - cpu));
    measured.idle_kb = each(grown(memory, machine::resident_kb()));
    measured.idle_threads = each(grown(threads, machine::threads()));
    measured.idle_files = (machine::files() - files) as f64 / companies.len() as f64;
    for number in 0..companies.len() {
        let (app, _) = house.enter(number).await?;
        let app = app.as_ref().ok_or("it is closed")?;
        for _ in 0..9 {
            companies[number].decide(app).await?;
        }
        look(app).await?;
    }
    measured.figures.open_kb = each(grown(memory, machine::resident_kb()));
    measured.figures.open_threads = each(grown(threads, machine::threads()));
    let (cpu, mut took) = (machine::processor_time(), vec![]);
    for number in 0..companies.len() {
        let asked = Instant::now();
        house.close(number).await;
        took.push(asked.elapsed());
    }
    took.sort_unstable();
    (measured.close_p50_ms, measured.close_p99_ms) = (percentile(&took, 50), percentile(&took, 99));
    measured.figures.close_ms = mean(&took);
    measured.figures.close_cpu_ms = each(ms(machine::processor_time() - cpu));
    Ok(())
}

/// One company, with one caller and with many; what a decision writes; what a look costs.
async fn alone(file: &Path, time: Duration, measured: &mut Measured) -> Result<(), Fault> {
    let url = format!("sqlite:{}", file.display());
    let app = App::open(quiet(&url))
        .await
        .map_err(|error| error.message().en)?;
    let way = Arc::new(InProcess(app.clone()));
    let work = Arc::new(Work::new(0, vec![]));
    let log = file.with_extension("db-wal");
    let before = length(&log);
    let few = drive(&way, &work, 1, LOG_TIME).await?;
    measured.figures.log_bytes = (length(&log) - before) / few.waits.len().max(1) as f64;
    let one = drive(&way, &work, 1, time).await?;
    measured.figures.alone_ms = percentile(&one.waits, 50);
    measured.alone_p99_ms = percentile(&one.waits, 99);
    let crowd = drive(&way, &work, CROWD, time).await?;
    measured.figures.one_company_per_s = per_second(crowd.waits.len(), crowd.took);
    // Something to look at.
    way.start(LOOKED_AT).await?;
    let cpu = machine::processor_time();
    for _ in 0..LOOKS {
        look(&app).await?;
    }
    measured.figures.look_cpu_ms = ms(machine::processor_time() - cpu) / f64::from(LOOKS);
    app.close().await;
    let decided = few.waits.len() + one.waits.len() + crowd.waits.len() + 1;
    measured.figures.kept_bytes = (length(file) - measured.figures.empty_bytes) / decided as f64;
    Ok(())
}

/// An inbox, and the task that stands first in it.
async fn look(app: &App) -> Result<(), Fault> {
    let who = person(LOOKED_AT + 1);
    let seen = app.inbox(&who, Tab::Todo, None, None, 50).await;
    let seen = seen.map_err(|error| error.message().en)?;
    let first = seen.items.first();
    if let Some((instance, task)) = first.and_then(|item| Some((&item.instance, item.task?))) {
        app.task_view(&who, instance, task)
            .await
            .map_err(|error| error.message().en)?;
    }
    Ok(())
}

/// Callers over all companies, by size, while at most so many are open.
async fn spread(
    args: &CellsArgs,
    companies: &Arc<Vec<Company>>,
    most: usize,
) -> Result<Spread, Fault> {
    let house = Arc::new(House::new(companies, most));
    let sizes = Arc::new(Sizes::zipf(args.companies, World::default().skew));
    if most >= companies.len() {
        for number in 0..companies.len() {
            drop(house.enter(number).await?);
        }
    }
    // Until those are open who are asked often.
    callers(args, &house, &sizes, args.time() / 2).await?;
    let (cpu, began) = (machine::processor_time(), Instant::now());
    let mut calls = callers(args, &house, &sizes, args.time()).await?;
    let took = began.elapsed();
    let cpu_ms = ms(machine::processor_time() - cpu) / calls.len().max(1) as f64;
    let rss_mb = machine::resident_mb();
    house.close_all().await;
    calls.sort_unstable();
    let waits: Vec<Duration> = calls.iter().map(|(wait, _)| *wait).collect();
    let cold: Vec<Duration> = calls
        .iter()
        .filter(|(_, cold)| *cold)
        .map(|(wait, _)| *wait)
        .collect();
    Ok(Spread {
        open_max: most,
        callers: args.callers,
        decisions: waits.len(),
        decisions_per_s: per_second(waits.len(), took),
        p50_ms: percentile(&waits, 50),
        p99_ms: percentile(&waits, 99),
        cold: cold.len() as f64 / waits.len().max(1) as f64,
        cold_p50_ms: percentile(&cold, 50),
        cold_p99_ms: percentile(&cold, 99),
        cpu_ms,
        rss_mb,
    })
}

/// Lets callers decide for that long; how long each call took, and whether it met a closed company.
async fn callers(
    args: &CellsArgs,
    house: &Arc<House>,
    sizes: &Arc<Sizes>,
    time: Duration,
) -> Result<Vec<(Duration, bool)>, Fault> {
    let began = Instant::now();
    let mut running = vec![];
    for caller in 0..args.callers {
        let (house, sizes) = (Arc::clone(house), Arc::clone(sizes));
        let mut random =
            fastrand::Rng::with_seed(args.seed + u64::try_from(caller).unwrap_or_default());
        running.push(tokio::spawn(async move {
            let mut calls = vec![];
            while began.elapsed() < time {
                let number = sizes.pick(&mut random) as usize;
                let asked = Instant::now();
                let (app, cold) = house.enter(number).await?;
                let app = app.as_ref().ok_or("it is closed")?;
                house.companies[number].decide(app).await?;
                calls.push((asked.elapsed(), cold));
            }
            Ok::<_, Fault>(calls)
        }));
    }
    let mut calls = vec![];
    for one in running {
        calls.append(&mut one.await.map_err(words)??);
    }
    Ok(calls)
}

/// What companies cost that are open with their own workers, and asked nothing.
async fn with_workers(
    companies: &[Company],
    time: Duration,
    measured: &mut Measured,
) -> Result<(), Fault> {
    let mut apps = vec![];
    for company in companies {
        let mut config = quiet(&company.url);
        config.workers = true;
        apps.push(
            App::open(config)
                .await
                .map_err(|error| error.message().en)?,
        );
    }
    // The first round of each worker.
    tokio::time::sleep(time).await;
    let (cpu, bytes, began) = (
        machine::processor_time(),
        machine::bytes_written(),
        Instant::now(),
    );
    tokio::time::sleep(time * 2).await;
    let each = began.elapsed().as_secs_f64() * apps.len().max(1) as f64;
    measured.workers_cpu_ms_per_s = ms(machine::processor_time() - cpu) / each;
    measured.workers_bytes_per_s = machine::bytes_written().saturating_sub(bytes) as f64 / each;
    for app in apps {
        app.close().await;
    }
    Ok(())
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

fn mean(times: &[Duration]) -> f64 {
    ms(times.iter().sum()) / times.len().max(1) as f64
}

fn length(file: &Path) -> f64 {
    std::fs::metadata(file).map_or(0.0, |file| file.len() as f64)
}
