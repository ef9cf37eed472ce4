//! Rule tables: named constants an admin edits, declared in the YAML beside the script.

use super::{Call, Function, RuleFault};
use crate::rule::kind::Kind;
use crate::rule::table::Table;

pub(super) static FUNCTIONS: &[Function] = &[
    Function {
        name: "lookup",
        takes: &[("table", Kind::Text), ("key", Kind::Text)],
        gives: Kind::Any,
        zh: "规则表 table 中 key 的值；没有这个 key 时报错",
        en: "The value of a key in a rule table; a missing key is a fault",
        call: |call| table(call)?.lookup(&call.text(0), &call.text(1), None),
    },
    Function {
        name: "lookup",
        takes: &[
            ("table", Kind::Text),
            ("key", Kind::Text),
            ("column", Kind::Text),
        ],
        gives: Kind::Any,
        zh: "规则表 table 中 key 那一行的 column 列",
        en: "One column of a key's row in a rule table",
        call: |call| table(call)?.lookup(&call.text(0), &call.text(1), Some(&call.text(2))),
    },
    Function {
        name: "has_key",
        takes: &[("table", Kind::Text), ("key", Kind::Text)],
        gives: Kind::Flag,
        zh: "规则表 table 中是否有 key",
        en: "Is the key in the rule table?",
        call: |call| Ok(table(call)?.has_key(&call.text(1)).into()),
    },
    Function {
        name: "band",
        takes: &[
            ("table", Kind::Text),
            ("x", Kind::Number),
            ("column", Kind::Text),
        ],
        gives: Kind::Any,
        zh: "分档表 table 中 x 所在档（第一个 up_to 不小于 x 的档）的 column 列",
        en: "One column of the band x falls into: the first whose up_to is not below x",
        call: |call| table(call)?.band(&call.text(0), call.number(1), &call.text(2)),
    },
];

fn table<'a>(call: &'a Call<'_, '_>) -> Result<&'a Table, RuleFault> {
    let name = call.text(0);
    call.context().tables.get(name.as_str()).ok_or_else(|| {
        RuleFault::new(
            "unknown_table",
            format!("没有规则表“{name}”，请检查名称"),
            format!("There is no rule table \"{name}\"; check its name"),
        )
    })
}
