//! A parallel state while everybody inside it waits for the applicant: its clock stands, as those of the states inside do.

use crate::instance::{Active, Task, TaskKind};
use crate::turn::{QUESTION, Run};

impl Run<'_> {
    /// Looked at after every turn: whatever it did, the clock of a parallel state stands while nobody inside could act before
    /// the applicant has answered, and runs on otherwise.
    pub(crate) fn stand_with_the_applicant(&mut self) {
        for entry in self.parallel_entries() {
            let Some(active) = self.case.instance.at(entry) else {
                continue;
            };
            let stopped = active.stopped.as_ref();
            let stands = stopped.is_some_and(|at| at.causes.iter().any(|cause| cause == QUESTION));
            match (self.waits_for_the_applicant(entry), stands) {
                (true, false) if stopped.is_some() || self.has_a_clock(active) => {
                    self.stop_clock(entry, QUESTION);
                }
                (false, true) => self.start_clock(entry, QUESTION),
                (true, _) | (false, false) => {}
            }
        }
    }

    fn parallel_entries(&self) -> Vec<u32> {
        let is_parallel = |active: &&Active| {
            let state = self.def.state_ix(&active.state);
            state.is_some_and(|ix| self.def.states[ix].is_parallel())
        };
        let active = self.case.instance.active.iter().filter(is_parallel);
        active.map(|active| active.entry).collect()
    }

    fn has_a_clock(&self, active: &Active) -> bool {
        let mut armed = self.case.instance.wakeups.iter();
        active.due.is_some() || armed.any(|wakeup| wakeup.entry == active.entry)
    }

    /// Every state inside has open tasks, and whoever holds one has asked the applicant.
    fn waits_for_the_applicant(&self, entry: u32) -> bool {
        let instance = &self.case.instance;
        let parallel = self.parallel_entries();
        let mut inside = instance.inside(entry);
        inside.retain(|entry| !parallel.contains(entry));
        let asked = |task: &Task| {
            let mut tasks = instance.tasks.iter();
            tasks.any(|answer| {
                answer.kind == TaskKind::Answer
                    && answer.host == Some(task.no)
                    && answer.assignee == instance.applicant
            })
        };
        let waits = |entry: &u32| {
            let of = |task: &&Task| {
                task.entry == *entry && !matches!(task.kind, TaskKind::Answer | TaskKind::Read)
            };
            let mut tasks = instance.tasks.iter().filter(of).peekable();
            tasks.peek().is_some() && tasks.all(asked)
        };
        !inside.is_empty() && inside.iter().all(waits)
    }
}
