//! What probably comes: a walk ahead from where the instance stands, with today's values and today's people. The timeline's
//! grey future and what a decision leads to are the same walk.

use std::collections::BTreeSet;

use assent_core::condition::Expr;
use assent_core::definition::{
    Definition, PeopleRef, RegionIx, State, StateIx, StateKind, Target, Way,
};
use assent_core::instance::Case;
use assent_core::text::{Lang, Text};
use assent_core::turn::{CaseFacts, Context};

use crate::app::{Expected, PersonView};
use crate::engine::Around;

/// Most states ahead that are shown.
const AHEAD_MAX: usize = 20;

/// States that probably come, in order.
pub(crate) fn expected(
    case: &Case,
    around: &Around,
    cx: &Context<'_>,
    person: impl Fn(&str) -> PersonView,
) -> Vec<Expected> {
    let mut walk = Walk {
        def: &around.def,
        case,
        cx,
        seen: BTreeSet::new(),
        found: Vec::new(),
    };
    // From the innermost out: a branch goes on to its end, then what follows the parallel state comes.
    for active in case.instance.active.iter().rev() {
        if let Some(ix) = around.def.state_ix(&active.state) {
            walk.seen.insert(ix);
            walk.follow(around.def.states[ix].next);
        }
    }
    walk.found
        .into_iter()
        .map(|(ix, only_if)| {
            let state = &around.def.states[ix];
            Expected {
                state: state.id.clone(),
                name: state.name.clone(),
                people: people(state, case, &around.def, cx)
                    .iter()
                    .map(|id| person(id))
                    .collect(),
                only_if,
                waits_for: match &state.kind {
                    StateKind::WaitFor { name, .. } => name.clone(),
                    _ => Text::default(),
                },
            }
        })
        .collect()
}

/// Where a target leads with today's values, and what cannot be decided yet on the way there: the first state that is
/// entered and that people call one.
pub(crate) fn lands(
    def: &Definition,
    case: &Case,
    cx: &Context<'_>,
    target: Target,
) -> (Target, Text) {
    let mut walk = Walk {
        def,
        case,
        cx,
        seen: BTreeSet::new(),
        found: Vec::new(),
    };
    walk.lands(target)
}

struct Walk<'a> {
    def: &'a Definition,
    case: &'a Case,
    cx: &'a Context<'a>,
    seen: BTreeSet<StateIx>,
    found: Vec<(StateIx, Text)>,
}

/// What a condition says today.
enum Today {
    Yes,
    No,
    /// It reads something that is not filled in yet.
    NotYet(Text),
}

impl Walk<'_> {
    fn follow(&mut self, target: Target) {
        let mut target = target;
        while let Target::Go(ix) = target {
            if self.found.len() >= AHEAD_MAX || !self.seen.insert(ix) {
                return;
            }
            let state = &self.def.states[ix];
            target = match self.holds(state.when.as_ref()) {
                Today::No => state.skip_to,
                Today::Yes => self.enter(ix, state, Text::default()),
                Today::NotYet(only_if) => self.enter(ix, state, only_if),
            };
        }
    }

    fn lands(&mut self, mut target: Target) -> (Target, Text) {
        while let Target::Go(ix) = target {
            // A circle of states that are all passed by: the engine holds it, nothing is entered.
            if !self.seen.insert(ix) {
                break;
            }
            let state = &self.def.states[ix];
            match self.holds(state.when.as_ref()) {
                Today::No => {
                    target = state.skip_to;
                    continue;
                }
                Today::NotYet(only_if) => return (target, only_if),
                Today::Yes => {}
            }
            target = match &state.kind {
                StateKind::Choose { ways } => match self.taken(ways) {
                    None => state.next,
                    Some(way) => match self.holds(way.when.as_ref()) {
                        Today::NotYet(only_if) => return (self.lands(way.to).0, only_if),
                        Today::Yes | Today::No => way.to,
                    },
                },
                StateKind::Together { branches, .. } if self.all_left_out(branches) => state.next,
                StateKind::Rule { .. } | StateKind::Mail { .. } => state.next,
                StateKind::Together { .. }
                | StateKind::Draft { .. }
                | StateKind::Approve(_)
                | StateKind::Work { .. }
                | StateKind::Run(_)
                | StateKind::WaitFor { .. }
                | StateKind::WaitUntil { .. }
                | StateKind::Subflow { .. }
                | StateKind::End { .. } => break,
            };
        }
        (target, Text::default())
    }

    /// The way a choice takes today: the first whose condition is not false.
    fn taken<'w>(&self, ways: &'w [Way]) -> Option<&'w Way> {
        let mut ways = ways.iter();
        ways.find(|way| !matches!(self.holds(way.when.as_ref()), Today::No))
    }

    fn all_left_out(&self, branches: &[RegionIx]) -> bool {
        let mut branches = branches.iter().map(|ix| &self.def.regions[*ix]);
        branches.all(|branch| matches!(self.holds(branch.when.as_ref()), Today::No))
    }

    /// Notes a state and says where it leads.
    fn enter(&mut self, ix: StateIx, state: &State, only_if: Text) -> Target {
        match &state.kind {
            StateKind::Choose { ways } => self.taken(ways).map_or(state.next, |way| way.to),
            StateKind::Together { branches, .. } => {
                for branch in branches {
                    let region = &self.def.regions[*branch];
                    if matches!(self.holds(region.when.as_ref()), Today::No) {
                        continue;
                    }
                    if let Some(first) = region.states.first() {
                        self.follow(Target::Go(*first));
                    }
                }
                state.next
            }
            StateKind::Rule { .. } | StateKind::Mail { .. } => state.next,
            StateKind::Draft { .. }
            | StateKind::Approve(_)
            | StateKind::Work { .. }
            | StateKind::Run(_)
            | StateKind::WaitFor { .. }
            | StateKind::WaitUntil { .. }
            | StateKind::Subflow { .. } => {
                self.found.push((ix, only_if));
                state.next
            }
            StateKind::End { .. } => {
                self.found.push((ix, only_if));
                // Nothing follows an end, whatever stands below it in the file.
                Target::Finish
            }
        }
    }

    fn holds(&self, when: Option<&Expr>) -> Today {
        let Some(when) = when else {
            return Today::Yes;
        };
        let facts = CaseFacts {
            def: self.def,
            case: self.case,
            cx: self.cx,
        };
        match when.holds(&facts) {
            Ok(true) => Today::Yes,
            Ok(false) => Today::No,
            Err(_) => {
                let explained = when.explain(&facts);
                Today::NotYet(Text::new(
                    explained.words(Lang::Zh),
                    explained.words(Lang::En),
                ))
            }
        }
    }
}

/// Who would be asked today.
fn people(state: &State, case: &Case, def: &Definition, cx: &Context<'_>) -> Vec<String> {
    let by: &[PeopleRef] = match &state.kind {
        StateKind::Approve(approve) => &approve.by,
        StateKind::Work { by, .. } => by,
        _ => &[],
    };
    let mut found: Vec<String> = Vec::new();
    for who in by {
        for id in cx.organisation.resolve(def, who, case).people {
            if !found.contains(&id) {
                found.push(id);
            }
        }
    }
    found
}
