//! Exact decimals: rounding, bounds. Nothing here ever makes a float.

use std::cmp::Ordering;

use rhai::Dynamic;
use rust_decimal::{Decimal, RoundingStrategy};

use super::{Call, Function, RuleFault};
use crate::rule::kind::Kind;
use crate::rule::operators;

pub(super) static FUNCTIONS: &[Function] = &[
    Function {
        name: "round",
        takes: &[("x", Kind::Number), ("decimals", Kind::Number)],
        gives: Kind::Number,
        zh: "四舍五入到 decimals 位小数（0 到 12），-2.5 舍入为 -3",
        en: "Rounds half up (away from zero) to that many decimals, 0 to 12; -2.5 becomes -3",
        call: |call| rounded(call, RoundingStrategy::MidpointAwayFromZero),
    },
    Function {
        name: "floor",
        takes: &[("x", Kind::Number), ("decimals", Kind::Number)],
        gives: Kind::Number,
        zh: "向下取到 decimals 位小数",
        en: "Rounds down (towards minus infinity) to that many decimals",
        call: |call| rounded(call, RoundingStrategy::ToNegativeInfinity),
    },
    Function {
        name: "ceil",
        takes: &[("x", Kind::Number), ("decimals", Kind::Number)],
        gives: Kind::Number,
        zh: "向上取到 decimals 位小数",
        en: "Rounds up (towards plus infinity) to that many decimals",
        call: |call| rounded(call, RoundingStrategy::ToPositiveInfinity),
    },
    Function {
        name: "abs",
        takes: &[("x", Kind::Number)],
        gives: Kind::Number,
        zh: "绝对值",
        en: "The number without its sign",
        call: |call| Ok(Dynamic::from_decimal(call.number(0).abs())),
    },
    Function {
        name: "min",
        takes: &[("a", Kind::Any), ("b", Kind::Any)],
        gives: Kind::Any,
        zh: "两个数字或两个日期中较小（较早）的一个",
        en: "The smaller (earlier) of two numbers or two dates",
        call: |call| either(call, "min", Ordering::Less),
    },
    Function {
        name: "max",
        takes: &[("a", Kind::Any), ("b", Kind::Any)],
        gives: Kind::Any,
        zh: "两个数字或两个日期中较大（较晚）的一个",
        en: "The larger (later) of two numbers or two dates",
        call: |call| either(call, "max", Ordering::Greater),
    },
];

fn rounded(call: &Call<'_, '_>, strategy: RoundingStrategy) -> Result<Dynamic, RuleFault> {
    let decimals = u32::try_from(call.whole(1, 0, 12)?).unwrap_or_default();
    let number: Decimal = call.number(0);
    Ok(Dynamic::from_decimal(
        number.round_dp_with_strategy(decimals, strategy),
    ))
}

fn either(call: &Call<'_, '_>, name: &str, wanted: Ordering) -> Result<Dynamic, RuleFault> {
    let order = operators::order(name, call.arg(0), call.arg(1))?;
    let first = order == wanted || order == Ordering::Equal;
    Ok(call.arg(usize::from(!first)).clone())
}
