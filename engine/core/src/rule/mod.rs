//! Rules in rhai, in a sandbox.

#[cfg(test)]
mod bombs;
mod budget;
mod context;
mod convert;
mod fault;
mod kind;
pub mod library;
mod operators;
mod sandbox;
mod table;

pub use context::{RuleContext, Workdays};
pub use fault::RuleFault;
pub use kind::Kind;
pub use table::{Band, Rows, Table};
