//! Contracts: the collection plan adds up, retention keeps within the rule, the number is issued at approval.

use assent_core::event::Change;
use assent_core::module::{HookContext, Reaction, refuse};
use assent_core::refusal::Refusal;
use assent_core::value::{ReadValues, Value, Values};
use rust_decimal::{Decimal, RoundingStrategy};

/// Largest retention where the construction rule applies: 3 % of the settlement (建质〔2017〕138号).
const RETENTION_MAX: Decimal = Decimal::from_parts(3, 0, 0, false, 2);
/// Decimals of shares.
const SHARE_DECIMALS: u32 = 4;

fn planned(values: &Values, only: Option<&str>) -> Decimal {
    let rows = values.rows("plan").into_iter();
    rows.filter(|row| only.is_none_or(|kind| row.text("kind") == Some(kind)))
        .filter_map(|row| row.number("amount"))
        .sum()
}

/// Margin = (price − cost) / price; retention = its lines of the plan / price. Both to four decimals, the margin down and the
/// retention up: what misses a limit by a hair must not read, nor count, as if it kept it.
pub(crate) fn derive(values: &mut Values) {
    let price = values.number("price");
    let share = |part: Option<Decimal>, rounded| {
        let share = part?.checked_div(price?)?;
        let mut share = share.round_dp_with_strategy(SHARE_DECIMALS, rounded);
        share.rescale(SHARE_DECIMALS);
        Some(Value::Number(share))
    };
    let earned = price
        .zip(values.number("cost"))
        .map(|(price, cost)| price - cost);
    let margin = share(earned, RoundingStrategy::ToNegativeInfinity);
    let kept = planned(values, Some("retention"));
    let retention = share(Some(kept), RoundingStrategy::ToPositiveInfinity);
    values.insert("margin".to_owned(), margin.unwrap_or_default());
    values.insert("retention_share".to_owned(), retention.unwrap_or_default());
}

pub(crate) fn check(after: &Values, cx: &HookContext<'_>) -> Result<(), Refusal> {
    if let (Some(start), Some(end)) = (after.date("start_on"), after.date("end_on"))
        && start > end
    {
        return Err(refuse(
            "end_on",
            "dates_out_of_order",
            format!("到期日期 {end} 早于生效日期 {start}，请核对"),
            format!("It ends on {end}, before it starts on {start}; check the dates"),
        ));
    }
    if !cx.complete {
        return Ok(());
    }
    let customer = cx.referred("customer", after, "customer");
    if customer.is_none_or(|customer| customer.lacks("credit_code")) {
        return Err(refuse(
            "customer",
            "party_without_credit_code",
            "客户档案没有统一社会信用代码，请先补全客户档案",
            "The customer has no credit code; complete the customer's record first",
        ));
    }
    let (plan, price) = (
        planned(after, None),
        after.number("price").unwrap_or_default(),
    );
    if plan != price {
        return Err(refuse(
            "plan",
            "plan_not_amount",
            format!("收款计划合计 {plan} 与合同金额 {price} 不符，请调整"),
            format!(
                "The collection plan adds up to {plan}, the contract is over {price}; make them equal"
            ),
        ));
    }
    let retention = planned(after, Some("retention"));
    if after.is("construction") && retention > price * RETENTION_MAX {
        return Err(refuse(
            "plan",
            "retention_over_3",
            "适用建设工程质保金规定时，质保金不得超过合同金额的 3 %",
            "Where the construction rule applies, retention is at most 3 % of the price",
        ));
    }
    Ok(())
}

fn status(word: &str) -> Reaction {
    Reaction::Set(Values::from([("status".to_owned(), Value::from(word))]))
}

/// What follows when a contract goes on or ends: nothing is ordered on one that has ended.
pub(crate) fn react(change: &Change, values: &Values, cx: &HookContext<'_>) -> Vec<Reaction> {
    match change {
        Change::Entered { state, .. } => entered(state, values, cx),
        Change::Ended { .. } => vec![status("ended")],
        _ => vec![],
    }
}

/// On approval the number is issued; when the contract takes effect, its amount counts as performance.
fn entered(state: &str, values: &Values, cx: &HookContext<'_>) -> Vec<Reaction> {
    match state {
        "signing" if values.lacks("number") => {
            let number = cx.next_number("contract", "number").unwrap_or_default();
            vec![Reaction::Set(Values::from([("number".to_owned(), number)]))]
        }
        "effective" => {
            let copy = |name: &str| values.get(name).cloned().unwrap_or_default();
            let posted = Reaction::Create {
                entity: "performance_entry".to_owned(),
                values: Values::from([
                    ("contract".to_owned(), Value::from(cx.record)),
                    ("contract_no".to_owned(), copy("number")),
                    ("amount".to_owned(), copy("amount")),
                    ("posted_on".to_owned(), Value::Date(cx.today)),
                ]),
            };
            vec![posted, status("in_force")]
        }
        _ => vec![],
    }
}
