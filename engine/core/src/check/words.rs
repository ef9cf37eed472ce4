//! Titles and mails: which fields their templates read, and where they are sent.

use std::collections::BTreeSet;

use crate::catalog::Catalog;
use crate::condition::nearest;
use crate::definition::{Definition, LateAct, MailTemplate, Rung, State, StateIx, StateKind, Then};
use crate::field::FieldKind;
use crate::template::Template;
use crate::text::Text;

use super::finding::Finding;
use super::reads::{Read, Use};

/// The mail sent to whoever is asked, where the state names no other.
const ASK_MAIL: &str = "ask";
/// The mail to the applicant when a draft came back, where the draft names no other.
const RETURNED_MAIL: &str = "returned";
/// The mail of a reminder.
const REMIND_MAIL: &str = "remind";

/// Mails the engine has words of its own for, when the flow has none: asked, sent back, reminded, held.
pub(super) const OWN_MAILS: [&str; 4] = [ASK_MAIL, RETURNED_MAIL, REMIND_MAIL, "held"];

/// The mails a state sends, by name.
pub(super) fn mails_of(state: &State) -> Vec<&str> {
    let mut mails = match &state.kind {
        StateKind::Draft { .. } => vec![state.mail.as_deref().unwrap_or(RETURNED_MAIL)],
        StateKind::Approve(_) | StateKind::Work { .. } => {
            vec![state.mail.as_deref().unwrap_or(ASK_MAIL)]
        }
        StateKind::Mail { mail, .. } => vec![mail.as_str()],
        StateKind::End { then, .. } => then
            .iter()
            .filter_map(|then| match then {
                Then::Mail { mail, .. } => Some(mail.as_str()),
                Then::Run(_) => None,
            })
            .collect(),
        StateKind::Rule { .. }
        | StateKind::Run(_)
        | StateKind::Choose { .. }
        | StateKind::WaitFor { .. }
        | StateKind::WaitUntil { .. }
        | StateKind::Subflow { .. }
        | StateKind::Together { .. } => vec![],
    };
    let reminds = |rung: &Rung| matches!(rung.act, LateAct::Remind(_));
    if state.if_late.iter().any(reminds) {
        mails.push(REMIND_MAIL);
    }
    mails
}

/// What the mails of a state read.
pub(super) fn of_state(def: &Definition, ix: StateIx) -> Vec<Read> {
    let state = &def.states[ix];
    let mut reads = Vec::new();
    for name in mails_of(state) {
        let Some(mail) = def.mails.get(name) else {
            continue;
        };
        for (part, template) in parts(mail) {
            reads.extend(bare_paths(template).into_iter().map(|path| Read {
                path,
                used: Use::Mail,
                at: format!("mails.{name}.{part}"),
                before: false,
                always: false,
                known: BTreeSet::new(),
            }));
        }
    }
    reads
}

/// The four templates of a mail, with their paths below it.
pub(super) fn parts(mail: &MailTemplate) -> [(&'static str, &Template); 4] {
    let ([subject_zh, subject_en], [text_zh, text_en]) = (&mail.subject, &mail.text);
    [
        ("subject.zh", subject_zh),
        ("subject.en", subject_en),
        ("text.zh", text_zh),
        ("text.en", text_en),
    ]
}

/// The paths a template prints without asking first whether they are there.
pub(super) fn bare_paths(template: &Template) -> BTreeSet<String> {
    template
        .readings()
        .iter()
        .filter(|reading| !reading.tested && !reading.guarded)
        .map(|reading| reading.path.clone())
        .collect()
}

/// What mails may say besides the record's fields; whoever renders a mail gives a value for each of them.
///
/// `title` is the instance's; `flow.name`, `state.name` are in the reader's language; `applicant` started it;
/// `approver` is the reader; `deadline` is the task's; `round` counts returns from 1; `last` is the last decision or
/// action by a person.
pub const MAIL_WORDS: [&str; 13] = [
    "title",
    "flow.name",
    "state.name",
    "applicant.name",
    "applicant.department",
    "approver.name",
    "deadline",
    "round",
    "link",
    "last.by",
    "last.reason",
    "last.verdict",
    "last.state",
];

/// All findings about names in templates.
pub(super) fn check(def: &Definition, catalog: &Catalog) -> Vec<Finding> {
    let mut found = unknown_names(def, catalog, &def.title, "title", &[]);
    for (name, mail) in &def.mails {
        for (part, template) in parts(mail) {
            let at = format!("mails.{name}.{part}");
            found.extend(unknown_names(def, catalog, template, &at, &MAIL_WORDS));
        }
    }
    found
}

fn unknown_names(
    def: &Definition,
    catalog: &Catalog,
    template: &Template,
    at: &str,
    words: &[&str],
) -> Vec<Finding> {
    let mut found = Vec::new();
    for path in template.paths() {
        if words.contains(&path) || is_field(def, catalog, path) {
            continue;
        }
        let known = words
            .iter()
            .copied()
            .chain(def.entity.fields.iter().map(|field| field.name.as_str()));
        let hint = match nearest(path, known) {
            Some(near) => Text::new(
                format!("是不是想写 {{{{{near}}}}}？"),
                format!("Did you mean {{{{{near}}}}}?"),
            ),
            None if words.is_empty() => Text::new(
                "标题里只能写表单或档案的字段名。",
                "A title can name only fields of the form or record.",
            ),
            None => Text::new(
                format!("可以写表单或档案的字段名，以及：{}。", words.join("、")),
                format!(
                    "You can name fields of the form or record, and: {}.",
                    words.join(", ")
                ),
            ),
        };
        found.push(Finding::error(
            "template-unknown-name",
            at,
            Text::new(
                format!("模板里的 {{{{{path}}}}} 不是已有的字段，发送时这里没有内容可填。"),
                format!("{{{{{path}}}}} in this template is no field; there would be nothing to fill in."),
            ),
            hint,
        ));
    }
    found
}

/// Is it a path of a field: itself, a column of its rows, or a field of the record it refers to?
fn is_field(def: &Definition, catalog: &Catalog, path: &str) -> bool {
    let mut parts = path.split('.');
    let Some(mut field) = parts.next().and_then(|root| def.entity.field(root)) else {
        return false;
    };
    for part in parts {
        let inner = match &field.kind {
            FieldKind::Ref { to } => catalog.entities.get(to).and_then(|to| to.field(part)),
            FieldKind::Table { columns } => columns.iter().find(|column| column.name == part),
            FieldKind::Text
            | FieldKind::Money { .. }
            | FieldKind::Number { .. }
            | FieldKind::Percent { .. }
            | FieldKind::Date
            | FieldKind::Time
            | FieldKind::Flag
            | FieldKind::Choice { .. }
            | FieldKind::Person
            | FieldKind::Department
            | FieldKind::File { .. } => None,
        };
        let Some(inner) = inner else {
            return false;
        };
        field = inner;
    }
    true
}
