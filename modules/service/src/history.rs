//! What a repair order takes over: the vehicle's dates, and what its earlier repairs add up to. Rules judge these figures
//! (`scripts/warranty.rhai`); here they are only counted.

use assent_core::module::{HookContext, Reaction};
use assent_core::value::{ReadValues, Value, Values};
use rust_decimal::Decimal;

/// What a repair order takes over from the vehicle where it does not say otherwise.
const FROM_VEHICLE: [&str; 8] = [
    "vin",
    "vehicle_class",
    "delivered_on",
    "invoiced_on",
    "registered_on",
    "produced_on",
    "extended_until",
    "extended_km",
];
/// Defects that endanger people; repairs of them are counted apart.
const SAFETY: [&str; 5] = [
    "steering",
    "brake",
    "body_crack",
    "fuel_leak",
    "battery_fire",
];

/// Closed repairs of the same vehicle.
pub(crate) fn earlier(values: &Values, cx: &HookContext<'_>) -> Vec<Values> {
    let Some(vehicle) = values.text("vehicle") else {
        return vec![];
    };
    let mut found = cx.find("work_order", "vehicle", vehicle);
    found.retain(|order| order.text("status") == Some("closed"));
    found
}

pub(crate) fn derive(values: &mut Values, cx: &HookContext<'_>) {
    cx.give_number(values, "work_order", "number");
    if let Some(vehicle) = cx.referred("vehicle", values, "vehicle") {
        for field in FROM_VEHICLE {
            if let (true, Some(known)) = (values.lacks(field), vehicle.get(field)) {
                values.insert(field.to_owned(), known.clone());
            }
        }
    }
    let before = earlier(values, cx);
    let days: i64 = before.iter().map(days_in_repair).sum();
    let same: Vec<&Values> = before
        .iter()
        .filter(|order| same_fault(order, values))
        .collect();
    let last = same.iter().max_by_key(|order| order.date("finished_on"));
    let of_last = |field: &str| last.and_then(|last| last.get(field)).cloned();
    let safety = |order: &Values| {
        order
            .text("defect")
            .is_some_and(|defect| SAFETY.contains(&defect))
    };
    let hours = if values.is("rework") {
        Some(Decimal::ZERO)
    } else {
        values.number("labour_hours")
    };
    // This repair counts, too, as far as it is known by now.
    let with_this = |test: &dyn Fn(&Values) -> bool| {
        let count = before.iter().filter(|order| test(order)).count() + usize::from(test(values));
        Value::from(i64::try_from(count).unwrap_or(i64::MAX))
    };
    let figures = [
        ("downtime_days", Value::from(days)),
        ("repair_days", Value::from(days + days_in_repair(values))),
        ("repaired_on", of_last("finished_on").unwrap_or_default()),
        ("repaired_km", of_last("odometer_km").unwrap_or_default()),
        ("same_defect", with_this(&|order| same_fault(order, values))),
        ("safety_repairs", with_this(&safety)),
        (
            "assembly_replaced",
            with_this(&|order| order.is("replaced")),
        ),
        ("paid_hours", hours.map(Value::Number).unwrap_or_default()),
    ];
    for (name, value) in figures {
        values.insert(name.to_owned(), value);
    }
}

fn same_fault(order: &Values, values: &Values) -> bool {
    let code = values.text("fault_code");
    code.is_some() && order.text("fault_code") == code
}

/// From the fault to the end of the repair, both days counted; 0 while it is not finished.
fn days_in_repair(order: &Values) -> i64 {
    let days = order.date("fault_on").zip(order.date("finished_on"));
    let days = days.and_then(|(from, until)| from.until(until).ok());
    days.map_or(0, |span| i64::from(span.get_days().max(0)) + 1)
}

/// The case that quality and legal look at.
pub(crate) fn exchange_case(values: &Values, cx: &HookContext<'_>) -> Reaction {
    let reason = values.get("exchange_reason").cloned().unwrap_or_default();
    Reaction::Create {
        entity: "exchange_case".to_owned(),
        values: Values::from([
            ("work_order".to_owned(), Value::from(cx.record)),
            ("reason".to_owned(), reason),
        ]),
    }
}
