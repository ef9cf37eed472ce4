//! What is posted to the verbs: one shape each, unknown names refused.

use assent_core::command::{SignerPlace, SignerRole};
use assent_runtime::app::JsonMap;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::shape::{Accepted, Decision};
use crate::web::guard::faults::Problem;

/// `POST /tasks/{instance}/{task}/decision`
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecisionBody {
    /// `approve` or `reject`; not needed with `outcome`, which says what it counts as.
    pub decision: Option<Decision>,
    /// A custom outcome of the state, by id.
    pub outcome: Option<String>,
    pub comment: Option<String>,
    /// Values given with it, by field.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub set: JsonMap,
    /// Where the state asks for a signature: your name as typed, or the id of a picture posted to `/files`.
    pub signature: Option<String>,
    /// Where the password is asked for again: the password, or the code from `/tasks/{instance}/{task}/code`.
    pub proof: Option<String>,
    /// `facts_hash` of the task as you read it: refused when the record has changed since.
    pub facts: Option<String>,
    /// The round you read: refused when a newer one is under way.
    pub round: Option<u32>,
    pub idempotency_key: Option<String>,
}

/// One row of `POST /tasks/decisions`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BulkRow {
    pub instance: String,
    pub task: u32,
    pub decision: Decision,
    pub comment: Option<String>,
    pub facts: Option<String>,
    pub round: Option<u32>,
    /// One per row: a repeated row gets its first answer.
    pub idempotency_key: Option<String>,
}

/// `POST /tasks/decisions`
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BulkBody {
    /// At most 200.
    pub decisions: Vec<BulkRow>,
}

/// What became of one row.
#[derive(Serialize, ToSchema)]
pub struct BulkResult {
    pub instance: String,
    pub task: u32,
    /// The status this row would have had alone.
    pub status: u16,
    pub accepted: Option<Accepted>,
    pub problem: Option<Problem>,
}

/// What became of all of them, in their order.
#[derive(Serialize, ToSchema)]
pub struct BulkResults {
    pub accepted: usize,
    pub refused: usize,
    pub results: Vec<BulkResult>,
}

/// `POST /tasks/{instance}/{task}/delegate` and `/transfer`
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ToBody {
    /// Person id.
    pub to: String,
    pub comment: Option<String>,
    pub idempotency_key: Option<String>,
}

/// Where an added signer stands.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// Speaks first.
    Before,
    /// At the same time.
    #[default]
    Alongside,
    /// Once you have approved.
    After,
}

impl From<Place> for SignerPlace {
    fn from(place: Place) -> Self {
        match place {
            Place::Before => SignerPlace::Before,
            Place::Alongside => SignerPlace::Alongside,
            Place::After => SignerPlace::After,
        }
    }
}

/// What an added signer's word is worth.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// One more vote.
    #[default]
    Voter,
    /// An opinion.
    Adviser,
}

impl From<Part> for SignerRole {
    fn from(part: Part) -> Self {
        match part {
            Part::Voter => SignerRole::Voter,
            Part::Adviser => SignerRole::Adviser,
        }
    }
}

/// `POST /tasks/{instance}/{task}/add-signer`
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignerBody {
    /// Person id.
    pub person: String,
    /// `before`, `alongside` (unless said) or `after`.
    #[serde(default)]
    pub place: Place,
    /// `voter` (unless said) or `adviser`.
    #[serde(default)]
    pub role: Part,
    pub comment: Option<String>,
    pub idempotency_key: Option<String>,
}

/// `POST /tasks/{instance}/{task}/remove-signer`
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonBody {
    /// Person id.
    pub person: String,
    pub comment: Option<String>,
    pub idempotency_key: Option<String>,
}

/// `POST /tasks/{instance}/{task}/advise` and `/reply`
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SaidBody {
    /// The opinion, or the answer.
    pub text: String,
    pub idempotency_key: Option<String>,
}

/// `POST /tasks/{instance}/{task}/ask`
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskBody {
    /// Person id; the applicant unless said.
    pub to: Option<String>,
    pub question: String,
    pub idempotency_key: Option<String>,
}

/// `POST /instances/{id}/copy`
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CopyBody {
    /// Person ids.
    pub to: Vec<String>,
    pub comment: Option<String>,
    pub idempotency_key: Option<String>,
}

/// `POST /instances/{id}/comment`
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CommentBody {
    pub comment: String,
    /// Person ids: each gets a copy, by mail too.
    pub mention: Vec<String>,
    /// Ids of files posted to `/files`.
    pub files: Vec<String>,
    pub idempotency_key: Option<String>,
}

/// A stored file.
#[derive(Serialize, ToSchema)]
pub struct StoredFile {
    pub id: String,
    pub name: String,
    pub bytes: u64,
    pub media_type: String,
    /// Hex SHA-256.
    pub hash: String,
}
