//! A cell: one process with the companies it has open, at most so many; the one that was not asked for longest goes first.

use std::collections::VecDeque;

use hashlink::LinkedHashMap;

use crate::traffic::Request;

/// Rooms looked at when one has to go: those with people in them stay.
const LOOKED_AT: usize = 64;

/// A company that is open, or being opened.
#[derive(Debug, Default)]
pub(crate) struct Room {
    /// By which epoch of the directory.
    pub epoch: u32,
    /// False while it is being opened.
    pub open: bool,
    /// Those who wait for that.
    pub door: Vec<Request>,
    /// Requests that are anywhere in here.
    pub inside: u32,
    /// Turns that wait for the writer.
    pub queue: VecDeque<Request>,
    /// Turns that are being committed.
    pub batch: Vec<Request>,
    /// It is about to move: nobody comes in any more.
    pub leaving: bool,
}

/// One process.
#[derive(Debug)]
pub(crate) struct Cell {
    /// Its number among all cells.
    pub number: u32,
    /// The one asked last is last.
    pub rooms: LinkedHashMap<u32, Room>,
    most: usize,
}

impl Cell {
    pub(crate) fn new(number: u32, most: usize) -> Self {
        Self {
            number,
            rooms: LinkedHashMap::new(),
            most,
        }
    }

    /// The company that goes so that another can come.
    pub(crate) fn surplus(&self) -> Option<u32> {
        if self.rooms.len() < self.most {
            return None;
        }
        let mut oldest = self.rooms.iter().take(LOOKED_AT);
        oldest
            .find(|(_, room)| room.open && room.inside == 0 && !room.leaving)
            .map(|(company, _)| *company)
    }
}
