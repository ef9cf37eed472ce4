//! Flows made at random: every kind of group, parallel to any depth that people write, ways back, ladders, policies.

#[path = "make/around.rs"]
mod around;

use super::dice::Dice;

use super::sketch::{
    Answer, Approve, Branch, Join, Kind, Late, Needs, Proxies, Sketch, State, Together, Way, When,
    Words, Work,
};
use super::world::ROLES;

/// Parallel states inside of each other.
const DEPTH_MAX: usize = 3;

/// A flow in which people decide and work; a wide one has everything: other systems, subflows, proxies, clocks that stop,
/// signatures.
pub fn sketch(dice: &mut Dice, wide: bool) -> Sketch {
    let mut maker = Maker {
        wide,
        dice,
        made: 0,
        passed: vec![vec!["draft".to_owned()]],
        shelved: false,
    };
    let policies = maker.policies();
    let mut states = vec![State::new("draft", Kind::Draft)];
    let count = 1 + maker.dice.roll(4);
    states.extend(maker.region(count, 0));
    states.push(State::new("done", Kind::End("approved")));
    if maker.shelved {
        states.push(State::new("shelved", Kind::End("shelved")));
    }
    let proxy = if wide { maker.proxies() } else { None };
    let mut sketch = Sketch {
        edition: 1,
        policies,
        proxy,
        states,
    };
    lead_on(maker.dice, &mut sketch.states, true);
    sketch
}

struct Maker<'a> {
    dice: &'a mut Dice,
    wide: bool,
    /// States so far, for their ids.
    made: usize,
    /// States of people already passed, by region, outermost first.
    passed: Vec<Vec<String>>,
    /// Some way leads to the end `shelved`.
    shelved: bool,
}

impl Maker<'_> {
    fn policies(&mut self) -> Words {
        let mut words = Words::new();
        let choices: [(&'static str, &[&str]); 11] = [
            (
                "nobody",
                &["superior", "pass", "reject", "{fallback: chief}"],
            ),
            ("own_request", &["superior", "ask", "pass"]),
            ("same_person", &["once", "ask", "ask", "refuse"]),
            ("data_changed", &["keep"]),
            ("signatures_after_return", &["ask_again"]),
            ("withdraw", &["before_first_decision", "never"]),
            ("rounds", &["1", "2", "3"]),
            ("people_after_return", &["anew"]),
            ("reopen_days", &["1", "30"]),
            ("restore", &["rejected", "withdrawn", "both"]),
            ("reply_by_mail", &["any"]),
        ];
        for (key, among) in choices {
            if self.dice.one_in(3) {
                words.insert(key, self.dice.of(among).to_owned());
            }
        }
        words
    }

    fn proxies(&mut self) -> Option<Proxies> {
        let known = self.passed.concat();
        let to = self
            .dice
            .of(&[None, Some("same_role"), Some("anyone"), Some("anyone")]);
        let proxies = Proxies {
            to,
            refuse_chain: self.dice.one_in(2),
            longest: self.dice.one_in(4).then_some(10),
            not_for: (0..self.dice.roll(2))
                .map(|_| self.dice.of(&known))
                .collect(),
        };
        (!self.dice.one_in(3)).then_some(proxies)
    }

    fn overrides(&mut self) -> Words {
        let mut words = Words::new();
        let choices: [(&'static str, &[&str]); 4] = [
            (
                "nobody",
                &["hold", "superior", "pass", "reject", "{fallback: board}"],
            ),
            ("own_request", &["refuse", "superior", "ask", "pass"]),
            ("same_person", &["consecutive", "once", "ask", "refuse"]),
            ("data_changed", &["ask_again", "keep"]),
        ];
        for (key, among) in choices {
            if self.dice.one_in(10) {
                words.insert(key, self.dice.of(among).to_owned());
            }
        }
        words
    }

    fn region(&mut self, count: usize, depth: usize) -> Vec<State> {
        let mut states = vec![];
        for _ in 0..count {
            states.push(self.state(depth));
        }
        states
    }

    fn state(&mut self, depth: usize) -> State {
        self.made += 1;
        let number = self.made;
        let kind = self.dice.roll(if self.wide { 24 } else { 20 });
        let mut state = match kind {
            0..=10 => self.approval(number),
            11..=13 => self.work(number),
            14..=17 if depth < DEPTH_MAX => self.together(number, depth),
            18 => State::new(
                format!("w{number}"),
                Kind::Choose(self.when(), String::new(), String::new()),
            ),
            19 => self.wait(number),
            20 => self.call(number),
            21 | 22 => self.subflow(number),
            _ => self.approval(number),
        };
        if self.dice.one_in(6) {
            state.when = Some(self.when());
        }
        if matches!(state.kind, Kind::Approve(_) | Kind::Work(_)) {
            if let Some(here) = self.passed.last_mut() {
                here.push(state.id.clone());
            }
            if self.dice.one_in(8) {
                state.hidden = vec![self.dice.of(&["amount", "note"])];
            }
            if self.dice.one_in(5) {
                let field = self.dice.of(&["amount", "note"]);
                state.write = [field]
                    .into_iter()
                    .filter(|f| !state.hidden.contains(f))
                    .collect();
            }
            state.policies = self.overrides();
        }
        state
    }

    fn when(&mut self) -> When {
        When {
            above: self.dice.one_in(2),
            limit: self.dice.of(&[50, 100]),
        }
    }

    fn roles(&mut self, most: usize) -> Vec<&'static str> {
        let mut roles: Vec<&'static str> = vec![];
        for _ in 0..=self.dice.roll(most) {
            let role = self.dice.of(&ROLES);
            if !roles.contains(&role) {
                roles.push(role);
            }
        }
        roles
    }

    fn approval(&mut self, number: usize) -> State {
        let by = self.roles(3);
        let needs = self.needs(by.len());
        let on_reject = self.on_reject(&needs);
        let alone = needs == Needs::Any && on_reject != Some("all_must_reject");
        let claim = alone && self.dice.one_in(5);
        let mut approve = Approve {
            by,
            needs,
            on_reject,
            claim,
            outcomes: vec![],
            rejected: self.back(),
            keep: vec![],
            signed: self.wide && self.dice.one_in(8),
            step_up: None,
        };
        if self.wide && self.dice.one_in(8) {
            approve.step_up = Some(self.dice.one_in(2).then(|| self.when()));
        }
        if matches!(approve.rejected, Way::BackTo(_)) && self.dice.one_in(4) {
            let known: Vec<String> = self.passed.concat().split_off(1);
            approve.keep = self.dice.pick(&known).cloned().into_iter().collect();
        }
        if self.dice.one_in(6) {
            approve.outcomes.push(Answer {
                id: "other".to_owned(),
                approves: self.dice.one_in(2),
                way: self.back(),
                reason: self.dice.one_in(3),
            });
        }
        let mut state = State::new(format!("a{number}"), Kind::Approve(approve));
        self.ladder(&mut state);
        state
    }

    fn needs(&mut self, names: usize) -> Needs {
        match self.dice.roll(9) {
            0 | 1 => Needs::All,
            2 => Needs::InOrder,
            3 => Needs::Count(1 + u32::try_from(self.dice.roll(3)).unwrap()),
            4 => Needs::Percent(
                self.dice
                    .of(&[1, 3_334, 5_000, 5_001, 6_000, 6_667, 10_000]),
            ),
            5 => {
                let weights: Vec<u32> = (0..names).map(|_| self.dice.of(&[1, 2, 3])).collect();
                let bar = 1 + u32::try_from(self.dice.roll(5)).unwrap();
                Needs::Weighted(weights, bar)
            }
            6 => Needs::Each(
                (0..names)
                    .map(|_| self.dice.of(&[Some(1), Some(1), Some(2), None]))
                    .collect(),
            ),
            _ => Needs::Any,
        }
    }

    fn on_reject(&mut self, needs: &Needs) -> Option<&'static str> {
        let among: &[&'static str] = if *needs == Needs::Any {
            &["first_decision", "all_must_reject"]
        } else {
            &["veto", "until_decided", "collect_all"]
        };
        self.dice.one_in(2).then(|| self.dice.of(among))
    }

    /// Where a rejection leads: nowhere, back, or to a place outside.
    fn back(&mut self) -> Way {
        match self.dice.roll(6) {
            0..=2 => Way::Unwritten,
            3 | 4 => {
                let known = self.passed.concat();
                Way::BackTo(self.dice.of(&known))
            }
            _ => {
                self.shelved = true;
                Way::Go("shelved".to_owned())
            }
        }
    }

    fn work(&mut self, number: usize) -> State {
        let mut actions = vec![];
        if self.dice.one_in(2) {
            let here = self.passed.last().cloned().unwrap_or_default();
            let way = match self.dice.pick(&here) {
                // A loop by an ordinary action is no round.
                Some(earlier) if earlier != "draft" => Way::Go(earlier.clone()),
                _ => self.back(),
            };
            actions.push(self.action("onward", Way::Unwritten));
            actions.push(self.action("again", way));
        }
        let work = Work {
            by: self.roles(2),
            claim: self.dice.one_in(5),
            actions,
        };
        let mut state = State::new(format!("k{number}"), Kind::Work(work));
        self.ladder(&mut state);
        state
    }

    fn action(&mut self, id: &str, way: Way) -> Answer {
        Answer {
            id: id.to_owned(),
            approves: true,
            way,
            reason: self.dice.one_in(4),
        }
    }

    fn together(&mut self, number: usize, depth: usize) -> State {
        let rejected = self.back();
        let count = 2 + self.dice.roll(2);
        let mut branches = vec![];
        for at in 0..count {
            self.passed.push(vec![]);
            let states = 1 + self.dice.roll(2);
            branches.push(Branch {
                id: format!("b{number}_{at}"),
                when: self.dice.one_in(5).then(|| self.when()),
                states: self.region(states, depth + 1),
            });
            self.passed.pop();
        }
        let needs = match self.dice.roll(4) {
            0 | 1 => Join::All,
            2 => Join::Any,
            _ => Join::Count(1 + self.dice.roll(count)),
        };
        let together = Together {
            needs,
            branches,
            rejected,
        };
        let mut state = State::new(format!("t{number}"), Kind::Together(together));
        self.ladder(&mut state);
        state
    }
}

/// The same without the end nobody reaches: whether a rejection can come that far is for the checks to prove.
pub fn without_shelved(sketch: &Sketch) -> Sketch {
    let mut sketch = sketch.clone();
    sketch.states.retain(|state| state.id != "shelved");
    unshelve(&mut sketch.states);
    sketch
}

fn unshelve(states: &mut [State]) {
    let plain = |way: &mut Way| {
        if *way == Way::Go("shelved".to_owned()) {
            *way = Way::Unwritten;
        }
    };
    for state in states {
        match &mut state.kind {
            Kind::Approve(approve) => {
                plain(&mut approve.rejected);
                approve
                    .outcomes
                    .iter_mut()
                    .for_each(|one| plain(&mut one.way));
            }
            Kind::Work(work) => work.actions.iter_mut().for_each(|one| plain(&mut one.way)),
            Kind::Together(together) => {
                plain(&mut together.rejected);
                for branch in &mut together.branches {
                    unshelve(&mut branch.states);
                }
            }
            Kind::Subflow(subflow) => {
                plain(&mut subflow.rejected);
                subflow.outcomes.iter_mut().for_each(|(_, way)| plain(way));
                subflow.outcomes.retain(|(_, way)| *way != Way::Unwritten);
            }
            Kind::Draft | Kind::Choose(..) | Kind::Wait | Kind::Run(_) | Kind::End(_) => {}
        }
    }
}

/// Fills in the ways that lead on, once it is known what comes after.
fn lead_on(dice: &mut Dice, states: &mut [State], root: bool) {
    let ids: Vec<String> = states.iter().map(|state| state.id.clone()).collect();
    let shelved = ids.last().is_some_and(|id| id == "shelved");
    let last = ids.len() - usize::from(shelved);
    for (at, state) in states.iter_mut().enumerate() {
        let after = ids.get(at + 1..last).unwrap_or_default();
        let onward = if after.is_empty() && root {
            vec!["done".to_owned()]
        } else {
            after.to_vec()
        };
        let beside: Vec<String> = ids[..last]
            .iter()
            .filter(|id| **id != state.id)
            .cloned()
            .collect();
        for known in &mut state.stops_in {
            // Most often where it goes next.
            let next = after.first().filter(|_| !dice.one_in(3));
            let other = || dice.pick(&beside).cloned();
            *known = next.cloned().or_else(other).unwrap_or_default();
        }
        state.stops_in.retain(|known| !known.is_empty());
        state.stops_in.dedup();
        for rung in &mut state.ladder {
            if let Late::Go(to) = &mut rung.act {
                *to = dice
                    .pick(&onward)
                    .cloned()
                    .unwrap_or_else(|| "done".to_owned());
            }
        }
        if let Kind::Together(together) = &mut state.kind {
            for branch in &mut together.branches {
                lead_on(dice, &mut branch.states, false);
            }
        }
        let Kind::Choose(_, first, second) = &mut state.kind else {
            continue;
        };
        if let Some(next) = after.first() {
            *first = dice.of(after);
            second.clone_from(next);
        } else {
            // A branch cannot end in a choice with nowhere to go: leave the branch, or the flow.
            *first = "end".to_owned();
            *second = "end".to_owned();
        }
    }
}
