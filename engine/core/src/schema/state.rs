//! States: one object with all keys, so that an editor completes them; the verb says which belong together.

use serde_json::{Map, Value as Json, json};

use super::sections::state_policies;
use super::{about, map_of, object, one_of, refer};

/// The keys that say what a state is.
const VERBS: [(&str, &str); 10] = [
    ("draft", "申请：发起人填写，保存草稿即开始。"),
    ("approve", "审批：有人同意或拒绝。"),
    ("together", "并行：几个分支同时进行。"),
    (
        "choose",
        "分流：走第一条条件成立的路，最后一条写 otherwise: true。",
    ),
    ("work", "办理：有人做一件事，然后选一个操作。"),
    ("rule", "规则：运行一条规则（文件.函数），填写字段。"),
    (
        "run",
        "外部操作：调用模块的一个操作（模块.操作），等它的结果。",
    ),
    ("wait", "等待：一个事件，或一个时间。"),
    ("subflow", "子流程：运行另一个流程。"),
    (
        "end",
        "结束：approved（同意）、rejected（拒绝）、cancelled（作废），或自己起的结果。",
    ),
];

/// Definitions of states and what they are made of.
pub(super) fn definitions() -> Map<String, Json> {
    let mut all = Map::new();
    let mut add = |name: &str, schema: Json| {
        all.insert(name.to_owned(), schema);
    };
    add("state", state());
    add("approve", approve());
    add("needs", needs());
    add("branch", branch());
    add("short_approval", short_approval());
    add("way", way());
    add("decision", decision());
    add("action", action());
    add("rung", rung());
    add("if_fails", if_fails());
    add("then", then());
    add("fields", fields());
    add(
        "policies",
        object(
            "只在这个节点上不同的策略。",
            Json::Object(state_policies()),
            &[],
        ),
    );
    all
}

fn state() -> Json {
    let mut verbs: Vec<Json> = VERBS
        .iter()
        .map(|(verb, _)| json!({"required": [verb]}))
        .collect();
    verbs.push(json!({"required": ["mail", "to"]}));
    json!({
        "description": "一个节点。写哪一个动词（draft、approve、work……）就是哪一种节点。",
        "type": "object",
        "properties": properties(),
        "required": ["id", "name"],
        "anyOf": verbs,
        "additionalProperties": false,
    })
}

/// All keys of a state.
fn properties() -> Json {
    let mut all = Map::new();
    for (verb, meaning) in VERBS {
        all.insert(verb.to_owned(), verb_schema(verb, meaning));
    }
    let others = json!({
        "id": about("id", "节点编号，整个流程里不能重复。"),
        "name": about("names", "节点名称。"),
        "when": about("condition", "条件不成立时跳过这个节点。"),
        "go": {"type": "string", "description": "办完之后去哪个节点；不写就是下一个。end 表示结束。"},
        "if_approved": about("decision", "同意之后去哪里；不写就是下一个节点。"),
        "if_rejected": about("decision", "拒绝之后去哪里；不写就以“拒绝”结束。"),
        "actions": map_of("办理时可选的操作；不写就只有 done（完成）。", refer("action")),
        "ask": map_of("只在作决定时出现的字段。", refer("ask_field")),
        "fields": refer("fields"),
        "deadline": {"description": "期限，从进入节点起算；也可按选项字段分档。", "anyOf": [refer("term"), {"type": "object", "required": ["by"], "properties": {"by": {"type": "string", "description": "选项字段。"}}, "additionalProperties": refer("term")}]},
        "if_late": {"description": "到时间还没办时做什么，按顺序写。", "anyOf": [{"type": "array", "items": refer("rung")}, refer("rung")]},
        "clock": object("计时。", json!({
            "stops_in": about("field_names", "流程在这些节点时，期限停止计时（写节点编号）。"),
            "transfer": {"description": "转办、改派之后的期限：keeps 不变（默认），restarts 重新计算。", "enum": ["keeps", "restarts"]},
        }), &[]),
        "policies": refer("policies"),
        "mail": {"type": "string", "description": "要发送的邮件（mails: 里的名称）。与 to: 一起单独写，就是一个发邮件的节点。"},
        "to": about("people", "邮件发给谁。"),
        "give": about("field_names", "交给规则或外部操作的字段。"),
        "fills": {"type": "object", "description": "用结果填写字段：字段 → 结果里的名称。", "additionalProperties": {"type": "string"}},
        "once_per": {"type": "string", "description": "以哪个字段的值保证只执行一次（防止重复）。"},
        "if_fails": refer("if_fails"),
        "undo": undo(),
        "then": {"description": "结束时再做的事。", "anyOf": [{"type": "array", "items": refer("then")}, refer("then")]},
    });
    if let Json::Object(others) = others {
        all.extend(others);
    }
    Json::Object(all)
}

fn verb_schema(verb: &str, meaning: &str) -> Json {
    match verb {
        "draft" => object(
            meaning,
            json!({"by": {"type": "string", "description": "谁可以发起：applicant（任何人），或 people: 里的名称。"}}),
            &["by"],
        ),
        "approve" => about("approve", meaning),
        "together" => object(
            meaning,
            json!({
                "needs": json!({"description": "要几个分支办完：all（全部，默认）、any（任意一个），或个数。", "anyOf": [{"enum": ["all", "any"]}, {"type": "integer", "minimum": 1}]}),
                "branches": {"type": "array", "minItems": 1, "items": refer("branch"), "description": "分支，每个有自己的节点。"},
                "approvals": {"type": "array", "minItems": 1, "items": refer("short_approval"), "description": "简写：几个人同时审批。"},
            }),
            &[],
        ),
        "choose" => {
            json!({"description": meaning, "type": "array", "minItems": 1, "items": refer("way")})
        }
        "work" => object(
            meaning,
            json!({"by": about("people", "谁来办。"), "claim": claim()}),
            &["by"],
        ),
        "wait" => object(
            meaning,
            json!({
                "for": {"type": "string", "description": "等待的事件，例：parts.received。必须写 deadline:。"},
                "name": about("names", "这个事件在这里叫什么；不写就用模块里的名称。"),
                "until": about("formula", "等到什么时候，例：finished_on + 3 days。"),
            }),
            &[],
        ),
        "subflow" => object(
            meaning,
            json!({
                "flow": {"type": "string", "description": "另一个流程的编号。"},
                "link": {"type": "string", "description": "子流程档案里指回本档案的字段。"},
                "beside": {"type": "boolean", "description": "true：只启动，不等它结束。"},
                "for_each": {"type": "string", "description": "每一行（子表字段）或每一个人（people: 里的名称）各启动一个子流程。"},
                "as": {"type": "string", "description": "for_each 是人员时：子流程里填这个人的字段。"},
                "needs": {"description": "for_each 时要几个子流程办好：all（全部，默认）、any（任意一个），或个数。", "anyOf": [{"enum": ["all", "any"]}, {"type": "integer", "minimum": 1}]},
                "outcomes": {"type": "object", "description": "子流程的结果 → 去哪里，例：{late: {go: expedite}}。", "additionalProperties": {"anyOf": [{"const": "end"}, object("", json!({"go": about("state_name", "去哪个节点。"), "back_to": {"type": "string", "description": "退回到已经走过的节点，或 applicant。"}}), &[])]}},
            }),
            &["flow"],
        ),
        _ => json!({"description": meaning, "type": "string"}),
    }
}

fn needs() -> Json {
    json!({
        "description": "几个人同意才算通过：any 或签（默认）、all 会签、in_order 依次、票数（如 2）、比例（如 60 %）、票权或各组分别计票。",
        "anyOf": [
            {"enum": ["any", "all", "in_order"]},
            {"type": "integer", "minimum": 1, "maximum": 100},
            {"type": "string", "pattern": "^[0-9]+(\\.[0-9]+)? ?%$"},
            object(
                "票权：by: 里每个名字一票多重，合计多少才通过。",
                json!({
                    "weights": {"type": "object", "additionalProperties": {"type": "integer", "minimum": 1, "maximum": 100}, "description": "名字 → 票权。"},
                    "at_least": {"type": "integer", "minimum": 1, "description": "同意的票权合计至少多少。"},
                }),
                &["weights", "at_least"],
            ),
            object(
                "各组分别计票：by: 里每个名字各要几人同意。",
                json!({"each": {"type": "object", "additionalProperties": {"anyOf": [{"enum": ["all"]}, {"type": "integer", "minimum": 1, "maximum": 100}]}, "description": "名字 → 人数，或 all。"}}),
                &["each"],
            ),
        ],
    })
}

fn on_reject() -> Json {
    one_of(
        "有人拒绝时。",
        &[
            ("veto", "一人拒绝即拒绝（会签、依次的默认）"),
            ("until_decided", "不可能再通过时才拒绝（票签的默认）"),
            ("collect_all", "等所有人都表态"),
            ("first_decision", "或签：第一个决定算数（默认）"),
            ("all_must_reject", "或签：所有人都拒绝才算拒绝"),
        ],
    )
}

fn approve() -> Json {
    object(
        "谁来审批，几个人同意才算通过。",
        Json::Object(approval()),
        &["by"],
    )
}

/// The keys of an approval.
fn approval() -> Map<String, Json> {
    let outcome = object(
        "一种结论。",
        json!({
            "name": about("names", "按钮上的字。"),
            "counts": one_of("算同意还是算拒绝。", &[("approve", "算同意"), ("reject", "算拒绝")]),
            "go": {"type": "string", "description": "选它时去哪个节点；不写就走同意或拒绝的路。"},
            "back_to": {"type": "string", "description": "选它时退回到哪里。"},
            "reason": one_of("是否必须写理由。", &[("required", "必须"), ("optional", "可以不写")]),
        }),
        &["name", "counts"],
    );
    let keys = json!({
        "by": about("people", "谁来审批。"),
        "needs": refer("needs"),
        "on_reject": on_reject(),
        "claim": claim(),
        "outcomes": map_of("同意、拒绝之外的结论。", outcome),
        "signature": one_of("同意时要签名。", &[("typed", "输入姓名"), ("drawn", "手写")]),
        "bulk": {"description": "哪些单子可以和别的一起批量审批，例：amount <= 50000；不写就是都可以。", "anyOf": [refer("condition")]},
        "step_up": {"description": "再次输入密码或验证码：true，或条件（例：amount > 50000）。", "anyOf": [{"type": "boolean"}, refer("condition")]},
    });
    match keys {
        Json::Object(keys) => keys,
        _ => Map::new(),
    }
}

fn claim() -> Json {
    json!({"type": "boolean", "description": "认领：候选人共用一个任务，谁认领谁办。"})
}

fn branch() -> Json {
    object(
        "一个分支，有自己的节点；最后一个节点办完，分支就办完了。",
        json!({
            "id": about("id", "分支编号。"),
            "name": about("names", "分支名称。"),
            "when": about("condition", "条件不成立时不走这个分支。"),
            "states": {"type": "array", "minItems": 1, "items": refer("state"), "description": "分支里的节点。"},
        }),
        &["id", "states"],
    )
}

fn short_approval() -> Json {
    let mut properties = Map::new();
    if let Json::Object(all) = properties_without_verbs() {
        properties.extend(all);
    }
    properties.extend(approval());
    json!({
        "description": "一个只有一次审批的分支。",
        "type": "object",
        "properties": properties,
        "required": ["id", "by"],
        "additionalProperties": false,
    })
}

fn properties_without_verbs() -> Json {
    let mut all = properties();
    if let Json::Object(all) = &mut all {
        for (verb, _) in VERBS {
            all.remove(verb);
        }
    }
    all
}

fn way() -> Json {
    let mut all = properties();
    if let Json::Object(all) = &mut all {
        all.insert("when".to_owned(), about("condition", "这条路的条件。"));
        all.insert(
            "otherwise".to_owned(),
            json!({"const": true, "description": "前面的条件都不成立时走这里。"}),
        );
    }
    json!({
        "description": "一条路：条件，加上去哪里（go:），或直接写一个节点。",
        "type": "object",
        "properties": all,
        "oneOf": [{"required": ["when"]}, {"required": ["otherwise"]}],
        "additionalProperties": false,
    })
}

fn decision() -> Json {
    json!({
        "description": "去哪里：{go: 节点}、{back_to: 节点或 applicant}，或 end。",
        "anyOf": [
            {"const": "end"},
            object("", json!({
                "go": about("state_name", "去哪个节点。"),
                "back_to": {"type": "string", "description": "退回到已经走过的节点，或 applicant（发起人）。算一次退回。"},
                "keep": about("field_names", "退回后仍然有效的审批（写节点编号）。"),
                "say": about("names", "告诉发起人的话。"),
            }), &[]),
        ],
    })
}

fn action() -> Json {
    object(
        "一个操作，显示为一个按钮。",
        json!({
            "name": about("names", "按钮上的字。"),
            "go": about("state_name", "去哪个节点；不写就是下一个。"),
            "back_to": {"type": "string", "description": "退回到已经走过的节点，或 applicant。"},
            "ask": map_of("选这个操作时出现的字段。", refer("ask_field")),
            "require": about("field_names", "选这个操作前必须填写的字段。"),
            "reason": one_of("要不要写理由。", &[("required", "必须写"), ("optional", "可写可不写（默认）")]),
            "create": {"type": "object", "description": "同时新建的档案：类型 → 字段 → 本档案的字段名、id，或固定值。", "additionalProperties": {"type": "object", "additionalProperties": true}},
        }),
        &["name"],
    )
}

fn rung() -> Json {
    object(
        "一步：什么时候（at 或 after），做什么（remind、add、hand_to、approve、reject、go 之一）。",
        json!({
            "at": {"const": "deadline", "description": "到期限时。"},
            "after": {"type": "string", "description": "进入节点后多久，例：1 workday；或期限过去百分之几，例：80% of deadline；或期限之后多久，例：deadline + 4 work hours。"},
            "remind": about("people", "提醒谁；waiting 表示手上有任务的人。"),
            "add": about("people", "再加上谁一起办。"),
            "hand_to": about("people", "改由谁来办。"),
            "approve": {"const": true, "description": "由系统按“超时”同意。"},
            "reject": {"const": true, "description": "由系统按“超时”拒绝。"},
            "go": about("state_name", "离开，去另一个节点。"),
            "every": about("term", "每隔多久再提醒一次。"),
            "at_most": {"type": "integer", "minimum": 1, "maximum": 50, "description": "一共最多提醒几次。"},
        }),
        &[],
    )
}

fn if_fails() -> Json {
    object(
        "外部操作失败时：先重试，仍不成功就挂起并通知，绝不悄悄往下走。",
        json!({
            "retry": {"description": "每次重试前等多久，例：[1 minute, 10 minutes, 1 hour]。", "anyOf": [{"type": "array", "items": refer("term")}, refer("term")]},
            "then": {"const": "hold", "description": "挂起。"},
            "tell": about("people", "通知谁。"),
        }),
        &[],
    )
}

fn then() -> Json {
    object(
        "结束时发一封邮件，或执行一个外部操作（不等结果）。",
        json!({
            "mail": {"type": "string", "description": "邮件名称。"},
            "to": about("people", "发给谁。"),
            "run": {"type": "string", "description": "模块.操作。"},
            "give": about("field_names", "交给它的字段。"),
            "once_per": {"type": "string", "description": "以哪个字段的值保证只执行一次。"},
            "if_fails": refer("if_fails"),
            "undo": undo(),
        }),
        &[],
    )
}

fn undo() -> Json {
    object(
        "流程被撤销时，怎样反向执行这个外部操作（只在它确实成功过时执行）。",
        json!({
            "run": {"type": "string", "description": "模块.操作。"},
            "give": about("field_names", "交给它的字段。"),
            "if_fails": refer("if_fails"),
        }),
        &["run"],
    )
}

fn fields() -> Json {
    object(
        "这个节点上的字段权限；没写的只能看。",
        json!({
            "hidden": about("field_names", "看不到。"),
            "read": about("field_names", "只能看。"),
            "write": about("field_names", "可以改。"),
            "require": about("field_names", "同意或完成之前必须填写。"),
        }),
        &[],
    )
}
