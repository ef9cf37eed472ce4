//! A small house for flows to live in, and helpers that speak of faults.

use std::collections::BTreeMap;

use crate::catalog::{Catalog, EffectType, Port, RuleType};
use crate::dialect::{Compiled, compile, read};
use crate::field::{Bounds, EntityType, Field, FieldKind};
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

/// A house with one of everything, for flows of a few lines.
pub fn house() -> Catalog {
    let mut house = catalog();
    house
        .roles
        .extend(["chief", "clerk"].map(|role| (role.to_owned(), Text::same(role))));
    let field = |name: &str, kind: FieldKind| Field {
        name: name.to_owned(),
        label: Text::same(name),
        kind,
        required: false,
        show_first: false,
        bounds: Bounds::default(),
        computed: None,
        filled_by: None,
        required_to: None,
    };
    let vehicle = EntityType {
        name: "vehicle".to_owned(),
        label: Text::new("车辆", "Vehicle"),
        fields: vec![
            field("plate", FieldKind::Text),
            field("seats", FieldKind::Number { decimals: 0 }),
        ],
        title_field: Some("plate".to_owned()),
    };
    house.entities.insert("vehicle".to_owned(), vehicle);
    let price = EffectType {
        name: "shop.price".to_owned(),
        label: Text::same("price"),
        takes: vec![port("note", FieldKind::Text, true)],
        gives: vec![port("total", yuan(), true)],
    };
    house.effects.insert(price.name.clone(), price);
    let credit = RuleType {
        name: "check.credit".to_owned(),
        label: Text::same("credit"),
        takes: vec![port("amount", yuan(), true)],
        gives: vec![port("verdict", FieldKind::Text, true)],
    };
    house.rules.insert(credit.name.clone(), credit);
    house.events.insert(
        "parts.received".to_owned(),
        Text::new("配件已到货", "Parts received"),
    );
    house.flows.insert("other".to_owned());
    house
}

/// A flow in that house, read but not checked as a whole.
pub fn compiled(text: &str) -> Compiled {
    read("flow.yaml", text, &house())
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
