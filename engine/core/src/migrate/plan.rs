//! Where every state an instance is in goes, or why it cannot.

use std::collections::{BTreeMap, BTreeSet};
use std::mem::discriminant;

use crate::definition::{Definition, RegionIx, State, StateIx, StateKind};
use crate::instance::{Active, Instance};
use crate::refusal::{Refusal, RefusalKind};

use super::MigrationMap;

/// What becomes of one state an instance is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It stays, with its tasks and votes.
    Kept(StateIx),
    /// It is left, and this one entered.
    Anew(StateIx),
    /// It is left with the parallel state around it.
    Inside,
}

/// One state an instance is in.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub entry: u32,
    pub parent: Option<u32>,
    pub fate: Fate,
}

/// Everything a migration does to the places of an instance.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    /// Parents before children.
    pub steps: Vec<Step>,
    /// States that only have another id now.
    pub renamed: BTreeMap<String, String>,
    /// Held states that could not even be entered: where they go.
    pub waiting: BTreeMap<String, StateIx>,
}

/// Works out where everything goes.
///
/// # Errors
/// `state_gone`, `unknown_target`, `not_legal`; all of them at once.
pub(crate) fn plan(
    from: &Definition,
    to: &Definition,
    instance: &Instance,
    map: &MigrationMap,
) -> Result<Plan, Refusal> {
    let mut faults = Vec::new();
    for (state, target) in &map.states {
        if to.state_ix(target).is_none() {
            faults.push(unknown_target(to, state, target));
        }
    }
    let mut planning = Planning {
        from,
        to,
        map,
        plan: Plan {
            renamed: renamed(from, to, map),
            ..Plan::default()
        },
        faults,
    };
    for active in &instance.active {
        planning.place(active);
    }
    for held in instance.holds.iter().filter(|held| held.entry.is_none()) {
        planning.waiting(instance, &held.state);
    }
    planning.branches(instance);
    let Planning {
        plan, mut faults, ..
    } = planning;
    faults.dedup();
    let Some(mut first) = faults.first().cloned() else {
        return Ok(plan);
    };
    if faults.len() > 1 {
        first.faults = faults;
    }
    Err(first)
}

/// A state whose id is gone, mapped to one that is new, has another name and is the same: its history goes with it.
fn renamed(from: &Definition, to: &Definition, map: &MigrationMap) -> BTreeMap<String, String> {
    map.states
        .iter()
        .filter(|(old, new)| to.state_ix(old).is_none() && from.state_ix(new).is_none())
        .map(|(old, new)| (old.clone(), new.clone()))
        .collect()
}

struct Planning<'a> {
    from: &'a Definition,
    to: &'a Definition,
    map: &'a MigrationMap,
    plan: Plan,
    faults: Vec<Refusal>,
}

impl Planning<'_> {
    /// The state of the new version for one of the old.
    fn target(&mut self, state: &str) -> Option<StateIx> {
        let wanted = self.map.states.get(state).map_or(state, String::as_str);
        let found = self.to.state_ix(wanted);
        if found.is_none() && wanted == state {
            self.faults.push(state_gone(self.from, self.to, state));
        }
        found
    }

    /// A state that could not even be entered is tried again where it stood: beside the same states, not inside others.
    fn waiting(&mut self, instance: &Instance, state: &str) {
        let region = self
            .from
            .state_ix(state)
            .map(|ix| self.from.states[ix].region);
        let around = region.and_then(|region| self.from.regions[region].parent);
        let above = match around.map(|ix| self.fate_of(instance, &self.from.states[ix].id)) {
            None => None,
            Some(Some(Fate::Kept(above))) => Some(above),
            // It goes with what is left.
            Some(_) => return,
        };
        let Some(ix) = self.target(state) else {
            return;
        };
        if self.may_stand(state, ix, above) {
            self.plan.waiting.insert(state.to_owned(), ix);
        }
    }

    /// What becomes of the parallel state of that name it is in.
    fn fate_of(&self, instance: &Instance, state: &str) -> Option<Fate> {
        let active = instance.active.iter().rfind(|at| at.state == state)?;
        let mut steps = self.plan.steps.iter();
        steps
            .find(|step| step.entry == active.entry)
            .map(|step| step.fate)
    }

    /// Is that state of the new version inside the same as the old one was, and in the same branch?
    fn may_stand(&mut self, state: &str, ix: StateIx, above: Option<StateIx>) -> bool {
        let now = &self.to.states[ix];
        if self.to.regions[now.region].parent != above {
            self.faults
                .push(not_legal(self.from, state, now, self.to, above));
            return false;
        }
        if above.is_some() && self.branch_of(state) != self.to.regions[now.region].id {
            self.faults.push(other_branch(self.from, state, now));
            return false;
        }
        true
    }

    fn place(&mut self, active: &Active) {
        let around = active.parent.and_then(|parent| {
            let steps = &self.plan.steps;
            steps.iter().find(|step| step.entry == parent)
        });
        // Whatever is inside a parallel state that is left, or has a branch no more, goes with it.
        let above = match around.map(|step| step.fate) {
            None => None,
            Some(Fate::Kept(above)) => Some(above),
            Some(Fate::Anew(_) | Fate::Inside) => return self.step(active, Fate::Inside),
        };
        if active.parent.is_some() && above.is_none() {
            return;
        }
        let Some(ix) = self.target(&active.state) else {
            return;
        };
        if !self.may_stand(&active.state, ix, above) {
            return;
        }
        let now = &self.to.states[ix];
        let stays = now.id == active.state || self.plan.renamed.get(&active.state) == Some(&now.id);
        let fate = if stays && self.is_same_kind(&active.state, now) {
            Fate::Kept(ix)
        } else {
            Fate::Anew(ix)
        };
        self.step(active, fate);
    }

    fn step(&mut self, active: &Active, fate: Fate) {
        self.plan.steps.push(Step {
            entry: active.entry,
            parent: active.parent,
            fate,
        });
    }

    fn branch_of(&self, state: &str) -> &str {
        let region = self
            .from
            .state_ix(state)
            .map(|ix| self.from.states[ix].region);
        region.map_or("", |region| self.from.regions[region].id.as_str())
    }

    /// May it go on with what it has: tasks, votes, a call that is under way?
    fn is_same_kind(&self, state: &str, now: &State) -> bool {
        let Some(ix) = self.from.state_ix(state) else {
            return false;
        };
        match (&self.from.states[ix].kind, &now.kind) {
            // What is under way outside belongs to the effect or flow it was asked of.
            (StateKind::Run(before), StateKind::Run(now)) => before.effect == now.effect,
            (StateKind::Subflow { flow: before, .. }, StateKind::Subflow { flow: now, .. }) => {
                before == now
            }
            (before, now) => discriminant(before) == discriminant(now),
        }
    }

    /// A branch that is under way must still be there, unless the parallel state is left.
    fn branches(&mut self, instance: &Instance) {
        for step in self.plan.steps.clone() {
            let (Fate::Kept(ix), Some(active)) = (step.fate, instance.at(step.entry)) else {
                continue;
            };
            let StateKind::Together { branches, .. } = &self.to.states[ix].kind else {
                continue;
            };
            let known: BTreeSet<&str> = branches
                .iter()
                .map(|region| self.to.regions[*region].id.as_str())
                .collect();
            let open = active.branches.iter().filter(|run| {
                run.status == crate::instance::BranchStatus::Open
                    && !known.contains(run.id.as_str())
            });
            for run in open {
                self.faults.push(branch_gone(&self.to.states[ix], &run.id));
            }
        }
    }
}

/// The branches of a parallel state that the instance has not, in file order.
pub(crate) fn added_branches(to: &Definition, ix: StateIx, active: &Active) -> Vec<RegionIx> {
    let StateKind::Together { branches, .. } = &to.states[ix].kind else {
        return vec![];
    };
    let known = |region: &&RegionIx| {
        let id = &to.regions[**region].id;
        !active.branches.iter().any(|run| run.id == *id)
    };
    branches.iter().filter(known).copied().collect()
}

fn state_gone(from: &Definition, to: &Definition, state: &str) -> Refusal {
    let name = from.state_ix(state).map_or_else(
        || crate::text::Text::same(state),
        |ix| from.states[ix].name.clone(),
    );
    let known: Vec<&str> = to.states.iter().map(|state| state.id.as_str()).collect();
    let zh = format!(
        "新版本没有节点“{}”（{state}），请说明改到哪个节点：{state} → …。",
        name.zh
    );
    let en = format!(
        "The new version has no state “{}” ({state}); say where it goes: {state} → ….",
        name.en
    );
    Refusal::new(RefusalKind::Input, "state_gone", zh, en)
        .with("state", state)
        .with("states", known.join(", "))
}

fn unknown_target(to: &Definition, state: &str, target: &str) -> Refusal {
    let near = crate::dialect::nearest(target, to.states.iter().map(|state| state.id.as_str()));
    let (did_zh, did_en) = near.map_or_else(Default::default, |near| {
        (format!("是不是 {near}？"), format!(" Did you mean {near}?"))
    });
    let zh = format!("新版本没有节点 {target}（{state} → {target}）。{did_zh}");
    let en = format!("The new version has no state {target} ({state} → {target}).{did_en}");
    Refusal::new(RefusalKind::Input, "unknown_target", zh, en)
        .with("state", state)
        .with("target", target)
}

fn not_legal(
    from: &Definition,
    state: &str,
    now: &State,
    to: &Definition,
    above: Option<StateIx>,
) -> Refusal {
    let name = from.state_ix(state).map_or_else(
        || crate::text::Text::same(state),
        |ix| from.states[ix].name.clone(),
    );
    let around = to.regions[now.region].parent.map(|ix| &to.states[ix]);
    let (zh, en) = match (around, above) {
        (Some(around), _) => (
            format!(
                "“{}”不能改到“{}”：它在并行节点“{}”里面，请改到“{}”（{}），各分支会一起开始。",
                name.zh, now.name.zh, around.name.zh, around.name.zh, around.id
            ),
            format!(
                "“{}” cannot go to “{}”, which is inside the parallel state “{}”; map it to “{}” ({}), and all its branches start.",
                name.en, now.name.en, around.name.en, around.name.en, around.id
            ),
        ),
        (None, Some(inside)) => {
            let inside = &to.states[inside];
            (
                format!(
                    "“{}”在并行节点“{}”里面，不能单独改到外面的“{}”；请改“{}”（{}）本身的去向。",
                    name.zh, inside.name.zh, now.name.zh, inside.name.zh, inside.id
                ),
                format!(
                    "“{}” is inside the parallel state “{}” and cannot go out to “{}” alone; map “{}” ({}) itself.",
                    name.en, inside.name.en, now.name.en, inside.name.en, inside.id
                ),
            )
        }
        (None, None) => (
            format!("“{}”不能改到“{}”。", name.zh, now.name.zh),
            format!("“{}” cannot go to “{}”.", name.en, now.name.en),
        ),
    };
    Refusal::new(RefusalKind::Input, "not_legal", zh, en)
        .with("state", state)
        .with("target", now.id.clone())
}

fn other_branch(from: &Definition, state: &str, now: &State) -> Refusal {
    let name = from.state_ix(state).map_or_else(
        || crate::text::Text::same(state),
        |ix| from.states[ix].name.clone(),
    );
    let zh = format!(
        "“{}”不能改到另一个分支里的“{}”；请改到本分支的节点。",
        name.zh, now.name.zh
    );
    let en = format!(
        "“{}” cannot go to “{}”, which is in another branch; map it to a state of its own branch.",
        name.en, now.name.en
    );
    Refusal::new(RefusalKind::Input, "not_legal", zh, en)
        .with("state", state)
        .with("target", now.id.clone())
}

fn branch_gone(around: &State, branch: &str) -> Refusal {
    let zh = format!(
        "新版本的“{}”没有分支 {branch}，而该分支正在进行；请改“{}”（{}）本身的去向。",
        around.name.zh, around.name.zh, around.id
    );
    let en = format!(
        "“{}” has no branch {branch} in the new version, and that branch is under way; map “{}” ({}) itself.",
        around.name.en, around.name.en, around.id
    );
    Refusal::new(RefusalKind::Input, "branch_gone", zh, en)
        .with("state", around.id.clone())
        .with("branch", branch)
}
