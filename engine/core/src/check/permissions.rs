//! Field permissions.

use crate::definition::{Definition, State, StateKind};
use crate::field::Field;
use crate::text::Text;

use super::finding::{Finding, at_part, called, field_called};

/// Fields a draft hides although it cannot be submitted without them.
pub(super) fn check(def: &Definition) -> Vec<Finding> {
    def.states
        .iter()
        .filter(|state| matches!(state.kind, StateKind::Draft { .. }))
        .flat_map(|state| hidden_and_required(def, state))
        .collect()
}

fn hidden_and_required(def: &Definition, state: &State) -> Vec<Finding> {
    let by_hand =
        |field: &&Field| field.required && field.computed.is_none() && field.filled_by.is_none();
    let hidden = state
        .fields
        .hidden
        .iter()
        .filter_map(|name| def.entity.field(name))
        .filter(by_hand);
    hidden
        .map(|field| {
            let (state_name, name) = (called(state), field_called(def, &field.name));
            Finding::error(
                "hidden-and-required",
                at_part(state, "fields"),
                Text::new(
                    format!("字段{}是必填项（required: true），却在节点{}里隐藏：看不到就没法填，永远提交不了。", name.zh, state_name.zh),
                    format!("Field {} is required before submitting, but hidden in state {}: nobody can fill in what they cannot see.", name.en, state_name.en),
                ),
                Text::new(
                    "请从 hidden: 里去掉它，或在字段上去掉 required: true。",
                    "Take it out of hidden:, or remove required: true from the field.",
                ),
            )
        })
        .collect()
}
