//! One run of a definition on one record: the state that events fold into.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

mod revocation;

pub use revocation::{Revocation, Revokes, Undo};

use crate::calendar::{Rest, Term};
use crate::command::{Action, Verdict};
use crate::definition::Outcome;
use crate::directory::ProxyFlag;
use crate::people::{PersonId, Pick};
use crate::text::Text;
use crate::time::Moment;
use crate::value::Values;

/// An instance and the record it runs on. Loaded together, changed together, committed together.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// The run.
    pub instance: Instance,
    /// The record's values (stored in the entity type's table, not in the instance row).
    pub values: Values,
}

/// One run of a definition. Stored as compact JSON in the instance's hot row; open tasks, wake-ups and calls are also
/// rows of their own, made from the same events.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Instance {
    /// UUIDv7.
    pub id: String,
    /// Flow id.
    pub flow: String,
    /// Definition version it pins.
    pub version: String,
    /// Entity type of its record.
    pub entity: String,
    /// Id of its record.
    pub record: String,
    /// Who started it.
    pub applicant: PersonId,
    /// The instance that waits for this one as its subflow.
    pub parent: Option<String>,
    /// Running or over.
    pub status: Status,
    /// Where it cannot go on by itself; empty when it can.
    pub holds: Vec<Held>,
    /// Turns so far: the compare-and-swap number.
    pub rev: u64,
    /// Events so far: the number of the last one.
    pub seq: u32,
    /// SHA-256 (hex) of the last event, chained over all before it.
    pub chain: String,
    /// Submitted at least once.
    pub submitted: bool,
    /// 1, and one more for each return.
    pub round: u32,
    /// States entered so far; numbers entries.
    pub entries: u32,
    /// Tasks opened so far; numbers tasks.
    pub tasks_made: u32,
    /// Calls made so far; numbers calls.
    pub calls_made: u32,
    /// States it is in now, parents before children.
    pub active: Vec<Active>,
    /// Open tasks.
    pub tasks: Vec<Task>,
    /// Wake-ups armed.
    pub wakeups: Vec<Wakeup>,
    /// Effects not answered yet.
    pub calls: Vec<Call>,
    /// States passed on the way, in order; a return cuts it back to its target.
    pub path: Vec<Passed>,
    /// Human decisions on the way, in order, of all rounds.
    pub decisions: Vec<Decision>,
    /// The state it was sent back from last: for "straight back".
    pub returned_from: Option<String>,
    /// Fields the applicant edited since it was sent back last.
    pub edited: Vec<String>,
    /// States whose approvals stay valid after the last return (`keep:`).
    pub kept: Vec<String>,
    /// What is left of deadlines that stopped (`clock: {stops_in}`), by state.
    pub stopped: BTreeMap<String, Rest>,
    /// Times each state was entered, for the cap that stops a runaway loop.
    pub visits: BTreeMap<String, u32>,
    /// The last tasks that ended (at most [`CLOSED_KEPT`]), to say who was faster.
    pub closed: Vec<ClosedTask>,
    /// The last thing a person did that moves the case: what may still be taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<LastDeed>,
    /// The state the last return led to: its people look again, whatever they signed before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returned_to: Option<String>,
    /// That is a parallel state, and so do the people of the states inside of it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub returned_anew: bool,
    /// When the applicant urged last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub urged: Option<Moment>,
    /// The record as it was submitted first, where the flow puts it back after a rejection or withdrawal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_submit: Option<Values>,
    /// Effects and subflows started so far: what was started outside cannot be taken back.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub outside: u32,
    /// Whom somebody chose, by the name under `people:`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub choices: BTreeMap<String, Vec<PersonId>>,
    /// Who was drawn (by load, lot or turn, or by a rule), one per name under `people:`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drawn: Vec<Drawn>,
    /// Who did the work of which state, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub worked: Vec<Worked>,
    /// What is left of the ladders beside `stopped`, by state.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub stopped_rungs: BTreeMap<String, Vec<RungRest>>,
    /// Suspended by an administrator: nobody may decide, clocks stand still.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspended: Option<Suspension>,
    /// Subflows it asked for: those it waits for, with how they ended, and those that run beside it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<Child>,
    /// What is known of revocations.
    #[serde(default, skip_serializing_if = "Revocation::is_nothing")]
    pub revocation: Revocation,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Moment>,
    /// What folded it: [`FOLD`](crate::apply::FOLD) of the program that wrote it; 0 before that was kept.
    #[serde(default)]
    pub fold: u32,
}

/// A subflow that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Child {
    /// Id of its instance.
    pub id: String,
    /// The entry that asked for it.
    pub entry: u32,
    /// It runs beside; nobody waits for it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub beside: bool,
    /// How it ended; none while it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
}

fn is_zero(count: &u32) -> bool {
    *count == 0
}

/// The last deed of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastDeed {
    /// Who.
    pub person: PersonId,
    /// The task it ended.
    pub task: u32,
    /// Entry of its state.
    pub entry: u32,
    /// True for a decision (not an action, a return or a submission).
    pub decision: bool,
    /// [`Instance::outside`] at that time.
    pub outside: u32,
    /// The state as it was when it was left because of it, to put it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<Active>,
    /// What was armed in its state when it was left because of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub armed: Vec<Wakeup>,
    /// An administrator moved the case since: nobody undoes that by taking a decision back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub overruled: bool,
}

/// One or more drawn from several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drawn {
    /// The name under `people:`.
    pub name: String,
    /// How.
    pub how: Pick,
    /// Who.
    pub people: Vec<PersonId>,
    /// What decided: the open tasks they had, the seed, the number of the turn; 0 for a rule.
    pub number: u64,
    /// The round.
    pub round: u32,
}

/// A work state's action that was taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Worked {
    /// State id.
    pub state: String,
    /// Its entry.
    pub entry: u32,
    /// Who acted.
    pub person: PersonId,
    /// Whom they acted for, when they stood in for somebody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stands_for: Option<PersonId>,
}

/// Who suspended an instance, why, since when, and what came meanwhile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Suspension {
    /// Who; they answer for it until it goes on.
    pub by: PersonId,
    /// Why.
    pub reason: String,
    /// Since when.
    pub since: Moment,
    /// Answers and events that came meanwhile, in order; done when it goes on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub postponed: Vec<Action>,
}

/// What is left of a rung of a ladder whose clock stands still.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RungRest {
    /// Which rung, from 0.
    pub rung: u32,
    /// How often it has fired.
    pub fired: u32,
    /// What is left until it fires.
    pub rest: Rest,
}

/// A wake-up that names a time, not a length: it does not move when a clock stops.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherWake {
    /// Its name.
    pub reference: String,
    /// When.
    pub at: Moment,
}

/// A clock that stands still.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoppedClock {
    /// Why; it runs on when the last one is gone.
    pub causes: Vec<String>,
    /// Since when.
    pub since: Moment,
    /// What is left of the deadline.
    pub rest: Option<Rest>,
    /// What is left of the ladder.
    pub rungs: Vec<RungRest>,
    /// Times that do not move.
    pub others: Vec<OtherWake>,
}

/// What a deadline counts from, when that is not the entering of its state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountedFrom {
    /// From here.
    pub at: Moment,
    /// What was left; none: the whole term.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rest: Option<Rest>,
}

/// Where an instance is in its life.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Something will wake it.
    Running,
    /// Over.
    Ended(Outcome),
}

/// Why an instance stands still, and whose turn it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Stable code: `nobody`, `missing_value`, `effect_failed`, `rounds`, …
    pub code: String,
    /// One sentence.
    pub reason: Text,
    /// The state at fault.
    pub state: String,
    /// Its entry; none when it could not even be entered.
    pub entry: Option<u32>,
    /// The names from `people:` that were told (`owner` is the flow's owner).
    pub told: Vec<String>,
    /// Who was told.
    pub owner: Vec<PersonId>,
    /// When.
    pub since: Moment,
}

/// A state an instance is in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Active {
    /// State id.
    pub state: String,
    /// The number of this entry: grows with every state entered, never reused.
    pub entry: u32,
    /// The entry of the parallel state this one is inside of.
    pub parent: Option<u32>,
    /// When it was entered.
    pub since: Moment,
    /// When its work is due.
    pub due: Option<Moment>,
    /// For a parallel state: its branches.
    pub branches: Vec<BranchRun>,
    /// For an approval: the people asked, with their votes.
    pub voters: Vec<Voter>,
    /// Who was not asked although the rule names them, and by which policy.
    pub left_out: Vec<(PersonId, String)>,
    /// The time allowed, as it was when the state was entered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub term: Option<Term>,
    /// Its clock stands still.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<StoppedClock>,
    /// What its deadline counts from, when that is not `since`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted_from: Option<CountedFrom>,
}

/// One branch of an active parallel state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BranchRun {
    /// Branch id.
    pub id: String,
    /// How it stands.
    pub status: BranchStatus,
}

/// How a branch stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BranchStatus {
    /// Left out: its condition was false.
    Skipped,
    /// Under way.
    Open,
    /// Done.
    Done,
    /// Rejected.
    Rejected,
    /// Cancelled because the join was settled without it.
    Cancelled,
}

/// Somebody asked in an approval, and what they said. Order is the order of asking.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Voter {
    /// Who was asked first (a transfer changes who holds the task, not the number of voters).
    pub person: PersonId,
    /// The task they were asked by; none before their turn comes (in order) or when a policy counted for them.
    pub task: Option<u32>,
    /// What they said.
    pub verdict: Option<Verdict>,
    /// Found by the state's rule (and asked again whether still entitled), not added later.
    pub by_rule: bool,
    /// What the vote weighs (票签); 1 unless the flow says otherwise.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub weight: u32,
    /// The groups the vote counts for, where each group needs its own; indices into the state's `by:`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<u32>,
    /// Voters with the same number speak one after the other: a holder with those added before and after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stack: Option<u32>,
    /// Who added them; none for the rule or the system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub added_by: Option<PersonId>,
    /// Asked because a policy named them, where the rule found nobody.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_policy: bool,
}

fn one() -> u32 {
    1
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the shape serde asks for"
)]
fn is_one(weight: &u32) -> bool {
    *weight == 1
}

/// An open task: one person asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// Number within the instance.
    pub no: u32,
    /// State id.
    pub state: String,
    /// Entry of that state.
    pub entry: u32,
    /// Round it was opened in.
    pub round: u32,
    /// What is asked.
    pub kind: TaskKind,
    /// Who must act.
    pub assignee: PersonId,
    /// Whose vote it is (differs after a transfer).
    pub voter: PersonId,
    /// When it was opened.
    pub since: Moment,
    /// When it is due.
    pub due: Option<Moment>,
    /// Why this person: the explanation of the resolver.
    pub why: Vec<Text>,
    /// For a pool: who may claim it; the assignee is empty until somebody has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<PersonId>,
    /// For an opinion or an answer: the task it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<u32>,
    /// The host waits until it is there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub blocks: bool,
    /// The person asked, when the assignee stands in for them: they may act on it too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stands_for: Option<PersonId>,
    /// Why nobody stands in although the assignee is away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unproxied: Option<ProxyFlag>,
}

/// What a task asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskKind {
    /// Fill in and submit (again).
    Draft,
    /// Decide.
    Approve,
    /// Do the work, pick an action.
    Work,
    /// Give an opinion: an adviser, a delegate.
    Advise,
    /// Answer a question.
    Answer,
    /// Read a copy; nothing waits for it.
    Read,
}

/// How a task ended: exactly one of these, with its cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskEnd {
    /// The assignee approved.
    Approved,
    /// The assignee rejected.
    Rejected,
    /// The assignee sent it back.
    Returned,
    /// The assignee did the work, or submitted the draft.
    Done,
    /// Somebody else holds a new task for the same vote.
    Transferred,
    /// The state was settled or left without it.
    Cancelled,
    /// The opinion was given.
    Advised,
    /// The question was answered.
    Answered,
    /// The copy was read.
    Read,
    /// A candidate took it out of the pool.
    Claimed,
    /// It was put back into the pool.
    GivenBack,
}

/// How many ended tasks an instance remembers by itself.
pub const CLOSED_KEPT: usize = 16;

/// A task that ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClosedTask {
    /// Number within the instance.
    pub no: u32,
    /// State id.
    pub state: String,
    /// How it ended.
    pub end: TaskEnd,
    /// Who ended it; none for the system.
    pub by: Option<PersonId>,
    /// When.
    pub at: Moment,
    /// The person asked, when its assignee stood in for them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stands_for: Option<PersonId>,
}

/// A wake-up: the instance wants to be told at that time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wakeup {
    /// Unique in the instance: `e3.r0` is rung 0 of entry 3, `e3.wait` its wait.
    pub reference: String,
    /// When.
    pub at: Moment,
    /// Entry it belongs to; cancelled when that is left.
    pub entry: u32,
    /// What it counts from; 0 in what was stored before that was kept.
    #[serde(default)]
    pub since: Moment,
    /// The rest of a stopped clock it was reckoned from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rest: Option<Rest>,
}

/// An effect that has not answered yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// Number within the instance.
    pub no: u32,
    /// `module.effect`.
    pub effect: String,
    /// Entry it belongs to.
    pub entry: u32,
    /// The instance waits for its answer.
    pub waits: bool,
    /// The state that says how it is undone, when the instance is revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undo_in: Option<String>,
    /// Its state was left before it was answered: what was not sent yet is not sent any more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub off: bool,
}

/// A state that was passed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passed {
    /// State id.
    pub state: String,
    /// Its entry; 0 when it was skipped (its condition counts when data change).
    pub entry: u32,
    /// The round.
    pub round: u32,
}

/// A human decision, kept for policies (same person, changed data) and for "why".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// State id.
    pub state: String,
    /// Its entry.
    pub entry: u32,
    /// The round.
    pub round: u32,
    /// Who decided.
    pub person: PersonId,
    /// What.
    pub verdict: Verdict,
    /// When.
    pub at: Moment,
    /// Hash of the facts that were signed.
    pub signed: String,
    /// The facts that were signed: field → a short hash of its value, for the fields filled in and shown then.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: BTreeMap<String, String>,
    /// Whose vote it was, when the decider stood in for somebody absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stands_for: Option<PersonId>,
}

impl Instance {
    /// Who was drawn for a name under `people:`.
    pub fn drawn_for(&self, name: &str) -> Option<&Drawn> {
        self.drawn.iter().find(|drawn| drawn.name == name)
    }

    /// Who acted in a state the last time it was entered; for a proxy, the person asked.
    pub fn last_asked(&self, state: &str) -> Vec<PersonId> {
        let acts = self.acts(state);
        let last = acts.iter().map(|(entry, _, _)| *entry).max();
        let mut people: Vec<PersonId> = vec![];
        for (_, person, stands_for) in acts.into_iter().filter(|act| Some(act.0) == last) {
            let person = stands_for.unwrap_or(person);
            if !people.contains(person) {
                people.push(person.clone());
            }
        }
        people
    }

    /// Everybody who ever acted in a state, in any round, with those they stood in for.
    pub fn actors(&self, state: &str) -> Vec<PersonId> {
        let mut people: Vec<PersonId> = vec![];
        for (_, person, stands_for) in self.acts(state) {
            for person in [Some(person), stands_for].into_iter().flatten() {
                if !people.contains(person) {
                    people.push(person.clone());
                }
            }
        }
        people
    }

    /// Entry, who acted, and for whom.
    fn acts(&self, state: &str) -> Vec<(u32, &PersonId, Option<&PersonId>)> {
        let decided = self
            .decisions
            .iter()
            .filter(|decision| decision.state == state)
            .map(|it| (it.entry, &it.person, it.stands_for.as_ref()));
        let worked = self
            .worked
            .iter()
            .filter(|worked| worked.state == state)
            .map(|it| (it.entry, &it.person, it.stands_for.as_ref()));
        decided.chain(worked).collect()
    }
}
