//! One task as its assignee sees it.

use assent_core::refusal::Refusal;
use assent_core::text::Text;
use serde::Serialize;

use super::error::AppError;
use super::instance::InstanceView;
use super::state::{App, not_ready};
use super::view::{Due, FormField, FormOption, PersonView, When};

/// One task as a reader sees it; all the instance shows is in `instance`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TaskView {
    /// The instance it belongs to.
    pub instance: InstanceView,
    /// Number within the instance.
    pub task: u32,
    /// Still open.
    pub open: bool,
    /// How it ended, in words with who and when; empty while open.
    pub ended: Text,
    /// `draft`, `approve`, `work`.
    pub kind: String,
    /// State id.
    pub state: String,
    /// Its name.
    pub state_name: Text,
    /// Who must act.
    pub assignee: PersonView,
    /// When it came.
    pub since: When,
    /// Deadline.
    pub due: Option<Due>,
    /// My role here: "财务会签，1/2 已签".
    pub role: Text,
    /// Why this person.
    pub why: Vec<Text>,
    /// What changed since the person last saw it (their last round), field by field.
    pub changed: Vec<ChangedFact>,
    /// Hash of the facts shown: goes back with the decision ([`Seen`](super::Seen)).
    pub facts_hash: String,
    /// Round.
    pub round: u32,
    /// What this reader can do with this task, and why not the rest.
    pub offers: Vec<OfferView>,
    /// The record's fields as this state lets them be read and written (hidden ones are absent).
    pub form: Vec<FormField>,
    /// The reader's next open task, to go on with.
    pub next: Option<(String, u32)>,
    /// How many open tasks the reader has.
    pub left: u32,
}

/// A field that changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChangedFact {
    /// What people call it.
    pub label: Text,
    /// Before.
    pub before: Text,
    /// Now.
    pub after: Text,
}

/// One action: a button, or the reason why there is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OfferView {
    /// `approve`, `reject`, `return`, `transfer`, `comment`, `withdraw`, `submit`, `submit_straight_back`, `save`, `retry`,
    /// or the id of a work state's action (then `work` is true).
    pub action: String,
    /// It is a named action of a work state.
    pub work: bool,
    /// What the button says.
    pub label: Text,
    /// The task it is about; none for the applicant's and the owner's actions.
    pub task: Option<u32>,
    /// Can be done now.
    pub allowed: bool,
    /// Why not.
    pub refusal: Option<Refusal>,
    /// What follows, for the sheet: "通过后转销售总监".
    pub consequence: Text,
    /// Words are required with it.
    pub reason_required: bool,
    /// Fields that appear for it.
    pub ask: Vec<FormField>,
    /// Record fields that must be filled in for it.
    pub require: Vec<String>,
    /// For `return`: where it can go.
    pub targets: Vec<FormOption>,
}

impl App {
    /// A task as this reader sees it, open or ended.
    ///
    /// # Errors
    /// `NotFound` when it does not exist or is not for this reader.
    pub async fn task_view(
        &self,
        reader: &str,
        instance: &str,
        task: u32,
    ) -> Result<TaskView, AppError> {
        let _ = (reader, instance, task);
        not_ready("task_view")
    }
}
