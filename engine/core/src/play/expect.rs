//! What an example expects, compared with what happened.

use std::collections::BTreeMap;
use std::fmt::Debug;

use crate::dialect::OWN_MAILS;
use crate::event::{Change, Event};
use crate::example::Expect;
use crate::instance::Case;
use crate::play::Failure;
use crate::text::Text;
use crate::value::Value;

/// Compares; `from` is where the step's own events begin.
pub(super) fn compare(
    expected: &Expect,
    case: &Case,
    events: &[Event],
    from: usize,
) -> Vec<Failure> {
    let mut found = Failures {
        line: expected.line,
        list: vec![],
    };
    let instance = &case.instance;
    let step = &events[from.min(events.len())..];
    found.same(
        "result",
        expected.result.as_deref(),
        &instance.status_word(),
    );
    found.set(
        "waiting_on",
        called(expected.waiting_on.as_ref(), &instance.applicant).as_ref(),
        instance
            .waiting_on()
            .into_iter()
            .map(str::to_owned)
            .collect(),
    );
    found.set(
        "skipped",
        expected.skipped.as_ref(),
        each(events, |change| match change {
            Change::Skipped { state, .. } => vec![state.clone()],
            _ => vec![],
        }),
    );
    found.list(
        "path",
        expected.path.as_ref(),
        &each(events, |change| match change {
            Change::Entered { state, .. } => vec![state.clone()],
            _ => vec![],
        }),
    );
    found.list(
        "ran",
        expected.ran.as_ref(),
        &each(events, |change| match change {
            Change::Called { effect, .. } => vec![effect.clone()],
            _ => vec![],
        }),
    );
    found.set(
        "mailed",
        expected.mailed.as_ref(),
        each(events, |change| match change {
            Change::MailQueued { mail, .. } if !OWN_MAILS.contains(&mail.as_str()) => {
                vec![mail.clone()]
            }
            _ => vec![],
        }),
    );
    found.set(
        "told",
        expected.told.as_ref(),
        each(events, |change| match change {
            Change::Held { held } => held.told.clone(),
            _ => vec![],
        }),
    );
    found.set(
        "events",
        expected.events.as_ref(),
        each(events, |change| match change {
            Change::Told { name, .. } => vec![name.clone()],
            _ => vec![],
        }),
    );
    found.set(
        "reminded",
        expected.reminded.as_ref(),
        each(step, |change| match change {
            Change::Reminded { people, .. } => people.clone(),
            _ => vec![],
        }),
    );
    if let Some(wanted) = &expected.added {
        let mut added: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for event in step {
            if let Change::VoterAdded { entry, person, .. } = &event.change {
                let state = instance
                    .at(*entry)
                    .map_or_else(String::new, |active| active.state.clone());
                added.entry(state).or_default().push(person.clone());
            }
        }
        found.same("added", Some(wanted.clone()), &added);
    }
    found.same("round", expected.round, &instance.round);
    for (name, wanted) in expected.values.iter().flatten() {
        let actual = case.values.get(name).cloned().unwrap_or(Value::Empty);
        found.same(name, Some(wanted.clone()), &actual);
    }
    found.list
}

/// `applicant` is whoever started it, by whatever name.
fn called(wanted: Option<&Vec<String>>, applicant: &str) -> Option<Vec<String>> {
    let name = |word: &String| match word.as_str() {
        "applicant" => applicant.to_owned(),
        _ => word.clone(),
    };
    Some(wanted?.iter().map(name).collect())
}

fn each(events: &[Event], pick: impl Fn(&Change) -> Vec<String>) -> Vec<String> {
    events
        .iter()
        .flat_map(|event| pick(&event.change))
        .collect()
}

struct Failures {
    line: u32,
    list: Vec<Failure>,
}

impl Failures {
    fn same<W: Debug + PartialEq<F>, F: Debug + ?Sized>(
        &mut self,
        what: &str,
        wanted: Option<W>,
        found: &F,
    ) {
        if let Some(wanted) = wanted.filter(|wanted| wanted != found) {
            self.push(what, &format!("{wanted:?}"), &format!("{found:?}"));
        }
    }

    fn set(&mut self, what: &str, wanted: Option<&Vec<String>>, mut found: Vec<String>) {
        let Some(wanted) = wanted else { return };
        let mut sorted = wanted.clone();
        sorted.sort();
        found.sort();
        found.dedup();
        sorted.dedup();
        if sorted != found {
            self.push(what, &sorted.join(", "), &found.join(", "));
        }
    }

    fn list(&mut self, what: &str, wanted: Option<&Vec<String>>, found: &[String]) {
        if let Some(wanted) = wanted.filter(|wanted| wanted.as_slice() != found) {
            self.push(what, &wanted.join(", "), &found.join(", "));
        }
    }

    fn push(&mut self, what: &str, wanted: &str, found: &str) {
        let zh = format!("{what} 应为 [{wanted}]，实际是 [{found}]");
        let en = format!("{what} should be [{wanted}], but is [{found}]");
        self.list.push(Failure {
            line: self.line,
            message: Text { zh, en },
        });
    }
}
