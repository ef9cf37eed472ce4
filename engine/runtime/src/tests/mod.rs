//! The runtime on a real database with a clock that is a value. Nothing here sleeps.
#![expect(clippy::unwrap_used, reason = "tests")]

mod absent;
mod accounts;
mod backups;
mod claims;
mod consequences;
mod deciding;
mod every_call;
mod happening;
mod harness;
mod in_use;
mod links;
mod mails;
mod modules;
mod numbers;
mod organisation;
pub(crate) mod outside;
mod overruling;
mod past;
mod people;
mod publishing;
mod reading;
mod replaying;
mod retiring;
mod revoking;
mod revoking_records;
mod roots;
mod rows;
mod serving;
pub(crate) mod sim;
mod storm;
mod subflows;
mod tamper;
mod telling;
mod verifying;
mod versions;
mod workers;
