//! A day of many companies over several machines, played event by event: pure, seeded, without a clock.
//!
//! What an open company costs comes in as [`Figures`], measured by `assent-bench -- cells`; what the world is like is a
//! [`World`], assumed. [`day::play`] answers with an [`Outcome`](outcome::Outcome). docs/scale.md says what it is for.
#![warn(missing_docs)]

mod book;
mod cell;
mod control;
pub mod day;
mod directory;
mod ledger;
mod machine;
pub mod needs;
pub mod outcome;
pub mod place;
pub mod random;
mod traffic;
mod waits;
pub mod world;

#[cfg(test)]
mod tests;

pub use world::{Figures, World};

/// A point of the day, or a length of time, in microseconds.
pub(crate) type Micros = u64;
/// One second.
pub(crate) const SECOND: Micros = 1_000_000;

/// The whole number below; nothing below zero.
#[expect(
    clippy::cast_possible_truncation,
    reason = "what is rounded here counts bytes, machines or microseconds of a day"
)]
pub(crate) fn whole(number: f64) -> u64 {
    number.max(0.0) as u64
}

/// Milliseconds as microseconds.
pub(crate) fn micros(ms: f64) -> Micros {
    whole(ms * 1_000.0)
}
