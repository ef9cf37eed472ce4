//! What a command answers.

use assent_core::text::Text;
use serde::{Deserialize, Serialize};

/// What a command answers once it is on disk. A repeated key gets the same answer again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The instance.
    pub instance: String,
    /// Its `rev` after the turn.
    pub rev: u64,
    /// Number of its last event.
    pub seq: u32,
    /// `running`, `held`, `suspended`, or the outcome's word.
    pub status: String,
    /// Tasks the turn opened.
    pub opened: Vec<Opened>,
    /// What happened, one sentence for whoever asked.
    pub message: Text,
    /// True when this is the answer to an earlier command with the same key.
    #[serde(default)]
    pub repeated: bool,
}

/// A task that a turn opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    /// Number within the instance.
    pub task: u32,
    /// State id.
    pub state: String,
    /// The state's name.
    pub state_name: Text,
    /// Who must act.
    pub assignee: String,
}

/// What the person had in front of them: a decision on something else is refused as `record_changed` or `old_round`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The hash of the record's values that the page showed ([`TaskView::facts_hash`](super::TaskView)).
    pub facts: Option<String>,
    /// The round it showed.
    pub round: Option<u32>,
}
