//! What a reader is not shown.

use assent_core::definition::Definition;
use assent_core::event::{Change, Event};
use assent_core::instance::{Case, TaskKind};

use super::fact::hidden_everywhere;

/// Fields this reader is not shown.
///
/// With a task that waits for them: what its state hides. Without one: what no state shows now, and besides, unless the case is
/// theirs or they answer for it, what was hidden in every state they were asked in: what somebody was not to see while they
/// decided does not open up because the case went on.
pub(crate) fn hidden_from(
    reader: &str,
    case: &Case,
    def: &Definition,
    trail: &[Event],
    answers_for_it: bool,
) -> Vec<String> {
    let open = case.instance.tasks.iter();
    let waiting: Vec<&str> = open
        .filter(|task| task.kind != TaskKind::Read && task.holders().contains(&reader))
        .map(|task| task.state.as_str())
        .collect();
    if !waiting.is_empty() {
        return in_every(def, &waiting);
    }
    let mut hidden = hidden_everywhere(def, &case.instance);
    if answers_for_it || case.instance.applicant == reader {
        return hidden;
    }
    let asked: Vec<&str> = trail
        .iter()
        .filter_map(|event| match &event.change {
            Change::TaskOpened {
                state,
                assignee,
                candidates,
                ..
            } if assignee == reader || candidates.iter().any(|one| one == reader) => {
                Some(state.as_str())
            }
            Change::Decided { state, .. } | Change::Acted { state, .. }
                if event.actor.person() == Some(reader) =>
            {
                Some(state.as_str())
            }
            _ => None,
        })
        .collect();
    for field in in_every(def, &asked) {
        if !hidden.contains(&field) {
            hidden.push(field);
        }
    }
    hidden
}

/// Fields that every one of these states hides; none when there are no states.
fn in_every(def: &Definition, states: &[&str]) -> Vec<String> {
    let mut lists = states
        .iter()
        .filter_map(|state| def.state_ix(state))
        .map(|ix| &def.states[ix].fields.hidden);
    let Some(first) = lists.next() else {
        return vec![];
    };
    let rest: Vec<_> = lists.collect();
    first
        .iter()
        .filter(|field| rest.iter().all(|hidden| hidden.contains(field)))
        .cloned()
        .collect()
}
