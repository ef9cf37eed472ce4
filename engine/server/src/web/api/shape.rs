//! The shapes of the API: a contract of their own, so that a page may change without breaking a client.

use assent_core::text::Text;
use assent_runtime::app::{
    Answer as Done, ChangedFact, ChildView, Fact, FlowView, FormField, InboxItem, InstanceHead,
    InstanceRow, JsonMap, OfferView, OpinionView, PersonView, TimelineItem, When,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Words in both languages.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct Words {
    pub zh: String,
    pub en: String,
}

impl From<&Text> for Words {
    fn from(text: &Text) -> Self {
        Self {
            zh: text.zh.clone(),
            en: text.en.clone(),
        }
    }
}

/// Somebody.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Person {
    pub id: String,
    pub name: String,
}

impl From<&PersonView> for Person {
    fn from(person: &PersonView) -> Self {
        Self {
            id: person.id.clone(),
            name: person.name.clone(),
        }
    }
}

/// A point in time: UTC milliseconds, and as it reads in the flow's zone.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Time {
    pub ms: i64,
    pub shown: Words,
}

impl From<&When> for Time {
    fn from(when: &When) -> Self {
        Self {
            ms: when.at.0,
            shown: (&when.shown).into(),
        }
    }
}

/// A value of the record.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Value {
    pub field: String,
    pub label: Words,
    /// `text`, `money`, `number`, `percent`, `date`, `time`, `flag`, `choice`, `person`, `department`, `ref`, `file`, `table`.
    pub kind: String,
    /// Numbers are texts: they stay exact.
    #[schema(value_type = Object)]
    pub value: serde_json::Value,
    pub shown: Words,
}

impl From<&Fact> for Value {
    fn from(fact: &Fact) -> Self {
        Self {
            field: fact.name.clone(),
            label: (&fact.label).into(),
            kind: fact.kind.to_owned(),
            value: fact.value.clone(),
            shown: (&fact.shown).into(),
        }
    }
}

/// A field to fill in.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Field {
    pub field: String,
    pub label: Words,
    pub kind: String,
    pub required: bool,
    pub write: bool,
    #[schema(value_type = Object)]
    pub value: serde_json::Value,
    /// Ids of choices.
    pub options: Vec<String>,
}

impl From<&FormField> for Field {
    fn from(field: &FormField) -> Self {
        Self {
            field: field.name.clone(),
            label: (&field.label).into(),
            kind: field.kind.to_owned(),
            required: field.required,
            write: field.write,
            value: field.value.clone(),
            options: field
                .options
                .iter()
                .map(|option| option.id.clone())
                .collect(),
        }
    }
}

/// A published flow.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Flow {
    pub flow: String,
    pub version: String,
    pub name: Words,
    pub purpose: Words,
    /// True when you may start it.
    pub may_start: bool,
    pub form: Vec<Field>,
    /// It takes no new cases: who closed it, when and why.
    pub closed: Option<Words>,
    /// The watched folder holds no file of it any more; it stays in use until somebody closes it.
    pub file_gone: bool,
}

/// Why a flow is closed or opened.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct UseBody {
    pub reason: String,
}

impl From<&FlowView> for Flow {
    fn from(flow: &FlowView) -> Self {
        Self {
            flow: flow.flow.clone(),
            version: flow.version.clone(),
            name: (&flow.name).into(),
            purpose: (&flow.purpose).into(),
            may_start: flow.refusal.is_none(),
            form: flow.form.iter().map(Field::from).collect(),
            closed: flow.closed.as_ref().map(|why| (&why.message).into()),
            file_gone: flow.file_gone,
        }
    }
}

/// A row of the inbox.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TaskRow {
    pub instance: String,
    pub task: Option<u32>,
    pub flow: String,
    pub title: String,
    pub state: String,
    pub state_name: Words,
    pub kind: String,
    pub applicant: Person,
    pub waiting_on: Vec<Person>,
    pub facts: Vec<Value>,
    pub since: Time,
    /// UTC milliseconds.
    pub due: Option<i64>,
    pub late: bool,
    pub status: String,
    pub round: u32,
    /// May be approved together with others of its state.
    pub batch: bool,
    pub waits_for: Option<Person>,
    /// Give back as `facts` with the decision.
    pub facts_hash: String,
}

impl From<&InboxItem> for TaskRow {
    fn from(item: &InboxItem) -> Self {
        Self {
            instance: item.instance.clone(),
            task: item.task,
            flow: item.flow.clone(),
            title: item.title.clone(),
            state: item.state.clone(),
            state_name: (&item.state_name).into(),
            kind: item.kind.clone(),
            applicant: (&item.applicant).into(),
            waiting_on: item.waiting_on.iter().map(Person::from).collect(),
            facts: item.facts.iter().map(Value::from).collect(),
            since: (&item.since).into(),
            due: item.due.as_ref().map(|due| due.at.0),
            late: item.due.as_ref().is_some_and(|due| due.late),
            status: item.status.clone(),
            round: item.round,
            batch: item.batch,
            waits_for: item.waits_for.as_ref().map(Person::from),
            facts_hash: item.facts_hash.clone(),
        }
    }
}

/// Rows, and where the next ones are.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TaskRows {
    pub items: Vec<TaskRow>,
    /// Give back as `cursor`.
    pub next: Option<String>,
}

/// What could be done, and why not.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Offer {
    /// The verb: `approve`, `outcome`, `delegate` …; `act` for an action of a work task.
    pub verb: String,
    /// The same, or the id of the action or outcome.
    pub action: String,
    pub label: Words,
    pub task: Option<u32>,
    pub allowed: bool,
    /// The refusal's code where it is not.
    pub refusal: Option<String>,
    pub why_not: Option<Words>,
    pub reason_required: bool,
    /// `typed` (your name) or `drawn` (a picture): goes with it as `signature`.
    pub signature: Option<String>,
    /// The password or a mailed code goes with it as `proof`.
    pub step_up: bool,
    pub ask: Vec<Field>,
    /// For `return`: where it can go; for `remove_signer`: people.
    pub targets: Vec<String>,
}

impl From<&OfferView> for Offer {
    fn from(offer: &OfferView) -> Self {
        Self {
            verb: offer.verb.to_owned(),
            action: offer.action.clone(),
            label: (&offer.label).into(),
            task: offer.task,
            allowed: offer.allowed,
            refusal: offer.refusal.as_ref().map(|refusal| refusal.code.clone()),
            why_not: offer
                .refusal
                .as_ref()
                .map(|refusal| (&refusal.message).into()),
            reason_required: offer.reason_required,
            signature: offer.signature.map(str::to_owned),
            step_up: offer.step_up,
            ask: offer.ask.iter().map(Field::from).collect(),
            targets: offer
                .targets
                .iter()
                .map(|target| target.id.clone())
                .collect(),
        }
    }
}

/// What stands at the top of an instance.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Head {
    pub id: String,
    pub flow: String,
    pub version: String,
    pub title: String,
    pub applicant: Person,
    /// `running`, `held`, `suspended`, or the outcome.
    pub status: String,
    pub ended: bool,
    pub held: Option<Words>,
    pub round: u32,
    pub rev: u64,
    pub started: Time,
    pub updated: Time,
    pub entity: String,
    pub record: String,
}

impl From<&InstanceHead> for Head {
    fn from(head: &InstanceHead) -> Self {
        Self {
            id: head.id.clone(),
            flow: head.flow.clone(),
            version: head.version.clone(),
            title: head.title.clone(),
            applicant: (&head.applicant).into(),
            status: head.status.clone(),
            ended: head.ended,
            held: head.held.as_ref().map(Words::from),
            round: head.round,
            rev: head.rev,
            started: (&head.started).into(),
            updated: (&head.updated).into(),
            entity: head.entity.clone(),
            record: head.record.clone(),
        }
    }
}

/// A row of the list of instances.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct InstanceListRow {
    #[serde(flatten)]
    pub head: Head,
    pub waiting_on: Vec<Person>,
}

impl From<&InstanceRow> for InstanceListRow {
    fn from(row: &InstanceRow) -> Self {
        Self {
            head: (&row.head).into(),
            waiting_on: row.waiting_on.iter().map(Person::from).collect(),
        }
    }
}

/// Rows, and where the next ones are.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct InstanceRows {
    pub items: Vec<InstanceListRow>,
    /// Give back as `cursor`.
    pub next: Option<String>,
}

/// Where an instance stands.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Standing {
    pub state: String,
    pub name: Words,
    pub since: Time,
    /// UTC milliseconds.
    pub due: Option<i64>,
    /// How that was reckoned: holidays skipped, make-up days counted, a clock that stopped.
    pub due_because: Vec<Words>,
    /// Whoever has a task here, or has a subflow it waits for.
    pub waiting_on: Vec<Person>,
    /// What it waits for, and how far that is.
    pub progress: Words,
    /// The subflows it waits for, those that run first.
    pub children: Vec<ChildCase>,
    /// How its call of another system failed last, and when the next try is.
    pub trouble: Option<Words>,
}

/// A subflow that a state waits for.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ChildCase {
    pub instance: String,
    pub flow: String,
    pub flow_name: Words,
    /// Empty while it is not started, and for whoever may not open it.
    pub title: String,
    /// `starting`, `not_started`, or as that of any instance.
    pub status: String,
    pub status_name: Words,
    /// The states it stands in.
    pub standing: Words,
    pub waiting_on: Vec<Person>,
    /// Why it is held, or could not be started.
    pub trouble: Option<Words>,
    /// You may open it.
    pub open: bool,
}

impl From<&ChildView> for ChildCase {
    fn from(child: &ChildView) -> Self {
        Self {
            instance: child.instance.clone(),
            flow: child.flow.clone(),
            flow_name: (&child.flow_name).into(),
            title: child.title.clone(),
            status: child.status.clone(),
            status_name: (&child.status_shown).into(),
            standing: (&child.standing).into(),
            waiting_on: child.waiting_on.iter().map(Person::from).collect(),
            trouble: child.trouble.as_ref().map(Words::from),
            open: child.open,
        }
    }
}

/// An instance in full.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Instance {
    #[serde(flatten)]
    pub head: Head,
    pub values: Vec<Value>,
    pub standing: Vec<Standing>,
    pub my_task: Option<u32>,
    pub offers: Vec<Offer>,
}

/// A task in full.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Task {
    pub instance: Head,
    pub task: u32,
    pub open: bool,
    pub kind: String,
    pub state: String,
    pub state_name: Words,
    pub assignee: Person,
    pub round: u32,
    /// Give back as `facts` with the decision: it is refused when the record has changed since.
    pub facts_hash: String,
    pub due: Option<i64>,
    /// Who may claim it, as long as nobody has.
    pub candidates: Vec<Person>,
    /// Whose opinion or turn comes first.
    pub waits_for: Option<Person>,
    /// Who asked you, when it was a person and not the flow.
    pub asked: Option<Opinion>,
    /// Opinions given and questions answered for it.
    pub opinions: Vec<Opinion>,
    /// What changed since you acted last.
    pub changed: Vec<Change>,
    /// How that was reckoned.
    pub due_because: Vec<Words>,
    pub why: Vec<Words>,
    pub values: Vec<Value>,
    pub offers: Vec<Offer>,
}

/// Words of somebody who was asked, or who asks.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Opinion {
    pub by: Person,
    /// `advice`, `answer`; of who asks: `delegated`, `opinion`, `question`, `copy`.
    pub kind: String,
    pub at: Time,
    pub question: Option<String>,
    pub words: String,
}

impl From<&OpinionView> for Opinion {
    fn from(said: &OpinionView) -> Self {
        Self {
            by: (&said.by).into(),
            kind: said.kind.to_owned(),
            at: (&said.at).into(),
            question: said.question.clone(),
            words: said.words.clone(),
        }
    }
}

/// A field that changed.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Change {
    pub label: Words,
    pub before: Words,
    pub after: Words,
}

impl From<&ChangedFact> for Change {
    fn from(change: &ChangedFact) -> Self {
        Self {
            label: (&change.label).into(),
            before: (&change.before).into(),
            after: (&change.after).into(),
        }
    }
}

/// One line of the trail.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TrailEvent {
    pub seq: u32,
    pub at: Time,
    /// None for the system.
    pub actor: Option<Person>,
    pub kind: String,
    pub state: Option<String>,
    pub words: Words,
    pub comment: Option<String>,
    pub because: Vec<Words>,
    pub via: String,
    /// The subflow's instance, where it is about one that you may open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub child: Option<String>,
}

impl From<&TimelineItem> for TrailEvent {
    fn from(item: &TimelineItem) -> Self {
        Self {
            seq: item.seq,
            at: (&item.at).into(),
            actor: item.actor.as_ref().map(Person::from),
            kind: item.kind.clone(),
            state: item.state.clone(),
            words: (&item.words).into(),
            comment: item.comment.clone(),
            because: item.because.iter().map(Words::from).collect(),
            via: item.via.clone(),
            child: item.child.clone(),
        }
    }
}

/// The trail.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Trail {
    pub items: Vec<TrailEvent>,
}

/// Why it stands where it stands, and what comes.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Explained {
    pub standing: Vec<Standing>,
    /// Lines of the trail that say by which values it went this way.
    pub decided_by: Vec<TrailEvent>,
    pub expected: Vec<ExpectedState>,
    pub offers: Vec<Offer>,
}

/// A state that probably comes.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ExpectedState {
    pub state: String,
    pub name: Words,
    pub people: Vec<Person>,
    pub only_if: Words,
    /// The event it would wait for; empty for any other state.
    pub waits_for: Words,
}

/// What a command answers once it is on disk.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Accepted {
    pub instance: String,
    pub rev: u64,
    pub seq: u32,
    pub status: String,
    pub message: Words,
    /// Tasks that were opened.
    pub opened: Vec<OpenedTask>,
    /// True when this is the answer to an earlier command with the same key.
    pub repeated: bool,
}

/// A task that was opened.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OpenedTask {
    pub task: u32,
    pub state: String,
    pub assignee: String,
}

impl From<&Done> for Accepted {
    fn from(done: &Done) -> Self {
        Self {
            instance: done.instance.clone(),
            rev: done.rev,
            seq: done.seq,
            status: done.status.clone(),
            message: (&done.message).into(),
            opened: done
                .opened
                .iter()
                .map(|opened| OpenedTask {
                    task: opened.task,
                    state: opened.state.clone(),
                    assignee: opened.assignee.clone(),
                })
                .collect(),
            repeated: done.repeated,
        }
    }
}

/// `POST /flows/{flow}/start`
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct StartBody {
    /// Values by field.
    #[schema(value_type = Object)]
    pub values: JsonMap,
    /// Submit at once (the default), or keep a draft.
    pub draft: bool,
    pub idempotency_key: Option<String>,
}

/// A verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    Approve,
    Reject,
}

/// `POST /tasks/{instance}/{task}/act`
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActBody {
    /// Id of the state's action.
    pub action: String,
    pub comment: Option<String>,
    #[serde(default)]
    #[schema(value_type = Object)]
    pub set: JsonMap,
    pub idempotency_key: Option<String>,
}

/// `POST /tasks/{instance}/{task}/return`
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReturnBody {
    /// `applicant`, `previous`, or the id of a state already passed.
    pub to: String,
    pub comment: String,
    pub idempotency_key: Option<String>,
}

/// `POST /instances/{id}/save` and `/submit`
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SetBody {
    #[schema(value_type = Object)]
    pub set: JsonMap,
    /// For `submit`, after a return: straight to who returned it.
    pub straight_back: bool,
    pub idempotency_key: Option<String>,
}

/// Verbs that need no more than words, or nothing at all.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct WordsBody {
    pub comment: Option<String>,
    pub idempotency_key: Option<String>,
}

/// `POST /instances/{id}/override/{verb}`
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct OverrideBody {
    /// Why; at least two characters. Stands in the trail.
    pub reason: String,
    /// For `jump`: the state's id. For `reassign`: the person's id.
    pub to: Option<String>,
    /// For `skip` and `retry`: the state's id.
    pub state: Option<String>,
    /// For `reassign`: the task's number.
    pub task: Option<u32>,
    /// Only say what would happen; the answer brings the token that confirms it.
    pub dry_run: bool,
    /// From the preview.
    pub token: Option<String>,
    pub idempotency_key: Option<String>,
}

/// `POST /people/{id}/hand-over`
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct HandOverBody {
    /// Who takes over.
    pub to: String,
    /// Why; at least two characters.
    pub reason: String,
    /// Only say what would happen.
    pub dry_run: bool,
    /// From the preview.
    pub token: Option<String>,
}

/// `POST /dead-letters/{id}/{verb}`
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LetterBody {
    /// Why.
    pub reason: String,
    /// Only say which letter it is.
    pub dry_run: bool,
}

/// `POST /calendars/load`
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CalendarBody {
    /// The file: a year's notice, a calendar, or days of its own for one, in YAML or JSON.
    pub text: String,
    /// What the file is called.
    pub file: String,
    /// Only say which deadlines would move.
    pub dry_run: bool,
    /// From the preview.
    pub token: Option<String>,
}

/// `POST /events/{name}`
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EventBody {
    /// Id of the record it is about, or the value of its title field.
    pub record: String,
    #[serde(default)]
    #[schema(value_type = Object)]
    pub payload: JsonMap,
    pub idempotency_key: Option<String>,
}

/// How many instances an event reached.
#[derive(Debug, Serialize, ToSchema)]
pub struct Woken {
    /// Went on because of it.
    pub woken: u32,
    /// Are suspended: it is done when they go on.
    pub kept: u32,
}

/// Who you are.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    pub person: Person,
    pub admin: bool,
    /// For a browser: send it back as `x-csrf-token`.
    pub csrf: Option<String>,
}

/// The clock.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ClockBody {
    /// UTC milliseconds.
    pub now: i64,
}
