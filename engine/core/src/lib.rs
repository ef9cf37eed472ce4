//! Assent's core: what approvals mean, as pure functions. No async, no clock, no randomness, no files, no SQL.
#![warn(missing_docs)]

pub mod apply;
pub mod audit;
pub mod calendar;
pub mod catalog;
pub mod check;
pub mod command;
pub mod condition;
pub mod definition;
pub mod diagnostic;
pub mod diagram;
pub mod dialect;
pub mod difference;
pub mod directory;
pub mod effect;
pub mod event;
pub mod example;
pub mod field;
pub mod identifier;
pub mod instance;
pub mod migrate;
pub mod module;
pub mod people;
pub mod play;
pub mod preview;
pub mod record;
pub mod refusal;
pub mod rule;
pub mod schema;
pub mod scope;
pub mod template;
#[cfg(any(test, feature = "testkit"))]
pub mod testkit;
pub mod text;
pub mod time;
pub mod turn;
pub mod value;
pub mod verb;
pub mod verify;
pub mod why;
pub mod write;
