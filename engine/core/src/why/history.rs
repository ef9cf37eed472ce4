//! What the events say about who was asked, and which way the instance took.

mod answers;

use std::collections::BTreeMap;

use crate::command::{Actor, Override};
use crate::event::{Change, Event};
use crate::instance::TaskKind;
use crate::people::{PersonId, Pick};
use crate::text::Text;
use crate::value::Value;

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
    /// Somebody who may overrule the flow gave it to them.
    Reassigned,
    /// Whoever was asked is away.
    StandsFor(PersonId),
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

/// Somebody was drawn out of several.
#[derive(Clone, Debug)]
pub(super) struct Drawn {
    pub seq: u32,
    /// The name under `people:`.
    pub name: String,
    pub how: Pick,
    pub people: Vec<PersonId>,
    pub pool: Vec<PersonId>,
}

/// Somebody stands in for whoever was asked.
#[derive(Clone, Debug)]
struct Proxied {
    seq: u32,
    task: u32,
    person: PersonId,
    proxy: PersonId,
}

/// A turn of the way.
#[derive(Clone, Debug)]
enum Turned {
    Skipped(String, Vec<(String, Value)>),
    Chosen(String, String, Vec<(String, Value)>),
    Returned(String, Text, Option<String>),
    Reopened(Option<String>),
    Drawn(Drawn),
    PeopleChosen(String, Vec<PersonId>, Option<PersonId>),
    /// Who, the word for what they did, why.
    Overridden(Option<PersonId>, &'static str, String),
    Held(Text),
    /// Left because its time was over: why, in words.
    TimedOut(Text),
}

/// Everything the events say about it.
#[derive(Clone, Debug, Default)]
pub(super) struct History {
    visits: Vec<Visit>,
    opened: Vec<Opened>,
    /// Event, state, what.
    way: Vec<(u32, String, Turned)>,
    proxied: Vec<Proxied>,
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
            Change::Proxied {
                task, person, hops, ..
            } => {
                let opened = self.opened.iter_mut().rfind(|opened| opened.task == *task);
                if let Some(opened) = opened {
                    opened.seqs.push(seq);
                    if let Some(proxy) = hops.last() {
                        opened.how = How::StandsFor(person.clone());
                        self.proxied.push(Proxied {
                            seq,
                            task: *task,
                            person: person.clone(),
                            proxy: proxy.clone(),
                        });
                    }
                }
            }
            Change::TaskOpened { .. } => self.open(event),
            Change::Skipped { .. }
            | Change::Chosen { .. }
            | Change::Returned { .. }
            | Change::Reopened { .. }
            | Change::Drawn { .. }
            | Change::PeopleChosen { .. }
            | Change::Overridden { .. }
            | Change::Left {
                because: Some(_), ..
            }
            | Change::Held { .. } => self.turn(event),
            Change::Migrated {
                renamed, reason, ..
            } => self.migrate(event, renamed, reason),
            // These say nothing about who is asked, or which way was taken and why.
            Change::Started { .. }
            | Change::FieldsSet { .. }
            | Change::Submitted { .. }
            | Change::TaskClosed { .. }
            | Change::Decided { .. }
            | Change::Acted { .. }
            | Change::Left { because: None, .. }
            | Change::Cancelled { .. }
            | Change::BranchEnded { .. }
            | Change::WakeupSet { .. }
            | Change::WakeupCleared { .. }
            | Change::Reminded { .. }
            | Change::Called { .. }
            | Change::Answered { .. }
            | Change::CallFailed { .. }
            | Change::CallDropped { .. }
            | Change::AnsweredLate { .. }
            | Change::RuleRan { .. }
            | Change::MailQueued { .. }
            | Change::Happened { .. }
            | Change::Told { .. }
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
            | Change::BranchAdded { .. }
            | Change::DueMoved { .. }
            | Change::SubflowStopped { .. }
            | Change::RevocationAsked { .. }
            | Change::RevocationRefused { .. }
            | Change::Revoked { .. }
            // The override before it says why.
            | Change::Suspended { .. }
            | Change::Unsuspended {}
            | Change::Postponed { .. }
            | Change::ClockStopped { .. }
            | Change::ClockStarted { .. }
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

    /// Moved to another version: states that have another id there keep their history.
    fn migrate(&mut self, event: &Event, renamed: &BTreeMap<String, String>, reason: &str) {
        let visits = self.visits.iter_mut().map(|visit| &mut visit.state);
        let opened = self.opened.iter_mut().map(|opened| &mut opened.state);
        let way = self.way.iter_mut().map(|(_, state, _)| state);
        for state in visits.chain(opened).chain(way) {
            if let Some(now) = renamed.get(state) {
                state.clone_from(now);
            }
        }
        let by = event.actor.person().map(str::to_owned);
        let turned = Turned::Overridden(by, "migrate", reason.to_owned());
        self.way.push((event.seq, String::new(), turned));
    }

    fn turn(&mut self, event: &Event) {
        if let Change::Overridden {
            act: Override::Reassign { to, .. },
            ..
        } = &event.change
        {
            self.coming.push((to.clone(), How::Reassigned, event.seq));
        }
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
            Change::Drawn {
                name,
                how,
                people,
                pool,
                ..
            } => {
                let drawn = Drawn {
                    seq: event.seq,
                    name: name.clone(),
                    how: *how,
                    people: people.clone(),
                    pool: pool.clone(),
                };
                (&nowhere, Turned::Drawn(drawn))
            }
            Change::PeopleChosen { name, people } => {
                let by = event.actor.person().map(str::to_owned);
                (
                    &nowhere,
                    Turned::PeopleChosen(name.clone(), people.clone(), by),
                )
            }
            Change::Overridden { act, reason, .. } => {
                let state = match act {
                    Override::Jump { to: state }
                    | Override::Skip { state }
                    | Override::Retry { state } => state,
                    Override::Terminate
                    | Override::Suspend
                    | Override::Resume
                    | Override::Reassign { .. } => &nowhere,
                };
                let by = event.actor.person().map(str::to_owned);
                (state, Turned::Overridden(by, act.word(), reason.clone()))
            }
            Change::Held { held } => (&held.state, Turned::Held(held.reason.clone())),
            Change::Left {
                state,
                because: Some(because),
                ..
            } => (state, Turned::TimedOut(because.clone())),
            _ => return,
        };
        self.way.push((event.seq, turned.0.clone(), turned.1));
    }
}
