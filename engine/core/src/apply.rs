//! The only mutation: an event changes a case. Needs no definition, so a trail can be folded with nothing but itself.

mod clock;
mod migrate;
mod people;
mod tasks;
mod votes;

pub(crate) use votes::hand_over;

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::command::Override;
use crate::event::{Change, Event};
use crate::instance::{
    Active, BranchRun, BranchStatus, Call, Case, Child, CountedFrom, Instance, Passed, Revocation,
    Status, Task, TaskEnd, TaskKind, Undo, Wakeup,
};
use crate::value::{Value, Values};

/// The hash before the first event.
pub const CHAIN_START: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Goes up by one whenever [`apply`] makes more of the events than it did: a state that an older program folded says less, and
/// is folded anew before anybody decides on it.
pub const FOLD: u32 = 3;

impl Case {
    /// What is there before the first event.
    pub fn blank(values: Values) -> Self {
        let instance = Instance {
            id: String::new(),
            flow: String::new(),
            version: String::new(),
            entity: String::new(),
            record: String::new(),
            applicant: String::new(),
            parent: None,
            status: Status::Running,
            holds: vec![],
            rev: 0,
            seq: 0,
            chain: CHAIN_START.to_owned(),
            submitted: false,
            round: 1,
            entries: 0,
            tasks_made: 0,
            calls_made: 0,
            active: vec![],
            tasks: vec![],
            wakeups: vec![],
            calls: vec![],
            path: vec![],
            decisions: vec![],
            returned_from: None,
            edited: vec![],
            kept: vec![],
            stopped: BTreeMap::new(),
            visits: BTreeMap::new(),
            closed: vec![],
            last: None,
            returned_to: None,
            returned_anew: false,
            urged: None,
            at_submit: None,
            outside: 0,
            children: vec![],
            choices: BTreeMap::new(),
            drawn: vec![],
            worked: vec![],
            stopped_rungs: BTreeMap::new(),
            suspended: None,
            revocation: Revocation::default(),
            ended_at: None,
            fold: FOLD,
        };
        Self { instance, values }
    }
}

/// The canonical text of an event: what is stored and what the chain's hash covers.
pub fn body(event: &Event) -> String {
    // Structs of plain data with text keys always serialise; an empty text would be found by `verify` at once.
    serde_json::to_string(event).unwrap_or_default()
}

/// The chain's next hash: hex SHA-256 over the previous hash and the event's canonical text.
pub fn link(previous: &str, body: &str) -> String {
    let digest = Sha256::new()
        .chain_update(previous)
        .chain_update(body)
        .finalize();
    crate::audit::hex(&digest)
}

/// Folds one event into the case.
pub fn apply(case: &mut Case, event: &Event) {
    apply_text(case, event, &body(event));
}

/// The same, with the event's canonical text ([`body`]) made already.
pub(crate) fn apply_text(case: &mut Case, event: &Event, text: &str) {
    let instance = &mut case.instance;
    instance.seq = event.seq;
    instance.rev = event.rev;
    instance.chain = link(&instance.chain, text);
    match &event.change {
        Change::Submitted { keeps, .. } => {
            instance.submitted = true;
            if *keeps && instance.at_submit.is_none() {
                instance.at_submit = Some(case.values.clone());
            }
        }
        Change::Started { .. }
        | Change::Returned { .. }
        | Change::Ended { .. }
        | Change::Held { .. }
        | Change::Reopened { .. }
        | Change::Resumed { .. } => life(instance, event),
        Change::FieldsSet { values } => {
            set_values(&mut case.values, values);
            let drafting = instance.submitted
                && instance
                    .tasks
                    .iter()
                    .any(|task| task.kind == TaskKind::Draft);
            for name in values.keys().filter(|_| drafting) {
                if !instance.edited.contains(name) {
                    instance.edited.push(name.clone());
                }
            }
        }
        Change::Entered { .. }
        | Change::Skipped { .. }
        | Change::Left { .. }
        | Change::Cancelled { .. }
        | Change::BranchEnded { .. }
        | Change::BranchAdded { .. } => place(instance, event),
        Change::Migrated { to, renamed, .. } => migrate::migrated(instance, to, renamed),
        Change::Asked { .. }
        | Change::VoterAdded { .. }
        | Change::VoterRemoved { .. }
        | Change::HandedOver { .. }
        | Change::Decided { .. }
        | Change::SystemDecided { .. } => votes::vote(instance, event),
        Change::TakenBack {
            entry,
            voter,
            dropped,
            state,
            stands,
            ..
        } => {
            votes::take_back(instance, *entry, voter, dropped);
            if *stands {
                instance.stopped.remove(state);
                instance.stopped_rungs.remove(state);
            }
        }
        Change::TaskOpened { .. } | Change::TaskClosed { .. } => tasks::task(instance, event),
        Change::Overridden {
            act: Override::Jump { .. } | Override::Skip { .. },
            ..
        } => {
            if let Some(last) = &mut instance.last {
                last.overruled = true;
            }
        }
        Change::Urged { .. } => instance.urged = Some(event.at),
        Change::WakeupSet {
            reference,
            at,
            entry,
            since,
            rest,
        } => {
            cleared(instance, reference, true);
            instance.wakeups.push(Wakeup {
                reference: reference.clone(),
                at: *at,
                entry: *entry,
                since: since.unwrap_or(event.at),
                rest: *rest,
            });
        }
        Change::WakeupCleared { reference, fired } => cleared(instance, reference, *fired),
        Change::Called {
            call,
            effect,
            entry,
            state,
            waits,
            undoable,
            ..
        } => {
            instance.outside += 1;
            instance.calls_made = *call;
            instance.calls.push(Call {
                no: *call,
                effect: effect.clone(),
                entry: *entry,
                waits: *waits,
                undo_in: undoable.then(|| state.clone()),
                off: false,
            });
        }
        Change::Answered { call, .. } => {
            let done = instance.calls.iter().find(|open| open.no == *call);
            let undo = done.and_then(|done| {
                Some(Undo {
                    state: done.undo_in.clone()?,
                    entry: done.entry,
                    effect: done.effect.clone(),
                })
            });
            instance.revocation.undo.extend(undo);
            instance.calls.retain(|open| open.no != *call);
        }
        Change::CallFailed { call, .. }
        | Change::CallDropped { call }
        | Change::AnsweredLate { call, .. } => instance.calls.retain(|open| open.no != *call),
        Change::RevocationAsked { child, .. } => {
            instance.revocation.asked = Some(child.clone());
        }
        Change::RevocationRefused { .. } => instance.revocation.asked = None,
        Change::Revoked { child } => {
            instance.revocation.asked = None;
            instance.revocation.done = Some(child.clone());
            instance.revocation.undo.clear();
        }
        Change::Suspended { .. }
        | Change::Unsuspended {}
        | Change::Postponed { .. }
        | Change::ClockStopped { .. }
        | Change::ClockStarted { .. }
        | Change::DueMoved { .. } => clock::clock(instance, event),
        Change::SubflowAsked {
            child,
            entry,
            beside,
            ..
        } => {
            instance.outside += 1;
            instance.children.push(Child {
                id: child.clone(),
                entry: *entry,
                beside: *beside,
                outcome: None,
            });
        }
        Change::SubflowEnded { child, outcome } => {
            let known = instance.children.iter_mut().find(|one| one.id == *child);
            if let Some(known) = known {
                known.outcome = Some(outcome.clone());
            }
        }
        Change::SubflowStopped { child, .. } => {
            instance.children.retain(|one| one.id != *child);
        }
        Change::Acted { .. }
        | Change::Drawn { .. }
        | Change::PeopleChosen { .. }
        | Change::Proxied { .. } => people::people(instance, event),
        // Told is told: a decision that did it is not taken back.
        Change::Told { .. } => instance.outside += 1,
        // Facts for the trail alone.
        Change::Chosen { .. }
        | Change::OpinionAsked { .. }
        | Change::Advised { .. }
        | Change::Copied { .. }
        | Change::Questioned { .. }
        | Change::Replied { .. }
        | Change::Reminded { .. }
        | Change::Transferred { .. }
        | Change::RuleRan { .. }
        | Change::MailQueued { .. }
        | Change::Happened { .. }
        | Change::Commented { .. }
        | Change::Overridden { .. } => {}
    }
}

fn set_values(values: &mut Values, set: &Values) {
    for (name, value) in set {
        if *value == Value::Empty {
            values.remove(name);
        } else {
            values.insert(name.clone(), value.clone());
        }
    }
}

fn life(instance: &mut Instance, event: &Event) {
    match &event.change {
        Change::Started {
            instance: id,
            flow,
            version,
            entity,
            record,
            applicant,
            parent,
            revokes,
        } => {
            instance.id.clone_from(id);
            instance.flow.clone_from(flow);
            instance.version.clone_from(version);
            instance.entity.clone_from(entity);
            instance.record.clone_from(record);
            instance.applicant.clone_from(applicant);
            instance.parent.clone_from(parent);
            instance.revocation.of.clone_from(revokes);
        }
        Change::Reopened { round, .. } => {
            instance.status = Status::Running;
            instance.ended_at = None;
            instance.round = *round;
            instance.path.clear();
            instance.returned_from = None;
            instance.edited.clear();
            instance.kept.clear();
            instance.last = None;
            instance.children.clear();
        }
        Change::Returned {
            from,
            round,
            dropped,
            to,
            kept,
            skips,
            anew,
            ..
        } => {
            instance.round = *round;
            instance.returned_anew = *anew;
            instance.returned_from = Some(from.clone());
            instance.returned_to = Some(to.clone());
            instance.edited.clear();
            instance.kept.clone_from(kept);
            instance.last = None;
            let cut = instance.path.iter().rposition(|passed| passed.state == *to);
            let skip_gone = |at: usize| match skips {
                Some(skips) => skips.contains(&at),
                None => cut.is_some_and(|cut| at > cut),
            };
            let mut at = 0;
            instance.path.retain(|passed| {
                let keep = !(dropped.contains(&passed.entry) || passed.entry == 0 && skip_gone(at));
                at += 1;
                keep
            });
        }
        Change::Held { held } => instance.holds.push(held.clone()),
        Change::Resumed { state, .. } => instance.holds.retain(|held| held.state != *state),
        Change::Ended { outcome, .. } => {
            instance.status = Status::Ended(outcome.clone());
            instance.ended_at = Some(event.at);
            instance.holds.clear();
            instance.suspended = None;
            instance.last = None;
        }
        _ => {}
    }
}

fn place(instance: &mut Instance, event: &Event) {
    match &event.change {
        Change::Entered {
            state,
            entry,
            parent,
            due,
            branches,
            term,
        } => {
            instance.entries = *entry;
            let rest = instance.stopped.remove(state);
            instance.stopped_rungs.remove(state);
            *instance.visits.entry(state.clone()).or_default() += 1;
            let branches = branches
                .iter()
                .map(|(id, status)| BranchRun {
                    id: id.clone(),
                    status: *status,
                })
                .collect();
            instance.active.push(Active {
                state: state.clone(),
                entry: *entry,
                parent: *parent,
                since: event.at,
                due: *due,
                branches,
                voters: vec![],
                left_out: vec![],
                term: *term,
                stopped: None,
                counted_from: rest.map(|rest| CountedFrom {
                    at: event.at,
                    rest: Some(rest),
                }),
            });
        }
        Change::Skipped { state, .. } => {
            let round = instance.round;
            instance.path.push(Passed {
                state: state.clone(),
                entry: 0,
                round,
            });
        }
        Change::Left {
            state,
            entry,
            rest,
            rungs,
            ..
        } => {
            keep_for_take_back(instance, *entry);
            gone(instance, state, *entry);
            if let Some(rest) = rest {
                instance.stopped.insert(state.clone(), *rest);
                instance.stopped_rungs.insert(state.clone(), rungs.clone());
            }
            instance.path.push(Passed {
                state: state.clone(),
                entry: *entry,
                round: instance.round,
            });
        }
        Change::Cancelled { state, entry, .. } => gone(instance, state, *entry),
        Change::BranchEnded {
            parent,
            branch,
            status,
        } => {
            let found = instance
                .active
                .iter_mut()
                .find(|active| active.entry == *parent);
            if let Some(run) =
                found.and_then(|active| active.branches.iter_mut().find(|run| run.id == *branch))
            {
                run.status = *status;
            }
        }
        Change::BranchAdded {
            parent,
            branch,
            status,
        } => {
            let found = instance
                .active
                .iter_mut()
                .find(|active| active.entry == *parent);
            if let Some(active) = found {
                active.branches.push(BranchRun {
                    id: branch.clone(),
                    status: *status,
                });
            }
        }
        _ => {}
    }
}

/// A state left because of a decision is put back as it was when that is taken back.
fn keep_for_take_back(instance: &mut Instance, entry: u32) {
    let left = instance.at(entry).cloned();
    if let Some(last) = &mut instance.last
        && last.entry == entry
        && last.decision
    {
        last.left = left;
    }
}

/// A wake-up is not armed any more. What its state's last decision cut off is kept with it, should it be taken back; what has
/// fired, or is armed anew, is not.
fn cleared(instance: &mut Instance, reference: &str, over: bool) {
    let at = instance
        .wakeups
        .iter()
        .position(|wakeup| wakeup.reference == reference);
    let wakeup = at.map(|at| instance.wakeups.remove(at));
    let Some(last) = instance.last.as_mut().filter(|last| last.decision) else {
        return;
    };
    last.armed.retain(|wakeup| wakeup.reference != reference);
    let entry = last.entry;
    last.armed
        .extend(wakeup.filter(|wakeup| !over && wakeup.entry == entry));
}

fn gone(instance: &mut Instance, state: &str, entry: u32) {
    instance.active.retain(|active| active.entry != entry);
    for call in &mut instance.calls {
        call.off |= call.entry == entry && call.waits;
    }
    instance
        .children
        .retain(|child| child.entry != entry || child.beside);
    instance.holds.retain(|held| held.state != state);
}

impl Instance {
    /// When it ended; of an instance whose last event is older than that was kept, when its last task ended.
    pub fn over_since(&self) -> Option<crate::time::Moment> {
        let closed = || self.closed.iter().rfind(|it| it.end != TaskEnd::Read);
        self.ended_at.or_else(|| closed().map(|it| it.at))
    }

    /// The state it is in by entry number.
    pub fn at(&self, entry: u32) -> Option<&Active> {
        self.active.iter().find(|active| active.entry == entry)
    }

    /// The open task of that number.
    pub fn task(&self, no: u32) -> Option<&Task> {
        self.tasks.iter().find(|task| task.no == no)
    }

    /// Whom the holder of a task waits for before it is their turn again: a signer added before them, or an opinion asked.
    pub fn waits_for(&self, task: &Task) -> Option<&str> {
        let opinion = self
            .tasks
            .iter()
            .find(|other| other.blocks && other.host == Some(task.no));
        if let Some(opinion) = opinion {
            return Some(&opinion.assignee);
        }
        let voters = &self.at(task.entry)?.voters;
        let own = voters
            .iter()
            .position(|voter| voter.task == Some(task.no))?;
        let stack = voters[own].stack?;
        let before = voters[..own]
            .iter()
            .find(|voter| voter.stack == Some(stack) && voter.verdict.is_none())?;
        Some(&before.person)
    }

    /// People somebody waits on: holders of tasks whose turn it is. A copy is nobody's turn; a pool is its candidates'.
    pub fn waiting_on(&self) -> Vec<&str> {
        self.tasks
            .iter()
            .filter(|task| task.kind != TaskKind::Read && self.waits_for(task).is_none())
            .flat_map(Task::holders)
            .collect()
    }

    /// Entries inside a parallel state's entry, deepest first.
    pub fn inside(&self, entry: u32) -> Vec<u32> {
        let mut found: Vec<u32> = Vec::new();
        for active in &self.active {
            let mut up = active.parent;
            while let Some(parent) = up {
                if parent == entry {
                    found.push(active.entry);
                    break;
                }
                up = self.at(parent).and_then(|above| above.parent);
            }
        }
        found.reverse();
        found
    }

    /// The entries a person's signature still stands on: passed on this path, or active.
    pub fn stands(&self, entry: u32) -> bool {
        self.path.iter().any(|passed| passed.entry == entry) || self.at(entry).is_some()
    }

    /// The word for how it is: `running`, `held`, `suspended`, the outcome's, or `revoked`.
    pub fn status_word(&self) -> &str {
        match &self.status {
            Status::Running if self.suspended.is_some() => "suspended",
            Status::Running if self.holds.is_empty() => "running",
            Status::Running => "held",
            Status::Ended(_) if self.revocation.done.is_some() => "revoked",
            Status::Ended(outcome) => outcome.word(),
        }
    }

    /// The ids of the states it stands in, joined by `,`, for lists.
    pub fn standing(&self) -> String {
        let states: Vec<&str> = self
            .active
            .iter()
            .map(|active| active.state.as_str())
            .collect();
        states.join(",")
    }

    /// True once it is over.
    pub fn ended(&self) -> bool {
        matches!(self.status, Status::Ended(_))
    }

    /// True while a branch of that parallel entry is open.
    pub fn branch_open(&self, parent: u32, branch: &str) -> bool {
        self.at(parent).is_some_and(|above| {
            above
                .branches
                .iter()
                .any(|run| run.id == branch && run.status == BranchStatus::Open)
        })
    }
}

impl Task {
    /// Who may act on it: its assignee, or the candidates of a pool.
    pub fn holders(&self) -> Vec<&str> {
        if self.candidates.is_empty() {
            vec![&self.assignee]
        } else {
            self.candidates.iter().map(String::as_str).collect()
        }
    }
}
