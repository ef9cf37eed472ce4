//! The dialect as a JSON Schema (draft 7), for editors that know nothing of Assent: completion, hover help, wrong keys.
//!
//! A schema knows shapes, not meaning: whether a state exists or a condition is typed right is said by
//! [`crate::dialect::compile`]. So it never refuses what the dialect accepts, and it is not used for checking here.

mod field;
mod parts;
mod sections;
mod state;
#[cfg(test)]
mod tests;

use serde_json::{Value as Json, json};

/// Where the server offers it, and what a flow names in its first line:
/// `# yaml-language-server: $schema=/schema/flow-1.json`.
pub const FLOW_SCHEMA_ID: &str = "/schema/flow-1.json";

/// The schema of a flow file, with Chinese descriptions.
pub fn flow() -> Json {
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": FLOW_SCHEMA_ID,
        "title": "Assent 流程",
        "description": "一个文件就是一个流程，从上到下读：是什么、用哪些字段、谁来办、一步一步怎么走、发什么邮件、怎么算对。",
        "type": "object",
        "properties": sections::all(),
        "required": ["flow", "format", "name", "purpose", "owner", "calendar", "title", "states"],
        "oneOf": [{"required": ["form"]}, {"required": ["record"]}],
        "additionalProperties": false,
        "definitions": definitions(),
    })
}

fn definitions() -> Json {
    let mut all = serde_json::Map::new();
    all.extend(parts::definitions());
    all.extend(field::definitions());
    all.extend(state::definitions());
    Json::Object(all)
}

/// A reference to a definition.
fn refer(name: &str) -> Json {
    json!({"$ref": format!("#/definitions/{name}")})
}

/// The same with words of its own; in draft 7 nothing may stand beside `$ref`.
fn about(name: &str, description: &str) -> Json {
    json!({"description": description, "allOf": [refer(name)]})
}

/// A closed object.
fn object(description: &str, properties: Json, required: &[&str]) -> Json {
    let mut object = json!({
        "description": description,
        "type": "object",
        "required": required,
        "additionalProperties": false,
    });
    object["properties"] = properties;
    object
}

/// A map from names of the author's own to something.
fn map_of(description: &str, what: Json) -> Json {
    let mut map = json!({
        "description": description,
        "type": "object",
        "propertyNames": refer("id"),
    });
    map["additionalProperties"] = what;
    map
}

/// One word of several, each explained.
fn one_of(description: &str, words: &[(&str, &str)]) -> Json {
    let choices: Vec<Json> = words
        .iter()
        .map(|(word, meaning)| json!({"const": word, "description": meaning}))
        .collect();
    json!({"description": description, "oneOf": choices})
}
