//! Instances: one in full, many in a list.

use assent_core::text::Text;
use serde::{Deserialize, Serialize};

use super::error::AppError;
use super::inbox::Page;
use super::state::{App, not_ready};
use super::task::OfferView;
use super::view::{Due, Fact, PersonView, When};

/// What stands at the top of an instance's page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InstanceHead {
    /// Id.
    pub id: String,
    /// Flow id.
    pub flow: String,
    /// Its name.
    pub flow_name: Text,
    /// Definition version it pins.
    pub version: String,
    /// Title.
    pub title: String,
    /// Who started it.
    pub applicant: PersonView,
    /// `running`, `held`, `suspended`, or the outcome's word.
    pub status: String,
    /// `status` in words.
    pub status_shown: Text,
    /// It is over.
    pub ended: bool,
    /// Why it is held, whose turn it is.
    pub held: Option<Text>,
    /// Round.
    pub round: u32,
    /// `rev` of the row.
    pub rev: u64,
    /// First event.
    pub started: When,
    /// Last event.
    pub updated: When,
    /// Entity type of the record.
    pub entity: String,
    /// Id of the record.
    pub record: String,
}

/// An instance as a reader sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InstanceView {
    /// What stands at the top.
    pub head: InstanceHead,
    /// The record's fields in order, the `show: first` ones marked; hidden ones are absent.
    pub facts: Vec<Fact>,
    /// Where it stands now.
    pub standing: Vec<Standing>,
    /// What happened, oldest first.
    pub timeline: Vec<TimelineItem>,
    /// What probably comes, with who is expected.
    pub expected: Vec<Expected>,
    /// What this reader can do on the instance, and why not the rest.
    pub offers: Vec<OfferView>,
    /// This reader's open task here.
    pub my_task: Option<u32>,
    /// Picture and list.
    pub diagram: DiagramView,
}

/// A state it stands in now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// State id.
    pub state: String,
    /// Its name.
    pub name: Text,
    /// Since when.
    pub since: When,
    /// Deadline.
    pub due: Option<Due>,
    /// Whom it waits for.
    pub waiting_on: Vec<PersonView>,
    /// "需 2 人同意，已有 1 人", or what it waits for.
    pub progress: Text,
}

/// One line of the trail, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TimelineItem {
    /// Number of the event.
    pub seq: u32,
    /// When.
    pub at: When,
    /// Who; none for the system.
    pub actor: Option<PersonView>,
    /// The event's tag: `submitted`, `decided`, …
    pub kind: String,
    /// `approve`, `reject`, `return`, `system` …: picks the icon.
    pub tone: &'static str,
    /// State id, where there is one.
    pub state: Option<String>,
    /// What happened: "王物流 同意".
    pub words: Text,
    /// The comment given with it.
    pub comment: Option<String>,
    /// Values that decided, or that changed: `装载率 0.667 < 0.85`.
    pub because: Vec<Text>,
    /// The way it came in: `page`, `link`, `mail`, `api`, …
    pub via: String,
    /// Small print: hidden on the first look.
    pub minor: bool,
}

/// A state that probably comes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Expected {
    /// State id.
    pub state: String,
    /// Its name.
    pub name: Text,
    /// Who would be asked today.
    pub people: Vec<PersonView>,
    /// Only if its condition holds, in words; empty when certain.
    pub only_if: Text,
}

/// The flow as a picture and as a list, with where the instance stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DiagramView {
    /// SVG, per language.
    pub svg: Text,
    /// The same as an ordered list.
    pub list: Vec<DiagramItem>,
}

/// One state in the diagram's list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DiagramItem {
    /// State id.
    pub state: String,
    /// Its name and what it does, one line.
    pub words: Text,
    /// 0 for the root; one more inside a branch.
    pub depth: u32,
    /// `passed`, `here`, `skipped`, `future`.
    pub mark: &'static str,
}

/// Which instances.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstanceFilter {
    /// Of this flow.
    pub flow: Option<String>,
    /// `running`, `held`, `ended` or an outcome's word.
    pub status: Option<String>,
    /// Standing in this state.
    pub state: Option<String>,
    /// Started by this person.
    pub applicant: Option<String>,
    /// Title contains this.
    pub text: Option<String>,
}

/// One row of the list of instances.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InstanceRow {
    /// What the page of one shows at its top.
    pub head: InstanceHead,
    /// Names of the states it stands in.
    pub standing: Text,
    /// Whom it waits for.
    pub waiting_on: Vec<PersonView>,
}

impl App {
    /// An instance as this reader sees it.
    ///
    /// # Errors
    /// `NotFound` when it does not exist or is not for this reader.
    pub async fn instance_view(&self, reader: &str, id: &str) -> Result<InstanceView, AppError> {
        let _ = (reader, id);
        not_ready("instance_view")
    }

    /// Instances this reader may see (all for administrators), the latest change first.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn instances(
        &self,
        reader: &str,
        filter: &InstanceFilter,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<Page<InstanceRow>, AppError> {
        let _ = (reader, filter, cursor, limit);
        not_ready("instances")
    }
}
