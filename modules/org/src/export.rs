//! The present organisation as the sheets that an import takes: a change is export, edit, import.

use assent_core::directory::Directory;
use assent_core::text::{Lang, Text};

/// The organisation as sheets, each CSV text with its heading row. Absences are not among them: people record their own, and
/// an import without that sheet leaves them as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exported {
    /// As [`Sheets::units`](crate::Sheets::units).
    pub units: String,
    /// As [`Sheets::people`](crate::Sheets::people); who has left is in it too.
    pub people: String,
    /// As [`Sheets::roles`](crate::Sheets::roles).
    pub roles: String,
    /// As [`Sheets::grants`](crate::Sheets::grants).
    pub grants: String,
}

/// Writes the sheets. Importing them again makes the same organisation.
pub fn export(directory: &Directory) -> Exported {
    let or_none = |text: &Option<String>| text.clone().unwrap_or_default();
    let units = directory.units.values().map(|unit| {
        let (parent, head) = (or_none(&unit.parent), or_none(&unit.head));
        vec![
            unit.id.clone(),
            unit.name.zh.clone(),
            unit.name.en.clone(),
            parent,
            head,
        ]
    });
    let people = directory.people.values().map(|person| {
        let lang = match person.lang {
            Lang::Zh => "zh",
            Lang::En => "en",
        };
        vec![
            person.id.clone(),
            person.name.clone(),
            person.mail.clone(),
            person.unit.clone(),
            or_none(&person.superior),
            person.posts.join(";"),
            lang.to_owned(),
            person.active.to_string(),
        ]
    });
    let grants = directory.roles.iter().map(|grant| {
        vec![
            grant.role.clone(),
            grant.person.clone(),
            or_none(&grant.unit),
        ]
    });
    let roles = names(directory)
        .into_iter()
        .map(|(id, name)| vec![id, name.zh, name.en]);
    Exported {
        units: sheet(&["id", "name_zh", "name_en", "parent", "head"], units),
        people: sheet(
            &[
                "id", "name", "mail", "unit", "superior", "posts", "lang", "active",
            ],
            people,
        ),
        roles: sheet(&["role", "name_zh", "name_en"], roles),
        grants: sheet(&["role", "person", "unit"], grants),
    }
}

/// Every role that has a name or is granted.
fn names(directory: &Directory) -> Vec<(String, Text)> {
    let mut names = directory.role_names.clone();
    for grant in &directory.roles {
        let name = || Text::same(&grant.role);
        names.entry(grant.role.clone()).or_insert_with(name);
    }
    names.into_iter().collect()
}

fn sheet(heading: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Writing into memory cannot fail, and every row has the heading's length.
    let _ = writer.write_record(heading);
    for row in rows {
        let _ = writer.write_record(row);
    }
    let bytes = writer.into_inner().unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}
