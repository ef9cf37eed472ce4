//! What the events say about who was asked, and which way the instance took.

use crate::command::Actor;
use crate::definition::StateKind;
use crate::event::{Change, Event};
use crate::instance::{Instance, TaskKind};
use crate::people::PersonId;
use crate::text::Text;
use crate::value::Value;

use super::Reason;
use super::next::Next;
use super::words::Said;

/// How a task came to whoever holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
enum How {
    /// The state's rule named them.
    Rule,
    /// It is the draft.
    Draft,
    /// A policy named them, not the rule.
    StandIn,
    /// Late: asked too.
    Added,
    /// Late: asked instead.
    HandedOver,
    /// Passed on by somebody.
    Transferred(PersonId),
    /// One task for several candidates, or claimed out of it.
    Pool,
    /// Somebody made them a signer.
    AddedBy(PersonId),
    /// Their decision was taken back.
    TakenBack,
    /// Asked to prepare the decision, for an opinion, for an answer, or to read a copy.
    Beside,
}

/// A task that was opened.
#[derive(Clone, Debug)]
pub(super) struct Opened {
    pub task: u32,
    pub assignee: PersonId,
    candidates: Vec<PersonId>,
    state: String,
    seqs: Vec<u32>,
    how: How,
    why: Vec<Text>,
}

impl Opened {
    /// Held by this person, or theirs to claim.
    pub(super) fn is_for(&self, person: &str) -> bool {
        self.assignee == person || self.candidates.iter().any(|candidate| candidate == person)
    }
}

/// Once in a state.
#[derive(Clone, Debug, Default)]
struct Visit {
    state: String,
    entry: u32,
    seq: u32,
    asked: Option<Asked>,
    /// Votes the system counted: event, whose (none: the whole state), why.
    counted: Vec<(u32, Option<PersonId>, Text)>,
}

#[derive(Clone, Debug)]
struct Asked {
    seq: u32,
    voters: Vec<PersonId>,
    left_out: Vec<(PersonId, String)>,
    stand_ins: Vec<PersonId>,
}

/// A turn of the way.
#[derive(Clone, Debug)]
enum Turned {
    Skipped(String, Vec<(String, Value)>),
    Chosen(String, String, Vec<(String, Value)>),
    Returned(String, Text, Option<String>),
    Reopened(Option<String>),
    Held(Text),
}

/// Everything the events say about it.
#[derive(Clone, Debug, Default)]
pub(super) struct History {
    visits: Vec<Visit>,
    opened: Vec<Opened>,
    /// Event, state, what.
    way: Vec<(u32, String, Turned)>,
    /// Who is about to be asked otherwise than by the rule, with the event that says so.
    coming: Vec<(PersonId, How, u32)>,
}

impl History {
    pub(super) fn of(events: &[Event]) -> Self {
        let mut history = Self::default();
        for event in events {
            history.take(event);
        }
        history
    }

    fn take(&mut self, event: &Event) {
        let seq = event.seq;
        match &event.change {
            Change::Entered { state, entry, .. } => self.visits.push(Visit {
                state: state.clone(),
                entry: *entry,
                seq,
                ..Visit::default()
            }),
            Change::Asked {
                entry,
                voters,
                left_out,
                stand_ins,
                ..
            } => {
                let asked = Asked {
                    seq,
                    voters: voters.clone(),
                    left_out: left_out.clone(),
                    stand_ins: stand_ins.clone(),
                };
                if let Some(visit) = self.visit(*entry) {
                    visit.asked = Some(asked);
                }
            }
            Change::SystemDecided {
                entry,
                voter,
                because,
                ..
            } => {
                let counted = (seq, voter.clone(), because.clone());
                if let Some(visit) = self.visit(*entry) {
                    visit.counted.push(counted);
                }
            }
            Change::VoterAdded { person, .. } => {
                let how = match &event.actor {
                    Actor::Person(by) => How::AddedBy(by.clone()),
                    Actor::System => How::Added,
                };
                self.coming.push((person.clone(), how, seq));
            }
            Change::VoterRemoved { person, .. } => {
                // Not asked yet: the task that was coming will not come.
                self.coming.retain(|(known, _, _)| known != person);
            }
            Change::TakenBack { voter, .. } => {
                self.coming.push((voter.clone(), How::TakenBack, seq));
            }
            Change::HandedOver { to, .. } => {
                let to = to
                    .iter()
                    .map(|person| (person.clone(), How::HandedOver, seq));
                self.coming.extend(to);
            }
            Change::Transferred { from, to, .. } => {
                let how = How::Transferred(from.clone());
                self.coming.push((to.clone(), how, seq));
            }
            Change::TaskOpened { .. } => self.open(event),
            Change::Skipped { .. }
            | Change::Chosen { .. }
            | Change::Returned { .. }
            | Change::Reopened { .. }
            | Change::Held { .. } => self.turn(event),
            // These say nothing about who is asked, or which way was taken and why.
            Change::Started { .. }
            | Change::FieldsSet { .. }
            | Change::Submitted { .. }
            | Change::TaskClosed { .. }
            | Change::Decided { .. }
            | Change::Acted { .. }
            | Change::Left { .. }
            | Change::Cancelled { .. }
            | Change::BranchEnded { .. }
            | Change::WakeupSet { .. }
            | Change::WakeupCleared { .. }
            | Change::Reminded { .. }
            | Change::Called { .. }
            | Change::Answered { .. }
            | Change::CallFailed { .. }
            | Change::RuleRan { .. }
            | Change::MailQueued { .. }
            | Change::Happened { .. }
            | Change::SubflowAsked { .. }
            | Change::SubflowEnded { .. }
            | Change::Commented { .. }
            | Change::Resumed { .. }
            | Change::OpinionAsked { .. }
            | Change::Advised { .. }
            | Change::Copied { .. }
            | Change::Questioned { .. }
            | Change::Replied { .. }
            | Change::Urged { .. }
            | Change::Ended { .. } => {}
        }
    }

    fn visit(&mut self, entry: u32) -> Option<&mut Visit> {
        self.visits.iter_mut().rfind(|visit| visit.entry == entry)
    }

    fn open(&mut self, event: &Event) {
        let Change::TaskOpened {
            task,
            state,
            entry,
            kind,
            assignee,
            why,
            candidates,
            ..
        } = &event.change
        else {
            return;
        };
        let mut seqs = vec![event.seq];
        let came = self
            .coming
            .iter()
            .position(|(person, _, _)| person == assignee);
        let asked = self.visit(*entry).and_then(|visit| visit.asked.clone());
        let pool = self.opened.iter().rfind(|known| known.state == *state);
        let is_claimed = pool.is_some_and(|pool| pool.candidates.contains(assignee));
        let how = if matches!(kind, TaskKind::Advise | TaskKind::Answer | TaskKind::Read) {
            How::Beside
        } else if let Some(at) = came {
            let (_, how, seq) = self.coming.remove(at);
            seqs.insert(0, seq);
            how
        } else if *kind == TaskKind::Draft {
            How::Draft
        } else {
            seqs.splice(0..0, asked.iter().map(|asked| asked.seq));
            match asked {
                _ if !candidates.is_empty() || is_claimed => How::Pool,
                Some(asked) if asked.stand_ins.contains(assignee) => How::StandIn,
                Some(_) | None => How::Rule,
            }
        };
        self.opened.push(Opened {
            task: *task,
            assignee: assignee.clone(),
            candidates: candidates.clone(),
            state: state.clone(),
            seqs,
            how,
            why: why.clone(),
        });
    }

    fn turn(&mut self, event: &Event) {
        let nowhere = String::new();
        let turned = match &event.change {
            Change::Skipped {
                state,
                because,
                values,
            } => (state, Turned::Skipped(because.clone(), values.clone())),
            Change::Chosen {
                state,
                to,
                because,
                values,
            } => (
                state,
                Turned::Chosen(to.clone(), because.clone(), values.clone()),
            ),
            Change::Returned {
                to,
                because,
                comment,
                from,
                ..
            } => (
                to,
                Turned::Returned(from.clone(), because.clone(), comment.clone()),
            ),
            Change::Reopened { comment, .. } => (&nowhere, Turned::Reopened(comment.clone())),
            Change::Held { held } => (&held.state, Turned::Held(held.reason.clone())),
            _ => return,
        };
        self.way.push((event.seq, turned.0.clone(), turned.1));
    }

    /// Why the tasks that are wanted came.
    pub(super) fn asked(
        &self,
        said: &Said<'_>,
        whom: Option<&str>,
        wanted: impl Fn(&Opened) -> bool,
    ) -> Vec<Reason> {
        let reason = |opened: &Opened| {
            let (code, how) = match &opened.how {
                How::Draft => ("applicant", None),
                How::Rule => ("rule", Some(said.by_rule(&opened.state))),
                How::StandIn => ("stand_in", Some(said.by_policy())),
                How::Added => ("added", Some(said.added())),
                How::HandedOver => ("handed_over", Some(said.handed_over())),
                How::Transferred(from) => ("transferred", Some(said.transferred(from))),
                How::Pool => ("pool", Some(said.pool(&opened.candidates))),
                How::AddedBy(by) => ("added", Some(said.added_by(by))),
                How::TakenBack => ("taken_back", Some(said.taken_back())),
                How::Beside => ("beside", None),
            };
            let holder = || Some(opened.assignee.clone()).filter(|id| !id.is_empty());
            Reason {
                code,
                person: whom.map(str::to_owned).or_else(holder),
                state: opened.state.clone(),
                seqs: opened.seqs.clone(),
                words: how.into_iter().chain(opened.why.clone()).collect(),
            }
        };
        self.opened
            .iter()
            .filter(|opened| wanted(opened))
            .map(reason)
            .collect()
    }

    /// Why no task came to this person, for every state that asks people: each visit, each time it was skipped, and those
    /// that were not reached and do not come next.
    pub(super) fn not_asked(
        &self,
        said: &Said<'_>,
        person: &str,
        instance: &Instance,
        next: &[Next],
    ) -> Vec<Reason> {
        let mut found = vec![];
        for visit in self.visits.iter().filter(|visit| said.asks(&visit.state)) {
            let until = self
                .visits
                .iter()
                .find(|later| later.state == visit.state && later.seq > visit.seq);
            let in_visit = |opened: &&Opened| {
                let seq = opened.seqs.last().copied().unwrap_or_default();
                opened.state == visit.state
                    && seq > visit.seq
                    && until.is_none_or(|until| seq < until.seq)
            };
            if self
                .opened
                .iter()
                .filter(in_visit)
                .any(|opened| opened.is_for(person))
            {
                continue;
            }
            let why = self
                .opened
                .iter()
                .find(in_visit)
                .map(|opened| opened.why.clone());
            found.push(visit_reason(
                said,
                visit,
                person,
                instance,
                why.unwrap_or_default(),
            ));
        }
        for (seq, state, turned) in &self.way {
            let Turned::Skipped(because, values) = turned else {
                continue;
            };
            if said.asks(state) {
                found.push(Reason {
                    code: "skipped",
                    person: Some(person.to_owned()),
                    state: state.clone(),
                    seqs: vec![*seq],
                    words: vec![said.skipped(state, because, values)],
                });
            }
        }
        let known = |id: &str| {
            self.visits.iter().any(|visit| visit.state == id)
                || found.iter().any(|reason| reason.state == id)
                || next.iter().any(|next| next.state == id)
        };
        let unreached = said.def.states.iter().filter(|state| {
            matches!(state.kind, StateKind::Approve(_) | StateKind::Work { .. })
                && !known(&state.id)
        });
        let unreached: Vec<Reason> = unreached
            .map(|state| Reason {
                code: "not_reached",
                person: Some(person.to_owned()),
                state: state.id.clone(),
                seqs: vec![],
                words: vec![said.not_reached(&state.id, instance.ended())],
            })
            .collect();
        found.extend(unreached);
        found
    }

    /// The way it took.
    pub(super) fn way(&self, said: &Said<'_>, instance: &Instance) -> Vec<Reason> {
        let reason = |(seq, state, turned): &(u32, String, Turned)| {
            let (code, words) = match turned {
                Turned::Skipped(because, values) => {
                    ("skipped", said.skipped(state, because, values))
                }
                Turned::Chosen(to, because, values) => {
                    ("chosen", said.chosen(state, to, because, values))
                }
                Turned::Returned(from, because, comment) => (
                    "returned",
                    said.returned(from, state, because, comment.as_deref()),
                ),
                Turned::Reopened(comment) => ("reopened", said.reopened(comment.as_deref())),
                Turned::Held(reason) => {
                    let still = instance.holds.iter().any(|held| held.state == *state);
                    ("held", said.held(state, reason, still))
                }
            };
            Reason {
                code,
                person: None,
                state: state.clone(),
                seqs: vec![*seq],
                words: vec![words],
            }
        };
        self.way.iter().map(reason).collect()
    }
}

/// Why a visit of a state brought this person no task.
fn visit_reason(
    said: &Said<'_>,
    visit: &Visit,
    person: &str,
    instance: &Instance,
    rule: Vec<Text>,
) -> Reason {
    let reason = |code, seqs, words| Reason {
        code,
        person: Some(person.to_owned()),
        state: visit.state.clone(),
        seqs,
        words,
    };
    let counted = |whose: Option<&str>| {
        visit
            .counted
            .iter()
            .find(|(_, voter, _)| voter.as_deref() == whose)
    };
    let Some(asked) = &visit.asked else {
        return match counted(None) {
            Some((seq, _, because)) => {
                reason("nobody", vec![visit.seq, *seq], vec![because.clone()])
            }
            None => reason("nobody", vec![visit.seq], vec![said.nobody(&visit.state)]),
        };
    };
    if let Some((_, policy)) = asked.left_out.iter().find(|(out, _)| out == person) {
        return reason(
            "left_out",
            vec![asked.seq],
            vec![said.left_out(person, &visit.state, policy)],
        );
    }
    if let Some((seq, _, because)) = counted(Some(person)) {
        return reason("counted", vec![asked.seq, *seq], vec![because.clone()]);
    }
    if asked.voters.iter().any(|voter| voter == person) {
        let (code, words) = if instance.at(visit.entry).is_some() {
            ("in_order", said.in_order(person, &visit.state))
        } else {
            ("settled", said.settled(person, &visit.state))
        };
        return reason(code, vec![asked.seq], vec![words]);
    }
    let words = [
        vec![said.not_named(person, &visit.state, &asked.voters)],
        rule,
    ]
    .concat();
    reason("not_named", vec![asked.seq], words)
}
