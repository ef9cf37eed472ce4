//! The server: pages, approval links, the REST API, the command line and the configuration.
//!
//! It talks to [`assent_runtime::App`] alone: no SQL, no store, no decisions here.

pub mod cli;
pub mod config;
pub mod modules;
mod sentence;
pub mod web;
