//! Loads: how full a truck is, and that it is in one place at a time.

use assent_core::refusal::Refusal;
use assent_core::value::{Value, Values};
use rust_decimal::{Decimal, RoundingStrategy};

use crate::refuse;

fn number(values: &Values, name: &str) -> Option<Decimal> {
    values.get(name).and_then(Value::as_number)
}

/// Load rate = max(weight / capacity, volume / capacity), to four decimals; empty while a capacity is missing or zero.
pub(crate) fn derive(values: &mut Values) {
    let share = |part: &str, whole: &str| number(values, part)?.checked_div(number(values, whole)?);
    let rate = share("weight_t", "capacity_t").max(share("volume_m3", "capacity_m3"));
    let rounded = rate.map(|rate| {
        let mut rate = rate.round_dp_with_strategy(4, RoundingStrategy::MidpointAwayFromZero);
        rate.rescale(4);
        Value::Number(rate)
    });
    values.insert("load_rate".to_owned(), rounded.unwrap_or_default());
}

pub(crate) fn check(after: &Values) -> Result<(), Refusal> {
    for (part, whole) in [("weight_t", "capacity_t"), ("volume_m3", "capacity_m3")] {
        match (number(after, part), number(after, whole)) {
            (_, Some(capacity)) if capacity <= Decimal::ZERO => {
                return Err(refuse(
                    "capacity_zero",
                    whole,
                    "车辆的核定吨数和容积须大于零，请核对车辆档案",
                    "A truck's capacity must be more than zero; check its record",
                ));
            }
            // Compared before rounding: 30.001 t on 30 t is too much, although its rate reads 1.0000.
            (Some(load), Some(capacity)) if load > capacity => {
                return Err(refuse(
                    "over_loaded",
                    part,
                    format!("超载：{load} 超过核定的 {capacity}，请减少货物或换车"),
                    format!(
                        "Over-loaded: {load} on a capacity of {capacity}; take some off or another truck"
                    ),
                ));
            }
            _ => {}
        }
    }
    match (number(after, "dispatched"), number(after, "signed_off")) {
        (sent, Some(signed)) if signed > sent.unwrap_or_default() => Err(refuse(
            "signed_too_much",
            "signed_off",
            "签收件数不能多于发运件数，请核对签收单",
            "More pieces are signed for than were sent; check the receipt",
        )),
        _ => Ok(()),
    }
}

/// Trips of a truck on one day may touch, not overlap; a shipment stands in the plan once.
pub(crate) fn check_plan(after: &Values) -> Result<(), Refusal> {
    let Some(Value::List(rows)) = after.get("loads") else {
        return Ok(());
    };
    let mut seen: Vec<(&str, &str, Decimal, Decimal)> = Vec::new();
    for row in rows {
        let Value::Map(row) = row else { continue };
        let text = |name: &str| row.get(name).and_then(Value::as_text).unwrap_or_default();
        let (truck, shipment) = (text("truck"), text("shipment"));
        let (leaves, returns) = (
            number(row, "leaves").unwrap_or_default(),
            number(row, "returns").unwrap_or_default(),
        );
        if returns <= leaves {
            return Err(refuse(
                "returns_first",
                "loads",
                format!("{truck} 的回场时间须晚于出车时间"),
                format!("{truck} must be back later than it leaves"),
            ));
        }
        if seen.iter().any(|(_, known, ..)| *known == shipment) {
            return Err(refuse(
                "shipment_twice",
                "loads",
                format!("发运单 {shipment} 已在当日配载中"),
                format!("The shipment {shipment} stands in the plan already"),
            ));
        }
        let overlaps = |(known, _, from, until): &(&str, &str, Decimal, Decimal)| {
            *known == truck && leaves < *until && *from < returns
        };
        if let Some((_, other, ..)) = seen.iter().find(|trip| overlaps(trip)) {
            return Err(refuse(
                "truck_double_booked",
                "loads",
                format!("{truck} 同一时段已安排发运单 {other}，请改时间或换车"),
                format!("{truck} is out with {other} at that time; choose another time or truck"),
            ));
        }
        seen.push((truck, shipment, leaves, returns));
    }
    Ok(())
}
