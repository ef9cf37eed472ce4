//! What lies outside in a simulation: an ERP and a mail server that live in this thread, remember everything they were
//! asked, and now and then do not answer. Where no test has put them up, the real ones are used.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use assent_store::Delivery;
use serde_json::{Value as Json, json};

use super::sim::Dice;

/// What was seen, over all lives of the program.
#[derive(Default)]
pub(crate) struct Outside {
    /// Draws what fails; none: nothing does.
    pub chance: Option<Dice>,
    /// The call with this number (from 1) fails; counts calls and mails together.
    pub fails: Option<usize>,
    /// Whether a failing call reaches the other side before it fails.
    pub acts_first: bool,
    /// Calls and mails so far.
    pub asked: usize,
    /// What the ERP did, by idempotency key: the body it was given.
    pub done: BTreeMap<String, Json>,
    /// Mails the server took, by id.
    pub mails: BTreeSet<String>,
    /// Effects whose delivery came to an end, before that was written down.
    pub ended: BTreeSet<String>,
    /// What must never be.
    pub broken: Vec<String>,
}

thread_local! {
    static OUTSIDE: RefCell<Option<Outside>> = const { RefCell::new(None) };
}

/// Puts up an outside of this thread.
pub(crate) fn open(outside: Outside) {
    OUTSIDE.set(Some(outside));
}

/// Takes it down again.
pub(crate) fn close() -> Outside {
    OUTSIDE.take().unwrap_or_default()
}

/// Looks at it, or changes how it behaves.
pub(crate) fn with<T>(look: impl FnOnce(&mut Outside) -> T) -> T {
    OUTSIDE.with_borrow_mut(|outside| look(outside.get_or_insert_default()))
}

impl Outside {
    /// How a request goes: whether it arrives, and whether the answer comes back.
    fn luck(&mut self) -> (bool, bool) {
        self.asked += 1;
        if self.fails == Some(self.asked) {
            return (self.acts_first, false);
        }
        let Some(dice) = &mut self.chance else {
            return (true, true);
        };
        match dice.roll(8) {
            0 => (false, false),
            1 => (true, false),
            _ => (true, true),
        }
    }
}

/// The ERP is asked. None where there is no outside.
pub(crate) fn asked(body: &Json, key: &str) -> Option<Result<Json, String>> {
    OUTSIDE.with_borrow_mut(|outside| {
        let outside = outside.as_mut()?;
        let (arrives, answers) = outside.luck();
        if arrives {
            let known = outside.done.insert(key.to_owned(), body.clone());
            if known.is_some_and(|known| known != *body) {
                let what = format!("P5: the key {key} came with two different requests");
                outside.broken.push(what);
            }
        }
        Some(if answers {
            Ok(json!({}))
        } else {
            Err("no answer".to_owned())
        })
    })
}

/// A mail is handed over. None where there is no outside.
pub(crate) fn posted(id: &str) -> Option<Result<(), String>> {
    OUTSIDE.with_borrow_mut(|outside| {
        let outside = outside.as_mut()?;
        let (arrives, answers) = outside.luck();
        if arrives {
            outside.mails.insert(id.to_owned());
        }
        Some(if answers {
            Ok(())
        } else {
            Err("no answer".to_owned())
        })
    })
}

/// A delivery came to an end; what follows is that it is written down.
pub(crate) fn ended(id: &str, delivery: &Delivery) {
    OUTSIDE.with_borrow_mut(|outside| {
        if let (Some(outside), Delivery::Done) = (outside, delivery) {
            outside.ended.insert(id.to_owned());
        }
    });
}
