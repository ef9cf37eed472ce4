//! The two flows the dialect was designed on.

#![expect(clippy::unwrap_used, reason = "tests")]

use super::{catalog, faults};
use crate::definition::{Join, PeopleRef, StateKind, Target};
use crate::dialect::compile;
use crate::example::{Deed, Stub};
use crate::value::Value;

const SHIPMENT: &str = include_str!("shipment_release.yaml");
const REPAIR: &str = include_str!("repair_order.yaml");

#[test]
fn the_shipment_flow_compiles_without_a_word() {
    let compiled = compile("shipment_release.yaml", SHIPMENT, &catalog());
    assert_eq!(faults(&compiled), Vec::<String>::new());
    let def = compiled.definition.unwrap();
    assert_eq!(def.flow, "shipment_release");
    let at = |id: &str| def.state_ix(id).unwrap();
    let go = |id: &str| Target::Go(at(id));
    let state = |id: &str| &def.states[at(id)];
    assert_eq!(state("draft").next, go("credit_check"));
    assert_eq!(state("credit_approval").next, go("under_load"));
    assert_eq!(state("credit_approval").if_rejected, go("refused"));
    assert_eq!(state("under_load").if_rejected, Target::BackTo(at("draft")));
    assert_eq!(state("release").next, go("released"));
    assert_eq!(state("director_sign").next, Target::BranchEnd);
    assert_eq!(state("director_sign").if_rejected, Target::Reject);
    let StateKind::Together { needs, branches } = &state("heavy_under_load").kind else {
        panic!("not together");
    };
    assert_eq!((*needs, branches.len()), (Join::All, 2));
    assert_eq!(
        def.entity.field("guarantee").map(|field| field.required),
        Some(false),
        "what is asked becomes part of the record"
    );
    let rate = def.entity.field("load_rate").unwrap();
    assert_eq!(
        rate.computed.as_ref().unwrap().reads(),
        ["loaded_t", "capacity_t"]
    );
    assert_eq!(def.places.get("states.release").line, 90);
    assert_eq!(def.places.get("states.under_load.when").column, 11);
}

#[test]
fn its_six_tests_become_examples() {
    let compiled = compile("shipment_release.yaml", SHIPMENT, &catalog());
    let examples = compiled.examples;
    assert_eq!(examples.len(), 6);
    let second = &examples[1];
    assert_eq!(second.line, 125);
    assert_eq!(
        second.at.unwrap().0,
        "2026-09-30T08:00:00Z"
            .parse::<jiff::Timestamp>()
            .unwrap()
            .as_millisecond(),
        "16:00 in Shanghai"
    );
    assert_eq!(second.given["capacity_t"], Value::from(30));
    assert_eq!(
        second.play[1].expect.added.as_ref().unwrap()["under_load"],
        ["赵总监"]
    );
    let third = &examples[2];
    assert_eq!(
        third.cast[0],
        (
            "张申请".to_owned(),
            vec!["applicant".to_owned(), "logistics".to_owned()]
        )
    );
    assert_eq!(
        third.play[1].deed,
        Some(Deed::Transfer("张申请".to_owned()))
    );
    assert_eq!(third.play[1].refused.as_deref(), Some("own_request"));
    assert_eq!(third.play[3].deed, Some(Deed::Submit));
    assert_eq!(
        third.play[3].set["amount"].as_number().unwrap().to_string(),
        "90000.00"
    );
    let last = &examples[5];
    assert_eq!(last.answers["erp.credit_check"], Stub::Timeout);
    assert_eq!(last.expect.told.as_deref().unwrap(), ["it"]);
}

#[test]
fn a_flow_of_another_house_is_told_what_this_house_lacks() {
    let compiled = compile("repair_order.yaml", REPAIR, &catalog());
    assert!(compiled.definition.is_none());
    let expected = [
        "6:9 unknown-entity",
        "7:13 unknown-role",
        "8:11 unknown-calendar",
        "16:20 unknown-role",
        "17:20 unknown-role",
        "19:20 unknown-role",
        "20:20 unknown-role",
        "21:20 unknown-role",
        "22:20 unknown-role",
        "23:20 unknown-role",
        "36:11 unknown-rule",
        "72:109 unknown-entity",
        "78:17 unknown-event",
        "85:21 unknown-flow",
        "109:78 unknown-entity",
        "111:81 unknown-effect",
        "122:15 unknown-entity",
        "122:43 unknown-entity",
    ];
    assert_eq!(faults(&compiled), expected);
    assert_eq!(compiled.examples.len(), 1);
}

#[test]
fn people_of_an_answer_are_named_not_guessed() {
    let compiled = compile("shipment_release.yaml", SHIPMENT, &catalog());
    let def = compiled.definition.unwrap();
    let StateKind::Approve(approve) = &def.states[def.state_ix("credit_approval").unwrap()].kind
    else {
        panic!("not an approval");
    };
    assert_eq!(approve.by, [PeopleRef::Named("credit".to_owned())]);
}
