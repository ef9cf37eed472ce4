//! Plays the examples of a flow file through the very engine that runs it: a cast instead of the directory, a clock that
//! is moved by hand, stubbed answers. The invariants are asserted after every command.

mod cast;
mod expect;
mod world;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use crate::calendar::WorkCalendar;
use crate::definition::Definition;
use crate::example::Example;
use crate::field::EntityType;
use crate::module::Module;
use crate::text::Text;
use crate::turn::Rules;

pub use world::World;

/// What examples are played on: everything of the house but the database.
#[derive(Clone, Copy)]
pub struct Stage<'a> {
    /// The flow.
    pub def: &'a Definition,
    /// Its calendar.
    pub calendar: &'a WorkCalendar,
    /// The rules of the house; an example's `answers:` may stub them.
    pub rules: &'a dyn Rules,
    /// Modules whose hooks see every change.
    pub modules: &'a [Arc<dyn Module>],
    /// Entity types, for records that actions create.
    pub entities: &'a BTreeMap<String, EntityType>,
}

/// How one example went.
#[derive(Clone, Debug, Serialize)]
pub struct Played {
    /// The example's name.
    pub name: String,
    /// Where it stands in the file, from 1.
    pub line: u32,
    /// What was not as expected; empty when it passed.
    pub failures: Vec<Failure>,
}

/// Something that was not as expected.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Failure {
    /// The line of the step or expectation, from 1.
    pub line: u32,
    /// Expected and found, in one sentence.
    pub message: Text,
}

/// Plays one example. It stops at the first failure: what comes after would only repeat it.
pub fn play(stage: Stage<'_>, example: &Example) -> Played {
    let failures = World::new(stage, example).run().err().unwrap_or_default();
    Played {
        name: example.name.clone(),
        line: example.line,
        failures,
    }
}
