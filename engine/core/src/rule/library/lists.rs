//! Lists, and whether something is filled in at all.

use rhai::Dynamic;
use rust_decimal::Decimal;

use super::{Call, Function, RuleFault, too_large};
use crate::rule::kind::{self, Kind};
use crate::rule::operators;
use crate::rule::sandbox::LIST_ITEMS_MAX;

pub(super) static FUNCTIONS: &[Function] = &[
    Function {
        name: "filled",
        takes: &[("x", Kind::Any)],
        gives: Kind::Flag,
        zh: "值是否已填写：空值、空文本、空列表都算没有填写",
        en: "Is it filled in? Nothing, an empty text and an empty list are not",
        call: |call| {
            let value = call.arg(0);
            let empty = value.is_unit()
                || kind::text(value).is_some_and(|text| text.is_empty())
                || value.as_array_ref().is_ok_and(|list| list.is_empty());
            Ok((!empty).into())
        },
    },
    Function {
        name: "contains",
        takes: &[("whole", Kind::Any), ("part", Kind::Any)],
        gives: Kind::Flag,
        zh: "列表是否含有某项，或文本是否含有一段文字；也可写 part in whole",
        en: "Has the list this item, the text this part? The same as `part in whole`",
        call: contains,
    },
    Function {
        name: "push",
        takes: &[("list", Kind::List), ("item", Kind::Any)],
        gives: Kind::Nothing,
        zh: "在列表末尾添加一项",
        en: "Adds an item at the end of the list",
        call: push,
    },
    Function {
        name: "sum",
        takes: &[("list", Kind::List)],
        gives: Kind::Number,
        zh: "数字列表之和，空列表为 0",
        en: "The sum of a list of numbers; 0 for an empty one",
        call: sum,
    },
];

fn contains(call: &mut Call<'_, '_>) -> Result<Dynamic, RuleFault> {
    let (whole, part) = (call.arg(0), call.arg(1));
    if let (Some(text), Some(part)) = (kind::text(whole), kind::text(part)) {
        return Ok(text.contains(part.as_str()).into());
    }
    let Ok(list) = whole.as_array_ref() else {
        return Err(kind::wrong(
            ("in 的右边", "The right side of `in`"),
            Kind::List,
            whole,
        ));
    };
    for item in list.iter() {
        if operators::order("==", item, part)?.is_eq() {
            return Ok(true.into());
        }
    }
    Ok(false.into())
}

fn push(call: &mut Call<'_, '_>) -> Result<Dynamic, RuleFault> {
    let item = std::mem::take(call.arg_mut(1));
    let mut list = call.arg_mut(0).as_array_mut().map_err(|_| too_large())?;
    if list.len() >= LIST_ITEMS_MAX {
        return Err(too_large());
    }
    list.push(item);
    Ok(Dynamic::UNIT)
}

fn sum(call: &mut Call<'_, '_>) -> Result<Dynamic, RuleFault> {
    let mut total = Decimal::ZERO;
    for item in &call.list(0)? {
        let number = kind::number(item).ok_or_else(|| {
            kind::wrong(("sum 的每一项", "Every item of sum"), Kind::Number, item)
        })?;
        total = total.checked_add(number).ok_or_else(|| {
            RuleFault::new(
                "overflow",
                "合计超出数字的范围",
                "The sum is too large for a number",
            )
        })?;
    }
    Ok(Dynamic::from_decimal(total))
}
