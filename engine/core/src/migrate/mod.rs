//! Migration: a running instance moves to another version of its flow.
//!
//! Nothing is guessed. A state that is in both versions stays what it is, with its tasks and votes; one that is gone must
//! be mapped, or the migration is refused by its name; a target that cannot be stood in (inside a parallel state that the
//! instance is not in) is refused too. What comes of it is shown first: [`preview`] runs the very turn that would be
//! committed.

mod file;
mod plan;
mod preview;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::definition::Definition;
use crate::instance::Instance;
use crate::refusal::Refusal;
use crate::value::Values;

pub use file::read_map;
pub(crate) use plan::{Fate, Plan, added_branches, plan};
pub use preview::{Bar, DueChange, Place, Preview, TaskSeen, preview};

/// What somebody who migrates has to say, because the two versions do not.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MigrationMap {
    /// State of the old version → state of the new one.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub states: BTreeMap<String, String>,
    /// Values of fields that the new version needs.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub set: Values,
}

/// Could it move to that version with this map, as far as its places go? Cheap: nothing is run.
///
/// # Errors
/// What is not mapped, by name.
pub fn fits(
    from: &Definition,
    to: &Definition,
    instance: &Instance,
    map: &MigrationMap,
) -> Result<(), Refusal> {
    plan(from, to, instance, map).map(|_| ())
}
