//! The page on which running instances are moved to another version: what would become of each, and where gone states go.

use assent_core::directory::Directory;
use assent_core::migrate::TaskSeen;
use assent_core::text::Lang;
use assent_runtime::app::{GoneState, MigrationDone, MigrationPlan, MigrationRow};
use serde::Serialize;

use crate::sentence::migration as row_words;
use crate::web::words;

/// The page.
#[derive(Clone, Debug, Default, Serialize)]
pub struct MigrationModel {
    pub name: String,
    pub back: String,
    pub action: String,
    pub to: String,
    /// The map as text, for what selects do not say.
    pub map: String,
    /// What is wrong with it.
    pub map_fault: String,
    pub map_open: bool,
    pub only: String,
    pub reason: String,
    pub reason_fault: String,
    /// Nothing was picked.
    pub pick_fault: String,
    pub selects: Vec<StateSelect>,
    pub rows: Vec<RowModel>,
    pub more: bool,
    pub none: bool,
    /// What the last migration did.
    pub done: String,
    /// And which it left, with why.
    pub left: Vec<Left>,
}

/// Where a gone state goes.
#[derive(Clone, Debug, Default, Serialize)]
pub struct StateSelect {
    /// `state.` and the old id.
    pub input: String,
    pub label: String,
    pub hint: String,
    pub options: Vec<StateOption>,
    /// What was chosen, for the form that confirms.
    pub chosen: String,
}

/// A state to choose.
#[derive(Clone, Debug, Default, Serialize)]
pub struct StateOption {
    pub value: String,
    pub label: String,
    pub chosen: bool,
}

/// One instance.
#[derive(Clone, Debug, Default, Serialize)]
pub struct RowModel {
    pub title: String,
    pub href: String,
    pub words: String,
    /// Why it cannot be migrated like this.
    pub refused: String,
    /// `instance:token`; empty where it is refused.
    pub pick: String,
    pub lines: Vec<String>,
}

/// One that was not migrated.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Left {
    pub title: String,
    pub why: String,
}

/// What somebody typed, to be drawn again.
#[derive(Clone, Debug, Default)]
pub struct TypedMap<'a> {
    pub map: &'a str,
    pub only: &'a str,
    pub reason: &'a str,
    /// State of the old version → state of the new one, as the selects say.
    pub states: Vec<(String, String)>,
}

/// The name of the input for a gone state.
pub const STATE_INPUT: &str = "state.";

/// Draws it.
pub fn draw(
    plan: &MigrationPlan,
    name: &str,
    typed: &TypedMap<'_>,
    directory: &Directory,
    lang: Lang,
) -> MigrationModel {
    let rows = plan.rows.iter();
    MigrationModel {
        name: name.to_owned(),
        back: format!("/flows/{}", plan.flow),
        action: format!("/flows/{}/migrate", plan.flow),
        to: plan.to.clone(),
        map: typed.map.to_owned(),
        map_open: !typed.map.trim().is_empty(),
        only: typed.only.to_owned(),
        reason: typed.reason.to_owned(),
        none: plan.rows.is_empty(),
        selects: plan
            .gone
            .iter()
            .map(|gone| select(gone, plan, typed, lang))
            .collect(),
        rows: rows.map(|row| drawn(directory, row, lang)).collect(),
        more: plan.more,
        ..MigrationModel::default()
    }
}

/// Which of them were left as they are, by their titles in the plan made since.
pub fn left(done: &[MigrationDone], plan: &MigrationPlan, lang: Lang) -> Vec<Left> {
    let refused = done
        .iter()
        .filter_map(|one| Some((one, one.refused.as_ref()?)));
    refused
        .map(|(one, refused)| {
            let row = plan.rows.iter().find(|row| row.head.id == one.instance);
            Left {
                title: row.map_or_else(|| one.instance.clone(), |row| row.head.title.clone()),
                why: refused.message.get(lang).to_owned(),
            }
        })
        .collect()
}

fn select(gone: &GoneState, plan: &MigrationPlan, typed: &TypedMap<'_>, lang: Lang) -> StateSelect {
    let chosen = typed.states.iter().find(|(old, _)| *old == gone.state);
    let chosen = chosen.map_or("", |(_, new)| new.as_str());
    let none = StateOption {
        value: String::new(),
        label: words::word(lang, "migrate.not_mapped").to_owned(),
        chosen: chosen.is_empty(),
    };
    let states = plan.choices.iter().map(|choice| StateOption {
        value: choice.state.clone(),
        label: choice.name.get(lang).to_owned(),
        chosen: choice.state == chosen,
    });
    let n = gone.instances.to_string();
    let is_proposed = gone.proposed.as_deref() == Some(chosen);
    let key = if is_proposed {
        "migrate.renamed"
    } else {
        "migrate.gone"
    };
    StateSelect {
        input: format!("{STATE_INPUT}{}", gone.state),
        label: words::say(lang, "migrate.where", &[("state", gone.name.get(lang))]),
        hint: words::say(lang, key, &[("n", &n)]),
        options: std::iter::once(none).chain(states).collect(),
        chosen: chosen.to_owned(),
    }
}

fn drawn(directory: &Directory, row: &MigrationRow, lang: Lang) -> RowModel {
    let mut lines = Vec::new();
    if let Some(preview) = &row.preview {
        let tasks = |key: &str, tasks: &[TaskSeen]| {
            let names: Vec<&str> = tasks
                .iter()
                .map(|task| directory.name(&task.assignee))
                .collect();
            let names = names.join(lang.pick("、", ", "));
            (!tasks.is_empty()).then(|| words::say(lang, key, &[("names", &names)]))
        };
        lines.extend(tasks("migrate.kept", &preview.kept));
        lines.extend(tasks("migrate.cancelled", &preview.cancelled));
        lines.extend(tasks("migrate.opened", &preview.opened));
        for bar in &preview.votes {
            let (before, after) = (bar.before, bar.after);
            lines.push(words::say(
                lang,
                "migrate.votes",
                &[
                    ("voted", &bar.voted.len().to_string()),
                    ("before", &format!("{}/{}", before.0, before.1)),
                    ("after", &format!("{}/{}", after.0, after.1)),
                ],
            ));
        }
        lines.extend(preview.held.iter().map(|held| held.get(lang).to_owned()));
    }
    let refused = row.refused.as_ref();
    RowModel {
        title: row.head.title.clone(),
        href: format!("/instances/{}", row.head.id),
        words: if refused.is_none() {
            row_words(row).get(lang).to_owned()
        } else {
            String::new()
        },
        refused: refused
            .map(|refused| refused.message.get(lang).to_owned())
            .unwrap_or_default(),
        pick: if refused.is_none() {
            format!("{}:{}", row.head.id, row.token)
        } else {
            String::new()
        },
        lines,
    }
}
