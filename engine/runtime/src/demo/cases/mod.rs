//! What is going on at the sample company, one or more cases in every state of its flows: who asked, with which values, what
//! happened.
//!
//! Data only. Whoever fills the database sends the commands these steps stand for, in order, each as the person named.
//! `{today-3}` in a value is the day three days before today; a value that begins with `[` is a table or several files;
//! `file:name` is a small picture of that name.

mod contract;
mod invoice;
mod order;
mod repair;
mod shipment;
mod target;

/// A request and what became of it.
#[derive(Clone, Copy, Debug)]
pub struct DemoCase {
    /// The flow.
    pub flow: &'static str,
    /// What it shows, for whoever reads this list.
    pub shows: &'static str,
    /// Who asked.
    pub applicant: &'static str,
    /// When it was begun, in working hours before now.
    pub work_hours_ago: u32,
    /// The request's values by field, as a person would type them.
    pub values: &'static [(&'static str, &'static str)],
    /// What happened, in order.
    pub steps: &'static [DemoStep],
    /// Where it stands then: `running`, `held`, or an outcome's word.
    pub status: &'static str,
    /// The states it is in then.
    pub standing: &'static [&'static str],
}

/// One thing that happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DemoStep {
    /// The applicant submits, for the first time or again, with changed values.
    Submit(&'static [(&'static str, &'static str)]),
    /// The ERP answers what it was asked (see [`super::erp::answer`]).
    ErpAnswers,
    /// The ERP could not be reached, and every attempt is used up: the words of the last failure.
    ErpFails(&'static str),
    /// Somebody approves in a state, filling in fields where it asks for some.
    Approve {
        /// Who.
        who: &'static str,
        /// Where.
        state: &'static str,
        /// What they fill in.
        set: &'static [(&'static str, &'static str)],
    },
    /// Somebody rejects.
    Reject {
        /// Who.
        who: &'static str,
        /// Where.
        state: &'static str,
        /// Why.
        reason: &'static str,
    },
    /// The applicant withdraws.
    Withdraw(&'static str),
    /// Somebody does their work in a state.
    Act {
        /// Who.
        who: &'static str,
        /// Where.
        state: &'static str,
        /// Which of its actions.
        action: &'static str,
        /// What they fill in.
        set: &'static [(&'static str, &'static str)],
        /// Their words; empty: none.
        words: &'static str,
    },
    /// Something happened outside.
    Happens(&'static str),
}

use DemoStep::{Act, Approve, Reject, Submit};

const AGAIN: DemoStep = Submit(&[]);

const fn approve(who: &'static str, state: &'static str) -> DemoStep {
    Approve {
        who,
        state,
        set: &[],
    }
}

const fn reject(who: &'static str, state: &'static str, reason: &'static str) -> DemoStep {
    Reject { who, state, reason }
}

const fn act(
    who: &'static str,
    state: &'static str,
    action: &'static str,
    set: &'static [(&'static str, &'static str)],
) -> DemoStep {
    Act {
        who,
        state,
        action,
        set,
        words: "",
    }
}

const fn act_because(
    who: &'static str,
    state: &'static str,
    action: &'static str,
    words: &'static str,
) -> DemoStep {
    Act {
        who,
        state,
        action,
        set: &[],
        words,
    }
}

/// All of them.
pub fn all() -> impl Iterator<Item = &'static DemoCase> {
    let flows = [
        shipment::CASES,
        contract::CASES,
        order::CASES,
        invoice::CASES,
        target::CASES,
        repair::CASES,
    ];
    flows.into_iter().flatten()
}
