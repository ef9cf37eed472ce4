//! Replay: a real event log through the real engine. Each case's events become commands; what the flow does not allow is
//! refused by the engine, with its reason.

mod csv;
mod log;
mod map;
mod report;
mod run;
mod xes;

#[cfg(test)]
mod tests;

pub use log::{Cases, LogCase, LogEvent, LogFault, open};
pub use map::{Map, MapFault};
pub use report::{REFUSED_LISTED_MAX, RefusedStep, Report};
pub use run::{ReplayFault, replay};
