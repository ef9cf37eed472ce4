//! Examples: the executable tests inside a flow file (`tests:`), as the dialect parses them.

use std::collections::BTreeMap;

use crate::command::{Override, SignerPlace, SignerRole};
use crate::directory::Absence;
use crate::time::Moment;
use crate::value::{Value, Values};

/// One example.
#[derive(Clone, Debug)]
pub struct Example {
    /// What it shows.
    pub name: String,
    /// Line in the source, from 1.
    pub line: u32,
    /// Where the clock starts (in the calendar's zone); a fixed Monday morning unless said.
    pub at: Option<Moment>,
    /// The applicant's values, saved as the draft and submitted.
    pub given: Values,
    /// Stubbed referenced records: entity → id → values.
    pub records: BTreeMap<String, BTreeMap<String, Values>>,
    /// Stubbed answers by effect, rule or subflow: used again and again.
    pub answers: BTreeMap<String, Stub>,
    /// Who plays whom: person → names of `people:` (or `applicant`), in file order.
    pub cast: Vec<(String, Vec<String>)>,
    /// Who is away, and who stands in.
    pub away: Vec<Absence>,
    /// Open tasks people have besides, for rules that look at them.
    pub open_tasks: BTreeMap<String, u64>,
    /// What happens, in order.
    pub play: Vec<Step>,
    /// What must be true at the end.
    pub expect: Expect,
}

/// What a stubbed effect does.
#[derive(Clone, Debug, PartialEq)]
pub enum Stub {
    /// Answers with these values.
    Values(Values),
    /// Fails at once, with these words.
    Error(String),
    /// Never answers.
    Timeout,
}

/// One step of a play: all parts are optional; the clock moves first, then the deed, then the expectation.
#[derive(Clone, Debug, Default)]
pub struct Step {
    /// Line in the source, from 1.
    pub line: u32,
    /// The clock moves to here, everything due on the way happens.
    pub at: Option<Moment>,
    /// Who acts.
    pub who: Option<String>,
    /// The state whose task it is; needed only where there could be several.
    pub state: Option<String>,
    /// What they do.
    pub deed: Option<Deed>,
    /// Values given with it.
    pub set: Values,
    /// The words given with it (`reason:` or `comment:`).
    pub reason: Option<String>,
    /// The signature given with a decision (`sign:`).
    pub sign: Option<String>,
    /// The password or a code was entered again (`step_up: true`).
    pub step_up: bool,
    /// Decided together with others (`bulk: true`).
    pub bulk: bool,
    /// The refusal's code that must come; nothing changes then.
    pub refused: Option<String>,
    /// What must be true after it.
    pub expect: Expect,
}

/// What somebody does in a step.
#[derive(Clone, Debug, PartialEq)]
pub enum Deed {
    /// `decide: approve`.
    Approve,
    /// `decide: reject`.
    Reject,
    /// `do: submit`.
    Submit,
    /// `do: submit, straight_back: true`.
    SubmitStraightBack,
    /// `do: withdraw`.
    Withdraw,
    /// `do: return, to: state | applicant | previous`.
    Return(String),
    /// `do: transfer, to: person`.
    Transfer(String),
    /// `do: comment`.
    Comment,
    /// `do: <action of a work state>`; `done` is the built-in one.
    Act(String),
    /// `event: name` with `payload:`.
    Happen(String, Value),
    /// `change: {department/role grants}`: the organisation changes: person → names they hold from now on.
    Recast(String, Vec<String>),
    /// `child: outcome`: the subflow ends.
    Child(String),
    /// `do: retry`: the owner lets a held instance try again.
    Retry,
    /// `decide: <custom outcome>`.
    Outcome(String),
    /// `do: delegate, to: person`.
    Delegate(String),
    /// `do: add_signer, to: person`, with `place:` and `as:`.
    AddSigner(String, SignerPlace, SignerRole),
    /// `do: remove_signer, to: person`.
    RemoveSigner(String),
    /// `do: advise`.
    Advise,
    /// `do: claim`.
    Claim,
    /// `do: give_back`.
    GiveBack,
    /// `do: copy, to: [person]`.
    Copy(Vec<String>),
    /// `do: read`.
    Read,
    /// `do: ask`, perhaps `to: person`.
    Ask(Option<String>),
    /// `do: reply`.
    Reply,
    /// `do: take_back`.
    TakeBack,
    /// `do: urge`.
    Urge,
    /// `do: reopen`.
    Reopen,
    /// `do: revoke`; `child:` says then how the flow that decides ends.
    Revoke,
    /// `do: terminate | suspend | resume | jump | reassign | skip | retry_one`: overrules the flow. The number of a
    /// reassigned task is filled in when it is played.
    Override(Override),
}

/// What must be true; an absent part is not looked at.
#[derive(Clone, Debug, Default)]
pub struct Expect {
    /// Line in the source, from 1.
    pub line: u32,
    /// `approved`, `rejected`, `withdrawn`, `cancelled`, a named outcome, `held`, `running`.
    pub result: Option<String>,
    /// People with an open task, in any order.
    pub waiting_on: Option<Vec<String>>,
    /// States skipped so far, in any order.
    pub skipped: Option<Vec<String>>,
    /// States entered so far, in order.
    pub path: Option<Vec<String>>,
    /// Effects and rules run so far, in order.
    pub ran: Option<Vec<String>>,
    /// Mails of this name sent so far (besides the ask mails), in any order.
    pub mailed: Option<Vec<String>>,
    /// People names told of a failure.
    pub told: Option<Vec<String>>,
    /// Events told to other records so far, in any order.
    pub events: Option<Vec<String>>,
    /// People reminded by this step.
    pub reminded: Option<Vec<String>>,
    /// People added by this step, by state.
    pub added: Option<BTreeMap<String, Vec<String>>>,
    /// The round.
    pub round: Option<u32>,
    /// Field values.
    pub values: Option<Values>,
    /// In an example's last `expect`: submitting `given` itself is refused with this code.
    pub refused: Option<String>,
}
