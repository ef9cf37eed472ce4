//! One task as its assignee sees it.

use assent_core::definition::{Definition, State};
use assent_core::event::{Change, Event};
use assent_core::field::Field;
use assent_core::instance::{Case, Task};
use assent_core::people::Chooser;
use assent_core::refusal::Refusal;
use assent_core::text::Text;
use assent_core::value::Values;
use serde::Serialize;

use super::choice::choice_fields;
use super::error::AppError;
use super::inbox::state_name;
use super::instance::InstanceView;
use super::link::{facts_hash, names};
use super::past::values_after;
use super::state::App;
use super::view::{Due, FormField, FormOption, PersonView, When};
use crate::engine::Around;
use crate::view::{asked, changed_facts, deadline, form, opinions, role, task_end_words, when};

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
    /// The same as a word: `approved`, `returned`, `cancelled` …; empty while open.
    pub end: String,
    /// `draft`, `approve`, `work`, `advise`, `answer`, `read`; `claim` for one that is still to be claimed.
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
    /// Who may claim it, as long as nobody has.
    pub candidates: Vec<PersonView>,
    /// Whose opinion or turn comes first: the task waits for them.
    pub waits_for: Option<PersonView>,
    /// Who asked, when it was a person and not the flow, and in which words.
    pub asked: Option<OpinionView>,
    /// Opinions given and questions answered for it.
    pub opinions: Vec<OpinionView>,
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

/// Words of somebody who was asked, or who asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OpinionView {
    /// Who said it.
    pub by: PersonView,
    /// `advice`, `answer`; of who asks: `delegated`, `opinion`, `question`, `copy`.
    pub kind: &'static str,
    /// When.
    pub at: When,
    /// For an answer: the question.
    pub question: Option<String>,
    /// What was said; empty when nothing was.
    pub words: String,
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
    /// The verb: `approve`, `outcome`, `delegate` … (see the core's offers); `act` for a named action of a work state.
    pub verb: &'static str,
    /// The same, or the id of a work state's action (then `work` is true) or of a custom outcome (then `verb` says so).
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
    /// The signature that goes with it: `typed` or `drawn`.
    pub signature: Option<&'static str>,
    /// The password or a mailed code is entered again with it.
    pub step_up: bool,
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
        let loaded = self.load(instance).await?.ok_or(AppError::NotFound)?;
        let (case, mut around) = self.seen(&loaded).await?;
        let trail = self.trail_behind(&case).await?;
        self.may_see(reader, &loaded.row, &case, &around, &trail)?;
        self.know_past(&mut around, &trail).await?;
        let mut view = self.view_of(reader, &loaded.row, &case, &around, &trail);
        self.name_files(&mut view).await?;
        self.show_waits(&mut view, reader, &case, &around).await?;
        let mut view = match case.instance.task(task) {
            Some(open) => self.open_view(reader, open, view, &case, &around, &trail),
            None => self.closed_view(task, view, &case, &around, &trail).await?,
        };
        self.fill_options(&mut view.form).await?;
        for offer in &mut view.offers {
            self.fill_options(&mut offer.ask).await?;
        }
        // The next of the reader's own, in the inbox's order, this one left out.
        let rows = self.store().inbox(reader, None, None, 2).await?;
        view.next = rows
            .into_iter()
            .map(|row| (row.task.instance, row.task.no))
            .find(|(next, no)| (next.as_str(), *no) != (instance, task));
        view.left = self.todo_count(reader).await?;
        Ok(view)
    }

    fn open_view(
        &self,
        reader: &str,
        task: &Task,
        instance: InstanceView,
        case: &Case,
        around: &Around,
        trail: &[Event],
    ) -> TaskView {
        let state = around
            .def
            .state_ix(&task.state)
            .map(|ix| &around.def.states[ix]);
        let hidden = state
            .map(|state| state.fields.hidden.clone())
            .unwrap_or_default();
        let mine = task.assignee == reader || task.stands_for.as_deref() == Some(reader);
        let choices = match is_draft(task) && mine {
            true => around.with_context(self, |cx| {
                let (def, directory) = (&around.def, &around.directory);
                choice_fields(def, case, &Chooser::Applicant, directory, cx)
            }),
            false => vec![],
        };
        let fields = &around.def.entity.fields;
        let person = |id: &str| self.person_view(id);
        TaskView {
            task: task.no,
            open: true,
            ended: Text::default(),
            end: String::new(),
            kind: kind_of(task).to_owned(),
            state: task.state.clone(),
            state_name: state_name(&around.def, &task.state),
            assignee: self.person_view(&task.assignee),
            since: when(task.since, &around.calendar),
            candidates: task.candidates.iter().map(|id| person(id)).collect(),
            waits_for: case.instance.waits_for(task).map(person),
            asked: asked(task, trail, &around.calendar, person),
            opinions: opinions(task, trail, &around.calendar, person),
            due: task.due.map(|at| deadline(at, task, case, around)),
            role: role(task, case, around),
            why: task.why.clone(),
            changed: match base_of(reader, case, trail) {
                Some(before) => {
                    changed_facts(fields, &before, &case.values, &hidden, names(around))
                }
                None => vec![],
            },
            facts_hash: facts_hash(&case.values),
            round: case.instance.round,
            offers: instance
                .offers
                .iter()
                .filter(|offer| {
                    // Words and copies are about the case, and wanted where somebody reads it.
                    let of_case = matches!(offer.verb, "comment" | "copy") && offer.allowed;
                    offer.task == Some(task.no) || of_case && !is_draft(task)
                })
                .cloned()
                .collect(),
            form: form(
                fields,
                &case.values,
                &hidden,
                |field| mine && may_write(&around.def, state, task, field),
                |field| {
                    // What is filled in and required may be changed, not emptied.
                    let filled = case
                        .values
                        .get(&field.name)
                        .is_some_and(|value| !value.is_empty());
                    state.is_some_and(|state| state.fields.require.contains(&field.name))
                        || field.required && (is_draft(task) || filled)
                },
            )
            .into_iter()
            .chain(choices)
            .collect(),
            next: None,
            left: 0,
            instance,
        }
    }

    async fn closed_view(
        &self,
        no: u32,
        instance: InstanceView,
        case: &Case,
        around: &Around,
        trail: &[Event],
    ) -> Result<TaskView, AppError> {
        let closed = self.store().closed_tasks(&instance.head.id).await?;
        let closed = closed.into_iter().find(|closed| closed.task.no == no);
        let closed = closed.ok_or(AppError::NotFound)?;
        let (at, end) = (
            when(closed.at, &around.calendar),
            task_end_words(&closed.end),
        );
        let who = closed
            .by
            .as_deref()
            .map(|by| around.directory.name(by).to_owned());
        let ended = match (who, self.taken_away(case, around, trail, no)) {
            (_, Some(taken)) => taken.words,
            (Some(who), None) => Text::new(
                format!("{who} 于 {} 处理：{}", at.shown.zh, end.zh),
                format!("{who}, {}: {}", at.shown.en, end.en),
            ),
            (None, None) => Text::new(
                format!("{} {}", at.shown.zh, end.zh),
                format!("{}: {}", at.shown.en, end.en),
            ),
        };
        Ok(TaskView {
            task: no,
            open: false,
            ended,
            end: closed.end,
            kind: closed.task.kind,
            state_name: state_name(&around.def, &closed.task.state),
            state: closed.task.state,
            assignee: self.person_view(&closed.task.assignee),
            since: when(closed.task.opened, &around.calendar),
            due: None,
            candidates: vec![],
            waits_for: None,
            asked: None,
            opinions: vec![],
            role: Text::default(),
            why: vec![],
            changed: vec![],
            facts_hash: facts_hash(&case.values),
            round: closed.task.round,
            offers: vec![],
            form: vec![],
            next: None,
            left: 0,
            instance,
        })
    }
}

fn is_draft(task: &Task) -> bool {
    task.kind == assent_core::instance::TaskKind::Draft
}

fn kind_of(task: &Task) -> &'static str {
    if !task.candidates.is_empty() {
        return "claim";
    }
    match task.kind {
        assent_core::instance::TaskKind::Draft => "draft",
        assent_core::instance::TaskKind::Approve => "approve",
        assent_core::instance::TaskKind::Work => "work",
        assent_core::instance::TaskKind::Advise => "advise",
        assent_core::instance::TaskKind::Answer => "answer",
        assent_core::instance::TaskKind::Read => "read",
    }
}

fn may_write(def: &Definition, state: Option<&State>, task: &Task, field: &Field) -> bool {
    let named = |list: &[String]| list.contains(&field.name);
    (is_draft(task) && def.in_draft(field))
        || state.is_some_and(|state| named(&state.fields.write) || named(&state.fields.require))
}

/// The values the reader saw last: when they acted last, or (for a later round) when it was sent back.
fn base_of(reader: &str, case: &Case, trail: &[Event]) -> Option<Values> {
    let own = trail.iter().rposition(|event| {
        event.actor.person() == Some(reader)
            && matches!(
                event.change,
                Change::Decided { .. }
                    | Change::Acted { .. }
                    | Change::Returned { .. }
                    | Change::Advised { .. }
                    | Change::Replied { .. }
            )
    });
    let back = || {
        let is_back = |event: &Event| {
            matches!(
                event.change,
                Change::Returned { .. } | Change::Reopened { .. }
            )
        };
        (case.instance.round > 1)
            .then(|| trail.iter().rposition(is_back))
            .flatten()
    };
    let until = own.or_else(back)?;
    Some(values_after(trail, until + 1, &case.values))
}
