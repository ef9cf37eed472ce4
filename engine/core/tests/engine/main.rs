//! The engine on whole flows: the examples of the flow files beside this, and random walks through them.
#![expect(clippy::unwrap_used, reason = "tests")]

mod clocks;
mod desk;
mod examples;
mod house;
mod migrate;
mod missing;
mod people;
mod previews;
mod running;
mod walk;
mod why;
