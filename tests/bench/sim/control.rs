//! What happens to machines and companies in the course of the day, beside people's requests.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::Micros;

/// Something that happens.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Happens {
    /// The first machine stops.
    Stops,
    /// Its lease is over, and the directory has given its companies to the machines with their copies.
    TakenOver,
    /// It comes back and does not know that it was away.
    Returns,
    /// This company is to move to where its copy is.
    Moves(u32),
    /// It has been left by everybody and closed, and the directory names its new home.
    Moved(u32),
}

/// In order of time.
#[derive(Debug, Default)]
pub(crate) struct Agenda(BinaryHeap<Reverse<(Micros, Happens)>>);

impl Agenda {
    pub(crate) fn add(&mut self, at: Micros, what: Happens) {
        self.0.push(Reverse((at, what)));
    }

    /// When something happens next.
    pub(crate) fn next(&self) -> Option<Micros> {
        self.0.peek().map(|next| next.0.0)
    }

    /// The next that happens until then.
    pub(crate) fn due(&mut self, until: Micros) -> Option<(Micros, Happens)> {
        if self.0.peek()?.0.0 > until {
            return None;
        }
        self.0.pop().map(|Reverse(next)| next)
    }
}
