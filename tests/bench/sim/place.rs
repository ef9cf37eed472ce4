//! Which cell a new company comes to.
//!
//! Sizes differ a thousandfold, so a hash alone puts two giants into one cell now and then. Here rendezvous hashing names a few
//! candidates, the same on every machine, and the one with the least load takes the company. The directory keeps the answer:
//! the hash is asked once, and nothing moves because the number of machines changes. A newcomer's size is not known; what became
//! large is moved, so that it is as if the large ones had been placed first.

use serde::{Deserialize, Serialize};

use crate::random::{Sizes, mixed};

/// Candidates that rendezvous hashing names.
const CANDIDATES: usize = 4;

/// A way to place.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Way {
    /// The first of rendezvous hashing, whatever its load.
    Hash,
    /// The least loaded of four candidates of rendezvous hashing.
    LeastOfFour,
    /// The least loaded of all: nobody can know beforehand where a company will be.
    LeastOfAll,
}

/// Cells with the load each has been given so far.
#[derive(Clone, Debug)]
pub(crate) struct Loads {
    cells: Vec<f64>,
    per_machine: u32,
}

impl Loads {
    pub(crate) fn new(machines: u32, per_machine: u32) -> Self {
        let cells = vec![0.0; (machines * per_machine) as usize];
        Self { cells, per_machine }
    }

    pub(crate) fn machine(&self, cell: u32) -> u32 {
        cell / self.per_machine
    }

    pub(crate) fn add(&mut self, cell: u32, load: f64) {
        self.cells[cell as usize] += load;
    }

    /// The cell that takes this company, among those whose machine is `fine`.
    pub(crate) fn choose(&self, company: u32, way: Way, fine: impl Fn(u32) -> bool) -> Option<u32> {
        let cells = 0..u32::try_from(self.cells.len()).unwrap_or(u32::MAX);
        let mut ranked: Vec<u32> = cells.filter(|cell| fine(self.machine(*cell))).collect();
        let taken = match way {
            Way::Hash => 1,
            Way::LeastOfFour => CANDIDATES,
            Way::LeastOfAll => ranked.len(),
        };
        ranked.sort_by_key(|cell| mixed(company.into(), u64::from(*cell) + 1));
        let load = |cell: &u32| self.cells[*cell as usize];
        ranked
            .into_iter()
            .take(taken)
            .min_by(|a, b| load(a).total_cmp(&load(b)))
    }

    /// The fullest cell beside the average one.
    fn fullest(&self) -> f64 {
        let all: f64 = self.cells.iter().sum();
        let most = self.cells.iter().copied().fold(0.0, f64::max);
        most * self.cells.len() as f64 / all.max(f64::MIN_POSITIVE)
    }
}

/// How full the fullest cell gets beside the average one when the large companies have their places first.
pub fn fullest(sizes: &Sizes, machines: u32, per_machine: u32, way: Way) -> f64 {
    let mut loads = Loads::new(machines, per_machine);
    for company in 0..sizes.len() {
        if let Some(cell) = loads.choose(company, way, |_| true) {
            loads.add(cell, sizes.share(company));
        }
    }
    loads.fullest()
}
