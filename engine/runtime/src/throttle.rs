//! Counting tries, so that guessing is slow. In memory: a restart forgets, and the store's own block of an account stays.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use assent_core::time::Moment;

/// Most keys that are remembered; the oldest go first.
const KEYS_MAX: usize = 10_000;

/// Tries by key (`sign_in:peer`, `code:person`).
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    tries: Mutex<HashMap<String, Tries>>,
}

#[derive(Debug)]
struct Tries {
    count: u32,
    since: Moment,
}

impl Throttle {
    /// Counts a try; the seconds to wait when there were more than `most` within `window_ms`.
    pub(crate) fn count(
        &self,
        key: &str,
        most: u32,
        window_ms: i64,
        now: Moment,
    ) -> Result<(), u32> {
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        if tries.len() >= KEYS_MAX {
            tries.retain(|_, tries| now.0 - tries.since.0 < window_ms);
        }
        if tries.len() >= KEYS_MAX {
            tries.clear();
        }
        let known = tries.entry(key.to_owned()).or_insert(Tries {
            count: 0,
            since: now,
        });
        if now.0 - known.since.0 >= window_ms {
            *known = Tries {
                count: 0,
                since: now,
            };
        }
        if known.count >= most {
            let wait_ms = known.since.0 + window_ms - now.0;
            return Err(u32::try_from(wait_ms / 1000 + 1).unwrap_or(60));
        }
        known.count += 1;
        Ok(())
    }

    /// Forgets a key after a success.
    pub(crate) fn forget(&self, key: &str) {
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        tries.remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sixth_try_waits_until_the_window_is_over() {
        let throttle = Throttle::default();
        for _ in 0..5 {
            assert_eq!(throttle.count("a", 5, 60_000, Moment(1_000)), Ok(()));
        }
        assert_eq!(throttle.count("a", 5, 60_000, Moment(2_000)), Err(60));
        assert_eq!(throttle.count("b", 5, 60_000, Moment(2_000)), Ok(()));
        assert_eq!(throttle.count("a", 5, 60_000, Moment(61_000)), Ok(()));
    }
}
