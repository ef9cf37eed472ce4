//! Titles and mails: which fields their templates read, and where they are sent.

use std::collections::BTreeSet;

use crate::definition::{Definition, LateAct, MailTemplate, Rung, State, StateIx, StateKind, Then};
use crate::template::Template;

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
