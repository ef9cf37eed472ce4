//! The order of things: a fresh database for each filling and round, the engine first (its memory is measured), then what
//! stands below it, then the floors.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::{Duration, Instant};

use assent_core::module::Modules;
use assent_core::write::Write;
use assent_runtime::app::{App, AppConfig, PublishOutcome, SourceFile};
use assent_server::config::Config;
use assent_server::web::{self, Site};
use assent_store::{Committer, CommitterOptions, Outcome, Store};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

use crate::company::{Desk, FLOW, PEOPLE, directory, person};
use crate::drive::{Bare, Fault, InProcess, Open, OverHttp, Sample, Way, Work, drive, gathered};
use crate::report::{Floor, Line, Report, median, per_second, percentile};
use crate::rows::Rows;
use crate::{Args, floor, machine, reads, rows};

/// Decisions a commit at which the floors are taken; the ratios are to the middle one.
const PER_COMMIT: [usize; 3] = [1, 64, 256];
/// Instances floor A has at least.
const FLOOR_OPEN_MIN: usize = 20_000;
/// Turns written for floor B at each number of decisions a commit but one.
const FLOOR_B_TURNS: usize = 12_288;
/// Instances the committer alone is given.
const STORE_INSTANCES: usize = 5_000;
/// Approvals of one commit while the database is filled.
const FILL_CHUNK: usize = 128;

/// An error as the fault it is here.
#[expect(clippy::needless_pass_by_value, reason = "made for map_err")]
pub fn words(error: impl ToString) -> Fault {
    error.to_string()
}

/// One database.
struct Place {
    store: &'static str,
    folder: PathBuf,
    url: String,
    /// Where floor A's tables stand.
    floor_url: String,
}

/// Everything that was asked for.
///
/// # Errors
/// The first thing that went wrong.
pub async fn all(args: &Args) -> Result<Report, Fault> {
    let prometheus = PrometheusBuilder::new().install_recorder().map_err(words)?;
    let base = args
        .folder
        .clone()
        .unwrap_or_else(std::env::temp_dir)
        .join(format!("assent-bench-{}", std::process::id()));
    std::fs::create_dir_all(&base).map_err(words)?;
    let mut report = Report::default();
    report.fsync_per_s[0] = machine::fsyncs_per_second(&base).map_err(words)?;
    for filled in &args.filled {
        let (history, open) = filled
            .split_once(':')
            .ok_or("--filled takes history:open")?;
        let (history, open) = (
            history.parse().map_err(words)?,
            open.parse().map_err(words)?,
        );
        let mut rounds = vec![];
        for round in 0..args.rounds {
            let place = place(args, &base, &format!("{history}_{open}_{round}")).await?;
            rounds.push(Box::pin(one_round(args, &prometheus, &place, history, open)).await?);
            // The files of one round would otherwise slow the next one down.
            std::fs::remove_dir_all(&place.folder).map_err(words)?;
        }
        merge(&mut report, &rounds);
    }
    report.fsync_per_s[1] = machine::fsyncs_per_second(&base).map_err(words)?;
    std::fs::remove_dir_all(&base).map_err(words)?;
    Ok(report)
}

async fn place(args: &Args, base: &Path, name: &str) -> Result<Place, Fault> {
    let folder = base.join(name);
    std::fs::create_dir_all(&folder).map_err(words)?;
    if !args.postgres {
        let url = format!("sqlite:{}", folder.join("assent.db").display());
        return Ok(Place {
            store: "sqlite",
            folder,
            url,
            floor_url: String::new(),
        });
    }
    let server = std::env::var("ASSENT_TEST_POSTGRES")
        .map_err(|_| "ASSENT_TEST_POSTGRES names no server; see tests/pg")?;
    let mut urls = vec![];
    for kind in ["engine", "floor"] {
        let database = format!("bench_{kind}_{name}");
        let mut on = <sqlx::PgConnection as sqlx::Connection>::connect(&server)
            .await
            .map_err(words)?;
        let sql = format!("create database {database} template template0 encoding 'UTF8'");
        sqlx::Executor::execute(
            &mut on,
            sqlx::SqlSafeStr::into_sql_str(sqlx::AssertSqlSafe(sql)),
        )
        .await
        .map_err(words)?;
        urls.push(server.replacen("/postgres?", &format!("/{database}?"), 1));
    }
    let floor_url = urls.pop().unwrap_or_default();
    Ok(Place {
        store: "postgres",
        folder,
        url: urls.pop().unwrap_or_default(),
        floor_url,
    })
}

fn merge(report: &mut Report, rounds: &[(Vec<Floor>, Vec<Line>)]) {
    let Some((floors, lines)) = rounds.first() else {
        return;
    };
    for (at, floor) in floors.iter().enumerate() {
        let rates = rounds
            .iter()
            .map(|(floors, _)| floors[at].decisions_per_s)
            .collect();
        report.floors.push(Floor {
            decisions_per_s: median(rates),
            ..floor.clone()
        });
    }
    for (at, line) in lines.iter().enumerate() {
        let of = |pick: fn(&Line) -> f64| {
            median(rounds.iter().map(|(_, lines)| pick(&lines[at])).collect())
        };
        report.rows.push(Line {
            decisions_per_s: of(|line| line.decisions_per_s),
            p50_ms: of(|line| line.p50_ms),
            p99_ms: of(|line| line.p99_ms),
            floor_a_per_s: of(|line| line.floor_a_per_s),
            floor_b_per_s: of(|line| line.floor_b_per_s),
            ratio_a: of(|line| line.ratio_a),
            ratio_b: of(|line| line.ratio_b),
            ..line.clone()
        });
    }
}

async fn one_round(
    args: &Args,
    prometheus: &PrometheusHandle,
    place: &Place,
    history: usize,
    open: usize,
) -> Result<(Vec<Floor>, Vec<Line>), Fault> {
    let desk = Desk::open()?;
    let (next, waiting) = fill(place, &desk, history, open).await?;
    let wants = |layer: &str| args.layers.iter().any(|wanted| wanted == layer);
    let mut lines = vec![];
    let gauge = Gauge {
        prometheus,
        place,
        history,
        open,
    };
    let work = Arc::new(Work::new(next, waiting));
    if wants("engine") || wants("http") || wants("reads") {
        let app = open_app(&place.url).await?;
        if wants("engine") {
            let way = Arc::new(InProcess(app.clone()));
            for callers in &args.concurrency {
                lines.push(
                    gauge
                        .run("engine", &way, &work, *callers, args.time())
                        .await?,
                );
            }
        }
        if wants("http") {
            let way = Arc::new(serve(&app).await?);
            for callers in &args.concurrency {
                lines.push(
                    gauge
                        .run("http", &way, &work, *callers, args.time())
                        .await?,
                );
            }
        }
        if wants("reads") {
            for kind in reads::KINDS {
                for callers in args.concurrency.iter().filter(|callers| **callers <= 32) {
                    let before = gauge.counters().await;
                    let sample = reads::look(&app, kind, *callers).await?;
                    lines.push(gauge.line(kind, *callers, &sample, before).await);
                }
            }
        }
        app.close().await;
    }
    if wants("store") {
        for callers in &args.concurrency {
            lines.push(gauge.store(&desk, *callers).await?);
        }
    }
    if wants("core") {
        lines.push(gauge.core(&desk, args.time())?);
    }
    // Nothing stands beside what is only looked at.
    let floors = if args.layers.iter().all(|layer| layer == "reads") {
        vec![]
    } else {
        floors(args, place, &desk, history, open).await?
    };
    for line in &mut lines {
        let at = |kind: &str| {
            floors.iter().find(|floor| {
                floor.kind == kind && (kind == "http" || floor.per_commit == PER_COMMIT[1])
            })
        };
        let bare = floors
            .iter()
            .find(|floor| floor.kind == "http" && floor.per_commit == line.concurrency);
        let a = if line.layer == "http" { bare } else { at("a") };
        line.floor_a_per_s = a.map_or(0.0, |floor| floor.decisions_per_s);
        line.floor_b_per_s = at("b").map_or(0.0, |floor| floor.decisions_per_s);
        let ratio = |floor: f64| {
            if floor > 0.0 {
                line.decisions_per_s / floor
            } else {
                0.0
            }
        };
        (line.ratio_a, line.ratio_b) = (ratio(line.floor_a_per_s), ratio(line.floor_b_per_s));
    }
    Ok((floors, lines))
}

fn ids(number: usize) -> (String, String) {
    (
        format!("0195d2a0-1111-7000-8000-{number:012}"),
        format!("0195d2a0-2222-7000-8000-{number:012}"),
    )
}

/// Fills the database as if so much had happened: approvals that are over, until there are so many events, and open ones.
/// Returns the next number, and the open ones.
async fn fill(
    place: &Place,
    desk: &Desk,
    history: usize,
    open: usize,
) -> Result<(usize, Vec<Open>), Fault> {
    let store = Store::open(&place.url).await.map_err(words)?;
    store
        .ensure_entity(&desk.definition.entity)
        .await
        .map_err(words)?;
    let (mut number, mut events, mut waiting, mut chunk) = (0, 0, vec![], vec![]);
    while events < history || waiting.len() < open {
        let (instance, record) = ids(number);
        let over = events < history;
        let writes = desk.writes((&instance, &record), number, if over { 2 } else { 0 })?;
        if over {
            events += writes.iter().map(|write| write.events.len()).sum::<usize>();
        } else if let Some(task) = writes[0].tasks_opened.last() {
            waiting.push(Open {
                number,
                instance,
                task: task.no,
            });
        }
        chunk.extend(writes);
        number += 1;
        if number.is_multiple_of(FILL_CHUNK) {
            all_done(&store.commit(&chunk).await.map_err(words)?)?;
            chunk.clear();
        }
    }
    if !chunk.is_empty() {
        all_done(&store.commit(&chunk).await.map_err(words)?)?;
    }
    store.close().await;
    Ok((number, waiting))
}

fn all_done(outcomes: &[Outcome]) -> Result<(), Fault> {
    let done = outcomes.iter().all(|outcome| *outcome == Outcome::Done);
    if done {
        Ok(())
    } else {
        Err(format!("not all were written: {outcomes:?}"))
    }
}

/// A company without modules, and without workers of its own: what is measured are the callers.
pub fn quiet(url: &str) -> AppConfig {
    let mut config = AppConfig::new(url);
    config.workers = false;
    config.modules = Modules::new();
    config
}

/// Opens a company with everybody and the flow in it.
///
/// # Errors
/// What could not be opened or published, in words.
pub async fn open_app(url: &str) -> Result<App, Fault> {
    let app = App::open(quiet(url))
        .await
        .map_err(|error| error.message().en)?;
    app.import_directory(directory())
        .await
        .map_err(|error| error.message().en)?;
    let file = SourceFile {
        name: "approval.yaml".to_owned(),
        text: FLOW.to_owned(),
    };
    let published = app
        .publish(None, vec![file])
        .await
        .map_err(|error| error.message().en)?;
    if published
        .iter()
        .any(|one| one.outcome == PublishOutcome::Refused)
    {
        return Err(format!("{published:?}"));
    }
    Ok(app)
}

async fn listen(router: axum::Router) -> Result<String, Fault> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .map_err(words)?;
    let base = format!("http://{}", listener.local_addr().map_err(words)?);
    let service = router.into_make_service_with_connect_info::<std::net::SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    Ok(base)
}

async fn serve(app: &App) -> Result<OverHttp, Fault> {
    let mut tokens = BTreeMap::new();
    for number in 0..PEOPLE {
        let token = app
            .issue_token(&person(number), "bench", None)
            .await
            .map_err(|error| error.message().en)?;
        tokens.insert(person(number), token.token.0.clone());
    }
    let mut config = Config::default();
    // All callers come from one address.
    config.limits.requests_per_minute = 0;
    let site = Site::new(app.clone(), config, None).map_err(words)?;
    let base = listen(web::router(site)).await?;
    Ok(OverHttp {
        base,
        client: reqwest::Client::new(),
        tokens,
    })
}

async fn floors(
    args: &Args,
    place: &Place,
    desk: &Desk,
    history: usize,
    open: usize,
) -> Result<Vec<Floor>, Fault> {
    let mut floors = vec![];
    let mut add = |kind, per_commit, decisions_per_s| {
        floors.push(Floor {
            store: place.store,
            kind,
            per_commit,
            history,
            open,
            decisions_per_s,
        });
    };
    let rows = open.max(FLOOR_OPEN_MIN);
    let file = |name: &str| place.folder.join(name);
    let sqlite = place.store == "sqlite";
    let a = if sqlite {
        floor::sqlite::floor_a(&file("a.db"), rows, history, &PER_COMMIT, args.time())
            .map_err(words)?
    } else {
        floor::postgres::floor_a(&place.floor_url, rows, history, &PER_COMMIT, args.time())
            .await
            .map_err(words)?
    };
    for (per_commit, rate) in PER_COMMIT.iter().zip(a) {
        add("a", *per_commit, rate);
    }
    for (at, per_commit) in PER_COMMIT.into_iter().enumerate() {
        let turns = if per_commit == 1 {
            1_536
        } else {
            FLOOR_B_TURNS
        };
        let rate = if sqlite {
            let path = place.url.trim_start_matches("sqlite:");
            floor::sqlite::floor_b(Path::new(path), &batches(desk, 10 + at, turns, per_commit)?)
                .map_err(words)?
        } else {
            let lanes = (0..4)
                .map(|lane| batches(desk, 10 + at * 10 + lane, turns / 4, per_commit))
                .collect::<Result<_, _>>()?;
            floor::postgres::floor_b(&place.url, lanes)
                .await
                .map_err(words)?
        };
        add("b", per_commit, rate);
    }
    if args.layers.iter().any(|layer| layer == "http") {
        let path = file("http.db");
        floor::sqlite::floor_a(&path, rows, 0, &[], Duration::ZERO).map_err(words)?;
        let base = listen(floor::http::router(&path, 1, rows)).await?;
        let way = Arc::new(Bare {
            base,
            client: reqwest::Client::new(),
            instances: rows,
            next: AtomicUsize::new(0),
        });
        for callers in &args.concurrency {
            let sample =
                drive(&way, &Arc::new(Work::new(0, vec![])), *callers, args.time()).await?;
            // Here the callers decide how many come together.
            add(
                "http",
                *callers,
                per_second(sample.waits.len(), sample.took),
            );
        }
    }
    Ok(floors)
}

/// The engine's rows in batches: all start, then all are decided once, then again.
fn batches(
    desk: &Desk,
    run: usize,
    turns: usize,
    per_commit: usize,
) -> Result<Vec<(usize, Rows)>, Fault> {
    let mut steps = [const { Vec::<Write>::new() }; 3];
    for number in 0..turns / 3 {
        let (instance, record) = ids(run * 1_000_000_000 + number);
        for (step, write) in steps
            .iter_mut()
            .zip(desk.writes((&instance, &record), number, 2)?)
        {
            step.push(write);
        }
    }
    let writes: Vec<_> = steps.into_iter().flatten().collect();
    let batch = |writes: &[Write]| {
        let mut rows = Rows::default();
        writes.iter().for_each(|write| rows::add(&mut rows, write));
        (writes.len(), rows)
    };
    Ok(writes.chunks(per_commit).map(batch).collect())
}

/// Measures beside the counters of the process.
struct Gauge<'a> {
    prometheus: &'a PrometheusHandle,
    place: &'a Place,
    history: usize,
    open: usize,
}

impl Gauge<'_> {
    async fn run<W: Way>(
        &self,
        layer: &'static str,
        way: &Arc<W>,
        work: &Arc<Work>,
        callers: usize,
        time: Duration,
    ) -> Result<Line, Fault> {
        let before = self.counters().await;
        let sample = drive(way, work, callers, time).await?;
        Ok(self.line(layer, callers, &sample, before).await)
    }

    /// The committer alone: turns made beforehand.
    async fn store(&self, desk: &Desk, callers: usize) -> Result<Line, Fault> {
        let store = Store::open(&self.place.url).await.map_err(words)?;
        let committer = Arc::new(Committer::start(&store, CommitterOptions::default()));
        let mut all = vec![];
        for number in 0..STORE_INSTANCES {
            let (instance, record) = ids(900_000_000_000 + callers * 10_000_000 + number);
            all.push(desk.writes((&instance, &record), number, 2)?);
        }
        let before = self.counters().await;
        let began = Instant::now();
        let queue = Arc::new(std::sync::Mutex::new(all));
        let mut calls = vec![];
        for _ in 0..callers {
            let (queue, committer) = (Arc::clone(&queue), Arc::clone(&committer));
            calls.push(tokio::spawn(async move {
                let mut waits = vec![];
                loop {
                    let next = queue.lock().map_err(words)?.pop();
                    let Some(writes) = next else {
                        return Ok::<_, Fault>(waits);
                    };
                    for write in writes {
                        let asked = Instant::now();
                        all_done(&[committer.commit(write).await.map_err(words)?])?;
                        waits.push(asked.elapsed());
                    }
                }
            }));
        }
        let sample = gathered(began, calls).await?;
        let line = self.line("store", callers, &sample, before).await;
        if let Ok(committer) = Arc::try_unwrap(committer).map_err(|_| ()) {
            committer.close().await;
        }
        store.close().await;
        Ok(line)
    }

    /// Turns that nobody keeps, on one thread.
    fn core(&self, desk: &Desk, time: Duration) -> Result<Line, Fault> {
        let (began, mut waits, mut number) = (Instant::now(), vec![], 0);
        while began.elapsed() < time {
            let (instance, record) = ids(number);
            let asked = Instant::now();
            let made = desk.writes((&instance, &record), number, 2)?.len();
            let each = asked.elapsed() / u32::try_from(made).unwrap_or(1);
            waits.extend(std::iter::repeat_n(each, made));
            number += 1;
        }
        let took = began.elapsed();
        waits.sort_unstable();
        Ok(Line {
            store: self.place.store,
            layer: "core",
            concurrency: 1,
            decisions_per_s: per_second(waits.len(), took),
            p50_ms: percentile(&waits, 50),
            p99_ms: percentile(&waits, 99),
            ..Line::default()
        })
    }

    async fn line(
        &self,
        layer: &'static str,
        callers: usize,
        sample: &Sample,
        before: Counters,
    ) -> Line {
        let after = self.counters().await;
        let done = sample.waits.len();
        let commits = after.commits - before.commits;
        let each = |n: f64| if commits > 0.0 { n / commits } else { 0.0 };
        Line {
            store: self.place.store,
            layer,
            concurrency: callers,
            history: self.history,
            open: self.open,
            decisions_per_s: per_second(done, sample.took),
            p50_ms: percentile(&sample.waits, 50),
            p99_ms: percentile(&sample.waits, 99),
            rss_mb: machine::resident_mb(),
            bytes_per_decision: (after.bytes - before.bytes)
                / u64::try_from(done.max(1)).unwrap_or(1),
            calls_per_commit: each(after.calls - before.calls),
            decisions_per_commit: each(after.writes - before.writes),
            ..Line::default()
        }
    }

    async fn counters(&self) -> Counters {
        let text = self.prometheus.render();
        let counter = |name: &str| {
            text.lines()
                .filter_map(|line| line.strip_prefix(name)?.trim().parse::<f64>().ok())
                .sum()
        };
        let bytes = match self.place.store {
            "sqlite" => machine::bytes_written(),
            _ => log_position(&self.place.url).await.unwrap_or_default(),
        };
        Counters {
            bytes,
            commits: counter("assent_commits_total"),
            writes: counter("assent_commit_writes_total"),
            calls: counter("assent_commit_calls_total"),
        }
    }
}

/// How far PostgreSQL's log has got, bytes.
async fn log_position(url: &str) -> sqlx::Result<u64> {
    let mut on = <sqlx::PgConnection as sqlx::Connection>::connect(url).await?;
    let sql = "select (pg_current_wal_lsn() - '0/0'::pg_lsn)::bigint";
    let (at,): (i64,) = sqlx::query_as(sql).fetch_one(&mut on).await?;
    Ok(u64::try_from(at).unwrap_or_default())
}

struct Counters {
    bytes: u64,
    commits: f64,
    writes: f64,
    calls: f64,
}
