//! Opinions and answers that were given for a task, and what its holder was asked.

use std::collections::BTreeMap;

use assent_core::calendar::WorkCalendar;
use assent_core::event::{Change, Event};
use assent_core::instance::{Task, TaskKind};

use super::when::when;
use crate::app::{OpinionView, PersonView};

/// What was said for the state of this task, oldest first: opinions given and questions answered, whoever held it then.
pub(crate) fn opinions(
    task: &Task,
    trail: &[Event],
    calendar: &WorkCalendar,
    person: impl Fn(&str) -> PersonView,
) -> Vec<OpinionView> {
    let mut entries = BTreeMap::new();
    let mut questions = BTreeMap::new();
    let mut said = Vec::new();
    for event in trail {
        let (host, words, kind) = match &event.change {
            Change::TaskOpened { task, entry, .. } => {
                entries.insert(*task, *entry);
                continue;
            }
            Change::Questioned { task, to, question } => {
                questions.insert((*task, to.clone()), question.clone());
                continue;
            }
            Change::Advised { host, comment, .. } => (*host, comment, "advice"),
            Change::Replied { host, text, .. } => (*host, text, "answer"),
            _ => continue,
        };
        let Some(by) = event.actor.person() else {
            continue;
        };
        // A person's own words need not be told to them.
        if entries.get(&host) != Some(&task.entry) || by == task.assignee {
            continue;
        }
        let question = match kind {
            "answer" => questions.get(&(host, by.to_owned())).cloned(),
            _ => None,
        };
        said.push(OpinionView {
            by: person(by),
            kind,
            at: when(event.at, calendar),
            question,
            words: words.clone(),
        });
    }
    said
}

/// Who asked for this task, and in which words; none when it is the flow that asks.
pub(crate) fn asked(
    task: &Task,
    trail: &[Event],
    calendar: &WorkCalendar,
    person: impl Fn(&str) -> PersonView,
) -> Option<OpinionView> {
    trail.iter().rev().find_map(|event| {
        let (kind, words) = match (&event.change, task.kind) {
            (
                Change::OpinionAsked {
                    task: host,
                    to,
                    comment,
                    delegated,
                },
                TaskKind::Advise,
            ) if Some(*host) == task.host && *to == task.assignee => (
                if *delegated { "delegated" } else { "opinion" },
                comment.clone().unwrap_or_default(),
            ),
            (
                Change::Questioned {
                    task: host,
                    to,
                    question,
                },
                TaskKind::Answer,
            ) if Some(*host) == task.host && *to == task.assignee => ("question", question.clone()),
            (Change::Copied { to, comment }, TaskKind::Read) if to.contains(&task.assignee) => {
                ("copy", comment.clone().unwrap_or_default())
            }
            _ => return None,
        };
        Some(OpinionView {
            by: person(event.actor.person()?),
            kind,
            at: when(event.at, calendar),
            question: None,
            words,
        })
    })
}
