//! `assent schema`: the JSON Schema of flow files.

use super::{Done, Outcome, Say};

/// Prints it.
pub fn run(say: Say) -> Done {
    say.json(&assent_core::schema::flow());
    Ok(Outcome::Good)
}
