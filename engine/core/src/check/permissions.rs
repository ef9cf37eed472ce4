//! Field permissions and the fields that appear for a decision.

use crate::definition::{Definition, State, StateKind};
use crate::field::Field;
use crate::text::Text;

use super::finding::{Finding, at_part, called, field_called};
use super::reads::asked_fields;

/// All findings about field permissions and `ask:`.
pub(super) fn check(def: &Definition) -> Vec<Finding> {
    let mut found = Vec::new();
    for state in &def.states {
        found.extend(hidden_and_needed(def, state));
        found.extend(not_writable(def, state));
        found.extend(unknown_fields(def, state));
        found.extend(asked_of_nobody(state));
        found.extend(asked_twice(def, state));
    }
    found.extend(fills_itself(def));
    found
}

fn hidden_and_needed(def: &Definition, state: &State) -> Vec<Finding> {
    let draft = matches!(state.kind, StateKind::Draft { .. });
    let mut found = Vec::new();
    for name in &state.fields.hidden {
        let (what_zh, what_en) = if state.fields.require.contains(name) {
            ("必须填写（require）", "required")
        } else if state.fields.write.contains(name) {
            ("可以填写（write）", "writable")
        } else if draft
            && def.entity.field(name).is_some_and(|field| {
                field.required && field.computed.is_none() && field.filled_by.is_none()
            })
        {
            (
                "提交前必填（表单里 required: true）",
                "required before submitting",
            )
        } else {
            continue;
        };
        let (state_name, field) = (called(state), field_called(def, name));
        found.push(Finding::error(
            "hidden-but-needed",
            at_part(state, "fields.hidden"),
            Text::new(
                format!("节点{}里字段{}既隐藏又{what_zh}，办理人看不到就没法填。", state_name.zh, field.zh),
                format!("In state {} field {} is hidden and {what_en}: nobody can fill in what they cannot see.", state_name.en, field.en),
            ),
            Text::new(
                "请从 hidden: 里去掉它，或不再要求填写。",
                "Take it out of hidden:, or do not require it.",
            ),
        ));
    }
    found
}

/// Computed fields and those a state fills belong to nobody's keyboard.
fn not_writable(def: &Definition, state: &State) -> Vec<Finding> {
    let mut named: Vec<(&String, String)> = Vec::new();
    named.extend(
        state
            .fields
            .write
            .iter()
            .map(|name| (name, "fields.write".to_owned())),
    );
    named.extend(
        state
            .fields
            .require
            .iter()
            .map(|name| (name, "fields.require".to_owned())),
    );
    if let StateKind::Work { actions, .. } = &state.kind {
        for action in actions {
            let at = format!("actions.{}.require", action.id);
            named.extend(action.require.iter().map(|name| (name, at.clone())));
        }
    }
    let mut found = Vec::new();
    for (name, at) in named {
        let Some(field) = def.entity.field(name) else {
            continue;
        };
        let (zh, en) = if field.computed.is_some() {
            ("由公式算出（is:）".to_owned(), "computed (is:)".to_owned())
        } else if let Some(by) = &field.filled_by {
            (
                format!("由节点 {by} 填写（from:）"),
                format!("filled in by state {by} (from:)"),
            )
        } else {
            continue;
        };
        let (state_name, field) = (called(state), field_called(def, name));
        found.push(Finding::error(
            "field-not-writable",
            at_part(state, &at),
            Text::new(
                format!(
                    "字段{}{zh}，节点{}不能要求人来填写。",
                    field.zh, state_name.zh
                ),
                format!(
                    "Field {} is {en}; state {} cannot ask people to fill it in.",
                    field.en, state_name.en
                ),
            ),
            Text::new(
                "请从 write: 和 require: 里去掉它。",
                "Take it out of write: and require:.",
            ),
        ));
    }
    found
}

fn unknown_fields(def: &Definition, state: &State) -> Vec<Finding> {
    let known = |name: &String| {
        def.entity.field(name).is_some() || super::finding::ask_field(def, name).is_some()
    };
    let lists = [
        ("hidden", &state.fields.hidden),
        ("write", &state.fields.write),
        ("require", &state.fields.require),
    ];
    let mut found = Vec::new();
    for (part, names) in lists {
        for name in names.iter().filter(|name| !known(name)) {
            let state_name = called(state);
            found.push(Finding::error(
                "unknown-field",
                at_part(state, &format!("fields.{part}")),
                Text::new(
                    format!(
                        "节点{}的 fields: 里写了字段 {name}，但没有这个字段。",
                        state_name.zh
                    ),
                    format!(
                        "fields: of state {} names {name}, but there is no such field.",
                        state_name.en
                    ),
                ),
                Text::new(
                    "请改成表单（form:）或档案里已有的字段名。",
                    "Use the name of a field of the form (form:) or of the record.",
                ),
            ));
        }
    }
    found
}

/// Fields that appear for a decision need somebody who decides.
fn asked_of_nobody(state: &State) -> Option<Finding> {
    if state.ask.is_empty() || asks(state) {
        return None;
    }
    let name = called(state);
    Some(Finding::error(
        "ask-nobody",
        at_part(state, "ask"),
        Text::new(
            format!(
                "节点{}由系统自动完成，没有人会看到 ask: 里的字段。",
                name.zh
            ),
            format!(
                "State {} goes on by itself; nobody would see the fields of its ask:.",
                name.en
            ),
        ),
        Text::new(
            "请把 ask: 移到审批（approve:）或办理（work:）节点上。",
            "Move ask: to an approval (approve:) or a work: state.",
        ),
    ))
}

fn asks(state: &State) -> bool {
    matches!(
        state.kind,
        StateKind::Draft { .. } | StateKind::Approve(_) | StateKind::Work { .. }
    )
}

/// A name means one field: the same kind wherever it is asked for.
fn asked_twice(def: &Definition, state: &State) -> Vec<Finding> {
    let mut found = Vec::new();
    for field in asked_fields(state) {
        let other = def
            .entity
            .field(&field.name)
            .or_else(|| super::finding::ask_field(def, &field.name));
        if other.is_some_and(|other| other.kind != field.kind) {
            found.push(clash(def, state, field));
        }
    }
    found
}

fn clash(def: &Definition, state: &State, field: &Field) -> Finding {
    let (state_name, name) = (called(state), field_called(def, &field.name));
    Finding::error(
        "ask-clashes",
        at_part(state, &format!("ask.{}", field.name)),
        Text::new(
            format!(
                "节点{}的 ask: 里有字段{}，但别处有一个同名、类型不同的字段。",
                state_name.zh, name.zh
            ),
            format!(
                "ask: of state {} has field {}, but elsewhere a field of that name has another type.",
                state_name.en, name.en
            ),
        ),
        Text::new(
            "请换一个字段名，或让两处的类型相同。",
            "Choose another name, or give both the same type.",
        ),
    )
}

/// `from: state` promises that the state fills the field.
fn fills_itself(def: &Definition) -> Vec<Finding> {
    let mut found = Vec::new();
    for field in &def.entity.fields {
        let Some(by) = &field.filled_by else {
            continue;
        };
        let fills = def
            .state_ix(by)
            .is_some_and(|ix| match &def.states[ix].kind {
                StateKind::Rule { fills, .. } => fills.iter().any(|(name, _)| *name == field.name),
                StateKind::Run(run) => run.fills.iter().any(|(name, _)| *name == field.name),
                // A person or another flow may fill it there.
                StateKind::Approve(_) | StateKind::Work { .. } | StateKind::Subflow { .. } => true,
                StateKind::Draft { .. }
                | StateKind::Choose { .. }
                | StateKind::Mail { .. }
                | StateKind::WaitFor { .. }
                | StateKind::WaitUntil { .. }
                | StateKind::Together { .. }
                | StateKind::End { .. } => false,
            });
        if fills {
            continue;
        }
        let name = field_called(def, &field.name);
        found.push(Finding::error(
            "from-does-not-fill",
            format!("form.{}.from", field.name),
            Text::new(
                format!("字段{}写着由节点 {by} 填写（from:），但那个节点的 fills: 里没有它。", name.zh),
                format!("Field {} says that state {by} fills it in (from:), but that state's fills: does not have it.", name.en),
            ),
            Text::new(
                format!("请在节点 {by} 的 fills: 里加上 {}: …，或更正 from:。", field.name),
                format!("Add {}: … to fills: of state {by}, or correct from:.", field.name),
            ),
        ));
    }
    found
}
