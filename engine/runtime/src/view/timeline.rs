//! The trail as sentences.

use std::collections::BTreeMap;

use assent_core::calendar::WorkCalendar;
use assent_core::command::{Actor, Via};
use assent_core::definition::Definition;
use assent_core::event::{Change, Event};
use assent_core::value::Values;

use super::fact::changed_facts;
use super::shown::Names;
use super::timeline_words::{Line, words};
use super::when::when;
use crate::app::{EnclosedFile, PersonView, TimelineItem};

/// The trail in words, oldest first. `hidden` fields are left out of what changed.
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
    for event in events {
        if let Change::Proxied {
            task, person, hops, ..
        } = &event.change
            && !hops.is_empty()
        {
            stood_for.insert(*task, person);
        }
        let asked = match &event.change {
            Change::Decided { task, .. } | Change::Acted { task, .. } => stood_for.get(task),
            _ => None,
        };
        let asked = asked.filter(|asked| event.actor.person() != Some(**asked));
        let line = words(def, event, names, calendar, asked.copied());
        let mut because = line.because.clone();
        if let Change::FieldsSet { values: set } = &event.change {
            let before = values.clone();
            values.extend(
                set.iter()
                    .map(|(name, value)| (name.clone(), value.clone())),
            );
            because = changed_facts(&def.entity.fields, &before, &values, hidden, names)
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
