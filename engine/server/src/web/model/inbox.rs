//! The inbox: late, today, the rest; each row with amount, deadline and who asks.

use assent_core::text::Lang;
use assent_core::time::Moment;
use assent_runtime::app::{InboxItem, InstanceRow, Tab};
use serde::Serialize;

use super::part::{self, Amount, Choice, Deadline, Empty, Face, Row, Tag};
use crate::web::guard::faults::encode;
use crate::web::words;

/// Rows under a heading.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Group {
    pub id: &'static str,
    pub label: String,
    pub tone: &'static str,
    pub icon: &'static str,
    pub count: usize,
    pub rows: Vec<Row>,
}

/// The inbox page.
#[derive(Clone, Debug, Default, Serialize)]
pub struct InboxModel {
    pub left: String,
    pub tabs: Vec<Choice>,
    pub filters: Vec<Choice>,
    /// Steps whose tasks may be approved together.
    pub batches: Vec<Choice>,
    pub groups: Vec<Group>,
    pub more: String,
    pub empty: Option<Empty>,
}

/// Sorts a tab's items under its headings.
pub fn groups(items: &[InboxItem], tab: Tab, now: Moment, lang: Lang) -> Vec<Group> {
    if tab != Tab::Todo {
        let rows: Vec<Row> = items.iter().map(|item| row(item, tab, now, lang)).collect();
        return filled(vec![Group {
            id: "all",
            label: words::word(
                lang,
                match tab {
                    Tab::Done => "inbox.done",
                    Tab::Copies => "inbox.copies",
                    Tab::Waiting | Tab::Todo => "inbox.waiting",
                },
            )
            .to_owned(),
            icon: match tab {
                Tab::Done => "circle-check",
                Tab::Copies => "copy",
                Tab::Waiting | Tab::Todo => "hourglass",
            },
            count: rows.len(),
            rows,
            ..Group::default()
        }]);
    }
    let mut groups = [
        ("late", "inbox.late", "late", "clock-alert"),
        ("today", "inbox.today", "", "clock"),
        ("rest", "inbox.rest", "", "inbox"),
    ]
    .map(|(id, key, tone, icon)| Group {
        id,
        label: words::word(lang, key).to_owned(),
        tone,
        icon,
        ..Group::default()
    });
    for item in items {
        let at = match &item.due {
            Some(due) if due.late => 0,
            Some(due) if due.today => 1,
            Some(_) | None => 2,
        };
        groups[at].rows.push(row(item, tab, now, lang));
        groups[at].count += 1;
    }
    filled(groups.into())
}

fn filled(groups: Vec<Group>) -> Vec<Group> {
    groups
        .into_iter()
        .filter(|group| !group.rows.is_empty())
        .collect()
}

fn row(item: &InboxItem, tab: Tab, now: Moment, lang: Lang) -> Row {
    let amount = item.facts.iter().find_map(|fact| Amount::of(fact, lang));
    let href = match item.task {
        Some(task) if matches!(tab, Tab::Todo | Tab::Copies) => {
            format!("/tasks/{}/{task}", item.instance)
        }
        Some(_) | None => format!("/instances/{}", item.instance),
    };
    let mut kind = format!(
        "{} · {}",
        item.flow_name.get(lang),
        item.state_name.get(lang)
    );
    if item.round > 1 {
        kind.push_str(" · ");
        kind.push_str(&words::say(
            lang,
            "task.round",
            &[("n", &item.round.to_string())],
        ));
    }
    let (who, said) = if tab == Tab::Waiting {
        let names: Vec<&str> = item
            .waiting_on
            .iter()
            .map(|person| person.name.as_str())
            .collect();
        let said = match names.as_slice() {
            [] => String::new(),
            names => words::say(
                lang,
                "inbox.waits_for",
                &[("who", &names.join(lang.pick("、", ", ")))],
            ),
        };
        (
            item.waiting_on.first().map(|person| Face::of(person, lang)),
            if names.len() > 1 { said } else { String::new() },
        )
    } else {
        (Some(Face::of(&item.applicant, lang)), String::new())
    };
    Row {
        href,
        title: item.title.clone(),
        kind,
        amount,
        who,
        age: part::age(now, item.since.at, lang),
        deadline: item
            .due
            .as_ref()
            .filter(|_| tab != Tab::Done)
            .map(|due| Deadline::of(due, lang)),
        tag: match tab {
            Tab::Todo => asked(item, lang),
            Tab::Copies => None,
            Tab::Done => Some(Tag::status(&item.status, &item.status_shown, lang)),
            Tab::Waiting => item
                .due
                .is_none()
                .then(|| Tag::status(&item.status, &item.status_shown, lang)),
        },
        said,
        act: item.take_back.then(|| Choice {
            href: format!("/instances/{}#take_back", item.instance),
            label: words::word(lang, "inbox.take_back").to_owned(),
            ..Choice::default()
        }),
    }
}

/// What is asked, where it is not a decision of one's own that could be taken now.
fn asked(item: &InboxItem, lang: Lang) -> Option<Tag> {
    let tag = |tone, icon, text: String| Some(Tag { tone, icon, text });
    if let Some(person) = &item.waits_for {
        let text = words::say(lang, "inbox.waits_for", &[("who", &person.name)]);
        return tag("wait", "hourglass", text);
    }
    let (tone, icon, key) = match item.kind.as_str() {
        "claim" => ("held", "hand", "inbox.to_claim"),
        "advise" => ("wait", "pen-line", "inbox.to_advise"),
        "answer" => ("wait", "circle-help", "inbox.to_answer"),
        _ => return None,
    };
    tag(tone, icon, words::word(lang, key).to_owned())
}

/// Steps that have at least two tasks which may be approved together.
pub fn batches(items: &[InboxItem], tab: Tab, lang: Lang) -> Vec<Choice> {
    let mut steps: Vec<(&InboxItem, u32)> = Vec::new();
    for item in items.iter().filter(|item| item.batch && tab == Tab::Todo) {
        let same = steps
            .iter_mut()
            .find(|(first, _)| (&first.flow, &first.state) == (&item.flow, &item.state));
        match same {
            Some((_, count)) => *count += 1,
            None => steps.push((item, 1)),
        }
    }
    steps
        .into_iter()
        .filter(|(_, count)| *count > 1)
        .map(|(item, count)| Choice {
            href: format!(
                "/inbox/batch?flow={}&state={}",
                encode(&item.flow),
                encode(&item.state)
            ),
            label: words::say(
                lang,
                "batch.several",
                &[
                    ("flow", item.flow_name.get(lang)),
                    ("state", item.state_name.get(lang)),
                ],
            ),
            count: Some(count),
            ..Choice::default()
        })
        .collect()
}

/// A row of the list of instances.
pub fn instance_row(item: &InstanceRow, now: Moment, lang: Lang) -> Row {
    let names: Vec<&str> = item
        .waiting_on
        .iter()
        .map(|person| person.name.as_str())
        .collect();
    let head = &item.head;
    let standing = item.standing.get(lang);
    let mut kind = head.flow_name.get(lang).to_owned();
    if !head.ended {
        for part in [standing.to_owned(), waits_for(&names, lang)] {
            if !part.is_empty() {
                kind.push_str(" · ");
                kind.push_str(&part);
            }
        }
    }
    Row {
        href: format!("/instances/{}", head.id),
        title: head.title.clone(),
        kind,
        who: Some(Face::of(&head.applicant, lang)),
        age: part::age(now, head.updated.at, lang),
        tag: Some(Tag::status(&head.status, &head.status_shown, lang)),
        said: head
            .held
            .as_ref()
            .map(|held| held.get(lang).to_owned())
            .unwrap_or_default(),
        ..Row::default()
    }
}

fn waits_for(names: &[&str], lang: Lang) -> String {
    if names.is_empty() {
        return String::new();
    }
    let names = names.join(lang.pick("、", ", "));
    words::say(lang, "inbox.waits_for", &[("who", &names)])
}
