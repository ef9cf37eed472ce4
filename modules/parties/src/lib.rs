//! Customers, vehicles and parts: what other modules refer to. Identifiers must carry the right check digits.

use assent_core::identifier::{is_credit_code, is_vin};
use assent_core::module::{HookContext, Manifest, Module, refuse};
use assent_core::refusal::Refusal;
use assent_core::value::{ReadValues, Values};

/// The module.
#[derive(Clone, Copy, Debug, Default)]
pub struct Parties;

impl Module for Parties {
    fn manifest(&self) -> &Manifest {
        assent_core::manifest!("../module.yaml")
    }

    fn check(
        &self,
        entity: &str,
        _before: Option<&Values>,
        after: &Values,
        _cx: &HookContext<'_>,
    ) -> Result<(), Refusal> {
        match entity {
            "customer"
                if after
                    .text("credit_code")
                    .is_some_and(|code| !is_credit_code(code)) =>
            {
                Err(refuse(
                    "credit_code",
                    "credit_code_wrong",
                    "统一社会信用代码不对：应为18位且校验位正确，请核对营业执照",
                    "This is not a credit code: 18 signs with the right check digit; see the business licence",
                ))
            }
            "vehicle" => vehicle(after),
            _ => Ok(()),
        }
    }
}

fn vehicle(after: &Values) -> Result<(), Refusal> {
    if after.text("vin").is_some_and(|vin| !is_vin(vin)) {
        return Err(refuse(
            "vin",
            "vin_wrong",
            "车辆识别代号不对：应为17位且第9位校验正确，请核对行驶证",
            "This is not a VIN: 17 signs, the ninth is the check digit; see the registration",
        ));
    }
    match (after.date("produced_on"), after.date("registered_on")) {
        (Some(produced), Some(registered)) if produced > registered => Err(refuse(
            "produced_on",
            "dates_out_of_order",
            "生产日期晚于登记日期，请核对车辆档案",
            "The vehicle was registered before it was produced; check its record",
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use assent_core::testkit::{Bench, manifest, refused};

    use super::Parties;

    #[test]
    fn identifiers_carry_their_check_digits() {
        assert_eq!(manifest(include_str!("../module.yaml")).entities.len(), 3);
        let bench = Bench::new(Parties);
        let customer = |code: &str| {
            let yaml = format!("{{code: C1, full_name: 东汇钢贸, credit_code: {code}}}");
            bench.save("customer", None, &yaml)
        };
        assert!(customer("91330200MA2B1C2D3T").is_ok());
        assert_eq!(refused(customer("91330200MA2B1C2D3K")), "credit_code_wrong");
        let vehicle = |yaml: &str| bench.save("vehicle", None, yaml);
        assert!(vehicle("{vin: 1M8GDM9AXKP042788}").is_ok());
        assert_eq!(refused(vehicle("{vin: 1M8GDM9AXKP042789}")), "vin_wrong");
        let dated = vehicle("{produced_on: 2025-07-01, registered_on: 2025-06-10}");
        assert_eq!(refused(dated), "dates_out_of_order");
    }
}
