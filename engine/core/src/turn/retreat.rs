//! Moving back: a return leaves every parallel state that does not contain its target, and enters the target once.

use super::fields::fingerprint;
use crate::command::Verdict;
use crate::definition::{DataChanged, RegionIx, State, StateIx, StateKind};
use crate::event::Change;
use crate::instance::{Decision, Passed};
use crate::people::Mention;
use crate::refusal::Refusal;
use crate::text::Text;
use crate::turn::Run;
use crate::turn::hold::Trouble;

impl Run<'_> {
    /// Goes back from an active state.
    pub(crate) fn back(
        &mut self,
        ix: StateIx,
        entry: u32,
        to: StateIx,
        because: Option<Text>,
    ) -> Result<(), Refusal> {
        let parent = self
            .case
            .instance
            .at(entry)
            .and_then(|active| active.parent);
        self.cancel(entry, because.as_ref().unwrap_or(&sent_back()));
        let from = self.def.states[ix].id.clone();
        self.retreat(&from, ix, parent, to, because)
    }

    /// Goes back from a place that is not active any more. Without a reason somebody sent it back.
    pub(crate) fn retreat(
        &mut self,
        from: &str,
        ix: StateIx,
        parent: Option<u32>,
        to: StateIx,
        because: Option<Text>,
    ) -> Result<(), Refusal> {
        let target = &self.def.states[to];
        let anew = because.is_none() && target.is_parallel();
        let parent = self.climb(self.def.states[ix].region, parent, target.region);
        let round = self.case.instance.round + 1;
        let (dropped, skips) = self.dropped(to);
        let change = Change::Returned {
            from: from.to_owned(),
            to: target.id.clone(),
            round,
            dropped,
            kept: self.def.states[ix]
                .keep
                .iter()
                .map(|keep| self.def.states[*keep].id.clone())
                .collect(),
            because: because.unwrap_or_else(sent_back),
            comment: self.comment.clone(),
            say: self.def.states[ix].say.clone(),
            skips: Some(skips),
            anew,
        };
        self.emit(change);
        self.enter_in_round(to, parent, round)
    }

    /// Enters a state it was sent back to; held for the owner when that was more often than the flow allows.
    pub(crate) fn enter_in_round(
        &mut self,
        to: StateIx,
        parent: Option<u32>,
        round: u32,
    ) -> Result<(), Refusal> {
        if round > self.def.policies.rounds_max + 1 {
            let zh = format!(
                "已退回 {} 次，超过流程允许的次数，请流程负责人处理。",
                round - 1
            );
            let en = format!(
                "Sent back {} times, more than the flow allows; its owner must step in.",
                round - 1
            );
            return self.hold(&self.def.states[to], None, Trouble::new("rounds", zh, en));
        }
        self.enter(to, parent)
    }

    /// What no longer stands after going back to `to`: itself and what came after, in its region or inside it, and what was
    /// passed inside of it, which is on the path before it. The passed entries, and the places on the path of skipped states.
    pub(crate) fn dropped(&self, to: StateIx) -> (Vec<u32>, Vec<usize>) {
        let path = &self.case.instance.path;
        let target = &self.def.states[to];
        let cut = path.iter().rposition(|passed| passed.state == target.id);
        let inner: &[RegionIx] = match &target.kind {
            StateKind::Together { branches, .. } => branches,
            _ => &[],
        };
        let gone = |(at, passed): &(usize, &Passed)| {
            let after = cut.is_some_and(|cut| *at >= cut);
            after && self.within(&passed.state, target.region)
                || inner.iter().any(|ix| self.within(&passed.state, *ix))
        };
        let all = path.iter().enumerate().filter(gone);
        let (skipped, passed): (Vec<_>, Vec<_>) = all.partition(|(_, passed)| passed.entry == 0);
        (
            passed.into_iter().map(|(_, passed)| passed.entry).collect(),
            skipped.into_iter().map(|(at, _)| at).collect(),
        )
    }

    pub(crate) fn within(&self, state: &str, region: RegionIx) -> bool {
        let ix = self.def.state_ix(state);
        ix.is_some_and(|ix| self.within_region(ix, region))
    }

    /// Does a state stand in that region, or in one inside it?
    pub(crate) fn within_region(&self, state: StateIx, region: RegionIx) -> bool {
        let mut at = Some(self.def.states[state].region);
        while let Some(here) = at {
            if here == region {
                return true;
            }
            at = self.def.regions[here]
                .parent
                .map(|above| self.def.states[above].region);
        }
        false
    }

    /// The states somebody in `entry` may send it back to: states of people, or parallel states with people inside, already
    /// passed, in its own branch or around it.
    pub(crate) fn return_targets(&self, entry: u32) -> Vec<StateIx> {
        let Ok((active, state)) = self.entry(entry) else {
            return vec![];
        };
        let around = self.regions_around(state.region);
        let mut targets: Vec<StateIx> = Vec::new();
        for passed in &self.case.instance.path {
            let Some(ix) = self.def.state_ix(&passed.state) else {
                continue;
            };
            let target = &self.def.states[ix];
            if self.asks_people(target)
                && passed.entry != 0
                && around.contains(&target.region)
                && target.id != active.state
            {
                // The last passed stands last: that is the previous one.
                targets.retain(|known| *known != ix);
                targets.push(ix);
            }
        }
        targets
    }

    /// Is it for people, or has it states of people inside?
    fn asks_people(&self, state: &State) -> bool {
        let StateKind::Together { branches, .. } = &state.kind else {
            return matches!(
                state.kind,
                StateKind::Draft { .. } | StateKind::Approve(_) | StateKind::Work { .. }
            );
        };
        branches.iter().any(|branch| {
            let mut inside = self.def.regions[*branch].states.iter();
            inside.any(|ix| self.asks_people(&self.def.states[*ix]))
        })
    }

    /// Does a state stand inside that parallel state, at whatever depth?
    pub(super) fn is_inside(&self, state: &State, parallel: &str) -> bool {
        let mut around = self.regions_around(state.region).into_iter();
        around.any(|region| {
            let above = self.def.regions[region].parent;
            above.is_some_and(|above| self.def.states[above].id == parallel)
        })
    }

    fn regions_around(&self, mut region: RegionIx) -> Vec<RegionIx> {
        let mut around = vec![region];
        while let Some(above) = self.def.regions[region].parent {
            region = self.def.states[above].region;
            around.push(region);
        }
        around
    }

    /// The earliest state on the path that read one of these fields, or whose signers signed over
    /// it; for one inside a parallel state that was passed, that parallel state. Fields that were empty before cannot have been
    /// read or signed.
    pub(crate) fn earliest_reader(&self, entry: u32, changed: &[String]) -> Option<StateIx> {
        let (_, state) = self.entry(entry).ok()?;
        let around = self.regions_around(state.region);
        let hit = |passed: &Passed| {
            let ix = self.def.state_ix(&passed.state)?;
            let target = self.lifted(ix, &around)?;
            // Skipped earlier and entered since: whoever is asked there sees the change, or made it.
            if passed.entry == 0 && self.is_active(&passed.state) {
                return None;
            }
            // The branches beside this one are still under way: see [`Run::data_changed`].
            let beside = self.beside(state, &passed.state);
            let reads = || {
                let mut fields = changed.iter();
                fields.any(|field| self.reads(&self.def.states[ix], field))
            };
            let read = !beside && (self.signed_over(passed.entry, changed) || reads());
            read.then_some(target)
        };
        self.case.instance.path.iter().find_map(hit)
    }

    /// Does another state stand in a branch beside this one, of a parallel state that is under way?
    pub(crate) fn beside(&self, state: &State, other: &str) -> bool {
        let around = self.regions_around(state.region);
        let other = self.def.state_ix(other);
        let Some(target) = other.and_then(|ix| self.lifted(ix, &around)) else {
            return false;
        };
        let target = &self.def.states[target];
        target.is_parallel() && self.is_active(&target.id)
    }

    /// Did somebody sign one of these fields in that entry?
    pub(super) fn signed_over(&self, entry: u32, changed: &[String]) -> bool {
        let decisions = &self.case.instance.decisions;
        decisions.iter().any(|decision| {
            let shown = |field: &String| decision.facts.contains_key(field);
            // Before signatures kept their facts, everything was signed.
            decision.entry == entry && (decision.facts.is_empty() || changed.iter().any(shown))
        })
    }

    /// What becomes of earlier decisions when data changes in a state.
    pub(super) fn on_change(&self, state: &State) -> DataChanged {
        let own = state.policies.data_changed;
        own.unwrap_or(self.def.policies.data_changed)
    }

    /// The states between two of one region, in the order of the file.
    pub(crate) fn between(&self, after: StateIx, before: StateIx) -> Vec<StateIx> {
        let states = &self.def.regions[self.def.states[before].region].states;
        let place = |ix: StateIx| states.iter().position(|state| *state == ix);
        let from = place(after).map_or(0, |at| at + 1);
        let until = place(before).unwrap_or(from);
        states.get(from..until).map_or_else(Vec::new, <[_]>::to_vec)
    }

    /// A field edited since the last return that was signed as it was, in one of the states on the way from the draft, or inside
    /// of it, and where. None where the draft's changes ask nobody again.
    pub(crate) fn signed_and_edited(
        &self,
        draft: StateIx,
        between: &[StateIx],
    ) -> Option<(&String, StateIx)> {
        let draft = &self.def.states[draft];
        if self.on_change(draft) == DataChanged::Keep {
            return None;
        }
        let (instance, here) = (&self.case.instance, [draft.region]);
        instance.decisions.iter().find_map(|decision| {
            let ix = self.def.state_ix(&decision.state)?;
            let on_the_way = self.lifted(ix, &here).filter(|at| between.contains(at));
            on_the_way.filter(|_| decision.verdict == Verdict::Approve)?;
            // What was signed there before they signed last is nothing that stands.
            let mut later = instance.decisions.iter();
            if later.any(|other| other.state == decision.state && other.entry > decision.entry) {
                return None;
            }
            let mut edited = instance.edited.iter();
            let field = edited.find(|field| self.is_signed_otherwise(decision, field))?;
            Some((field, ix))
        })
    }

    /// Was this field signed, with another value than it has now? Before signatures kept their facts, everything was signed.
    fn is_signed_otherwise(&self, decision: &Decision, field: &str) -> bool {
        let now = self.case.values.get(field).map(fingerprint);
        decision.facts.is_empty()
            || decision
                .facts
                .get(field)
                .is_some_and(|was| now.as_ref() != Some(was))
    }

    /// The state itself, or the parallel state around it, that stands in one of these regions.
    pub(super) fn lifted(&self, ix: StateIx, regions: &[RegionIx]) -> Option<StateIx> {
        let region = self.def.states[ix].region;
        if regions.contains(&region) {
            return Some(ix);
        }
        self.lifted(self.def.regions[region].parent?, regions)
    }

    pub(super) fn is_active(&self, state: &str) -> bool {
        let mut active = self.case.instance.active.iter();
        active.any(|active| active.state == state)
    }

    /// Does a state decide anything by this field: its condition, rule or effect input, choice, or people rule?
    pub(crate) fn reads(&self, state: &State, field: &str) -> bool {
        let named = |path: &str| names(path, field);
        let condition = |expr: &crate::condition::Expr| self.condition_reads(expr, field);
        let people =
            |by: &[crate::definition::PeopleRef]| by.iter().any(|who| self.people_read(who, field));
        let own = state.when.as_ref().is_some_and(condition);
        own || match &state.kind {
            StateKind::Approve(approve) => people(&approve.by),
            StateKind::Work { by, .. } => people(by),
            StateKind::Rule { give, .. } => give
                .iter()
                .any(|name| named(name) || self.computed_from(name, field)),
            StateKind::Run(run) => run
                .give
                .iter()
                .any(|name| named(name) || self.computed_from(name, field)),
            StateKind::Choose { ways } => ways
                .iter()
                .any(|way| way.when.as_ref().is_some_and(condition)),
            StateKind::WaitUntil { time } => condition(time),
            StateKind::Together { branches, .. } => branches.iter().any(|ix| {
                let branch = &self.def.regions[*ix];
                let inner = |ix: &StateIx| self.reads(&self.def.states[*ix], field);
                branch.when.as_ref().is_some_and(condition) || branch.states.iter().any(inner)
            }),
            StateKind::Draft { .. }
            | StateKind::Mail { .. }
            | StateKind::WaitFor { .. }
            | StateKind::Subflow { .. }
            | StateKind::End { .. } => false,
        }
    }

    /// Does a condition read this field, or one that is computed from it?
    pub(super) fn condition_reads(&self, expr: &crate::condition::Expr, field: &str) -> bool {
        let mut reads = expr.reads().iter();
        reads.any(|path| names(path, field) || self.computed_from(path, field))
    }

    /// Is `path` a computed field that depends on `field`, however indirectly?
    fn computed_from(&self, path: &str, field: &str) -> bool {
        let computed = self
            .def
            .entity
            .field(path)
            .and_then(|known| known.computed.as_ref());
        computed.is_some_and(|expr| {
            expr.reads()
                .iter()
                .any(|read| read == field || self.computed_from(read, field))
        })
    }

    fn people_read(&self, who: &crate::definition::PeopleRef, field: &str) -> bool {
        let crate::definition::PeopleRef::Named(name) = who else {
            return false;
        };
        let reads = |mention: &Mention| match mention {
            Mention::PeopleField(path) | Mention::UnitField(path) | Mention::AnyField(path) => {
                path.split('.').next() == Some(field)
                    || path
                        .split('.')
                        .next()
                        .is_some_and(|head| self.computed_from(head, field))
            }
            Mention::Choice => crate::people::choice_field(name) == field,
            Mention::Role(_)
            | Mention::User(_)
            | Mention::Post(_)
            | Mention::Unit(_)
            | Mention::State(_)
            | Mention::Rule(..) => false,
        };
        self.def
            .people_rule(name)
            .is_some_and(|rule| rule.mentions().iter().any(reads))
    }
}

/// Is it a path to that field?
fn names(path: &str, field: &str) -> bool {
    let path = path.strip_prefix("record.").unwrap_or(path);
    path.split('.').next() == Some(field)
}

fn sent_back() -> Text {
    Text::new("已退回", "Sent back")
}
