//! From a queued mail to a letter. Written when it is sent, from what the instance holds then, and only if the recipient
//! may still read it.

use assent_core::calendar::WorkCalendar;
use assent_core::definition::{Definition, MailTemplate};
use assent_core::directory::{Directory, Person};
use assent_core::instance::{Case, Task};
use assent_core::record::shown_with;
use assent_core::template::Template;
use assent_core::text::{Lang, Text};
use assent_core::time::Moment;
use serde_json::{Map, Value as Json, json};

use super::letter::{Button, Letter, LetterFact};
use super::words::{self, Filled};
use crate::app::FactTable;
use crate::view::{Names, facts};

/// Most facts of a mail: more are a page.
const FACTS_MAX: usize = 5;
/// Most tables of a mail, and most of their rows.
const TABLES_MAX: usize = 2;
const ROWS_MAX: usize = 4;
/// Most sentences that explain a deadline.
const WHY_MAX: usize = 3;

/// A queued mail.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Queued<'a> {
    /// The outbox row's id.
    pub id: &'a str,
    /// Name of the mail: the flow's, or `ask`, `remind`, `held`, `returned`.
    pub mail: &'a str,
    /// Who reads it.
    pub to: &'a str,
    /// The task it is about.
    pub task: Option<u32>,
    /// The state it comes from.
    pub state: &'a str,
}

/// What a mail is written from.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a> {
    pub def: &'a Definition,
    pub case: &'a Case,
    pub title: &'a str,
    pub directory: &'a Directory,
    pub names: Names<'a>,
    pub calendar: &'a WorkCalendar,
    pub now: Moment,
    /// Without a slash at the end.
    pub base_url: &'a str,
    /// Who gave the last words, and what they were.
    pub last: Option<(&'a str, &'a str)>,
}

/// Why a queued mail is not sent; none of these is a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotSent {
    /// The task is over, or somebody else holds it now.
    TaskGone,
    /// The recipient has left, or is not in the directory.
    Gone,
    /// The recipient has no mail address.
    NoAddress,
    /// What it tells of has passed: a held instance that goes on.
    Passed,
}

/// May this mail still go to this person, and who are they?
pub(crate) fn check<'a>(
    queued: &Queued<'_>,
    source: &Source<'a>,
) -> Result<(&'a Person, Option<&'a Task>), NotSent> {
    let person = source.directory.active(queued.to).ok_or(NotSent::Gone)?;
    if person.mail.trim().is_empty() {
        return Err(NotSent::NoAddress);
    }
    let instance = &source.case.instance;
    let task = match queued.task {
        None => None,
        Some(no) => {
            let task = instance.task(no).ok_or(NotSent::TaskGone)?;
            if !task.holders().contains(&queued.to) {
                return Err(NotSent::TaskGone);
            }
            Some(task)
        }
    };
    if queued.mail == "held" && instance.holds.is_empty() {
        return Err(NotSent::Passed);
    }
    Ok((person, task))
}

/// The deadline with how it was reckoned, where a holiday or a stopped clock moved it.
fn explained(due: String, task: Option<&Task>, source: &Source<'_>, lang: Lang) -> String {
    let why = task.map(|task| {
        let instance = &source.case.instance;
        assent_core::turn::why_due(source.def, instance, task.entry, source.calendar)
    });
    let why: Vec<String> = why
        .unwrap_or_default()
        .iter()
        .take(WHY_MAX)
        .map(|why| why.get(lang).to_owned())
        .collect();
    if why.is_empty() {
        return due;
    }
    match lang {
        Lang::Zh => format!("{due}，{}", why.join("，")),
        Lang::En => format!("{due}; {}", why.join("; ")),
    }
}

/// Writes the letter. `link` is a fresh approval link's token, for mails about a task; fields in `hidden` are not for its
/// reader.
pub(crate) fn compose(
    queued: &Queued<'_>,
    source: &Source<'_>,
    person: &Person,
    task: Option<&Task>,
    link: Option<&str>,
    hidden: &[String],
) -> Letter {
    let lang = person.lang;
    let instance = &source.case.instance;
    let due_at = task.and_then(|task| task.due);
    let due = due_at.map(|at| {
        format!(
            "{} ({})",
            source.calendar.say(at, lang),
            source.calendar.zone_name()
        )
    });
    let held = instance.holds.last().map(|held| &held.reason);
    let state = source.def.state_ix(queued.state).map_or_else(
        || source.def.name.clone(),
        |ix| source.def.states[ix].name.clone(),
    );
    let filled = Filled {
        lang,
        reader: &person.name,
        applicant: source.directory.name(&instance.applicant),
        flow: &source.def.name,
        title: source.title,
        state: &state,
        due: due.as_deref(),
        held,
        last: source.last,
        late: due_at.is_some_and(|at| at < source.now),
    };
    let own = source.def.mails.get(queued.mail);
    let written = own
        .and_then(|template| from_template(template, source, &filled, queued.mail, hidden))
        .unwrap_or_else(|| words::built_in(queued.mail, &filled));
    let url = match link {
        Some(token) => format!("{}/l/{token}", source.base_url),
        None => format!("{}/instances/{}", source.base_url, instance.id),
    };
    Letter {
        id: queued.id.to_owned(),
        thread: Some(instance.id.clone()),
        to_name: person.name.clone(),
        to_address: person.mail.trim().to_owned(),
        lang,
        at: source.now,
        subject: written.subject,
        text: written.text,
        facts: first_facts(source, hidden, lang),
        asked_by: task.map(|_| filled.applicant.to_owned()),
        due: due.map(|due| explained(due, task, source, lang)),
        button: Some(Button {
            label: words::button(queued.mail, lang).to_owned(),
            url,
        }),
        note: words::small_print(link.is_some(), lang).to_owned(),
    }
}

/// The flow's own words; none when the template cannot be filled in (the built-in words then say what matters).
fn from_template(
    template: &MailTemplate,
    source: &Source<'_>,
    filled: &Filled<'_>,
    mail: &str,
    hidden: &[String],
) -> Option<words::Words> {
    let at = match filled.lang {
        Lang::Zh => 0,
        Lang::En => 1,
    };
    let fill = |template: &Template| data(template, source, filled, hidden);
    let (subject, text) = (&template.subject[at], &template.text[at]);
    let subject = subject.render_line(&fill(subject));
    let text = text.render(&fill(text), false);
    match (subject, text) {
        (Ok(subject), Ok(text)) => Some(words::Words { subject, text }),
        (subject, text) => {
            let fault = subject.err().or(text.err());
            tracing::warn!(
                mail,
                ?fault,
                "a mail template could not be filled in; the built-in text was sent"
            );
            None
        }
    }
}

/// What templates may read: the fields as people read them, and `title`, `applicant`, `approver`, `flow`, `state`,
/// `deadline`, `last`.
fn data(template: &Template, source: &Source<'_>, filled: &Filled<'_>, hidden: &[String]) -> Json {
    let (fields, values) = (&source.def.entity.fields, &source.case.values);
    let shown = shown_with(
        fields,
        values,
        filled.lang,
        template.readings(),
        &source.names,
    );
    let mut data = match shown {
        Json::Object(map) => map,
        _ => Map::new(),
    };
    // A text that names a hidden field cannot be filled in for this reader: the built-in one is sent instead.
    data.retain(|name, _| !hidden.contains(name));
    let (by, reason) = filled.last.unwrap_or_default();
    let more = [
        ("title", json!(filled.title)),
        ("applicant", json!({"name": filled.applicant})),
        ("approver", json!({"name": filled.reader})),
        ("flow", json!({"name": filled.flow.get(filled.lang)})),
        ("state", json!({"name": filled.state.get(filled.lang)})),
        ("deadline", json!(filled.due)),
        ("last", json!({"by": by, "reason": reason})),
    ];
    for (name, value) in more {
        data.entry(name).or_insert(value);
    }
    Json::Object(data)
}

/// The first facts, and what a table holds in a few lines: nobody can decide on "4 rows".
fn first_facts(source: &Source<'_>, hidden: &[String], lang: Lang) -> Vec<LetterFact> {
    let all = facts(
        &source.def.entity.fields,
        &source.case.values,
        hidden,
        source.names,
    );
    let first = all.iter().filter(|fact| fact.first && fact.table.is_none());
    let first = first
        .filter(|fact| fact.shown != Text::default())
        .take(FACTS_MAX);
    let tables = all.iter().filter(|fact| fact.table.is_some());
    first
        .chain(tables.take(TABLES_MAX))
        .map(|fact| LetterFact {
            label: fact.label.get(lang).to_owned(),
            shown: match &fact.table {
                Some(table) => in_short(table, lang),
                None => fact.shown.get(lang).to_owned(),
            },
        })
        .collect()
}

/// The first rows of a table in one text.
fn in_short(table: &FactTable, lang: Lang) -> String {
    let lines = table.lines.iter().take(ROWS_MAX);
    let mut said: Vec<String> = lines.map(|line| line.get(lang).to_owned()).collect();
    let more = table.lines.len().saturating_sub(ROWS_MAX);
    if more > 0 {
        said.push(match lang {
            Lang::Zh => format!("另有 {more} 行"),
            Lang::En => format!("and {more} more"),
        });
    }
    said.join(lang.pick("；", "; "))
}
