//! The functions: what they take and what they give.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::ast::Node;
use super::check::Checker;
use super::eval::{self, Path};
use super::fault::{ConditionFault, Span};
use super::function::Function;
use super::kind::Kind;
use super::mismatch;
use super::{Facts, NoValue};
use crate::value::Value;

/// Most decimals `round` keeps; what an exact decimal can hold.
pub const ROUND_DECIMALS_MAX: u32 = 28;

/// The type of a call.
pub(super) fn kind(
    checker: &mut Checker<'_>,
    function: Function,
    parts: &mut [Node],
    span: Span,
) -> Option<Kind> {
    let (least, most) = function.arity();
    if parts.len() < least || parts.len() > most {
        let usage = function.usage();
        return checker.fault(
            ConditionFault::new(
                "condition-arguments",
                span,
                format!("函数 {} 的参数个数不对。", function.name()),
                format!("{} has the wrong number of arguments.", function.name()),
            )
            .hint(format!("请写成 {usage}。"), format!("Write {usage}.")),
        );
    }
    match function {
        Function::Min | Function::Max => extreme(checker, parts),
        Function::Abs => parts.first_mut().and_then(|part| checker.number(part)),
        Function::Round => round(checker, parts),
        Function::Floor | Function::Ceil => {
            let kind = parts.first_mut().and_then(|part| checker.number(part))?;
            Some(with_decimals(kind, 0))
        }
        Function::Count | Function::Sum | Function::Length => {
            let part = parts.first_mut()?;
            let span = part.span;
            let kind = checker.kind(part)?;
            of_one(function, &kind).or_else(|| argument(checker, function, span, &kind))
        }
    }
}

/// The type of a function of one list or text; none when it does not apply.
fn of_one(function: Function, kind: &Kind) -> Option<Kind> {
    match (function, kind) {
        (Function::Count, Kind::List(_) | Kind::Table | Kind::Person | Kind::Ref { .. })
        | (Function::Length, Kind::Text) => Some(with_decimals(Kind::NUMBER, 0)),
        (Function::Sum, Kind::List(element)) if matches!(**element, Kind::Number { .. }) => {
            Some((**element).clone())
        }
        (_, _) => None,
    }
}

fn argument(
    checker: &mut Checker<'_>,
    function: Function,
    span: Span,
    kind: &Kind,
) -> Option<Kind> {
    let (words, usage) = (kind.words(), function.usage());
    checker.fault(
        ConditionFault::new(
            "condition-arguments",
            span,
            format!("函数 {} 不能用于{}。", function.name(), words.zh),
            format!("{} does not apply to {}.", function.name(), words.en),
        )
        .hint(format!("请写成 {usage}。"), format!("Write {usage}.")),
    )
}

fn with_decimals(kind: Kind, decimals: u32) -> Kind {
    let currency = if let Kind::Number { currency, .. } = kind {
        currency
    } else {
        None
    };
    Kind::Number {
        decimals: Some(decimals),
        currency,
    }
}

fn extreme(checker: &mut Checker<'_>, parts: &mut [Node]) -> Option<Kind> {
    let mut kinds = vec![];
    for part in parts.iter_mut() {
        kinds.push(checker.kind(part)?);
    }
    let (first, rest) = kinds.split_first()?;
    let head = parts.first()?;
    if !matches!(first, Kind::Number { .. } | Kind::Date | Kind::Time) {
        return checker.fault(mismatch::not_a_number(head, first));
    }
    let mut currency = None;
    for (part, kind) in parts.iter().zip(&kinds) {
        if let Kind::Number {
            currency: Some(own),
            ..
        } = kind
        {
            currency = Some(own.clone());
        }
        if let Some(fault) =
            mismatch::comparable((head, first), super::ast::Relation::Less, (part, kind))
        {
            return checker.fault(*fault);
        }
    }
    // Two currencies may also meet behind a first argument without one.
    for (at, kind) in rest.iter().enumerate() {
        for (part, other) in parts.iter().zip(&kinds).skip(at + 2) {
            if let Some(fault) =
                mismatch::comparable((part, kind), super::ast::Relation::Less, (part, other))
            {
                return checker.fault(*fault);
            }
        }
    }
    Some(if matches!(first, Kind::Number { .. }) {
        Kind::Number {
            decimals: None,
            currency,
        }
    } else {
        first.clone()
    })
}

fn round(checker: &mut Checker<'_>, parts: &mut [Node]) -> Option<Kind> {
    let kind = parts.first_mut().and_then(|part| checker.number(part))?;
    let Some(digits) = parts.get(1) else {
        return Some(with_decimals(kind, 0));
    };
    let decimals = digits
        .literal_number()
        .filter(Decimal::is_integer)
        .and_then(|number| number.to_u32())
        .filter(|decimals| *decimals <= ROUND_DECIMALS_MAX);
    match decimals {
        Some(decimals) => Some(with_decimals(kind, decimals)),
        None => {
            let span = digits.span;
            checker.fault(
                ConditionFault::new(
                    "condition-arguments",
                    span,
                    format!("保留位数要写 0 到 {ROUND_DECIMALS_MAX} 的整数。"),
                    format!(
                        "The number of decimals is a whole number from 0 to {ROUND_DECIMALS_MAX}."
                    ),
                )
                .hint("例如 round(amount, 2)。", "For example round(amount, 2)."),
            )
        }
    }
}

/// The value of a call.
pub(super) fn value(
    node: &Node,
    function: Function,
    parts: &[Node],
    facts: &dyn Facts,
) -> Result<Value, NoValue> {
    let nothing = || NoValue::Arithmetic(node.to_string());
    let first = parts.first().ok_or_else(nothing)?;
    let number = || eval::number(first, facts);
    match function {
        Function::Min | Function::Max => {
            let mut best = eval::value(first, facts)?;
            for part in parts.iter().skip(1) {
                let next = eval::value(part, facts)?;
                let order = eval::order(part, &next, &best)?;
                let better = if function == Function::Min {
                    order.is_lt()
                } else {
                    order.is_gt()
                };
                if better {
                    best = next;
                }
            }
            Ok(best)
        }
        Function::Abs => Ok(Value::Number(number()?.abs())),
        Function::Floor => Ok(Value::Number(number()?.floor())),
        Function::Ceil => Ok(Value::Number(number()?.ceil())),
        Function::Round => {
            let decimals = match parts.get(1) {
                Some(digits) => eval::number(digits, facts)?.to_u32().ok_or_else(nothing)?,
                None => 0,
            };
            Ok(Value::Number(crate::value::round(number()?, decimals)))
        }
        Function::Count => {
            let count = match eval::look_up(first, facts)? {
                Path::At(_, Value::List(list)) => list.len(),
                Path::At(_, value) if value.is_empty() => 0,
                Path::At(..) => 1,
                Path::None => return Err(nothing()),
            };
            Ok(Value::Number(Decimal::from(count)))
        }
        Function::Sum => sum(first, facts).and_then(|sum| sum.ok_or_else(nothing)),
        Function::Length => match eval::value(first, facts)? {
            Value::Text(text) => Ok(Value::Number(Decimal::from(text.chars().count()))),
            Value::Empty
            | Value::Flag(_)
            | Value::Number(_)
            | Value::Date(_)
            | Value::Time(_)
            | Value::List(_)
            | Value::Map(_) => Err(NoValue::Mismatch(first.to_string())),
        },
    }
}

/// The sum of a column; no rows make 0, a cell that is not filled in makes the sum missing.
fn sum(column: &Node, facts: &dyn Facts) -> Result<Option<Value>, NoValue> {
    let Path::At(path, cells) = eval::look_up(column, facts)? else {
        return Ok(None);
    };
    let cells = match cells {
        Value::List(cells) => cells,
        Value::Empty => vec![],
        Value::Flag(_)
        | Value::Number(_)
        | Value::Text(_)
        | Value::Date(_)
        | Value::Time(_)
        | Value::Map(_) => return Err(NoValue::Mismatch(path.to_owned())),
    };
    let mut sum = Decimal::ZERO;
    for cell in &cells {
        if cell.is_empty() {
            return Err(NoValue::Missing(path.to_owned()));
        }
        let number = cell
            .as_number()
            .ok_or_else(|| NoValue::Mismatch(path.to_owned()))?;
        let Some(next) = sum.checked_add(number) else {
            return Ok(None);
        };
        sum = next;
    }
    Ok(Some(Value::Number(sum)))
}
