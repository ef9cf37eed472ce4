//! Values: exact, total, and never a guess where something is missing.
//!
//! `and` and `or` look at their parts from left to right and stop at the first that decides: `false and x` is false and
//! `true or x` is true whether or not `x` is filled in, while `x and false` with an empty `x` has no value. So
//! `bearer is not empty and bearer == "us"` can be written, and what was not looked at cannot have decided.

use std::cmp::Ordering;

use jiff::Span as Days;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::ast::{Arith, Node, Relation, SpanUnit, What};
use super::call;
use super::{Facts, NoValue};
use crate::time::Moment;
use crate::value::Value;

type Found = Result<Value, NoValue>;

/// The value of a part.
pub(super) fn value(node: &Node, facts: &dyn Facts) -> Found {
    match &node.what {
        What::Literal(value) => Ok(value.clone()),
        What::Path(path) => filled_in(path, facts),
        What::Not(inner) => Ok(Value::Flag(!holds(inner, facts)?)),
        What::Minus(inner) => Ok(Value::Number(-number(inner, facts)?)),
        What::All(parts) => {
            for part in parts {
                if !holds(part, facts)? {
                    return Ok(Value::Flag(false));
                }
            }
            Ok(Value::Flag(true))
        }
        What::Any(parts) => {
            for part in parts {
                if holds(part, facts)? {
                    return Ok(Value::Flag(true));
                }
            }
            Ok(Value::Flag(false))
        }
        What::Compare(left, relation, right) => {
            let (left_value, right_value) = (value(left, facts)?, value(right, facts)?);
            compare(node, &left_value, *relation, &right_value).map(Value::Flag)
        }
        What::In {
            item,
            list,
            negated,
        } => Ok(Value::Flag(contained(item, list, facts)? != *negated)),
        What::Between {
            item,
            low,
            high,
            negated,
        } => {
            let item_value = value(item, facts)?;
            let inside = order(node, &item_value, &value(low, facts)?)?.is_ge()
                && order(node, &item_value, &value(high, facts)?)?.is_le();
            Ok(Value::Flag(inside != *negated))
        }
        What::Empty { item, negated } => match look_up(item, facts)? {
            Path::At(_, value) => Ok(Value::Flag(value.is_empty() != *negated)),
            Path::None => Err(NoValue::Mismatch(item.to_string())),
        },
        What::Sum(left, arith, right) => sum(node, left, *arith, right, facts),
        What::Span(..) | What::List(_) => Err(NoValue::Mismatch(node.to_string())),
        What::Call(function, parts) => call::value(node, *function, parts, facts),
    }
}

/// What a path leads to, filled in or not.
pub(super) enum Path<'a> {
    /// The path and its value.
    At(&'a str, Value),
    /// The node is no path.
    None,
}

/// The value at a path without asking whether it is filled in.
pub(super) fn look_up<'a>(node: &'a Node, facts: &dyn Facts) -> Result<Path<'a>, NoValue> {
    let What::Path(path) = &node.what else {
        return Ok(Path::None);
    };
    facts
        .get(path)
        .map(|value| Path::At(path, value))
        .ok_or_else(|| NoValue::Missing(path.clone()))
}

fn filled_in(path: &str, facts: &dyn Facts) -> Found {
    facts
        .get(path)
        .filter(|value| !value.is_empty())
        .ok_or_else(|| NoValue::Missing(path.to_owned()))
}

/// The truth of a part.
pub(super) fn holds(node: &Node, facts: &dyn Facts) -> Result<bool, NoValue> {
    if let Value::Flag(flag) = value(node, facts)? {
        Ok(flag)
    } else {
        Err(NoValue::Mismatch(node.to_string()))
    }
}

/// The number a part is.
pub(super) fn number(node: &Node, facts: &dyn Facts) -> Result<Decimal, NoValue> {
    value(node, facts)?
        .as_number()
        .ok_or_else(|| NoValue::Mismatch(node.to_string()))
}

/// The order of two values of the same kind.
pub(super) fn order(node: &Node, left: &Value, right: &Value) -> Result<Ordering, NoValue> {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => Ok(left.cmp(right)),
        (Value::Date(left), Value::Date(right)) => Ok(left.cmp(right)),
        (Value::Time(left), Value::Time(right)) => Ok(left.cmp(right)),
        (_, _) => Err(NoValue::Mismatch(node.to_string())),
    }
}

fn compare(node: &Node, left: &Value, relation: Relation, right: &Value) -> Result<bool, NoValue> {
    let equal = match (left, right) {
        (Value::Text(left), Value::Text(right)) => left == right,
        (Value::Flag(left), Value::Flag(right)) => left == right,
        (_, _) => return Ok(relation.holds(order(node, left, right)?)),
    };
    match relation {
        Relation::Equal => Ok(equal),
        Relation::NotEqual => Ok(!equal),
        Relation::Less | Relation::LessOrEqual | Relation::Greater | Relation::GreaterOrEqual => {
            Err(NoValue::Mismatch(node.to_string()))
        }
    }
}

fn contained(item: &Node, list: &Node, facts: &dyn Facts) -> Result<bool, NoValue> {
    let wanted = value(item, facts)?;
    if let What::List(items) = &list.what {
        for one in items {
            let one = value(one, facts)?;
            if compare(item, &wanted, Relation::Equal, &one)? {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    // A list nobody filled in is an empty list: nothing is in it.
    let Path::At(_, found) = look_up(list, facts)? else {
        return Err(NoValue::Mismatch(list.to_string()));
    };
    let items = match found {
        Value::List(items) => items,
        Value::Empty => vec![],
        one @ (Value::Flag(_)
        | Value::Number(_)
        | Value::Text(_)
        | Value::Date(_)
        | Value::Time(_)
        | Value::Map(_)) => vec![one],
    };
    for one in items.iter().filter(|one| !one.is_empty()) {
        if compare(item, &wanted, Relation::Equal, one)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn sum(node: &Node, left: &Node, arith: Arith, right: &Node, facts: &dyn Facts) -> Found {
    let nothing = || NoValue::Arithmetic(node.to_string());
    if let What::Span(count, unit) = &right.what {
        let start = value(left, facts)?;
        let count = number(count, facts)?;
        let whole = Some(count)
            .filter(Decimal::is_integer)
            .and_then(|count| count.to_i64())
            .ok_or_else(nothing)?;
        let signed = if arith == Arith::Subtract {
            whole.checked_neg().ok_or_else(nothing)?
        } else {
            whole
        };
        return shift(&start, signed, *unit).ok_or_else(nothing);
    }
    let (left, right) = (value(left, facts)?, value(right, facts)?);
    match (&left, &right) {
        (Value::Number(left), Value::Number(right)) => match arith {
            Arith::Add => left.checked_add(*right),
            Arith::Subtract => left.checked_sub(*right),
            Arith::Multiply => left.checked_mul(*right),
            Arith::Divide => left.checked_div(*right),
        }
        .map(Value::Number)
        .ok_or_else(nothing),
        (Value::Date(left), Value::Date(right)) if arith == Arith::Subtract => {
            let days = left.since(*right).map_err(|_| nothing())?.get_days();
            Ok(Value::Number(Decimal::from(days)))
        }
        (Value::Time(left), Value::Time(right)) if arith == Arith::Subtract => {
            let ms = left.0.checked_sub(right.0).ok_or_else(nothing)?;
            Decimal::from(ms)
                .checked_div(Decimal::from(3_600_000))
                .map(Value::Number)
                .ok_or_else(nothing)
        }
        (_, _) => Err(NoValue::Mismatch(node.to_string())),
    }
}

/// A date or time so many units later; none where the calendar ends.
fn shift(start: &Value, count: i64, unit: SpanUnit) -> Option<Value> {
    match start {
        Value::Date(date) => {
            let span = match unit {
                SpanUnit::Days | SpanUnit::Weeks => Days::new()
                    .try_days(count.checked_mul(unit.days()?)?)
                    .ok()?,
                SpanUnit::Months => Days::new().try_months(count).ok()?,
                SpanUnit::Years => Days::new().try_years(count).ok()?,
                SpanUnit::Minutes | SpanUnit::Hours => return None,
            };
            date.checked_add(span).ok().map(Value::Date)
        }
        Value::Time(moment) => {
            let ms = moment.0.checked_add(count.checked_mul(unit.ms()?)?)?;
            // Beyond what the calendar knows no time can be shown.
            jiff::Timestamp::from_millisecond(ms).ok()?;
            Some(Value::Time(Moment(ms)))
        }
        Value::Empty
        | Value::Flag(_)
        | Value::Number(_)
        | Value::Text(_)
        | Value::List(_)
        | Value::Map(_) => None,
    }
}
