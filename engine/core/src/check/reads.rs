//! Who reads which field, and where that is written.

use std::collections::BTreeSet;

use crate::catalog::{Catalog, Port};
use crate::condition::Expr;
use crate::definition::{Approve, Definition, PeopleRef, Run, State, StateIx, StateKind, Then};
use crate::field::Field;
use crate::people::{PeopleRule, Scope};

use super::finding::at_part;

/// What a field is read for; decides what an empty one does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Use {
    /// A condition or a point in time: the instance is held.
    Condition,
    /// A rule's or an effect's required input: the instance is held.
    Input,
    /// A rule that names people: nobody is found.
    People,
    /// The title: the words are missing in it.
    Title,
    /// A mail: the words are missing in it.
    Mail,
    /// A required input of what undoes an effect: it could not be undone.
    Undo,
}

/// One reading of a field.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Read {
    /// Dotted path of the field: `amount`, `vehicle.plate`.
    pub path: String,
    /// What for.
    pub used: Use,
    /// Dotted path of the place in the file.
    pub at: String,
    /// Read by `when`, before the state is entered: also on the way past it.
    pub before: bool,
    /// Paths that were asked for before it is read.
    pub known: BTreeSet<String>,
    /// Read whatever the other values are; once passed, the field is certainly filled in.
    pub always: bool,
}

/// The fields that appear in a state for its decision or its actions.
pub(super) fn asked_fields(state: &State) -> Vec<&Field> {
    let mut found: Vec<&Field> = state.ask.iter().collect();
    if let StateKind::Work { actions, .. } = &state.kind {
        found.extend(actions.iter().flat_map(|action| &action.ask));
    }
    found
}

/// Everything a state reads, in the order it is read.
pub(super) fn of_state(def: &Definition, catalog: &Catalog, ix: StateIx) -> Vec<Read> {
    let state = &def.states[ix];
    let mut reads = Vec::new();
    if let Some(when) = &state.when {
        reads.extend(condition(when, &at_part(state, "when"), true));
    }
    let by = |people: &[PeopleRef], part: &str| {
        people
            .iter()
            .flat_map(|people| of_people(def, people, &at_part(state, part)))
            .collect::<Vec<Read>>()
    };
    match &state.kind {
        StateKind::Draft { .. } | StateKind::WaitFor { .. } | StateKind::Subflow { .. } => {}
        StateKind::Approve(Approve { by: people, .. }) => reads.extend(by(people, "approve.by")),
        StateKind::Work { by: people, .. } => reads.extend(by(people, "work.by")),
        StateKind::Rule { rule, give, .. } => {
            let takes = catalog.rules.get(rule).map(|rule| rule.takes.as_slice());
            reads.extend(inputs(give, takes, &at_part(state, "give")));
        }
        StateKind::Run(run) => reads.extend(of_run(catalog, run, state, "")),
        StateKind::Choose { ways } => {
            for (number, way) in ways.iter().enumerate() {
                if let Some(when) = &way.when {
                    let at = at_part(state, &format!("choose.{number}.when"));
                    reads.extend(condition(when, &at, false));
                }
            }
        }
        StateKind::Mail { to, .. } => reads.extend(by(to, "to")),
        StateKind::WaitUntil { time } => {
            reads.extend(condition(time, &at_part(state, "wait.until"), false));
        }
        StateKind::Together { branches, .. } => {
            for branch in branches {
                let region = &def.regions[*branch];
                if let Some(when) = &region.when {
                    let at = format!("branches.{}.{}.when", state.id, region.id);
                    reads.extend(condition(when, &at, false));
                }
            }
        }
        StateKind::End { then, .. } => {
            for (number, then) in then.iter().enumerate() {
                if let Then::Run(run) = then {
                    reads.extend(of_run(catalog, run, state, &format!("then.{number}.")));
                }
            }
        }
    }
    if let Some(by) = &state.deadline_by {
        reads.push(Read {
            path: by.field.clone(),
            used: Use::Condition,
            at: at_part(state, "deadline"),
            before: false,
            known: BTreeSet::new(),
            always: true,
        });
    }
    // What `when` asked for is there once the state is entered.
    let proved = state.when.as_ref().map(super::needs::proved);
    let proved = proved.unwrap_or_default();
    reads.retain(|read| read.before || !proved.contains(&read.path));
    reads
}

fn condition(expr: &Expr, at: &str, before: bool) -> Vec<Read> {
    super::needs::of(expr)
        .into_iter()
        .map(|need| Read {
            path: need.path,
            used: Use::Condition,
            at: at.to_owned(),
            before,
            always: need.always,
            known: need.known,
        })
        .collect()
}

fn of_run(catalog: &Catalog, run: &Run, state: &State, prefix: &str) -> Vec<Read> {
    let takes = catalog
        .effects
        .get(&run.effect)
        .map(|effect| effect.takes.as_slice());
    let mut reads = inputs(&run.give, takes, &at_part(state, &format!("{prefix}give")));
    reads.extend(undone(catalog, run, state, prefix, &reads));
    reads.extend(run.once_per.iter().map(|path| Read {
        path: path.clone(),
        used: Use::Input,
        at: at_part(state, &format!("{prefix}once_per")),
        before: false,
        always: true,
        known: BTreeSet::new(),
    }));
    reads
}

/// What undoes an effect is called long after it: what the effect itself needed or filled in is there.
fn undone(catalog: &Catalog, run: &Run, state: &State, prefix: &str, own: &[Read]) -> Vec<Read> {
    let Some(undo) = &run.undo else { return vec![] };
    let ports = |effect: &str| catalog.effects.get(effect);
    let takes = ports(&undo.effect).map(|effect| effect.takes.as_slice());
    let at = at_part(state, &format!("{prefix}undo.give"));
    let filled = |path: &str| {
        let Some((_, output)) = run.fills.iter().find(|(field, _)| field == path) else {
            return false;
        };
        let gives = ports(&run.effect).map(|effect| effect.gives.as_slice());
        let mut gives = gives.unwrap_or_default().iter();
        gives.any(|port| port.name == *output && port.required)
    };
    inputs(&undo.give, takes, &at)
        .into_iter()
        .filter(|read| !filled(&read.path) && own.iter().all(|own| own.path != read.path))
        .map(|read| Read {
            used: Use::Undo,
            always: false,
            ..read
        })
        .collect()
}

/// Only what the other side requires must be there; optional inputs may be empty.
fn inputs(give: &[String], takes: Option<&[Port]>, at: &str) -> Vec<Read> {
    let required: BTreeSet<&str> = takes
        .unwrap_or_default()
        .iter()
        .filter(|port| port.required)
        .map(|port| port.name.as_str())
        .collect();
    give.iter()
        .filter(|path| required.contains(path.as_str()))
        .map(|path| Read {
            path: path.clone(),
            used: Use::Input,
            at: at.to_owned(),
            before: false,
            always: true,
            known: BTreeSet::new(),
        })
        .collect()
}

fn of_people(def: &Definition, people: &PeopleRef, at: &str) -> Vec<Read> {
    let PeopleRef::Named(name) = people else {
        return vec![];
    };
    let mut paths = Vec::new();
    if let Some(rule) = def.people_rule(name) {
        people_paths(rule, &mut paths);
    }
    paths
        .into_iter()
        .map(|path| Read {
            path,
            used: Use::People,
            at: at.to_owned(),
            before: false,
            always: true,
            known: BTreeSet::new(),
        })
        .collect()
}

/// The fields a people rule reads.
pub(super) fn people_paths(rule: &PeopleRule, paths: &mut Vec<String>) {
    let mut scope = |scope: &Scope| match scope {
        Scope::Field(path) => paths.push(path.clone()),
        Scope::ApplicantDepartment | Scope::Unit(_) => {}
    };
    match rule {
        PeopleRule::Role {
            within: Some(within),
            ..
        } => scope(within),
        PeopleRule::Members(of) | PeopleRule::Head { of, .. } => scope(of),
        PeopleRule::Field(path) => paths.push(path.clone()),
        PeopleRule::Chosen { pool: of, .. } | PeopleRule::Pick { of, .. } => {
            people_paths(of, paths)
        }
        PeopleRule::Script { give, .. } => paths.extend(give.iter().cloned()),
        // Without knowing whom to leave out nobody is found.
        PeopleRule::Except(of, without) => {
            people_paths(of, paths);
            people_paths(without, paths);
        }
        // One part that finds somebody is enough.
        PeopleRule::Either(_)
        | PeopleRule::Applicant
        | PeopleRule::User(_)
        | PeopleRule::Post(_)
        | PeopleRule::Supervisors { .. }
        | PeopleRule::SupervisorsTo(_)
        | PeopleRule::SameAs(_)
        | PeopleRule::Actors(_)
        | PeopleRule::Approvers
        | PeopleRule::Role { within: None, .. } => {}
    }
}

/// All expressions of a state.
pub(super) fn expressions(state: &State) -> Vec<&Expr> {
    let mut found: Vec<&Expr> = state.when.iter().collect();
    match &state.kind {
        StateKind::Choose { ways } => {
            found.extend(ways.iter().filter_map(|way| way.when.as_ref()));
        }
        StateKind::WaitUntil { time } => found.push(time),
        StateKind::Draft { .. }
        | StateKind::Approve(_)
        | StateKind::Work { .. }
        | StateKind::Rule { .. }
        | StateKind::Run(_)
        | StateKind::Mail { .. }
        | StateKind::WaitFor { .. }
        | StateKind::Subflow { .. }
        | StateKind::Together { .. }
        | StateKind::End { .. } => {}
    }
    found.extend(
        asked_fields(state)
            .into_iter()
            .filter_map(|field| field.computed.as_ref()),
    );
    found
}
