//! A machine: its processors, its disk, its cells, and what will happen in them next.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::Micros;
use crate::book::{BUSIEST, Book};
use crate::cell::{Cell, Room};
use crate::traffic::{Request, Want};

/// Most decisions of one commit, as in the store.
const BATCH_MAX: usize = 256;

/// What happens in a cell at some moment.
#[derive(Clone, Copy, Debug)]
enum What {
    /// The company is open.
    Opened(u32),
    /// The processor is done with a request.
    Ready(Request),
    /// A company's commit is on the disks.
    Committed(u32),
}

/// In order of time, then as they were made.
struct Coming {
    at: Micros,
    order: u64,
    cell: usize,
    what: What,
}

impl PartialEq for Coming {
    fn eq(&self, other: &Self) -> bool {
        (self.at, self.order) == (other.at, other.order)
    }
}

impl Eq for Coming {}

impl PartialOrd for Coming {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Coming {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.order).cmp(&(other.at, other.order))
    }
}

/// One machine.
pub(crate) struct Machine {
    cells: Vec<Cell>,
    /// When each processor is free.
    cores: BinaryHeap<Reverse<Micros>>,
    disk_free: Micros,
    coming: BinaryHeap<Reverse<Coming>>,
    orders: u64,
    /// It neither answers nor works.
    pub stopped: bool,
    /// Nothing that was due before happened before: it stood still.
    not_before: Micros,
    /// Companies to be opened once after a takeover.
    pub sweep: Vec<u32>,
    /// How long processors and disk were busy in the busiest ten minutes.
    pub cores_busy: Micros,
    pub disk_busy: Micros,
    /// Decisions answered in this second of the day and in the one before.
    answers: (Micros, u64, u64),
}

impl Machine {
    pub(crate) fn new(cores: u32, first_cell: u32, cells: u32, most: usize) -> Self {
        let numbers = first_cell..first_cell + cells;
        Self {
            cells: numbers.map(|number| Cell::new(number, most)).collect(),
            cores: (0..cores.max(1)).map(|_| Reverse(0)).collect(),
            disk_free: 0,
            coming: BinaryHeap::new(),
            orders: 0,
            stopped: false,
            not_before: 0,
            sweep: vec![],
            cores_busy: 0,
            disk_busy: 0,
            answers: (0, 0, 0),
        }
    }

    /// Everything that happens until then.
    pub(crate) fn advance(&mut self, until: Micros, book: &mut Book) {
        while !self.stopped && self.coming.peek().is_some_and(|next| next.0.at <= until) {
            let Some(Reverse(next)) = self.coming.pop() else {
                return;
            };
            let now = next.at.max(self.not_before);
            match next.what {
                What::Opened(company) => self.opened(now, next.cell, company, book),
                What::Ready(request) => self.ready(now, next.cell, request, book),
                What::Committed(company) => self.committed(now, next.cell, company, book),
            }
        }
    }

    /// True when nothing will happen by itself.
    pub(crate) fn quiet(&self) -> bool {
        self.stopped || self.coming.is_empty()
    }

    /// A request comes to the cell that has the company by the directory.
    pub(crate) fn arrive(&mut self, now: Micros, request: Request, book: &mut Book) {
        let row = book.directory.row(request.company);
        let at = self.index(row.cell);
        let there = self.cells[at].rooms.to_back(&request.company);
        let open = there.as_ref().is_some_and(|room| room.open);
        book.met(request.want, !open);
        if let Some(room) = there {
            room.inside += 1;
            if room.open {
                self.work(now, at, request, book);
            } else {
                room.door.push(request);
            }
            return;
        }
        while let Some(surplus) = self.cells[at].surplus() {
            self.close(now, at, surplus, book);
        }
        let room = Room {
            epoch: row.epoch,
            door: vec![request],
            inside: 1,
            ..Room::default()
        };
        self.cells[at].rooms.insert(request.company, room);
        let costs = book.costs;
        let begun = self.busy(now, costs.open_cpu) - costs.open_cpu;
        let until = begun + costs.open.max(costs.open_cpu);
        self.comes(until, at, What::Opened(request.company));
    }

    /// Nobody comes in any more; it is told when the last one has left.
    pub(crate) fn let_go(&mut self, now: Micros, company: u32, book: &mut Book) {
        let at = self.index(book.directory.row(company).cell);
        match self.cells[at].rooms.get_mut(&company) {
            None => book.left.push((now, company)),
            Some(room) => {
                room.leaving = true;
                self.leave(now, at, company, 0, book);
            }
        }
    }

    /// Opens the next companies that were taken over.
    pub(crate) fn sweep_on(&mut self, now: Micros, book: &mut Book) {
        while let Some(company) = self.sweep.pop() {
            if book.awaited[company as usize] {
                let request = Request {
                    company,
                    asked: now,
                    want: Want::Sweep,
                };
                return self.arrive(now, request, book);
            }
        }
    }

    /// It stands still from now on. What the copy already has is decided, though nobody was told.
    pub(crate) fn stop(&mut self, now: Micros, book: &mut Book) {
        self.stopped = true;
        for Reverse(coming) in &self.coming {
            let What::Committed(company) = coming.what else {
                continue;
            };
            let cell = &self.cells[coming.cell];
            if let Some(room) = cell.rooms.get(&company)
                && coming.at - book.costs.copied / 2 <= now
            {
                for request in &room.batch {
                    if let Want::Decide(number) = request.want {
                        book.ledger
                            .applies(number, company, cell.number, room.epoch);
                    }
                }
            }
        }
    }

    /// Every request that is in here, and to whom nobody will answer. The companies are its own no more.
    pub(crate) fn unanswered(&self, book: &mut Book) -> Vec<Request> {
        let mut all = vec![];
        for cell in &self.cells {
            for (company, room) in &cell.rooms {
                book.ledger.closes(*company, cell.number);
                all.extend(room.door.iter().chain(&room.queue).chain(&room.batch));
            }
        }
        for Reverse(coming) in &self.coming {
            if let What::Ready(request) = coming.what {
                all.push(request);
            }
        }
        all.retain(|request| request.want != Want::Sweep);
        all.sort_by_key(|request| (request.asked, request.company));
        all
    }

    /// It goes on as if nothing had been. Companies with nobody inside are looked up again when somebody asks for them.
    pub(crate) fn return_to_work(&mut self, now: Micros, book: &mut Book) {
        self.stopped = false;
        self.not_before = now;
        for cell in &mut self.cells {
            let number = cell.number;
            cell.rooms.retain(|company, room| {
                if room.inside == 0 {
                    book.ledger.closes(*company, number);
                }
                room.inside > 0
            });
        }
    }

    /// Decisions answered in the last whole second before now.
    pub(crate) fn answered_last_second(&self, now: Micros) -> u64 {
        let (second, this, before) = self.answers;
        match (now / crate::SECOND).saturating_sub(second) {
            0 => before,
            1 => this,
            _ => 0,
        }
    }

    fn index(&self, cell: u32) -> usize {
        let first = self.cells.first().map_or(0, |cell| cell.number);
        (cell - first) as usize
    }

    fn comes(&mut self, at: Micros, cell: usize, what: What) {
        self.orders += 1;
        self.coming.push(Reverse(Coming {
            at,
            order: self.orders,
            cell,
            what,
        }));
    }

    /// Takes the processor that is free first for so long; when that is done.
    fn busy(&mut self, now: Micros, long: Micros) -> Micros {
        let Reverse(free) = self.cores.pop().unwrap_or(Reverse(0));
        let done = free.max(now) + long;
        self.cores.push(Reverse(done));
        if BUSIEST.contains(&now) {
            self.cores_busy += long;
        }
        done
    }

    fn work(&mut self, now: Micros, at: usize, request: Request, book: &mut Book) {
        let long = match request.want {
            Want::Look => book.costs.look_cpu,
            Want::Decide(_) | Want::Wake => book.costs.decide_cpu,
            Want::Sweep => {
                self.leave(now, at, request.company, 1, book);
                self.cells[at].rooms.to_front(&request.company);
                return self.sweep_on(now, book);
            }
        };
        let done = self.busy(now, long);
        self.comes(done, at, What::Ready(request));
    }

    fn opened(&mut self, now: Micros, at: usize, company: u32, book: &mut Book) {
        let cell = self.cells[at].number;
        let Some(room) = self.cells[at].rooms.get_mut(&company) else {
            return;
        };
        if book.stale(company, room.epoch) {
            self.cells[at].rooms.remove(&company);
            return;
        }
        room.open = true;
        book.opens(company, cell, room.epoch, now);
        let door = std::mem::take(&mut room.door);
        let open = self.cells.iter().map(|cell| cell.rooms.len()).sum();
        book.open_most = book.open_most.max(open);
        for request in door {
            self.work(now, at, request, book);
        }
    }

    fn ready(&mut self, now: Micros, at: usize, request: Request, book: &mut Book) {
        let Some(room) = self.cells[at].rooms.get_mut(&request.company) else {
            return;
        };
        match request.want {
            Want::Look => {
                if !book.stale(request.company, room.epoch) {
                    book.looked.add(now - request.asked);
                }
                self.leave(now, at, request.company, 1, book);
            }
            Want::Decide(_) | Want::Wake => {
                room.queue.push_back(request);
                self.commit(now, at, request.company, book);
            }
            Want::Sweep => {}
        }
    }

    /// The writer takes whatever waits, when it is free.
    fn commit(&mut self, now: Micros, at: usize, company: u32, book: &mut Book) {
        let Some(room) = self.cells[at].rooms.get_mut(&company) else {
            return;
        };
        if !room.batch.is_empty() || room.queue.is_empty() {
            return;
        }
        let turns = room.queue.len().min(BATCH_MAX);
        room.batch.extend(room.queue.drain(..turns));
        let costs = book.costs;
        let more = Micros::try_from(turns - 1).unwrap_or_default();
        let written = now + costs.hand_over + costs.each * more;
        self.disk_free = self.disk_free.max(written) + costs.fsync;
        let done = book.copied(company, self.disk_free);
        if BUSIEST.contains(&now) {
            self.disk_busy += costs.fsync;
            if company == 0 {
                book.largest_busy += done - now;
                book.largest_batch = book.largest_batch.max(turns);
            }
        }
        self.comes(done, at, What::Committed(company));
    }

    fn committed(&mut self, now: Micros, at: usize, company: u32, book: &mut Book) {
        let cell = self.cells[at].number;
        let Some(room) = self.cells[at].rooms.get_mut(&company) else {
            return;
        };
        let batch = std::mem::take(&mut room.batch);
        let epoch = room.epoch;
        if book.stale(company, epoch) && book.fenced {
            // The copy takes no log of an older epoch, so this is no commit; whoever asked was sent to the new home.
            book.ledger.refused += u64::try_from(batch.len()).unwrap_or_default();
            self.cells[at].rooms.remove(&company);
            return;
        }
        for request in &batch {
            match request.want {
                Want::Decide(number) => {
                    book.ledger.applies(number, company, cell, epoch);
                    book.answered(number, company, request.asked, now);
                    self.count_answer(now);
                }
                Want::Wake => book.fired.add(now - request.asked),
                Want::Look | Want::Sweep => {}
            }
        }
        let left = u32::try_from(batch.len()).unwrap_or_default();
        self.leave(now, at, company, left, book);
        self.commit(now, at, company, book);
    }

    fn count_answer(&mut self, now: Micros) {
        let second = now / crate::SECOND;
        if self.answers.0 != second {
            let before = if self.answers.0 + 1 == second {
                self.answers.1
            } else {
                0
            };
            self.answers = (second, 0, before);
        }
        self.answers.1 += 1;
    }

    /// So many are done in this company.
    fn leave(&mut self, now: Micros, at: usize, company: u32, count: u32, book: &mut Book) {
        let Some(room) = self.cells[at].rooms.get_mut(&company) else {
            return;
        };
        room.inside -= count;
        if room.leaving && room.inside == 0 {
            self.close(now, at, company, book);
            book.left.push((now + book.costs.close, company));
        }
    }

    fn close(&mut self, now: Micros, at: usize, company: u32, book: &mut Book) {
        self.cells[at].rooms.remove(&company);
        book.ledger.closes(company, self.cells[at].number);
        book.closed += 1;
        self.busy(now, book.costs.close_cpu);
    }
}
