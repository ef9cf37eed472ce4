//! A command: a wish to change an instance. The one entrance; every way in makes one of these.

use serde::{Deserialize, Serialize};

use crate::migrate::MigrationMap;
use crate::people::PersonId;
use crate::value::{Value, Values};

/// A wish to change an instance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Command {
    /// Who wishes it.
    pub actor: Actor,
    /// By which way it came in; written into the trail.
    pub via: Via,
    /// What.
    pub action: Action,
    /// A repeated command with the same key gets the first answer.
    pub key: Option<String>,
}

/// Who sends a command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// A person, by id.
    Person(PersonId),
    /// The reserved system actor: timers, effects, subflows. Never shown as a person.
    System,
}

impl Actor {
    /// The person, when it is one.
    pub fn person(&self) -> Option<&str> {
        match self {
            Actor::Person(id) => Some(id),
            Actor::System => None,
        }
    }
}

/// The way a command came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Via {
    /// A page.
    Page,
    /// A page opened by an approval link.
    Link,
    /// A mailed reply.
    Mail,
    /// The REST API.
    Api,
    /// An import.
    Import,
    /// A timer.
    Timer,
    /// An effect that answered.
    Effect,
    /// A parent or child flow.
    Subflow,
    /// The command line.
    CommandLine,
    /// A replayed event log.
    Replay,
    /// An example or a test.
    Test,
}

/// What is wished. Task numbers count up within the instance; (instance, number) names a task everywhere.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Action {
    /// Makes the instance in its draft state; `set` are the first values. With `submit` it is submitted at once.
    Start {
        /// Field values given with it.
        set: Values,
        /// Submit at once.
        submit: bool,
    },
    /// Saves the draft.
    Save {
        /// Field values given with it.
        set: Values,
    },
    /// Submits the draft; after a return, walks again or (`straight_back`) to who returned it.
    Submit {
        /// Field values given with it.
        set: Values,
        /// Straight to the state that sent it back.
        straight_back: bool,
    },
    /// Decides a task.
    Decide {
        /// Number of the task.
        task: u32,
        /// What was said.
        verdict: Verdict,
        /// The words given with it.
        comment: Option<String>,
        /// Field values given with it.
        set: Values,
        /// What a flow may ask for besides: a named outcome, a signature, proof of who is there.
        with: DecideWith,
    },
    /// Takes a named action of a work task.
    Act {
        /// Number of the task.
        task: u32,
        /// The action's id.
        action: String,
        /// The words given with it.
        comment: Option<String>,
        /// Field values given with it.
        set: Values,
    },
    /// Sends back: to the applicant, the previous state or a named one that was passed.
    Return {
        /// Number of the task.
        task: u32,
        /// Where, or to whom.
        to: ReturnTo,
        /// The words given with it.
        comment: String,
    },
    /// The applicant ends the instance.
    Withdraw {
        /// The words given with it.
        comment: Option<String>,
    },
    /// Somebody else takes the task over.
    Transfer {
        /// Number of the task.
        task: u32,
        /// Where, or to whom.
        to: PersonId,
        /// The words given with it.
        comment: Option<String>,
    },
    /// Words for everybody who reads the instance.
    Comment {
        /// The words.
        text: String,
        /// Who is mentioned, and told by mail.
        #[serde(default)]
        mention: Vec<PersonId>,
        /// Ids of attachments that come with the words.
        #[serde(default)]
        files: Vec<String>,
    },
    /// A wake-up is due. `reference` names it; one that is gone already is ignored.
    Wake {
        /// Its name, unique in the instance.
        reference: String,
    },
    /// An effect has answered.
    Answer {
        /// Number of the call.
        call: u32,
        /// What came back.
        answer: EffectAnswer,
    },
    /// Something happened outside: ERP, remote monitoring, another module.
    Happen {
        /// Name of the event.
        event: String,
        /// What came with it.
        payload: Value,
    },
    /// A subflow this instance waits for has ended.
    ChildEnded {
        /// Id of the child instance.
        child: String,
        /// How it ended.
        outcome: crate::definition::Outcome,
    },
    /// The owner lets a held instance try again, perhaps after filling in what was missing (empty fields only).
    Retry {
        /// The words given with it.
        comment: Option<String>,
        /// Field values given with it.
        set: Values,
    },
    /// The flow's owner or an administrator moves the instance to another version of its flow.
    Migrate {
        /// The version it moves to.
        to: String,
        /// What the two versions do not say.
        map: MigrationMap,
        /// Why.
        reason: String,
    },
    /// The instance that asked for this one as its subflow does not want it any more. The system's alone.
    StopChild {
        /// The instance that had asked for it.
        parent: String,
    },
    /// Another signer is asked, beside the holder of a task.
    AddSigner {
        /// Number of the task.
        task: u32,
        /// Who.
        person: PersonId,
        /// Before, after or alongside the holder.
        place: SignerPlace,
        /// With a vote or with an opinion.
        role: SignerRole,
        /// The words given with it.
        comment: Option<String>,
    },
    /// A signer who has not spoken yet is asked no more.
    RemoveSigner {
        /// Number of the task held by who removes; for whoever has none any more, of a task of that state.
        task: u32,
        /// Who.
        person: PersonId,
        /// The words given with it.
        comment: Option<String>,
    },
    /// Somebody else prepares the decision; the task comes back.
    Delegate {
        /// Number of the task.
        task: u32,
        /// Who.
        to: PersonId,
        /// The words given with it.
        comment: Option<String>,
    },
    /// Gives the opinion an adviser or delegate was asked for.
    Advise {
        /// Number of the task.
        task: u32,
        /// The opinion.
        comment: String,
    },
    /// A candidate takes a task out of the pool.
    Claim {
        /// Number of the task.
        task: u32,
    },
    /// Whoever claimed it puts it back.
    GiveBack {
        /// Number of the task.
        task: u32,
        /// The words given with it.
        comment: Option<String>,
    },
    /// People are informed, without being asked.
    Copy {
        /// Who.
        to: Vec<PersonId>,
        /// The words given with it.
        comment: Option<String>,
    },
    /// A copy was read.
    Read {
        /// Number of the task.
        task: u32,
    },
    /// Asks for information without deciding: the applicant, or somebody named.
    Ask {
        /// Number of the task.
        task: u32,
        /// Who; none is the applicant.
        to: Option<PersonId>,
        /// The question.
        question: String,
    },
    /// Answers such a question.
    Reply {
        /// Number of the task.
        task: u32,
        /// The answer.
        text: String,
    },
    /// Takes one's own last decision back, until somebody has decided after it.
    TakeBack {
        /// Number of the task that was decided.
        task: u32,
        /// The words given with it.
        comment: Option<String>,
    },
    /// The applicant asks those it waits on to hurry.
    Urge,
    /// The applicant opens a rejected case again.
    Reopen {
        /// The words given with it.
        comment: Option<String>,
    },
    /// The applicant or the flow's owner asks to revoke what was approved.
    Revoke {
        /// Why.
        comment: String,
    },
    /// The flow's owner or an administrator overrules the flow, with a reason; flagged in the trail.
    Override {
        /// What.
        act: Override,
        /// Why.
        reason: String,
    },
    /// A calendar was loaded or corrected: running deadlines are reckoned again. The system's alone.
    Recalculate,
}

/// What a flow may ask for with a decision, besides fields.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecideWith {
    /// A custom outcome of the state, by id; it says whether it counts as approval or rejection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// The name as typed, or the id of the drawn signature's attachment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
    /// The password or a code was entered again for this very decision; whoever makes the command has checked it.
    #[serde(default)]
    pub stepped_up: bool,
    /// Decided together with others, not on its own page: the flow may say up to which amount.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub bulk: bool,
}

/// Where an added signer stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignerPlace {
    /// Speaks first; the holder's turn comes after.
    Before,
    /// Is asked at the same time.
    Alongside,
    /// Is asked once the holder has approved.
    After,
}

/// What an added signer's word is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignerRole {
    /// One more vote: raises the number of voters.
    Voter,
    /// An opinion: raises nothing.
    Adviser,
}

/// What overrules a flow: the administrators' verbs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verb", rename_all = "snake_case")]
pub enum Override {
    /// 作废: ends the instance as cancelled.
    Terminate,
    /// 挂起: nobody may decide, clocks stop.
    Suspend,
    /// 恢复: goes on where it was suspended.
    Resume,
    /// 跳转: to a state that is legal at the level it stands on.
    Jump {
        /// The state's id.
        to: String,
    },
    /// 改派: somebody else holds the task.
    Reassign {
        /// Number of the task.
        task: u32,
        /// Who.
        to: PersonId,
    },
    /// 跳过: a state is settled without a decision.
    Skip {
        /// The state's id.
        state: String,
    },
    /// 重试: one held state (a failed call) is tried again, the others stay held.
    Retry {
        /// The state's id.
        state: String,
    },
}

impl Override {
    /// The word it goes by in the trail, the API and the command line.
    pub fn word(&self) -> &'static str {
        match self {
            Override::Terminate => "terminate",
            Override::Suspend => "suspend",
            Override::Resume => "resume",
            Override::Jump { .. } => "jump",
            Override::Reassign { .. } => "reassign",
            Override::Skip { .. } => "skip",
            Override::Retry { .. } => "retry",
        }
    }
}

/// 同意 or 拒绝.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// 同意.
    Approve,
    /// 拒绝.
    Reject,
}

/// Where a return leads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReturnTo {
    /// The draft.
    Applicant,
    /// The state before on this path.
    Previous,
    /// A state already passed, by id.
    State(String),
}

/// What an effect came back with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EffectAnswer {
    /// Values by key.
    Ok(Values),
    /// It failed for good, after all retries; the words of the last failure.
    Failed(String),
    /// Its state was left before it was sent, so it was not.
    NotSent,
}
