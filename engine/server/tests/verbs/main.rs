//! Every verb through the server's own router: what it answers when it works, and how it says no, in Chinese and in English.
#![expect(clippy::unwrap_used, reason = "tests")]

mod batch;
mod bulk;
mod desk;
mod in_use;
mod lost;
mod mistakes;
mod pages;
mod race;
mod readers;
mod step_up;
mod tasks;
