//! What comes next: the pinned definition walked ahead from where the instance stands, with the values and the people of
//! today. A condition that cannot be decided yet is said to be undecided; it is never taken for true or false.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::condition::Expr;
use crate::definition::{Definition, OwnRequest, PeopleRef, State, StateIx, StateKind, Target};
use crate::instance::Case;
use crate::people::PersonId;
use crate::text::{Lang, Text};
use crate::turn::{CaseFacts, Context};

/// Most states ahead that are looked at.
const AHEAD_MAX: usize = 40;

/// What becomes of a state ahead, as things stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// It comes.
    Comes,
    /// Its condition is false.
    Skipped,
    /// Its condition, or that of a choice before it, cannot be decided yet.
    Undecided,
}

/// A state ahead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Next {
    /// State id.
    pub state: String,
    /// Its name.
    pub name: Text,
    /// What becomes of it.
    pub fate: Fate,
    /// The condition with its values: `Load rate < 0.85 → false (Load rate 0.90)`; empty without a condition.
    pub because: Text,
    /// Who would be asked today.
    pub people: Vec<PersonId>,
    /// Why these, and why somebody the rule names would not be asked; the event that is waited for.
    pub why: Vec<Text>,
}

/// States ahead, in order.
pub(super) fn next(def: &Definition, case: &Case, cx: &Context<'_>) -> Vec<Next> {
    let mut walk = Walk {
        def,
        case,
        cx,
        seen: BTreeSet::new(),
        found: vec![],
    };
    // From the innermost out: a branch goes on to its end, then what follows the parallel state comes.
    for active in case.instance.active.iter().rev() {
        if let Some(ix) = def.state_ix(&active.state) {
            walk.seen.insert(ix);
            walk.leave(ix);
        }
    }
    walk.found
}

struct Walk<'a> {
    def: &'a Definition,
    case: &'a Case,
    cx: &'a Context<'a>,
    seen: BTreeSet<StateIx>,
    found: Vec<Next>,
}

impl Walk<'_> {
    fn facts(&self) -> CaseFacts<'_> {
        CaseFacts {
            def: self.def,
            case: self.case,
            cx: self.cx,
        }
    }

    /// What a condition comes to today, and its words.
    fn fate(&self, when: Option<&Expr>) -> (Fate, Text) {
        let Some(when) = when else {
            return (Fate::Comes, Text::default());
        };
        let explained = when.explain(&self.facts());
        let fate = match explained.result {
            Ok(true) => Fate::Comes,
            Ok(false) => Fate::Skipped,
            Err(_) => Fate::Undecided,
        };
        let words = |lang| explained.words(lang);
        (fate, Text::new(words(Lang::Zh), words(Lang::En)))
    }

    fn follow(&mut self, target: Target) {
        let Target::Go(ix) = target else {
            return;
        };
        if self.found.len() >= AHEAD_MAX || !self.seen.insert(ix) {
            return;
        }
        let state = &self.def.states[ix];
        let (fate, because) = self.fate(state.when.as_ref());
        if fate == Fate::Skipped {
            self.note(state, fate, because);
            self.follow(state.skip_to);
            return;
        }
        match &state.kind {
            // Nobody waits in these; what they do is not known before they did it.
            StateKind::Choose { .. } | StateKind::Rule { .. } | StateKind::Mail { .. } => {}
            StateKind::Draft { .. }
            | StateKind::Approve(_)
            | StateKind::Work { .. }
            | StateKind::Run(_)
            | StateKind::WaitFor { .. }
            | StateKind::WaitUntil { .. }
            | StateKind::Subflow { .. }
            | StateKind::Together { .. }
            | StateKind::End { .. } => self.note(state, fate, because),
        }
        if let StateKind::Together { branches, .. } = &state.kind {
            for branch in branches {
                let region = &self.def.regions[*branch];
                let (fate, because) = self.fate(region.when.as_ref());
                let Some(first) = region.states.first() else {
                    continue;
                };
                if fate == Fate::Skipped {
                    for skipped in &region.states {
                        self.seen.insert(*skipped);
                        self.note(&self.def.states[*skipped], fate, because.clone());
                    }
                } else {
                    self.follow(Target::Go(*first));
                }
            }
        }
        self.leave(ix);
    }

    /// Goes on behind a state. A choice that cannot be decided yet ends the walk: what follows would be a guess.
    fn leave(&mut self, ix: StateIx) {
        let state = &self.def.states[ix];
        // Nothing follows an end, whatever stands below it in the file.
        if matches!(state.kind, StateKind::End { .. }) {
            return;
        }
        let StateKind::Choose { ways } = &state.kind else {
            self.follow(state.next);
            return;
        };
        for way in ways {
            let (fate, because) = self.fate(way.when.as_ref());
            match fate {
                Fate::Comes => return self.follow(way.to),
                Fate::Skipped => {}
                Fate::Undecided => return self.note(state, fate, because),
            }
        }
        self.follow(state.next);
    }

    fn note(&mut self, state: &State, fate: Fate, because: Text) {
        let (people, why) = if fate == Fate::Skipped {
            (vec![], vec![])
        } else {
            self.people(state)
        };
        self.found.push(Next {
            state: state.id.clone(),
            name: state.name.clone(),
            fate,
            because,
            people,
            why,
        });
    }

    /// Who would be asked today, and why; what is waited for where nobody is asked.
    fn people(&self, state: &State) -> (Vec<PersonId>, Vec<Text>) {
        if let StateKind::WaitFor { name, .. } = &state.kind {
            let what = Text::new(
                format!("等待：{}。", name.zh),
                format!("Waits for: {}.", name.en),
            );
            return (vec![], vec![what]);
        }
        let by: &[PeopleRef] = match &state.kind {
            StateKind::Approve(approve) => &approve.by,
            StateKind::Work { by, .. } => by,
            StateKind::Draft { by } => std::slice::from_ref(by),
            StateKind::Rule { .. }
            | StateKind::Run(_)
            | StateKind::Choose { .. }
            | StateKind::Mail { .. }
            | StateKind::WaitFor { .. }
            | StateKind::WaitUntil { .. }
            | StateKind::Subflow { .. }
            | StateKind::Together { .. }
            | StateKind::End { .. } => &[],
        };
        let is_approval = matches!(state.kind, StateKind::Approve(_));
        let own = state
            .policies
            .own_request
            .unwrap_or(self.def.policies.own_request);
        let (mut people, mut why) = (vec![], vec![]);
        for resolved in by
            .iter()
            .map(|who| self.cx.organisation.resolve(self.def, who, self.case))
        {
            why.extend(resolved.why);
            for person in resolved.people {
                let is_own =
                    is_approval && own != OwnRequest::Ask && person == self.case.instance.applicant;
                let name = self.cx.organisation.name(&person);
                if is_own {
                    why.push(Text::new(
                        format!("{name}是发起人，不会审批自己的申请。"),
                        format!("{name} is the applicant and would not be asked."),
                    ));
                } else if !self.cx.organisation.may_act(&person) {
                    why.push(Text::new(
                        format!("{name}已离职或停用，不会被请求。"),
                        format!("{name} has left and would not be asked."),
                    ));
                } else if !people.contains(&person) {
                    people.push(person);
                }
            }
        }
        (people, why)
    }
}
