//! What a day came to.

use serde::Serialize;

use crate::book::BUSIEST;
use crate::day::Day;
use crate::needs::Needs;
use crate::place::{Way, fullest};
use crate::random::Sizes;
use crate::waits::Waits;
use crate::world::{Figures, World};
use crate::{SECOND, whole};

/// Waits of one kind, ms.
#[derive(Clone, Debug, Serialize)]
pub struct Waited {
    /// How many waited.
    pub count: u64,
    /// Half of them at most so long.
    pub p50_ms: f64,
    /// 99 of 100.
    pub p99_ms: f64,
    /// 999 of 1 000.
    pub p999_ms: f64,
    /// Everybody.
    pub max_ms: f64,
}

impl From<&Waits> for Waited {
    fn from(waits: &Waits) -> Self {
        Self {
            count: waits.count(),
            p50_ms: waits.below(0.5),
            p99_ms: waits.below(0.99),
            p999_ms: waits.below(0.999),
            max_ms: waits.longest(),
        }
    }
}

/// What the death of a machine did.
#[derive(Clone, Debug, Serialize)]
pub struct Taken {
    /// Companies that lived there.
    pub companies: u32,
    /// From its last sign of life until the directory had other homes for them, s.
    pub taken_over_s: f64,
    /// Until each of them had been opened, s; zero: it never was.
    pub all_back_s: f64,
    /// Requests that were in it or came meanwhile.
    pub held: u64,
    /// Decisions of companies that lived there or had their copy there, asked before it was over.
    pub waited: Waited,
    /// Decisions it had answered in its last second: what a copy that is a second behind would have lost.
    pub last_second: u64,
    /// Until everything has its copy again, hours, at the planned share of the network.
    pub copied_again_h: f64,
}

/// A company moved.
#[derive(Clone, Debug, Serialize)]
pub struct Move {
    /// By size; 0 is the largest.
    pub company: u32,
    /// Its database, MB.
    pub size_mb: f64,
    /// Until the new home has the copy, while everybody works on, s.
    pub copy_s: f64,
    /// What was written meanwhile and is copied after it, MB.
    pub tail_mb: f64,
    /// From the first request that is held until the first that is answered, ms.
    pub pause_ms: f64,
}

/// A day in figures.
#[derive(Clone, Debug, Serialize)]
pub struct Outcome {
    /// The seed.
    pub seed: u64,
    /// Machines, and why so many.
    pub needs: Needs,
    /// The fullest cell beside the average one: by hash, the least of four, the least of all.
    pub fullest: [f64; 3],
    /// How long decisions, looks and timers waited.
    pub decided: Waited,
    /// See `decided`.
    pub looked: Waited,
    /// See `decided`.
    pub fired: Waited,
    /// Shares that met a closed company.
    pub cold_looks: f64,
    /// See `cold_looks`.
    pub cold_decisions: f64,
    /// See `cold_looks`.
    pub cold_timers: f64,
    /// Companies opened that day, and closed to make room.
    pub opened: u64,
    /// See `opened`.
    pub closed: u64,
    /// Most companies one machine had open.
    pub open_most: u64,
    /// How busy the busiest machine's processors and disk were in the ten minutes before the peak.
    pub cores_busy: f64,
    /// See `cores_busy`.
    pub disk_busy: f64,
    /// The largest company: its share of all decisions, how busy its writer was then, its largest commit.
    pub largest_share: f64,
    /// See `largest_share`.
    pub largest_busy: f64,
    /// See `largest_share`.
    pub largest_batch: usize,
    /// The median company's decisions a day.
    pub median_decisions: f64,
    /// Memory of open companies on the machine with the most, GB.
    pub memory_gb: f64,
    /// All databases once, GB.
    pub data_gb: f64,
    /// Logs streamed: MB a second at the peak, GB a day.
    pub log_peak_mb: f64,
    /// See `log_peak_mb`.
    pub log_day_gb: f64,
    /// Full copies into the archive, GB a day.
    pub full_day_gb: f64,
    /// Until every company has been opened once by a new version, a quarter of the processors at it, minutes.
    pub rolled_min: f64,
    /// The death of a machine.
    pub taken: Option<Taken>,
    /// Moves.
    pub moves: Vec<Move>,
    /// Decisions answered late by their key: they had been decided on the machine that died.
    pub by_key: u64,
    /// Commits refused because their epoch was over.
    pub refused: u64,
    /// What was wrong: decisions not answered once, companies open twice, writes by who has no right to. And the first few.
    pub violations: u64,
    /// See `violations`.
    pub wrong: Vec<String>,
}

impl Outcome {
    pub(crate) fn of(
        figures: &Figures,
        world: &World,
        sizes: &Sizes,
        needs: Needs,
        day: &Day,
    ) -> Self {
        let book = &day.book;
        let window = (BUSIEST.end - BUSIEST.start) as f64;
        let decisions = f64::from(world.decisions);
        let data = decisions * world.kept_days * figures.kept_bytes
            + f64::from(world.companies) * figures.empty_bytes;
        let busiest = |of: fn(&crate::machine::Machine) -> u64| {
            let most = day.machines.iter().map(of).max().unwrap_or_default();
            most as f64 / window
        };
        let ways = [Way::Hash, Way::LeastOfFour, Way::LeastOfAll];
        let placed = |way| fullest(sizes, needs.machines, world.cells_per_machine, way);
        let opening = f64::from(world.companies) * figures.open_cpu_ms / 6e4;
        let quarter = f64::from(world.cores * needs.machines) / 4.0;
        Self {
            seed: world.seed,
            fullest: ways.map(placed),
            decided: (&book.decided).into(),
            looked: (&book.looked).into(),
            fired: (&book.fired).into(),
            cold_looks: book.met_looks.share(),
            cold_decisions: book.met_decisions.share(),
            cold_timers: book.met_timers.share(),
            opened: book.opened,
            closed: book.closed,
            open_most: book.open_most.try_into().unwrap_or(u64::MAX),
            cores_busy: busiest(|machine| machine.cores_busy) / f64::from(world.cores.max(1)),
            disk_busy: busiest(|machine| machine.disk_busy),
            largest_share: sizes.share(0),
            largest_busy: book.largest_busy as f64 / window,
            largest_batch: book.largest_batch,
            median_decisions: sizes.share(sizes.len() / 2) * decisions,
            memory_gb: book.open_most as f64 * figures.open_kb / 1e6,
            data_gb: data / 1e9,
            log_peak_mb: f64::from(world.peak_per_s) * figures.log_bytes / 1e6,
            log_day_gb: decisions * figures.log_bytes / 1e9,
            full_day_gb: data / world.copy_days.max(1.0) / 1e9,
            rolled_min: opening / quarter,
            taken: taken(world, &needs, day, data),
            moves: moves(figures, world, sizes, day),
            by_key: book.ledger.by_key,
            refused: book.ledger.refused,
            violations: book.ledger.violations,
            wrong: book.ledger.wrong.clone(),
            needs,
        }
    }
}

fn taken(world: &World, needs: &Needs, day: &Day, data: f64) -> Option<Taken> {
    let death = day.death;
    let seconds = |until: u64| until.saturating_sub(death.at) as f64 / SECOND as f64;
    // Its own databases and the copies it had, into all the others at once.
    let again = 2.0 * data / f64::from(needs.machines);
    let others = f64::from(needs.machines - 1);
    let rate = others * world.network_mb_per_s * 1e6 * world.planned;
    (death.companies > 0).then(|| Taken {
        companies: death.companies,
        taken_over_s: seconds(death.taken_over),
        all_back_s: seconds(day.book.all_back),
        held: death.held,
        waited: (&day.book.outage).into(),
        last_second: death.last_second,
        copied_again_h: again / rate / 3_600.0,
    })
}

/// A copy is streamed while everybody works on; what was written meanwhile follows, again and again, until it is small.
fn moves(figures: &Figures, world: &World, sizes: &Sizes, day: &Day) -> Vec<Move> {
    /// What is left for the switch, MB.
    const SMALL_MB: f64 = 1.0;
    const ROUNDS_MAX: u64 = 20;
    let one = |(company, pause): &(u32, u64)| {
        let share = sizes.share(*company);
        let decided = f64::from(world.decisions) * share * world.kept_days;
        let size_mb = (decided * figures.kept_bytes + figures.empty_bytes) / 1e6;
        let written_mb = f64::from(world.peak_per_s) * share * figures.log_bytes / 1e6;
        let (mut left, mut copy_s, mut tail_mb) = (size_mb, 0.0, 0.0);
        for _ in 0..ROUNDS_MAX {
            let round_s = left / world.copy_mb_per_s;
            copy_s += round_s;
            left = round_s * written_mb;
            tail_mb += left;
            if left < SMALL_MB {
                break;
            }
        }
        let last_ms = left / world.copy_mb_per_s * 1e3;
        Move {
            company: *company,
            size_mb,
            copy_s,
            tail_mb,
            pause_ms: whole(last_ms) as f64 + *pause as f64 / 1e3,
        }
    };
    day.moves.iter().map(one).collect()
}
