//! Revocation 撤销: undoing what was approved, by a flow of its own over the same record.

use serde::{Deserialize, Serialize};

use crate::people::PersonId;

/// What an instance knows of revocations: those asked against it, and the one it is itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Revocation {
    /// The instance that asks for its revocation and has not ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked: Option<String>,
    /// The instance that revoked it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub done: Option<String>,
    /// Effects that happened and can be undone, in the order in which they were answered.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub undo: Vec<Undo>,
    /// The instance that this one asks to revoke.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<Revokes>,
}

impl Revocation {
    pub(crate) fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// An effect that happened and can be undone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undo {
    /// The state that asked for it.
    pub state: String,
    /// Its entry.
    pub entry: u32,
    /// `module.effect`.
    pub effect: String,
}

/// The instance that another one asks to revoke.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revokes {
    /// Its id.
    pub instance: String,
    /// Who approved it, in the order of their last approval, without doubles.
    pub approvers: Vec<PersonId>,
    /// Why it is asked.
    pub reason: String,
}
