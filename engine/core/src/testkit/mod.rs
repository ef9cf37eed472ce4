//! Helpers for module tests (feature `testkit`): a module on the bench, its hooks run as the engine runs them, flows played
//! through the engine itself. Everything that is not as it should be fails the test with the words a person would read.

mod bench;
mod catalog;
mod shelf;

pub use bench::{Bench, refused};
pub use catalog::{catalog, manifest};
