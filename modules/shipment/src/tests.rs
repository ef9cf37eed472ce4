use assent_core::testkit::{Bench, manifest, refused};
use assent_core::value::{Value, Values};
use serde_json::json;

use super::Shipment;

#[test]
fn the_manifest_is_good() {
    let manifest = manifest(include_str!("../module.yaml"));
    assert_eq!((manifest.entities.len(), manifest.roles.len()), (3, 7));
    assert_eq!(
        manifest.effects.len(),
        manifest.calls.len(),
        "every effect is declared, none programmed"
    );
}

#[test]
fn a_truck_is_neither_over_loaded_nor_without_capacity() {
    let bench = Bench::new(Shipment);
    let save = |load: &str| {
        let yaml =
            format!("{{shipment_no: SH-2026-0001, customer: 东汇钢贸, amount: 80000.00, {load}}}");
        bench.save("shipment", None, &yaml)
    };
    assert!(
        save("loaded_t: 30, capacity_t: 30").is_ok(),
        "to the last kilo"
    );
    assert_eq!(
        refused(save("loaded_t: 30.001, capacity_t: 30")),
        "over_loaded"
    );
    assert_eq!(
        refused(save("loaded_t: 21, capacity_t: 0")),
        "capacity_zero"
    );
    let volume = "loaded_t: 1, capacity_t: 30, volume_m3: 4, capacity_m3: 0";
    assert_eq!(refused(save(volume)), "capacity_zero");
}

#[test]
fn a_truck_is_in_one_place_at_a_time() {
    let bench = Bench::new(Shipment);
    let plan = |second: &str| {
        let first = "{truck: 浙G12345, leaves: 8, returns: 12.5, shipment: SH-2026-0001}";
        bench.save(
            "load_plan",
            None,
            &format!("{{day: 2026-03-02, loads: [{first}, {second}]}}"),
        )
    };
    let back = "{truck: 浙G12345, leaves: 12.5, returns: 18, shipment: SH-2026-0002}";
    assert!(plan(back).is_ok(), "back and out again");
    assert!(plan("{truck: 浙G99999, leaves: 8, returns: 12, shipment: SH-2026-0002}").is_ok());
    for (trip, code) in [
        (
            "{truck: 浙G12345, leaves: 12.25, returns: 18, shipment: SH-2026-0002}",
            "truck_double_booked",
        ),
        (
            "{truck: 浙G99999, leaves: 9, returns: 9, shipment: SH-2026-0002}",
            "returns_first",
        ),
        (
            "{truck: 浙G99999, leaves: 9, returns: 10, shipment: SH-2026-0001}",
            "shipment_twice",
        ),
    ] {
        assert_eq!(refused(plan(trip)), code);
    }
    let other = "{shipment_no: SH-2026-0009, truck: 浙G12345, leaves_on: 2026-01-06, status: %}";
    let day = |status: &str, day: &str| {
        let bench = Bench::new(Shipment).with_record("shipment", "S9", &other.replace('%', status));
        let yaml = format!(
            "{{shipment_no: SH-2026-0001, customer: C, amount: 1.00, loaded_t: 1, capacity_t: 30, truck: 浙G12345, leaves_on: {day}}}"
        );
        bench.save("shipment", None, &yaml)
    };
    assert_eq!(refused(day("asked", "2026-01-06")), "truck_double_booked");
    assert!(day("asked", "2026-01-07").is_ok(), "the next day");
    assert!(
        day("void", "2026-01-06").is_ok(),
        "the other one never left"
    );
}

#[test]
fn a_number_is_one_shipment() {
    let asked = |status: &str, before: Option<&Values>, own: &str| {
        let other = format!("{{shipment_no: SH-2026-0009, customer: 甲方, status: {status}}}");
        let bench = Bench::new(Shipment).with_record("shipment", "S9", &other);
        let yaml = format!(
            "{{shipment_no: SH-2026-0009, customer: C, amount: 1.00, loaded_t: 1, capacity_t: 30{own}}}"
        );
        bench.save("shipment", before, &yaml)
    };
    for (status, words) in [("asked", "审批中"), ("released", "已放行")] {
        let zh = asked(status, None, "").err().map(|it| it.message.zh);
        let zh = zh.unwrap_or_default();
        assert!(zh.contains(words) && zh.contains("甲方"), "{zh}");
        assert_eq!(refused(asked(status, None, "")), "number_taken");
    }
    assert!(asked("void", None, "").is_ok(), "the other one never left");
    let before = |number: &str| {
        Values::from([
            ("shipment_no".to_owned(), Value::from(number)),
            ("status".to_owned(), Value::from("asked")),
        ])
    };
    let (same, another) = (before("SH-2026-0009"), before("SH-2026-0008"));
    assert!(asked("asked", Some(&same), ", status: asked").is_ok());
    assert_eq!(
        refused(asked("void", Some(&another), ", status: asked")),
        "number_stays"
    );
}

#[test]
fn nobody_signs_for_more_than_was_sent() {
    let bench = Bench::new(Shipment).with_record("shipment", "S1", "{shipment_no: SH-2026-0001}");
    let save = |more: &str| {
        let yaml =
            format!("{{shipment: S1, shipment_no: SH-2026-0001, customer: C, pieces: 10, {more}}}");
        bench.save("delivery", None, &yaml)
    };
    assert_eq!(refused(save("signed_pieces: 11")), "signed_too_much");
    let near = save("signed_pieces: 10, distance_km: 2.0").unwrap_or_default();
    assert!(!near.contains_key("far_off"), "two kilometres are near");
    let far = save("signed_pieces: 10, distance_km: 2.1").unwrap_or_default();
    assert!(far.contains_key("far_off"), "flagged, not refused");
}

#[test]
fn the_erp_is_asked_in_json_and_understood() {
    let bench = Bench::new(Shipment);
    let credit = bench.request("erp.credit_check", "{customer: 华东钢贸, amount: 80000.50}");
    let credit = credit.unwrap_or_else(|refusal| panic!("{refusal:?}"));
    let to = (
        credit.connector.as_str(),
        credit.method,
        credit.path.as_str(),
    );
    assert_eq!(to, ("erp", "POST", "/credit-checks"));
    assert_eq!(
        credit.body,
        json!({"customer": "华东钢贸", "amount": "80000.50"})
    );
    let answer = |json| bench.answer("erp.credit_check", &json);
    let gave =
        answer(json!({"limit": "500000.00", "used": "1234.50", "grade": "a"})).unwrap_or_default();
    let used = gave["used"].as_number().map(|used| used.to_string());
    assert_eq!(used.as_deref(), Some("1234.50"));
    for bad in [
        json!({"limit": "1"}),
        json!({"limit": "x", "used": "1"}),
        json!([]),
        json!({"limit": 0.1, "used": "1"}),
    ] {
        assert_eq!(refused(answer(bad.clone())), "answer_unusable", "{bad}");
    }
    let release = |json| bench.answer("erp.release_shipment", &json);
    assert!(release(json!({"delivery": "DN-1"})).is_ok());
    assert_eq!(
        refused(release(json!({"refused": "库存冻结"}))),
        "refused_elsewhere"
    );
}
