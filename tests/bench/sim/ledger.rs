//! What must hold at every moment, written down by somebody who takes no part.

/// Counts decisions as they are applied and answered, and knows who has which company open.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    applied: Vec<u8>,
    answered: Vec<u8>,
    /// By company: the cell that has it open, and by which epoch.
    holders: Vec<Option<(u32, u32)>>,
    /// What was wrong; the first few.
    pub wrong: Vec<String>,
    /// How often something was wrong.
    pub violations: u64,
    /// Commits refused because they were of an older epoch.
    pub refused: u64,
    /// Decisions that had been applied when they were asked for again: answered by their key.
    pub by_key: u64,
}

const WRONG_SHOWN: usize = 10;

impl Ledger {
    pub(crate) fn new(decisions: u32, companies: u32) -> Self {
        Self {
            applied: vec![0; decisions as usize],
            answered: vec![0; decisions as usize],
            holders: vec![None; companies as usize],
            ..Self::default()
        }
    }

    /// A cell opened a company.
    pub(crate) fn opens(&mut self, company: u32, cell: u32, epoch: u32) {
        if let Some((other, older)) = self.holders[company as usize].replace((cell, epoch)) {
            self.fault(format!("company {company} is opened by cell {cell} (epoch {epoch}) while cell {other} has it open (epoch {older})"));
        }
    }

    /// A cell closed a company, or lost it by a change of the directory.
    pub(crate) fn closes(&mut self, company: u32, cell: u32) {
        let holder = &mut self.holders[company as usize];
        if holder.is_some_and(|(who, _)| who == cell) {
            *holder = None;
        }
    }

    /// A decision is on disk, here and at the copy; or it was already, and is answered by its key.
    pub(crate) fn applies(&mut self, number: u32, company: u32, cell: u32, epoch: u32) {
        if self.holders[company as usize] != Some((cell, epoch)) {
            self.fault(format!("decision {number} is written by cell {cell} (epoch {epoch}), which has company {company} no more"));
            self.applied[number as usize] += 1;
        } else if self.applied[number as usize] > 0 {
            self.by_key += 1;
        } else {
            self.applied[number as usize] = 1;
        }
    }

    /// Somebody got an answer.
    pub(crate) fn answers(&mut self, number: u32) {
        self.answered[number as usize] = self.answered[number as usize].saturating_add(1);
    }

    /// At the end of the day: every decision was applied once and answered once.
    pub(crate) fn ends(&mut self) {
        for number in 0..self.applied.len() {
            let (applied, answered) = (self.applied[number], self.answered[number]);
            if (applied, answered) != (1, 1) {
                self.fault(format!(
                    "decision {number} was applied {applied} times and answered {answered} times"
                ));
            }
        }
    }

    fn fault(&mut self, what: String) {
        self.violations += 1;
        if self.wrong.len() < WRONG_SHOWN {
            self.wrong.push(what);
        }
    }
}
