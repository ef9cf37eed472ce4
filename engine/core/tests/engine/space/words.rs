//! A play a person can read.

use assent_core::command::{Action, Actor, Command};
use assent_core::instance::Case;
use serde_json::Value as Json;

/// `+1:05 p3 on task 4 (a1): approve`.
pub fn command(command: &Command, case: Option<&Case>, since_ms: i64) -> String {
    let minutes = since_ms / 60_000;
    let who = match &command.actor {
        Actor::Person(person) => person.as_str(),
        Actor::System => "the system",
    };
    let json = serde_json::to_value(&command.action).unwrap();
    let verb = verb(&command.action);
    let no = json.get("task").and_then(Json::as_u64);
    let task = no.map(|no| {
        let open = case.and_then(|case| case.instance.task(u32::try_from(no).unwrap()));
        let state = open.map_or("closed", |task| task.state.as_str());
        format!(" task {no} ({state})")
    });
    let args: Vec<String> = json
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(key, value)| !["do", "task"].contains(&key.as_str()) && telling(value))
        .map(|(key, value)| format!("{key} {value}"))
        .collect();
    let (hours, rest) = (minutes / 60, minutes % 60);
    format!(
        "+{hours}:{rest:02} {who}: {verb}{} {}",
        task.unwrap_or_default(),
        args.join(", ")
    )
}

fn telling(value: &Json) -> bool {
    match value {
        Json::Null | Json::Bool(false) => false,
        Json::Object(map) => map.values().any(telling),
        Json::Array(list) => !list.is_empty(),
        Json::Bool(true) | Json::Number(_) | Json::String(_) => true,
    }
}

/// The word for a deed; a timer's says nothing of its rung. An administrator's is that of what it does.
pub fn verb(action: &Action) -> String {
    if let Action::Override { act, .. } = action {
        return format!("override:{}", act.word());
    }
    let json = serde_json::to_value(action).unwrap();
    json.get("do")
        .and_then(Json::as_str)
        .unwrap_or_default()
        .to_owned()
}
