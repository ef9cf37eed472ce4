//! The operators of scripts, all our own.
//!
//! The engine's built-in ones divide whole numbers without the rest and let `"12" > 3` be silently false. These are exact,
//! and refuse to compare or to mix values of different kinds.

use std::any::TypeId;
use std::cmp::Ordering;

use jiff::civil::Date;
use rhai::{Dynamic, Engine, EvalAltResult};

use super::fault::RuleFault;
use super::kind::{self, Kind, described};
use crate::time::Moment;

/// The comparing operators.
pub(super) const COMPARISONS: [&str; 6] = ["==", "!=", "<", "<=", ">", ">="];
/// The arithmetic ones.
pub(super) const ARITHMETIC: [&str; 5] = ["+", "-", "*", "/", "%"];

/// Puts the operators into the engine. Both sides are untyped, so that no pair of kinds falls through to the built-in ones.
pub(super) fn register(engine: &mut Engine) {
    let any = TypeId::of::<Dynamic>();
    for name in COMPARISONS {
        engine.register_raw_fn(name, [any, any], move |_, args| {
            compare(name, args[0], args[1]).map_err(RuleFault::raise)
        });
    }
    for name in ARITHMETIC {
        engine.register_raw_fn(name, [any, any], move |_, args| {
            arithmetic(name, args[0], args[1]).map_err(RuleFault::raise)
        });
    }
    for (name, operator) in [("+=", "+"), ("-=", "-"), ("*=", "*"), ("/=", "/")] {
        engine.register_raw_fn(name, [any, any], move |_, args| {
            let value = arithmetic(operator, args[0], args[1]).map_err(RuleFault::raise)?;
            *args[0] = value;
            Ok(())
        });
    }
    engine.register_raw_fn("-", [any], |_, args| negated(args[0]));
    engine.register_raw_fn("+", [any], |_, args| {
        kind::number(args[0])
            .map(Dynamic::from)
            .ok_or_else(|| kind::wrong(("正号", "The sign +"), Kind::Number, args[0]).raise())
    });
    engine.register_raw_fn("!", [any], |_, args| {
        args[0]
            .as_bool()
            .map(|flag| !flag)
            .map_err(|_| kind::wrong(("“!”（非）", "`!` (not)"), Kind::Flag, args[0]).raise())
    });
}

fn negated(value: &Dynamic) -> Result<Dynamic, Box<EvalAltResult>> {
    match (value.as_int(), kind::number(value)) {
        (Ok(whole), _) => match whole.checked_neg() {
            Some(negative) => Ok(Dynamic::from_int(negative)),
            None => Err(overflow("-").raise()),
        },
        (Err(_), Some(number)) => Ok(Dynamic::from_decimal(-number)),
        (Err(_), None) => Err(kind::wrong(("负号", "The sign -"), Kind::Number, value).raise()),
    }
}

fn compare(operator: &str, left: &Dynamic, right: &Dynamic) -> Result<bool, RuleFault> {
    let order = order(operator, left, right)?;
    Ok(match operator {
        "==" => order == Ordering::Equal,
        "!=" => order != Ordering::Equal,
        "<" => order == Ordering::Less,
        "<=" => order != Ordering::Greater,
        ">" => order == Ordering::Greater,
        _ => order != Ordering::Less,
    })
}

/// How two values of the same kind stand to each other.
pub(super) fn order(
    operator: &str,
    left: &Dynamic,
    right: &Dynamic,
) -> Result<Ordering, RuleFault> {
    let equality = operator == "==" || operator == "!=";
    let order = match (Kind::of(left), Kind::of(right)) {
        (Kind::Number, Kind::Number) => kind::number(left).cmp(&kind::number(right)),
        (Kind::Text, Kind::Text) => kind::text(left).cmp(&kind::text(right)),
        (Kind::Flag, Kind::Flag) if equality => left.as_bool().ok().cmp(&right.as_bool().ok()),
        (Kind::Date, Kind::Date) => cast::<Date>(left).cmp(&cast::<Date>(right)),
        (Kind::Time, Kind::Time) => cast::<Moment>(left).cmp(&cast::<Moment>(right)),
        _ => return Err(mixed(operator, left, right)),
    };
    Ok(order)
}

fn cast<T: Clone + Send + Sync + 'static>(value: &Dynamic) -> Option<T> {
    value.clone().try_cast()
}

fn mixed(operator: &str, left: &Dynamic, right: &Dynamic) -> RuleFault {
    let (l, r) = (described(left), described(right));
    let empty = Kind::of(left) == Kind::Nothing || Kind::of(right) == Kind::Nothing;
    let (zh, en) = if empty {
        (
            "值可能没有填写，请先用 filled(…) 判断",
            "A value may not be filled in; ask filled(…) first",
        )
    } else {
        (
            "不同类型的值不能比较，请先转换成同一类型",
            "Values of different kinds cannot be compared; make them the same kind first",
        )
    };
    RuleFault::new(
        "mixed_comparison",
        format!("不能用 {operator} 比较{}和{}。{zh}", l.0, r.0),
        format!("`{operator}` cannot compare {} with {}. {en}", l.1, r.1),
    )
}

fn arithmetic(operator: &str, left: &Dynamic, right: &Dynamic) -> Result<Dynamic, RuleFault> {
    if let ("+", Some(l), Some(r)) = (operator, kind::text(left), kind::text(right)) {
        return joined(&l, &r);
    }
    if let (Ok(l), Ok(r)) = (left.as_int(), right.as_int())
        && let Some(result) = whole(operator, l, r)
    {
        return result
            .map(Dynamic::from_int)
            .ok_or_else(|| overflow(operator));
    }
    let (Some(l), Some(r)) = (kind::number(left), kind::number(right)) else {
        return Err(unfit(operator, left, right));
    };
    if matches!(operator, "/" | "%") && r.is_zero() {
        return Err(RuleFault::new(
            "division_by_zero",
            format!("{l} 不能除以零，请先判断除数"),
            format!("{l} cannot be divided by zero; look at the divisor first"),
        ));
    }
    let result = match operator {
        "+" => l.checked_add(r),
        "-" => l.checked_sub(r),
        "*" => l.checked_mul(r),
        "/" => l.checked_div(r),
        _ => l.checked_rem(r),
    };
    result
        .map(|number| {
            if operator == "/" {
                number.normalize()
            } else {
                number
            }
        })
        .map(Dynamic::from_decimal)
        .ok_or_else(|| overflow(operator))
}

/// Whole numbers stay whole where the result is whole for certain; `None` sends division to the exact one.
fn whole(operator: &str, left: i64, right: i64) -> Option<Option<i64>> {
    match operator {
        "+" => Some(left.checked_add(right)),
        "-" => Some(left.checked_sub(right)),
        "*" => Some(left.checked_mul(right)),
        "%" if right != 0 => Some(left.checked_rem(right)),
        _ => None,
    }
}

fn joined(left: &str, right: &str) -> Result<Dynamic, RuleFault> {
    if left.len() + right.len() > super::sandbox::TEXT_BYTES_MAX {
        return Err(super::library::too_large());
    }
    Ok(format!("{left}{right}").into())
}

fn overflow(operator: &str) -> RuleFault {
    RuleFault::new(
        "overflow",
        format!("{operator} 的结果太大，超出数字的范围"),
        format!("The result of `{operator}` is too large for a number"),
    )
}

fn unfit(operator: &str, left: &Dynamic, right: &Dynamic) -> RuleFault {
    let (l, r) = (described(left), described(right));
    RuleFault::new(
        "wrong_type",
        format!(
            "不能对{}和{}做 {operator} 运算：算术只用于数字，+ 也可连接两个文本（数字先用 text(…) 转换），日期请用 add_days 等函数",
            l.0, r.0
        ),
        format!(
            "`{operator}` does not work on {} and {}: arithmetic takes numbers, + also joins two texts (turn a number into one with text(…)), dates have functions such as add_days",
            l.1, r.1
        ),
    )
}
