//! Events: the facts that change an instance. Append-only; folding them from zero gives the stored state.

use serde::{Deserialize, Serialize};

use crate::calendar::Rest;
use crate::command::{Actor, Verdict, Via};
use crate::definition::Outcome;
use crate::instance::{BranchStatus, Held, TaskEnd, TaskKind};
use crate::people::PersonId;
use crate::text::Text;
use crate::time::Moment;
use crate::value::{Value, Values};

/// A fact, with its place in the trail.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Number within the instance, from 1 without gaps.
    pub seq: u32,
    /// The turn it belongs to.
    pub rev: u64,
    /// When.
    pub at: Moment,
    /// Whose command caused it.
    pub actor: Actor,
    /// The way that command came in.
    pub via: Via,
    /// What happened.
    #[serde(flatten)]
    pub change: Change,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Change {
    /// The instance was made.
    Started {
        instance: String,
        flow: String,
        version: String,
        entity: String,
        record: String,
        applicant: PersonId,
        parent: Option<String>,
    },
    /// Field values changed (only those that did).
    FieldsSet { values: Values },
    /// The applicant submitted.
    Submitted { straight_back: bool },
    /// A state was entered.
    Entered {
        state: String,
        entry: u32,
        parent: Option<u32>,
        due: Option<Moment>,
        branches: Vec<(String, BranchStatus)>,
    },
    /// A state (or branch) was skipped: its condition was false, with the values that decided.
    Skipped {
        state: String,
        because: String,
        values: Vec<(String, Value)>,
    },
    /// A way out of a choice was taken.
    Chosen {
        state: String,
        to: String,
        because: String,
        values: Vec<(String, Value)>,
    },
    /// The people asked in a state, in order; `left_out` says who was not, and the code of the policy.
    Asked {
        entry: u32,
        voters: Vec<PersonId>,
        left_out: Vec<(PersonId, String)>,
        /// Those among the voters whom a policy named, not the state's rule.
        stand_ins: Vec<PersonId>,
        required: u32,
    },
    /// A voter was added.
    VoterAdded {
        entry: u32,
        person: PersonId,
        because: Text,
    },
    /// Late: others are asked instead of those who had not decided yet.
    HandedOver {
        entry: u32,
        state: String,
        from: Vec<PersonId>,
        to: Vec<PersonId>,
    },
    /// A task was opened.
    TaskOpened {
        task: u32,
        state: String,
        entry: u32,
        kind: TaskKind,
        assignee: PersonId,
        voter: PersonId,
        due: Option<Moment>,
        why: Vec<Text>,
    },
    /// A task ended.
    TaskClosed {
        task: u32,
        end: TaskEnd,
        because: Text,
    },
    /// A person decided.
    Decided {
        task: u32,
        entry: u32,
        state: String,
        voter: PersonId,
        verdict: Verdict,
        comment: Option<String>,
        signed: String,
    },
    /// The system counted a vote or settled a state: policy or timeout, in words.
    SystemDecided {
        entry: u32,
        state: String,
        voter: Option<PersonId>,
        verdict: Verdict,
        because: Text,
    },
    /// A named action of a work state was taken.
    Acted {
        task: u32,
        state: String,
        action: String,
        comment: Option<String>,
    },
    /// A state was left in the ordinary way.
    Left {
        state: String,
        entry: u32,
        to: Option<String>,
        /// What is left of its deadline, when its clock only stops.
        rest: Option<Rest>,
    },
    /// A state was left because something around it was settled or it was sent back.
    Cancelled {
        state: String,
        entry: u32,
        because: Text,
    },
    /// A branch ended.
    BranchEnded {
        parent: u32,
        branch: String,
        status: BranchStatus,
    },
    /// Sent back: a new round.
    Returned {
        from: String,
        to: String,
        round: u32,
        dropped: Vec<u32>,
        kept: Vec<String>,
        because: Text,
        comment: Option<String>,
        say: Option<Text>,
    },
    /// A wake-up was armed.
    WakeupSet {
        reference: String,
        at: Moment,
        entry: u32,
    },
    /// A wake-up fired or is not wanted any more.
    WakeupCleared { reference: String, fired: bool },
    /// A reminder went out.
    Reminded {
        entry: u32,
        state: String,
        people: Vec<PersonId>,
    },
    /// A task went to somebody else.
    Transferred {
        task: u32,
        from: PersonId,
        to: PersonId,
        comment: Option<String>,
    },
    /// An effect was asked for.
    Called {
        call: u32,
        effect: String,
        entry: u32,
        state: String,
        input: Values,
        key: String,
        retry_ms: Vec<i64>,
        waits: bool,
    },
    /// It answered.
    Answered { call: u32, filled: Values },
    /// It failed for good.
    CallFailed { call: u32, reason: String },
    /// A rule ran, with what it was given, what it said, and the hash of its text.
    RuleRan {
        state: String,
        rule: String,
        script: String,
        given: Values,
        gave: Values,
    },
    /// A mail was queued.
    MailQueued {
        mail: String,
        to: Vec<PersonId>,
        task: Option<u32>,
        state: String,
    },
    /// Something outside happened that the instance waited for.
    Happened { name: String, payload: Value },
    /// A subflow was asked for.
    SubflowAsked {
        flow: String,
        entry: u32,
        link: Option<String>,
        child: String,
    },
    /// A subflow ended.
    SubflowEnded { child: String, outcome: Outcome },
    /// Words.
    Commented { text: String },
    /// The instance cannot go on by itself.
    Held { held: Held },
    /// It goes on.
    Resumed {
        state: String,
        comment: Option<String>,
    },
    /// It is over.
    Ended {
        state: Option<String>,
        outcome: Outcome,
        comment: Option<String>,
    },
}
