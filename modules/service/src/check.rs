//! What a repair order must not say.

use assent_core::identifier::is_vin;
use assent_core::module::{HookContext, refuse};
use assent_core::refusal::Refusal;
use assent_core::value::{ReadValues, Values};

use crate::history::earlier;

/// Photos that a finished repair shows: plate, odometer, fault.
const PHOTOS_MIN: usize = 3;

pub(crate) fn check(
    before: Option<&Values>,
    after: &Values,
    cx: &HookContext<'_>,
) -> Result<(), Refusal> {
    if after.text("vin").is_some_and(|vin| !is_vin(vin)) {
        return Err(refuse(
            "vin",
            "vin_wrong",
            "车辆识别代号不对：应为17位且第9位校验正确，请核对行驶证",
            "This is not a VIN: 17 signs, the ninth is the check digit; see the registration",
        ));
    }
    same_vehicle(before, after, cx)?;
    goodwill(after)?;
    dates(after, cx)?;
    let last = earlier(after, cx)
        .iter()
        .filter_map(|order| order.number("odometer_km"))
        .max();
    let vehicle = cx.referred("vehicle", after, "vehicle");
    let known = last.max(vehicle.and_then(|vehicle| vehicle.number("odometer_km")));
    if let (Some(known), Some(now)) = (known, after.number("odometer_km"))
        && now < known
    {
        return Err(refuse(
            "odometer_km",
            "odometer_went_back",
            format!("里程 {now} 低于上次记录的 {known} 公里，请核对里程表"),
            format!("{now} km is less than the {known} km recorded last; read the odometer again"),
        ));
    }
    // Judged with the end of the repair: until then photos come one by one.
    if !after.lacks("finished_on") && after.count("photos") < PHOTOS_MIN {
        return Err(refuse(
            "photos",
            "photos_missing",
            format!("至少上传 {PHOTOS_MIN} 张照片：车牌、里程表、故障部位"),
            format!("At least {PHOTOS_MIN} photos: plate, odometer, fault"),
        ));
    }
    Ok(())
}

/// Goodwill is a part of what the repair costs, at most all of it.
fn goodwill(after: &Values) -> Result<(), Refusal> {
    match (
        after.number("goodwill_amount"),
        after.number("total_amount"),
    ) {
        (Some(goodwill), Some(total)) if goodwill > total => Err(refuse(
            "goodwill_amount",
            "goodwill_over_total",
            format!("善意索赔金额 {goodwill} 不能超过预计总费用 {total}，请核对这两个金额"),
            format!(
                "Goodwill of {goodwill} is more than the estimated total of {total}; check both amounts"
            ),
        )),
        _ => Ok(()),
    }
}

/// What is repaired is the vehicle the order is for: its warranty and its history are read by that. An order under way is not
/// stopped because the vehicle's record was mended since.
fn same_vehicle(
    before: Option<&Values>,
    after: &Values,
    cx: &HookContext<'_>,
) -> Result<(), Refusal> {
    let said = |values: &Values| (values.get("vehicle").cloned(), values.get("vin").cloned());
    if before.map(said) == Some(said(after)) {
        return Ok(());
    }
    let vehicle = cx.referred("vehicle", after, "vehicle").unwrap_or_default();
    match (vehicle.text("vin"), after.text("vin")) {
        (Some(known), Some(given)) if known != given => Err(refuse(
            "vin",
            "vin_of_another_vehicle",
            format!("该车辆的识别代号是 {known}，与填写的不一致；请改选车辆，或更正识别代号"),
            format!(
                "The VIN of this vehicle is {known}; choose the other vehicle, or mend the VIN"
            ),
        )),
        _ => Ok(()),
    }
}

fn dates(after: &Values, cx: &HookContext<'_>) -> Result<(), Refusal> {
    let future = [
        "fault_on",
        "arrived_on",
        "finished_on",
        "produced_on",
        "registered_on",
    ];
    if let Some(field) = future
        .iter()
        .find(|field| after.date(field).is_some_and(|day| day > cx.today))
    {
        return Err(refuse(
            field,
            "date_in_future",
            "日期不能晚于今天，请核对",
            "The date is in the future; check it",
        ));
    }
    let order = |first: &str, second: &str| {
        let days = after.date(first).zip(after.date(second));
        days.is_some_and(|(first, second)| first > second)
    };
    if order("produced_on", "registered_on") {
        return Err(refuse(
            "produced_on",
            "dates_out_of_order",
            "生产日期晚于登记日期，请核对车辆档案",
            "The vehicle was registered before it was produced; check its record",
        ));
    }
    if order("arrived_on", "finished_on") {
        return Err(refuse(
            "finished_on",
            "finish_before_arrival",
            "完工日期早于到场日期，请核对",
            "The repair is finished before the engineer arrived; check the dates",
        ));
    }
    Ok(())
}
