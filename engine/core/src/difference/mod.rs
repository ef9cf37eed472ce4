//! The difference between two versions of a flow, in words: what somebody who publishes must have read.
//!
//! Every part of a definition becomes *facts* (who is asked: "the head of the department"); two lists of facts are compared
//! by key, so what can be said about one version can be said about the change. The heaviest comes first: where it goes and
//! who decides, then conditions and figures, time, policies, fields, and mere words last.

mod fact;
mod fields;
mod head;
mod kind;
mod order;
mod pairs;
mod policies;
mod settings;
mod state;
mod words;

use serde::{Deserialize, Serialize};

use crate::definition::Definition;
use crate::people::Names;
use crate::text::{Lang, Text};

pub use pairs::Pairs;
pub use policies::{SaidPolicies, SaidPolicy, StatePolicies, policies};

/// How much a change matters, the heaviest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    /// States and the ways between them.
    Way,
    /// Who is asked, and how many must approve.
    People,
    /// Conditions and the figures they compare with.
    Condition,
    /// Deadlines and what happens when it is late.
    Time,
    /// Policies.
    Policy,
    /// Fields and who may see or write them.
    Field,
    /// What is run, filled in or sent.
    Effect,
    /// Names, mails and other words.
    Words,
}

/// What sort of change it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// It was not there before.
    Added,
    /// It is not there any more.
    Removed,
    /// It has another value.
    Changed,
    /// It stands elsewhere.
    Moved,
    /// It has another name, and is the same.
    Renamed,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    /// How much it matters.
    pub weight: Weight,
    /// What sort of change.
    pub sort: Sort,
    /// The part, as a dotted path of the new version (of the old one where it was removed): `states.finance.by`.
    pub part: String,
    /// One sentence.
    pub words: Text,
}

/// What changed between two versions, the heaviest first; changes of the same weight in the order of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// Every change.
    pub changes: Vec<Changed>,
}

impl Difference {
    /// True when nothing that a person or the engine would notice is different (comments, layout, tests).
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// All sentences in one language, a line each.
    pub fn lines(&self, lang: Lang) -> Vec<&str> {
        self.changes
            .iter()
            .map(|change| change.words.get(lang))
            .collect()
    }
}

/// Compares two versions of a flow. `names` says what roles, people and fields are called.
pub fn difference(old: &Definition, new: &Definition, names: &dyn Names) -> Difference {
    let pairs = Pairs::of(old, new);
    let both = Both {
        old,
        new,
        pairs: &pairs,
        names,
    };
    let mut changes = order::compare(&both);
    changes.extend(state::compare(&both));
    changes.extend(head::compare(&both));
    changes.extend(settings::compare(&both));
    changes.extend(fields::compare(&both));
    // Stable: within a weight the order of the file stays.
    changes.sort_by_key(|change| change.weight);
    Difference { changes }
}

/// The two versions, with the states that are the same in both.
struct Both<'a> {
    old: &'a Definition,
    new: &'a Definition,
    pairs: &'a Pairs,
    names: &'a dyn Names,
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
