//! A finding: what a check says about a part of a definition, before it has a place in a file.

use crate::definition::{Definition, State};
use crate::diagnostic::{Diagnostic, Places, Severity};
use crate::text::Text;

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Stable code in kebab-case; a section of docs/diagnostics.md.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// Dotted path of the part at fault, see [`Places`].
    pub at: String,
    /// The cause, one sentence.
    pub message: Text,
    /// What to do.
    pub hint: Text,
}

impl Finding {
    /// A finding that stops publishing.
    pub fn error(code: &'static str, at: impl Into<String>, message: Text, hint: Text) -> Self {
        Self {
            code,
            severity: Severity::Error,
            at: at.into(),
            message,
            hint,
        }
    }

    /// A finding about something that works, but probably not as meant.
    pub fn warning(code: &'static str, at: impl Into<String>, message: Text, hint: Text) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(code, at, message, hint)
        }
    }

    /// The same with its place in the file.
    pub fn placed(self, places: &Places) -> Diagnostic {
        Diagnostic {
            code: self.code,
            severity: self.severity,
            place: places.get(&self.at),
            message: self.message,
            hint: Some(self.hint),
            fixes: vec![],
            also: vec![],
        }
    }
}

/// The dotted path of a state.
pub(super) fn at_state(state: &State) -> String {
    format!("states.{}", state.id)
}

/// The dotted path of a part of a state.
pub(super) fn at_part(state: &State, part: &str) -> String {
    format!("states.{}.{part}", state.id)
}

/// How a sentence names a state: its name and its id.
pub(super) fn called(state: &State) -> Text {
    named(&state.name, &state.id)
}

/// How a sentence names something that has a name and an id.
pub(super) fn named(name: &Text, id: &str) -> Text {
    let zh = if name.zh.is_empty() || name.zh == id {
        format!("「{id}」")
    } else {
        format!("「{}」（{id}）", name.zh)
    };
    let en = if name.en.is_empty() || name.en == id {
        format!("“{id}”")
    } else {
        format!("“{}” ({id})", name.en)
    };
    Text::new(zh, en)
}

/// How a sentence names a field: its label and its name.
pub(super) fn field_called(def: &Definition, path: &str) -> Text {
    let root = path.split('.').next().unwrap_or(path);
    let label = def
        .entity
        .field(root)
        .or_else(|| ask_field(def, root))
        .map(|field| field.label.clone())
        .unwrap_or_default();
    named(&label, path)
}

/// A field that appears only for a decision or an action, anywhere in the flow.
pub(super) fn ask_field<'a>(def: &'a Definition, name: &str) -> Option<&'a crate::field::Field> {
    def.states
        .iter()
        .flat_map(super::reads::asked_fields)
        .find(|field| field.name == name)
}

/// Several names in one sentence.
pub(super) fn list(words: &[Text]) -> Text {
    let zh: Vec<&str> = words.iter().map(|word| word.zh.as_str()).collect();
    let en: Vec<&str> = words.iter().map(|word| word.en.as_str()).collect();
    Text::new(zh.join("、"), en.join(", "))
}
