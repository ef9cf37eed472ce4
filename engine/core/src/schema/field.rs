//! Fields of a form and of `ask:`.

use serde_json::{Map, Value as Json, json};

use super::{about, map_of, one_of, refer};

/// Definitions of fields.
pub(super) fn definitions() -> Map<String, Json> {
    let mut all = Map::new();
    all.insert("field".to_owned(), field(FieldIn::Form));
    all.insert("ask_field".to_owned(), field(FieldIn::Ask));
    all.insert("column".to_owned(), field(FieldIn::Column));
    all
}

/// Where a field stands decides which keys it may have.
#[derive(Clone, Copy, PartialEq, Eq)]
enum FieldIn {
    Form,
    Ask,
    Column,
}

fn field(place: FieldIn) -> Json {
    let mut properties = Map::new();
    let mut add = |name: &str, schema: Json| {
        properties.insert(name.to_owned(), schema);
    };
    add("type", kind(place));
    add("name", about("names", "页面上显示的名称。"));
    add(
        "required",
        json!({"type": "boolean", "description": "true：提交前（在 ask: 里则是办理时）必须填写。"}),
    );
    add(
        "show",
        one_of(
            "显示位置。",
            &[("first", "放在审批首屏和邮件里的 3 到 5 个要点之一。")],
        ),
    );
    for (name, schema) in limits() {
        add(name, schema);
    }
    match place {
        FieldIn::Form => {
            add(
                "is",
                about(
                    "formula",
                    "由公式算出，人不能填写。例：loaded_t / capacity_t",
                ),
            );
            add(
                "from",
                about(
                    "state_name",
                    "由哪个节点填写（那个节点的 fills: 里要有它），人不能填写。",
                ),
            );
        }
        FieldIn::Ask => {
            add(
                "required_to",
                one_of(
                    "作出哪种决定时必填。",
                    &[("approve", "同意时必填"), ("reject", "拒绝时必填")],
                ),
            );
        }
        FieldIn::Column => {}
    }
    json!({
        "description": "一个有类型的字段。",
        "type": "object",
        "properties": properties,
        "required": ["type", "name"],
        "additionalProperties": false,
        "allOf": needs(),
    })
}

fn kind(place: FieldIn) -> Json {
    let mut words = vec![
        ("text", "文本；可用 max（字数）、pattern（格式）"),
        (
            "money",
            "金额；必须写 currency（币种，如 CNY），小数位默认 2",
        ),
        ("number", "数字；必须写 decimals（小数位数）"),
        ("percent", "百分比，存成小数：85 % 写 0.85；必须写 decimals"),
        ("date", "日期"),
        ("time", "时间点"),
        ("flag", "是/否"),
        ("choice", "选项；必须写 options"),
        ("person", "人员"),
        ("department", "部门"),
        ("ref", "关联另一种档案；必须写 to"),
        ("file", "附件；可用 accept（类型）、max_mb（大小）"),
    ];
    if place != FieldIn::Column {
        words.push(("table", "明细表；必须写 columns"));
    }
    one_of("字段类型。", &words)
}

fn limits() -> Vec<(&'static str, Json)> {
    let number = |description: &str| json!({"type": "number", "description": description});
    vec![
        (
            "currency",
            json!({"type": "string", "pattern": "^[A-Z]{3}$", "description": "币种，三个大写字母，如 CNY、USD。"}),
        ),
        (
            "decimals",
            json!({"type": "integer", "minimum": 0, "maximum": 12, "description": "小数位数。"}),
        ),
        ("min", number("最小值（含）。")),
        ("max", number("最大值（含）；对文本是最多字数。")),
        ("more_than", number("必须大于它。")),
        ("less_than", number("必须小于它。")),
        (
            "pattern",
            json!({"type": "string", "description": "文本格式（正则表达式），例：'^SH-[0-9]{4}$'"}),
        ),
        ("options", map_of("选项：编号和名称。", refer("names"))),
        (
            "to",
            json!({"type": "string", "description": "关联的档案类型。"}),
        ),
        (
            "accept",
            json!({"type": "array", "items": {"type": "string"}, "description": "允许的文件类型，如 [pdf, xlsx]。"}),
        ),
        (
            "max_mb",
            json!({"type": "integer", "minimum": 1, "maximum": 200, "description": "单个附件最大多少 MB。"}),
        ),
        ("columns", map_of("明细表的列。", refer("column"))),
    ]
}

/// What each type cannot do without.
fn needs() -> Json {
    let need = |kind: &str, key: &str| {
        json!({
            "if": {"properties": {"type": {"const": kind}}, "required": ["type"]},
            "then": {"required": [key]},
        })
    };
    json!([
        need("money", "currency"),
        need("number", "decimals"),
        need("percent", "decimals"),
        need("choice", "options"),
        need("ref", "to"),
        need("table", "columns"),
    ])
}
