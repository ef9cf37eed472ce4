//! Subflows, as sentences: which flow, which of several, and how it ended, by names.

use assent_core::event::Change;
use assent_core::people::Names as _;
use assent_core::text::Text;

use super::{Line, Said};
use crate::view::shown::shown;
use crate::view::status::outcome_words;

/// First values of a child that a line names.
const VALUES_SHOWN_MAX: usize = 3;

pub(super) fn words(said: &Said<'_>, change: &Change) -> Line {
    match change {
        Change::SubflowAsked { child, .. } => {
            let name = said.subflow(child);
            let line = Line::new(
                "subflow_asked",
                "machine",
                format!("发起子流程{}", name.zh),
                format!("The subflow {} was started", name.en),
            );
            line.because(said.first_values(child)).on(child)
        }
        Change::SubflowEnded { child, outcome } => {
            let (name, how) = (said.subflow(child), said.end_of(child, outcome.word()));
            Line::new(
                "subflow_ended",
                "machine",
                format!("子流程{}结束：{}", name.zh, how.zh),
                format!("The subflow {} ended: {}", name.en, how.en),
            )
            .on(child)
        }
        Change::SubflowStopped { child, because } => {
            let name = said.subflow(child);
            Line::new(
                "subflow_stopped",
                "machine",
                format!("撤回不再需要的子流程{}", name.zh),
                format!(
                    "The subflow {} is not needed any more and was withdrawn",
                    name.en
                ),
            )
            .because(vec![because.clone()])
            .on(child)
        }
        _ => Line::silent("other"),
    }
}

/// A subflow that its parent withdrew: why, in both languages. Older trails have it as a comment in both at once, with an id.
pub(super) fn ended_with_its_parent(line: Line) -> Line {
    let why = Text::new(
        "上级流程已不再需要它",
        "the case that started it does not need it any more",
    );
    line.comment(None).because(vec![why])
}

impl Line {
    /// About this subflow.
    fn on(mut self, child: &str) -> Self {
        self.child = Some(child.to_owned());
        self
    }
}

impl Said<'_> {
    /// "“分项审核”（2/3）"; empty where it is not known which flow it is.
    fn subflow(&self, child: &str) -> Text {
        let Some(child) = self.children.get(child) else {
            return Text::default();
        };
        let name = self.names.records.definitions.flow(child.flow);
        let (zh, en) = match child.of {
            0 | 1 => (String::new(), String::new()),
            of => (
                format!("（{}/{of}）", child.number),
                format!(" ({} of {of})", child.number),
            ),
        };
        Text::new(format!("“{}”{zh}", name.zh), format!("“{}”{en}", name.en))
    }

    /// How it ended, in its flow's own words.
    fn end_of(&self, child: &str, word: &str) -> Text {
        let child = self.children.get(child);
        let own = child.and_then(|child| self.names.records.definitions.outcome(child.flow, word));
        own.unwrap_or_else(|| outcome_words(word))
    }

    /// The row it was started for, by the names of its own form.
    fn first_values(&self, child: &str) -> Vec<Text> {
        let Some(child) = self.children.get(child) else {
            return vec![];
        };
        let Some(known) = self.names.records.definitions.current(child.flow) else {
            return vec![];
        };
        let fields = known.definition.entity.fields.iter();
        let set = fields.filter_map(|field| {
            let value = child.set.get(&field.name).filter(|one| !one.is_empty())?;
            let said = shown(field, value, self.names);
            Some(Text::new(
                format!("{} = {}", field.label.zh, said.zh),
                format!("{} = {}", field.label.en, said.en),
            ))
        });
        set.take(VALUES_SHOWN_MAX).collect()
    }
}
