//! Rules that look back: the state they name must be one in which people act, and come before.

use crate::definition::{Definition, PeopleRef, State, StateIx, StateKind};
use crate::people::Mention;
use crate::text::Text;

use super::finding::{Finding, at_part, called};
use super::reach::{Reach, successors};

/// All findings about rules that look back.
pub(super) fn check(def: &Definition, reach: &Reach) -> Vec<Finding> {
    let mut found = Vec::new();
    for (ix, state) in def.states.iter().enumerate() {
        let (by, part): (&[PeopleRef], _) = match &state.kind {
            StateKind::Approve(approve) => (&approve.by, "approve.by"),
            StateKind::Work { by, .. } => (by, "work.by"),
            StateKind::Draft { .. }
            | StateKind::Rule { .. }
            | StateKind::Run(_)
            | StateKind::Choose { .. }
            | StateKind::Mail { .. }
            | StateKind::WaitFor { .. }
            | StateKind::WaitUntil { .. }
            | StateKind::Subflow { .. }
            | StateKind::Together { .. }
            | StateKind::End { .. } => continue,
        };
        for who in by {
            found.extend(back(def, reach, (ix, part), who));
        }
    }
    found
}

fn back(
    def: &Definition,
    reach: &Reach,
    (ix, part): (StateIx, &str),
    who: &PeopleRef,
) -> Vec<Finding> {
    let PeopleRef::Named(name) = who else {
        return vec![];
    };
    let mentions = def.people_rule(name).map(|rule| rule.mentions());
    let mut found = Vec::new();
    for mention in mentions.unwrap_or_default() {
        let Mention::State(id) = mention else {
            continue;
        };
        let Some(named) = def.state_ix(&id) else {
            continue;
        };
        let state = &def.states[named];
        if !matches!(state.kind, StateKind::Approve(_) | StateKind::Work { .. }) {
            found.push(nobody_acts(name, state));
        } else if !leads(def, reach, named, ix) {
            found.push(later(&def.states[ix], part, name, state));
        }
    }
    found
}

/// Can somebody come from one state to another?
fn leads(def: &Definition, reach: &Reach, from: StateIx, to: StateIx) -> bool {
    let mut seen = vec![false; def.states.len()];
    let mut open = successors(def, reach, from);
    while let Some(at) = open.pop() {
        if at == to {
            return true;
        }
        if !std::mem::replace(&mut seen[at], true) {
            open.extend(successors(def, reach, at));
        }
    }
    false
}

fn nobody_acts(name: &str, state: &State) -> Finding {
    let called = called(state);
    Finding::error(
        "people-state-without-people",
        format!("people.{name}"),
        Text::new(
            format!(
                "{name} 取的是在节点{}办理过的人，但那里没有人审批或办理。",
                called.zh
            ),
            format!(
                "{name} looks for whoever acted in state {}, but nobody decides or works there.",
                called.en
            ),
        ),
        Text::new(
            "请写一个审批（approve）或办理（work）节点；要找发起人，直接写 applicant。",
            "Name a state with approve or work; for the applicant, write applicant.",
        ),
    )
}

fn later(state: &State, part: &str, name: &str, named: &State) -> Finding {
    let (here, there) = (called(state), called(named));
    Finding::error(
        "people-state-later",
        at_part(state, part),
        Text::new(
            format!(
                "节点{}要问的人（{name}）取决于节点{}，但流程走到这里之前不会经过它。",
                here.zh, there.zh
            ),
            format!(
                "Whom state {} asks ({name}) depends on state {}, which is never passed before it.",
                here.en, there.en
            ),
        ),
        Text::new(
            "请换成前面的节点，或调整节点的顺序。",
            "Name an earlier state, or change the order of the states.",
        ),
    )
}
