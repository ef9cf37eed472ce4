//! Does every approval find somebody, for everyone who may start the flow, in the organisation as it is?
//!
//! What depends on the record (an area, a station) is tried with every unit that could be meant. Findings of the same
//! cause are told once, with the first person and the number of others.

mod scene;

use std::collections::{BTreeMap, BTreeSet};

use crate::definition::{Definition, StateIx, StateKind};
use crate::directory::{Directory, Person};
use crate::people::PersonId;
use crate::text::Text;

use super::finding::{Finding, at_part, called, list};
use super::reach::{Reach, successors};
use scene::{Scene, Verdict};

/// For every person who may start the flow: does every approval and every work state find people who can act?
///
/// `nobody`, `own_request` and `same_person` are respected: what they resolve is no failure. A failure names the state,
/// a person, the values it was tried with, and why nobody was found.
pub fn organisation(def: &Definition, directory: &Directory) -> Vec<Finding> {
    told(def, directory, None)
}

/// What is found in the organisation `after` and not in the one `before`; whoever was without somebody anyway is not named.
pub fn organisation_since(def: &Definition, before: &Directory, after: &Directory) -> Vec<Finding> {
    let known: BTreeSet<Text> = organisation(def, before)
        .into_iter()
        .map(|finding| finding.message)
        .collect();
    let mut found = told(def, after, Some(before));
    found.retain(|finding| !known.contains(&finding.message));
    found
}

fn told(def: &Definition, directory: &Directory, before: Option<&Directory>) -> Vec<Finding> {
    let reach = Reach::of(def);
    let Some(mut now) = Looked::at(def, directory, &reach) else {
        return vec![no_starter()];
    };
    if let Some(before) = before.and_then(|before| Looked::at(def, before, &reach)) {
        now.without(&before);
    }
    let mut found: Vec<Finding> = now
        .failures
        .iter()
        .map(|(ix, failure, starters)| failed(def, directory, *ix, failure, starters))
        .collect();
    found.extend(same_person_twice(def, directory, &reach, &now.alone));
    found
}

/// What came of trying every state with everybody who may start the flow.
struct Looked<'a> {
    /// By state, kind of failure and units: everybody it happens to.
    failures: Vec<(StateIx, scene::Failure, Vec<&'a Person>)>,
    /// Where one person alone is asked.
    alone: BTreeMap<(StateIx, PersonId), PersonId>,
}

impl<'a> Looked<'a> {
    /// None when nobody may start the flow.
    fn at(def: &Definition, directory: &'a Directory, reach: &Reach) -> Option<Self> {
        let starters = starters(def, directory);
        if starters.is_empty() {
            return None;
        }
        let mut looked = Self {
            failures: vec![],
            alone: BTreeMap::new(),
        };
        for (ix, state) in def.states.iter().enumerate() {
            let asks = matches!(state.kind, StateKind::Approve(_) | StateKind::Work { .. });
            if !reach.states[ix] || !asks {
                continue;
            }
            for starter in &starters {
                for scene in Scene::all(def, directory, ix, &starter.id) {
                    looked.add(ix, starter, scene.verdict());
                }
            }
        }
        Some(looked)
    }

    fn add(&mut self, ix: StateIx, starter: &'a Person, verdict: Verdict) {
        match verdict {
            Verdict::Fine => {}
            Verdict::Alone(person) => {
                self.alone.insert((ix, starter.id.clone()), person);
            }
            Verdict::Fails(failure) => {
                let mut all = self.failures.iter_mut();
                let known = all.find(|(state, known, _)| *state == ix && known.like(&failure));
                match known {
                    Some((_, _, people)) => people.push(starter),
                    None => self.failures.push((ix, failure, vec![starter])),
                }
            }
        }
    }

    fn without(&mut self, before: &Looked<'_>) {
        for (ix, failure, people) in &mut self.failures {
            let known = before
                .failures
                .iter()
                .filter(|(state, known, _)| state == ix && known.like(failure));
            let known: BTreeSet<&str> = known
                .flat_map(|(_, _, people)| people)
                .map(|person| person.id.as_str())
                .collect();
            people.retain(|person| !known.contains(person.id.as_str()));
        }
        self.failures.retain(|(_, _, people)| !people.is_empty());
    }
}

/// Everybody who may start the flow; where that depends on the record, everybody who could.
fn starters<'a>(def: &Definition, directory: &'a Directory) -> Vec<&'a Person> {
    let first = def.regions.first().and_then(|root| root.states.first());
    let mut allowed: Option<BTreeSet<PersonId>> = None;
    if let Some(StateKind::Draft { by }) = first.map(|ix| &def.states[*ix].kind) {
        allowed = scene::possible(def, directory, by);
    }
    directory
        .people
        .values()
        .filter(|person| person.active)
        .filter(|person| {
            allowed
                .as_ref()
                .is_none_or(|allowed| allowed.contains(&person.id))
        })
        .collect()
}

fn no_starter() -> Finding {
    Finding::error(
        "nobody-may-start",
        "states",
        Text::new(
            "现在的组织架构里没有一个在职人员可以发起这个流程。",
            "In today's organisation nobody may start this flow.",
        ),
        Text::new(
            "请检查第一个节点 draft: {by: …} 所用的角色有没有人担任。",
            "See whether anybody holds the role that draft: {by: …} of the first state asks for.",
        ),
    )
}

/// "张三（冲压车间）": a person and where they work.
fn person_called(directory: &Directory, id: &str) -> Text {
    let Some(person) = directory.people.get(id) else {
        return Text::same(id);
    };
    let unit = directory.units.get(&person.unit).map_or_else(
        || Text::same(person.unit.as_str()),
        |unit| unit.name.clone(),
    );
    if unit.zh.is_empty() {
        return Text::same(person.name.as_str());
    }
    Text::new(
        format!("{}（{}）", person.name, unit.zh),
        format!("{} ({})", person.name, unit.en),
    )
}

/// Names shown of everybody a failure happens to, besides the first.
const OTHERS_SHOWN_MAX: usize = 5;

/// "（李四（南区）、王五（北区）等另外 12 人发起时也一样）"
fn others(directory: &Directory, people: &[&Person]) -> Text {
    if people.is_empty() {
        return Text::default();
    }
    let shown: Vec<Text> = people
        .iter()
        .take(OTHERS_SHOWN_MAX)
        .map(|person| person_called(directory, &person.id))
        .collect();
    let (names, count) = (list(&shown), people.len());
    if count > shown.len() {
        Text::new(
            format!("（{}等另外 {count} 人发起时也一样）", names.zh),
            format!(" (the same for {count} others, among them {})", names.en),
        )
    } else {
        Text::new(
            format!("（{}发起时也一样）", names.zh),
            format!(" (the same for {})", names.en),
        )
    }
}

fn failed(
    def: &Definition,
    directory: &Directory,
    ix: StateIx,
    failure: &scene::Failure,
    starters: &[&Person],
) -> Finding {
    let state = &def.states[ix];
    let first = starters.first().map_or("", |person| person.id.as_str());
    let (name, who) = (called(state), person_called(directory, first));
    let others = others(directory, starters.get(1..).unwrap_or_default());
    let given = failure.given(def, directory, state);
    let part = if matches!(state.kind, StateKind::Work { .. }) {
        "work.by"
    } else {
        "approve.by"
    };
    Finding::error(
        failure.code,
        at_part(state, part),
        Text::new(
            format!(
                "{}发起{}时，节点{}{}：{}{}。",
                who.zh, given.zh, name.zh, failure.what.zh, failure.why.zh, others.zh
            ),
            format!(
                "When {} starts it{}, state {} {}: {}{}.",
                who.en, given.en, name.en, failure.what.en, failure.why.en, others.en
            ),
        ),
        failure.todo(),
    )
}

/// `same_person: refuse` with the same only person in two states, one after the other.
fn same_person_twice(
    def: &Definition,
    directory: &Directory,
    reach: &Reach,
    alone: &BTreeMap<(StateIx, PersonId), PersonId>,
) -> Vec<Finding> {
    let mut told = BTreeSet::new();
    let mut found = Vec::new();
    for ((ix, starter), person) in alone {
        for later in behind(def, reach, *ix) {
            if later == *ix
                || !scene::refuses_same_person(def, later)
                || alone.get(&(later, starter.clone())) != Some(person)
                // Two states that come after one another are one pair.
                || !told.insert(((*ix).min(later), (*ix).max(later)))
            {
                continue;
            }
            let (first, second) = (called(&def.states[*ix]), called(&def.states[later]));
            let (who, starter) = (
                person_called(directory, person),
                person_called(directory, starter),
            );
            found.push(Finding::warning(
                "same-person-only",
                at_part(&def.states[later], "approve.by"),
                Text::new(
                    format!("{}发起时，节点{}和{}都只有{}一个人可问，而 same_person: refuse 不许同一个人签两处，流程会停住。", starter.zh, first.zh, second.zh, who.zh),
                    format!("When {} starts it, {} is the only one to ask in both {} and {}, while same_person: refuse bars one person from signing both: the flow would stop.", starter.en, who.en, first.en, second.en),
                ),
                Text::new(
                    "请为其中一个节点增加人员，或在后一个节点上写 policies: {same_person: ask}。",
                    "Add people to one of the two, or give the second policies: {same_person: ask}.",
                ),
            ));
        }
    }
    found
}

/// Everything that can come after a state.
fn behind(def: &Definition, reach: &Reach, ix: StateIx) -> Vec<StateIx> {
    let mut seen = vec![false; def.states.len()];
    let mut open = successors(def, reach, ix);
    while let Some(at) = open.pop() {
        if !std::mem::replace(&mut seen[at], true) {
            open.extend(successors(def, reach, at));
        }
    }
    (0..def.states.len()).filter(|at| seen[*at]).collect()
}
