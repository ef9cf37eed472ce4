//! Three flows for purchases: one for the workshop, one for large amounts, one for the rest.

use super::*;
use crate::catalog::Catalog;
use crate::check::across;
use crate::dialect::compile;
use crate::directory::{Person, Unit};
use crate::field::{EntityType, Field, FieldKind};
use crate::text::Lang;
use crate::value::Value;

struct NoRecords;

impl Lookup for NoRecords {
    fn record(&self, _entity: &str, _id: &str) -> Option<Values> {
        None
    }

    fn entity(&self, _name: &str) -> Option<EntityType> {
        None
    }
}

fn catalog() -> Catalog {
    let amount = Field {
        name: "amount".to_owned(),
        label: Text::new("金额", "Amount"),
        kind: FieldKind::Money {
            currency: "CNY".to_owned(),
            decimals: 2,
        },
        required: true,
        show_first: true,
        bounds: crate::field::Bounds::default(),
        computed: None,
        filled_by: None,
        required_to: None,
    };
    let purchase = EntityType {
        name: "purchase".to_owned(),
        label: Text::new("采购", "Purchase"),
        fields: vec![amount],
        title_field: None,
    };
    Catalog {
        entities: [("purchase".to_owned(), purchase)].into(),
        roles: [("owner".to_owned(), Text::same("owner"))].into(),
        units: ["plant", "shop", "sales"].map(str::to_owned).into(),
        calendars: ["cn_office".to_owned()].into(),
        ..Catalog::default()
    }
}

fn flow(id: &str, scope: &str) -> Definition {
    let text = format!(
        "flow: {id}\nformat: 1\nname: {{zh: {id}, en: {id}}}\npurpose: {{zh: 采购。, en: Buy.}}\nowner: role/owner\ncalendar: cn_office\ntitle: 'x'\nrecord: purchase\n{scope}people: {{o: role/owner}}\nstates:\n  - {{id: draft, name: {{zh: 申请, en: Ask}}, draft: {{by: applicant}}}}\n  - {{id: ok, name: {{zh: 审批, en: Ok}}, approve: {{by: o}}}}\n"
    );
    let compiled = compile(&format!("{id}.yaml"), &text, &catalog());
    assert!(compiled.definition.is_some(), "{:#?}", compiled.diagnostics);
    compiled.definition.unwrap()
}

/// The shop belongs to the plant; ann works in the shop, ben in sales.
fn directory() -> Directory {
    let mut directory = Directory::default();
    for (id, parent) in [("plant", None), ("shop", Some("plant")), ("sales", None)] {
        let unit = Unit {
            id: id.to_owned(),
            name: Text::same(id),
            parent: parent.map(str::to_owned),
            head: None,
        };
        directory.units.insert(id.to_owned(), unit);
    }
    for (id, unit) in [("ann", "shop"), ("ben", "sales")] {
        let person = Person {
            id: id.to_owned(),
            name: id.to_owned(),
            mail: String::new(),
            unit: unit.to_owned(),
            superior: None,
            posts: vec![],
            lang: Lang::Zh,
            active: true,
        };
        directory.people.insert(id.to_owned(), person);
    }
    directory
}

fn chosen(flows: &[&Definition], who: &str, amount: Option<i64>) -> Result<Chosen, Refusal> {
    let directory = directory();
    let values: Values = amount
        .map(|amount| ("amount".to_owned(), Value::Number(amount.into())))
        .into_iter()
        .collect();
    let asked = Asked {
        applicant: who,
        values: &values,
        record: None,
        records: &NoRecords,
        directory: &directory,
    };
    choose(flows, &asked).map(|(_, chosen)| chosen)
}

/// A7.30: the flow with the highest priority among those that serve the record, and why.
#[test]
fn the_flow_is_chosen_by_scope_and_priority_and_explained() {
    let plant = flow(
        "plant_buy",
        "for: {departments: [plant], when: amount <= 1000}\npriority: 30\n",
    );
    let large = flow("large_buy", "for: {when: amount > 100000}\npriority: 20\n");
    let rest = flow("buy", "priority: 0\n");
    let by_name = flow("revoke_buy", "");
    let flows = [&rest, &large, &by_name, &plant];
    let name = |who: &str, amount: i64| chosen(&flows, who, Some(amount)).unwrap().flow;
    assert_eq!(
        name("ann", 1000),
        "plant_buy",
        "the shop belongs to the plant"
    );
    assert_eq!(name("ann", 1001), "buy");
    assert_eq!(name("ben", 1000), "buy");
    assert_eq!(name("ben", 100_001), "large_buy");
    let why = chosen(&flows, "ben", Some(100_001)).unwrap();
    assert_eq!(
        why.because.zh,
        "选用“large_buy”：金额 > 100000，优先级 20。"
    );
    let others: Vec<&str> = why.others.iter().map(|(flow, _)| flow.as_str()).collect();
    assert_eq!(
        others,
        ["plant_buy", "buy"],
        "one without a scope is not among them"
    );
}

/// A7.31: two that serve it with the same priority are refused, never drawn; a field that decides must be filled in.
#[test]
fn what_cannot_be_decided_is_refused() {
    let large = flow("large_buy", "for: {when: amount > 100000}\npriority: 5\n");
    let plant = flow("plant_buy", "for: {departments: [plant]}\npriority: 5\n");
    let code = |flows: &[&Definition], who: &str, amount: Option<i64>| {
        chosen(flows, who, amount).unwrap_err().code
    };
    assert_eq!(
        code(&[&large, &plant], "ann", Some(200_000)),
        "ambiguous_flow"
    );
    assert_eq!(code(&[&large, &plant], "ben", Some(5)), "no_flow");
    let missing = chosen(&[&large, &plant], "ann", None).unwrap_err();
    assert_eq!(
        (missing.code.as_str(), missing.field.as_deref()),
        ("missing_value", Some("amount"))
    );
}

/// A8.20: two flows of the same priority that can serve one record are found across files, with a case.
#[test]
fn flows_that_overlap_are_found_across_files_with_a_case() {
    let found = |a: &str, b: &str| {
        let (a, b) = (flow("a", a), flow("b", b));
        across(&[&a, &b], Some(&directory()))
            .into_iter()
            .map(|(at, finding)| (at, finding.code, finding.message.zh))
            .collect::<Vec<_>>()
    };
    let overlap = found(
        "for: {when: amount > 100}\n",
        "for: {when: amount >= 50 and amount < 200}\n",
    );
    assert_eq!(overlap.len(), 1, "{overlap:?}");
    assert!(overlap[0].2.contains("金额 = "), "{overlap:?}");
    assert!(
        found(
            "for: {when: amount > 100}\n",
            "for: {when: amount <= 100}\n"
        )
        .is_empty()
    );
    assert!(found("priority: 1\n", "priority: 2\n").is_empty());
    assert_eq!(found("priority: 1\n", "priority: 1\n").len(), 1);
    assert!(
        found(
            "for: {departments: [shop]}\n",
            "for: {departments: [sales]}\n"
        )
        .is_empty()
    );
    assert_eq!(
        found(
            "for: {departments: [shop]}\n",
            "for: {departments: [plant]}\n"
        )
        .len(),
        1
    );
    assert!(found("", "priority: 1\n").is_empty());
}
