//! States in which nobody has a task, and what happens when it gets late.

use super::super::sketch::{At, Join, Kind, Late, Rung, State, Subflow, Way};
use super::super::world::ROLES;

use super::Maker;

impl Maker<'_> {
    pub(super) fn wait(&mut self, number: usize) -> State {
        let mut state = State::new(format!("e{number}"), Kind::Wait);
        state.deadline = Some(24);
        state.ladder = vec![Rung {
            at: At::Deadline,
            act: Late::Go(String::new()),
            every: None,
        }];
        state
    }

    pub(super) fn call(&mut self, number: usize) -> State {
        let fills = self.dice.one_in(2);
        State::new(format!("r{number}"), Kind::Run(fills))
    }

    pub(super) fn subflow(&mut self, number: usize) -> State {
        let each = self.dice.one_in(2).then(|| self.dice.of(&ROLES));
        let beside = self.dice.one_in(4);
        let mut subflow = Subflow {
            each,
            beside,
            needs: Join::All,
            outcomes: vec![],
            rejected: Way::Unwritten,
        };
        if !beside {
            for outcome in ["late", "withdrawn", "rejected"] {
                if self.dice.one_in(3) {
                    subflow.outcomes.push((outcome, self.back()));
                }
            }
            subflow.outcomes.retain(|(_, way)| *way != Way::Unwritten);
            subflow.rejected = self.back();
            if each.is_some() {
                let count = Join::Count(1 + self.dice.roll(3));
                subflow.needs = self.dice.of(&[Join::All, Join::Any, count]);
            }
        }
        let mut state = State::new(format!("s{number}"), Kind::Subflow(subflow));
        if !beside {
            state.deadline = Some(24);
            state.ladder = vec![Rung {
                at: At::Deadline,
                act: Late::Go(String::new()),
                every: None,
            }];
        }
        state
    }

    pub(super) fn ladder(&mut self, state: &mut State) {
        if !self.dice.one_in(3) {
            return;
        }
        state.deadline = Some(self.dice.of(&[4, 24, 48]));
        state.restarts = self.wide && self.dice.one_in(4);
        if self.wide && self.dice.one_in(3) {
            // Named once it is known what stands beside it.
            state.stops_in = vec![String::new(); 1 + self.dice.roll(2)];
        }
        for _ in 0..=self.dice.roll(3) {
            let rung = self.rung(
                matches!(state.kind, Kind::Approve(_)),
                matches!(state.kind, Kind::Together(_)),
            );
            state.ladder.push(rung);
        }
    }

    fn rung(&mut self, decides: bool, parallel: bool) -> Rung {
        let role = self.dice.of(&ROLES);
        let act = match self.dice.roll(6) {
            0 | 1 => Late::Remind,
            2 if !parallel => Late::Add(role),
            3 if !parallel => Late::HandTo(role),
            4 if decides || parallel => {
                if self.dice.one_in(2) {
                    Late::Approve
                } else {
                    Late::Reject
                }
            }
            _ => Late::Go(String::new()),
        };
        let every = (matches!(act, Late::Remind) && self.dice.one_in(2))
            .then(|| (1, 2 + u32::try_from(self.dice.roll(2)).unwrap()));
        let at = match self.dice.roll(4) {
            0 => At::After(1 + i64::try_from(self.dice.roll(3)).unwrap()),
            1 | 2 => At::Deadline,
            _ => At::Later(2),
        };
        Rung { at, act, every }
    }
}
