//! Where everything stands in a sketch: regions, what comes next, what a way means.

use std::collections::BTreeMap;

use super::super::sketch::{Kind, Sketch, State, Way};

/// The region of the flow itself; branches are named by their ids.
pub const ROOT: &str = "";

/// Where something leads.
#[derive(Clone, Debug, PartialEq)]
pub enum To {
    State(String),
    Back(String),
    BranchEnd,
    Rejected,
    Finished,
}

#[derive(Clone, Debug)]
pub struct Map {
    states: BTreeMap<String, (State, String)>,
    /// State ids in order, by region.
    regions: BTreeMap<String, Vec<String>>,
    /// The parallel state around a branch.
    around: BTreeMap<String, String>,
}

impl Map {
    pub fn of(sketch: &Sketch) -> Self {
        let mut map = Self {
            states: BTreeMap::new(),
            regions: BTreeMap::new(),
            around: BTreeMap::new(),
        };
        map.read(&sketch.states, ROOT);
        map
    }

    fn read(&mut self, states: &[State], region: &str) {
        let ids = states.iter().map(|state| state.id.clone()).collect();
        self.regions.insert(region.to_owned(), ids);
        for state in states {
            let place = (state.clone(), region.to_owned());
            self.states.insert(state.id.clone(), place);
            if let Kind::Together(together) = &state.kind {
                for branch in &together.branches {
                    self.around.insert(branch.id.clone(), state.id.clone());
                    self.read(&branch.states, &branch.id);
                }
            }
        }
    }

    pub fn knows(&self, id: &str) -> bool {
        self.states.contains_key(id)
    }

    pub fn state(&self, id: &str) -> State {
        self.states[id].0.clone()
    }

    pub fn region(&self, id: &str) -> String {
        self.states[id].1.clone()
    }

    pub fn states_in(&self, region: &str) -> Vec<String> {
        self.regions[region].clone()
    }

    /// The parallel state a region is a branch of.
    pub fn parallel(&self, region: &str) -> Option<String> {
        self.around.get(region).cloned()
    }

    /// This region and those around it, inside out.
    pub fn upward(&self, region: &str) -> Vec<String> {
        let mut chain = vec![region.to_owned()];
        if let Some(parallel) = self.parallel(region) {
            chain.extend(self.upward(&self.region(&parallel)));
        }
        chain
    }

    /// Is the state in the region, or in a branch inside of it?
    pub fn within(&self, state: &str, region: &str) -> bool {
        self.upward(&self.region(state))
            .iter()
            .any(|known| known == region)
    }

    /// Is the state in a branch of that parallel state, at whatever depth?
    pub fn inside(&self, state: &str, parallel: &str) -> bool {
        let around = self.parallel(&self.region(state));
        around.is_some_and(|above| above == parallel || self.inside(&above, parallel))
    }

    /// Every state inside that parallel state.
    pub fn all_inside(&self, parallel: &str) -> impl Iterator<Item = &String> {
        let all = self.states.keys();
        all.filter(move |id| self.inside(id, parallel))
    }

    /// The state itself or the parallel state around it that stands in one of these regions.
    pub fn lifted(&self, state: &str, regions: &[String]) -> Option<String> {
        let region = self.region(state);
        if regions.contains(&region) {
            return Some(state.to_owned());
        }
        self.lifted(&self.parallel(&region)?, regions)
    }

    /// The next in the file.
    pub fn next(&self, state: &str) -> To {
        let region = self.region(state);
        let ids = &self.regions[&region];
        let at = ids.iter().position(|id| id == state).unwrap();
        match ids.get(at + 1) {
            Some(next) => To::State(next.clone()),
            None if region == ROOT => To::Finished,
            None => To::BranchEnd,
        }
    }

    pub fn go(&self, from: &str, to: &str) -> To {
        match to {
            "end" if self.region(from) == ROOT => To::Finished,
            "end" => To::BranchEnd,
            _ => To::State(to.to_owned()),
        }
    }

    pub fn way(&self, from: &str, way: &Way, unwritten: To) -> To {
        match way {
            Way::Unwritten => unwritten,
            Way::Go(to) => self.go(from, to),
            Way::BackTo(to) => To::Back(to.clone()),
        }
    }

    /// Does the state, or anything inside it, decide by the field?
    pub fn reads(&self, state: &str, field: &str) -> bool {
        // Every condition of a sketch is about the amount, and it is what other systems are given.
        if field != "amount" {
            return false;
        }
        let state = self.state(state);
        let inner = |id: &String| self.reads(id, field);
        state.when.is_some()
            || match &state.kind {
                Kind::Choose(..) | Kind::Run(_) => true,
                Kind::Together(together) => together.branches.iter().any(|branch| {
                    branch.when.is_some() || self.states_in(&branch.id).iter().any(inner)
                }),
                Kind::Draft
                | Kind::Approve(_)
                | Kind::Work(_)
                | Kind::Wait
                | Kind::Subflow(_)
                | Kind::End(_) => false,
            }
    }
}
