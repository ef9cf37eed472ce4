//! Invoice applications: within the contract, for the right company, once.

use assent_core::definition::Outcome;
use assent_core::event::Change;
use assent_core::identifier::is_credit_code;
use assent_core::module::{HookContext, Query, Reaction, refuse};
use assent_core::refusal::Refusal;
use assent_core::value::{ReadValues, Value, Values};
use jiff::ToSpan as _;
use rust_decimal::Decimal;

/// Ahead of delivery, the money must be expected within so many days.
const AHEAD_DAYS_MAX: i64 = 60;
const ENTITY: &str = "invoice_application";

/// The other applications of the same contract; the contract guards their sum.
pub(crate) fn needs(values: &Values) -> Vec<Query> {
    let Some(contract) = values.text("contract") else {
        return vec![];
    };
    vec![Query::new(ENTITY, "contract", contract).guarded_by("contract", contract)]
}

/// The other applications that count: asked for or issued, not void.
fn others(values: &Values, cx: &HookContext<'_>) -> Vec<Values> {
    let Some(contract) = values.text("contract") else {
        return vec![];
    };
    let mut found = cx.find(ENTITY, "contract", contract);
    found.retain(|other| matches!(other.text("status"), Some("asked" | "issued")));
    found
}

/// What the contract leaves to be invoiced besides this application.
fn left(values: &Values, cx: &HookContext<'_>) -> Option<Decimal> {
    let contract = cx.referred("contract", values, "contract")?;
    let applied: Decimal = others(values, cx)
        .iter()
        .filter_map(|other| other.number("amount"))
        .sum();
    Some(contract.number("amount")? - applied)
}

pub(crate) fn derive(values: &mut Values, cx: &HookContext<'_>) {
    cx.give_number(values, ENTITY, "number");
    let left = left(values, cx).map(Value::Number).unwrap_or_default();
    values.insert("left".to_owned(), left);
    if !values.lacks("invoice_no") && values.lacks("issued_on") {
        values.insert("issued_on".to_owned(), Value::Date(cx.today));
        let days = values
            .number("term_days")
            .and_then(|days| i64::try_from(days).ok());
        let due = days.and_then(|days| cx.today.checked_add(days.days()).ok());
        values.insert(
            "due_on".to_owned(),
            due.map(Value::Date).unwrap_or_default(),
        );
    }
}

pub(crate) fn check(after: &Values, cx: &HookContext<'_>) -> Result<(), Refusal> {
    if after
        .text("tax_no")
        .is_some_and(|number| !is_credit_code(number))
    {
        return Err(refuse(
            "tax_no",
            "tax_no_wrong",
            "税号不对：应为18位统一社会信用代码，请核对客户的开票资料",
            "This is no tax number: 18 signs with the right check digit; see the customer's tax record",
        ));
    }
    if !cx.complete {
        return Ok(());
    }
    let customer = cx
        .referred("customer", after, "customer")
        .unwrap_or_default();
    for (field, of_customer, code, zh, en) in [
        (
            "title",
            "tax_title",
            "title_mismatch",
            "发票抬头与客户开票资料不一致，请核对",
            "The title is not that of the customer's tax record; check it",
        ),
        (
            "tax_no",
            "credit_code",
            "tax_no_mismatch",
            "税号与客户开票资料不一致，请核对",
            "The tax number is not that of the customer's tax record; check it",
        ),
    ] {
        if after.text(field) != customer.text(of_customer) {
            return Err(refuse(field, code, zh, en));
        }
    }
    if after.text("kind") == Some("special") && customer.text("taxpayer") == Some("small") {
        return Err(refuse(
            "kind",
            "small_scale_special",
            "客户是小规模纳税人，不能要专用发票，请改为普通发票",
            "The customer is a small-scale taxpayer and gets no special invoice; choose an ordinary one",
        ));
    }
    ahead(after, cx)?;
    within_contract(after, cx)
}

fn ahead(after: &Values, cx: &HookContext<'_>) -> Result<(), Refusal> {
    // Judged when it is asked for: later the day has come nearer anyhow.
    if !after.is("ahead") || !after.lacks("issued_on") {
        return Ok(());
    }
    if after.lacks("ahead_reason") || after.lacks("expected_receipt_on") {
        return Err(refuse(
            "ahead_reason",
            "ahead_needs_reason",
            "发货前开票须写明原因和预计回款日期",
            "An invoice ahead of delivery needs a reason and the date the money is expected",
        ));
    }
    let latest = cx.today.saturating_add(AHEAD_DAYS_MAX.days());
    let expected = after.date("expected_receipt_on");
    // Judged once: while it is decided on, the day may come.
    if after.lacks("status") && expected.is_some_and(|day| day < cx.today) {
        return Err(refuse(
            "expected_receipt_on",
            "expected_in_past",
            "预计回款日期已过，请填今天或以后的日期",
            "The day the money is expected is over; give today or a later one",
        ));
    }
    if expected.is_some_and(|day| day > latest) {
        return Err(refuse(
            "expected_receipt_on",
            "ahead_too_far",
            format!("发货前开票，预计回款不得晚于 {AHEAD_DAYS_MAX} 天（{latest}）"),
            format!(
                "Ahead of delivery the money must be expected within {AHEAD_DAYS_MAX} days (until {latest})"
            ),
        ));
    }
    Ok(())
}

fn within_contract(after: &Values, cx: &HookContext<'_>) -> Result<(), Refusal> {
    let contract = cx
        .referred("contract", after, "contract")
        .unwrap_or_default();
    // Once the invoice is there, what becomes of the contract does not undo it.
    let in_force = !contract.lacks("signed_on") && contract.text("status") != Some("ended");
    if !in_force && after.lacks("invoice_no") {
        return Err(refuse(
            "contract",
            "contract_not_in_force",
            "合同还没有签订，或已结束，不能据此开票；请先签订合同，或选另一份合同",
            "The contract is not signed yet, or is over, so nothing is invoiced on it; have it signed first or choose another",
        ));
    }
    if contract.text("customer") != after.text("customer") {
        return Err(refuse(
            "customer",
            "customer_not_of_contract",
            "客户不是该合同的客户，请核对",
            "This is not the contract's customer; check it",
        ));
    }
    let same = |other: &&Values| {
        other.text("delivery_no") == after.text("delivery_no")
            && other.text("status") == Some("issued")
    };
    if after.text("status") != Some("issued")
        && let Some(other) = others(after, cx).iter().find(same)
    {
        let number = other.text("invoice_no").unwrap_or_default();
        return Err(refuse(
            "delivery_no",
            "not_cancelled",
            format!("这票货已开发票 {number}，须先红冲才能重开"),
            format!(
                "Invoice {number} stands for this shipment; cancel it by a red-letter invoice first"
            ),
        ));
    }
    let left = left(after, cx).unwrap_or_default();
    if after.number("amount").unwrap_or_default() > left {
        return Err(refuse(
            "amount",
            "over_contract",
            format!("超过合同可开余额 {left}，请减少金额或先变更合同"),
            format!(
                "The contract leaves {left} to invoice; ask for less or change the contract first"
            ),
        ));
    }
    Ok(())
}

/// Keeps `status`: what the sum of a contract counts.
pub(crate) fn react(change: &Change) -> Vec<Reaction> {
    let status = match change {
        Change::Submitted { .. } => "asked",
        Change::Entered { state, .. } if state == "issued" => "issued",
        Change::Ended {
            outcome: Outcome::Approved,
            ..
        } => "issued",
        Change::Ended { .. } => "void",
        _ => return vec![],
    };
    let set = Values::from([("status".to_owned(), Value::from(status))]);
    vec![Reaction::Set(set)]
}
