//! A sketch: a small flow as the generator draws it, before it is written down as YAML. The model reads the sketch, never the
//! compiled definition, so that reading the dialect is proved along with running it.

use std::collections::BTreeMap;

/// Words by policy, as a flow file has them; what is not named is as the reference says.
pub type Words = BTreeMap<&'static str, String>;

#[derive(Clone, Debug, Default)]
pub struct Sketch {
    /// Versions of one flow differ at least in this.
    pub edition: u32,
    pub policies: Words,
    pub proxy: Option<Proxies>,
    pub states: Vec<State>,
}

/// `proxy:` of a flow.
#[derive(Clone, Debug)]
pub struct Proxies {
    /// Whom a role's task may go to: anyone, or somebody of the same role; else nobody.
    pub to: Option<&'static str>,
    pub refuse_chain: bool,
    /// Days.
    pub longest: Option<i64>,
    pub not_for: Vec<String>,
}

#[derive(Clone, Debug)]
pub struct State {
    pub id: String,
    pub when: Option<When>,
    pub kind: Kind,
    /// Hours.
    pub deadline: Option<i64>,
    pub ladder: Vec<Rung>,
    /// States in which its clock only stops, under `clock: {stops_in}`.
    pub stops_in: Vec<String>,
    /// A transfer begins its time anew.
    pub restarts: bool,
    pub policies: Words,
    /// Fields under `fields: {hidden}` and `fields: {write}`.
    pub hidden: Vec<&'static str>,
    pub write: Vec<&'static str>,
}

/// `amount > limit`, or `amount <= limit`.
#[derive(Clone, Copy, Debug)]
pub struct When {
    pub above: bool,
    pub limit: i64,
}

#[derive(Clone, Debug)]
pub enum Kind {
    Draft,
    Approve(Approve),
    Work(Work),
    Together(Together),
    /// The first way when it holds, else the second.
    Choose(When, String, String),
    /// An event from outside.
    Wait,
    /// A call to another system; its answer fills `note`, or not.
    Run(bool),
    Subflow(Subflow),
    End(&'static str),
}

#[derive(Clone, Debug)]
pub struct Approve {
    /// Role names.
    pub by: Vec<&'static str>,
    pub needs: Needs,
    pub on_reject: Option<&'static str>,
    pub claim: bool,
    pub outcomes: Vec<Answer>,
    pub rejected: Way,
    pub keep: Vec<String>,
    /// An approval is signed by typing one's name.
    pub signed: bool,
    /// The password is asked for again: always, or when that holds.
    pub step_up: Option<Option<When>>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Needs {
    Any,
    All,
    InOrder,
    Count(u32),
    /// Hundredths of a percent, so that 33.33 % is a whole number.
    Percent(u32),
    /// A weight per name in `by:`, and the weight that must approve.
    Weighted(Vec<u32>, u32),
    /// Approvals per name in `by:`; none is `all`.
    Each(Vec<Option<u32>>),
}

/// A custom outcome of an approval, or an action of a work state.
#[derive(Clone, Debug)]
pub struct Answer {
    pub id: String,
    /// For an outcome: what it counts as.
    pub approves: bool,
    pub way: Way,
    pub reason: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Way {
    /// Not written: on to the next, or for a rejection: rejected.
    Unwritten,
    Go(String),
    BackTo(String),
}

#[derive(Clone, Debug)]
pub struct Work {
    pub by: Vec<&'static str>,
    pub claim: bool,
    /// None: the built-in `done`.
    pub actions: Vec<Answer>,
}

/// Other instances, waited for or not.
#[derive(Clone, Debug)]
pub struct Subflow {
    /// One for each holder of this role; else a single one.
    pub each: Option<&'static str>,
    pub beside: bool,
    pub needs: Join,
    /// Where an outcome leads.
    pub outcomes: Vec<(&'static str, Way)>,
    pub rejected: Way,
}

#[derive(Clone, Debug)]
pub struct Together {
    pub needs: Join,
    pub branches: Vec<Branch>,
    pub rejected: Way,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Join {
    All,
    Any,
    Count(usize),
}

#[derive(Clone, Debug)]
pub struct Branch {
    pub id: String,
    pub when: Option<When>,
    pub states: Vec<State>,
}

/// One step of a ladder; all times in hours.
#[derive(Clone, Debug)]
pub struct Rung {
    pub at: At,
    pub act: Late,
    /// For reminders: every so many hours, at most so often.
    pub every: Option<(i64, u32)>,
}

#[derive(Clone, Copy, Debug)]
pub enum At {
    After(i64),
    Deadline,
    Later(i64),
}

#[derive(Clone, Debug)]
pub enum Late {
    Remind,
    Add(&'static str),
    HandTo(&'static str),
    Approve,
    Reject,
    Go(String),
}

impl State {
    pub fn new(id: impl Into<String>, kind: Kind) -> Self {
        Self {
            id: id.into(),
            when: None,
            kind,
            deadline: None,
            ladder: vec![],
            stops_in: vec![],
            restarts: false,
            policies: Words::new(),
            hidden: vec![],
            write: vec![],
        }
    }
}

impl When {
    pub fn holds(self, amount: i64) -> bool {
        (amount > self.limit) == self.above
    }
}

/// All states, branches included.
pub fn all_states(states: &[State]) -> Vec<State> {
    let mut all = vec![];
    for state in states {
        all.push(state.clone());
        if let Kind::Together(together) = &state.kind {
            for branch in &together.branches {
                all.extend(all_states(&branch.states));
            }
        }
    }
    all
}

/// The least number of approvals that is not below a share of n, at least one. The share is in hundredths of a percent.
pub fn least(share: u32, n: u32) -> u32 {
    let mut approvals = 1;
    while approvals * 10_000 < share * n {
        approvals += 1;
    }
    approvals
}
