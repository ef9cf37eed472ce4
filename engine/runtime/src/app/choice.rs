//! Choices of people (`chosen by … from …`): offered with a form, and taken out of the values that come back.

use assent_core::definition::Definition;
use assent_core::directory::Directory;
use assent_core::instance::Case;
use assent_core::people::Chooser;
use assent_core::text::Text;
use assent_core::turn::{Choice, Context, choosable};
use assent_core::value::{Value, Values};

use super::view::{FormField, FormOption, Json, JsonMap};

/// The choices somebody makes with a form, each as a field with the people who may be chosen.
pub(crate) fn choice_fields(
    def: &Definition,
    case: &Case,
    chooser: &Chooser,
    directory: &Directory,
    cx: &Context<'_>,
) -> Vec<FormField> {
    let choices = def.choices_of(chooser);
    choices
        .into_iter()
        .map(|choice| choice_field(def, case, choice, directory, cx))
        .collect()
}

fn choice_field(
    def: &Definition,
    case: &Case,
    choice: Choice,
    directory: &Directory,
    cx: &Context<'_>,
) -> FormField {
    let chosen = case.instance.choices.get(&choice.name);
    let options = choosable(def, case, &choice.name, cx);
    let option = |id: String| FormOption {
        name: Text::same(directory.name(&id)),
        id,
    };
    FormField {
        name: choice.field,
        label: choice.label,
        kind: if choice.most > 1 { "people" } else { "person" },
        required: true,
        write: true,
        value: match chosen.map(Vec::as_slice) {
            None | Some([]) => Json::Null,
            Some([only]) if choice.most == 1 => Json::from(only.as_str()),
            Some(several) => several.iter().map(String::as_str).collect(),
        },
        options: options.into_iter().map(option).collect(),
        decimals: None,
        currency: None,
        min: Some(choice.least.to_string()),
        max: Some(choice.most.to_string()),
        max_chars: None,
        pattern: None,
        accept: vec![],
        max_mb: None,
        columns: vec![],
        refers_to: None,
        computed: false,
    }
}

/// Takes the choices out of JSON values: what is left are fields.
pub(crate) fn split(def: &Definition, values: &JsonMap) -> (JsonMap, Values) {
    let mut fields = values.clone();
    let mut choices = Values::new();
    fields.retain(|name, value| {
        if def.choice_named(name).is_none() {
            return true;
        }
        choices.insert(name.clone(), people(value));
        false
    });
    (fields, choices)
}

/// A person, or several; anything else chooses nobody, and submitting asks for it.
fn people(value: &Json) -> Value {
    let id = |value: &Json| value.as_str().map(|id| Value::Text(id.to_owned()));
    match value {
        Json::String(text) if !text.is_empty() => Value::from(text.as_str()),
        Json::Array(list) => Value::List(list.iter().filter_map(id).collect()),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Object(_) => {
            Value::Empty
        }
    }
}
