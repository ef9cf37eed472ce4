//! Effects: work outside the database, as data in the outbox. Workers deliver them; answers come back as commands.

use serde::{Deserialize, Serialize};

use crate::people::PersonId;
use crate::value::Values;

/// Work outside the database.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "effect", rename_all = "snake_case")]
pub enum Effect {
    /// A mail to one person. Rendered when it is sent, from what the instance holds then; the right to read is checked again.
    Mail {
        instance: String,
        mail: String,
        to: PersonId,
        task: Option<u32>,
        state: String,
    },
    /// A module's effect; `key` is its idempotency key, `retry_ms` the waits between attempts.
    Call {
        instance: String,
        call: u32,
        name: String,
        input: Values,
        key: String,
        retry_ms: Vec<i64>,
        waits: bool,
    },
    /// Starts a subflow.
    Subflow {
        instance: String,
        child: String,
        flow: String,
        link: Option<String>,
        waits: bool,
    },
    /// Tells the parent of a subflow that it ended.
    ChildEnded {
        parent: String,
        child: String,
        outcome: crate::definition::Outcome,
    },
}

impl Effect {
    /// The word its outbox row carries.
    pub fn kind(&self) -> &'static str {
        match self {
            Effect::Mail { .. } => "mail",
            Effect::Call { .. } => "call",
            Effect::Subflow { .. } => "subflow",
            Effect::ChildEnded { .. } => "child_ended",
        }
    }
}
