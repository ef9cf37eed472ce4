//! States that an older program folded. Events never change, but what is made of them grows from version to version: what an
//! older program stored says less, and nothing else.

use assent_core::apply::{FOLD, apply};
use assent_core::event::{Change, Event};
use assent_core::instance::Case;
use assent_core::value::Values;
use assent_store::Loaded;
use serde_json::Value as Json;

use crate::app::{App, AppError};

/// Events read at once.
const PAGE: u32 = 500;

/// True when this program folded the stored state. Its last field says so; whatever a person wrote is escaped in there.
pub(crate) fn is_current(state: &str) -> bool {
    state.ends_with(&format!("\"fold\":{FOLD}}}"))
}

/// The case that these events fold to, on a record that holds `values` now: what no event set was there before.
pub(crate) fn folded(events: &[Event], values: &Values) -> Case {
    let mut case = Case::blank(untouched(events, values));
    events.iter().for_each(|event| apply(&mut case, event));
    case
}

/// What no event of a whole trail set, of a record that holds `values` now: it was there before the first one.
pub(crate) fn untouched(events: &[Event], values: &Values) -> Values {
    let is_set = |name: &String| {
        events.iter().any(|event| matches!(&event.change, Change::FieldsSet { values } if values.contains_key(name)))
    };
    let start = values.iter().filter(|(name, _)| !is_set(name));
    start
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// A stored state as what it says, without the mark of the program that folded it.
pub(crate) fn unmarked(state: &str) -> Json {
    let mut said: Json = serde_json::from_str(state).unwrap_or_default();
    if let Json::Object(fields) = &mut said {
        fields.remove("fold");
    }
    said
}

/// True when everything that `older` says is said by `newer` too.
pub(crate) fn says_no_less(newer: &Json, older: &Json) -> bool {
    match (newer, older) {
        (Json::Object(newer), Json::Object(older)) => older.iter().all(|(name, older)| {
            let newer = newer.get(name);
            newer.map_or_else(|| is_nothing(older), |newer| says_no_less(newer, older))
        }),
        (Json::Array(newer), Json::Array(older)) => {
            let mut pairs = newer.iter().zip(older);
            newer.len() == older.len() && pairs.all(|(newer, older)| says_no_less(newer, older))
        }
        _ => newer == older,
    }
}

/// What is not written any more where there is nothing to say.
fn is_nothing(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::Bool(flag) => !flag,
        Json::Number(number) => number.as_i64() == Some(0),
        Json::String(text) => text.is_empty(),
        Json::Array(items) => items.is_empty(),
        Json::Object(fields) => fields.is_empty(),
    }
}

impl App {
    /// Folds a state anew that an older program stored. One that its events do not lead to stays as it is, for `verify`.
    pub(crate) async fn refold(&self, loaded: &mut Loaded) -> Result<(), AppError> {
        if is_current(&loaded.row.state) {
            return Ok(());
        }
        let (mut events, mut from): (Vec<Event>, u32) = (vec![], 1);
        loop {
            let page = self.store().events(&loaded.row.id, from, PAGE).await?;
            let Some(last) = page.last() else { break };
            from = last.seq + 1;
            let parsed = page.iter().map(|row| serde_json::from_str(&row.body));
            match parsed.collect::<Result<Vec<Event>, _>>() {
                Ok(page) => events.extend(page),
                Err(_) => return Ok(()),
            }
        }
        let case = folded(&events, &loaded.values);
        let newer = serde_json::to_value(&case.instance).unwrap_or_default();
        let older = unmarked(&loaded.row.state);
        if older.is_object() && says_no_less(&newer, &older) {
            loaded.row.state = serde_json::to_string(&case.instance).unwrap_or_default();
        }
        Ok(())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_older_state_may_say_less_and_nothing_else() {
        let newer = json!({"a": 1, "list": [{"at": 2, "since": 3}], "fold": 1});
        for (older, fine) in [
            (json!({"a": 1, "list": [{"at": 2}]}), true),
            (
                json!({"a": 1, "list": [{"at": 2}], "gone": null, "none": []}),
                true,
            ),
            (json!({"a": 2, "list": [{"at": 2}]}), false),
            (json!({"a": 1, "list": []}), false),
            (json!({"a": 1, "list": [{"at": 9}]}), false),
            (json!({"a": 1, "more": "x"}), false),
        ] {
            assert_eq!(says_no_less(&newer, &older), fine, "{older}");
        }
    }

    #[test]
    fn who_folded_a_state_is_nothing_it_says() {
        let newer = json!({"a": 1, "fold": FOLD});
        for fold in [0, 1, FOLD] {
            let older = json!({"a": 1, "fold": fold}).to_string();
            assert!(says_no_less(&newer, &unmarked(&older)), "{older}");
        }
    }

    #[test]
    fn what_this_program_stores_is_current() {
        let case = Case::blank(Values::new());
        let state = serde_json::to_string(&case.instance).unwrap();
        assert!(is_current(&state));
        let last = format!("\"fold\":{FOLD}}}");
        assert!(!is_current(&state.replace(&last, "\"fold\":0}")));
        let note = serde_json::to_string(&json!({ "note": last })).unwrap();
        assert!(!is_current(&note));
    }
}
