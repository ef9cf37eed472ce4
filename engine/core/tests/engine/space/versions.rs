//! A second version of a flow: a thing or two in it are different, and running cases move over.

use std::collections::BTreeMap;

use super::dice::Dice;

use super::sketch::{Answer, Approve, Branch, Kind, Late, Needs, Sketch, State, Way, all_states};
use super::world::ROLES;

/// What is different.
#[derive(Clone, Debug)]
pub enum Edit {
    /// Words that decide nothing.
    Words,
    /// An approval needs something else.
    Needs(String, Needs),
    /// A state has other hours.
    Hours(String, i64),
    /// A new approval stands after that state.
    Add(String, &'static str),
    /// A state is gone.
    Remove(String),
    /// Others are asked.
    By(String, Vec<&'static str>),
    /// A state has another id.
    Rename(String),
    /// A parallel state has one branch more.
    AddBranch(String, &'static str),
    /// A parallel state has that branch no more.
    DropBranch(String, usize),
    Both(Box<(Edit, Edit)>),
}

impl Edit {
    /// States that only have another id, with it.
    pub fn renamed(&self) -> BTreeMap<String, String> {
        match self {
            Self::Rename(id) => BTreeMap::from([(id.clone(), new_id(id))]),
            Self::Both(both) => [both.0.renamed(), both.1.renamed()]
                .into_iter()
                .flatten()
                .collect(),
            _ => BTreeMap::new(),
        }
    }
}

fn new_id(id: &str) -> String {
    format!("{id}_new")
}

/// Something that could be different in this flow, or two things.
pub fn edit(dice: &mut Dice, sketch: &Sketch) -> Edit {
    let one = single(dice, sketch);
    if dice.one_in(3) {
        Edit::Both(Box::new((one, single(dice, sketch))))
    } else {
        one
    }
}

fn single(dice: &mut Dice, sketch: &Sketch) -> Edit {
    let all = all_states(&sketch.states);
    let states: Vec<&State> = all
        .iter()
        .filter(|state| !matches!(state.kind, Kind::Draft | Kind::End(_)))
        .collect();
    let many = |state: &&&State| match &state.kind {
        Kind::Approve(approve) => approve.needs != Needs::Any,
        Kind::Together(_) => true,
        _ => false,
    };
    let many: Vec<&State> = states.iter().filter(many).copied().collect();
    // Most can go wrong where several people are at it.
    let states = if many.is_empty() || dice.one_in(2) {
        states
    } else {
        many
    };
    let Some(state) = dice.pick(&states) else {
        return Edit::Words;
    };
    let id = state.id.clone();
    match (dice.roll(16), &state.kind) {
        (0, _) => Edit::Words,
        (1 | 2, _) => Edit::Remove(id),
        (3 | 4, _) => Edit::Add(id, dice.of(&ROLES)),
        (5..=7, _) => Edit::Rename(id),
        (8..=13, Kind::Together(_)) => Edit::AddBranch(id, dice.of(&ROLES)),
        (14.., Kind::Together(together)) => {
            Edit::DropBranch(id, dice.roll(together.branches.len()))
        }
        (8..=11, Kind::Approve(approve)) => {
            let names = match approve.needs {
                Needs::Weighted(..) | Needs::Each(_) => approve.by.len(),
                _ => 1 + dice.roll(3),
            };
            Edit::By(id, roles(dice, names))
        }
        (8..=11, Kind::Work(_)) => Edit::By(id, roles(dice, 2)),
        (12..=14, Kind::Approve(approve)) if !approve.claim => {
            Edit::Needs(id, needs(dice, approve))
        }
        _ if state.deadline.is_some() => Edit::Hours(id, dice.of(&[2, 6, 30, 60])),
        _ => Edit::Remove(id),
    }
}

fn roles(dice: &mut Dice, count: usize) -> Vec<&'static str> {
    let first = dice.roll(ROLES.len());
    let role = |at: usize| ROLES[(first + at) % ROLES.len()];
    (0..count).map(role).collect()
}

fn needs(dice: &mut Dice, approve: &Approve) -> Needs {
    let names = approve.by.len();
    match dice.roll(11) {
        7..=10 => Needs::InOrder,
        0 => Needs::Any,
        1 => Needs::All,
        2 => Needs::InOrder,
        3 => Needs::Percent(5_001),
        4 => Needs::Weighted(vec![2; names], 3),
        5 => Needs::Each(vec![Some(1); names]),
        _ => Needs::Count(2),
    }
}

/// The flow as it is then; none when the edit does not fit it (any more).
pub fn second(sketch: &Sketch, edit: &Edit) -> Option<Sketch> {
    let mut second = sketch.clone();
    second.edition += 1;
    apply(&mut second, edit).then_some(second)
}

fn apply(second: &mut Sketch, edit: &Edit) -> bool {
    match edit {
        Edit::Words => true,
        Edit::Needs(id, needs) => alter(&mut second.states, id, &mut |states, at| {
            if let Kind::Approve(approve) = &mut states[at].kind {
                let names = match needs {
                    Needs::Weighted(weights, _) => weights.len(),
                    Needs::Each(bars) => bars.len(),
                    _ => approve.by.len(),
                };
                (approve.needs, approve.on_reject) = (needs.clone(), None);
                return names == approve.by.len();
            }
            false
        }),
        Edit::Hours(id, hours) => alter(&mut second.states, id, &mut |states, at| {
            let deadline = &mut states[at].deadline;
            let had = deadline.is_some();
            *deadline = deadline.map(|_| *hours);
            had
        }),
        Edit::Add(id, role) => alter(&mut second.states, id, &mut |states, at| {
            states.insert(at + 1, State::new("added", Kind::Approve(plain(role))));
            true
        }),
        Edit::Remove(id) => alter(&mut second.states, id, &mut |states, at| {
            states.remove(at);
            !states.is_empty()
        }),
        Edit::By(id, by) => alter(
            &mut second.states,
            id,
            &mut |states, at| match &mut states[at].kind {
                Kind::Approve(approve) => {
                    let names = match &approve.needs {
                        Needs::Weighted(weights, _) => weights.len(),
                        Needs::Each(bars) => bars.len(),
                        _ => by.len(),
                    };
                    approve.by.clone_from(by);
                    names == by.len()
                }
                Kind::Work(work) => {
                    work.by.clone_from(by);
                    true
                }
                _ => false,
            },
        ),
        Edit::Rename(id) => {
            let (old, new) = (id.as_str(), new_id(id));
            for known in second.proxy.iter_mut().flat_map(|proxy| &mut proxy.not_for) {
                rename(known, old, &new);
            }
            rename_all(&mut second.states, old, &new);
            true
        }
        Edit::AddBranch(id, role) => alter(&mut second.states, id, &mut |states, at| {
            let Kind::Together(together) = &mut states[at].kind else {
                return false;
            };
            together.branches.push(Branch {
                id: "more".to_owned(),
                when: None,
                states: vec![State::new("more_ok", Kind::Approve(plain(role)))],
            });
            true
        }),
        Edit::DropBranch(id, branch) => alter(&mut second.states, id, &mut |states, at| {
            let Kind::Together(together) = &mut states[at].kind else {
                return false;
            };
            let there = *branch < together.branches.len();
            if there {
                together.branches.remove(*branch);
            }
            there
        }),
        Edit::Both(both) => apply(second, &both.0) && apply(second, &both.1),
    }
}

/// Anybody of a role.
fn plain(role: &'static str) -> Approve {
    Approve {
        by: vec![role],
        needs: Needs::Any,
        on_reject: None,
        claim: false,
        outcomes: vec![],
        rejected: Way::Unwritten,
        keep: vec![],
        signed: false,
        step_up: None,
    }
}

fn rename(known: &mut String, old: &str, new: &str) {
    if known == old {
        new.clone_into(known);
    }
}

fn rename_way(way: &mut Way, old: &str, new: &str) {
    match way {
        Way::Go(to) | Way::BackTo(to) => rename(to, old, new),
        Way::Unwritten => {}
    }
}

/// A state has another id, wherever it is named.
fn rename_all(states: &mut [State], old: &str, new: &str) {
    let answers = |answers: &mut [Answer]| {
        for answer in answers {
            rename_way(&mut answer.way, old, new);
        }
    };
    for state in states {
        rename(&mut state.id, old, new);
        for known in &mut state.stops_in {
            rename(known, old, new);
        }
        for rung in &mut state.ladder {
            if let Late::Go(to) = &mut rung.act {
                rename(to, old, new);
            }
        }
        match &mut state.kind {
            Kind::Approve(approve) => {
                answers(&mut approve.outcomes);
                rename_way(&mut approve.rejected, old, new);
                for known in &mut approve.keep {
                    rename(known, old, new);
                }
            }
            Kind::Work(work) => answers(&mut work.actions),
            Kind::Together(together) => {
                rename_way(&mut together.rejected, old, new);
                for branch in &mut together.branches {
                    rename_all(&mut branch.states, old, new);
                }
            }
            Kind::Choose(_, first, second) => {
                rename(first, old, new);
                rename(second, old, new);
            }
            Kind::Subflow(subflow) => {
                rename_way(&mut subflow.rejected, old, new);
                for (_, way) in &mut subflow.outcomes {
                    rename_way(way, old, new);
                }
            }
            Kind::Draft | Kind::Wait | Kind::Run(_) | Kind::End(_) => {}
        }
    }
}

/// Changes the region around a state, wherever it stands.
fn alter(
    states: &mut Vec<State>,
    id: &str,
    change: &mut dyn FnMut(&mut Vec<State>, usize) -> bool,
) -> bool {
    if let Some(at) = states.iter().position(|state| state.id == id) {
        return change(states, at);
    }
    states.iter_mut().any(|state| match &mut state.kind {
        Kind::Together(together) => together
            .branches
            .iter_mut()
            .any(|branch| alter(&mut branch.states, id, change)),
        _ => false,
    })
}
