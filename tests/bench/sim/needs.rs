//! How many machines a world needs, by what runs out first. Plain arithmetic; the day that is played then shows whether it holds.

use serde::Serialize;

use crate::random::Sizes;
use crate::traffic::busiest_hour;
use crate::whole;
use crate::world::{Figures, World};

/// With one dead, a company still has a home and a copy.
const MACHINES_MIN: u32 = 3;

/// One thing that may run out.
#[derive(Clone, Debug, Serialize)]
pub struct Need {
    /// What it is, with its unit.
    pub what: &'static str,
    /// How much all machines together need of it at the busiest moment.
    pub needed: f64,
    /// How much of it one machine may be planned for.
    pub per_machine: f64,
    /// Machines for this alone.
    pub machines: u32,
}

/// Everything that may run out, and what follows.
#[derive(Clone, Debug, Serialize)]
pub struct Needs {
    /// By what.
    pub rows: Vec<Need>,
    /// Machines: what the scarcest thing asks for, and one more that may die. At least three; or as many as the world says.
    pub machines: u32,
    /// Companies a cell keeps open at most.
    pub open_max: u32,
    /// Companies that somebody asks something in the busiest hour.
    pub asked_in_an_hour: f64,
}

/// Works it out.
pub fn needs(figures: &Figures, world: &World, sizes: &Sizes) -> Needs {
    let peak = f64::from(world.peak_per_s);
    let asked = f64::from(busiest_hour(world));
    let open: f64 = (0..sizes.len())
        .map(|company| 1.0 - (-sizes.share(company) * asked).exp())
        .sum();
    let cpu_ms = figures.decide_cpu_ms + figures.look_cpu_ms + 3.0 * world.http_cpu_ms;
    let kept = f64::from(world.decisions) * world.kept_days * figures.kept_bytes
        + f64::from(world.companies) * figures.empty_bytes;
    let need = |what, needed: f64, whole_machine: f64| {
        let per_machine = whole_machine * world.planned;
        let machines = u32::try_from(whole((needed / per_machine).ceil())).unwrap_or(u32::MAX);
        Need {
            what,
            needed,
            per_machine,
            machines,
        }
    };
    let rows = vec![
        need(
            "processors, seconds a second",
            peak * cpu_ms / 1e3,
            world.cores.into(),
        ),
        need("syncs of the disk a second", peak, figures.fsync_per_s),
        need(
            "memory of open companies, GB",
            open * figures.open_kb / 1e6,
            world.memory_gb,
        ),
        need(
            "threads of open companies",
            open * figures.open_threads,
            world.threads_max,
        ),
        need(
            "disk, every database and its copy, GB",
            2.0 * kept / 1e9,
            world.disk_gb,
        ),
        need(
            "network, logs out and in, MB a second",
            2.0 * peak * figures.log_bytes / 1e6,
            world.network_mb_per_s,
        ),
    ];
    let scarcest = rows.iter().map(|row| row.machines).max().unwrap_or(1);
    let by_memory = world.memory_gb * 1e6 / figures.open_kb.max(1.0);
    let by_threads = world.threads_max / figures.open_threads.max(1.0);
    let room = by_memory.min(by_threads) * world.planned / f64::from(world.cells_per_machine);
    Needs {
        machines: match world.machines {
            0 => (scarcest + 1).max(MACHINES_MIN),
            asked => asked.max(MACHINES_MIN),
        },
        open_max: match world.open_max {
            0 => u32::try_from(whole(room)).unwrap_or(u32::MAX).max(1),
            asked => asked,
        },
        rows,
        asked_in_an_hour: open,
    }
}
