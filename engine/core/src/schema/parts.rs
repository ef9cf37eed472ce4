//! Small parts that many places share.

use serde_json::{Map, Value as Json, json};

use super::{object, refer};

/// The shared definitions.
pub(super) fn definitions() -> Map<String, Json> {
    let mut all = Map::new();
    let mut add = |name: &str, schema: Json| {
        all.insert(name.to_owned(), schema);
    };
    add(
        "id",
        json!({
            "description": "编号：小写英文字母开头，只含小写字母、数字和下划线，最多 48 个字符。",
            "type": "string",
            "pattern": "^[a-z][a-z0-9_]{0,47}$",
        }),
    );
    add(
        "names",
        object(
            "中文和英文两种写法，都要有。",
            json!({
                "zh": {"type": "string", "minLength": 1, "description": "中文"},
                "en": {"type": "string", "minLength": 1, "description": "英文"},
            }),
            &["zh", "en"],
        ),
    );
    add(
        "term",
        json!({
            "description": "时长：2 workdays（工作日）、4 work hours（工作小时）、30 work minutes（工作分钟）、3 days、36 hours、10 minutes。工作时间按流程的工作日历计算。",
            "type": "string",
            "pattern": "^[0-9]+ (workdays?|work hours?|work minutes?|days?|hours?|minutes?)$",
        }),
    );
    add(
        "condition",
        json!({
            "description": "条件：字段、tables.表.项、and / or / not、== != < <= > >=、in、between、is empty、加减乘除。例：amount > tables.limits.boss and reason != \"房租\"",
            "type": ["string", "boolean"],
        }),
    );
    add(
        "formula",
        json!({
            "description": "算式，写法与条件相同，结果是一个值。",
            "type": ["string", "number", "boolean"],
        }),
    );
    add(
        "template",
        json!({
            "description": "带占位的文字：{{字段}}。以 {{ 开头时必须加引号。",
            "type": "string",
        }),
    );
    add(
        "people",
        json!({
            "description": "people: 里的名称，或 applicant（发起人）；可以写一个，也可以写一列。",
            "anyOf": [
                {"type": "string"},
                {"type": "array", "items": {"type": "string"}, "minItems": 1},
            ],
        }),
    );
    add(
        "state_name",
        json!({"description": "某个节点的编号（id）。", "type": "string"}),
    );
    add("field_names", field_names());
    add("scalar", json!({"type": ["string", "number", "boolean"]}));
    add(
        "values",
        json!({
            "description": "字段和它的值。",
            "type": "object",
            "additionalProperties": true,
        }),
    );
    all
}

fn field_names() -> Json {
    json!({
        "description": "字段名，一个或一列。",
        "anyOf": [
            {"type": "string"},
            {"type": "array", "items": {"type": "string"}},
        ],
    })
}

/// `{zh, en}` of templates.
pub(super) fn two_templates(description: &str) -> Json {
    object(
        description,
        json!({"zh": refer("template"), "en": refer("template")}),
        &["zh", "en"],
    )
}
