//! The history, asked.

use crate::definition::StateKind;
use crate::instance::Instance;
use crate::why::Reason;
use crate::why::next::Next;
use crate::why::words::Said;

use super::{Drawn, History, How, Opened, Turned, Visit};

impl History {
    /// Why the tasks that are wanted came.
    pub(in crate::why) fn asked(
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
                How::StandsFor(person) => ("proxy", Some(said.stands_for(person))),
                How::Reassigned => ("reassigned", None),
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
    pub(in crate::why) fn not_asked(
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
            let here: Vec<&Opened> = self.opened.iter().filter(in_visit).collect();
            let away = self.proxied.iter().find(|away| {
                away.person == person && here.iter().any(|opened| opened.task == away.task)
            });
            let reason = match away {
                Some(away) => Reason {
                    code: "proxied",
                    person: Some(person.to_owned()),
                    state: visit.state.clone(),
                    seqs: vec![away.seq],
                    words: vec![said.proxied(person, &away.proxy)],
                },
                None => self.visit_reason(said, visit, person, instance, &here),
            };
            found.push(reason);
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
    pub(in crate::why) fn way(&self, said: &Said<'_>, instance: &Instance) -> Vec<Reason> {
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
                Turned::Drawn(drawn) => ("drawn", said.drawn(drawn)),
                Turned::PeopleChosen(name, people, by) => (
                    "people_chosen",
                    said.people_chosen(name, people, by.as_deref()),
                ),
                Turned::Overridden(by, word, reason) => (
                    "overridden",
                    said.overridden(by.as_deref(), word, state, reason),
                ),
                Turned::TimedOut(because) => ("timed_out", said.timed_out(state, because)),
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
        let mut way: Vec<Reason> = self.way.iter().map(reason).collect();
        way.extend(self.waits(said, instance));
        way
    }

    /// Where it stands and waits for something that happens outside.
    fn waits(&self, said: &Said<'_>, instance: &Instance) -> Vec<Reason> {
        let waits = |visit: &Visit| {
            instance.at(visit.entry)?;
            Some(Reason {
                code: "waits",
                person: None,
                state: visit.state.clone(),
                seqs: vec![visit.seq],
                words: vec![said.waits(&visit.state)?],
            })
        };
        self.visits.iter().filter_map(waits).collect()
    }

    /// Why a visit of a state brought this person no task.
    fn visit_reason(
        &self,
        said: &Said<'_>,
        visit: &Visit,
        person: &str,
        instance: &Instance,
        opened: &[&Opened],
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
        let rule = opened.first().map(|opened| opened.why.clone());
        let mut words = vec![said.not_named(person, &visit.state, &asked.voters)];
        words.extend(rule.unwrap_or_default());
        let Some(drawn) = self.not_drawn(said, visit, asked.seq, person) else {
            return reason("not_named", vec![asked.seq], words);
        };
        words.push(said.drawn(drawn));
        reason("not_drawn", vec![drawn.seq, asked.seq], words)
    }

    /// The draw for this visit in which the person was in the pool, and somebody else was drawn.
    fn not_drawn(
        &self,
        said: &Said<'_>,
        visit: &Visit,
        asked: u32,
        person: &str,
    ) -> Option<&Drawn> {
        let draws = self.way.iter().filter_map(|(_, _, turned)| match turned {
            Turned::Drawn(drawn) => Some(drawn),
            Turned::Skipped(..)
            | Turned::Chosen(..)
            | Turned::Returned(..)
            | Turned::Reopened(_)
            | Turned::PeopleChosen(..)
            | Turned::Overridden(..)
            | Turned::TimedOut(_)
            | Turned::Held(_) => None,
        });
        let mut before =
            draws.filter(|drawn| drawn.seq < asked && said.names(&visit.state, &drawn.name));
        let last = before.next_back()?;
        let among = |people: &[String]| people.iter().any(|known| known == person);
        (among(&last.pool) && !among(&last.people)).then_some(last)
    }
}
