//! The schema accepts the flows of this repository, and refuses wrong keys.

use serde_json::{Value as Json, json};

use super::flow;

/// As much of JSON Schema as the schema uses; every complaint with its path.
fn complaints(root: &Json, schema: &Json, value: &Json, at: &str) -> Vec<String> {
    let schema = match schema["$ref"].as_str() {
        Some(name) => root.pointer(&name[1..]).unwrap_or(&Json::Null),
        None => schema,
    };
    assert!(schema.is_object(), "no schema at {at}");
    let mut found = scalar_complaints(schema, value, at);
    let inner = |schema: &Json, value: &Json, at: &str| complaints(root, schema, value, at);
    for part in list(schema, "allOf") {
        found.extend(inner(part, value, at));
    }
    for (word, exactly_one) in [("anyOf", false), ("oneOf", true)] {
        let parts = list(schema, word);
        let fitting = parts
            .iter()
            .filter(|part| inner(part, value, at).is_empty())
            .count();
        if !parts.is_empty() && (fitting == 0 || (exactly_one && fitting > 1)) {
            found.push(format!("{at}: {fitting} of {word} fit"));
        }
    }
    if schema["if"].is_object() && inner(&schema["if"], value, at).is_empty() {
        found.extend(inner(&schema["then"], value, at));
    }
    if let Json::Object(entries) = value {
        for name in list(schema, "required").iter().filter_map(Json::as_str) {
            if !entries.contains_key(name) {
                found.push(format!("{at}: {name} is missing"));
            }
        }
        for (key, value) in entries {
            let at = format!("{at}/{key}");
            if schema["propertyNames"].is_object() {
                found.extend(inner(&schema["propertyNames"], &json!(key), &at));
            }
            match (&schema["properties"][key], &schema["additionalProperties"]) {
                (Json::Null, Json::Bool(false)) => found.push(format!("{at}: unknown key")),
                (Json::Null, other @ Json::Object(_)) => found.extend(inner(other, value, &at)),
                (Json::Null, _) => {}
                (known, _) => found.extend(inner(known, value, &at)),
            }
        }
    }
    if let Json::Array(items) = value {
        if schema["items"].is_object() {
            for (number, item) in items.iter().enumerate() {
                found.extend(inner(&schema["items"], item, &format!("{at}/{number}")));
            }
        }
        if (items.len() as u64) < schema["minItems"].as_u64().unwrap_or(0) {
            found.push(format!("{at}: too few items"));
        }
    }
    found
}

fn list<'a>(schema: &'a Json, word: &str) -> &'a [Json] {
    schema[word].as_array().map_or(&[], Vec::as_slice)
}

fn scalar_complaints(schema: &Json, value: &Json, at: &str) -> Vec<String> {
    let mut found = Vec::new();
    let kinds: Vec<&str> = match &schema["type"] {
        Json::String(one) => vec![one],
        Json::Array(several) => several.iter().filter_map(Json::as_str).collect(),
        _ => vec![],
    };
    let is = |kind: &str| match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        other => panic!("unknown type {other}"),
    };
    if !kinds.is_empty() && !kinds.iter().any(|kind| is(kind)) {
        found.push(format!("{at}: {value} is no {kinds:?}"));
    }
    if !schema["const"].is_null() && schema["const"] != *value {
        found.push(format!("{at}: {value} is not {}", schema["const"]));
    }
    if schema["enum"].is_array() && !list(schema, "enum").contains(value) {
        found.push(format!("{at}: {value} is none of {}", schema["enum"]));
    }
    if let (Some(pattern), Some(text)) = (schema["pattern"].as_str(), value.as_str())
        && !regex_lite::Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(text))
    {
        found.push(format!("{at}: {text} does not match {pattern}"));
    }
    found
}

fn check(text: &str) -> Vec<String> {
    let mut value: Json = serde_yaml::from_str(text).unwrap_or_else(|error| panic!("{error}"));
    without_commas(&mut value);
    let schema = flow();
    complaints(&schema, &schema, &value, "")
}

/// A comma in a text without quotes (`{en: First, then}`) makes a key of its rest; the dialect reads it as one text.
fn without_commas(value: &mut Json) {
    match value {
        Json::Object(entries) => {
            entries.retain(|key, value| !value.is_null() || !key.contains(' '));
            entries.values_mut().for_each(without_commas);
        }
        Json::Array(items) => items.iter_mut().for_each(without_commas),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

const GOOD: &str = include_str!("good.yaml");

#[test]
fn a_flow_with_every_kind_of_state_fits() {
    assert_eq!(check(GOOD), Vec::<String>::new());
}

#[test]
fn the_flows_of_this_repository_fit() {
    let mut seen = 0;
    for folder in ["../../workflows", "tests/flows", "src/dialect/tests"] {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        for entry in std::fs::read_dir(root).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.extension().is_some_and(|ext| ext == "yaml") {
                let text = std::fs::read_to_string(&path).unwrap_or_default();
                assert_eq!(check(&text), Vec::<String>::new(), "{}", path.display());
                seen += 1;
            }
        }
    }
    assert!(seen >= 2, "only {seen} flows");
}

#[test]
fn wrong_keys_and_shapes_do_not_fit() {
    let wrong = [
        ("approve: {by: finance}", "aprove: {by: finance}"),
        ("format: 1", "format: 2"),
        ("currency: CNY, ", ""),
        ("deadline: 2 workdays", "deadline: 两天"),
        ("needs: 60 %", "needs: most"),
        ("otherwise: true", "otherwise: false"),
        ("name: {zh: 申请, en: Request}", "name: {zh: 申请}"),
    ];
    for (good, bad) in wrong {
        assert!(GOOD.contains(good), "{good}");
        assert_ne!(
            check(&GOOD.replacen(good, bad, 1)),
            Vec::<String>::new(),
            "{bad}"
        );
    }
}

#[test]
fn every_key_has_a_chinese_description() {
    fn walk(schema: &Json, at: &str, missing: &mut Vec<String>) {
        if let Some(properties) = schema["properties"].as_object() {
            for (key, inner) in properties {
                let text = inner["description"].as_str().unwrap_or_default();
                let described = inner["$ref"].is_string() || text.chars().any(|c| c >= '\u{4E00}');
                if !described && inner != &json!({"const": key}) {
                    missing.push(format!("{at}.{key}"));
                }
                walk(inner, &format!("{at}.{key}"), missing);
            }
        }
    }
    let schema = flow();
    let mut missing = Vec::new();
    walk(&schema, "", &mut missing);
    for (name, definition) in schema["definitions"].as_object().into_iter().flatten() {
        walk(definition, name, &mut missing);
    }
    // `if` of a type names the type again.
    assert_eq!(missing, Vec::<String>::new());
}
