//! Names: those that are used and do not exist, and those that exist and are not used.

use std::collections::BTreeSet;

use crate::definition::{Definition, LateAct, Nobody, PeopleRef, Run, State, StateKind, Then};
use crate::text::Text;

use super::finding::{Finding, at_part, at_state, called};
use super::words::{OWN_MAILS, bare_paths, mails_of, parts};

/// All findings about names of people and mails, and about tables nobody reads.
pub(super) fn check(def: &Definition) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut people: BTreeSet<&str> = BTreeSet::new();
    let mut mails: BTreeSet<&str> = BTreeSet::new();
    for state in &def.states {
        for (name, at) in people_of(state) {
            people.insert(name);
            if def.people_rule(name).is_none() {
                found.push(unknown_people(state, name, &at));
            }
        }
        for name in mails_of(state) {
            mails.insert(name);
            // For these the engine has words of its own.
            if !OWN_MAILS.contains(&name) && !def.mails.contains_key(name) {
                found.push(unknown_mail(state, name));
            }
        }
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

/// The names from `people:` a state uses, each with the place below the state.
fn people_of(state: &State) -> Vec<(&str, String)> {
    let mut found: Vec<(&str, String)> = Vec::new();
    collect(state, &mut |name, at| found.push((name, at)));
    found
}

fn collect<'a>(state: &'a State, take: &mut dyn FnMut(&'a str, String)) {
    let mut all = |people: &'a [PeopleRef], at: &str| {
        for people in people {
            if let PeopleRef::Named(name) = people {
                take(name, at.to_owned());
            }
        }
    };
    match &state.kind {
        StateKind::Draft { by } => all(std::slice::from_ref(by), "draft.by"),
        StateKind::Approve(approve) => all(&approve.by, "approve.by"),
        StateKind::Work { by, .. } => all(by, "work.by"),
        StateKind::Run(run) => all(&run.tell, "if_fails.tell"),
        StateKind::Mail { to, .. } => all(to, "to"),
        StateKind::End { then, .. } => {
            for (number, then) in then.iter().enumerate() {
                match then {
                    Then::Mail { to, .. } => all(to, &format!("then.{number}.to")),
                    Then::Run(Run { tell, .. }) => {
                        all(tell, &format!("then.{number}.if_fails.tell"));
                    }
                }
            }
        }
        StateKind::Rule { .. }
        | StateKind::Choose { .. }
        | StateKind::WaitFor { .. }
        | StateKind::WaitUntil { .. }
        | StateKind::Subflow { .. }
        | StateKind::Together { .. } => {}
    }
    for (number, rung) in state.if_late.iter().enumerate() {
        let at = |verb: &str| format!("if_late.{number}.{verb}");
        match &rung.act {
            LateAct::Remind(people) => all(people, &at("remind")),
            LateAct::Add(people) => all(people, &at("add")),
            LateAct::HandTo(people) => all(people, &at("hand_to")),
            LateAct::Approve | LateAct::Reject | LateAct::Go(_) => {}
        }
    }
    if let Some(Nobody::Fallback(name)) = &state.policies.nobody {
        take(name, "policies.nobody".to_owned());
    }
}

fn unknown_people(state: &State, name: &str, at: &str) -> Finding {
    let state_name = called(state);
    Finding::error(
        "unknown-people",
        at_part(state, at),
        Text::new(
            format!(
                "节点{}用到的人员名称 {name} 没有在 people: 里定义。",
                state_name.zh
            ),
            format!(
                "State {} uses the name {name}, which people: does not define.",
                state_name.en
            ),
        ),
        Text::new(
            format!("请在 people: 里加一行，例如 {name}: role/…，或改用已有的名称。"),
            format!("Add a line to people:, such as {name}: role/…, or use a name it has."),
        ),
    )
}

fn unknown_mail(state: &State, name: &str) -> Finding {
    let state_name = called(state);
    Finding::error(
        "unknown-mail",
        at_state(state),
        Text::new(
            format!(
                "节点{}要发送邮件 {name}，但 mails: 里没有它。",
                state_name.zh
            ),
            format!(
                "State {} sends the mail {name}, which mails: does not have.",
                state_name.en
            ),
        ),
        Text::new(
            format!("请在 mails: 里写上 {name}: 的主题（subject）和正文（text）。"),
            format!("Write {name}: with subject and text into mails:."),
        ),
    )
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
