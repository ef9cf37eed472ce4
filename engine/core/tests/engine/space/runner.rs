//! One sequence: the engine and the model walk side by side, and are compared after every command.

use std::collections::BTreeMap;

use assent_core::calendar::WorkCalendar;
use assent_core::command::{Action, Actor, Command};
use assent_core::definition::Definition;
use assent_core::diagnostic::Severity;
use assent_core::dialect::compile;
use assent_core::directory::{Directory, ProxyFlag};
use assent_core::event::{Change, Event};
use assent_core::instance::Case;
use assent_core::time::Moment;
use assent_core::turn::{Before, Chance, Context, Directed, New, Turn, turn_to};
use assent_core::value::Values;
use assent_core::verify;

use super::dice::Dice;
use crate::house::{Nothing, catalog};

use super::compare::differences;
use super::model::Model;
use super::moves::{Move, Scene, Second, next};
use super::offered;
use super::sketch::{Sketch, State, all_states};
use super::versions::{self, Edit};
use super::world::{START, World};
use super::yaml::yaml;
use super::{demands, words};

/// What a sequence is made of.
#[derive(Clone)]
pub struct Sequence {
    pub sketch: Sketch,
    pub world: World,
    pub steps: Vec<u64>,
    /// What is different in a second version.
    pub edit: Option<Edit>,
}

/// What went wrong, and how it came about.
#[derive(Debug)]
pub struct Failure {
    /// The same for the same fault: what shrinking keeps.
    pub kind: String,
    pub detail: String,
    /// The step it came at.
    pub step: usize,
    /// What happened, a line each.
    pub play: Vec<String>,
}

/// How far a sequence went.
#[derive(Default)]
pub struct Tally {
    /// Commands accepted, by verb.
    pub accepted: BTreeMap<String, usize>,
    pub refused: usize,
    /// Holds by their code, and proxies.
    pub seen: BTreeMap<String, usize>,
    pub ended: usize,
    pub probed: usize,
}

impl Tally {
    pub fn add(&mut self, other: &Self) {
        for (verb, times) in &other.accepted {
            *self.accepted.entry(verb.clone()).or_default() += times;
        }
        for (code, times) in &other.seen {
            *self.seen.entry(code.clone()).or_default() += times;
        }
        self.refused += other.refused;
        self.ended += other.ended;
        self.probed += other.probed;
    }
}

/// A faulty flow is the generator's fault.
pub fn definition(sketch: &Sketch) -> Result<Definition, String> {
    let text = yaml(sketch);
    let compiled = compile("space.yaml", &text, &catalog());
    let errors: Vec<String> = compiled
        .diagnostics
        .iter()
        .filter(|fault| fault.severity == Severity::Error)
        .map(|fault| format!("{}:{} {}", fault.place.line, fault.code, fault.message.en))
        .collect();
    match compiled.definition {
        Some(definition) if errors.is_empty() => Ok(definition),
        _ => Err(format!("{}\n{text}", errors.join("\n"))),
    }
}

pub fn run(
    sequence: &Sequence,
    def: &Definition,
    calendar: &WorkCalendar,
) -> Result<Tally, Failure> {
    let second = sequence.edit.as_ref();
    let second = second.and_then(|edit| versions::second(&sequence.sketch, edit));
    let second = second.and_then(|sketch| Some((definition(&sketch).ok()?, sketch)));
    let mut runner = Runner::new(sequence, def, second.as_ref(), calendar);
    let mut after_the_end = 0;
    for (at, seed) in sequence.steps.iter().enumerate() {
        // Little happens once it is over, unless it is opened again.
        after_the_end += usize::from(
            runner
                .case
                .as_ref()
                .is_some_and(|case| case.instance.ended()),
        );
        if after_the_end > 6 {
            break;
        }
        if let Err((kind, detail)) = runner.step(*seed) {
            return Err(Failure {
                kind,
                detail,
                step: at,
                play: runner.play,
            });
        }
    }
    if let Some((kind, detail)) = runner.at_the_end() {
        return Err(Failure {
            kind,
            detail,
            step: sequence.steps.len().saturating_sub(1),
            play: runner.play,
        });
    }
    Ok(runner.tally)
}

/// A kind and its detail.
pub type Fault = (String, String);

struct Runner<'a> {
    def: &'a Definition,
    sketch: &'a Sketch,
    /// The version it may move to, until it has.
    second: Option<&'a (Definition, Sketch)>,
    other: Option<&'a (Definition, Sketch)>,
    /// States that only have another id there.
    renamed: BTreeMap<String, String>,
    calendar: &'a WorkCalendar,
    states: Vec<State>,
    world: World,
    directory: Directory,
    now: i64,
    case: Option<Case>,
    events: Vec<Event>,
    model: Model,
    sent: Option<Command>,
    /// Ids of subflows, with the model's names for them.
    children: BTreeMap<String, String>,
    play: Vec<String>,
    tally: Tally,
}

const MINUTE_MS: i64 = 60_000;

impl<'a> Runner<'a> {
    fn new(
        sequence: &'a Sequence,
        def: &'a Definition,
        second: Option<&'a (Definition, Sketch)>,
        calendar: &'a WorkCalendar,
    ) -> Self {
        let other = second.map(|(_, sketch)| sketch);
        Self {
            def,
            sketch: &sequence.sketch,
            second,
            other: second,
            renamed: sequence
                .edit
                .as_ref()
                .map(Edit::renamed)
                .unwrap_or_default(),
            calendar,
            states: all_states(&sequence.sketch.states),
            world: sequence.world.clone(),
            directory: sequence.world.directory(),
            now: START,
            case: None,
            events: vec![],
            model: Model::new(&sequence.sketch, other, &sequence.world, START),
            sent: None,
            children: BTreeMap::new(),
            play: vec![],
            tally: Tally::default(),
        }
    }

    fn step(&mut self, seed: u64) -> Result<(), Fault> {
        let mut dice = Dice(seed);
        self.now += MINUTE_MS;
        let scene = Scene {
            case: self.case.as_ref(),
            states: &self.states,
            sent: self.sent.as_ref(),
            wide: true,
            second: self.second.map(|(def, sketch)| Second {
                version: &def.version,
                states: all_states(&sketch.states),
                renamed: &self.renamed,
            }),
        };
        let command = match next(&mut dice, &scene) {
            Move::Nothing => return Ok(()),
            Move::Jump(by) => {
                self.now += by;
                self.play
                    .push(format!("the clock jumps by {} minutes", by / MINUTE_MS));
                return Ok(());
            }
            Move::Reorganise => {
                let what = self.world.change_at(&mut dice, self.now);
                self.directory = self.world.directory();
                self.play.push(what);
                return Ok(());
            }
            Move::Send(command) => command,
        };
        // A timer fires at its time, now and then before.
        if let Action::Wake { reference } = &command.action
            && !dice.one_in(6)
            && let Some(case) = &self.case
        {
            let due = case
                .instance
                .wakeups
                .iter()
                .find(|known| known.reference == *reference);
            self.now = self.now.max(due.map_or(self.now, |due| due.at.0));
        }
        self.send(&command)?;
        self.sent = Some(command);
        if dice.one_in(3) {
            self.probe(&mut dice)?;
        }
        Ok(())
    }

    fn with_context<T>(&self, look: impl FnOnce(&Context<'_>) -> T) -> T {
        let organisation = Directed {
            directory: &self.directory,
            records: &Nothing,
        };
        look(&Context {
            now: Moment(self.now),
            chance: Chance::default(),
            organisation: &organisation,
            calendar: self.calendar,
            rules: &Nothing,
            records: &Nothing,
            modules: &[],
        })
    }

    fn before(&self) -> Before {
        match self.case.clone() {
            Some(case) => Before::Case(Box::new(case)),
            None => Before::New(New {
                instance: "i".to_owned(),
                record: "r".to_owned(),
                values: None,
                parent: None,
                revokes: None,
            }),
        }
    }

    fn send(&mut self, command: &Command) -> Result<(), Fault> {
        let line = words::command(command, self.case.as_ref(), self.now - START);
        let answer = self.with_context(|cx| {
            let to = self.second.map(|(def, _)| def);
            turn_to(self.def, to, self.before(), command, cx)
        });
        let mut model = self.model.clone();
        (model.world, model.now) = (self.world.clone(), self.now);
        let actor = match &command.actor {
            Actor::Person(person) => Some(person.as_str()),
            Actor::System => None,
        };
        let predicted = model.perform(actor, &self.as_the_model_says(&command.action));
        let verdict = answer.as_ref().map_or_else(
            |refusal| format!("refused: {}", refusal.code),
            |_| "done".to_owned(),
        );
        self.play.push(format!("{line}  → {verdict}"));
        let open = is_open(&command.action);
        match (answer, predicted) {
            (Err(refusal), Ok(())) if !open => Err((
                format!("refused although allowed: {}", refusal.code),
                refusal.message.en,
            )),
            (Ok(_), Err(why)) if !open => {
                Err((format!("accepted although not allowed: {why}"), line))
            }
            (Err(_), _) => {
                self.tally.refused += 1;
                Ok(())
            }
            (Ok(done), _) => {
                *self
                    .tally
                    .accepted
                    .entry(words::verb(&command.action))
                    .or_default() += 1;
                self.model = model;
                self.accept(done, matches!(command.action, Action::Migrate { .. }))
            }
        }
    }

    /// A subflow goes by its place and number with the model.
    fn as_the_model_says(&self, action: &Action) -> Action {
        match action {
            Action::ChildEnded { child, outcome } => Action::ChildEnded {
                child: self.children.get(child).cloned().unwrap_or_default(),
                outcome: outcome.clone(),
            },
            other => other.clone(),
        }
    }

    fn name_children(&mut self, events: &[Event]) {
        let mut numbers: BTreeMap<u32, u32> = BTreeMap::new();
        for event in events {
            if let Change::SubflowAsked { entry, child, .. } = &event.change {
                let number = numbers.entry(*entry).or_default();
                self.children
                    .insert(child.clone(), format!("{entry}.{number}"));
                *number += 1;
            }
        }
    }

    /// After every accepted command: invariants, and the model's picture.
    fn accept(&mut self, done: Turn, migrated: bool) -> Result<(), Fault> {
        if let (Some((def, sketch)), true) = (self.second, migrated) {
            (self.def, self.second) = (def, None);
            self.states = all_states(&sketch.states);
        }
        self.name_children(&done.events);
        for event in &done.events {
            let Some(what) = telling(&event.change) else {
                continue;
            };
            *self.tally.seen.entry(what).or_default() += 1;
        }
        self.events.extend(done.events);
        let broken = verify::awake(self.def, &done.case);
        self.case = Some(done.case);
        if let Some(first) = broken.first() {
            return Err((first.invariant.to_owned(), format!("{broken:?}")));
        }
        let case = self.case.as_ref();
        let found = case
            .map(|case| differences(&self.model, case))
            .unwrap_or_default();
        match found.first() {
            None => Ok(()),
            Some((what, _)) => {
                let all: Vec<String> = found
                    .iter()
                    .map(|(what, how)| format!("{what}: {how}"))
                    .collect();
                Err((format!("differs in {what}"), all.join("\n")))
            }
        }
    }

    fn probe(&mut self, dice: &mut Dice) -> Result<(), Fault> {
        let Some(case) = &self.case else {
            return Ok(());
        };
        self.tally.probed += 1;
        self.with_context(|cx| offered::probe(dice, self.def, case, cx))
    }

    /// Once a sequence is over: the whole trail, and what it demanded.
    fn at_the_end(&mut self) -> Option<Fault> {
        let case = self.case.as_ref()?;
        self.tally.ended += usize::from(case.instance.ended());
        let broken = verify::trail(&self.events, case, &Values::new());
        if let Some(first) = broken.first() {
            return Some((first.invariant.to_owned(), format!("{broken:?}")));
        }
        let second = self.other.map(|(_, sketch)| sketch);
        demands::unmet(self.sketch, second, &self.events).map(|what| ("P3".to_owned(), what))
    }
}

/// Rights to comment follow who took part once; the model does not keep that.
fn is_open(action: &Action) -> bool {
    matches!(action, Action::Comment { .. } | Action::Copy { .. })
}

/// What is counted, to see that it happens at all.
fn telling(change: &Change) -> Option<String> {
    let what = match change {
        Change::Held { held } => held.code.as_str(),
        Change::Proxied { hops, .. } if hops.len() > 2 => "chain_followed",
        Change::Proxied { hops, .. } if !hops.is_empty() => "stands_in",
        Change::Proxied { flag, .. } => match flag {
            Some(ProxyFlag::ChainRefused) => "chain_refused",
            Some(ProxyFlag::Circle) => "circle",
            _ => "nobody_stands_in",
        },
        Change::Migrated { renamed, .. } if !renamed.is_empty() => "renamed",
        Change::BranchAdded { .. } => "branch_added",
        // Parallel states are called t1, t2 …
        Change::ClockStopped { state, cause, .. }
            if cause == "question" && state.starts_with('t') =>
        {
            "everybody_asked"
        }
        Change::TaskClosed { because, .. } => match because.en.as_str() {
            "The new version asks somebody else" => "asked_no_more",
            "The new version asks one after the other; it is not their turn yet" => {
                "waits_for_their_turn"
            }
            _ => return None,
        },
        _ => return None,
    };
    Some(what.to_owned())
}
