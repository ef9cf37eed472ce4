//! The binary as its users meet it: started as a process, spoken to over HTTP on loopback, killed.
#![expect(clippy::unwrap_used, reason = "tests")]

mod audit;
mod begun;
mod binary;
mod browser;
mod canary;
mod commands;
mod every_command;
mod first_day;
mod five_flows;
mod hostile;
mod kill;
mod migrating;
mod nodes;
mod operations;
mod outside;
mod overruling;
mod person;
mod power;
mod relay;
mod standby;
mod tracing;
mod upgrade;
