//! The clock is a value: the system's, or one that a test (or `--test-clock`) moves by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use assent_core::time::Moment;

/// Where "now" comes from.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    /// The machine's clock.
    #[default]
    System,
    /// A clock that only moves when told.
    Test(Arc<AtomicI64>),
}

impl Clock {
    /// A test clock that stands at this moment.
    pub fn test(at: Moment) -> Self {
        Clock::Test(Arc::new(AtomicI64::new(at.0)))
    }

    /// Now.
    pub fn now(&self) -> Moment {
        match self {
            Clock::System => {
                let since = SystemTime::now()
                    .duration_since(UNIX_EPOCH)
                    .unwrap_or_default();
                Moment(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
            }
            Clock::Test(at) => Moment(at.load(Ordering::SeqCst)),
        }
    }

    /// Does it only move when told?
    pub fn is_test(&self) -> bool {
        matches!(self, Clock::Test(_))
    }

    /// Moves a test clock; the system's is left alone and `false` comes back.
    pub fn set(&self, to: Moment) -> bool {
        match self {
            Clock::System => false,
            Clock::Test(at) => {
                at.store(to.0, Ordering::SeqCst);
                true
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A6.17: the machine's clock cannot be set; a test clock can.
    #[test]
    fn only_a_test_clock_can_be_set() {
        assert!(!Clock::System.set(Moment(1)) && !Clock::System.is_test());
        let clock = Clock::test(Moment(0));
        assert!(clock.set(Moment(1)));
        assert_eq!(clock.now(), Moment(1));
    }
}
