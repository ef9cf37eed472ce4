//! `sim_engine`: the whole program on a database of its own, with a clock, an ERP and a mail server that are values. Random
//! flows, people who come and go, several commands at once, repeated, late and reordered ones, effects answered late, twice
//! or never, slow nodes, clocks that jump; and the program dies, or loses its database, at any call of it. After every step
//! the four invariants hold and the promises are kept, judged by the trail and by what clients were told; at the end all
//! rows are what the events fold to.
//!
//! `ASSENT_SIM=500` plays that many sequences, `ASSENT_SIM_SECONDS=3600` as many as fit in that time, `ASSENT_SIM_FROM=seed`
//! begins at a seed. A failure is made small before it is printed.

mod company;
mod ledger;
mod life;
mod play;
mod promises;
#[expect(dead_code, reason = "the core's own tests use more of it")]
mod space;

use std::time::{Duration, Instant};

pub(crate) use life::Thing;
use play::{Broken, Tally, play};
pub(crate) use space::dice::Dice;

/// Sequences of the ordinary run.
const SEQUENCES: u64 = 16;
/// Steps of a sequence.
const STEPS: usize = 60;
/// How often a failing sequence is played again to make it small.
const REPLAYS_MAX: u32 = 60;

fn asked(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

/// P1–P6.
#[test]
fn sim_engine_keeps_its_promises() {
    let first = asked("ASSENT_SIM_FROM").unwrap_or(0);
    let seconds = asked("ASSENT_SIM_SECONDS").map(Duration::from_secs);
    let count = match seconds {
        Some(_) => u64::MAX,
        None => asked("ASSENT_SIM").unwrap_or(SEQUENCES),
    };
    let begun = Instant::now();
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let threads = u64::try_from(threads).unwrap();
    let walk = |thread: u64| {
        let (mut sum, mut seeds) = (Tally::default(), 0);
        for seed in (first.saturating_add(thread)..first.saturating_add(count))
            .step_by(usize::try_from(threads).unwrap())
        {
            if seconds.is_some_and(|seconds| begun.elapsed() > seconds) {
                break;
            }
            let steps = steps(seed);
            match play(seed, &steps) {
                Ok(tally) => sum.add(&tally),
                Err(broken) => panic!("{}", report(seed, steps, broken)),
            }
            seeds += 1;
        }
        (sum, seeds)
    };
    let (mut sum, mut seeds) = (Tally::default(), 0);
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads)
            .map(|thread| scope.spawn(move || walk(thread)))
            .collect();
        for thread in running {
            match thread.join() {
                Ok((tally, played)) => {
                    sum.add(&tally);
                    seeds += played;
                }
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
    });
    println!(
        "sim_engine: seeds {first}..{}, {} commands ({} accepted, {} answered again), {} simulated days, {} crashes, {} faults \
         of the database, {} timers, {} deliveries, {} instances ({} ended), {} checks, violations 0",
        first + seeds,
        sum.commands,
        sum.accepted,
        sum.repeated,
        sum.simulated_ms / 86_400_000,
        sum.crashes,
        sum.faults,
        sum.fired,
        sum.delivered,
        sum.instances,
        sum.ended,
        sum.checked
    );
    let tame = sum.accepted < seeds * 5 || sum.crashes < seeds / 2 || sum.delivered < seeds * 3;
    assert!(!tame, "the sequences are too tame: {sum:?}");
}

fn steps(seed: u64) -> Vec<u64> {
    let mut dice = Dice(seed ^ 0x00A5_5E47);
    (0..STEPS).map(|_| dice.next()).collect()
}

/// Makes a failing sequence small: steps are taken out while the same promise stays broken.
fn report(seed: u64, mut steps: Vec<u64>, mut broken: Broken) -> String {
    let kind = |broken: &Broken| broken.what.chars().take(3).collect::<String>();
    steps.truncate(broken.step + 1);
    let (mut size, mut replays) = (steps.len() / 2, 0);
    while size > 0 && replays < REPLAYS_MAX {
        let mut from = 0;
        while from < steps.len() && replays < REPLAYS_MAX {
            let mut fewer = steps.clone();
            fewer.drain(from..(from + size).min(steps.len()));
            replays += 1;
            match play(seed, &fewer) {
                Err(again) if kind(&again) == kind(&broken) => (steps, broken) = (fewer, again),
                _ => from += size,
            }
        }
        size /= 2;
    }
    format!(
        "seed {seed} (ASSENT_SIM_FROM={seed}), step {} of {}: {}\n{}",
        broken.step,
        steps.len(),
        broken.what,
        broken.play.join("\n")
    )
}
