//! Shipments as a module: load rates, trucks that cannot be in two places, and the two questions flows ask the ERP.

mod erp;
mod load;

use std::sync::OnceLock;

use assent_core::module::{HookContext, Manifest, Module, Request};
use assent_core::refusal::{Refusal, RefusalKind};
use assent_core::value::Values;
use serde_json::Value as Json;

/// The module.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shipment;

impl Module for Shipment {
    fn manifest(&self) -> &Manifest {
        static MANIFEST: OnceLock<Manifest> = OnceLock::new();
        MANIFEST.get_or_init(|| {
            let (manifest, _) = assent_core::dialect::manifest::read(
                "modules/shipment/module.yaml",
                include_str!("../module.yaml"),
            );
            manifest.unwrap_or_default() // a test reads it and fails on any fault
        })
    }

    fn derive(&self, entity: &str, values: &mut Values, _cx: &HookContext<'_>) {
        if entity == "shipment" {
            load::derive(values);
        }
    }

    fn check(
        &self,
        entity: &str,
        _before: Option<&Values>,
        after: &Values,
        _cx: &HookContext<'_>,
    ) -> Result<(), Refusal> {
        match entity {
            "shipment" => load::check(after),
            "load_plan" => load::check_plan(after),
            _ => Ok(()),
        }
    }

    fn prepare(&self, effect: &str, input: &Values) -> Result<Request, Refusal> {
        erp::prepare(effect, input)
    }

    fn settle(&self, effect: &str, answer: &Json) -> Result<Values, Refusal> {
        erp::settle(effect, answer)
    }
}

fn refuse(code: &str, field: &str, zh: impl Into<String>, en: impl Into<String>) -> Refusal {
    Refusal::new(RefusalKind::Input, code, zh, en).about(field)
}

#[cfg(test)]
mod tests {
    use assent_core::testkit::{Bench, manifest, refused};
    use serde_json::json;

    use super::Shipment;

    #[test]
    fn the_manifest_is_good_and_the_flow_plays() {
        let manifest = manifest(include_str!("../module.yaml"));
        assert_eq!(
            (
                manifest.entities.len(),
                manifest.roles.len(),
                manifest.effects.len()
            ),
            (3, 6, 2)
        );
        Bench::new(Shipment).flow(include_str!("../../../workflows/shipment_release.yaml"));
    }

    #[test]
    fn the_load_rate_is_the_larger_of_weight_and_volume() {
        let bench = Bench::new(Shipment);
        let save = |load: &str| {
            bench.save(
                "shipment",
                None,
                &format!("{{number: SH-2026-0001, customer: C1, amount: 80000.00, {load}}}"),
            )
        };
        let rate = |load: &str| {
            save(load).map(|values| {
                values["load_rate"]
                    .as_number()
                    .unwrap_or_default()
                    .to_string()
            })
        };
        assert_eq!(
            rate("weight_t: 21, capacity_t: 30").as_deref(),
            Ok("0.7000")
        );
        assert_eq!(
            rate("weight_t: 10, capacity_t: 30, volume_m3: 40, capacity_m3: 50").as_deref(),
            Ok("0.8000")
        );
        assert_eq!(
            rate("weight_t: 20, capacity_t: 30").as_deref(),
            Ok("0.6667"),
            "rounded half up to its decimals"
        );
        assert_eq!(
            rate("weight_t: 30, capacity_t: 30").as_deref(),
            Ok("1.0000")
        );
        assert_eq!(
            refused(save("weight_t: 30.001, capacity_t: 30")),
            "over_loaded"
        );
        assert_eq!(
            refused(save("weight_t: 21, capacity_t: 0")),
            "capacity_zero"
        );
        assert_eq!(
            refused(save(
                "weight_t: 1, capacity_t: 30, volume_m3: 4, capacity_m3: 0"
            )),
            "capacity_zero"
        );
        assert_eq!(
            refused(save(
                "weight_t: 21, capacity_t: 30, dispatched: 10, signed_off: 11"
            )),
            "signed_too_much"
        );
        assert!(save("weight_t: 21, capacity_t: 30, dispatched: 10, signed_off: 10").is_ok());
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
        assert!(
            plan("{truck: 浙G12345, leaves: 12.5, returns: 18, shipment: SH-2026-0002}").is_ok(),
            "back and out again"
        );
        assert!(plan("{truck: 浙G99999, leaves: 8, returns: 12, shipment: SH-2026-0002}").is_ok());
        assert_eq!(
            refused(plan(
                "{truck: 浙G12345, leaves: 12.25, returns: 18, shipment: SH-2026-0002}"
            )),
            "truck_double_booked"
        );
        assert_eq!(
            refused(plan(
                "{truck: 浙G99999, leaves: 9, returns: 9, shipment: SH-2026-0002}"
            )),
            "returns_first"
        );
        assert_eq!(
            refused(plan(
                "{truck: 浙G99999, leaves: 9, returns: 10, shipment: SH-2026-0001}"
            )),
            "shipment_twice"
        );
    }

    #[test]
    fn the_erp_is_asked_in_json_and_understood() {
        let bench = Bench::new(Shipment);
        let credit = bench
            .request("erp.credit_check", "{customer: 华东钢贸, amount: 80000.50}")
            .unwrap_or_else(|refusal| panic!("{refusal:?}"));
        assert_eq!(
            (
                credit.connector.as_str(),
                credit.method,
                credit.path.as_str()
            ),
            ("erp", "POST", "/credit-checks")
        );
        assert_eq!(
            credit.body,
            json!({"customer": "华东钢贸", "amount": "80000.50", "currency": "CNY"})
        );
        assert_eq!(
            refused(bench.request("erp.credit_check", "{customer: 华东钢贸}")),
            "erp_input"
        );
        let gave = bench
            .answer(
                "erp.credit_check",
                &json!({"limit": "500000.00", "used": "1234.5"}),
            )
            .unwrap_or_default();
        assert_eq!(
            gave["used"]
                .as_number()
                .map(|used| used.to_string())
                .as_deref(),
            Some("1234.50")
        );
        for bad in [
            json!({"limit": "1"}),
            json!({"limit": "x", "used": "1"}),
            json!({"limit": "1.005", "used": "1"}),
            json!([]),
            json!({"limit": 0.1, "used": "1"}),
        ] {
            assert_eq!(
                refused(bench.answer("erp.credit_check", &bad)),
                "erp_answer",
                "{bad}"
            );
        }
        assert!(
            bench
                .request(
                    "erp.release_shipment",
                    "{shipment_no: SH-2026-0001, amount: 1.00, load_rate: 0.7}"
                )
                .is_ok()
        );
        assert!(
            bench
                .answer("erp.release_shipment", &json!({"released": true}))
                .is_ok()
        );
        assert_eq!(
            refused(bench.answer(
                "erp.release_shipment",
                &json!({"released": false, "message": "已冻结"})
            )),
            "erp_refused"
        );
    }
}
