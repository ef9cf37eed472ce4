//! Names that nothing uses.

use std::collections::BTreeSet;

use crate::definition::{Definition, LateAct, Nobody, PeopleRef, State, StateKind, Then};
use crate::text::Text;

use super::finding::Finding;
use super::words::{OWN_MAILS, bare_paths, mails_of, parts};

/// People, mails and table values nobody uses.
pub(super) fn check(def: &Definition) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut people: BTreeSet<&str> = BTreeSet::new();
    let mut mails: BTreeSet<&str> = BTreeSet::new();
    for state in &def.states {
        people.extend(people_of(state));
        mails.extend(mails_of(state));
    }
    if let Nobody::Fallback(name) = &def.policies.nobody {
        people.insert(name);
    }
    found.extend(
        def.people
            .iter()
            .filter(|(name, _)| !people.contains(name.as_str()))
            .map(|(name, _)| {
                unused(
                    "people-unused",
                    format!("people.{name}"),
                    "people",
                    name,
                    "人员名称",
                    "name in people",
                )
            }),
    );
    found.extend(
        def.mails
            .keys()
            .filter(|name| !mails.contains(name.as_str()) && !OWN_MAILS.contains(&name.as_str()))
            .map(|name| {
                unused(
                    "mail-unused",
                    format!("mails.{name}"),
                    "mails",
                    name,
                    "邮件",
                    "mail",
                )
            }),
    );
    found.extend(tables(def));
    found
}

/// Who is told when an effect fails, or what undoes it.
fn told(run: &crate::definition::Run) -> impl Iterator<Item = &[PeopleRef]> {
    let undo = run.undo.as_ref().map(|undo| undo.tell.as_slice());
    std::iter::once(run.tell.as_slice()).chain(undo)
}

/// The names from `people:` a state uses.
fn people_of(state: &State) -> Vec<&str> {
    let mut lists: Vec<&[PeopleRef]> = Vec::new();
    match &state.kind {
        StateKind::Draft { by } => lists.push(std::slice::from_ref(by)),
        StateKind::Approve(approve) => lists.push(&approve.by),
        StateKind::Work { by, .. } => lists.push(by),
        StateKind::Run(run) => lists.extend(told(run)),
        StateKind::Mail { to, .. } => lists.push(to),
        StateKind::End { then, .. } => lists.extend(then.iter().flat_map(|then| match then {
            Then::Mail { to, .. } => vec![to.as_slice()],
            Then::Run(run) => told(run).collect(),
        })),
        StateKind::Rule { .. }
        | StateKind::Choose { .. }
        | StateKind::WaitFor { .. }
        | StateKind::WaitUntil { .. }
        | StateKind::Subflow { .. }
        | StateKind::Together { .. } => {}
    }
    lists.extend(state.if_late.iter().map(|rung| match &rung.act {
        LateAct::Remind(people) | LateAct::Add(people) | LateAct::HandTo(people) => {
            people.as_slice()
        }
        LateAct::Approve | LateAct::Reject | LateAct::Go(_) => &[],
    }));
    let mut names: Vec<&str> = lists
        .into_iter()
        .flatten()
        .filter_map(|people| match people {
            PeopleRef::Named(name) => Some(name.as_str()),
            PeopleRef::Applicant | PeopleRef::Waiting => None,
        })
        .collect();
    if let Some(Nobody::Fallback(name)) = &state.policies.nobody {
        names.push(name);
    }
    names
}

fn unused(
    code: &'static str,
    at: String,
    section: &str,
    name: &str,
    zh: &str,
    en: &str,
) -> Finding {
    Finding::warning(
        code,
        at,
        Text::new(
            format!("{section}: 里的{zh} {name} 没有任何地方用到。"),
            format!("The {en} {name} is not used anywhere."),
        ),
        Text::new(
            "如果不再需要，请删除；如果应当用到，请检查用它的地方是否写错了名称。",
            "Remove it if it is no longer needed; if it should be used, look for a slip where its name is written.",
        ),
    )
}

/// Rows of tables that no condition, computed field or template reads.
fn tables(def: &Definition) -> Vec<Finding> {
    let mut read: BTreeSet<String> = BTreeSet::new();
    let conditions = def
        .states
        .iter()
        .flat_map(super::reads::expressions)
        .chain(def.regions.iter().filter_map(|region| region.when.as_ref()))
        .chain(
            def.entity
                .fields
                .iter()
                .filter_map(|field| field.computed.as_ref()),
        );
    for expr in conditions {
        read.extend(expr.reads().iter().cloned());
    }
    read.extend(bare_paths(&def.title));
    for mail in def.mails.values() {
        for (_, template) in parts(mail) {
            read.extend(bare_paths(template));
        }
    }
    let mut found = Vec::new();
    for (table, rows) in &def.tables {
        for row in rows.keys() {
            let path = format!("tables.{table}.{row}");
            if !read.contains(&path) {
                found.push(unused(
                    "table-unused",
                    path.clone(),
                    "tables",
                    &format!("{table}.{row}"),
                    "数值",
                    "table value",
                ));
            }
        }
    }
    found
}
