//! Fields to fill in.

use assent_core::field::{Field, FieldKind};
use assent_core::record::value_to_json;
use assent_core::value::{Value, Values};

use super::shown::kind_word;
use crate::app::{FormField, FormOption};

/// A form of these fields: `writable` says which may be changed, `required` which must be filled in.
pub(crate) fn form(
    fields: &[Field],
    values: &Values,
    hidden: &[String],
    writable: impl Fn(&Field) -> bool,
    required: impl Fn(&Field) -> bool,
) -> Vec<FormField> {
    fields
        .iter()
        .filter(|field| !hidden.contains(&field.name))
        .map(|field| {
            let mut shown = form_field(field, values.get(&field.name).unwrap_or(&Value::Empty));
            shown.write = !shown.computed && writable(field);
            shown.required = shown.write && required(field);
            shown
        })
        .collect()
}

/// One field, writable and required as it declares itself.
pub(crate) fn form_field(field: &Field, value: &Value) -> FormField {
    let computed = field.computed.is_some() || field.filled_by.is_some();
    let mut shown = FormField {
        name: field.name.clone(),
        label: field.label.clone(),
        kind: kind_word(&field.kind),
        required: field.required && !computed,
        write: !computed,
        value: value_to_json(field, value),
        options: vec![],
        decimals: None,
        currency: None,
        min: field.bounds.min.map(|min| min.to_string()),
        max: field.bounds.max.map(|max| max.to_string()),
        max_chars: field.bounds.max_chars,
        pattern: field.bounds.pattern.clone(),
        accept: vec![],
        max_mb: None,
        columns: vec![],
        refers_to: None,
        computed,
    };
    match &field.kind {
        FieldKind::Money { currency, decimals } => {
            shown.currency = Some(currency.clone());
            shown.decimals = Some(*decimals);
        }
        FieldKind::Number { decimals } | FieldKind::Percent { decimals } => {
            shown.decimals = Some(*decimals);
        }
        FieldKind::Choice { options } => {
            let option = |(id, name): &(String, _)| FormOption {
                id: id.clone(),
                name: assent_core::text::Text::clone(name),
            };
            shown.options = options.iter().map(option).collect();
        }
        FieldKind::Ref { to } => shown.refers_to = Some(to.clone()),
        FieldKind::File { accept, max_mb } => {
            shown.accept.clone_from(accept);
            shown.max_mb = Some(*max_mb);
        }
        FieldKind::Table { columns } => {
            shown.columns = columns
                .iter()
                .map(|column| form_field(column, &Value::Empty))
                .collect();
        }
        FieldKind::Text
        | FieldKind::Date
        | FieldKind::Time
        | FieldKind::Flag
        | FieldKind::Person
        | FieldKind::Department => {}
    }
    shown
}
