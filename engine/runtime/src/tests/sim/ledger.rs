//! What clients sent and what they heard: P2 and P3 are judged by it and by the trail alone.

use std::collections::BTreeMap;

use assent_core::command::{Action, Command, Verdict};
use assent_core::event::{Change, Event};

/// What a client heard of a command.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    /// It is done, as the instance's turn with this number.
    Done(u64),
    /// It is refused; nothing was done.
    Refused,
    /// Nothing, or an error that leaves it open.
    Nothing,
}

/// One command of a client.
#[derive(Clone, Debug)]
pub struct Sent {
    pub instance: String,
    pub command: Command,
    pub heard: Heard,
}

/// Commands by their key, which stands in their words as well.
#[derive(Default)]
pub struct Ledger {
    pub sent: BTreeMap<String, Sent>,
}

/// Writes the key into the words of a command, where it has some that come into the trail once.
pub fn mark(command: &mut Command, key: &str) {
    match &mut command.action {
        Action::Decide { comment, .. }
        | Action::Act { comment, .. }
        | Action::Transfer { comment, .. } => *comment = Some(key.to_owned()),
        Action::Return { comment, .. } | Action::Advise { comment, .. } => {
            key.clone_into(comment);
        }
        Action::Comment { text, .. } | Action::Reply { text, .. } => key.clone_into(text),
        _ => {}
    }
    command.key = Some(key.to_owned());
}

fn is_marked(action: &Action) -> bool {
    matches!(
        action,
        Action::Decide { .. }
            | Action::Act { .. }
            | Action::Transfer { .. }
            | Action::Return { .. }
            | Action::Advise { .. }
            | Action::Comment { .. }
            | Action::Reply { .. }
    )
}

/// The words of the one event that tells this command; others may repeat them.
fn words<'a>(action: &Action, change: &'a Change) -> Option<&'a str> {
    match (action, change) {
        (Action::Decide { .. }, Change::Decided { comment, .. })
        | (Action::Act { .. }, Change::Acted { comment, .. })
        | (Action::Return { .. }, Change::Returned { comment, .. })
        | (Action::Transfer { .. }, Change::Transferred { comment, .. }) => comment.as_deref(),
        (Action::Advise { .. }, Change::Advised { comment, .. }) => Some(comment),
        (Action::Comment { .. }, Change::Commented { text, .. })
        | (Action::Reply { .. }, Change::Replied { text, .. }) => Some(text),
        _ => None,
    }
}

impl Ledger {
    /// Keeps what was heard. What was done once stays done: a repetition must hear the same.
    pub fn hear(&mut self, key: &str, sent: Sent) -> Result<(), String> {
        let known = self.sent.get(key).map(|known| known.heard.clone());
        match (known, &sent.heard) {
            (Some(Heard::Done(first)), Heard::Done(again)) if first != *again => Err(format!(
                "P2: the key {key} was answered with rev {first}, then with rev {again}"
            )),
            (Some(Heard::Done(_)), Heard::Refused) => Err(format!(
                "P2: the key {key} was accepted, its repetition refused"
            )),
            (Some(Heard::Done(_)), _) => Ok(()),
            _ => {
                self.sent.insert(key.to_owned(), sent);
                Ok(())
            }
        }
    }

    /// Everything this ledger demands of a trail.
    pub fn check(&self, instance: &str, events: &[Event]) -> Result<(), String> {
        let mut revs: BTreeMap<u64, &str> = BTreeMap::new();
        let mine = self
            .sent
            .iter()
            .filter(|(_, sent)| sent.instance == instance);
        for (key, sent) in mine {
            let times = events
                .iter()
                .filter(|event| words(&sent.command.action, &event.change) == Some(key))
                .count();
            let fits = match &sent.heard {
                Heard::Done(_) => !is_marked(&sent.command.action) || times == 1,
                Heard::Refused => times == 0,
                Heard::Nothing => times <= 1,
            };
            if !fits {
                return Err(format!(
                    "P2: {key} was heard as {:?} and stands in the trail {times} times: {:?}",
                    sent.heard, sent.command.action
                ));
            }
            // What saves what stands there already is no turn.
            if let Heard::Done(rev) = sent.heard
                && is_marked(&sent.command.action)
            {
                if let Some(other) = revs.insert(rev, key) {
                    return Err(format!("P2: {key} and {other} were both turn {rev}"));
                }
                if events.last().is_none_or(|last| last.rev < rev) {
                    return Err(format!(
                        "P1: {key} was turn {rev}, which is not in the trail"
                    ));
                }
            }
        }
        self.votes(events)
    }

    /// A task is decided once, and every vote is what its person sent.
    fn votes(&self, events: &[Event]) -> Result<(), String> {
        let mut decided = BTreeMap::new();
        for event in events {
            let (task, comment) = match &event.change {
                Change::Decided { task, comment, .. } | Change::Acted { task, comment, .. } => {
                    (task, comment)
                }
                _ => continue,
            };
            if let Some(other) = decided.insert(*task, event.seq) {
                let seq = event.seq;
                return Err(format!(
                    "P2: events {other} and {seq} both decide task {task}"
                ));
            }
            let key = comment.as_deref().unwrap_or_default();
            let sent = self.sent.get(key).map(|sent| &sent.command);
            let same = sent.is_some_and(|sent| {
                sent.actor == event.actor && verdict(&sent.action) == voted(&event.change)
            });
            if !same {
                return Err(format!("P3: event {} is a vote nobody sent", event.seq));
            }
        }
        Ok(())
    }
}

fn verdict(action: &Action) -> Option<Verdict> {
    match action {
        // An outcome of the flow's own says itself what it counts as.
        Action::Decide { verdict, with, .. } if with.outcome.is_none() => Some(*verdict),
        _ => None,
    }
}

fn voted(change: &Change) -> Option<Verdict> {
    match change {
        Change::Decided {
            verdict, outcome, ..
        } if outcome.is_none() => Some(*verdict),
        _ => None,
    }
}
