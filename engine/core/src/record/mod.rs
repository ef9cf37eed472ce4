//! Records by field type: from JSON and forms, to JSON and to people's eyes, checked, with computed fields filled in.
//!
//! On the way in: [`from_json`] (types), [`derive()`] or [`computed`] (`is:` fields), [`check`] (limits), [`missing`]
//! (required). On the way out: [`to_json`] for programs, [`show`] for people, [`shown_with`] for templates, [`differences`] for what changed. [`FactsOf`]
//! lets conditions and formulas read a record.

mod cells;
mod check;
mod derive;
mod facts;
mod fault;
mod json;
mod number;
mod show;

pub use cells::{Difference, differences, row_said};
pub use check::{IDS_MAX, ROWS_MAX, TEXT_CHARS_MAX, check, missing, whole};
pub use derive::{circles, computed, derive};
pub use facts::{Applicant, FactsOf, Tables, column};
pub use fault::FieldFault;
pub use json::{Mode, from_json, to_json, value_from_json, value_to_json};
pub use show::{AsIds, Called, china, in_wan, show, show_with, shown, shown_with};

use crate::value::{Value, Values};

/// What is different: the new values, [`Value::Empty`] for what is no longer filled in.
pub fn changed(before: &Values, after: &Values) -> Values {
    let nothing = Value::Empty;
    before
        .keys()
        .chain(after.keys())
        .filter_map(|name| {
            let old = before.get(name).unwrap_or(&nothing);
            let new = after.get(name).unwrap_or(&nothing);
            (old != new).then(|| (name.clone(), new.clone()))
        })
        .collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::needless_pass_by_value, reason = "tests")]
mod tests;
