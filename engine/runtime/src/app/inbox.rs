//! A person's inbox: to do, waiting on others, done.

use assent_core::text::Text;
use serde::{Deserialize, Serialize};

use super::error::AppError;
use super::state::{App, not_ready};
use super::view::{Due, Fact, PersonView, When};

/// Which list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tab {
    /// My open tasks, the most urgent first.
    #[default]
    Todo,
    /// My own requests that wait on others.
    Waiting,
    /// Tasks I finished, the latest first.
    Done,
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Give this back for the next page; none at the end.
    pub next: Option<String>,
}

/// One row of an inbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InboxItem {
    /// Instance.
    pub instance: String,
    /// The task; none in the "waiting" tab.
    pub task: Option<u32>,
    /// Flow id.
    pub flow: String,
    /// Its name.
    pub flow_name: Text,
    /// The instance's title.
    pub title: String,
    /// State id.
    pub state: String,
    /// Its name; for "waiting" the states it stands in.
    pub state_name: Text,
    /// `draft`, `approve`, `work`; empty for "waiting".
    pub kind: String,
    /// Who asks.
    pub applicant: PersonView,
    /// For "waiting": whom it waits for.
    pub waiting_on: Vec<PersonView>,
    /// The `show: first` fields.
    pub facts: Vec<Fact>,
    /// Deadline.
    pub due: Option<Due>,
    /// When it came (or was finished).
    pub since: When,
    /// For "done": how the task ended; for "waiting": the instance's status.
    pub status: String,
    /// `status` in words.
    pub status_shown: Text,
    /// May be approved together with others of its state: no `ask:` fields.
    pub batch: bool,
    /// Round.
    pub round: u32,
}

impl App {
    /// A person's inbox, filtered by flow, `limit` rows (at most 200) from the cursor on.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn inbox(
        &self,
        person: &str,
        tab: Tab,
        flow: Option<&str>,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<Page<InboxItem>, AppError> {
        let _ = (person, tab, flow, cursor, limit);
        not_ready("inbox")
    }

    /// Open tasks of a person, capped at 1 000: for the number in the page title.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn todo_count(&self, person: &str) -> Result<u32, AppError> {
        let _ = person;
        not_ready("todo_count")
    }
}
