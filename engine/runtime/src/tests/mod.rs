//! The runtime on a real database with a clock that is a value. Nothing here sleeps.
#![expect(clippy::unwrap_used, reason = "tests")]

mod accounts;
mod backups;
mod deciding;
mod harness;
mod links;
mod mails;
mod modules;
mod overruling;
mod people;
mod publishing;
mod reading;
mod replaying;
mod roots;
mod tamper;
mod verifying;
mod versions;
mod workers;
