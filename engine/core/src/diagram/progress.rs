//! Where an instance stands in its flow.

use std::collections::BTreeMap;

use crate::instance::Instance;
use crate::text::Text;

/// Where an instance stands in its flow; states by id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DiagramProgress {
    /// States it is in.
    pub active: Vec<String>,
    /// States passed on the way that stands.
    pub passed: Vec<String>,
    /// States skipped because their condition was false.
    pub skipped: Vec<String>,
    /// The state that sent it back last.
    pub returned_from: Option<String>,
    /// A few words beside a state: who has it, for how long, how many instances are there.
    pub notes: BTreeMap<String, Text>,
}

/// How a state stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StateStatus {
    /// The instance is there.
    Active,
    /// Done.
    Passed,
    /// Left out.
    Skipped,
    /// Sent back from there, not entered again yet.
    Returned,
}

impl DiagramProgress {
    /// Where this instance stands; what is held says so.
    pub fn of(instance: &Instance) -> Self {
        let path = |skipped: bool| {
            let passed = instance
                .path
                .iter()
                .filter(move |passed| (passed.entry == 0) == skipped);
            passed.map(|passed| passed.state.clone()).collect()
        };
        Self {
            active: instance
                .active
                .iter()
                .map(|active| active.state.clone())
                .collect(),
            passed: path(false),
            skipped: path(true),
            returned_from: instance.returned_from.clone(),
            notes: instance
                .holds
                .iter()
                .map(|held| (held.state.clone(), Text::new("已挂起", "held")))
                .collect(),
        }
    }

    /// How a state stands; none when the instance has not come to it.
    pub fn status(&self, state: &str) -> Option<StateStatus> {
        let among = |states: &[String]| states.iter().any(|known| known == state);
        if among(&self.active) {
            Some(StateStatus::Active)
        } else if among(&self.passed) {
            Some(StateStatus::Passed)
        } else if self.returned_from.as_deref() == Some(state) {
            Some(StateStatus::Returned)
        } else if among(&self.skipped) {
            Some(StateStatus::Skipped)
        } else {
            None
        }
    }
}

impl StateStatus {
    /// The word that always goes with the colour.
    pub fn text(self) -> Text {
        match self {
            StateStatus::Active => Text::new("进行中", "in progress"),
            StateStatus::Passed => Text::new("已完成", "done"),
            StateStatus::Skipped => Text::new("已跳过", "skipped"),
            StateStatus::Returned => Text::new("由此退回", "sent back"),
        }
    }

    /// The sign in front of the word.
    pub fn mark(self) -> char {
        match self {
            StateStatus::Active => '●',
            StateStatus::Passed => '✓',
            StateStatus::Skipped => '–',
            StateStatus::Returned => '↩',
        }
    }

    /// Its CSS class.
    pub(super) fn class(self) -> &'static str {
        match self {
            StateStatus::Active => "is-active",
            StateStatus::Passed => "is-passed",
            StateStatus::Skipped => "is-skipped",
            StateStatus::Returned => "is-returned",
        }
    }
}
