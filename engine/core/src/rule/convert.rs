//! Between the engine's values and a script's, at a border where every kind is checked.

use std::collections::BTreeMap;

use rhai::Dynamic;
use rust_decimal::Decimal;

use super::fault::RuleFault;
use super::kind::{self, Kind};
use crate::catalog::Port;
use crate::field::FieldKind;
use crate::value::{Value, Values};

/// A value as a script sees it: every number an exact decimal.
pub(super) fn from_value(value: &Value) -> Dynamic {
    match value {
        Value::Empty => Dynamic::UNIT,
        Value::Flag(flag) => (*flag).into(),
        Value::Number(number) => Dynamic::from_decimal(*number),
        Value::Text(text) => text.clone().into(),
        Value::Date(date) => Dynamic::from(*date),
        Value::Time(time) => Dynamic::from(*time),
        Value::List(items) => {
            Dynamic::from_array(items.iter().map(from_value).collect::<rhai::Array>())
        }
        Value::Map(values) => Dynamic::from_map(
            values
                .iter()
                .map(|(name, value)| (name.as_str().into(), from_value(value)))
                .collect(),
        ),
    }
}

fn to_value(value: Dynamic) -> Option<Value> {
    Some(match Kind::of(&value) {
        Kind::Nothing => Value::Empty,
        Kind::Flag => Value::Flag(value.as_bool().ok()?),
        Kind::Number => Value::Number(kind::number(&value)?),
        Kind::Text => Value::Text(kind::text(&value)?.into()),
        Kind::Date => Value::Date(value.try_cast()?),
        Kind::Time => Value::Time(value.try_cast()?),
        Kind::List => Value::List(
            value
                .into_array()
                .ok()?
                .into_iter()
                .map(to_value)
                .collect::<Option<_>>()?,
        ),
        Kind::Map => Value::Map(
            value
                .try_cast::<rhai::Map>()?
                .into_iter()
                .map(|(name, value)| Some((name.to_string(), to_value(value)?)))
                .collect::<Option<_>>()?,
        ),
        Kind::Any => return None,
    })
}

/// The inputs of a rule, checked against its declaration: what is declared and not filled in is there as nothing, so
/// that a script can ask `filled(…)`; what is required must be filled in.
pub(super) fn inputs(takes: &[Port], given: &Values) -> Result<rhai::Map, RuleFault> {
    if let Some(name) = given
        .keys()
        .find(|name| !takes.iter().any(|port| port.name == **name))
    {
        return Err(RuleFault::new(
            "unknown_input",
            format!("规则没有声明输入“{name}”，请从 give: 中去掉，或在规则的 takes: 中声明"),
            format!("The rule declares no input \"{name}\"; take it out of give:, or declare it under takes:"),
        )
        .about(name));
    }
    let mut map = rhai::Map::new();
    for port in takes {
        let value = given.get(&port.name).unwrap_or(&Value::Empty);
        map.insert(port.name.as_str().into(), input(port, value)?);
    }
    Ok(map)
}

fn input(port: &Port, value: &Value) -> Result<Dynamic, RuleFault> {
    if value.is_empty() {
        if port.required {
            let name = &port.name;
            return Err(RuleFault::new(
                "missing_input",
                format!("规则需要“{name}”，但没有填写"),
                format!("The rule needs \"{name}\", which is not filled in"),
            )
            .about(name));
        }
        return Ok(match port.kind {
            FieldKind::File { .. } | FieldKind::Table { .. } => Dynamic::from_array(vec![]),
            _ => Dynamic::UNIT,
        });
    }
    checked(&port.name, &port.kind, value)
        .map(|value| from_value(&value))
        .map_err(|fault| fault.about(&port.name))
}

/// The outputs of a rule, checked the same way.
pub(super) fn outputs(gives: &[Port], result: Dynamic) -> Result<Values, RuleFault> {
    let Some(Value::Map(mut map)) = to_value(result) else {
        return Err(RuleFault::new(
            "wrong_output",
            "规则必须返回映射，例如 #{ in_warranty: true }",
            "A rule must return a map such as #{ in_warranty: true }",
        ));
    };
    let mut values = BTreeMap::new();
    for port in gives {
        let value = map.remove(&port.name).unwrap_or_default();
        if value == Value::Empty {
            if port.required {
                let name = &port.name;
                return Err(RuleFault::new(
                    "missing_output",
                    format!("规则没有给出“{name}”"),
                    format!("The rule did not give \"{name}\""),
                )
                .about(name));
            }
            values.insert(port.name.clone(), Value::Empty);
            continue;
        }
        let value =
            checked(&port.name, &port.kind, &value).map_err(|fault| fault.about(&port.name))?;
        values.insert(port.name.clone(), value);
    }
    match map.into_keys().next() {
        None => Ok(values),
        Some(name) => Err(RuleFault::new(
            "unknown_output",
            format!("规则给出了没有声明的“{name}”，请在 gives: 中声明"),
            format!("The rule gave \"{name}\", which is not declared under gives:"),
        )
        .about(&name)),
    }
}

/// A filled-in value of the declared kind, with the declared decimals.
fn checked(name: &str, kind: &FieldKind, value: &Value) -> Result<Value, RuleFault> {
    let fits = match (kind, value) {
        (
            FieldKind::Money { decimals, .. }
            | FieldKind::Number { decimals }
            | FieldKind::Percent { decimals },
            Value::Number(number),
        ) => return scaled(name, *number, *decimals).map(Value::Number),
        (FieldKind::Choice { options }, Value::Text(text)) => {
            return choice(name, options, text).map(|()| value.clone());
        }
        (FieldKind::File { .. }, Value::Text(_)) => return Ok(Value::List(vec![value.clone()])),
        (FieldKind::Table { columns }, Value::List(rows)) => return table(name, columns, rows),
        (
            FieldKind::Text | FieldKind::Person | FieldKind::Department | FieldKind::Ref { .. },
            Value::Text(_),
        )
        | (FieldKind::Date, Value::Date(_))
        | (FieldKind::Time, Value::Time(_))
        | (FieldKind::Flag, Value::Flag(_)) => true,
        (FieldKind::File { .. } | FieldKind::Person, Value::List(items)) => {
            items.iter().all(|item| item.as_text().is_some())
        }
        (_, _) => false,
    };
    if fits {
        return Ok(value.clone());
    }
    let place = (format!("“{name}”"), format!("\"{name}\""));
    Err(kind::wrong(
        (&place.0, &place.1),
        Kind::of_field(kind),
        &from_value(value),
    ))
}

/// Exact: a number with more decimals than declared is refused, never cut. Fewer are filled up (12.5 is stored as 12.50).
fn scaled(name: &str, number: Decimal, decimals: u32) -> Result<Decimal, RuleFault> {
    let mut number = number.normalize();
    if number.scale() > decimals {
        return Err(RuleFault::new(
            "too_many_decimals",
            format!("“{name}”只能有 {decimals} 位小数，得到的是 {number}，请用 round(…) 处理"),
            format!("\"{name}\" has {decimals} decimals, but got {number}; use round(…)"),
        ));
    }
    number.rescale(decimals);
    Ok(number)
}

fn choice(
    name: &str,
    options: &[(String, crate::text::Text)],
    text: &str,
) -> Result<(), RuleFault> {
    if options.iter().any(|(id, _)| id == text) {
        return Ok(());
    }
    let known: Vec<_> = options.iter().map(|(id, _)| id.as_str()).collect();
    Err(RuleFault::new(
        "unknown_choice",
        format!("“{name}”没有选项“{text}”，可选：{}", known.join("、")),
        format!(
            "\"{name}\" has no option \"{text}\"; there are: {}",
            known.join(", ")
        ),
    ))
}

fn table(name: &str, columns: &[crate::field::Field], rows: &[Value]) -> Result<Value, RuleFault> {
    let ports: Vec<Port> = columns
        .iter()
        .map(|column| Port {
            name: column.name.clone(),
            kind: column.kind.clone(),
            required: column.required,
        })
        .collect();
    let mut checked_rows = Vec::with_capacity(rows.len());
    for (index, row) in rows.iter().enumerate() {
        let Value::Map(cells) = row else {
            return Err(kind::wrong(
                ("表格的每一行", "Every row of a table"),
                Kind::Map,
                &from_value(row),
            ));
        };
        if let Some(unknown) = cells
            .keys()
            .find(|cell| !ports.iter().any(|port| port.name == **cell))
        {
            return Err(in_row(
                name,
                index,
                &RuleFault::new(
                    "unknown_input",
                    format!("没有声明列“{unknown}”"),
                    format!("the column \"{unknown}\" is not declared"),
                ),
            ));
        }
        let mut full = Values::new();
        for port in &ports {
            let value = cells.get(&port.name).unwrap_or(&Value::Empty);
            let value = match (value.is_empty(), port.required) {
                (true, true) => Err(RuleFault::new(
                    "missing_input",
                    format!("缺少“{}”", port.name),
                    format!("\"{}\" is missing", port.name),
                )),
                (true, false) => Ok(Value::Empty),
                (false, _) => checked(&port.name, &port.kind, value),
            };
            full.insert(
                port.name.clone(),
                value.map_err(|fault| in_row(name, index, &fault))?,
            );
        }
        checked_rows.push(Value::Map(full));
    }
    Ok(Value::List(checked_rows))
}

fn in_row(name: &str, index: usize, fault: &RuleFault) -> RuleFault {
    let row = index + 1;
    RuleFault::new(
        &fault.code,
        format!("“{name}”第 {row} 行：{}", fault.message.zh),
        format!("\"{name}\", row {row}: {}", fault.message.en),
    )
}
