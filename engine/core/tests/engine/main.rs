//! The engine on whole flows: the examples of the flow files beside this, random walks through them, and the generated
//! product space.
#![expect(clippy::unwrap_used, reason = "tests")]

mod clocks;
mod desk;
mod dice;
mod examples;
mod house;
mod migrate;
mod missing;
mod people;
mod previews;
mod running;
mod space;
mod titles;
mod walk;
mod why;
