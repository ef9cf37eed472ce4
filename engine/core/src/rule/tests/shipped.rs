//! The rules in `scripts/`: they load without a fault, and their own tests pass.

use super::context;
use crate::rule::RuleSet;

const FILES: [(&str, &str, &str); 2] = [
    (
        "warranty",
        include_str!("../../../../../scripts/warranty.rhai"),
        include_str!("../../../../../scripts/warranty.yaml"),
    ),
    (
        "settlement",
        include_str!("../../../../../scripts/settlement.rhai"),
        include_str!("../../../../../scripts/settlement.yaml"),
    ),
];

#[test]
fn every_test_beside_a_script_passes() {
    let (set, diagnostics) = RuleSet::load(&FILES);
    assert_eq!(diagnostics, [], "{diagnostics:#?}");
    let results = set.test(&context());
    let failed: Vec<_> = results
        .iter()
        .filter_map(|result| {
            let failure = result.failure.as_ref()?;
            Some(format!(
                "{}:{} {}: {}",
                result.rule, result.line, result.name, failure.zh
            ))
        })
        .collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    for (file, least) in [("warranty.", 20), ("settlement.", 20)] {
        let count = results
            .iter()
            .filter(|result| result.rule.starts_with(file))
            .count();
        assert!(count >= least, "{file} has {count} tests");
    }
}

#[test]
fn the_repair_order_finds_what_it_gives_and_fills() {
    let (set, _) = RuleSet::load(&FILES);
    let types = set.types();
    let rule = &types["warranty.decide"];
    let give = [
        "delivered_on",
        "invoiced_on",
        "registered_on",
        "produced_on",
        "fault_on",
        "odometer_km",
        "part_class",
        "exclusions",
    ];
    for port in &rule.takes {
        assert!(
            !port.required || give.contains(&port.name.as_str()),
            "{}",
            port.name
        );
    }
    for name in give {
        assert!(rule.takes.iter().any(|port| port.name == name), "{name}");
    }
    for name in ["in_warranty", "ends_on", "base", "reason"] {
        assert!(rule.gives.iter().any(|port| port.name == name), "{name}");
    }
}

#[test]
fn the_reference_page_is_what_the_code_says() {
    let page = include_str!("../../../../../docs/rules.md");
    let wanted = crate::rule::reference();
    assert!(
        page.contains(&wanted),
        "docs/rules.md must hold this between its marks:\n{wanted}"
    );
}
