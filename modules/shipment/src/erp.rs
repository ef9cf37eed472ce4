//! The two questions to the ERP, as JSON over HTTP. Amounts travel as texts, so that no reader makes a float of them.

use assent_core::module::Request;
use assent_core::refusal::Refusal;
use assent_core::value::{Value, Values};
use rust_decimal::Decimal;
use serde_json::{Value as Json, json};

use crate::refuse;

pub(crate) fn prepare(effect: &str, input: &Values) -> Result<Request, Refusal> {
    let (path, body) = match effect {
        "erp.credit_check" => (
            "/credit-checks",
            json!({"customer": text(input, "customer")?, "amount": number(input, "amount")?, "currency": "CNY"}),
        ),
        "erp.release_shipment" => (
            "/shipment-releases",
            json!({"shipment_no": text(input, "shipment_no")?, "amount": number(input, "amount")?, "load_rate": number(input, "load_rate")?}),
        ),
        other => return Err(unknown(other)),
    };
    Ok(Request {
        connector: "erp".to_owned(),
        method: "POST",
        path: path.to_owned(),
        body,
    })
}

pub(crate) fn settle(effect: &str, answer: &Json) -> Result<Values, Refusal> {
    match effect {
        "erp.credit_check" => Ok(Values::from([
            ("limit".to_owned(), money(answer, "limit")?),
            ("used".to_owned(), money(answer, "used")?),
        ])),
        "erp.release_shipment" if answer["released"] == json!(true) => Ok(Values::new()),
        "erp.release_shipment" => {
            let said = answer["message"].as_str().unwrap_or_default();
            Err(refuse(
                "erp_refused",
                "shipment_no",
                format!("ERP 没有放行：{said}"),
                format!("The ERP did not release it: {said}"),
            ))
        }
        other => Err(unknown(other)),
    }
}

fn text<'v>(input: &'v Values, name: &str) -> Result<&'v str, Refusal> {
    input
        .get(name)
        .and_then(Value::as_text)
        .ok_or_else(|| missing(name))
}

fn number(input: &Values, name: &str) -> Result<String, Refusal> {
    let number = input.get(name).and_then(Value::as_number);
    number
        .map(|number| number.to_string())
        .ok_or_else(|| missing(name))
}

fn missing(name: &str) -> Refusal {
    refuse(
        "erp_input",
        name,
        format!("发往 ERP 的“{name}”没有填写，请补齐后重试"),
        format!("\"{name}\" for the ERP is not filled in; add it and try again"),
    )
}

/// An amount as text, exact, with at most two decimals. A JSON number is refused: it may have been a float on its way.
fn money(answer: &Json, name: &str) -> Result<Value, Refusal> {
    let found = answer[name]
        .as_str()
        .and_then(|text| Decimal::from_str_exact(text).ok());
    let found = found
        .filter(|amount| amount.normalize().scale() <= 2)
        .map(|mut amount| {
            amount.rescale(2);
            Value::Number(amount)
        });
    found.ok_or_else(|| {
        refuse(
            "erp_answer",
            name,
            format!("ERP 的回答中没有可用的“{name}”（应为文本金额，如 \"1234.50\"）"),
            format!(
                "The ERP's answer has no usable \"{name}\" (an amount as text such as \"1234.50\")"
            ),
        )
    })
}

fn unknown(effect: &str) -> Refusal {
    refuse(
        "unknown_effect",
        "effect",
        format!("发运模块没有动作 {effect}"),
        format!("The shipment module has no effect {effect}"),
    )
}
