//! The directory: where each company lives, where its copy is, and the epoch of that answer.
//!
//! One small table. Whoever gives a company another home raises its epoch; a copy takes no log of an older epoch, so a cell that lost a
//! company without noticing can no longer acknowledge anything for it.

use crate::place::{Loads, Way};
use crate::random::Sizes;

/// A company's row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    pub cell: u32,
    /// The machine that takes its log; never the one of `cell`.
    pub copy: u32,
    pub epoch: u32,
}

/// All rows.
pub(crate) struct Directory {
    rows: Vec<Row>,
    loads: Loads,
    sizes: Sizes,
}

impl Directory {
    /// Places every company, the large ones first.
    pub(crate) fn new(sizes: Sizes, machines: u32, per_machine: u32) -> Self {
        let companies = 0..sizes.len();
        let nowhere = Row {
            cell: 0,
            copy: 0,
            epoch: 0,
        };
        let mut directory = Self {
            rows: vec![nowhere; companies.len()],
            loads: Loads::new(machines, per_machine),
            sizes,
        };
        for company in companies {
            let cell = directory.best(company, |_| true);
            directory.give(company, cell, |_| true);
        }
        directory
    }

    pub(crate) fn row(&self, company: u32) -> Row {
        self.rows[company as usize]
    }

    pub(crate) fn machine(&self, company: u32) -> u32 {
        self.loads.machine(self.row(company).cell)
    }

    /// The companies of a machine.
    pub(crate) fn living_on(&self, machine: u32) -> Vec<u32> {
        let companies = 0..self.sizes.len();
        companies
            .filter(|company| self.machine(*company) == machine)
            .collect()
    }

    /// The companies whose copy is on a machine.
    pub(crate) fn copied_to(&self, machine: u32) -> Vec<u32> {
        let companies = 0..self.sizes.len();
        companies
            .filter(|company| self.row(*company).copy == machine)
            .collect()
    }

    /// Another machine takes the log from now on. The home stays, and so does its epoch.
    pub(crate) fn new_copy(&mut self, company: u32, fine: impl Fn(u32) -> bool) {
        let here = self.machine(company);
        let copy = self.best(company, |machine| machine != here && fine(machine));
        self.rows[company as usize].copy = self.loads.machine(copy);
    }

    /// Moves a company to where its copy is, with a new epoch; a machine that is `fine` gets its next copy.
    pub(crate) fn move_to_copy(&mut self, company: u32, fine: impl Fn(u32) -> bool + Copy) {
        let there = self.row(company).copy;
        let cell = self.best(company, |machine| machine == there);
        self.give(company, cell, fine);
    }

    fn best(&self, company: u32, fine: impl Fn(u32) -> bool) -> u32 {
        let chosen = self.loads.choose(company, Way::LeastOfFour, fine);
        chosen.unwrap_or_default()
    }

    fn give(&mut self, company: u32, cell: u32, fine: impl Fn(u32) -> bool) {
        let share = self.sizes.share(company);
        let before = self.row(company);
        if before.epoch > 0 {
            self.loads.add(before.cell, -share);
        }
        self.loads.add(cell, share);
        let here = self.loads.machine(cell);
        let copy = self.best(company, |machine| machine != here && fine(machine));
        self.rows[company as usize] = Row {
            cell,
            copy: self.loads.machine(copy),
            epoch: before.epoch + 1,
        };
    }
}
