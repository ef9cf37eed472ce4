//! "Did you mean": full-width letters, the words people bring from other systems and from Chinese, then edit distance.

/// Words people use instead of ours. A word may stand for several keys; the first that is allowed in its place counts.
const SYNONYMS: &[(&str, &[&str])] = &[
    (
        "by",
        &[
            "approver",
            "approvers",
            "assignee",
            "assignees",
            "who",
            "user",
            "users",
            "审批人",
            "处理人",
            "办理人",
            "负责人",
            "经办人",
        ],
    ),
    (
        "deadline",
        &[
            "timeout",
            "due",
            "time_limit",
            "sla",
            "limit",
            "期限",
            "时限",
            "截止",
            "截止时间",
        ],
    ),
    (
        "when",
        &[
            "condition",
            "if",
            "where",
            "cond",
            "guard",
            "条件",
            "如果",
            "当",
        ],
    ),
    (
        "together",
        &[
            "parallel",
            "countersign",
            "fork",
            "会签",
            "并行",
            "并行分支",
        ],
    ),
    (
        "approve",
        &["approval", "sign", "review", "审批", "或签", "同意"],
    ),
    ("work", &["task", "do", "todo", "办理", "处理"]),
    (
        "choose",
        &[
            "switch", "branch", "gateway", "decision", "case", "选择", "判断",
        ],
    ),
    ("run", &["call", "effect", "invoke", "调用", "执行"]),
    ("rule", &["script", "规则", "脚本"]),
    ("mail", &["notify", "email", "notification", "邮件", "通知"]),
    ("end", &["finish", "stop", "结束"]),
    ("draft", &["start", "begin", "发起", "申请", "草稿"]),
    ("wait", &["pause", "等待"]),
    ("subflow", &["subprocess", "child", "子流程"]),
    (
        "if_rejected",
        &[
            "on_reject",
            "rejected",
            "reject_to",
            "on_rejected",
            "if_reject",
            "拒绝",
            "驳回",
            "拒绝时",
        ],
    ),
    ("on_reject", &["if_rejected", "reject"]),
    (
        "if_approved",
        &[
            "on_approve",
            "approved",
            "on_approved",
            "if_approve",
            "通过",
            "同意时",
        ],
    ),
    (
        "if_late",
        &[
            "escalate",
            "escalation",
            "on_timeout",
            "late",
            "overdue",
            "超时",
            "逾期",
        ],
    ),
    (
        "if_fails",
        &["on_error", "on_failure", "retry", "error", "失败", "失败时"],
    ),
    ("go", &["goto", "next", "target", "下一步", "转到", "流转"]),
    (
        "back_to",
        &["return_to", "return", "send_back", "退回", "打回"],
    ),
    ("id", &["key", "code", "编号", "标识"]),
    (
        "name",
        &["title", "label", "display_name", "名称", "名字", "标题"],
    ),
    ("title", &["subject", "标题"]),
    ("purpose", &["description", "desc", "goal", "说明", "目的"]),
    (
        "states",
        &["steps", "nodes", "stages", "tasks", "节点", "步骤"],
    ),
    ("form", &["fields", "schema", "表单", "字段"]),
    (
        "people",
        &["roles", "approvers", "participants", "人员", "角色"],
    ),
    (
        "tables",
        &[
            "constants",
            "variables",
            "params",
            "parameters",
            "thresholds",
            "参数",
            "阈值",
        ],
    ),
    ("tests", &["examples", "cases", "test", "测试", "用例"]),
    (
        "mails",
        &[
            "emails",
            "templates",
            "notifications",
            "messages",
            "邮件",
            "通知",
        ],
    ),
    ("policies", &["policy", "options", "settings", "策略"]),
    ("proxy", &["delegate", "delegation", "substitute", "代理"]),
    ("record", &["entity", "object", "model", "单据", "记录"]),
    ("owner", &["maintainer", "负责人", "所有者"]),
    (
        "fills",
        &["output", "outputs", "result", "results", "填写", "输出"],
    ),
    (
        "give",
        &["input", "inputs", "with", "args", "params", "输入"],
    ),
    ("once_per", &["idempotency_key", "once", "unique", "幂等"]),
    ("remind", &["reminder", "notify", "urge", "催办", "提醒"]),
    (
        "hand_to",
        &[
            "transfer",
            "escalate",
            "escalate_to",
            "assign",
            "转办",
            "移交",
        ],
    ),
    ("add", &["add_signer", "加签"]),
    ("needs", &["quorum", "require", "pass", "rule", "通过比例"]),
    ("type", &["kind", "datatype", "类型"]),
    ("options", &["choices", "values", "enum", "items", "选项"]),
    ("required", &["mandatory", "require", "必填"]),
    ("require", &["required", "mandatory", "必填"]),
    ("hidden", &["hide", "invisible", "隐藏"]),
    ("write", &["edit", "editable", "可写", "可编辑"]),
    ("read", &["readonly", "read_only", "只读"]),
    ("branches", &["lanes", "paths", "分支"]),
    ("approvals", &["approvers", "signers"]),
    ("otherwise", &["else", "default", "否则", "默认"]),
    ("ask", &["inputs", "questions", "fields", "询问"]),
    (
        "is",
        &["formula", "computed", "expression", "value", "公式"],
    ),
    ("from", &["source", "filled_by", "来源"]),
    ("say", &["message", "comment", "text", "提示"]),
    ("text", &["body", "content", "正文"]),
    ("subject", &["title", "标题", "主题"]),
    ("columns", &["fields", "cols", "列"]),
    ("max", &["maximum", "max_length", "maxlength", "上限"]),
    ("min", &["minimum", "下限"]),
    ("pattern", &["regex", "regexp", "format"]),
    (
        "applicant",
        &[
            "initiator",
            "submitter",
            "creator",
            "starter",
            "发起人",
            "申请人",
        ],
    ),
    ("any", &["or", "one", "或签", "任一"]),
    ("all", &["and", "every", "everyone", "会签", "全部"]),
    (
        "in_order",
        &["sequential", "sequence", "serial", "依次", "顺序"],
    ),
    ("expect", &["assert", "expected", "then", "期望"]),
    ("given", &["input", "data", "values", "输入"]),
    ("play", &["steps", "actions", "步骤"]),
    ("cast", &["roles", "people", "角色"]),
    ("money", &["amount", "currency", "金额"]),
    (
        "number",
        &["int", "integer", "float", "decimal", "double", "数字"],
    ),
    ("text", &["string", "str", "varchar", "文本"]),
    ("date", &["day", "日期"]),
    ("flag", &["bool", "boolean", "yes_no", "是否"]),
    ("choice", &["enum", "select", "option", "radio", "选项"]),
    ("percent", &["percentage", "rate", "ratio", "百分比"]),
    ("person", &["user", "people", "人员"]),
    ("ref", &["reference", "link", "relation", "引用"]),
    ("file", &["attachment", "upload", "附件"]),
    ("table", &["list", "rows", "array", "子表"]),
];

/// The known word somebody most likely meant.
pub fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let known: Vec<&'k str> = known.into_iter().collect();
    let folded = fold(word).to_lowercase();
    let plain = folded.replace(['-', ' '], "_");
    let same = |name: &&'k str| **name == plain && *name != word;
    if let Some(found) = known.iter().copied().find(|name| same(name)) {
        return Some(found);
    }
    let synonym = known.iter().copied().find(|name| {
        SYNONYMS
            .iter()
            .any(|(key, words)| key == name && words.contains(&plain.as_str()))
    });
    synonym.or_else(|| by_distance(&plain, &known))
}

fn by_distance<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    let length = word.chars().count();
    // Two letters apart in a word of three is another word.
    let most = match length {
        0..=2 => 0,
        3..=5 => 1,
        6..=8 => 2,
        _ => length / 3,
    };
    known
        .iter()
        .map(|name| (strsim::damerau_levenshtein(word, name), *name))
        .filter(|(distance, name)| *distance <= most && *distance > 0 && !name.is_empty())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// Full-width letters, digits and signs as the half-width ones they were meant to be.
pub fn fold(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
            '\u{3000}' | '\u{A0}' => ' ',
            '“' | '”' => '"',
            '‘' | '’' => '\'',
            '、' => ',',
            '。' => '.',
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_instead() {
        let keys = ["approve", "by", "deadline", "when", "together", "if_late"];
        for (word, meant) in [
            ("aprove", "approve"),
            ("approver", "by"),
            ("assignee", "by"),
            ("审批人", "by"),
            ("timeout", "deadline"),
            ("期限", "deadline"),
            ("condition", "when"),
            ("if", "when"),
            ("条件", "when"),
            ("会签", "together"),
            ("ｗｈｅｎ", "when"),
            ("If-Late", "if_late"),
            ("deadlnie", "deadline"),
        ] {
            assert_eq!(nearest(word, keys), Some(meant), "{word}");
        }
        assert_eq!(nearest("banana", keys), None);
        assert_eq!(nearest("xy", keys), None, "short words are not guessed at");
    }
}
