//! `actions:` of a work state, and the fields that `ask:` brings.

use crate::definition::{Creation, Source, State, Target, WorkAction};
use crate::dialect::form::{self, FieldPlace, Fields};
use crate::dialect::map::{MapReader, key_word};
use crate::dialect::reader::{Reader, Word};
use crate::dialect::scalar;
use crate::dialect::tree::{Key, Node, Style};
use crate::dialect::value;
use crate::field::Field;
use crate::text::Text;

use super::{Cx, Skeleton, fields_named, target};

/// Fields of one `ask:`.
#[derive(Debug)]
pub struct Asked {
    /// The state.
    pub state: usize,
    /// The action; empty for the state's own `ask:`.
    pub action: String,
    /// The fields as they were read.
    pub fields: Vec<Field>,
}

/// Reads every `ask:` of a flow. Runs before the states are read, because conditions may use these fields anywhere.
pub fn asked(
    reader: &mut Reader,
    skeleton: &Skeleton<'_>,
    references: &mut Vec<Word>,
) -> Vec<Asked> {
    let mut found = Vec::new();
    for (state, slot) in skeleton.slots.iter().enumerate() {
        let mut take = |reader: &mut Reader, action: &str, node: &Node, path: String| {
            let Fields {
                list,
                references: new,
                ..
            } = form::fields(reader, node, FieldPlace::Ask, &path);
            references.extend(new);
            found.push(Asked {
                state,
                action: action.to_owned(),
                fields: list,
            });
        };
        let path = format!("states.{}", slot.id.text);
        if let Some(node) = slot.node.get("ask") {
            take(reader, "", node, format!("{path}.ask"));
        }
        let actions = slot.node.get("actions").and_then(Node::entries);
        for (key, node) in actions.unwrap_or_default() {
            if let Some(node) = node.get("ask") {
                let path = format!("{path}.actions.{}.ask", key.text);
                take(reader, &key.text, node, path);
            }
        }
    }
    found
}

/// The fields asked for at a state's own `ask:` (no action) or at one of its actions.
pub(super) fn asked_at(cx: &Cx<'_, '_>, action: &str) -> Vec<Field> {
    cx.asked
        .iter()
        .find(|asked| asked.state == cx.ix && asked.action == action)
        .map_or_else(Vec::new, |asked| asked.fields.clone())
}

/// Verbs of every task, which an action's id would hide.
const TAKEN: [&str; 10] = [
    "approve", "reject", "return", "transfer", "comment", "submit", "withdraw", "claim", "urge",
    "save",
];

/// `actions:`; without it the built-in `done`.
pub(super) fn actions(
    reader: &mut Reader,
    cx: &Cx<'_, '_>,
    map: &mut MapReader<'_>,
    state: &State,
) -> Vec<WorkAction> {
    let done = || WorkAction {
        id: "done".to_owned(),
        name: Text::new("完成", "Done"),
        to: state.next,
        ask: vec![],
        require: vec![],
        reason_required: false,
        create: vec![],
    };
    let Some(node) = map.get("actions") else {
        return vec![done()];
    };
    let Some(list) = MapReader::open(reader, node, ("动作表", "list of actions")) else {
        return vec![done()];
    };
    if list.written().is_empty() {
        reader.error(
            "no-actions",
            node.span,
            ("一个动作也没写", "There is no action"),
            (
                "写一个动作，或删掉 actions:（就是内置的 done）",
                "Write one, or remove actions: (then it is the built-in done)",
            ),
        );
    }
    let entries = list.written().iter();
    entries
        .filter_map(|(key, node)| action(reader, cx, key, node, state))
        .collect()
}

fn action(
    reader: &mut Reader,
    cx: &Cx<'_, '_>,
    key: &Key,
    node: &Node,
    state: &State,
) -> Option<WorkAction> {
    let id = key_word(key);
    let mut named = scalar::check_id(reader, &id);
    if TAKEN.contains(&id.text.as_str()) {
        reader.error(
            "reserved-name",
            id.span,
            (
                format!("“{}”是内置操作，不能作动作名", id.text),
                format!("“{}” is a built-in verb and cannot name an action", id.text),
            ),
            ("换一个名字", "Choose another name"),
        );
        named = false;
    }
    let mut map = MapReader::open(reader, node, ("动作", "action"))?;
    let name = map
        .need("name")
        .and_then(|node| scalar::names(reader, node));
    let to = way(reader, cx, &mut map, state);
    let require = map
        .get("require")
        .map_or_else(Vec::new, |node| fields_named(reader, cx.names, node));
    map.allow(&["ask"]);
    let reason_required = match map.get("reason") {
        Some(node) => scalar::one_of(reader, node, &[("required", true), ("optional", false)])
            .unwrap_or_default(),
        None => false,
    };
    let create = match map.get("create") {
        Some(node) => creations(reader, cx, node),
        None => vec![],
    };
    map.close(reader);
    if !named {
        return None;
    }
    Some(WorkAction {
        ask: asked_at(cx, &id.text),
        id: id.text,
        name: name?,
        to: to?,
        require,
        reason_required,
        create,
    })
}

pub(super) fn way(
    reader: &mut Reader,
    cx: &Cx<'_, '_>,
    map: &mut MapReader<'_>,
    state: &State,
) -> Option<Target> {
    let go = map.get("go");
    let back = map.get("back_to");
    match (go, back) {
        (None, None) => Some(state.next),
        (Some(node), None) => {
            let word = scalar::text(reader, node)?;
            target::go_to(reader, cx.names, state.region, &word)
        }
        (None, Some(node)) => {
            let word = scalar::text(reader, node)?;
            target::back_to(reader, cx.names, state.region, &word)
        }
        (Some(_), Some(node)) => {
            reader.error(
                "way-unclear",
                node.span,
                (
                    "go: 和 back_to: 只能写一个",
                    "Only one of go: and back_to: can stand here",
                ),
                ("删掉一个", "Remove one"),
            );
            None
        }
    }
}

/// `create: {complaint: {work_order: id}}`.
fn creations(reader: &mut Reader, cx: &Cx<'_, '_>, node: &Node) -> Vec<Creation> {
    let Some(list) = MapReader::open(reader, node, ("新建记录表", "list of records to create"))
    else {
        return vec![];
    };
    let mut found = Vec::new();
    for (key, node) in list.written() {
        let word = key_word(key);
        let entities = &cx.names.catalog.entities;
        if !entities.contains_key(&word.text) {
            let known = entities.keys().map(String::as_str);
            reader.unknown("unknown-entity", &word, ("实体", "entity type"), known);
        }
        if let Some(values) = created_values(reader, cx, &word, node) {
            found.push(Creation {
                entity: word.text,
                values,
            });
        }
    }
    found
}

fn created_values(
    reader: &mut Reader,
    cx: &Cx<'_, '_>,
    entity: &Word,
    node: &Node,
) -> Option<Vec<(String, Source)>> {
    let map = MapReader::open(reader, node, ("记录的值", "set of values"))?;
    let target = cx.names.catalog.entities.get(&entity.text);
    let mut values = Vec::new();
    for (key, node) in map.written() {
        let word = key_word(key);
        if let Some(entity) = target
            && entity.field(&word.text).is_none()
        {
            let known = entity.fields.iter().map(|field| field.name.as_str());
            reader.unknown("unknown-field", &word, ("字段", "field"), known);
            continue;
        }
        if let Some(source) = source(reader, cx, node) {
            values.push((word.text, source));
        }
    }
    Some(values)
}

/// A bare word is a field of this record (or its `id`); anything else is a fixed value.
fn source(reader: &mut Reader, cx: &Cx<'_, '_>, node: &Node) -> Option<Source> {
    let fixed = |node: &Node| Some(Source::Fixed(value::guess(node)));
    let scalar = scalar::scalar(reader, node)?;
    let word = scalar.text.starts_with(|c: char| c.is_ascii_lowercase());
    let literal = matches!(scalar.text.as_str(), "true" | "false");
    if scalar.style != Style::Plain || !word || literal {
        return fixed(node);
    }
    if scalar.text == "id" {
        return Some(Source::RecordId);
    }
    let word = Word {
        text: scalar.text.clone(),
        span: node.span,
    };
    cx.names
        .field(reader, &word)
        .then_some(Source::Field(word.text))
}
