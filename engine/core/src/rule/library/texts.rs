//! Texts. Sizes are checked before anything is built.

use rhai::Dynamic;
use rust_decimal::RoundingStrategy;

use super::{Call, Function, RuleFault, too_large};
use crate::rule::kind::{self, Kind};
use crate::rule::sandbox::{LIST_ITEMS_MAX, TEXT_BYTES_MAX};

pub(super) static FUNCTIONS: &[Function] = &[
    Function {
        name: "text",
        takes: &[("x", Kind::Any)],
        gives: Kind::Text,
        zh: "把数字或日期写成文本，便于写进理由",
        en: "Writes a number or a date as a text, for reasons people read",
        call: written,
    },
    Function {
        name: "fixed",
        takes: &[("x", Kind::Number), ("decimals", Kind::Number)],
        gives: Kind::Text,
        zh: "四舍五入后按固定小数位写成文本，如 fixed(2.5, 2) 为 \"2.50\"",
        en: "Writes a number rounded half up with exactly that many decimals: fixed(2.5, 2) is \"2.50\"",
        call: fixed,
    },
    Function {
        name: "length",
        takes: &[("x", Kind::Any)],
        gives: Kind::Number,
        zh: "文本的字数，或列表的项数",
        en: "How many characters a text has, or items a list",
        call: length,
    },
    Function {
        name: "trim",
        takes: &[("x", Kind::Text)],
        gives: Kind::Text,
        zh: "去掉首尾空白",
        en: "The text without blanks at both ends",
        call: |call| Ok(call.text(0).trim().to_owned().into()),
    },
    Function {
        name: "starts_with",
        takes: &[("x", Kind::Text), ("part", Kind::Text)],
        gives: Kind::Flag,
        zh: "文本是否以 part 开头",
        en: "Does the text begin with part?",
        call: |call| Ok(call.text(0).starts_with(call.text(1).as_str()).into()),
    },
    Function {
        name: "ends_with",
        takes: &[("x", Kind::Text), ("part", Kind::Text)],
        gives: Kind::Flag,
        zh: "文本是否以 part 结尾",
        en: "Does the text end with part?",
        call: |call| Ok(call.text(0).ends_with(call.text(1).as_str()).into()),
    },
    Function {
        name: "join",
        takes: &[("list", Kind::List), ("between", Kind::Text)],
        gives: Kind::Text,
        zh: "把文本列表用 between 连接成一个文本",
        en: "Joins a list of texts, with `between` in between",
        call: join,
    },
    Function {
        name: "split",
        takes: &[("x", Kind::Text), ("between", Kind::Text)],
        gives: Kind::List,
        zh: "按 between 把文本拆成列表，各项去掉首尾空白，空项不要",
        en: "The parts of a text between the separators, trimmed, without empty ones",
        call: split,
    },
    Function {
        name: "fail",
        takes: &[("code", Kind::Text), ("zh", Kind::Text), ("en", Kind::Text)],
        gives: Kind::Any,
        zh: "规则不能给出结果时报错：代码、中文说明、英文说明",
        en: "Gives no result but a fault: its code and its sentence in Chinese and in English",
        call: |call| Err(RuleFault::new(&call.text(0), call.text(1), call.text(2))),
    },
];

fn written(call: &mut Call<'_, '_>) -> Result<Dynamic, RuleFault> {
    let value = call.arg(0);
    match Kind::of(value) {
        Kind::Text => Ok(value.clone()),
        Kind::Number | Kind::Date => Ok(kind::shown(value).into()),
        Kind::Any | Kind::Flag | Kind::Time | Kind::List | Kind::Map | Kind::Nothing => {
            Err(kind::wrong(("text ", "text"), Kind::Number, value))
        }
    }
}

fn fixed(call: &mut Call<'_, '_>) -> Result<Dynamic, RuleFault> {
    let decimals = call.whole(1, 0, 12)?;
    let places = u32::try_from(decimals).unwrap_or_default();
    let number = call
        .number(0)
        .round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero);
    let width = usize::try_from(decimals).unwrap_or_default();
    Ok(format!("{number:.width$}").into())
}

fn length(call: &mut Call<'_, '_>) -> Result<Dynamic, RuleFault> {
    let value = call.arg(0);
    let length = match Kind::of(value) {
        Kind::Text => call.text(0).chars().count(),
        Kind::List => value.as_array_ref().map_or(0, |list| list.len()),
        Kind::Any
        | Kind::Number
        | Kind::Flag
        | Kind::Date
        | Kind::Time
        | Kind::Map
        | Kind::Nothing => {
            return Err(kind::wrong(("length ", "length"), Kind::List, value));
        }
    };
    Ok(Dynamic::from_int(i64::try_from(length).unwrap_or(i64::MAX)))
}

fn join(call: &mut Call<'_, '_>) -> Result<Dynamic, RuleFault> {
    let (between, list) = (call.text(1), call.list(0)?);
    let mut joined = String::new();
    for (index, item) in list.iter().enumerate() {
        let Some(part) = kind::text(item) else {
            return Err(kind::wrong(
                ("join 的每一项", "Every item of join"),
                Kind::Text,
                item,
            ));
        };
        if joined.len() + between.len() + part.len() > TEXT_BYTES_MAX {
            return Err(too_large());
        }
        if index > 0 {
            joined.push_str(&between);
        }
        joined.push_str(&part);
    }
    Ok(joined.into())
}

fn split(call: &mut Call<'_, '_>) -> Result<Dynamic, RuleFault> {
    let (text, between) = (call.text(0), call.text(1));
    if between.is_empty() {
        return Err(RuleFault::new(
            "wrong_argument",
            "split 的 between 不能是空文本",
            "split: between must not be an empty text",
        ));
    }
    let parts = text.split(between.as_str()).map(str::trim);
    let parts: rhai::Array = parts
        .filter(|part| !part.is_empty())
        .take(LIST_ITEMS_MAX + 1)
        .map(|part| part.to_owned().into())
        .collect();
    if parts.len() > LIST_ITEMS_MAX {
        return Err(too_large());
    }
    Ok(Dynamic::from_array(parts))
}
