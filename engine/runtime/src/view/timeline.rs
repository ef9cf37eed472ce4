//! The trail as sentences.

use std::collections::BTreeMap;

use assent_core::calendar::WorkCalendar;
use assent_core::command::{Actor, Via};
use assent_core::definition::Definition;
use assent_core::event::{Change, Event};
use assent_core::value::Values;

use super::fact::changed_facts;
use super::shown::Names;
use super::timeline_words::{Child, Known, Line, words};
use super::when::when;
use crate::app::{EnclosedFile, PersonView, TimelineItem};

/// The trail in words, oldest first, each event by the names of the version that held then. `hidden` fields are left out of what changed.
pub(crate) fn timeline(
    def: &Definition,
    events: &[Event],
    hidden: &[String],
    names: Names<'_>,
    calendar: &WorkCalendar,
    person: impl Fn(&str) -> PersonView,
) -> Vec<TimelineItem> {
    let mut values = Values::new();
    let mut items = Vec::new();
    // The person asked, by the task somebody stands in for them on.
    let mut stood_for: BTreeMap<u32, &str> = BTreeMap::new();
    let children = children(events);
    // The version before the first migration, then each one's own.
    let known = &names.records.past_versions;
    let first = events.iter().find_map(|event| match &event.change {
        Change::Migrated { from, .. } => known.get(from),
        _ => None,
    });
    let now = def;
    let mut def = first.map_or(now, |def| def.as_ref());
    for event in events {
        if let Change::Proxied {
            task, person, hops, ..
        } = &event.change
            && !hops.is_empty()
        {
            stood_for.insert(*task, person);
        }
        if let Change::Migrated { to, .. } = &event.change {
            def = known.get(to).map_or(now, |def| def.as_ref());
        }
        let asked = match &event.change {
            Change::Decided { task, .. } | Change::Acted { task, .. } => stood_for.get(task),
            _ => None,
        };
        let asked = asked.filter(|asked| event.actor.person() != Some(**asked));
        let known = Known {
            def,
            names,
            calendar,
            children: &children,
        };
        let line = words(&known, event, asked.copied());
        let mut because = line.because.clone();
        if let Change::FieldsSet { values: set } = &event.change {
            let before = values.clone();
            values.extend(
                set.iter()
                    .map(|(name, value)| (name.clone(), value.clone())),
            );
            because = changed_facts(&now.entity.fields, &before, &values, hidden, names)
                .into_iter()
                .map(|fact| assent_core::text::Text {
                    zh: format!("{}：{} → {}", fact.label.zh, fact.before.zh, fact.after.zh),
                    en: format!("{}: {} → {}", fact.label.en, fact.before.en, fact.after.en),
                })
                .collect();
        }
        if !line.words.zh.is_empty() {
            items.push(item(event, line, because, calendar, &person));
        }
    }
    items
}

/// The subflows that were asked for, by their instances: which of how many.
fn children(events: &[Event]) -> BTreeMap<&str, Child<'_>> {
    let mut children: BTreeMap<&str, Child<'_>> = BTreeMap::new();
    let mut of_entry: BTreeMap<u32, usize> = BTreeMap::new();
    for event in events {
        if let Change::SubflowAsked {
            child,
            flow,
            entry,
            set,
            ..
        } = &event.change
        {
            let number = of_entry.entry(*entry).or_default();
            *number += 1;
            let known = Child {
                flow,
                set,
                entry: *entry,
                number: *number,
                of: 0,
            };
            children.insert(child, known);
        }
    }
    for child in children.values_mut() {
        child.of = of_entry.get(&child.entry).copied().unwrap_or_default();
    }
    children
}

fn item(
    event: &Event,
    line: Line,
    because: Vec<assent_core::text::Text>,
    calendar: &WorkCalendar,
    person: &impl Fn(&str) -> PersonView,
) -> TimelineItem {
    TimelineItem {
        seq: event.seq,
        at: when(event.at, calendar),
        actor: match &event.actor {
            Actor::Person(id) => Some(person(id)),
            Actor::System => None,
        },
        kind: line.kind.to_owned(),
        tone: line.tone,
        state: line.state,
        words: line.words,
        comment: line.comment,
        because,
        files: line
            .files
            .into_iter()
            .map(|id| EnclosedFile {
                name: id.clone(),
                id,
                bytes: 0,
            })
            .collect(),
        child: line.child,
        via: via_word(event.via).to_owned(),
        minor: line.minor,
    }
}

fn via_word(via: Via) -> &'static str {
    match via {
        Via::Page => "page",
        Via::Link => "link",
        Via::Mail => "mail",
        Via::Api => "api",
        Via::Import => "import",
        Via::Timer => "timer",
        Via::Effect => "effect",
        Via::Subflow => "subflow",
        Via::CommandLine => "command_line",
        Via::Replay => "replay",
        Via::Test => "test",
    }
}
