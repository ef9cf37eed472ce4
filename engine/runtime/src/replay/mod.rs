//! Replay: a real event log through the real engine. Each case's events become commands; what the flow does not allow is
//! refused by the engine, with its reason.

mod csv;
mod log;
mod map;
mod xes;

#[cfg(test)]
mod tests;

pub use log::{LogCase, LogEvent, LogFault, open};
pub use map::{Map, MapFault};
