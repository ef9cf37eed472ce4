//! Orders on a frame contract: within its time, for its customer, and together never more than it is over.

use assent_core::definition::Outcome;
use assent_core::event::Change;
use assent_core::module::{HookContext, Query, Reaction, refuse};
use assent_core::refusal::Refusal;
use assent_core::value::{ReadValues, Value, Values};
use rust_decimal::Decimal;

const ENTITY: &str = "frame_order";

/// The other orders on the contract; the contract guards their sum.
pub(crate) fn needs(values: &Values) -> Vec<Query> {
    let Some(contract) = values.text("contract") else {
        return vec![];
    };
    vec![Query::new(ENTITY, "contract", contract).guarded_by("contract", contract)]
}

/// What the contract leaves besides this order: its amount less every order that is asked for or placed.
fn left(values: &Values, cx: &HookContext<'_>) -> Option<Decimal> {
    let id = values.text("contract")?;
    let contract = cx.record("contract", id)?;
    let mut others = cx.find(ENTITY, "contract", id);
    others.retain(|other| matches!(other.text("status"), Some("asked" | "placed")));
    let drawn: Decimal = others
        .iter()
        .filter_map(|other| other.number("amount"))
        .sum();
    Some(contract.number("amount")? - drawn)
}

pub(crate) fn derive(values: &mut Values, cx: &HookContext<'_>) {
    cx.give_number(values, ENTITY, "number");
    let left = left(values, cx).map(Value::Number).unwrap_or_default();
    values.insert("left".to_owned(), left);
}

pub(crate) fn check(after: &Values, cx: &HookContext<'_>) -> Result<(), Refusal> {
    if !cx.complete {
        return Ok(());
    }
    let contract = cx
        .referred("contract", after, "contract")
        .unwrap_or_default();
    if !contract.is("frame") {
        return Err(refuse(
            "contract",
            "not_a_frame",
            "这不是框架合同，不能据此下单；请选框架合同，或另签合同",
            "This is no frame contract, so nothing can be ordered on it; choose a frame contract or sign one",
        ));
    }
    in_force(after, &contract, cx)?;
    if contract.text("customer") != after.text("customer") {
        return Err(refuse(
            "customer",
            "customer_not_of_contract",
            "客户不是该合同的客户，请核对",
            "This is not the contract's customer; check it",
        ));
    }
    let left = left(after, cx).unwrap_or_default();
    if after.number("amount").unwrap_or_default() > left {
        return Err(refuse(
            "amount",
            "over_frame",
            format!("超过框架合同余额 {left}，请减少金额，或先增补合同"),
            format!(
                "The frame contract leaves {left}; order for less, or have the contract raised first"
            ),
        ));
    }
    Ok(())
}

/// Ordered while the contract is in force, delivered before it ends.
fn in_force(after: &Values, contract: &Values, cx: &HookContext<'_>) -> Result<(), Refusal> {
    let begun = contract.date("start_on").is_some_and(|day| day <= cx.today);
    let over = contract.date("end_on").is_none_or(|day| day < cx.today)
        || contract.text("status") == Some("ended");
    if contract.lacks("signed_on") || !begun || over {
        return Err(refuse(
            "contract",
            "frame_not_in_force",
            "框架合同未签订、未生效、已到期或已终止，请核对合同",
            "The frame contract is not signed, has not begun, or is over; check it",
        ));
    }
    let end = contract.date("end_on");
    if after
        .date("deliver_on")
        .zip(end)
        .is_some_and(|(day, end)| day > end)
    {
        return Err(refuse(
            "deliver_on",
            "delivery_after_frame",
            "交货日期晚于框架合同到期日，请提前交货，或先续签合同",
            "It would be delivered after the frame contract ends; deliver earlier or renew the contract first",
        ));
    }
    Ok(())
}

/// Keeps `status`: what the contract's sum counts.
pub(crate) fn react(change: &Change) -> Vec<Reaction> {
    let status = match change {
        Change::Submitted { .. } => "asked",
        Change::Ended {
            outcome: Outcome::Approved,
            ..
        } => "placed",
        Change::Ended { .. } => "void",
        _ => return vec![],
    };
    let set = Values::from([("status".to_owned(), Value::from(status))]);
    vec![Reaction::Set(set)]
}
