//! A migration, carried out: states that stay carry on under the new version, the others are left and entered anew.

use std::collections::BTreeMap;

use crate::definition::{
    Approve, Definition, LateAct, Needs, PeopleRef, RegionIx, State, StateIx, StateKind,
};
use crate::event::Change;
use crate::field::Field;
use crate::instance::{BranchStatus, Held, TaskKind};
use crate::migrate::{Fate, MigrationMap, Plan, added_branches, plan};
use crate::people::PersonId;
use crate::refusal::{Refusal, RefusalKind};
use crate::text::Text;
use crate::time::Moment;
use crate::turn::Run;
use crate::turn::ask::{each_unless, too_few};
use crate::turn::candidates::Sorted;
use crate::turn::clock::rung_name;
use crate::turn::hold::Trouble;
use crate::turn::regroup::regrouped;
use crate::turn::tally::{reachable, required};
use crate::value::Value;

impl<'a> Run<'a> {
    /// Moves the case to another version of its flow; from here on that version decides.
    pub(crate) fn migrate(
        &mut self,
        to: &'a Definition,
        map: &MigrationMap,
        reason: String,
    ) -> Result<(), Refusal> {
        let from = self.def;
        let plan = plan(from, to, &self.case.instance, map)?;
        let held = self.case.instance.holds.clone();
        self.emit(Change::Migrated {
            from: from.version.clone(),
            to: to.version.clone(),
            renamed: plan.renamed.clone(),
            r#override: true,
            reason,
        });
        self.def = to;
        self.new_fields(from, map)?;
        self.leave_behind(&plan);
        for step in &plan.steps {
            if let Fate::Kept(ix) = step.fate {
                let is_held = held.iter().any(|held| held.entry == Some(step.entry));
                self.carry_on(from, &plan.renamed, ix, (step.entry, is_held))?;
            }
        }
        for step in &plan.steps {
            if let (Fate::Anew(ix), false) = (step.fate, self.case.instance.ended()) {
                self.enter(ix, step.parent)?;
            }
        }
        self.try_held_again(&plan, &held)?;
        self.count_branches(&plan)
    }

    /// Values the new version needs: those given, and none may be missing once the draft is submitted.
    fn new_fields(&mut self, from: &Definition, map: &MigrationMap) -> Result<(), Refusal> {
        let unknown = map
            .set
            .keys()
            .find(|name| self.def.entity.field(name).is_none());
        if let Some(name) = unknown {
            let zh = format!("新版本没有字段 {name}。");
            let en = format!("The new version has no field {name}.");
            return Err(Refusal::new(RefusalKind::Input, "unknown_field", zh, en).about(name));
        }
        self.fill(&map.set)?;
        let instance = &self.case.instance;
        let drafting = instance
            .tasks
            .iter()
            .any(|task| task.kind == TaskKind::Draft);
        if drafting || !instance.submitted {
            return Ok(());
        }
        let needed = |field: &&Field| {
            let before = from.entity.field(&field.name);
            field.required
                && field.computed.is_none()
                && field.filled_by.is_none()
                && before.is_none_or(|before| !before.required)
                && self
                    .case
                    .values
                    .get(&field.name)
                    .is_none_or(Value::is_empty)
        };
        let Some(missing) = self.def.entity.fields.iter().find(needed) else {
            return Ok(());
        };
        let zh = format!(
            "新版本要求填写“{}”（{}），请给出它的值。",
            missing.label.zh, missing.name
        );
        let en = format!(
            "The new version needs “{}” ({}); give it a value.",
            missing.label.en, missing.name
        );
        Err(Refusal::new(RefusalKind::Input, "field_missing", zh, en).about(&missing.name))
    }

    /// Leaves what does not stay, children before parents.
    fn leave_behind(&mut self, plan: &Plan) {
        let because = Text::new(
            "流程已迁移到新版本",
            "The instance moved to another version of the flow",
        );
        for step in plan.steps.iter().rev() {
            match step.fate {
                Fate::Kept(_) => {}
                Fate::Anew(_) | Fate::Inside => self.cancel(step.entry, &because),
            }
        }
    }

    /// One state that stays: who is asked, how many are needed, and when it is due may be different now.
    fn carry_on(
        &mut self,
        from: &Definition,
        renamed: &BTreeMap<String, String>,
        ix: StateIx,
        (entry, is_held): (u32, bool),
    ) -> Result<(), Refusal> {
        let Some(active) = self.case.instance.at(entry) else {
            return Ok(());
        };
        let (state, parent) = (&self.def.states[ix], active.parent);
        let Some(before) = self.before(from, &active.state).map(|ix| &from.states[ix]) else {
            return Ok(());
        };
        self.rearm((from, renamed), before, state, entry);
        if is_held {
            // Tried again as a whole, once everything has its place.
            return Ok(());
        }
        match (&before.kind, &state.kind) {
            (StateKind::Approve(old), StateKind::Approve(new)) => {
                self.carry_votes(from, state, entry, (old, new))
            }
            (
                StateKind::Work {
                    by: old,
                    claim: claimed,
                    ..
                },
                StateKind::Work { by: new, claim, .. },
            ) => self.carry_work(from, state, entry, (old, *claimed), (new, *claim)),
            (StateKind::WaitUntil { time: old }, StateKind::WaitUntil { time: new })
                if old.text != new.text =>
            {
                let reference = format!("e{entry}.wait");
                self.emit(Change::WakeupCleared {
                    reference,
                    fired: false,
                });
                self.begin(ix, entry, parent)
            }
            (_, StateKind::Together { .. }) => self.carry_branches(ix, entry),
            (_, _) => Ok(()),
        }
    }

    /// The old version's state behind an entry that may be called differently by now.
    fn before(&self, from: &Definition, state: &str) -> Option<StateIx> {
        from.state_ix(state).or_else(|| {
            let event = self
                .events()
                .iter()
                .rev()
                .find_map(|event| match &event.change {
                    Change::Migrated { renamed, .. } => Some(renamed),
                    _ => None,
                })?;
            let (old, _) = event.iter().find(|(_, new)| *new == state)?;
            from.state_ix(old)
        })
    }

    /// Whoever is asked to do the work; a pool is asked anew as a whole.
    fn carry_work(
        &mut self,
        from: &Definition,
        state: &State,
        entry: u32,
        (old, claimed): (&[PeopleRef], bool),
        (new, claim): (&[PeopleRef], bool),
    ) -> Result<(), Refusal> {
        let same = self.is_same_people(from, old, new);
        if same && claimed == claim {
            return Ok(());
        }
        if claimed || claim {
            self.not_asked_any_more(entry, &[]);
            return self.ask_work(state, entry, new, claim);
        }
        if let Err(trouble) = self.draw(state, new) {
            return self.hold(state, Some(entry), trouble);
        }
        let mut found = self.found(state, new).people;
        found.retain(|(person, _)| self.cx.organisation.may_act(person));
        let voters = regrouped(&self.voters(entry), &found);
        if voters.is_empty() {
            self.not_asked_any_more(entry, &[]);
            return self.ask_work(state, entry, new, claim);
        }
        self.not_asked_any_more(entry, &voters);
        self.emit(Change::Asked {
            entry,
            voters,
            left_out: vec![],
            stand_ins: vec![],
            required: 1,
            weights: vec![],
            groups: vec![],
        });
        self.ask_newcomers(state, entry, TaskKind::Work, &found);
        Ok(())
    }

    /// Votes stay; who has not voted is asked by the new rule, and the bar is the new one.
    fn carry_votes(
        &mut self,
        from: &Definition,
        state: &State,
        entry: u32,
        (old, new): (&Approve, &Approve),
    ) -> Result<(), Refusal> {
        let same = self.is_same_people(from, &old.by, &new.by);
        if same && old.needs == new.needs && old.claim == new.claim {
            return self.settle(entry);
        }
        let before = self.voters(entry);
        let sorted = if same {
            Sorted::default()
        } else {
            match self.candidates(state, &new.by) {
                Ok(sorted) => sorted,
                Err(trouble) => return self.hold(state, Some(entry), trouble),
            }
        };
        let asked = if same {
            before
                .iter()
                .map(|voter| (voter.person.clone(), vec![]))
                .collect()
        } else {
            sorted.asked
        };
        let voters = regrouped(&before, &asked);
        let pool = old.claim || new.claim;
        if voters.is_empty()
            || (!same && asked.is_empty())
            || sorted.missing.is_some()
            || (pool && !(same && old.claim == new.claim))
        {
            // Nobody, a field that is missing, or a pool: asked as if for the first time; votes that were cast stay.
            self.not_asked_any_more(entry, &[]);
            return self.ask(state, entry, new);
        }
        let ballots = self.ballots_of(state, new, &before, &voters);
        self.asked_anew(entry, new, &ballots);
        let required = required(&new.needs, &ballots);
        let left_out = if same {
            let active = self.case.instance.at(entry);
            active.map(|at| at.left_out.clone()).unwrap_or_default()
        } else {
            sorted.left_out
        };
        let n = voters.len();
        let mut stand_ins = sorted.stand_ins;
        let by_rule = |person: &PersonId| !same && asked.iter().any(|(known, _)| known == person);
        let by_policy = before
            .iter()
            .filter(|voter| voter.by_policy && !by_rule(&voter.person));
        stand_ins.extend(by_policy.map(|voter| voter.person.clone()));
        stand_ins.retain(|person| voters.contains(person));
        self.emit(Change::Asked {
            entry,
            voters,
            left_out,
            stand_ins,
            required,
            weights: each_unless(&ballots, |voter| voter.weight, &1),
            groups: each_unless(&ballots, |voter| voter.groups.clone(), &vec![]),
        });
        if !reachable(&new.needs, &ballots) {
            return self.hold(state, Some(entry), too_few(state, required, n));
        }
        if new.needs != Needs::InOrder && !pool && self.outcome(entry).is_none() {
            self.ask_newcomers(state, entry, TaskKind::Approve, &asked);
        }
        self.settle(entry)
    }

    /// Do these names stand for the same rules in both versions?
    fn is_same_people(&self, from: &Definition, old: &[PeopleRef], new: &[PeopleRef]) -> bool {
        let rules = |def: &Definition, refs: &[PeopleRef]| -> Vec<String> {
            refs.iter()
                .map(|who| match who {
                    PeopleRef::Named(name) => format!("{:?}", def.people_rule(name)),
                    PeopleRef::Applicant | PeopleRef::Waiting => format!("{who:?}"),
                })
                .collect()
        };
        rules(from, old) == rules(self.def, new)
    }

    /// Starts the branches that are new; one that ended and is no more is not counted any more.
    fn carry_branches(&mut self, ix: StateIx, entry: u32) -> Result<(), Refusal> {
        let Some(active) = self.case.instance.at(entry).cloned() else {
            return Ok(());
        };
        let StateKind::Together { branches, .. } = &self.def.states[ix].kind else {
            return Ok(());
        };
        let known = |id: &str| branches.iter().any(|ix| self.def.regions[*ix].id == id);
        let gone: Vec<String> = active
            .branches
            .iter()
            .filter(|run| !known(&run.id))
            .map(|run| run.id.clone())
            .collect();
        for branch in gone {
            self.emit(Change::BranchEnded {
                parent: entry,
                branch,
                status: BranchStatus::Skipped,
            });
        }
        for region in added_branches(self.def, ix, &active) {
            self.start_branch(entry, region)?;
        }
        Ok(())
    }

    fn start_branch(&mut self, entry: u32, ix: RegionIx) -> Result<(), Refusal> {
        let region = &self.def.regions[ix];
        let open = match region.when.as_ref().map(|when| self.holds(when)) {
            None => true,
            Some(Ok((holds, _))) => holds,
            Some(Err(missing)) => {
                let trouble = Trouble::no_value(self.def, &missing);
                let Text { zh, en } = trouble.reason;
                return Err(Refusal::new(RefusalKind::Input, "field_missing", zh, en));
            }
        };
        let status = if open {
            BranchStatus::Open
        } else {
            BranchStatus::Skipped
        };
        self.emit(Change::BranchAdded {
            parent: entry,
            branch: region.id.clone(),
            status,
        });
        match (open, region.states.first()) {
            (true, Some(first)) => self.enter(*first, Some(entry)),
            (true, None) | (false, _) => Ok(()),
        }
    }

    /// Another deadline, ladder or calendar counts from when the state was entered; what would have passed counts from
    /// now, so that nobody is late because of a migration.
    fn rearm(
        &mut self,
        (from, renamed): (&Definition, &BTreeMap<String, String>),
        before: &State,
        state: &State,
        entry: u32,
    ) {
        let same_deadline = before.deadline == state.deadline
            && format!("{:?}", before.deadline_by) == format!("{:?}", state.deadline_by)
            && from.calendar == self.def.calendar;
        let Some(active) = self.case.instance.at(entry) else {
            return;
        };
        // A clock that stands still keeps what is left of the old term; it runs on with that.
        if active.stopped.is_some() {
            return;
        }
        let since = active.counted_from.map_or(active.since, |from| from.at);
        let was = active.due;
        let term = state.term(&self.case.values);
        let due = if same_deadline {
            was
        } else {
            term.map(|term| self.not_passed(since, term))
        };
        if due != was {
            let why = vec![Text::new(
                "流程迁移到新版本，时限重新计算。",
                "Reckoned again: the instance moved to another version of the flow.",
            )];
            self.emit(Change::DueMoved {
                entry,
                state: state.id.clone(),
                from: was,
                to: due,
                why,
                restarted: term.map(|term| self.counts_from(since, term)),
                term,
            });
        }
        let old = ladder(from, before, renamed);
        let new = ladder(self.def, state, &BTreeMap::new());
        for number in 0..old.len().max(new.len()) {
            let armed = self.armed(entry, number);
            let stays = same_deadline
                && match (old.get(number), new.get(number)) {
                    // Armed by the same time it stays, whatever it does then; one that has fired does not fire again.
                    (Some(old), Some(new)) if !armed.is_empty() => old.time == new.time,
                    (old, new) => old == new,
                };
            if stays {
                continue;
            }
            for reference in armed {
                self.emit(Change::WakeupCleared {
                    reference,
                    fired: false,
                });
            }
            self.arm_from(state, entry, number, due, since);
        }
    }

    /// The wake-ups of one rung.
    fn armed(&self, entry: u32, number: usize) -> Vec<String> {
        let of = format!("e{entry}.r{number}.");
        let all = self.case.instance.wakeups.iter();
        all.map(|wakeup| &wakeup.reference)
            .filter(|reference| reference.starts_with(&of))
            .cloned()
            .collect()
    }

    fn not_passed(&self, since: Moment, term: crate::calendar::Term) -> Moment {
        self.later(self.counts_from(since, term), term)
    }

    /// Since when a term counts that must not have passed already.
    fn counts_from(&self, since: Moment, term: crate::calendar::Term) -> Moment {
        if self.later(since, term) > self.cx.now {
            since
        } else {
            self.cx.now
        }
    }

    fn arm_from(
        &mut self,
        state: &State,
        entry: u32,
        number: usize,
        due: Option<Moment>,
        since: Moment,
    ) {
        use crate::definition::RungTime;
        let (Some(rung), Ok(at)) = (state.if_late.get(number), u32::try_from(number)) else {
            return;
        };
        let reference = rung_name(entry, at, 0);
        let at = match (rung.due(self.allowed(entry)), due) {
            (RungTime::After(term), _) => self.not_passed(since, term),
            (RungTime::Deadline | RungTime::Share(_), Some(due)) => due,
            (RungTime::DeadlinePlus(term), Some(due)) => self.later(due, term),
            (RungTime::Deadline | RungTime::DeadlinePlus(_) | RungTime::Share(_), None) => return,
        };
        self.emit(Change::WakeupSet {
            reference,
            at,
            entry,
            since: Some(since),
            rest: None,
        });
    }

    /// What was held is tried again under the new version: mending it may have been the reason.
    fn try_held_again(&mut self, plan: &Plan, held: &[Held]) -> Result<(), Refusal> {
        for one in held {
            if self.case.instance.ended() {
                return Ok(());
            }
            let state = plan.renamed.get(&one.state).unwrap_or(&one.state).clone();
            let still = self
                .case
                .instance
                .holds
                .iter()
                .any(|held| held.state == state && held.entry == one.entry);
            if !still {
                // Left with its state, which was entered anew.
                continue;
            }
            self.emit(Change::Resumed {
                state: state.clone(),
                comment: None,
            });
            let again = Held {
                state: plan
                    .waiting
                    .get(&one.state)
                    .map_or(state, |ix| self.def.states[*ix].id.clone()),
                ..one.clone()
            };
            crate::verb::try_again(self, &again)?;
        }
        Ok(())
    }

    /// A join whose branches or bar are different may be settled by what is done already.
    fn count_branches(&mut self, plan: &Plan) -> Result<(), Refusal> {
        for step in plan.steps.iter().rev() {
            let Fate::Kept(ix) = step.fate else { continue };
            let is_join = matches!(self.def.states[ix].kind, StateKind::Together { .. });
            if is_join && self.case.instance.at(step.entry).is_some() {
                self.join(step.entry)?;
            }
        }
        Ok(())
    }
}

/// A rung of a ladder, equal in two versions when it does the same; a state it leads to may only have another id by now.
#[derive(PartialEq)]
struct RungAsWritten {
    time: String,
    act: String,
}

fn ladder(
    def: &Definition,
    state: &State,
    renamed: &BTreeMap<String, String>,
) -> Vec<RungAsWritten> {
    let act = |act: &LateAct| match act {
        LateAct::Go(ix) => {
            let id = &def.states[*ix].id;
            format!("go {}", renamed.get(id).unwrap_or(id))
        }
        LateAct::Remind(_)
        | LateAct::Add(_)
        | LateAct::HandTo(_)
        | LateAct::Approve
        | LateAct::Reject => format!("{act:?}"),
    };
    let rungs = state.if_late.iter();
    rungs
        .map(|rung| RungAsWritten {
            time: format!("{:?} {:?} {}", rung.at, rung.every, rung.at_most),
            act: act(&rung.act),
        })
        .collect()
}
