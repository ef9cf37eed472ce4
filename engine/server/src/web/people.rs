//! Picking people: a box to type a name into, with everybody's names offered as one types. Works without a script, and one list
//! serves all boxes of a page.

use assent_core::text::{Lang, Text};
use assent_runtime::app::{AppError, FieldFault, FormOption};

use super::{Site, words};

/// Most names offered while typing; beyond that names are typed out, and ids always work.
const OFFERED_MAX: usize = 400;

/// Everybody a task could go to, as the boxes name them: `王浩然（物流部）`.
pub fn colleagues(site: &Site, me: &str) -> Vec<FormOption> {
    let directory = site.app.directory();
    directory
        .people
        .values()
        .filter(|person| person.active && person.id != me)
        .map(|person| FormOption {
            id: person.id.clone(),
            name: match directory.units.get(&person.unit) {
                Some(unit) => Text::new(
                    format!("{}（{}）", person.name, unit.name.zh),
                    format!("{} ({})", person.name, unit.name.en),
                ),
                None => Text::same(person.name.clone()),
            },
        })
        .collect()
}

/// The names offered while typing.
pub fn offered(people: &[FormOption], lang: Lang) -> Vec<String> {
    let names = people.iter().take(OFFERED_MAX);
    names
        .map(|person| person.name.get(lang).to_owned())
        .collect()
}

/// Who was meant: by id, by the name that was offered, or by a name that only one person has.
///
/// # Errors
/// `Invalid` about `field` when nobody or several people have that name.
pub fn meant(site: &Site, me: &str, field: &str, typed: &str) -> Result<String, AppError> {
    let people = colleagues(site, me);
    let directory = site.app.directory();
    if let Some(person) = directory.active(typed) {
        return Ok(person.id.clone());
    }
    let full: Vec<&FormOption> = people
        .iter()
        .filter(|person| person.name.zh == typed || person.name.en == typed)
        .collect();
    let named = people
        .iter()
        .filter(|person| full.is_empty() && directory.name(&person.id).eq_ignore_ascii_case(typed));
    let found: Vec<&FormOption> = full.iter().copied().chain(named).collect();
    let key = match found.as_slice() {
        [only] => return Ok(only.id.clone()),
        [] => "sheet.nobody_named",
        _ => "sheet.several_named",
    };
    let ids: Vec<&str> = found.iter().map(|person| person.id.as_str()).collect();
    Err(AppError::Invalid(vec![FieldFault {
        field: field.to_owned(),
        code: "unknown_person".to_owned(),
        message: words::both(key, &[("who", typed), ("ids", &ids.join(", "))]),
    }]))
}
