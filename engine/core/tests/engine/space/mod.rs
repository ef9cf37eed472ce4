//! The product space, generated: flows of every group kind, parallel to any depth, with ladders, policies and ways back, and
//! sequences of commands by the right and the wrong people, timers, leavers and clock jumps. After every command the four
//! invariants hold, a small reference model written separately draws the same picture, and offers keep their word; at the end
//! the trail shows every approval the flow demands.
//!
//! `ASSENT_SPACE=100000` runs that many sequences, `ASSENT_SPACE_FROM=seed` begins at a seed to see it again. A failure is
//! made small before it is printed.

mod compare;
mod demands;
mod make;
mod model;
mod moves;
mod offered;
mod runner;
mod shrink;
mod sketch;
mod versions;
mod words;
mod world;
mod yaml;

use std::collections::BTreeMap;

use assent_core::calendar::WorkCalendar;

use crate::dice::{self, Dice};
use crate::house::calendar;

use runner::{Failure, Sequence, Tally, definition, run};
use world::World;

/// Sequences of the ordinary run.
const SEQUENCES: u64 = 1_500;
/// Most steps of a sequence.
const STEPS_MAX: usize = 60;

/// What people and the clock do, each many times.
const VERBS: [&str; 36] = [
    "start",
    "save",
    "submit",
    "decide",
    "act",
    "return",
    "withdraw",
    "transfer",
    "comment",
    "wake",
    "happen",
    "retry",
    "add_signer",
    "remove_signer",
    "delegate",
    "advise",
    "claim",
    "give_back",
    "copy",
    "read",
    "ask",
    "reply",
    "take_back",
    "urge",
    "reopen",
    "override:terminate",
    "override:suspend",
    "override:resume",
    "override:jump",
    "override:reassign",
    "override:skip",
    "override:retry",
    "answer",
    "child_ended",
    "stop_child",
    "migrate",
];

/// Why a case is held, who stands in or does not, and what another version changes, each many times. No value is missing: what
/// conditions read is certain in a flow that was checked, and nobody empties what is required (`missing.rs` has the rest).
const SEEN: [&str; 14] = [
    "nobody",
    "too_few",
    "effect_failed",
    "rounds",
    "stands_in",
    "nobody_stands_in",
    "chain_followed",
    "chain_refused",
    "circle",
    "renamed",
    "asked_no_more",
    "waits_for_their_turn",
    "branch_added",
    "everybody_asked",
];

fn asked(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

/// A2.111, A4.40, A4.41, A4.42, A6.23, A6.24, A6.26, A7.26, A7.27, A7.28, A7.29, A7.38, A7.39: see docs/approvals.md.
#[test]
fn generated_flows_do_what_the_model_says() {
    let first = asked("ASSENT_SPACE_FROM").unwrap_or(0);
    let count = asked("ASSENT_SPACE").unwrap_or(if first == 0 { SEQUENCES } else { 1 });
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let threads = u64::try_from(threads).unwrap();
    let found: Vec<Found> = std::thread::scope(|scope| {
        let walk = |thread| {
            scope.spawn(move || {
                every((first + thread..first + count).step_by(usize::try_from(threads).unwrap()))
            })
        };
        let running: Vec<_> = (0..threads).map(walk).collect();
        running
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    let mut sum = Found::default();
    for part in found {
        sum.add(part);
    }
    let Found { sum, broken } = sum;
    let reports: Vec<String> = broken
        .values()
        .map(|(times, report)| format!("{times} times: {report}"))
        .collect();
    assert!(
        broken.is_empty(),
        "{} kinds of violations\n\n{}",
        broken.len(),
        reports.join("\n\n")
    );
    let accepted: usize = sum.accepted.values().sum();
    println!(
        "seeds {first}..{}: {accepted} commands accepted, {} refused, {} offers tried, {} cases ended, 0 violations\n{:?}\nseen: {:?}",
        first + count,
        sum.refused,
        sum.probed,
        sum.ended,
        sum.accepted,
        sum.seen
    );
    if count >= SEQUENCES {
        enough(usize::try_from(count).unwrap(), accepted, &sum);
    }
}

/// What some seeds came to.
#[derive(Default)]
struct Found {
    sum: Tally,
    /// By kind: how often, and the first one made small.
    broken: BTreeMap<String, (usize, String)>,
}

impl Found {
    fn add(&mut self, other: Self) {
        self.sum.add(&other.sum);
        for (kind, (times, report)) in other.broken {
            self.broken.entry(kind).or_insert((0, report)).0 += times;
        }
    }
}

/// Runs these seeds.
fn every(seeds: impl Iterator<Item = u64>) -> Found {
    let calendar = calendar();
    let mut found = Found::default();
    for seed in seeds {
        let mut sequence = sequence(seed);
        let def = definition(&sequence.sketch).or_else(|_| {
            sequence.sketch = make::without_shelved(&sequence.sketch);
            definition(&sequence.sketch)
        });
        let fault = match def {
            Err(faults) => Some(("a faulty flow".to_owned(), format!("seed {seed}: {faults}"))),
            Ok(def) => match run(&sequence, &def, &calendar) {
                Ok(tally) => {
                    found.sum.add(&tally);
                    None
                }
                Err(failure) => {
                    let kind = failure.kind.clone();
                    let known = found.broken.contains_key(&kind);
                    let report = || report(seed, sequence, failure, &calendar);
                    Some((kind, if known { String::new() } else { report() }))
                }
            },
        };
        if let Some((kind, report)) = fault {
            found.broken.entry(kind).or_insert((0, report)).0 += 1;
        }
    }
    found
}

/// Sequences that are refused everywhere, or never do this or that, prove nothing.
fn enough(count: usize, accepted: usize, sum: &Tally) {
    assert!(
        accepted > count * 5,
        "only {accepted} commands were accepted"
    );
    assert!(
        sum.ended > count / 5,
        "only {} cases came to an end",
        sum.ended
    );
    for what in SEEN {
        let times = sum.seen.get(what).copied().unwrap_or_default();
        assert!(times >= 5, "{what}: {times} times");
    }
    for verb in VERBS {
        let times = sum.accepted.get(verb).copied().unwrap_or_default();
        assert!(times >= 10, "{verb} was accepted {times} times");
    }
}

/// Everything about a sequence follows from its seed.
fn sequence(seed: u64) -> Sequence {
    let mut dice = Dice(seed.wrapping_mul(0x5851_F42D_4C95_7F2D));
    let sketch = make::sketch(&mut dice, true);
    let world = World::with_absences(&mut dice);
    let count = 10 + dice.roll(STEPS_MAX - 10);
    let steps = (0..count).map(|_| dice.next()).collect();
    let edit = (!dice.one_in(3)).then(|| versions::edit(&mut dice, &sketch));
    Sequence {
        edit,
        sketch,
        world,
        steps,
    }
}

fn report(seed: u64, sequence: Sequence, failure: Failure, calendar: &WorkCalendar) -> String {
    let (small, failure) = shrink::shrink(sequence, failure, calendar);
    let roles: Vec<String> = small
        .world
        .grants
        .iter()
        .map(|(role, person)| format!("{role} {person}"))
        .collect();
    let above: Vec<String> = small
        .world
        .superiors
        .iter()
        .map(|(person, boss)| format!("{person} under {boss}"))
        .collect();
    let away: Vec<String> = small
        .world
        .absences
        .iter()
        .map(|away| {
            let from = (away.from - world::START) / 60_000;
            let until = (away.until - world::START) / 60_000;
            format!(
                "{} from +{from} until +{until} minutes, {:?} instead, {:?}",
                away.person, away.proxy, away.here
            )
        })
        .collect();
    format!(
        "seed {seed} (ASSENT_SPACE_FROM={seed}): {}\n{}\n\n{}\nroles: {}\nsuperiors: {}\naway: {}\nsecond version: {:?}\n\n{}\n",
        failure.kind,
        failure.detail,
        yaml::yaml(&small.sketch),
        roles.join(", "),
        above.join(", "),
        away.join("; "),
        small.edit,
        failure.play.join("\n")
    )
}
