//! The reference model: what approvals mean, said a second time, simply and slowly. It reads a sketch (never a compiled
//! definition), keeps everything as text, and uses nothing of the engine but its plain data. After every command the runner
//! lays its picture beside the engine's.

mod ask;
mod changed;
mod helpers;
mod map;
mod migrate;
mod moving;
mod outside;
mod overrule;
mod proxies;
mod regroup;
mod signers;
mod time;
mod verbs;
mod votes;

use std::collections::BTreeMap;
use std::rc::Rc;

use assent_core::command::Action;
use assent_core::definition::Outcome;
use assent_core::instance::TaskKind;
use assent_core::value::{Value, Values};

use self::map::{Map, To};
use super::sketch::{Kind, Sketch, When};
use super::world::World;

/// One case as the rules say it must be.
#[derive(Clone, Debug)]
pub struct Model {
    sketch: Rc<Sketch>,
    map: Rc<Map>,
    /// The version it may move to.
    second: Option<Rc<Sketch>>,
    /// The people as they are now; set before each command.
    pub world: World,
    /// Milliseconds; set before each command.
    pub now: i64,
    pub applicant: String,
    /// Who acts now; none is the system.
    actor: Option<String>,
    /// The word for how it ended.
    pub ended: Option<&'static str>,
    ended_at: i64,
    pub round: u32,
    pub values: Values,
    pub places: Vec<Place>,
    pub tasks: Vec<Task>,
    pub timers: Vec<Timer>,
    pub holds: Vec<Hold>,
    /// Calls under way to another system: number and place.
    pub calls: Vec<(u32, u32, bool)>,
    calls_made: u32,
    pub children: Vec<Child>,
    /// How often something was started outside.
    outside: u32,
    /// While it is suspended: what came from outside meanwhile.
    suspended: Option<Vec<Action>>,
    /// What is left of the times of states whose clock stopped when they were left.
    rests: BTreeMap<String, Rests>,
    path: Vec<Passed>,
    signatures: Vec<Signature>,
    last: Option<Last>,
    submitted: bool,
    at_submit: Option<Values>,
    returned_from: Option<String>,
    returned_to: Option<String>,
    /// Not because data changed: everybody inside a parallel state looks again.
    returned_anew: bool,
    edited: Vec<String>,
    kept: Vec<String>,
    urged: Option<i64>,
    places_made: u32,
    tasks_made: u32,
}

/// A state it is in.
#[derive(Clone, Debug)]
pub struct Place {
    pub no: u32,
    pub state: String,
    /// The parallel place around it.
    pub inside: Option<u32>,
    since: i64,
    /// Since when its deadline counts: when it was entered, or its clock ran on.
    counted: i64,
    pub due: Option<i64>,
    pub branches: Vec<(String, BranchIs)>,
    pub votes: Vec<Vote>,
    stopped: Option<Stopped>,
}

/// Why a clock stands.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Cause {
    /// The applicant is asked.
    Question,
    Suspended,
}

/// What is left of the times of a state whose clock stands. It runs on when the last cause is gone.
#[derive(Clone, Debug)]
struct Stopped {
    causes: Vec<Cause>,
    rests: Rests,
}

/// What is left of a state's times, in milliseconds.
#[derive(Clone, Debug)]
struct Rests {
    /// None when it is late already, or has no deadline.
    due: Option<i64>,
    /// Rung, times fired, left.
    timers: Vec<(usize, u32, i64)>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum BranchIs {
    LeftOut,
    Open,
    Done,
    Rejected,
}

/// Somebody's vote.
#[derive(Clone, Debug)]
pub struct Vote {
    pub person: String,
    /// True is an approval.
    pub said: Option<bool>,
    /// Named by the state's rule, so that the right is looked at again.
    by_rule: bool,
    /// Put there by a policy instead.
    by_policy: bool,
    pub weight: u32,
    pub groups: Vec<usize>,
    /// Votes of one row speak one after the other.
    pub row: Option<u32>,
    added_by: Option<String>,
    /// The task they were asked by.
    asked: Option<u32>,
}

impl Vote {
    /// A vote nobody has thought about yet.
    fn of(person: &str) -> Self {
        Self {
            person: person.to_owned(),
            said: None,
            by_rule: false,
            by_policy: false,
            weight: 1,
            groups: vec![],
            row: None,
            added_by: None,
            asked: None,
        }
    }
}

#[derive(Clone, Debug)]
pub struct Task {
    pub no: u32,
    pub state: String,
    pub place: u32,
    pub kind: TaskKind,
    pub holder: String,
    pub voter: String,
    pub pool: Vec<String>,
    /// For an opinion or an answer: the task it is for.
    pub host: Option<u32>,
    pub blocks: bool,
    /// Who was asked, while the holder stands in for them.
    pub stands_for: Option<String>,
}

#[derive(Clone, Debug)]
pub struct Timer {
    pub place: u32,
    pub rung: usize,
    pub fired: u32,
    pub at: i64,
}

/// Another instance that runs for this one.
#[derive(Clone, Debug)]
pub struct Child {
    /// Place and number: `3.0`.
    name: String,
    pub place: u32,
    pub beside: bool,
    pub ended: Option<Outcome>,
}

/// Where it stands still.
#[derive(Clone, Debug)]
pub struct Hold {
    pub state: String,
    /// None when the state could not be entered.
    pub place: Option<u32>,
    inside: Option<u32>,
    owners: Vec<String>,
}

#[derive(Clone, Debug)]
struct Passed {
    state: String,
    /// 0 when it was skipped.
    place: u32,
}

#[derive(Clone, Debug)]
struct Signature {
    state: String,
    place: u32,
    round: u32,
    person: String,
    /// Whom they stood in for.
    stands_for: Option<String>,
    approved: bool,
    facts: Values,
}

/// The last deed of a person.
#[derive(Clone, Debug)]
struct Last {
    person: String,
    task: u32,
    place: u32,
    decision: bool,
    outside: u32,
    left: Option<(Place, Vec<Timer>)>,
}

/// How a person ended their task.
#[derive(Clone, Copy, PartialEq)]
enum Deed {
    Decision,
    Other,
}

pub type Refused = &'static str;

impl Model {
    pub fn new(sketch: &Sketch, second: Option<&Sketch>, world: &World, now: i64) -> Self {
        Self {
            sketch: Rc::new(sketch.clone()),
            map: Rc::new(Map::of(sketch)),
            second: second.map(|second| Rc::new(second.clone())),
            world: world.clone(),
            now,
            applicant: String::new(),
            actor: None,
            ended: None,
            ended_at: 0,
            round: 1,
            values: Values::new(),
            places: vec![],
            tasks: vec![],
            timers: vec![],
            holds: vec![],
            calls: vec![],
            calls_made: 0,
            children: vec![],
            outside: 0,
            suspended: None,
            rests: BTreeMap::new(),
            path: vec![],
            signatures: vec![],
            last: None,
            submitted: false,
            at_submit: None,
            returned_from: None,
            returned_to: None,
            returned_anew: false,
            edited: vec![],
            kept: vec![],
            urged: None,
            places_made: 0,
            tasks_made: 0,
        }
    }

    /// The word for how it stands.
    pub fn status(&self) -> &'static str {
        match self.ended {
            Some(word) => word,
            None if self.suspended.is_some() => "suspended",
            None if self.holds.is_empty() => "running",
            None => "held",
        }
    }

    pub fn place(&self, no: u32) -> Option<&Place> {
        self.places.iter().find(|place| place.no == no)
    }

    fn place_mut(&mut self, no: u32) -> Option<&mut Place> {
        self.places.iter_mut().find(|place| place.no == no)
    }

    pub fn place_of(&self, state: &str) -> Option<&Place> {
        self.places.iter().find(|place| place.state == state)
    }

    fn task(&self, no: u32) -> Option<&Task> {
        self.tasks.iter().find(|task| task.no == no)
    }

    /// Does it hold? None when the amount is not filled in: that is neither yes nor no.
    fn holds_now(&self, when: When) -> Option<bool> {
        let amount = self.values.get("amount");
        let amount = (0..=1_000).find(|number| amount == Some(&Value::from(*number)))?;
        Some(when.holds(amount))
    }

    /// A policy's word: the state's own, the flow's, or as the reference says.
    fn policy(&self, state: &str, key: &'static str) -> String {
        let own = self.map.state(state).policies.get(key).cloned();
        let usual = match key {
            "nobody" => "hold",
            "own_request" => "refuse",
            "same_person" => "consecutive",
            "data_changed" => "ask_again",
            "signatures_after_return" => "keep_unchanged",
            "withdraw" => "before_end",
            "rounds" => "10",
            "restore" => "never",
            other => panic!("a policy the model does not know: {other}"),
        };
        own.or_else(|| self.sketch.policies.get(key).cloned())
            .unwrap_or_else(|| usual.to_owned())
    }

    /// Does this signature still stand: was its place passed on this path, or is it active?
    fn stands(&self, signature: &Signature) -> bool {
        self.path
            .iter()
            .any(|passed| passed.place == signature.place)
            || self.place(signature.place).is_some()
    }

    fn unchanged(&self, signature: &Signature) -> bool {
        let same = |(name, was): (&String, &Value)| self.values.get(name) == Some(was);
        signature.facts.iter().all(same)
    }

    /// Who is waited on: holders of tasks whose turn it is.
    pub fn waiting_on(&self) -> Vec<String> {
        let mut found: Vec<String> = vec![];
        for task in &self.tasks {
            if task.kind != TaskKind::Read && self.waits_for(task).is_none() {
                found.extend(self.holders(task));
            }
        }
        found
    }

    pub fn holders(&self, task: &Task) -> Vec<String> {
        if task.pool.is_empty() {
            vec![task.holder.clone()]
        } else {
            task.pool.clone()
        }
    }

    /// Whom the holder waits for: an opinion asked before, or a signer before them in their row.
    fn waits_for(&self, task: &Task) -> Option<String> {
        let opinion = self
            .tasks
            .iter()
            .find(|other| other.blocks && other.host == Some(task.no));
        if let Some(opinion) = opinion {
            return Some(opinion.holder.clone());
        }
        let votes = &self.place(task.place)?.votes;
        let own = votes.iter().position(|vote| vote.asked == Some(task.no))?;
        let row = votes[own].row?;
        let before = votes[..own]
            .iter()
            .find(|vote| vote.row == Some(row) && vote.said.is_none())?;
        Some(before.person.clone())
    }

    fn open(&mut self, place: u32, kind: TaskKind, holder: &str, voter: &str) -> u32 {
        self.tasks_made += 1;
        let no = self.tasks_made;
        let state = self
            .place(place)
            .map(|at| at.state.clone())
            .unwrap_or_default();
        let proxy = self.stands_in(place, kind, holder, voter);
        self.tasks.push(Task {
            no,
            state,
            place,
            kind,
            stands_for: proxy.is_some().then(|| holder.to_owned()),
            holder: proxy.unwrap_or_else(|| holder.to_owned()),
            voter: voter.to_owned(),
            pool: vec![],
            host: None,
            blocks: false,
        });
        let asks = matches!(kind, TaskKind::Approve | TaskKind::Work);
        let vote = self
            .place_mut(place)
            .and_then(|at| at.votes.iter_mut().find(|vote| vote.person == voter));
        if let (true, Some(vote)) = (asks, vote) {
            vote.asked = Some(no);
        }
        no
    }

    fn close(&mut self, no: u32) {
        self.tasks.retain(|task| task.no != no);
    }

    /// A person ends their task by a deed that moves the case.
    fn done(&mut self, task: &Task, person: &str, deed: Deed) {
        self.close(task.no);
        self.last = Some(Last {
            person: person.to_owned(),
            task: task.no,
            place: task.place,
            decision: deed == Deed::Decision,
            outside: self.outside,
            left: None,
        });
    }

    fn is_together(&self, state: &str) -> bool {
        matches!(self.map.state(state).kind, Kind::Together(_))
    }
}

/// Values by name, for messages.
pub fn shown(values: &Values) -> BTreeMap<String, String> {
    values
        .iter()
        .map(|(name, value)| (name.clone(), serde_json::to_string(value).unwrap()))
        .collect()
}
