//! Folding a migration: the version, and the ids of states that have another one now.

use std::collections::BTreeMap;

use crate::instance::Instance;

/// Pins the version; history goes with the states.
pub(super) fn migrated(instance: &mut Instance, version: &str, renamed: &BTreeMap<String, String>) {
    version.clone_into(&mut instance.version);
    // A decision is not taken back into a version it was not made in.
    instance.last = None;
    if renamed.is_empty() {
        return;
    }
    let rename = |state: &mut String| {
        if let Some(now) = renamed.get(state) {
            state.clone_from(now);
        }
    };
    instance
        .active
        .iter_mut()
        .for_each(|one| rename(&mut one.state));
    instance
        .tasks
        .iter_mut()
        .for_each(|one| rename(&mut one.state));
    instance
        .holds
        .iter_mut()
        .for_each(|one| rename(&mut one.state));
    instance
        .path
        .iter_mut()
        .for_each(|one| rename(&mut one.state));
    instance
        .decisions
        .iter_mut()
        .for_each(|one| rename(&mut one.state));
    instance
        .closed
        .iter_mut()
        .for_each(|one| rename(&mut one.state));
    instance
        .worked
        .iter_mut()
        .for_each(|one| rename(&mut one.state));
    instance.kept.iter_mut().for_each(rename);
    instance.returned_from.iter_mut().for_each(rename);
    instance.returned_to.iter_mut().for_each(rename);
    for (old, new) in renamed {
        if let Some(rest) = instance.stopped.remove(old) {
            instance.stopped.insert(new.clone(), rest);
        }
        if let Some(rungs) = instance.stopped_rungs.remove(old) {
            instance.stopped_rungs.insert(new.clone(), rungs);
        }
        if let Some(visits) = instance.visits.remove(old) {
            instance.visits.insert(new.clone(), visits);
        }
    }
}
