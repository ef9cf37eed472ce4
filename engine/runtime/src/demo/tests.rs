//! The sample company is sound. That every case arrives where it says is checked by whoever fills the database with them.

use std::collections::BTreeSet;

use assent_core::directory::Directory;
use assent_core::module::Module;
use assent_core::time::Moment;
use assent_finance::Finance;
use assent_org::{Org, Sheets, import};
use assent_parties::Parties;
use assent_service::Service;
use assent_shipment::Shipment;
use serde_json::json;

use super::{cases, company, customers, erp};

/// Wednesday 2026-03-11, 10:00 in Shanghai.
const NOW: Moment = Moment(1_773_194_400_000);

fn directory() -> Directory {
    let sheets = company::sheets("2026-03-11".parse().unwrap());
    let sheets = Sheets {
        units: sheets.units,
        people: sheets.people,
        roles: sheets.roles,
        grants: sheets.grants,
        absences: &sheets.absences,
    };
    import(&sheets).unwrap_or_else(|faults| panic!("{faults:#?}"))
}

#[test]
fn cases_show_every_state_of_every_flow() {
    for (flow, states) in [
        (
            "shipment_release",
            "draft credit_check credit_approval under_load heavy_under_load director_sign finance_sign release held \
             approved rejected withdrawn",
        ),
        (
            "contract",
            "draft reviews legal_review finance_review technical_review director gm chairman signing effective in_force \
             approved cancelled",
        ),
        (
            "invoice_application",
            "draft sales receivables finance_head issued held approved red_letter",
        ),
        ("frame_order", "draft sales director approved"),
        ("target_change", "draft department checked gm approved"),
        (
            "repair_order",
            "draft triage dispatch diagnosing goodwill_area goodwill_hq quote repairing waiting_parts checks tested \
             cost_review call_back approved cancelled",
        ),
    ] {
        let cases = cases::all().filter(|demo| demo.flow == flow);
        let shown: BTreeSet<&str> = cases
            .flat_map(|demo| demo.standing.iter().copied().chain([demo.status]))
            .collect();
        for state in states.split_whitespace() {
            assert!(shown.contains(state), "no case of {flow} shows {state}");
        }
    }
    for demo in cases::all() {
        let name = demo.values.iter().find(|(field, _)| *field == "customer");
        let known = |name: &str| {
            let mut customers = customers::CUSTOMERS.iter();
            customers.any(|customer| customer.name == name || customer.code == name)
        };
        assert!(name.is_none_or(|(_, name)| known(name)), "{}", demo.shows);
    }
}

#[test]
fn days_are_put_in_and_other_braces_stay() {
    let today = "2026-03-01".parse().unwrap();
    let text =
        r#"[{"due_on":"{today-1}","amount":"1"},{"due_on":"{today}"},{"due_on":"{today+31}"}]"#;
    assert_eq!(
        company::dated(text, today),
        r#"[{"due_on":"2026-02-28","amount":"1"},{"due_on":"2026-03-01"},{"due_on":"2026-04-01"}]"#
    );
}

#[test]
fn the_company_is_sound() {
    let directory = directory();
    let here = directory
        .people
        .values()
        .filter(|person| person.active)
        .count();
    assert!((40..=45).contains(&here), "{here}");
    assert!(
        directory
            .people
            .values()
            .all(|person| person.mail == format!("{}@lanchuan.example", person.id))
    );
    for person in directory
        .people
        .values()
        .filter(|person| person.active && person.id != "leizhen")
    {
        assert!(
            directory
                .active(person.superior.as_deref().unwrap_or_default())
                .is_some(),
            "{} has no superior",
            person.id
        );
    }
    for unit in directory.units.values() {
        assert!(
            directory
                .active(unit.head.as_deref().unwrap_or_default())
                .is_some(),
            "{} has no head",
            unit.id
        );
    }
    for role in directory.role_names.keys() {
        assert!(
            !directory.holders(role, None).is_empty(),
            "nobody holds {role}"
        );
    }
    let modules: [&dyn Module; 5] = [&Org, &Parties, &Shipment, &Finance, &Service];
    for manifest in modules.map(Module::manifest) {
        for (role, label) in &manifest.roles {
            assert_eq!(directory.role_names.get(role), Some(label), "{role}");
        }
    }
    for persona in company::personas() {
        assert!(
            directory.active(persona.person).is_some(),
            "{}",
            persona.person
        );
    }
    assert_eq!(directory.absences.len(), 2);
    let away = &directory.absences[0];
    assert!(
        away.from <= NOW && NOW < away.until,
        "one of them is away today"
    );
    assert!(
        directory.has_role(away.proxy.as_deref().unwrap(), "logistics_manager"),
        "the proxy holds the same role"
    );
    for customer in customers::CUSTOMERS {
        assert!(
            directory.units.contains_key(customer.area),
            "{}",
            customer.area
        );
    }
}

#[test]
fn the_erp_answers_like_one() {
    let ask = |customer: &str| {
        erp::answer(
            "/credit-checks",
            &json!({"customer": customer, "amount": "100.00"}),
        )
    };
    assert_eq!(
        ask("东汇钢贸"),
        (
            200,
            json!({"customer": "C1001", "limit": "500000.00", "used": "100000.00"})
        )
    );
    assert_eq!(ask("C1001").0, 200);
    assert_eq!(ask(customers::ERP_DOWN_FOR).0, 503);
    assert_eq!(ask(customers::ERP_SLOW_FOR).0, 504);
    assert_eq!(ask("谁也不是").0, 404);
    for bad in [
        json!({}),
        json!({"customer": "东汇钢贸"}),
        json!({"customer": "东汇钢贸", "amount": 1.5}),
        json!({"customer": "东汇钢贸", "amount": "-1"}),
    ] {
        assert_eq!(erp::answer("/credit-checks", &bad).0, 422, "{bad}");
    }
    let release = |number: &str| {
        erp::answer(
            "/shipment-releases",
            &json!({"shipment_no": number, "amount": "1.00", "load_rate": "0.9"}),
        )
    };
    assert_eq!(
        release("SH-2026-0101"),
        release("SH-2026-0101"),
        "releasing twice is the same as once"
    );
    assert_eq!(release("SH-2026-0101").1["delivery"], "DN-2026-0101");
    assert!(release("SH-2026-0199").1["refused"].is_string(), "frozen");
    assert_eq!(release("X").0, 422);
    let invoice = |title: &str| {
        let body = json!({"number": "KP-2026-0007", "title": title, "amount": "1.00"});
        erp::answer("/invoices", &body)
    };
    let number = invoice("东汇钢贸有限公司").1["invoice_no"].clone();
    assert_eq!(
        number.as_str().map(str::len),
        Some(20),
        "an electronic invoice has twenty digits"
    );
    assert_eq!(
        invoice("东汇钢贸有限公司").1["invoice_no"],
        number,
        "asked twice, issued once"
    );
    assert!(invoice(erp::TAX_REFUSES).1["refused"].is_string());
    assert_eq!(
        erp::answer("/reservations", &json!({"number": "WX-1"})).0,
        422
    );
    assert_eq!(erp::answer("/nowhere", &json!({})).0, 404);
}
