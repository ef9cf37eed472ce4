//! Loads: how full a truck is, and that it is in one place at a time.

use assent_core::module::{HookContext, Query, refuse};
use assent_core::refusal::Refusal;
use assent_core::value::{ReadValues, Value, Values};
use rust_decimal::Decimal;

/// Days within which another shipment to the same city could go on the same truck.
const COMBINE_DAYS_MAX: i32 = 3;
/// Kilometres between the address and where the receipt was signed above which somebody should look.
const FAR_OFF_KM: Decimal = Decimal::TWO;

/// Other shipments on the same truck, and to the same city; of the same number while it is not asked for: then it stays. Truck
/// and number are one shipment's: of two who ask for them at the same time, the second hears of the first.
pub(crate) fn needs(values: &Values) -> Vec<Query> {
    let by = |field: &str| {
        values
            .text(field)
            .map(|is| Query::new("shipment", field, is))
    };
    let asking = values.lacks("status");
    let number = by("shipment_no").filter(|_| asking).map(Query::alone);
    let truck = by("truck").map(|truck| match asking {
        true => truck.alone(),
        false => truck,
    });
    let others = [truck, by("city"), number];
    others.into_iter().flatten().collect()
}

/// The ERP knows a shipment by its number: what is asked for under one that is asked for or released already would never reach
/// it. Once asked for, the number stays, so that it is looked up once and not with every decision.
fn one_number_one_shipment(
    before: Option<&Values>,
    after: &Values,
    cx: &HookContext<'_>,
) -> Result<(), Refusal> {
    let number = after.text("shipment_no").unwrap_or_default();
    if !after.lacks("status") {
        let asked = before.and_then(|before| before.text("shipment_no"));
        return match asked {
            Some(asked) if asked != number => Err(refuse(
                "shipment_no",
                "number_stays",
                format!("提交后发运单号不能再改（{asked}）；要换单号，请撤回后重新发起"),
                format!(
                    "The number stays {asked} once the shipment was asked for; withdraw and start anew to change it"
                ),
            )),
            _ => Ok(()),
        };
    }
    let others = cx.find("shipment", "shipment_no", number);
    let taken = others
        .iter()
        .find(|other| matches!(other.text("status"), Some("asked" | "released")));
    let Some(other) = taken else { return Ok(()) };
    let customer = other.text("customer").unwrap_or_default();
    let (zh, en) = match other.text("status") {
        Some("released") => ("已放行", "released already"),
        _ => ("审批中", "asked for already"),
    };
    Err(refuse(
        "shipment_no",
        "number_taken",
        format!("发运单 {number}（{customer}）{zh}，请核对单号，或查看那一单"),
        format!("{number} ({customer}) is {en}; check the number, or look at that shipment"),
    ))
}

fn days_apart(one: &Values, other: &Values) -> Option<i32> {
    let days = one
        .date("leaves_on")?
        .until(other.date("leaves_on")?)
        .ok()?;
    Some(days.get_days().abs())
}

/// Suggests released shipments to the same city that leave within three days.
pub(crate) fn derive(values: &mut Values, cx: &HookContext<'_>) {
    let city = values.text("city").unwrap_or_default();
    let near = cx
        .find("shipment", "city", city)
        .into_iter()
        .filter(|other| {
            other.text("status") == Some("released")
                && days_apart(values, other).is_some_and(|days| days <= COMBINE_DAYS_MAX)
        });
    let numbers: Vec<String> = near
        .filter_map(|other| other.text("shipment_no").map(str::to_owned))
        .collect();
    let suggestion = Value::Text(numbers.join("、"));
    values.insert(
        "combine_with".to_owned(),
        if suggestion.is_empty() {
            Value::Empty
        } else {
            suggestion
        },
    );
}

/// What is signed for more than two kilometres from the address is flagged, not refused.
pub(crate) fn derive_delivery(values: &mut Values) {
    let far = values
        .number("distance_km")
        .is_some_and(|km| km > FAR_OFF_KM);
    let warning = far.then(|| {
        Value::from("签收位置距送货地址超过 2 公里 / signed more than 2 km from the address")
    });
    values.insert("far_off".to_owned(), warning.unwrap_or_default());
}

pub(crate) fn check(
    before: Option<&Values>,
    after: &Values,
    cx: &HookContext<'_>,
) -> Result<(), Refusal> {
    one_number_one_shipment(before, after, cx)?;
    for (part, whole) in [("loaded_t", "capacity_t"), ("volume_m3", "capacity_m3")] {
        match (after.number(part), after.number(whole)) {
            (_, Some(capacity)) if capacity <= Decimal::ZERO => {
                return Err(refuse(
                    whole,
                    "capacity_zero",
                    "车辆的核定吨数和容积须大于零，请核对车辆档案",
                    "A truck's capacity must be more than zero; check its record",
                ));
            }
            // Compared before rounding: 30.001 t on 30 t is too much, although its rate reads 1.0000.
            (Some(load), Some(capacity)) if load > capacity => {
                return Err(refuse(
                    part,
                    "over_loaded",
                    format!("超载：{load} 超过核定的 {capacity}，请减少货物或换车"),
                    format!(
                        "Over-loaded: {load} on a capacity of {capacity}; take some off or another truck"
                    ),
                ));
            }
            _ => {}
        }
    }
    let taken = |other: &Values| {
        matches!(other.text("status"), Some("asked" | "released"))
            && days_apart(after, other) == Some(0)
    };
    let truck = after.text("truck").unwrap_or_default();
    let others = cx.find("shipment", "truck", truck);
    // A truck's own shipment is checked until it is released; then it is on its way.
    if after.text("status") != Some("released")
        && let Some(other) = others.iter().find(|other| taken(other))
    {
        let number = other.text("shipment_no").unwrap_or_default();
        return Err(refuse(
            "truck",
            "truck_double_booked",
            format!("{truck} 当天已安排发运单 {number}，请改日期或换车"),
            format!("{truck} is out with {number} that day; choose another day or truck"),
        ));
    }
    Ok(())
}

pub(crate) fn check_delivery(after: &Values) -> Result<(), Refusal> {
    match (after.number("pieces"), after.number("signed_pieces")) {
        (sent, Some(signed)) if signed > sent.unwrap_or_default() => Err(refuse(
            "signed_pieces",
            "signed_too_much",
            "签收件数不能多于发运件数，请核对签收单",
            "More pieces are signed for than were sent; check the receipt",
        )),
        _ => Ok(()),
    }
}

/// Trips of a truck on one day may touch, not overlap; a shipment stands in the plan once.
pub(crate) fn check_plan(after: &Values) -> Result<(), Refusal> {
    let mut seen: Vec<(&str, &str, Decimal, Decimal)> = Vec::new();
    for row in after.rows("loads") {
        let text = |name: &str| row.text(name).unwrap_or_default();
        let (truck, shipment) = (text("truck"), text("shipment"));
        let (leaves, returns) = (
            row.number("leaves").unwrap_or_default(),
            row.number("returns").unwrap_or_default(),
        );
        if returns <= leaves {
            return Err(refuse(
                "loads",
                "returns_first",
                format!("{truck} 的回场时间须晚于出车时间"),
                format!("{truck} must be back later than it leaves"),
            ));
        }
        if seen.iter().any(|(_, known, ..)| *known == shipment) {
            return Err(refuse(
                "loads",
                "shipment_twice",
                format!("发运单 {shipment} 已在当日配载中"),
                format!("The shipment {shipment} stands in the plan already"),
            ));
        }
        let overlaps = |(known, _, from, until): &(&str, &str, Decimal, Decimal)| {
            *known == truck && leaves < *until && *from < returns
        };
        if let Some((_, other, ..)) = seen.iter().find(|trip| overlaps(trip)) {
            return Err(refuse(
                "loads",
                "truck_double_booked",
                format!("{truck} 同一时段已安排发运单 {other}，请改时间或换车"),
                format!("{truck} is out with {other} at that time; choose another time or truck"),
            ));
        }
        seen.push((truck, shipment, leaves, returns));
    }
    Ok(())
}
