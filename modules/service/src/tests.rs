use assent_core::testkit::{Bench, manifest, refused};
use assent_core::value::ReadValues as _;

use super::Service;

/// The entity types of another module that service refers to.
struct Parties;

impl assent_core::module::Module for Parties {
    fn manifest(&self) -> &assent_core::module::Manifest {
        assent_core::manifest!("../../parties/module.yaml")
    }
}

fn bench() -> Bench {
    Bench::new(Service)
        .and(Parties)
        .at("2026-03-02 09:00")
        .with_record("vehicle", "V1", "{plate: 浙G12345, vin: LZYTAGBW6K1000123, vehicle_class: household, delivered_on: 2025-06-01, odometer_km: 15000}")
}

fn order(more: &str) -> String {
    format!(
        "{{vehicle: V1, fault: 异响, fault_on: 2026-03-01, odometer_km: 18000, part_class: part, goodwill_amount: 0, total_amount: 100.00{more}}}"
    )
}

#[test]
fn the_manifest_is_good() {
    let manifest = manifest(include_str!("../module.yaml"));
    assert_eq!((manifest.entities.len(), manifest.events.len()), (4, 2));
}

#[test]
fn an_order_takes_over_the_vehicles_dates_and_counts_its_repairs() {
    let earlier = "{vehicle: V1, fault_code: F12, fault_on: 2026-01-01, finished_on: 2026-01-10, odometer_km: 16000, defect: brake, replaced: true, status: closed}";
    let bench = bench()
        .with_record("work_order", "W1", earlier)
        .with_record("work_order", "W2", &earlier.replace("closed", "void"));
    let saved = bench.save(
        "work_order",
        None,
        &order(", fault_code: F12, labour_hours: 2.0, finished_on: 2026-03-02, photos: [a, b, c]"),
    );
    let saved = saved.unwrap_or_else(|refusal| panic!("{refusal:?}"));
    assert_eq!(saved.text("vin"), Some("LZYTAGBW6K1000123"));
    assert_eq!(saved.text("vehicle_class"), Some("household"));
    let count = |name: &str| {
        saved
            .number(name)
            .map(|n| n.to_string())
            .unwrap_or_default()
    };
    assert_eq!(
        count("downtime_days"),
        "10",
        "both days counted, what is void is not"
    );
    assert_eq!(count("repair_days"), "12");
    assert_eq!(
        (
            count("same_defect"),
            count("safety_repairs"),
            count("assembly_replaced")
        ),
        ("2".into(), "1".into(), "1".into())
    );
    assert_eq!(count("repaired_km"), "16000");
    assert_eq!(count("paid_hours"), "2.0");
}

#[test]
fn an_order_says_nothing_impossible() {
    let earlier = "{vehicle: V1, finished_on: 2026-01-10, odometer_km: 18001, status: closed}";
    let driven = bench().with_record("work_order", "W1", earlier);
    assert_eq!(
        refused(driven.save("work_order", None, &order(""))),
        "odometer_went_back"
    );
    for (more, code) in [
        (", vin: LZYTAGBW5K1000123", "vin_wrong"),
        (", vin: LZYTAGBW9L1000456", "vin_of_another_vehicle"),
        (", arrived_on: 2026-03-03", "date_in_future"),
        (
            ", produced_on: 2025-05-02, registered_on: 2025-05-01",
            "dates_out_of_order",
        ),
        (
            ", arrived_on: 2026-03-02, finished_on: 2026-03-01, photos: [a, b, c]",
            "finish_before_arrival",
        ),
        (
            ", finished_on: 2026-03-02, photos: [a, b]",
            "photos_missing",
        ),
    ] {
        assert_eq!(
            refused(bench().save("work_order", None, &order(more))),
            code,
            "{more}"
        );
    }
    assert!(bench().save("work_order", None, &order("")).is_ok());
    let goodwill = |amount: &str| {
        let yaml = order("").replace("goodwill_amount: 0", &format!("goodwill_amount: {amount}"));
        bench().save("work_order", None, &yaml)
    };
    assert!(goodwill("100.00").is_ok(), "all of it");
    assert_eq!(refused(goodwill("100.01")), "goodwill_over_total");
}
