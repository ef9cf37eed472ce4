//! The ERP of the demo, as a pure function: a question's path and body in, status and JSON out. The server mounts it under
//! a route of its own in development.

use rust_decimal::Decimal;
use serde_json::{Value as Json, json};

use super::customers::{CUSTOMERS, ERP_DOWN_FOR, ERP_SLOW_FOR};

/// Shipments whose number ends like this are frozen in the warehouse: the ERP does not release them.
pub const FROZEN_ENDING: &str = "99";

/// The tax platform does not invoice this company.
pub const TAX_REFUSES: &str = "北沧农机有限公司";

/// Answers a question. Paths are those below the connector's base address.
pub fn answer(path: &str, body: &Json) -> (u16, Json) {
    match path {
        "/credit-checks" => credit(body),
        "/shipment-releases" => release(body),
        "/text-messages" => needs(body, &["shipment_no", "driver"]),
        "/invoices" => invoice(body),
        "/red-letters" => needs(body, &["invoice_no"]),
        "/orders" => needs(body, &["number", "goods"]),
        "/contracts" => needs(body, &["number", "subject"]),
        "/reservations" => needs(body, &["number", "part"]),
        "/settlement-lines" => needs(body, &["number"]),
        _ => (404, json!({"message": "没有这个接口 / no such path"})),
    }
}

fn credit(body: &Json) -> (u16, Json) {
    let Some(name) = body["customer"].as_str() else {
        return bad("customer");
    };
    if amount(body).is_none() {
        return bad("amount");
    }
    if name == ERP_DOWN_FOR {
        return (503, json!({"message": "ERP 维护中 / down for maintenance"}));
    }
    if name == ERP_SLOW_FOR {
        return (504, json!({"message": "ERP 超时 / timed out"}));
    }
    match CUSTOMERS
        .iter()
        .find(|customer| customer.name == name || customer.code == name)
    {
        Some(known) => (
            200,
            json!({"customer": known.code, "limit": known.limit, "used": known.used}),
        ),
        None => (
            404,
            json!({"message": format!("ERP 中没有客户“{name}” / unknown customer")}),
        ),
    }
}

/// Releasing twice is the same as once.
fn release(body: &Json) -> (u16, Json) {
    let Some(number) = body["shipment_no"]
        .as_str()
        .filter(|number| number.starts_with("SH-"))
    else {
        return bad("shipment_no");
    };
    if amount(body).is_none() {
        return bad("amount");
    }
    if number.ends_with(FROZEN_ENDING) {
        return (200, json!({"refused": "库存冻结 / stock is frozen"}));
    }
    (200, json!({"delivery": number.replacen("SH", "DN", 1)}))
}

/// Numbers an electronic invoice: twenty digits, the same for the same application, however often it asks.
fn invoice(body: &Json) -> (u16, Json) {
    let Some(number) = body["number"].as_str() else {
        return bad("number");
    };
    if amount(body).is_none() {
        return bad("amount");
    }
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let title = body["title"].as_str().unwrap_or_default();
    if title == TAX_REFUSES {
        return (
            200,
            json!({"refused": "购方状态异常 / the buyer's tax status is not regular"}),
        );
    }
    (200, json!({"invoice_no": format!("2633{digits:0>16}")}))
}

/// Taken note of, when these are there.
fn needs(body: &Json, fields: &[&str]) -> (u16, Json) {
    match fields
        .iter()
        .find(|field| body[**field].as_str().is_none_or(str::is_empty))
    {
        Some(field) => bad(field),
        None => (200, json!({})),
    }
}

fn amount(body: &Json) -> Option<Decimal> {
    let amount = Decimal::from_str_exact(body["amount"].as_str()?).ok()?;
    (amount >= Decimal::ZERO).then_some(amount)
}

fn bad(field: &str) -> (u16, Json) {
    (
        422,
        json!({"message": format!("“{field}”不对 / {field} is wrong")}),
    )
}
