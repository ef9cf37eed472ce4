//! Events: the facts that change an instance. Append-only; folding them from zero gives the stored state.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::calendar::{Rest, Term};
use crate::command::{Action, Actor, Override, SignerPlace, Verdict, Via};
use crate::definition::Outcome;
use crate::directory::ProxyFlag;
use crate::instance::{BranchStatus, Held, OtherWake, Revokes, RungRest, TaskEnd, TaskKind};
use crate::people::{PersonId, Pick};
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
        /// The instance it belongs to.
        instance: String,
        /// Flow id.
        flow: String,
        /// Definition version.
        version: String,
        /// Entity type.
        entity: String,
        /// Record id.
        record: String,
        /// Who started it.
        applicant: PersonId,
        /// The entry (or, for a start, the instance) around it.
        parent: Option<String>,
        /// The instance that it asks to revoke.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        revokes: Option<Revokes>,
    },
    /// Field values changed (only those that did).
    FieldsSet {
        /// Values by name or path.
        values: Values,
    },
    /// The applicant submitted.
    Submitted {
        /// Straight to the state that sent it back.
        straight_back: bool,
        /// The record's values are kept, to be put back after a rejection or withdrawal.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        keeps: bool,
    },
    /// A state was entered.
    Entered {
        /// State id.
        state: String,
        /// Number of the entry.
        entry: u32,
        /// The entry (or, for a start, the instance) around it.
        parent: Option<u32>,
        /// When it is due.
        due: Option<Moment>,
        /// For a parallel state: its branches and how each starts.
        branches: Vec<(String, BranchStatus)>,
        /// The time allowed; none without a deadline.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        term: Option<Term>,
    },
    /// A state (or branch) was skipped: its condition was false, with the values that decided.
    Skipped {
        /// State id.
        state: String,
        /// Why, in words or as the condition was written.
        because: String,
        /// Values by name or path.
        values: Vec<(String, Value)>,
    },
    /// A way out of a choice was taken.
    Chosen {
        /// State id.
        state: String,
        /// Where, or to whom.
        to: String,
        /// Why, in words or as the condition was written.
        because: String,
        /// Values by name or path.
        values: Vec<(String, Value)>,
    },
    /// The people asked in a state, in order; `left_out` says who was not, and the code of the policy.
    Asked {
        /// Number of the entry.
        entry: u32,
        /// Who, in order.
        voters: Vec<PersonId>,
        /// Who the rule names but was not asked, and by which policy.
        left_out: Vec<(PersonId, String)>,
        /// Those among the voters whom a policy named, not the state's rule.
        stand_ins: Vec<PersonId>,
        /// Approvals (or weight) needed.
        required: u32,
        /// What each vote weighs, where not 1; in the order of `voters`.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        weights: Vec<u32>,
        /// The groups each vote counts for, where each group needs its own; in the order of `voters`.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        groups: Vec<Vec<u32>>,
    },
    /// A voter was added.
    VoterAdded {
        /// Number of the entry.
        entry: u32,
        /// Who.
        person: PersonId,
        /// Why, in words or as the condition was written.
        because: Text,
        /// The voter they stand beside, and where; none for the system.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        beside: Option<(PersonId, SignerPlace)>,
    },
    /// Late: others are asked instead of those who had not decided yet.
    HandedOver {
        /// Number of the entry.
        entry: u32,
        /// State id.
        state: String,
        /// Where from, or from whom.
        from: Vec<PersonId>,
        /// Where, or to whom.
        to: Vec<PersonId>,
    },
    /// A task was opened.
    TaskOpened {
        /// Number of the task.
        task: u32,
        /// State id.
        state: String,
        /// Number of the entry.
        entry: u32,
        /// What is asked.
        kind: TaskKind,
        /// Who must act.
        assignee: PersonId,
        /// Whose vote it is.
        voter: PersonId,
        /// When it is due.
        due: Option<Moment>,
        /// Why this person.
        why: Vec<Text>,
        /// For a pool: who may claim it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        candidates: Vec<PersonId>,
        /// For an opinion or an answer: the task it is for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        host: Option<u32>,
        /// The host waits for it.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        blocks: bool,
    },
    /// A task ended.
    TaskClosed {
        /// Number of the task.
        task: u32,
        /// How it ended.
        end: TaskEnd,
        /// Why, in words or as the condition was written.
        because: Text,
    },
    /// A person decided.
    Decided {
        /// Number of the task.
        task: u32,
        /// Number of the entry.
        entry: u32,
        /// State id.
        state: String,
        /// Whose vote it is.
        voter: PersonId,
        /// What was said.
        verdict: Verdict,
        /// The words given with it.
        comment: Option<String>,
        /// Hash of the facts that were signed.
        signed: String,
        /// The facts that were signed: field → a short hash of its value.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        facts: BTreeMap<String, String>,
        /// The custom outcome that was picked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        outcome: Option<String>,
        /// The name as typed, or the id of the drawn signature.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        signature: Option<String>,
        /// The password or a code was entered again.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        stepped_up: bool,
    },
    /// The system counted a vote or settled a state: policy or timeout, in words.
    SystemDecided {
        /// Number of the entry.
        entry: u32,
        /// State id.
        state: String,
        /// Whose vote it is.
        voter: Option<PersonId>,
        /// What was said.
        verdict: Verdict,
        /// Why, in words or as the condition was written.
        because: Text,
    },
    /// A named action of a work state was taken.
    Acted {
        /// Number of the task.
        task: u32,
        /// State id.
        state: String,
        /// The action's id.
        action: String,
        /// The words given with it.
        comment: Option<String>,
    },
    /// A state was left in the ordinary way.
    Left {
        /// State id.
        state: String,
        /// Number of the entry.
        entry: u32,
        /// Where, or to whom.
        to: Option<String>,
        /// What is left of its deadline, when its clock only stops.
        rest: Option<Rest>,
        /// And of the rungs of its ladder that have not fired.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        rungs: Vec<RungRest>,
        /// Why, where neither a decision nor its own end led on: it timed out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        because: Option<Text>,
    },
    /// A state was left because something around it was settled or it was sent back.
    Cancelled {
        /// State id.
        state: String,
        /// Number of the entry.
        entry: u32,
        /// Why, in words or as the condition was written.
        because: Text,
    },
    /// A branch ended; or, as `open`, is under way again because of changed data.
    BranchEnded {
        /// The entry (or, for a start, the instance) around it.
        parent: u32,
        /// Branch id.
        branch: String,
        /// How it stands now.
        status: BranchStatus,
    },
    /// Sent back: a new round.
    Returned {
        /// Where from, or from whom.
        from: String,
        /// Where, or to whom.
        to: String,
        /// The round that begins.
        round: u32,
        /// Entries whose decisions no longer stand.
        dropped: Vec<u32>,
        /// States whose approvals stay valid.
        kept: Vec<String>,
        /// Why, in words or as the condition was written.
        because: Text,
        /// The words given with it.
        comment: Option<String>,
        /// The flow's own sentence for the applicant.
        say: Option<Text>,
        /// Places on the path (from 0) of skipped states that do not count any more. None in trails that did not say:
        /// then every one after the state it went back to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        skips: Option<Vec<usize>>,
        /// Somebody sent it back into a parallel state: everybody inside looks again, whatever they signed before.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        anew: bool,
    },
    /// A wake-up was armed.
    WakeupSet {
        /// Its name, unique in the instance.
        reference: String,
        /// When. Not `at` in the stored form: that is the event's own time, beside it in the same object.
        #[serde(rename = "due")]
        at: Moment,
        /// Number of the entry.
        entry: u32,
        /// What it counts from, when that is not now: it was armed before and only moves.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<Moment>,
        /// The rest of a stopped clock it was reckoned from.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rest: Option<Rest>,
    },
    /// A wake-up fired or is not wanted any more.
    WakeupCleared {
        /// Its name, unique in the instance.
        reference: String,
        /// True when it fired, false when it was not wanted any more.
        fired: bool,
    },
    /// A reminder went out.
    Reminded {
        /// Number of the entry.
        entry: u32,
        /// State id.
        state: String,
        /// Who.
        people: Vec<PersonId>,
    },
    /// A task went to somebody else.
    Transferred {
        /// Number of the task.
        task: u32,
        /// Where from, or from whom.
        from: PersonId,
        /// Where, or to whom.
        to: PersonId,
        /// The words given with it.
        comment: Option<String>,
    },
    /// An effect was asked for.
    Called {
        /// Number of the call.
        call: u32,
        /// `module.effect`.
        effect: String,
        /// Number of the entry.
        entry: u32,
        /// State id.
        state: String,
        /// What it is given.
        input: Values,
        /// Its idempotency key.
        key: String,
        /// Waits between attempts, in milliseconds.
        retry_ms: Vec<i64>,
        /// The flow stays for the answer.
        waits: bool,
        /// It can be undone when the instance is revoked.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        undoable: bool,
    },
    /// It answered.
    Answered {
        /// Number of the call.
        call: u32,
        /// The values it brought.
        filled: Values,
    },
    /// It failed for good.
    CallFailed {
        /// Number of the call.
        call: u32,
        /// The words of the last failure.
        reason: String,
    },
    /// It was not made: its state was left before it was sent.
    CallDropped {
        /// Number of the call.
        call: u32,
    },
    /// It answered after its state was left: what it did outside is done.
    AnsweredLate {
        /// Number of the call.
        call: u32,
        /// `module.effect`.
        effect: String,
        /// The state that asked for it.
        state: String,
        /// The values it brought.
        gave: Values,
    },
    /// A rule ran, with what it was given, what it said, and the hash of its text.
    RuleRan {
        /// State id.
        state: String,
        /// `file.function`.
        rule: String,
        /// Hash of the script that was read.
        script: String,
        /// What it was given.
        given: Values,
        /// What it said.
        gave: Values,
    },
    /// A mail was queued.
    MailQueued {
        /// Name of the mail.
        mail: String,
        /// Where, or to whom.
        to: Vec<PersonId>,
        /// Number of the task.
        task: Option<u32>,
        /// State id.
        state: String,
    },
    /// Something outside happened that the instance waited for.
    Happened {
        /// Its name.
        name: String,
        /// What came with it.
        payload: Value,
    },
    /// A subflow was asked for.
    SubflowAsked {
        /// Flow id.
        flow: String,
        /// Number of the entry.
        entry: u32,
        /// The field of the child that refers to this record.
        link: Option<String>,
        /// Id of the child instance.
        child: String,
        /// It runs beside; nobody waits for it.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        beside: bool,
        /// First values of the child: its row, or its person.
        #[serde(default, skip_serializing_if = "Values::is_empty")]
        set: Values,
    },
    /// A subflow ended.
    SubflowEnded {
        /// Id of the child instance.
        child: String,
        /// How it ended.
        outcome: Outcome,
    },
    /// Words.
    Commented {
        /// The words.
        text: String,
        /// Who was mentioned.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        mention: Vec<PersonId>,
        /// Ids of attachments.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        files: Vec<String>,
    },
    /// The instance cannot go on by itself.
    Held {
        /// Why, where, and who was told.
        held: Held,
    },
    /// It goes on.
    Resumed {
        /// State id.
        state: String,
        /// The words given with it.
        comment: Option<String>,
    },
    /// It is over.
    Ended {
        /// State id.
        state: Option<String>,
        /// How it ended.
        outcome: Outcome,
        /// The words given with it.
        comment: Option<String>,
    },
    /// A voter who had not spoken is asked no more.
    VoterRemoved {
        /// Number of the entry.
        entry: u32,
        /// Who.
        person: PersonId,
        /// The words given with it.
        comment: Option<String>,
    },
    /// A task's holder asked somebody to prepare the decision, or for an opinion.
    OpinionAsked {
        /// The holder's task.
        task: u32,
        /// Who.
        to: PersonId,
        /// True when it was delegated: the holder waits.
        delegated: bool,
        /// The words given with it.
        comment: Option<String>,
    },
    /// An opinion was given.
    Advised {
        /// The adviser's task.
        task: u32,
        /// The task it is for.
        host: u32,
        /// The opinion.
        comment: String,
    },
    /// People were informed.
    Copied {
        /// Who.
        to: Vec<PersonId>,
        /// The words given with it.
        comment: Option<String>,
    },
    /// A question was asked without deciding.
    Questioned {
        /// The task of who asks.
        task: u32,
        /// Who is to answer.
        to: PersonId,
        /// The question.
        question: String,
    },
    /// It was answered.
    Replied {
        /// The task of who answers.
        task: u32,
        /// The task it is for.
        host: u32,
        /// The answer.
        text: String,
    },
    /// A decision was taken back.
    TakenBack {
        /// The task that was decided.
        task: u32,
        /// Number of the entry.
        entry: u32,
        /// State id.
        state: String,
        /// Whose vote it was.
        voter: PersonId,
        /// Entries passed since, which no longer stand; empty when the state was still open.
        dropped: Vec<u32>,
        /// The words given with it.
        comment: Option<String>,
        /// It had been left, and stands as if it had not: no rest of its clock is kept for a later entry.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        stands: bool,
    },
    /// The applicant asked them to hurry.
    Urged {
        /// Who.
        people: Vec<PersonId>,
    },
    /// A rejected case was opened again: a new round.
    Reopened {
        /// The round that begins.
        round: u32,
        /// The words given with it.
        comment: Option<String>,
    },
    /// The instance moved to another version of its flow, which it pins from here on.
    Migrated {
        /// The version before.
        from: String,
        /// The version now.
        to: String,
        /// States that only have another id: their history goes with them.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        renamed: BTreeMap<String, String>,
        /// Always true: whoever looks for what was overruled finds it by this.
        r#override: bool,
        /// Why.
        reason: String,
    },
    /// A branch joined a parallel state that was entered before.
    BranchAdded {
        /// The entry of the parallel state.
        parent: u32,
        /// Branch id.
        branch: String,
        /// How it starts.
        status: BranchStatus,
    },
    /// A deadline was reckoned again.
    DueMoved {
        /// Number of the entry.
        entry: u32,
        /// State id.
        state: String,
        /// When it was due.
        from: Option<Moment>,
        /// When it is due.
        to: Option<Moment>,
        /// How that was reckoned.
        why: Vec<Text>,
        /// The whole term runs anew from here.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        restarted: Option<Moment>,
        /// The time allowed, where that is another now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        term: Option<Term>,
    },
    /// A running subflow is not wanted any more, and is withdrawn.
    SubflowStopped {
        /// Id of the child instance.
        child: String,
        /// Why.
        because: Text,
    },
    /// One of several was drawn, or a rule named people; kept for the name under `people:`.
    Drawn {
        /// The name under `people:`.
        name: String,
        /// How.
        how: Pick,
        /// Who.
        people: Vec<PersonId>,
        /// Among whom; empty for a rule.
        pool: Vec<PersonId>,
        /// What decided: the open tasks they had, the seed, the number of the turn; 0 for a rule.
        number: u64,
    },
    /// Somebody chose who is asked.
    PeopleChosen {
        /// The name under `people:`.
        name: String,
        /// Who.
        people: Vec<PersonId>,
    },
    /// The person asked is away: somebody stands in, or nobody can and the flag says why.
    Proxied {
        /// Number of the task.
        task: u32,
        /// Who was asked.
        person: PersonId,
        /// From the person asked to whoever stands in, both included; empty when nobody does.
        hops: Vec<PersonId>,
        /// Why nobody stands in.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        flag: Option<ProxyFlag>,
    },
    /// The flow's owner or an administrator overruled the flow: what follows in the same turn is theirs, not the flow's.
    Overridden {
        /// What they did.
        act: Override,
        /// Always true: whoever looks for what was overruled finds it by this.
        r#override: bool,
        /// Why.
        reason: String,
    },
    /// 挂起: nobody may decide until it is lifted. By the event's actor.
    Suspended {
        /// Why.
        reason: String,
    },
    /// 恢复: it goes on.
    Unsuspended {},
    /// While it was suspended, something came from outside; it is done when the instance goes on.
    Postponed {
        /// What came.
        action: Box<Action>,
    },
    /// A state's clock stopped. A second cause only adds itself: the rests are those of the first.
    ClockStopped {
        /// Number of the entry.
        entry: u32,
        /// State id.
        state: String,
        /// Why: `suspended`, `question`.
        cause: String,
        /// What is left of its deadline; none when it has none, or it had passed.
        rest: Option<Rest>,
        /// What is left of the rungs of its ladder.
        rungs: Vec<RungRest>,
        /// Its other wake-ups: times that do not move.
        others: Vec<OtherWake>,
    },
    /// One cause is gone; with the last one the clock runs on.
    ClockStarted {
        /// Number of the entry.
        entry: u32,
        /// State id.
        state: String,
        /// The cause that is gone.
        cause: String,
        /// When it is due now; none while another cause holds, or when it has no deadline.
        due: Option<Moment>,
    },
    /// Somebody asked to revoke what was approved: another instance decides on it.
    RevocationAsked {
        /// The flow that decides.
        flow: String,
        /// Id of the instance that decides.
        child: String,
        /// Who approved, and may be asked again.
        approvers: Vec<PersonId>,
        /// Why.
        comment: String,
    },
    /// It ended without an approval: what was approved stands.
    RevocationRefused {
        /// Id of the instance that decided.
        child: String,
        /// How it ended.
        outcome: Outcome,
    },
    /// It was approved: this instance is revoked, and its effects are undone.
    Revoked {
        /// Id of the instance that decided.
        child: String,
    },
    /// A module told the flows of another record that something happened.
    Told {
        /// Entity type of that record.
        entity: String,
        /// Its id.
        record: String,
        /// The event.
        name: String,
        /// What comes with it.
        payload: Value,
    },
}
