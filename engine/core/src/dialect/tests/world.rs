//! A small house for flows to live in, and helpers that speak of faults.

use std::collections::BTreeMap;

use crate::catalog::{Catalog, EffectType, Port};
use crate::dialect::{Compiled, compile};
use crate::field::FieldKind;
use crate::text::Text;

pub fn port(name: &str, kind: FieldKind, required: bool) -> Port {
    Port {
        name: name.to_owned(),
        kind,
        required,
    }
}

pub fn yuan() -> FieldKind {
    FieldKind::Money {
        currency: "CNY".to_owned(),
        decimals: 2,
    }
}

/// What the shipment flow needs, and nothing more.
pub fn catalog() -> Catalog {
    let effect = |name: &str, takes: Vec<Port>, gives: Vec<Port>| {
        let effect = EffectType {
            name: name.to_owned(),
            label: Text::same(name),
            takes,
            gives,
        };
        (name.to_owned(), effect)
    };
    let share = FieldKind::Percent { decimals: 4 };
    let roles = [
        "logistics_lead",
        "credit_controller",
        "finance_manager",
        "logistics_manager",
        "sales_director",
        "it_on_call",
    ];
    Catalog {
        effects: BTreeMap::from([
            effect(
                "erp.credit_check",
                vec![
                    port("customer", FieldKind::Text, true),
                    port("amount", yuan(), true),
                ],
                vec![port("limit", yuan(), true), port("used", yuan(), true)],
            ),
            effect(
                "erp.release_shipment",
                vec![
                    port("shipment_no", FieldKind::Text, true),
                    port("amount", yuan(), true),
                    port("load_rate", share, false),
                ],
                vec![],
            ),
        ]),
        roles: roles.map(|role| (role.to_owned(), Text::same(role))).into(),
        calendars: ["cn_office".to_owned()].into(),
        ..Catalog::default()
    }
}

/// `line:column code` of every fault, in file order.
pub fn faults(compiled: &Compiled) -> Vec<String> {
    let faults = compiled.diagnostics.iter();
    faults
        .map(|fault| format!("{}:{} {}", fault.place.line, fault.place.column, fault.code))
        .collect()
}

/// The faults of a text against the small house.
pub fn faults_of(text: &str) -> Vec<String> {
    faults(&compile("flow.yaml", text, &catalog()))
}
