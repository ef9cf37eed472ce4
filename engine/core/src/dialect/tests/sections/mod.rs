//! Every section: what is read from it, and what is said when it is wrong. A flow is put together from a sound one by
//! replacing one piece, so that exactly the faults of that piece may be found.

#![expect(clippy::unwrap_used, reason = "tests")]

mod deciding;
mod examples;
mod head;
mod machine;

use super::world::{compiled, faults};
use crate::definition::{Definition, State};

/// A sound flow; `{states}` and `{rest}` stand for what a test is about.
fn flow(states: &str, rest: &str) -> String {
    let form = if rest.contains("form:") {
        ""
    } else {
        "form:\n  amount: {type: money, name: {zh: 金额, en: Amount}, currency: CNY}\n  note: {type: text, name: {zh: 备注, en: Note}}\n"
    };
    let people = if rest.contains("people:") {
        ""
    } else {
        "people:\n  chief: role/chief\n  clerk: role/clerk\n"
    };
    format!(
        "flow: demo\nformat: 1\nname: {{zh: 演示, en: Demo}}\npurpose: {{zh: 演示用, en: To show}}\nowner: role/chief\ncalendar: cn_office\ntitle: '{{{{note}}}}'\n{form}{people}{rest}states:\n  - {{id: draft, name: {{zh: 申请, en: Request}}, draft: {{by: applicant}}}}\n{states}"
    )
}

fn sound(states: &str, rest: &str) -> Definition {
    let text = flow(states, rest);
    let compiled = compiled(&text);
    assert_eq!(faults(&compiled), Vec::<String>::new(), "{text}");
    compiled.definition.unwrap()
}

/// The codes found, in file order.
fn said(states: &str, rest: &str) -> Vec<&'static str> {
    let compiled = compiled(&flow(states, rest));
    assert!(compiled.definition.is_none() || compiled.diagnostics.is_empty());
    compiled
        .diagnostics
        .iter()
        .map(|fault| fault.code)
        .collect()
}

fn state<'d>(def: &'d Definition, id: &str) -> &'d State {
    &def.states[def.state_ix(id).unwrap()]
}

const NAME: &str = "name: {zh: 甲, en: A}";

fn one(rest: &str) -> String {
    format!("  - {{id: a, {NAME}, {rest}}}\n")
}
