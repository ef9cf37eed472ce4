//! What all machines share while a day is played: costs, the directory, and what is noted down.

use std::ops::Range;

use crate::directory::Directory;
use crate::ledger::Ledger;
use crate::traffic::Want;
use crate::waits::Waits;
use crate::world::{Figures, World};
use crate::{Micros, SECOND, micros, whole};

/// When it is looked how busy everything is: ten minutes up to the peak.
pub(crate) const BUSIEST: Range<Micros> = 33_600 * SECOND..34_200 * SECOND;

/// The figures in microseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Costs {
    pub open: Micros,
    pub open_cpu: Micros,
    pub close: Micros,
    pub close_cpu: Micros,
    pub decide_cpu: Micros,
    pub look_cpu: Micros,
    /// What a commit takes beside processor and disk: hand-overs between threads.
    pub hand_over: Micros,
    /// What each further decision of a commit adds.
    pub each: Micros,
    pub fsync: Micros,
    /// Until the machine with the copy has a commit on disk and said so.
    pub copied: Micros,
    pub directory: Micros,
}

impl Costs {
    pub(crate) fn new(figures: &Figures, world: &World) -> Self {
        let fsync = whole(1e6 / figures.fsync_per_s.max(1.0));
        let alone = micros(figures.alone_ms - figures.decide_cpu_ms);
        Self {
            open: micros(figures.open_ms),
            open_cpu: micros(figures.open_cpu_ms),
            close: micros(figures.close_ms),
            close_cpu: micros(figures.close_cpu_ms),
            decide_cpu: micros(figures.decide_cpu_ms + world.http_cpu_ms),
            // Two pages.
            look_cpu: micros(figures.look_cpu_ms + 2.0 * world.http_cpu_ms),
            hand_over: alone.saturating_sub(fsync),
            each: whole(1e6 / figures.one_company_per_s.max(1.0)),
            fsync,
            copied: micros(world.round_trip_ms) + fsync,
            directory: micros(world.directory_ms),
        }
    }
}

/// Requests of one kind, and how many of them met a company that was closed.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Met {
    pub all: u64,
    pub cold: u64,
}

impl Met {
    pub(crate) fn share(self) -> f64 {
        self.cold as f64 / self.all.max(1) as f64
    }
}

/// What is shared and noted.
pub(crate) struct Book {
    pub costs: Costs,
    pub fenced: bool,
    pub directory: Directory,
    pub ledger: Ledger,
    /// The machine that stopped, and when the directory will have named others for its copies.
    pub down: Option<(u32, Micros)>,
    /// How long people waited for the answer to a decision, and to see inbox and task.
    pub decided: Waits,
    pub looked: Waits,
    /// How late timers fired.
    pub fired: Waits,
    pub met_looks: Met,
    pub met_decisions: Met,
    pub met_timers: Met,
    /// Companies opened, and closed for want of room.
    pub opened: u64,
    pub closed: u64,
    /// Most companies a machine had open at once.
    pub open_most: usize,
    /// How long the largest company's writer was busy in the busiest ten minutes, and its largest commit.
    pub largest_busy: Micros,
    pub largest_batch: usize,
    /// A company that is to move has been left by everybody, at this moment.
    pub left: Vec<(Micros, u32)>,
    /// By company: taken over from a machine that died, and not opened since.
    pub awaited: Vec<bool>,
    pub awaited_count: u32,
    /// When the last of them was open.
    pub all_back: Micros,
    /// By company: was taken over, or moved; how long those waited who asked meanwhile.
    pub disturbed: Vec<Disturbed>,
    pub outage: Waits,
    pub moved: Waits,
}

/// Why people may have waited for a company longer than usual, and until when.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Disturbed {
    #[default]
    No,
    TakenOver(Micros),
    Moved(Micros),
}

impl Book {
    pub(crate) fn new(figures: &Figures, world: &World, directory: Directory) -> Self {
        let companies = world.companies as usize;
        Self {
            costs: Costs::new(figures, world),
            fenced: world.fenced,
            directory,
            ledger: Ledger::new(world.decisions, world.companies),
            down: None,
            decided: Waits::default(),
            looked: Waits::default(),
            fired: Waits::default(),
            met_looks: Met::default(),
            met_decisions: Met::default(),
            met_timers: Met::default(),
            opened: 0,
            closed: 0,
            open_most: 0,
            largest_busy: 0,
            largest_batch: 0,
            left: vec![],
            awaited: vec![false; companies],
            awaited_count: 0,
            all_back: 0,
            disturbed: vec![Disturbed::No; companies],
            outage: Waits::default(),
            moved: Waits::default(),
        }
    }

    /// A request met a company that was open, or was not.
    pub(crate) fn met(&mut self, want: Want, cold: bool) {
        let met = match want {
            Want::Look => &mut self.met_looks,
            Want::Decide(_) => &mut self.met_decisions,
            Want::Wake => &mut self.met_timers,
            Want::Sweep => return,
        };
        met.all += 1;
        met.cold += u64::from(cold);
    }

    /// Somebody got the answer to a decision.
    pub(crate) fn answered(&mut self, number: u32, company: u32, asked: Micros, now: Micros) {
        self.ledger.answers(number);
        self.decided.add(now - asked);
        match self.disturbed[company as usize] {
            Disturbed::TakenOver(until) if asked < until => self.outage.add(now - asked),
            Disturbed::Moved(until) if asked < until && now > until => self.moved.add(now - asked),
            Disturbed::No | Disturbed::TakenOver(_) | Disturbed::Moved(_) => {}
        }
    }

    /// A cell has opened a company.
    pub(crate) fn opens(&mut self, company: u32, cell: u32, epoch: u32, now: Micros) {
        self.opened += 1;
        self.ledger.opens(company, cell, epoch);
        if std::mem::take(&mut self.awaited[company as usize]) {
            self.awaited_count -= 1;
            if self.awaited_count == 0 {
                self.all_back = now;
            }
        }
    }

    /// When a commit that is on this machine's disk is at its copy too. A copy that stopped has to be replaced first.
    pub(crate) fn copied(&self, company: u32, written: Micros) -> Micros {
        let copy = self.directory.row(company).copy;
        let there = match self.down {
            Some((machine, until)) if machine == copy => written.max(until),
            Some(_) | None => written,
        };
        there + self.costs.copied
    }

    /// The directory names a newer home for this company than this epoch does.
    pub(crate) fn stale(&self, company: u32, epoch: u32) -> bool {
        self.directory.row(company).epoch != epoch
    }
}
