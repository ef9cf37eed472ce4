//! A person's inbox: to do, waiting on others, done.

use std::collections::BTreeMap;
use std::sync::Arc;

use assent_core::definition::{Definition, StateKind};
use assent_core::instance::Case;
use assent_core::record::{Mode, from_json};
use assent_core::text::Text;
use assent_core::value::{Value, Values};
use assent_core::write::TaskRow;
use assent_store::{ClosedTask, InstanceFilter, ListedTask, Loaded};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::error::AppError;
use super::link::{facts_hash, names};
use super::people::person_view;
use super::state::App;
use super::view::{Due, Fact, PersonView, When};
use crate::engine::{Around, stored_case};
use crate::view::{due, facts, offer_views, status_of, task_end_words, when};

/// Most rows of a page.
pub(super) const LIMIT_MAX: u32 = 200;
/// Beyond this many open tasks a number is "1000+".
const TODO_COUNT_MAX: i64 = 1_000;

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
    /// Copies to read; nothing waits for them.
    Copies,
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
    /// `draft`, `approve`, `work`, `advise`, `answer`, `read`, or `claim` for one that several may take; empty for "waiting".
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
    /// May be approved together with others of its state: nothing is asked for with it, and it waits for nobody.
    pub batch: bool,
    /// Whose opinion or turn comes first.
    pub waits_for: Option<PersonView>,
    /// For "done": the decision can still be taken back.
    pub take_back: bool,
    /// What the reader saw: goes back with a decision.
    pub facts_hash: String,
    /// Round.
    pub round: u32,
}

/// Where the "waiting" tab goes on.
#[derive(Serialize, Deserialize)]
struct Before {
    id: String,
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
        let limit = limit.clamp(1, LIMIT_MAX);
        match tab {
            Tab::Todo | Tab::Copies => self.todo(person, tab, flow, cursor, limit).await,
            Tab::Waiting => self.waiting(person, flow, cursor, limit).await,
            Tab::Done => self.done(person, flow, cursor, limit).await,
        }
    }

    /// What the first money field of these items sums up to, exactly; none when they have none, or are of several flows.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn sum(&self, items: &[InboxItem]) -> Result<Option<Fact>, AppError> {
        let Some(first) = items.first() else {
            return Ok(None);
        };
        let same = items.iter().all(|item| item.flow == first.flow);
        let money = first.facts.iter().find(|fact| fact.kind == "money");
        let (Some(def), Some(money), true) = (self.definition(&first.flow), money, same) else {
            return Ok(None);
        };
        let Some(field) = def.entity.field(&money.name).cloned() else {
            return Ok(None);
        };
        let mut total = Value::from(0);
        for item in items {
            let fact = item.facts.iter().find(|fact| fact.name == money.name);
            let json = fact.map(|fact| (field.name.clone(), fact.value.clone()));
            let fields = std::slice::from_ref(&field);
            let read = from_json(fields, &json.into_iter().collect(), &Mode::Api);
            let value = read.ok().and_then(|mut set| set.remove(&field.name));
            // One that cannot be added would make the sum a lie.
            let (Some(sum), Some(more)) =
                (total.as_number(), value.as_ref().and_then(Value::as_number))
            else {
                return Ok(None);
            };
            let Some(sum) = sum.checked_add(more) else {
                return Ok(None);
            };
            total = Value::Number(sum);
        }
        let values = Values::from([(field.name.clone(), total)]);
        let around = self.around(def, &values, None, self.now()).await?;
        let shown = facts(&[field], &values, &[], names(&around));
        Ok(shown.into_iter().next())
    }

    /// Open tasks of a person, capped at 1 000: for the number in the page title.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn todo_count(&self, person: &str) -> Result<u32, AppError> {
        let n = self.store().count_open_tasks(person).await?;
        Ok(u32::try_from(n.clamp(0, TODO_COUNT_MAX)).unwrap_or_default())
    }

    /// Copies a person has not read yet, capped like [`App::todo_count`].
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn copies_count(&self, person: &str) -> Result<u32, AppError> {
        let n = self.store().count_copies(person).await?;
        Ok(u32::try_from(n.clamp(0, TODO_COUNT_MAX)).unwrap_or_default())
    }

    async fn todo(
        &self,
        person: &str,
        tab: Tab,
        flow: Option<&str>,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<Page<InboxItem>, AppError> {
        let after: Option<TaskRow> = cursor.and_then(read_cursor);
        let (store, after) = (self.store(), after.as_ref());
        let rows = match tab {
            Tab::Copies => store.copies(person, flow, after, limit).await?,
            Tab::Todo | Tab::Waiting | Tab::Done => store.inbox(person, flow, after, limit).await?,
        };
        let next = (rows.len() == limit as usize)
            .then(|| rows.last().map(|row| write_cursor(&row.task)))
            .flatten();
        let loaded = self
            .load_many(rows.iter().map(|row| row.task.instance.as_str()))
            .await?;
        let mut items = Vec::new();
        for row in rows {
            if let Some(one) = loaded.get(&row.task.instance) {
                items.push(self.todo_item(&row, one).await?);
            }
        }
        Ok(Page { items, next })
    }

    async fn todo_item(&self, row: &ListedTask, loaded: &Loaded) -> Result<InboxItem, AppError> {
        let (case, around) = self.seen(loaded).await?;
        let mut item = base(self, loaded, &case, &around);
        let task = &row.task;
        item.task = Some(task.no);
        task.state.clone_into(&mut item.state);
        item.state_name = state_name(&around.def, &task.state);
        task.kind.clone_into(&mut item.kind);
        item.facts = first_facts(&around, &case, &task.state);
        item.due = task
            .due
            .map(|at| due(at, around.now, &around.calendar, vec![]));
        item.since = when(task.opened, &around.calendar);
        let open = case.instance.task(task.no);
        item.waits_for = open
            .and_then(|open| case.instance.waits_for(open))
            .map(|id| person_view(&around.directory, id));
        item.batch = task.kind == "approve"
            && item.waits_for.is_none()
            && asks_nothing(&around.def, &task.state);
        Ok(item)
    }

    async fn waiting(
        &self,
        person: &str,
        flow: Option<&str>,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<Page<InboxItem>, AppError> {
        let before: Option<Before> = cursor.and_then(read_cursor);
        let filter = InstanceFilter {
            flow: flow.map(str::to_owned),
            applicant: Some(person.to_owned()),
            ended: Some(false),
            ..InstanceFilter::default()
        };
        let before = before.map(|before| before.id);
        let rows = self
            .store()
            .list_instances(&filter, before.as_deref(), limit)
            .await?;
        let next = (rows.len() == limit as usize)
            .then(|| {
                rows.last()
                    .map(|row| write_cursor(&Before { id: row.id.clone() }))
            })
            .flatten();
        let loaded = self
            .load_many(rows.iter().map(|row| row.id.as_str()))
            .await?;
        let mut items = Vec::new();
        for row in rows {
            let Some(one) = loaded.get(&row.id) else {
                continue;
            };
            let (case, around) = self.seen(one).await?;
            // A draft of one's own waits on nobody else: it stands in "to do".
            let waiting_on = case.instance.waiting_on();
            if !waiting_on.is_empty() && waiting_on.iter().all(|one| *one == person) {
                continue;
            }
            let people = self.holders(&case, &around.def).await?;
            items.push(waiting_item(self, one, (&case, &people), &around));
        }
        Ok(Page { items, next })
    }

    async fn done(
        &self,
        person: &str,
        flow: Option<&str>,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<Page<InboxItem>, AppError> {
        let before: Option<StoredClosed> = cursor.and_then(read_cursor);
        let before = before.map(StoredClosed::into_row);
        let rows = self.store().done_by(person, before.as_ref(), limit).await?;
        let next = (rows.len() == limit as usize)
            .then(|| {
                rows.last()
                    .map(|row| write_cursor(&StoredClosed::from_row(row)))
            })
            .flatten();
        let rows: Vec<ClosedTask> = rows
            .into_iter()
            .filter(|row| flow.is_none_or(|flow| flow == row.flow))
            .collect();
        let loaded = self
            .load_many(rows.iter().map(|row| row.task.instance.as_str()))
            .await?;
        let mut items = Vec::new();
        for row in rows {
            let Some(one) = loaded.get(&row.task.instance) else {
                continue;
            };
            let (case, around) = self.seen(one).await?;
            let mut item = base(self, one, &case, &around);
            item.task = Some(row.task.no);
            item.state_name = state_name(&around.def, &row.task.state);
            item.facts = first_facts(&around, &case, &row.task.state);
            item.state = row.task.state;
            item.kind = row.task.kind;
            item.since = when(row.at, &around.calendar);
            item.status_shown = task_end_words(&row.end);
            item.status = row.end;
            item.take_back = self.can_take_back(person, row.task.no, &case, &around);
            items.push(item);
        }
        Ok(Page { items, next })
    }

    /// Only the last deed of a case can be taken back, so most rows are answered without asking the engine.
    fn can_take_back(&self, person: &str, task: u32, case: &Case, around: &Around) -> bool {
        let last = case.instance.last.as_ref();
        let mine = last.is_some_and(|last| last.person == person && last.task == task);
        mine && around.with_context(self, |cx| {
            offer_views(person, case, around, cx)
                .iter()
                .any(|offer| offer.verb == "take_back" && offer.allowed)
        })
    }

    /// A loaded instance as a case, with what its view reads.
    pub(super) async fn seen(&self, loaded: &Loaded) -> Result<(Case, Around), AppError> {
        let def = self
            .definition_of(&loaded.row.flow, &loaded.row.version)
            .await?;
        let case = stored_case(loaded)?;
        let around = self
            .around(Arc::clone(&def), &case.values, None, self.now())
            .await?;
        Ok((case, around))
    }

    pub(super) async fn load_many<'a>(
        &self,
        ids: impl Iterator<Item = &'a str>,
    ) -> Result<BTreeMap<String, Loaded>, AppError> {
        let mut ids: Vec<&str> = ids.collect();
        ids.sort_unstable();
        ids.dedup();
        let loaded = self.store().load_instances(&ids).await?;
        Ok(loaded
            .into_iter()
            .map(|one| (one.row.id.clone(), one))
            .collect())
    }
}

fn base(app: &App, loaded: &Loaded, case: &Case, around: &Around) -> InboxItem {
    InboxItem {
        instance: loaded.row.id.clone(),
        task: None,
        flow: loaded.row.flow.clone(),
        flow_name: around.def.name.clone(),
        title: loaded.row.title.clone(),
        state: String::new(),
        state_name: Text::default(),
        kind: String::new(),
        applicant: app.person_view(&loaded.row.applicant),
        waiting_on: vec![],
        facts: vec![],
        due: None,
        since: when(loaded.row.updated, &around.calendar),
        status: loaded.row.status.clone(),
        status_shown: status_of(&around.def, &loaded.row.status),
        batch: false,
        waits_for: None,
        take_back: false,
        facts_hash: facts_hash(&case.values),
        round: case.instance.round,
    }
}

fn waiting_item(
    app: &App,
    loaded: &Loaded,
    (case, people): (&Case, &[String]),
    around: &Around,
) -> InboxItem {
    let mut item = base(app, loaded, case, around);
    item.waiting_on = people
        .iter()
        .map(|id| person_view(&around.directory, id))
        .collect();
    item.state_name = standing_names(&around.def, case);
    item.state.clone_from(&loaded.row.standing);
    let due_at = case.instance.tasks.iter().filter_map(|task| task.due).min();
    item.due = due_at.map(|at| due(at, around.now, &around.calendar, vec![]));
    item.facts = first_facts(around, case, "");
    item
}

/// Names of the states it stands in; of a parallel state the ones inside it.
pub(super) fn standing_names(def: &Definition, case: &Case) -> Text {
    let leaves: Vec<Text> = case
        .instance
        .active
        .iter()
        .filter(|active| active.branches.is_empty())
        .map(|active| state_name(def, &active.state))
        .collect();
    let zh: Vec<&str> = leaves.iter().map(|name| name.zh.as_str()).collect();
    let en: Vec<&str> = leaves.iter().map(|name| name.en.as_str()).collect();
    Text::new(zh.join("、"), en.join(", "))
}

pub(super) fn state_name(def: &Definition, state: &str) -> Text {
    def.state_ix(state)
        .map_or_else(|| Text::same(state), |ix| def.states[ix].name.clone())
}

/// The `show: first` fields that the state does not hide.
fn first_facts(around: &Around, case: &Case, state: &str) -> Vec<Fact> {
    let hidden = around
        .def
        .state_ix(state)
        .map(|ix| around.def.states[ix].fields.hidden.as_slice());
    let fields = &around.def.entity.fields;
    facts(
        fields,
        &case.values,
        hidden.unwrap_or_default(),
        names(around),
    )
    .into_iter()
    .filter(|fact| fact.first)
    .collect()
}

fn asks_nothing(def: &Definition, state: &str) -> bool {
    def.state_ix(state).is_some_and(|ix| {
        let state = &def.states[ix];
        matches!(&state.kind, StateKind::Approve(approve)
            if approve.signature.is_none() && approve.step_up.is_none())
            && state.ask.is_empty()
            && state.fields.require.is_empty()
    })
}

/// A row as the cursor carries it.
#[derive(Serialize, Deserialize)]
struct StoredClosed {
    task: TaskRow,
    at: assent_core::time::Moment,
}

impl StoredClosed {
    fn from_row(row: &ClosedTask) -> Self {
        Self {
            task: row.task.clone(),
            at: row.at,
        }
    }

    fn into_row(self) -> ClosedTask {
        ClosedTask {
            task: self.task,
            end: String::new(),
            at: self.at,
            by: None,
            flow: String::new(),
            title: String::new(),
            applicant: String::new(),
        }
    }
}

/// A cursor is the last row, so that the next page begins behind it whatever happened since. It holds nothing the reader
/// has not seen.
pub(super) fn write_cursor(row: &impl Serialize) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(row).unwrap_or_default())
}

/// Back from a cursor; a broken one begins at the beginning.
pub(super) fn read_cursor<T: DeserializeOwned>(cursor: &str) -> Option<T> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    serde_json::from_slice(&bytes).ok()
}
