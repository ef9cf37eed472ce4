//! Which state of the old version is which of the new one.

use std::collections::BTreeMap;
use std::mem::{Discriminant, discriminant};

use crate::definition::{Definition, State, StateIx, StateKind};

/// States that are the same in both versions: by id, or renamed.
#[derive(Clone, Debug, Default)]
pub struct Pairs {
    by_old: BTreeMap<StateIx, StateIx>,
}

impl Pairs {
    /// Pairs states by id; of those left over, the ones that only lost their id: the same kind of state with the same
    /// name, or the only one of its kind between the same neighbours.
    pub fn of(old: &Definition, new: &Definition) -> Self {
        let mut pairs = Self::default();
        for (ix, state) in old.states.iter().enumerate() {
            if let Some(now) = new.state_ix(&state.id) {
                pairs.by_old.insert(ix, now);
            }
        }
        for (ix, state) in old.states.iter().enumerate() {
            let Some(now) = renamed(old, new, &pairs, ix, state) else {
                continue;
            };
            pairs.by_old.insert(ix, now);
        }
        pairs
    }

    /// The state of the new version.
    pub fn new_of(&self, old: StateIx) -> Option<StateIx> {
        self.by_old.get(&old).copied()
    }

    /// The state of the old version.
    pub fn old_of(&self, new: StateIx) -> Option<StateIx> {
        self.by_old
            .iter()
            .find(|(_, now)| **now == new)
            .map(|(old, _)| *old)
    }

    /// All pairs: old, new.
    pub fn all(&self) -> impl Iterator<Item = (StateIx, StateIx)> {
        self.by_old.iter().map(|(old, new)| (*old, *new))
    }
}

fn renamed(
    old: &Definition,
    new: &Definition,
    pairs: &Pairs,
    ix: StateIx,
    state: &State,
) -> Option<StateIx> {
    if pairs.new_of(ix).is_some() {
        return None;
    }
    let left: Vec<StateIx> = (0..new.states.len())
        .filter(|now| pairs.old_of(*now).is_none())
        .filter(|now| kind(&new.states[*now].kind) == kind(&state.kind))
        .collect();
    let named = left
        .iter()
        .find(|now| new.states[**now].name == state.name)
        .copied();
    named.or_else(|| {
        let before = neighbour(old, ix).map(|before| pairs.new_of(before));
        left.into_iter()
            .find(|now| neighbour(new, *now).map(Some) == before)
    })
}

fn kind(kind: &StateKind) -> Discriminant<StateKind> {
    discriminant(kind)
}

/// The state before it in its list.
fn neighbour(def: &Definition, ix: StateIx) -> Option<StateIx> {
    let list = &def.regions[def.states[ix].region].states;
    let at = list.iter().position(|known| *known == ix)?;
    at.checked_sub(1).map(|before| list[before])
}
