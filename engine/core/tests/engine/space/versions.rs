//! A second version of a flow: one thing in it is different, and running cases move over.

use super::dice::Dice;

use super::sketch::{Approve, Kind, Needs, Sketch, State, Way, all_states};
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
}

/// Something that could be different in this flow.
pub fn edit(dice: &mut Dice, sketch: &Sketch) -> Edit {
    let all = all_states(&sketch.states);
    let states: Vec<&State> = all
        .iter()
        .filter(|state| !matches!(state.kind, Kind::Draft | Kind::End(_)))
        .collect();
    let Some(state) = dice.pick(&states) else {
        return Edit::Words;
    };
    let id = state.id.clone();
    match (dice.roll(8), &state.kind) {
        (0 | 1, _) => Edit::Words,
        (2, _) => Edit::Remove(id),
        (3, _) => Edit::Add(id, dice.of(&ROLES)),
        (_, Kind::Approve(approve)) if !approve.claim => Edit::Needs(id, needs(dice, approve)),
        _ if state.deadline.is_some() => Edit::Hours(id, dice.of(&[2, 6, 30, 60])),
        _ => Edit::Remove(id),
    }
}

fn needs(dice: &mut Dice, approve: &Approve) -> Needs {
    let names = approve.by.len();
    match dice.roll(7) {
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
    let fits = match edit {
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
            let approve = Approve {
                by: vec![role],
                needs: Needs::Any,
                on_reject: None,
                claim: false,
                outcomes: vec![],
                rejected: Way::Unwritten,
                keep: vec![],
                signed: false,
                step_up: None,
            };
            states.insert(at + 1, State::new("added", Kind::Approve(approve)));
            true
        }),
        Edit::Remove(id) => alter(&mut second.states, id, &mut |states, at| {
            states.remove(at);
            !states.is_empty()
        }),
    };
    fits.then_some(second)
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
