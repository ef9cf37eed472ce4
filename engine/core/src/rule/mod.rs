//! Rules in rhai, in a sandbox.
//!
//! A rule is a function of a script, `scripts/<file>.rhai`, that takes one map, `given`, and returns a map. The YAML beside
//! the script, `scripts/<file>.yaml`, declares what the function takes and gives, the rule tables it reads, and its tests.
//!
//! What holds for every rule:
//! * It computes and does nothing else: no files, no clock, no randomness, no printing, no code made at run time.
//! * It ends: steps, calls, nesting, sizes and copying are limited, and going beyond is a fault, never a crash.
//! * It is exact: all numbers are decimals, `10 / 4` is 2.5.
//! * It guesses nothing: a missing input, an unknown name, a comparison of different kinds are faults, found by the checker
//!   where they can be known before, and at run time otherwise.

mod answer;
mod budget;
mod check;
mod context;
mod convert;
mod declare;
mod fault;
mod kind;
pub mod library;
mod operators;
mod reference;
mod sandbox;
mod script;
mod set;
mod table;
mod trial;

#[cfg(test)]
#[expect(clippy::expect_used, reason = "tests")]
mod tests;

pub use context::{RuleContext, Workdays};
pub use fault::RuleFault;
pub use kind::Kind;
pub use reference::reference;
pub use set::{RuleFile, RuleFunction, RuleRun, RuleSet};
pub use table::{Band, Rows, Table};
pub use trial::RuleTestResult;
