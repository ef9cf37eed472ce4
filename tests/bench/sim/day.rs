//! The day itself: requests go where the directory sends them, and things happen.

use std::collections::BTreeMap;

use crate::book::{Book, Disturbed};
use crate::control::{Agenda, Happens};
use crate::directory::Directory;
use crate::machine::Machine;
use crate::needs::{Needs, needs};
use crate::outcome::Outcome;
use crate::random::Sizes;
use crate::traffic::{DAY, Request, Traffic};
use crate::world::{Figures, World};
use crate::{Micros, SECOND, micros};

/// Companies a machine opens at once, of those it took over, beside its work: a part of its processors.
const SWEEP_SHARE: u32 = 4;

/// Whoever has no answer an hour after midnight gets none.
const EVENING: Micros = (DAY as Micros + 3_600) * SECOND;

/// Plays a day.
pub fn play(figures: &Figures, world: &World) -> Outcome {
    let sizes = Sizes::zipf(world.companies.max(1), world.skew);
    let needs = needs(figures, world, &sizes);
    let mut day = Day::new(figures, world, &needs, &sizes);
    let mut traffic = Traffic::new(world, sizes.clone());
    for second in 0..DAY {
        for request in traffic.second(second) {
            if day.eventful(request.asked) {
                day.until(request.asked);
            }
            day.route(request.asked, request);
        }
        day.until(Micros::from(second + 1) * SECOND);
    }
    let mut now = Micros::from(DAY) * SECOND;
    while !day.over() && now < EVENING {
        now += SECOND;
        day.until(now);
    }
    day.book.ledger.ends();
    Outcome::of(figures, world, &sizes, needs, &day)
}

/// What happened to the machine that stopped.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Death {
    pub at: Micros,
    pub taken_over: Micros,
    pub companies: u32,
    /// Decisions it answered in its last second.
    pub last_second: u64,
    /// Requests that were in it, or came while nobody had its companies.
    pub held: u64,
}

/// Everything that moves.
pub(crate) struct Day {
    pub book: Book,
    pub machines: Vec<Machine>,
    agenda: Agenda,
    /// Requests that wait for a new home, by company.
    held: BTreeMap<u32, Vec<Request>>,
    moving: Vec<u32>,
    /// From a machine's last sign of life until it takes logs again, or others do.
    copies_wait: Micros,
    sweeps: u32,
    pub death: Death,
    /// Companies that moved: which, and how long nobody could have been answered.
    pub moves: Vec<(u32, Micros)>,
    moves_began: BTreeMap<u32, Micros>,
}

impl Day {
    fn new(figures: &Figures, world: &World, needs: &Needs, sizes: &Sizes) -> Self {
        let per_machine = world.cells_per_machine.max(1);
        let directory = Directory::new(sizes.clone(), needs.machines, per_machine);
        let open_max = usize::try_from(needs.open_max).unwrap_or(usize::MAX);
        let machine =
            |number| Machine::new(world.cores, number * per_machine, per_machine, open_max);
        let missed_after = micros(world.lease_ms + world.directory_ms);
        let mut agenda = Agenda::default();
        if let Some(at) = world.death_at {
            let at = Micros::from(at) * SECOND;
            agenda.add(at, Happens::Stops);
            agenda.add(at + missed_after, Happens::TakenOver);
            if let Some(after) = world.back_after {
                agenda.add(at + Micros::from(after) * SECOND, Happens::Returns);
            }
        }
        if let Some(at) = world.move_at {
            let at = Micros::from(at) * SECOND;
            agenda.add(at, Happens::Moves(0));
            agenda.add(at, Happens::Moves(sizes.len() / 2));
        }
        Self {
            book: Book::new(figures, world, directory),
            machines: (0..needs.machines).map(machine).collect(),
            agenda,
            held: BTreeMap::new(),
            moving: vec![],
            copies_wait: world.back_after.map_or(missed_after, |after| {
                missed_after.min(Micros::from(after) * SECOND)
            }),
            sweeps: (world.cores / SWEEP_SHARE).max(1),
            death: Death::default(),
            moves: vec![],
            moves_began: BTreeMap::new(),
        }
    }

    /// Something other than requests happens until then. While nothing does, machines need not keep step.
    fn eventful(&self, until: Micros) -> bool {
        !self.moving.is_empty() || self.agenda.next().is_some_and(|next| next <= until)
    }

    fn over(&self) -> bool {
        self.held.is_empty() && self.machines.iter().all(Machine::quiet)
    }

    /// Lets everything happen until then, in order.
    fn until(&mut self, until: Micros) {
        while let Some((at, what)) = self.agenda.due(until) {
            self.advance(at);
            self.happens(at, what);
        }
        self.advance(until);
    }

    fn advance(&mut self, until: Micros) {
        for machine in &mut self.machines {
            machine.advance(until, &mut self.book);
        }
        for (at, company) in std::mem::take(&mut self.book.left) {
            let at = at.max(until) + self.book.costs.directory;
            self.agenda.add(at, Happens::Moved(company));
        }
    }

    /// To where the directory says; or it waits until the directory says so.
    fn route(&mut self, now: Micros, request: Request) {
        let company = request.company;
        let home = self.book.directory.machine(company) as usize;
        if self.machines[home].stopped || self.moving.contains(&company) {
            self.held.entry(company).or_default().push(request);
        } else {
            self.machines[home].advance(now, &mut self.book);
            self.machines[home].arrive(now, request, &mut self.book);
        }
    }

    fn happens(&mut self, now: Micros, what: Happens) {
        match what {
            Happens::Stops => {
                self.death.at = now;
                self.death.last_second = self.machines[0].answered_last_second(now);
                self.machines[0].stop(now, &mut self.book);
                self.book.down = Some((0, now + self.copies_wait));
            }
            Happens::TakenOver => self.take_over(now),
            Happens::Returns => {
                self.machines[0].return_to_work(now, &mut self.book);
                self.machines[0].advance(now, &mut self.book);
                for request in std::mem::take(&mut self.held).into_values().flatten() {
                    self.route(now, request);
                }
            }
            Happens::Moves(company) => {
                let home = self.book.directory.machine(company) as usize;
                let there = self.book.directory.row(company).copy as usize;
                if !self.machines[home].stopped && !self.machines[there].stopped {
                    self.moving.push(company);
                    self.moves_began.insert(company, now);
                    self.machines[home].let_go(now, company, &mut self.book);
                    self.advance(now);
                }
            }
            Happens::Moved(company) => self.moved(now, company),
        }
    }

    fn take_over(&mut self, now: Micros) {
        if !self.machines[0].stopped {
            return;
        }
        let stopped: Vec<bool> = self.machines.iter().map(|one| one.stopped).collect();
        let lives = |machine: u32| !stopped[machine as usize];
        let companies = self.book.directory.living_on(0);
        self.moving.retain(|company| !companies.contains(company));
        for company in self.book.directory.copied_to(0) {
            self.book.directory.new_copy(company, lives);
            self.book.disturbed[company as usize] = Disturbed::TakenOver(now);
        }
        let mut again = self.machines[0].unanswered(&mut self.book);
        for company in &companies {
            self.book.directory.move_to_copy(*company, lives);
            self.book.disturbed[*company as usize] = Disturbed::TakenOver(now);
            self.book.awaited[*company as usize] = true;
            let home = self.book.directory.machine(*company) as usize;
            self.machines[home].sweep.push(*company);
            again.extend(self.held.remove(company).unwrap_or_default());
        }
        let count = u32::try_from(companies.len()).unwrap_or(u32::MAX);
        self.book.awaited_count = count;
        self.death.taken_over = now;
        self.death.companies = count;
        self.death.held = u64::try_from(again.len()).unwrap_or_default();
        // Those who have waited longest first.
        again.sort_by_key(|request| request.asked);
        for request in again {
            self.route(now, request);
        }
        for machine in self.machines.iter_mut().skip(1) {
            // The largest first: they stand at the end.
            machine.sweep.reverse();
            for _ in 0..self.sweeps {
                machine.sweep_on(now, &mut self.book);
            }
        }
    }

    fn moved(&mut self, now: Micros, company: u32) {
        let stopped: Vec<bool> = self.machines.iter().map(|one| one.stopped).collect();
        self.book
            .directory
            .move_to_copy(company, |machine| !stopped[machine as usize]);
        self.book.disturbed[company as usize] = Disturbed::Moved(now);
        self.moving.retain(|one| *one != company);
        let began = self.moves_began.remove(&company).unwrap_or(now);
        self.moves
            .push((company, now - began + self.book.costs.open));
        for request in self.held.remove(&company).unwrap_or_default() {
            self.route(now, request);
        }
    }
}
