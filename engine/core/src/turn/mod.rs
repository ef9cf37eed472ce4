//! One turn: a command, decided purely, and everything it changes.
//!
//! `turn` is the one entrance. A verb (one file each in [`crate::verb`]) checks whether it may happen and emits its events;
//! then the run goes on by itself through automatic states until somebody or something is waited for. Every event is
//! applied as it is emitted, so a verb always sees the case as it is now; nothing else changes the case.

mod again;
mod ask;
mod asked;
mod auto;
mod branches;
mod candidates;
mod choices;
mod clock;
mod context;
mod draw;
mod enter;
mod facts;
mod fields;
mod hold;
mod late;
mod leave;
mod migrating;
mod organisation;
mod regroup;
mod retreat;
mod run;
mod seal;
mod settle;
mod stand_in;
mod subflow;
mod tally;

pub(crate) use ask::NewTask;
pub(crate) use auto::{filled, made_id};
pub use choices::{Choice, choosable};
pub use clock::{Moved, moved, reckoned, why_due};
pub(crate) use clock::{QUESTION, SUSPENDED, rung_of};
pub use context::{Chance, Context, Lookup, Organisation, RuleAnswer, Rules, turn_key};
pub(crate) use draw::RULE_PEOPLE;
pub use facts::{CaseFacts, title_fits};
pub(crate) use hold::Trouble;
pub(crate) use late::REMIND_MAIL;
pub use organisation::Directed;
pub use run::Run;
pub use seal::{ended_row, open_rows};
pub(crate) use stand_in::named_in;
pub(crate) use tally::{ballots, reachable};
pub use tally::{given, joined, required, tally};

use crate::command::Command;
use crate::definition::Definition;
use crate::event::Event;
use crate::instance::Case;
use crate::refusal::Refusal;
use crate::value::Values;
use crate::write::Write;

/// What stands before a turn.
#[derive(Clone, Debug)]
pub enum Before {
    /// Nothing: the command must be `Start`.
    New(New),
    /// A running (or ended) instance with its record.
    Case(Box<Case>),
}

/// The ids of an instance about to be made; made by the node, never here.
#[derive(Clone, Debug, Default)]
pub struct New {
    /// UUIDv7.
    pub instance: String,
    /// Id of its record, new or known.
    pub record: String,
    /// The record's values when it is known already.
    pub values: Option<Values>,
    /// The instance that waits for this one.
    pub parent: Option<String>,
    /// The instance that this one asks to revoke.
    pub revokes: Option<crate::instance::Revokes>,
}

/// Everything one command changed.
#[derive(Clone, Debug)]
pub struct Turn {
    /// The case after it.
    pub case: Case,
    /// Its events, in order.
    pub events: Vec<Event>,
    /// The rows to write.
    pub write: Write,
}

/// Decides a command.
///
/// # Errors
/// A refusal: nothing was changed, and its sentence says what can be done instead.
pub fn turn(
    def: &Definition,
    before: Before,
    command: &Command,
    cx: &Context<'_>,
) -> Result<Turn, Refusal> {
    turn_to(def, None, before, command, cx)
}

/// Decides a command that may lead to another version of the flow: a migration. `cx` is that version's (its calendar).
///
/// # Errors
/// As [`turn`]; without the version it names, a migration is refused.
pub fn turn_to(
    def: &Definition,
    to: Option<&Definition>,
    before: Before,
    command: &Command,
    cx: &Context<'_>,
) -> Result<Turn, Refusal> {
    let (case, values_before, new) = match before {
        Before::Case(case) => {
            let case = *case;
            let values = Some(case.values.clone());
            (case, values, None)
        }
        Before::New(new) => (
            Case::blank(new.values.clone().unwrap_or_default()),
            new.values.clone(),
            Some(new),
        ),
    };
    let instance_before = case.instance.clone();
    let mut run = Run::new(def, case, command, cx);
    run.target = to;
    crate::verb::perform(&mut run, new.as_ref(), command)?;
    run.react()?;
    run.stand_with_the_applicant();
    let def = run.def;
    let (case, events, texts, beside) = run.finish();
    let (case_after, events_made) = (&case, events.as_slice());
    let sealed = seal::Sealed {
        def,
        case: case_after,
        events: events_made,
        texts,
        is_new: new.is_some(),
        values_before,
        before: instance_before,
        beside,
    };
    let write = sealed.write(command, cx);
    Ok(Turn {
        case,
        events,
        write,
    })
}
