//! What is wrong with a JSON body, in words: the field's path, and what is allowed there. Read again, and slowly, only when the
//! body could not be read.

use assent_core::text::{Lang, Text};
use assent_runtime::app::FieldFault;
use axum::http::StatusCode;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::web::{Fault, words};

/// The fault of a body that is no `T`.
pub fn of<T: DeserializeOwned>(bytes: &[u8], error: &serde_json::Error) -> Fault {
    match serde_json::from_slice::<Value>(bytes) {
        Err(error) => {
            let (line, column) = (error.line().to_string(), error.column().to_string());
            let place = [("line", line.as_str()), ("column", column.as_str())];
            let mut fault = Fault::new(StatusCode::UNPROCESSABLE_ENTITY, "bad_json");
            fault.text = words::both("fault.no_json", &place);
            fault.params = place
                .map(|(name, at)| (name.to_owned(), at.to_owned()))
                .into();
            fault
        }
        Ok(value) => match serde_path_to_error::deserialize::<_, T>(value) {
            Err(error) => said(&error.path().to_string(), &error.inner().to_string()),
            // As a value it can be read: a name that came twice is one there.
            Ok(_) => said(".", &error.to_string()),
        },
    }
}

/// A field that must be there.
pub fn missing(field: &str) -> Fault {
    fault("missing", field.to_owned(), &[])
}

/// By what serde says: its sentences are the only thing it tells. One that is not known here still names the field.
fn said(path: &str, sentence: &str) -> Fault {
    let quoted: Vec<&str> = sentence.split('`').skip(1).step_by(2).collect();
    let named = quoted.first().copied().unwrap_or_default();
    let beneath = |name: &str| match path {
        "." => name.to_owned(),
        _ if path == name || path.ends_with(&format!(".{name}")) => path.to_owned(),
        _ => format!("{path}.{name}"),
    };
    let here = if path == "." { "" } else { path };
    let kind = |start: &str| sentence.starts_with(start);
    if kind("missing field") {
        fault("missing", beneath(named), &[])
    } else if kind("duplicate field") {
        fault("twice", beneath(named), &[])
    } else if kind("unknown field") {
        let allowed = Some(&quoted[1..]).filter(|names| !names.is_empty());
        let kind = allowed.map_or("none_wanted", |_| "unknown");
        fault(kind, beneath(named), allowed.unwrap_or_default())
    } else if kind("unknown variant") {
        let mut fault = fault("no_choice", here.to_owned(), &quoted[1..]);
        fault.params.insert("given".to_owned(), named.to_owned());
        fault
    } else if here.is_empty() {
        fault("no_object", String::new(), &[])
    } else {
        let expected = sentence.rsplit_once("expected ").map_or("", |(_, it)| it);
        fault(wanted(expected), here.to_owned(), &[])
    }
}

/// The sentence for a type that was expected.
fn wanted(expected: &str) -> &'static str {
    let starts = |any: &[&str]| any.iter().any(|start| expected.starts_with(start));
    if starts(&["u", "i", "usize"]) {
        "no_number"
    } else if starts(&["a boolean"]) {
        "no_flag"
    } else if starts(&["a sequence"]) {
        "no_list"
    } else if starts(&["a map", "struct"]) {
        "no_object_there"
    } else {
        "no_text"
    }
}

/// `kind` is a key of words in `[body]`.
fn fault(kind: &str, field: String, allowed: &[&str]) -> Fault {
    let key = format!("body.{kind}");
    let joined = |lang: Lang| allowed.join(lang.pick("、", ", "));
    let of = |lang| words::say(lang, &key, &[("field", &field), ("allowed", &joined(lang))]);
    let text = Text::new(of(Lang::Zh), of(Lang::En));
    let mut fault = Fault::new(StatusCode::UNPROCESSABLE_ENTITY, "bad_json");
    if !allowed.is_empty() {
        fault.params.insert("allowed".to_owned(), joined(Lang::En));
    }
    if !field.is_empty() {
        fault.params.insert("field".to_owned(), field.clone());
        fault.fields.push(FieldFault {
            field,
            code: kind.to_owned(),
            message: text.clone(),
        });
    }
    fault.text = text;
    fault
}
