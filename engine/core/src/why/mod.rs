//! Why: why a task came to somebody, why not to somebody else, and what comes next.
//!
//! What happened is answered from recorded events alone, each answer with the numbers of its events. What comes next is
//! the pinned definition walked ahead with today's values and today's people; where a condition cannot be decided yet,
//! the answer says so and which field is missing.

mod history;
mod next;
mod taken;
mod words;

pub use next::{Fate, Next};
pub use taken::{Taken, taken};

use serde::Serialize;

use crate::definition::Definition;
use crate::event::Event;
use crate::instance::Case;
use crate::people::PersonId;
use crate::text::Text;
use crate::turn::Context;
use history::History;

/// One reason, from what is recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// Why a task came: `rule`, `applicant`, `stand_in`, `added`, `handed_over`, `transferred`, `pool`, `proxy`, `reassigned`,
    /// `taken_back`, `beside`. Why none came: `left_out`, `counted`, `in_order`, `settled`, `not_named`, `not_drawn`, `proxied`,
    /// `nobody`, `skipped`, `not_reached`. The way: `skipped`, `chosen`, `returned`, `reopened`, `drawn`, `people_chosen`,
    /// `overridden`, `held`, `timed_out`, `waits`.
    pub code: &'static str,
    /// Whom it is about; none for the way the instance took.
    pub person: Option<PersonId>,
    /// State id.
    pub state: String,
    /// Numbers of the events that say so; empty only for what did not happen at all.
    pub seqs: Vec<u32>,
    /// Its sentences.
    pub words: Vec<Text>,
}

/// The answers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Why {
    /// Why a task came: to this person, or to everybody who has one now.
    pub asked: Vec<Reason>,
    /// Why none came to this person, state by state.
    pub not_asked: Vec<Reason>,
    /// The way it took: what was skipped, chosen, sent back, held, with the values that decided.
    pub way: Vec<Reason>,
    /// What comes next if everybody agrees and nothing changes.
    pub next: Vec<Next>,
}

/// Answers for one person, or for everybody who has a task now.
pub fn why(
    def: &Definition,
    case: &Case,
    events: &[Event],
    person: Option<&str>,
    cx: &Context<'_>,
) -> Why {
    let history = History::of(events);
    let said = words::Said { def, cx };
    let next = next::next(def, case, cx);
    let asked = match person {
        Some(_) => history.asked(&said, person, |opened| {
            person.is_some_and(|person| opened.is_for(person))
        }),
        None => history.asked(&said, None, |opened| {
            case.instance.task(opened.task).is_some()
        }),
    };
    let not_asked = person
        .map(|person| history.not_asked(&said, person, &case.instance, &next))
        .unwrap_or_default();
    Why {
        asked,
        not_asked,
        way: history.way(&said, &case.instance),
        next,
    }
}
