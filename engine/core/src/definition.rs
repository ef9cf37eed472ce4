//! A flow, compiled and checked: what the engine runs. Immutable; its version is the hash of its source.
//!
//! A definition is a tree flattened into two arenas: *regions* (an ordered list of states: the root, or a branch of a
//! parallel state) and *states*. Names are resolved to indices here, so running never looks a name up and cannot fail on one.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::calendar::Term;
use crate::condition::Expr;
use crate::diagnostic::Places;
use crate::field::{EntityType, Field};
use crate::people::PeopleRule;
use crate::template::Template;
use crate::text::Text;
use crate::value::{Value, Values};

/// Index into [`Definition::states`].
pub type StateIx = usize;
/// Index into [`Definition::regions`]; 0 is the root.
pub type RegionIx = usize;

/// A flow, compiled and checked.
#[derive(Clone, Debug)]
pub struct Definition {
    /// Permanent ASCII id.
    pub flow: String,
    /// Lower-case hex SHA-256 of the source: the version an instance pins.
    pub version: String,
    /// The YAML it was made from, as it was.
    pub source: String,
    /// What people call the flow.
    pub name: Text,
    /// Why it exists, one sentence.
    pub purpose: Text,
    /// Who publishes versions and is told of held instances.
    pub owner: PeopleRule,
    /// Name of the working calendar.
    pub calendar: String,
    /// How an instance is called in lists and mails.
    pub title: Template,
    /// The record it runs on: a module's entity type, or the flow's own `form:`.
    pub entity: EntityType,
    /// True when `entity` came from the flow's own `form:`.
    pub own_form: bool,
    /// `for:` and `priority:`: which records it serves, among several flows for one entity type; none: it is started by
    /// its own name only.
    pub scope: Option<Scope>,
    /// `tables:`: constants an admin changes, by table and key.
    pub tables: BTreeMap<String, BTreeMap<String, Value>>,
    /// `people:` by name, in file order.
    pub people: Vec<(String, PeopleRule)>,
    /// The flow's policies.
    pub policies: Policies,
    /// `proxy:`: who may stand in for somebody absent.
    pub proxy: Proxy,
    /// `revocation:`: how what was approved is revoked; none: it is not.
    pub revocation: Option<Revocation>,
    /// All lists of states; 0 is the root.
    pub regions: Vec<Region>,
    /// All states of all regions.
    pub states: Vec<State>,
    /// `mails:` by name.
    pub mails: BTreeMap<String, MailTemplate>,
    /// Where each part stands in the source, so that checks can point at lines.
    pub places: Places,
}

impl Definition {
    /// The state of that id.
    pub fn state_ix(&self, id: &str) -> Option<StateIx> {
        self.states.iter().position(|state| state.id == id)
    }

    /// What people call an outcome: the name of the end that has it, where the flow named it; none for the usual four.
    pub fn outcome_name(&self, word: &str) -> Option<&Text> {
        let named = |state: &&State| match &state.kind {
            StateKind::End {
                outcome: Outcome::Named(known),
                ..
            } => known == word,
            _ => false,
        };
        self.states.iter().find(named).map(|state| &state.name)
    }

    /// The people rule of that name.
    pub fn people_rule(&self, name: &str) -> Option<&PeopleRule> {
        self.people
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, rule)| rule)
    }

    /// True when it asks whoever approved the original: it is started by asking to revoke something, never by itself.
    pub fn only_revokes(&self) -> bool {
        self.people.iter().any(|(_, rule)| rule.asks_approvers())
    }

    /// True for a field that the applicant fills in: a draft that lists fields (`fields: {write, require}`) asks for those
    /// and the required ones, one that lists none asks for all. A module's record holds much that only later states fill in.
    pub fn in_draft(&self, field: &Field) -> bool {
        field.required || self.asks_in_draft(field)
    }

    /// The same without those that are merely required of every record of the type.
    pub fn asks_in_draft(&self, field: &Field) -> bool {
        let is_draft = |state: &&State| matches!(state.kind, StateKind::Draft { .. });
        let Some(draft) = self.states.iter().find(is_draft) else {
            return true;
        };
        let mut listed = draft
            .fields
            .write
            .iter()
            .chain(&draft.fields.require)
            .peekable();
        listed.peek().is_none() || listed.any(|name| *name == field.name)
    }
}

/// `revocation:`: what was approved is revoked by another flow, over the same record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revocation {
    /// The flow that decides on it.
    pub flow: String,
    /// Days after the end within which it may be asked; none: always.
    pub days: Option<u32>,
}

/// Which records a flow serves, where several serve one entity type.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// Applicants of these departments and what is below them; empty: of all.
    pub departments: Vec<String>,
    /// Records for which this holds; none: all.
    pub when: Option<Expr>,
    /// Of several that serve a record, the one with the highest number is chosen; 0 unless said.
    pub priority: u32,
}

impl crate::people::Names for Definition {
    fn state(&self, id: &str) -> Text {
        let state = self.states.iter().find(|state| state.id == id);
        state.map_or_else(|| Text::same(id), |state| state.name.clone())
    }
}

/// An ordered list of states: the root, or one branch of a parallel state.
#[derive(Clone, Debug)]
pub struct Region {
    /// The parallel state this is a branch of; none for the root.
    pub parent: Option<StateIx>,
    /// The branch's id; empty for the root.
    pub id: String,
    /// What people call the branch (its id where it has no name).
    pub name: Text,
    /// The branch is left out when this is false.
    pub when: Option<Expr>,
    /// Its states in file order; the first is where it starts.
    pub states: Vec<StateIx>,
}

/// Terms by what a field says: the tier of a customer, the severity of a fault.
#[derive(Clone, Debug)]
pub struct DeadlineBy {
    /// A choice of the record.
    pub field: String,
    /// The term of each of its options.
    pub terms: Vec<(String, Term)>,
}

impl State {
    /// Has it branches that run in parallel?
    pub(crate) fn is_parallel(&self) -> bool {
        matches!(self.kind, StateKind::Together { .. })
    }

    /// Is its task claimed out of a pool?
    pub(crate) fn is_pooled(&self) -> bool {
        match &self.kind {
            StateKind::Approve(approve) => approve.claim,
            StateKind::Work { claim, .. } => *claim,
            StateKind::Draft { .. }
            | StateKind::Rule { .. }
            | StateKind::Run(_)
            | StateKind::Choose { .. }
            | StateKind::Mail { .. }
            | StateKind::WaitFor { .. }
            | StateKind::WaitUntil { .. }
            | StateKind::Subflow { .. }
            | StateKind::Together { .. }
            | StateKind::End { .. } => false,
        }
    }

    /// The people an approval or work state asks; nobody in any other.
    pub(crate) fn people_asked(&self) -> &[PeopleRef] {
        match &self.kind {
            StateKind::Approve(approve) => &approve.by,
            StateKind::Work { by, .. } => by,
            StateKind::Draft { .. }
            | StateKind::Rule { .. }
            | StateKind::Run(_)
            | StateKind::Choose { .. }
            | StateKind::Mail { .. }
            | StateKind::WaitFor { .. }
            | StateKind::WaitUntil { .. }
            | StateKind::Subflow { .. }
            | StateKind::Together { .. }
            | StateKind::End { .. } => &[],
        }
    }

    /// The effects it runs, at its end too, and what undoes them.
    pub fn runs(&self) -> impl Iterator<Item = &Run> {
        let own = match &self.kind {
            StateKind::Run(run) => vec![run],
            StateKind::End { then, .. } => then
                .iter()
                .filter_map(|then| match then {
                    Then::Run(run) => Some(run),
                    Then::Mail { .. } => None,
                })
                .collect(),
            StateKind::Draft { .. }
            | StateKind::Approve(_)
            | StateKind::Work { .. }
            | StateKind::Rule { .. }
            | StateKind::Choose { .. }
            | StateKind::Mail { .. }
            | StateKind::WaitFor { .. }
            | StateKind::WaitUntil { .. }
            | StateKind::Subflow { .. }
            | StateKind::Together { .. } => vec![],
        };
        own.into_iter()
            .flat_map(|run| std::iter::once(run).chain(run.undo.as_deref()))
    }

    /// The time allowed, as the record is now; none where there is no deadline, or the field that decides is empty.
    pub fn term(&self, values: &Values) -> Option<Term> {
        let Some(by) = &self.deadline_by else {
            return self.deadline;
        };
        let said = values.get(&by.field)?.as_text()?;
        by.terms
            .iter()
            .find(|(option, _)| option == said)
            .map(|(_, term)| *term)
    }
}

/// A place in the flow.
#[derive(Clone, Debug)]
pub struct State {
    /// ASCII id, unique in the flow.
    pub id: String,
    /// What people call it.
    pub name: Text,
    /// Line in the source, from 1 (diagram, editor).
    pub line: u32,
    /// The region it belongs to.
    pub region: RegionIx,
    /// Skipped when this is false.
    pub when: Option<Expr>,
    /// Where it leads when it is skipped: always the next one in file order, whatever `go:` says.
    pub skip_to: Target,
    /// What happens here.
    pub kind: StateKind,
    /// Where it leads when it is done or approved.
    pub next: Target,
    /// Where a rejection leads: ends the instance as rejected unless said.
    pub if_rejected: Target,
    /// A sentence for the applicant when it was sent back.
    pub say: Option<Text>,
    /// `keep:`: approvals that stay valid when a rejection sends the flow back from here.
    pub keep: Vec<StateIx>,
    /// Field permissions while here.
    pub fields: FieldRules,
    /// Fields that appear for the decision or action only.
    pub ask: Vec<Field>,
    /// Time allowed.
    pub deadline: Option<Term>,
    /// `deadline: {by: field, option: term}`: by what the field says; `deadline` is then the first of these.
    pub deadline_by: Option<DeadlineBy>,
    /// What happens when it is late, in file order.
    pub if_late: Vec<Rung>,
    /// `clock: {stops_in}`: while the instance is in one of these, the deadline's rest is kept.
    pub clock_stops_in: Vec<StateIx>,
    /// `clock: {transfer: restarts}`: whoever takes a task over has the whole term.
    pub restarts_on_transfer: bool,
    /// Policies that differ from the flow's here.
    pub policies: PolicyOverrides,
    /// The mail sent to whoever is asked; `ask` unless the state names another.
    pub mail: Option<String>,
}

/// What a state does.
#[derive(Clone, Debug)]
pub enum StateKind {
    /// The applicant edits.
    Draft {
        /// Who.
        by: PeopleRef,
    },
    /// People decide.
    Approve(Approve),
    /// Somebody does something and picks an action.
    Work {
        /// Who.
        by: Vec<PeopleRef>,
        /// What can be picked.
        actions: Vec<WorkAction>,
        /// 认领: one task for all candidates, until one of them claims it.
        claim: bool,
    },
    /// A rhai rule fills fields: `file.function`.
    Rule {
        /// `file.function`.
        rule: String,
        /// What people call it.
        label: Text,
        /// Fields it is given.
        give: Vec<String>,
        /// Field ← output.
        fills: Vec<(String, String)>,
    },
    /// A module's effect.
    Run(Run),
    /// The first way whose condition holds. Inline states of ways stand in the same region after this one; their `next`
    /// and `if_rejected` are the choice's unless they say otherwise.
    Choose {
        /// In order; the first that holds.
        ways: Vec<Way>,
    },
    /// A message to people; goes on at once.
    Mail {
        /// Name of the mail.
        mail: String,
        /// Where, or to whom.
        to: Vec<PeopleRef>,
    },
    /// An event from outside about this record.
    WaitFor {
        /// Name of the event.
        event: String,
        /// What people call it: the flow's own words, else its module's.
        name: Text,
    },
    /// A time: a date (its 00:00 in the calendar's zone) or a point in time.
    WaitUntil {
        /// A date or a point in time.
        time: Expr,
    },
    /// Another instance runs; waited for unless `beside`.
    Subflow {
        /// Flow id.
        flow: String,
        /// The field of the child that refers to this record.
        link: Option<String>,
        /// Not waited for.
        beside: bool,
        /// One child for each of these; none: one child.
        each: Option<ForEach>,
        /// How many of the children must end well.
        needs: Join,
        /// Where an outcome of the child leads, when it is not where approval or rejection lead.
        outcomes: Vec<(Outcome, Target)>,
    },
    /// Branches in parallel.
    Together {
        /// How they are joined.
        needs: Join,
        /// For a parallel state: its branches and how each starts.
        branches: Vec<RegionIx>,
    },
    /// The instance is over.
    End {
        /// How it ended.
        outcome: Outcome,
        /// What the end starts.
        then: Vec<Then>,
    },
}

/// What a subflow is started for, once each: `for_each:`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ForEach {
    /// The rows of a table field; a row's columns go into the child's fields of the same names.
    Rows(String),
    /// The people a name stands for.
    People {
        /// Who.
        who: PeopleRef,
        /// The child's field that names the person.
        field: String,
    },
}

/// One way out of a choice.
#[derive(Clone, Debug)]
pub struct Way {
    /// Taken when this holds; none is `otherwise`.
    pub when: Option<Expr>,
    /// Where it leads.
    pub to: Target,
}

/// Where something leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// On to a state by order or `go:` (same region, or out of it by leaving composite states).
    Go(StateIx),
    /// Back to a state already passed (`back_to:`): a return, a new round.
    BackTo(StateIx),
    /// The end of this branch: the join counts it as done.
    BranchEnd,
    /// A rejection nobody caught: inside a branch the branch is rejected, at the root the instance ends as rejected.
    Reject,
    /// The instance ends as approved (falling off the root's last state).
    Finish,
}

/// How the branches of a parallel state are joined: by counting those that are done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Join {
    /// Every branch that was entered.
    All,
    /// The first one.
    Any,
    /// That many.
    Count(u32),
}

/// An approval state.
#[derive(Clone, Debug)]
pub struct Approve {
    /// Who is asked.
    pub by: Vec<PeopleRef>,
    /// How many must approve.
    pub needs: Needs,
    /// What one rejection does.
    pub on_reject: OnReject,
    /// 认领: one task for all candidates, until one of them claims it.
    pub claim: bool,
    /// Answers besides approve and reject, in file order.
    pub outcomes: Vec<CustomOutcome>,
    /// A signature that is asked for with an approval.
    pub signature: Option<Signature>,
    /// Step-up: the password or a code is asked for again.
    pub step_up: Option<StepUp>,
    /// `bulk:`: which ones may be decided together with others; none: all.
    pub bulk: Option<Expr>,
}

/// An answer a flow defines.
#[derive(Clone, Debug)]
pub struct CustomOutcome {
    /// ASCII id.
    pub id: String,
    /// What the button says.
    pub name: Text,
    /// What it counts as.
    pub counts: crate::command::Verdict,
    /// Where it leads when it settles the state; the verdict's way unless said.
    pub to: Option<Target>,
    /// `reason: required`.
    pub reason_required: bool,
}

/// `signature:`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signature {
    /// The person's name, typed.
    Typed,
    /// A drawing, kept as an attachment.
    Drawn,
}

/// `step_up:`.
#[derive(Clone, Debug)]
pub enum StepUp {
    /// Before every approval here.
    Always,
    /// Before those where this holds.
    When(Expr),
}

/// How many must approve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Needs {
    /// 或签: one decides.
    Any,
    /// 会签: everyone.
    All,
    /// 依次: one after the other.
    InOrder,
    /// 票签: that many.
    Count(u32),
    /// 票签: that share; required = ⌈share·n⌉ with share = percent / 100.
    Percent(Decimal),
    /// 票签 with weights: the weight of each name in `by:`, in its order, and the weight that must approve.
    Weighted {
        /// In the order of `by:`.
        weights: Vec<u32>,
        /// Weight needed.
        at_least: u32,
    },
    /// Each name in `by:` needs its own approvals, in its order: "one of legal and one of finance".
    Each(Vec<GroupBar>),
}

/// What one group needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupBar {
    /// That many.
    Count(u32),
    /// Everyone in it.
    All,
}

/// What a rejection inside a group does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnReject {
    /// The first rejection rejects.
    Veto,
    /// Rejected as soon as approval can no longer be reached.
    UntilDecided,
    /// Everyone is heard first.
    CollectAll,
    /// any: the first decision decides.
    FirstDecision,
    /// any: rejected only when all reject.
    AllMustReject,
}

/// A name from `people:` or the applicant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PeopleRef {
    /// Who started the instance.
    Applicant,
    /// Whoever has an open task in the state (`remind: waiting`).
    Waiting,
    /// An entry of `people:`.
    Named(String),
}

/// A named action of a work state.
#[derive(Clone, Debug)]
pub struct WorkAction {
    /// ASCII id; `done` is the built-in one.
    pub id: String,
    /// What the button says.
    pub name: Text,
    /// Where it leads.
    pub to: Target,
    /// Fields that appear for it.
    pub ask: Vec<Field>,
    /// Fields that must be filled in.
    pub require: Vec<String>,
    /// `reason: required`.
    pub reason_required: bool,
    /// `create:`: records made in the same transaction.
    pub create: Vec<Creation>,
}

/// A record an action makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Creation {
    /// Its entity type.
    pub entity: String,
    /// Its fields and where their values come from, in file order.
    pub values: Vec<(String, Source)>,
}

/// Where a value of a created record comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// `id`: the record the flow runs on.
    RecordId,
    /// The value of a field of that record.
    Field(String),
    /// A fixed value.
    Fixed(Value),
}

/// A module's effect: `run:`.
#[derive(Clone, Debug)]
pub struct Run {
    /// `module.effect`.
    pub effect: String,
    /// What people call it (its id where the catalog does not know it).
    pub label: Text,
    /// Fields handed over.
    pub give: Vec<String>,
    /// Field ← key of the answer.
    pub fills: Vec<(String, String)>,
    /// The field whose value makes the idempotency key; none: instance and entry do.
    pub once_per: Option<String>,
    /// Waits between attempts, then the instance is held.
    pub retry: Vec<Term>,
    /// Who is told when it fails for good.
    pub tell: Vec<PeopleRef>,
    /// `undo:`: the effect that reverses it when the instance is revoked.
    pub undo: Option<Box<Run>>,
}

/// What an end state starts.
#[derive(Clone, Debug)]
pub enum Then {
    /// A mail.
    Mail {
        /// Name of the mail.
        mail: String,
        /// Where, or to whom.
        to: Vec<PeopleRef>,
    },
    /// An effect nobody waits for.
    Run(Run),
}

/// How an instance ended.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// 同意.
    Approved,
    /// 拒绝.
    Rejected,
    /// 撤回 by the applicant.
    Withdrawn,
    /// 作废 by an administrator, or a flow's own `end: cancelled`.
    Cancelled,
    /// Named by the flow.
    Named(String),
}

impl Outcome {
    /// The outcome a word means.
    pub fn of_word(word: &str) -> Self {
        match word {
            "approved" => Outcome::Approved,
            "rejected" => Outcome::Rejected,
            "withdrawn" => Outcome::Withdrawn,
            "cancelled" => Outcome::Cancelled,
            named => Outcome::Named(named.to_owned()),
        }
    }

    /// The word for it in YAML, API and tests.
    pub fn word(&self) -> &str {
        match self {
            Outcome::Approved => "approved",
            Outcome::Rejected => "rejected",
            Outcome::Withdrawn => "withdrawn",
            Outcome::Cancelled => "cancelled",
            Outcome::Named(name) => name,
        }
    }
}

/// Field permissions in a state; what is not named may be read.
#[derive(Clone, Debug, Default)]
pub struct FieldRules {
    /// Not shown.
    pub hidden: Vec<String>,
    /// May be changed.
    pub write: Vec<String>,
    /// Must be filled in to approve or to finish (and may be changed).
    pub require: Vec<String>,
}

/// One step of the ladder when a state is late.
#[derive(Clone, Debug)]
pub struct Rung {
    /// When.
    pub at: RungTime,
    /// What.
    pub act: LateAct,
    /// For reminders: repeated at this interval …
    pub every: Option<Term>,
    /// … at most this often in all (1 unless said).
    pub at_most: u32,
}

/// When a rung is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RungTime {
    /// After the state was entered.
    After(Term),
    /// At the deadline.
    Deadline,
    /// Later than the deadline.
    DeadlinePlus(Term),
    /// When so much of the time allowed is over, in percent: a warning before it is late.
    Share(u32),
}

impl Rung {
    /// When it is due, for a state that allows this long: a share is counted like any other length of time since the state was entered.
    pub fn due(&self, allowed: Option<Term>) -> RungTime {
        let RungTime::Share(percent) = self.at else {
            return self.at.clone();
        };
        let part = allowed.and_then(|term| term.share(percent));
        // Refused when the flow is checked: there is no deadline, or no such share of it.
        part.map_or(RungTime::Deadline, RungTime::After)
    }
}

/// What a rung does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LateAct {
    /// A reminder to these people.
    Remind(Vec<PeopleRef>),
    /// These people are asked too.
    Add(Vec<PeopleRef>),
    /// These people are asked instead.
    HandTo(Vec<PeopleRef>),
    /// The system approves ("timed out").
    Approve,
    /// The system rejects.
    Reject,
    /// The state is left for another.
    Go(StateIx),
}

/// Subject and text of a mail.
#[derive(Clone, Debug)]
pub struct MailTemplate {
    /// One line, in Chinese and in English.
    pub subject: [Template; 2],
    /// Plain text, in Chinese and in English.
    pub text: [Template; 2],
}

/// `proxy:`: who may stand in for somebody absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proxy {
    /// `{to: same_role}`: role tasks may go to a proxy holding the same role.
    pub same_role: bool,
    /// `{to: anyone}`: role tasks may go to any proxy.
    pub anyone: bool,
    /// Longest absence a proxy covers, in days.
    pub longest_days: Option<u32>,
    /// `chain: refuse`: a proxy's proxy does not count.
    pub refuse_chain: bool,
    /// States no proxy acts in.
    pub not_for: Vec<String>,
}

/// The switches of a flow; every one pinned with the version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policies {
    /// Nobody was found.
    pub nobody: Nobody,
    /// The applicant would decide.
    pub own_request: OwnRequest,
    /// The same person decided before.
    pub same_person: SamePerson,
    /// Data changed after somebody signed.
    pub data_changed: DataChanged,
    /// How a decision from a mail link is made.
    pub decide_from_mail: DecideFromMail,
    /// What a mailed reply may do.
    pub reply_by_mail: ReplyByMail,
    /// Returns allowed before the instance is held (default 10).
    pub rounds_max: u32,
    /// Until when the applicant may withdraw.
    pub withdraw: Withdraw,
    /// After a return: ask the same people if still entitled, or always anew.
    pub people_anew: bool,
    /// `signatures_after_return:`: a signature on unchanged facts stands, or everybody signs again.
    pub signatures: Signatures,
    /// `restore:`: when the record goes back to its values at submit.
    pub restore: Restore,
    /// `reopen:`: days within which the applicant may open a rejected case again; none: never.
    pub reopen_days: Option<u32>,
}

impl Default for Policies {
    fn default() -> Self {
        Self {
            nobody: Nobody::Hold,
            own_request: OwnRequest::Refuse,
            same_person: SamePerson::Consecutive,
            data_changed: DataChanged::AskAgain,
            decide_from_mail: DecideFromMail::AfterSignIn,
            reply_by_mail: ReplyByMail::Off,
            rounds_max: 10,
            withdraw: Withdraw::BeforeEnd,
            people_anew: false,
            signatures: Signatures::KeepUnchanged,
            restore: Restore::default(),
            reopen_days: None,
        }
    }
}

/// Policies one state overrides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PolicyOverrides {
    /// See [`Policies::nobody`].
    pub nobody: Option<Nobody>,
    /// See [`Policies::own_request`].
    pub own_request: Option<OwnRequest>,
    /// See [`Policies::same_person`].
    pub same_person: Option<SamePerson>,
    /// See [`Policies::data_changed`].
    pub data_changed: Option<DataChanged>,
    /// See [`Policies::decide_from_mail`].
    pub decide_from_mail: Option<DecideFromMail>,
}

/// `nobody:`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Nobody {
    /// The instance is held and the owner told.
    Hold,
    /// These people are asked instead.
    Fallback(String),
    /// The next superior.
    Superior,
    /// Counts as approved, by the system.
    Pass,
    /// Counts as rejected, by the system.
    Reject,
}

/// `own_request:`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnRequest {
    /// The applicant is never a candidate.
    Refuse,
    /// The applicant's superior instead.
    Superior,
    /// The applicant is asked like anybody else.
    Ask,
    /// Counts as approved when nobody else remains.
    Pass,
}

/// `same_person:`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SamePerson {
    /// The last human decision on this path was theirs: it counts for both.
    Consecutive,
    /// Any earlier approval of theirs counts.
    Once,
    /// Asked again every time.
    Ask,
    /// May not sign a second state.
    Refuse,
}

/// `data_changed:`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataChanged {
    /// The earliest passed state that read the field is entered again.
    AskAgain,
    /// Signatures stand.
    Keep,
}

/// `decide_from_mail:`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecideFromMail {
    /// A device signs in once.
    AfterSignIn,
    /// A code by mail, for outsiders.
    Code,
    /// The link alone, where the owner switched it on.
    Link,
}

/// `reply_by_mail:`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplyByMail {
    /// Replies are not read.
    Off,
    /// A reply may reject or comment.
    RejectOnly,
    /// A reply may approve too.
    Any,
}

/// `withdraw:`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Withdraw {
    /// Until somebody has decided.
    BeforeFirstDecision,
    /// Until the end.
    BeforeEnd,
    /// Not at all.
    Never,
}

/// `signatures_after_return:`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signatures {
    /// Whoever signed facts that are unchanged need not sign again; the others see what changed.
    KeepUnchanged,
    /// Everybody on the way signs again.
    AskAgain,
}

/// `restore:`: after which ends the record gets back the values it was submitted with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Restore {
    /// After a rejection.
    pub rejected: bool,
    /// After a withdrawal.
    pub withdrawn: bool,
}
