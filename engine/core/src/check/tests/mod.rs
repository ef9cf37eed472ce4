//! Checks of whole flows: what must be said, and above all what must not.

mod emptiness;
mod organisation;
mod shape;

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::{Catalog, EffectType, Port};
use crate::definition::Definition;
use crate::dialect::compile;
use crate::field::FieldKind;
use crate::text::Text;

/// A flow around these states; `people` a to d, `amount` required, `note` and `other` not.
fn flow(states: &str) -> Definition {
    flow_with("", states)
}

/// The same with more sections before the states.
fn flow_with(sections: &str, states: &str) -> Definition {
    let text = format!(
        "flow: t
format: 1
name: {{zh: 试, en: T}}
purpose: {{zh: 试, en: T}}
owner: role/a
calendar: cn_office
title: '{{{{amount}}}}'
form:
  amount: {{type: money, name: {{zh: 金额, en: Amount}}, currency: CNY, required: true, min: 0}}
  note: {{type: text, name: {{zh: 备注, en: Note}}}}
  other: {{type: text, name: {{zh: 其他, en: Other}}}}
  rate: {{type: number, name: {{zh: 比率, en: Rate}}, decimals: 2}}
  double: {{type: number, name: {{zh: 双倍, en: Double}}, decimals: 2, is: rate * 2}}
  area: {{type: department, name: {{zh: 区域, en: Area}}}}
people: {{a: role/a, b: role/b, c: role/c, d: role/d in record.area, boss: supervisor of applicant}}
{sections}
states:
  - {{id: draft, name: {{zh: 申请, en: Draft}}, draft: {{by: applicant}}}}
{states}
"
    );
    let compiled = compile("t.yaml", &text, &catalog());
    let faults: Vec<String> = compiled
        .diagnostics
        .iter()
        .filter(|fault| fault.is_error())
        .map(|fault| format!("{}:{} {}", fault.place.line, fault.code, fault.message.en))
        .collect();
    compiled
        .definition
        .unwrap_or_else(|| panic!("{faults:?}\n{text}"))
}

fn catalog() -> Catalog {
    let mut catalog = Catalog::default();
    for role in ["a", "b", "c", "d"] {
        catalog.roles.insert(role.to_owned(), Text::same(role));
    }
    catalog.calendars = BTreeSet::from(["cn_office".to_owned()]);
    catalog.events = BTreeMap::from([("parts.received".to_owned(), Text::same("parts"))]);
    let port = |name: &str, required: bool| Port {
        name: name.to_owned(),
        kind: FieldKind::Text,
        required,
    };
    for (name, takes) in [
        ("erp.ask", vec![port("note", true), port("other", false)]),
        ("erp.tell", vec![port("note", false)]),
    ] {
        let effect = EffectType {
            name: name.to_owned(),
            label: Text::same(name),
            takes,
            gives: vec![port("sure", true), port("perhaps", false)],
        };
        catalog.effects.insert(name.to_owned(), effect);
    }
    catalog
}

/// The codes found, without those about names nobody uses, each with the place it is about.
fn codes(def: &Definition) -> Vec<String> {
    let unused = ["people-unused", "mail-unused", "table-unused"];
    super::findings(def, &catalog())
        .into_iter()
        .filter(|finding| !unused.contains(&finding.code))
        .map(|finding| format!("{} {}", finding.code, finding.at))
        .collect()
}

/// Asserts what is found in a flow of these states.
#[track_caller]
fn assert_found(states: &str, expected: &[&str]) {
    assert_eq!(codes(&flow(states)), expected, "{states}");
}
