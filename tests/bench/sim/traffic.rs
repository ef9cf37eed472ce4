//! Who asks when: office hours with a peak in the morning and one after lunch.
//!
//! Somebody looks at inbox and task first and decides a little later; a share of tasks is late and wakes a timer.

use fastrand::Rng;

use crate::random::Sizes;
use crate::world::World;
use crate::{Micros, SECOND, whole};

/// Seconds of a day.
pub(crate) const DAY: u32 = 86_400;
/// Most seconds between looking and deciding.
const THINK: u32 = 85;
/// Fewest.
const THINK_MIN: u32 = 5;
/// The peaks: when (s of the day) and how high beside the first.
const PEAKS: [(f64, f64); 2] = [(34_200.0, 1.0), (51_300.0, 0.8)];
/// How wide a peak is: its standard deviation, s.
const WIDTH: f64 = 1_500.0;
/// Office hours, s of the day.
const OFFICE: std::ops::Range<u32> = 30_600..64_800;
/// What goes on outside, beside office hours.
const NIGHT: f64 = 0.02;
/// When the sharp deadlines are.
const NINE: u32 = 32_400;

/// What somebody wants of a company.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Want {
    /// The inbox and a task.
    Look,
    /// This decision; each has its number.
    Decide(u32),
    /// A timer is due.
    Wake,
    /// Nobody's: it is opened once after it was taken over.
    Sweep,
}

/// One request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Request {
    pub company: u32,
    pub asked: Micros,
    pub want: Want,
}

/// All requests of a day, second by second.
pub(crate) struct Traffic {
    sizes: Sizes,
    random: Rng,
    decisions: Vec<u32>,
    wakes: Vec<u32>,
    /// What is already known of the seconds to come.
    ahead: Vec<Vec<Request>>,
    next: u32,
    number: u32,
}

impl Traffic {
    pub(crate) fn new(world: &World, sizes: Sizes) -> Self {
        let decisions = counts(world.decisions, world.peak_per_s);
        let late = f64::from(world.decisions) * world.late_share;
        let mut wakes = spread(&decisions, whole(late * (1.0 - world.sharp_share)));
        let sharp = whole(late * world.sharp_share);
        for second in 0..world.sharp_seconds.max(1) {
            let part = sharp * u64::from(second + 1) / u64::from(world.sharp_seconds.max(1))
                - sharp * u64::from(second) / u64::from(world.sharp_seconds.max(1));
            wakes[(NINE + second) as usize] += u32::try_from(part).unwrap_or(u32::MAX);
        }
        let mut traffic = Self {
            sizes,
            random: Rng::with_seed(world.seed),
            decisions,
            wakes,
            ahead: vec![vec![]; THINK as usize + 1],
            next: 0,
            number: 0,
        };
        for _ in 0..THINK {
            traffic.look_ahead();
        }
        traffic
    }

    /// The requests of this second, in order. Seconds are asked for one after another.
    pub(crate) fn second(&mut self, second: u32) -> Vec<Request> {
        self.look_ahead();
        let mut now = std::mem::take(&mut self.ahead[(second % (THINK + 1)) as usize]);
        for _ in 0..self.wakes[second as usize] {
            now.push(Request {
                company: self.sizes.pick(&mut self.random),
                asked: Micros::from(second) * SECOND + self.random.u64(..SECOND),
                want: Want::Wake,
            });
        }
        now.sort_by_key(|request| request.asked);
        now
    }

    /// Decisions of the next second that is not known yet, and the looks before them.
    fn look_ahead(&mut self) {
        let second = self.next;
        self.next += 1;
        for _ in 0..self.decisions.get(second as usize).copied().unwrap_or(0) {
            let company = self.sizes.pick(&mut self.random);
            let decided = Micros::from(second) * SECOND + self.random.u64(..SECOND);
            let think = self
                .random
                .u64(u64::from(THINK_MIN) * SECOND..u64::from(THINK - 1) * SECOND);
            let decide = Want::Decide(self.number);
            self.number += 1;
            let looked = decided.saturating_sub(think);
            for (asked, want) in [(looked, Want::Look), (decided, decide)] {
                let at = asked / SECOND % u64::from(THINK + 1);
                self.ahead[usize::try_from(at).unwrap_or_default()].push(Request {
                    company,
                    asked,
                    want,
                });
            }
        }
    }
}

/// Decisions of each second: `total` together, `peak` in the busiest. What the peaks leave over is spread evenly over the
/// office hours, and a little over the rest of the day.
fn counts(total: u32, peak: u32) -> Vec<u32> {
    let seconds = 0..DAY;
    let hill = |second: u32| -> f64 {
        PEAKS
            .iter()
            .map(|(at, high)| high * (-((f64::from(second) - at) / WIDTH).powi(2) / 2.0).exp())
            .sum()
    };
    let flat = |second: u32| if OFFICE.contains(&second) { 1.0 } else { NIGHT };
    let hills: f64 = seconds.clone().map(hill).sum();
    let flats: f64 = seconds.clone().map(flat).sum();
    // total = a hills + b flats, and a + b = peak.
    let b = ((f64::from(total) - f64::from(peak) * hills) / (flats - hills)).max(0.0);
    let a = (f64::from(total) - b * flats) / hills;
    let mut carried = 0.0;
    seconds
        .map(|second| {
            let wanted = a * hill(second) + b * flat(second) + carried;
            let count = wanted.round().max(0.0);
            carried = wanted - count;
            u32::try_from(whole(count)).unwrap_or(u32::MAX)
        })
        .collect()
}

/// Decisions of the busiest hour.
pub(crate) fn busiest_hour(world: &World) -> u32 {
    let day = counts(world.decisions, world.peak_per_s);
    day.windows(3_600)
        .step_by(60)
        .map(|hour| hour.iter().sum())
        .max()
        .unwrap_or_default()
}

/// So many, spread as these are.
fn spread(like: &[u32], total: u64) -> Vec<u32> {
    let sum: u64 = like.iter().map(|count| u64::from(*count)).sum();
    let (mut before, mut given) = (0, 0);
    like.iter()
        .map(|count| {
            before += u64::from(*count);
            let until = total * before / sum.max(1);
            let part = until - given;
            given = until;
            u32::try_from(part).unwrap_or(u32::MAX)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_has_its_decisions_and_its_peak() {
        let day = counts(50_000_000, 5_000);
        let sum: u64 = day.iter().map(|count| u64::from(*count)).sum();
        assert!(sum.abs_diff(50_000_000) <= 1, "{sum}");
        assert_eq!(day.iter().max(), Some(&5_000));
        assert_eq!(day[34_200], 5_000, "the peak is at half past nine");
        assert!(day[51_300] > 3_500 && day[51_300] < 5_000, "after lunch");
        assert!(day[3 * 3_600] < 20, "at night");
    }

    #[test]
    fn every_decision_is_looked_at_before_it_is_made() {
        let world = World {
            decisions: 20_000,
            peak_per_s: 2,
            companies: 50,
            ..World::default()
        };
        let mut traffic = Traffic::new(&world, Sizes::zipf(50, 0.9));
        let (mut looks, mut numbers, mut wakes) = (0_u32, vec![], 0);
        for second in 0..DAY {
            for request in traffic.second(second) {
                assert_eq!(request.asked / SECOND, u64::from(second));
                match request.want {
                    Want::Look => looks += 1,
                    Want::Decide(number) => numbers.push(number),
                    Want::Wake => wakes += 1,
                    Want::Sweep => panic!("nobody asks for this"),
                }
            }
            assert!(looks as usize >= numbers.len());
        }
        numbers.sort_unstable();
        assert!(numbers.iter().copied().eq(0..looks), "each once");
        assert_eq!(wakes, 1_000, "one in twenty");
    }
}
