//! Waits by the million: counted in classes that are two percent wide.

use crate::Micros;

/// Classes; the last takes everything above two days.
const CLASSES: usize = 1_300;
/// How much longer each class is than the one before.
const STEP: f64 = 1.02;

/// How long how many waited.
#[derive(Clone, Debug)]
pub(crate) struct Waits {
    counts: Vec<u64>,
    all: u64,
    most: Micros,
}

impl Default for Waits {
    fn default() -> Self {
        Self {
            counts: vec![0; CLASSES],
            all: 0,
            most: 0,
        }
    }
}

impl Waits {
    pub(crate) fn add(&mut self, wait: Micros) {
        let class = crate::whole((wait.max(1) as f64).ln() / STEP.ln());
        let class = usize::try_from(class).unwrap_or(CLASSES).min(CLASSES - 1);
        self.counts[class] += 1;
        self.all += 1;
        self.most = self.most.max(wait);
    }

    pub(crate) fn count(&self) -> u64 {
        self.all
    }

    /// The wait that this share does not exceed, ms: the upper end of its class.
    pub(crate) fn below(&self, share: f64) -> f64 {
        let wanted = self.all as f64 * share;
        let mut sum = 0;
        for (class, count) in (1_u16..).zip(&self.counts) {
            sum += count;
            if sum as f64 >= wanted && sum > 0 {
                return (STEP.powf(f64::from(class)) / 1_000.0).min(self.longest());
            }
        }
        0.0
    }

    /// The longest, ms.
    pub(crate) fn longest(&self) -> f64 {
        self.most as f64 / 1_000.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_at_most_two_percent_too_long() {
        let mut waits = Waits::default();
        (1..=10_000).for_each(|wait| waits.add(wait * 10));
        for (share, exact) in [(0.5, 50.0), (0.99, 99.0), (0.999, 99.9)] {
            let found = waits.below(share);
            assert!(found >= exact * 0.999 && found <= exact * 1.021, "{found}");
        }
        assert_eq!((waits.count(), waits.longest()), (10_000, 100.0));
    }
}
