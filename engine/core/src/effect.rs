//! Effects: work outside the database, as data in the outbox. Workers deliver them; answers come back as commands.

use serde::{Deserialize, Serialize};

use crate::people::PersonId;
use crate::value::{Value, Values};

/// Work outside the database.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "effect", rename_all = "snake_case")]
pub enum Effect {
    /// A mail to one person. Rendered when it is sent, from what the instance holds then; the right to read is checked again.
    Mail {
        /// The instance it belongs to.
        instance: String,
        /// Name of the mail.
        mail: String,
        /// Where, or to whom.
        to: PersonId,
        /// Number of the task.
        task: Option<u32>,
        /// State id.
        state: String,
    },
    /// A module's effect; `key` is its idempotency key, `retry_ms` the waits between attempts.
    Call {
        /// The instance it belongs to.
        instance: String,
        /// Number of the call.
        call: u32,
        /// Its name.
        name: String,
        /// What it is given.
        input: Values,
        /// Its idempotency key.
        key: String,
        /// Waits between attempts, in milliseconds.
        retry_ms: Vec<i64>,
        /// The flow stays for the answer.
        waits: bool,
    },
    /// Starts a subflow.
    Subflow {
        /// The instance it belongs to.
        instance: String,
        /// Id of the child instance.
        child: String,
        /// Flow id.
        flow: String,
        /// The field of the child that refers to this record.
        link: Option<String>,
        /// The flow stays for the answer.
        waits: bool,
        /// First values of the child, besides those it has in common with the parent.
        #[serde(default, skip_serializing_if = "Values::is_empty")]
        set: Values,
    },
    /// Tells the parent of a subflow that it ended.
    ChildEnded {
        /// The entry (or, for a start, the instance) around it.
        parent: String,
        /// Id of the child instance.
        child: String,
        /// How it ended.
        outcome: crate::definition::Outcome,
    },
    /// Starts the instance that decides on a revocation, over the same record.
    Revoke {
        /// The instance that is to be revoked.
        instance: String,
        /// Id of the instance that decides.
        child: String,
        /// Flow id.
        flow: String,
        /// Who asked for it.
        by: PersonId,
        /// Who approved, and why it is asked.
        of: crate::instance::Revokes,
    },
    /// Tells the flows of another record that something happened.
    Tell {
        /// The instance that tells it.
        instance: String,
        /// Entity type of the other record.
        entity: String,
        /// Its id.
        record: String,
        /// The event.
        event: String,
        /// What comes with it.
        payload: Value,
    },
    /// Tells a subflow that nobody wants it any more.
    StopChild {
        /// The instance that had asked for it.
        parent: String,
        /// Id of the child instance.
        child: String,
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
            Effect::StopChild { .. } => "stop_child",
            Effect::Revoke { .. } => "revoke",
            Effect::Tell { .. } => "tell",
        }
    }
}
