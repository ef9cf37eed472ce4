//! Assent's runtime: loads, decides, commits; and everything that needs a clock, a mail server or another system.
//! No HTTP routes and no pages here: the server calls [`App`].

pub mod app;
pub mod audit;
pub mod backup;
pub mod clock;
pub mod demo;
pub mod doctor;
mod engine;
pub mod mail;
pub mod replay;
mod secret;
#[cfg(test)]
mod tests;
mod throttle;
pub mod trace;
mod view;
mod workers;

pub use app::{App, AppConfig, AppError};
