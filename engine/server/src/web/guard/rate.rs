//! Simple rates: so many requests a minute from one address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Addresses remembered at most; beyond that the oldest minute is forgotten as a whole.
const ADDRESSES_MAX: usize = 50_000;
const WINDOW: Duration = Duration::from_secs(60);

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Any request.
    Request,
    /// A try to sign in, a code asked for.
    SignIn,
}

/// The counters.
#[derive(Debug, Default)]
pub struct Rate(Mutex<HashMap<(IpAddr, Kind), (Instant, u32)>>);

impl Rate {
    /// Counts one; when it is one too many, the seconds until the window ends come back. A limit of 0 is none.
    pub fn count(&self, address: IpAddr, kind: Kind, limit: u32, now: Instant) -> Option<u32> {
        if limit == 0 {
            return None;
        }
        // A thread that panicked while counting leaves whole numbers behind: nothing to repair.
        let mut seen = self
            .0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if seen.len() >= ADDRESSES_MAX {
            seen.retain(|_, (began, _)| now.duration_since(*began) < WINDOW);
            if seen.len() >= ADDRESSES_MAX {
                seen.clear();
            }
        }
        let (began, count) = seen.entry((address, kind)).or_insert((now, 0));
        if now.duration_since(*began) >= WINDOW {
            (*began, *count) = (now, 0);
        }
        *count = count.saturating_add(1);
        (*count > limit).then(|| {
            let left = WINDOW.saturating_sub(now.duration_since(*began)).as_secs();
            u32::try_from(left).unwrap_or(60).max(1)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_fills_and_empties() {
        let (rate, address, start) = (Rate::default(), IpAddr::from([10, 0, 0, 1]), Instant::now());
        for _ in 0..3 {
            assert_eq!(rate.count(address, Kind::SignIn, 3, start), None);
        }
        assert_eq!(rate.count(address, Kind::SignIn, 3, start), Some(60));
        assert_eq!(rate.count(address, Kind::Request, 3, start), None);
        assert_eq!(rate.count(address, Kind::SignIn, 3, start + WINDOW), None);
        assert_eq!(rate.count(address, Kind::SignIn, 0, start), None);
    }
}
