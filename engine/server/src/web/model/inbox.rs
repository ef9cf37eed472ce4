//! The inbox: late, today, the rest; each row with amount, deadline and who asks.

use assent_core::text::Lang;
use assent_core::time::Moment;
use assent_runtime::app::{InboxItem, InstanceRow, Tab};
use serde::Serialize;

use super::part::{self, Amount, Choice, Deadline, Empty, Face, Row, Tag};
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
                if tab == Tab::Done {
                    "inbox.done"
                } else {
                    "inbox.waiting"
                },
            )
            .to_owned(),
            icon: if tab == Tab::Done {
                "circle-check"
            } else {
                "hourglass"
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
        Some(task) if tab == Tab::Todo => format!("/tasks/{}/{task}", item.instance),
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
        tag: (tab != Tab::Todo && (tab == Tab::Done || item.due.is_none()))
            .then(|| Tag::status(&item.status, &item.status_shown, lang)),
        said,
    }
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
