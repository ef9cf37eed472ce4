//! The sections of a flow file, in the order people write them.

use serde_json::{Value as Json, json};

use super::parts::two_templates;
use super::{about, map_of, object, one_of, refer};

/// All sections.
pub(super) fn all() -> Json {
    json!({
        "flow": about("id", "流程编号，永久不变，审批人看不到。"),
        "format": {"const": 1, "description": "写法版本，固定写 1。"},
        "name": about("names", "流程名称。"),
        "purpose": about("names", "一句话说明为什么要有这个流程。"),
        "owner": {"type": "string", "description": "流程负责人：发布新版本，流程挂起时收到通知。写法同 people:，如 role/logistics_lead。"},
        "calendar": about("id", "工作日历，如 cn_office。期限按它计算。"),
        "title": about("template", "单据在列表和邮件里的标题，例：'{{shipment_no}} {{customer}} {{amount}}'"),
        "record": about("id", "流程运行在哪一种档案上（由模块提供）；与 form: 二选一。"),
        "for": object("同一种档案有几个流程时：这个流程适用于哪些记录。", json!({
            "departments": {"type": "array", "items": {"type": "string"}, "description": "发起人所在的部门（含下级部门）；不写就是所有部门。"},
            "when": about("condition", "记录要满足的条件；不写就是所有记录。"),
        }), &[]),
        "priority": {"type": "integer", "minimum": 0, "maximum": 1000, "description": "几个流程都适用时，用数字最大的；不写就是 0。"},
        "form": map_of("流程自带的表单；与 record: 二选一。条件里只能用这里的字段。", refer("field")),
        "tables": map_of("可调整的数值：表名 → 项 → 值。条件里写 tables.表名.项。", map_of("一张表。", refer("scalar"))),
        "people": map_of(
            "人员名称。下面的 by:、to:、cast: 都用这里的名称。",
            json!({"type": "string", "description": "例：role/finance_manager、role/dispatcher in record.area、head of applicant.department、supervisors of applicant up to 2、record.engineer、role/a except record.b、chosen by applicant from role/x exactly 2、same as state/check、role/x except actors of state/check、approvers of original、least loaded of role/x、role/x in turn、rule/assign.engineer given record.area"}),
        ),
        "policies": policies(),
        "proxy": proxy(),
        "revocation": revocation(),
        "states": {"type": "array", "minItems": 1, "items": refer("state"), "description": "节点，按顺序写：没有写 go: 的节点走向下一个。"},
        "mails": map_of("邮件。ask（请审批）、returned（被退回）、remind（提醒）、held（挂起）可以改写，没有写时用系统自带的。", mail()),
        "tests": {"type": "array", "items": example(), "description": "用例：写在文件里的测试，保存时运行，不通过不能发布。"},
    })
}

fn mail() -> Json {
    object(
        "一封邮件的主题和正文。",
        json!({
            "subject": two_templates("主题。"),
            "text": two_templates("正文，纯文本。"),
        }),
        &["subject", "text"],
    )
}

/// The policies a state may set for itself.
pub(super) fn state_policies() -> serde_json::Map<String, Json> {
    let mut all = serde_json::Map::new();
    all.insert("nobody".to_owned(), nobody());
    all.insert(
        "own_request".to_owned(),
        one_of(
            "审批人就是发起人自己时。",
            &[
                ("refuse", "发起人永远不能审批自己的申请（默认）"),
                ("superior", "改问发起人的上级"),
                ("ask", "照样问他"),
                ("pass", "没有别人时算通过"),
            ],
        ),
    );
    all.insert(
        "same_person".to_owned(),
        one_of(
            "同一个人前面已经审批过时。",
            &[
                (
                    "consecutive",
                    "紧接着的上一个决定就是他作的，则算数（默认）",
                ),
                ("once", "前面任何一处签过都算数"),
                ("ask", "每次都重新问"),
                ("refuse", "同一个人不能签两处"),
            ],
        ),
    );
    all.insert(
        "data_changed".to_owned(),
        one_of(
            "有人签过之后数据又改了。",
            &[
                ("ask_again", "回到最早用到该数据的节点重新审批（默认）"),
                ("keep", "签过的仍然有效"),
            ],
        ),
    );
    all.insert(
        "decide_from_mail".to_owned(),
        one_of(
            "从邮件链接作决定。",
            &[
                ("after_sign_in", "设备登录过一次即可（默认）"),
                ("code", "凭邮件里的验证码，给没有账号的外部人员"),
                ("link", "凭链接，需流程负责人打开开关"),
            ],
        ),
    );
    all
}

fn nobody() -> Json {
    json!({
        "description": "找不到处理人时。",
        "anyOf": [
            one_of("", &[
                ("hold", "挂起，并通知流程负责人（默认）"),
                ("superior", "问上一级"),
                ("pass", "算通过"),
                ("reject", "算拒绝"),
            ]),
            {"type": "string", "description": "people: 里的名称：改问他们"},
            object("改问这些人。", json!({"fallback": {"type": "string", "description": "people: 里的名称"}}), &["fallback"]),
        ],
    })
}

fn policies() -> Json {
    let mut all = state_policies();
    all.insert(
        "reply_by_mail".to_owned(),
        one_of(
            "直接回复邮件能做什么。",
            &[
                ("never", "不读回复"),
                ("reject_only", "只能拒绝或留言（默认）"),
                ("any", "也可以同意"),
            ],
        ),
    );
    all.insert(
        "rounds".to_owned(),
        json!({"type": "integer", "minimum": 0, "maximum": 100, "description": "最多退回几次，之后挂起由负责人处理。默认 10。"}),
    );
    all.insert(
        "withdraw".to_owned(),
        one_of(
            "发起人到什么时候还能撤回。",
            &[
                ("before_first_decision", "有人作决定之前"),
                ("before_end", "结束之前都可以（默认）"),
                ("never", "不能撤回"),
            ],
        ),
    );
    all.insert(
        "people_after_return".to_owned(),
        one_of(
            "退回后再次走到同一节点时问谁。",
            &[
                ("same", "还问原来的人，只要他仍有资格（默认）"),
                ("anew", "重新找人"),
            ],
        ),
    );
    all.insert(
        "signatures_after_return".to_owned(),
        one_of(
            "退回后再次走到时，原来的签字算不算数。",
            &[
                ("keep_unchanged", "所签内容没有变就算数（默认）"),
                ("ask_again", "每次都重新签"),
            ],
        ),
    );
    all.insert(
        "restore".to_owned(),
        one_of(
            "什么时候把单据恢复成提交时的样子。",
            &[
                ("rejected", "被拒绝后"),
                ("withdrawn", "撤回后"),
                ("both", "被拒绝或撤回后"),
            ],
        ),
    );
    all.insert(
        "reopen_days".to_owned(),
        json!({"type": "integer", "minimum": 1, "maximum": 3650, "description": "被拒绝后多少天内，发起人可以重新打开；不写就不能。"}),
    );
    object("整个流程的策略；个别节点可以另写。", Json::Object(all), &[])
}

fn proxy() -> Json {
    object(
        "代理：有人休假时谁可以代办。",
        json!({
            "to": one_of("按角色问的任务可以交给谁代办；不写就不交给代理人。", &[("same_role", "同一角色的代理人"), ("anyone", "任何指定的代理人")]),
            "longest": about("term", "代理最长多少天，例：14 days。"),
            "chain": one_of("代理人也休假时。", &[("refuse", "不再往下找"), ("follow", "继续找代理人的代理人")]),
            "not_for": about("field_names", "哪些节点不许代理（写节点编号）。"),
        }),
        &[],
    )
}

fn revocation() -> Json {
    object(
        "批准之后怎么撤销：由另一个流程在同一份档案上决定，通过后本单标为“已撤销”，写了 undo: 的外部操作反向执行。",
        json!({
            "flow": {"type": "string", "description": "决定是否撤销的流程编号；它的人员可以写 approvers of original（原单据的审批人）。"},
            "days": {"type": "integer", "minimum": 1, "maximum": 3650, "description": "结束后多少天内可以申请；不写就是一直可以。"},
        }),
        &["flow"],
    )
}

fn example() -> Json {
    let words = json!({"description": "一个或一列名称。", "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]});
    object(
        "一个用例。given 会存成草稿并由发起人提交。",
        json!({
            "name": {"type": "string", "description": "说明在什么情况下应当怎样。"},
            "at": {"type": "string", "description": "从什么时候开始，例：2026-03-02 09:00。"},
            "given": about("values", "发起人填写的值。"),
            "records": {"type": "object", "description": "用到的关联档案：类型 → 编号 → 值。", "additionalProperties": {"type": "object", "additionalProperties": refer("values")}},
            "answers": {"type": "object", "description": "规则、外部操作、子流程的结果：名称 → 值，或 {error: …}、{timeout: always}。", "additionalProperties": true},
            "cast": {"type": "object", "description": "谁扮演谁：人名 → people: 里的名称（或 applicant）。", "additionalProperties": words},
            "away": {"type": "array", "description": "谁不在，由谁代理。", "items": object("一次休假：[from, until)，until 是回来的第一刻。", json!({
                "who": {"type": "string", "description": "谁（cast: 里的人）。"},
                "from": {"type": "string", "description": "从什么时候不在，例：2026-01-05 09:00。"},
                "until": {"type": "string", "description": "什么时候回来。"},
                "proxy": {"type": "string", "description": "代理人（cast: 里的人）；不写就是没有指定。"},
            }), &["who", "from", "until"])},
            "open_tasks": {"type": "object", "description": "谁手上另有几件待办：人名 → 件数（按待办最少找人时用）。", "additionalProperties": {"type": "integer", "minimum": 0}},
            "play": {"type": "array", "description": "依次发生的事。", "items": step()},
            "expect": expect(),
        }),
        &["name"],
    )
}

fn step() -> Json {
    object(
        "一步：时钟先走到 at，然后有人做一件事，最后核对 expect。",
        json!({
            "at": {"type": "string", "description": "时钟走到什么时候。"},
            "who": {"type": "string", "description": "谁。"},
            "state": about("state_name", "办哪个节点的任务；只有一个时可以不写。"),
            "decide": {"type": "string", "description": "approve 同意、reject 拒绝，或该节点自己的结论。"},
            "do": {"type": "string", "description": "submit、withdraw、return、transfer、delegate、add_signer、remove_signer、advise、ask、reply、claim、give_back、copy、read、take_back、urge、reopen、revoke、comment、retry、done，管理员的 terminate、suspend、resume、jump、reassign、skip、retry_one，或该节点自己的操作。"},
            "to": {"description": "退回到哪里，或转给、委派、加签、询问、抄送谁。", "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
            "place": one_of("加签在什么时候。", &[("before", "在我之前"), ("alongside", "同时（默认）"), ("after", "在我之后")]),
            "as": one_of("加签的人算什么。", &[("voter", "算一票（默认）"), ("adviser", "只给意见")]),
            "sign": {"type": "string", "description": "签名。"},
            "bulk": {"type": "boolean", "description": "和别的单子一起批量审批。"},
            "step_up": {"type": "boolean", "description": "已再次输入密码或验证码。"},
            "straight_back": {"type": "boolean", "description": "重新提交时直接回到退回的人。"},
            "set": about("values", "同时填写的值。"),
            "reason": {"type": "string", "description": "理由。"},
            "comment": {"type": "string", "description": "意见。"},
            "event": {"type": "string", "description": "外部发生了这个事件。"},
            "payload": {"description": "事件带来的内容。"},
            "change": {"type": "object", "description": "组织变动：人名 → 从此担任的名称。", "additionalProperties": true},
            "child": {"type": "string", "description": "子流程以这个结果结束。"},
            "refused": {"type": "string", "description": "应当被拒绝执行，原因代码是它。"},
            "expect": expect(),
        }),
        &[],
    )
}

fn expect() -> Json {
    let words = |description: &str| json!({"description": description, "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]});
    object(
        "应当是什么样；没写的不核对。",
        json!({
            "result": {"type": "string", "description": "approved、rejected、withdrawn、cancelled、held、running，或流程自己的结果。"},
            "waiting_on": words("谁手上有待办任务。"),
            "skipped": words("跳过了哪些节点。"),
            "path": words("依次进入了哪些节点。"),
            "ran": words("依次执行了哪些规则和外部操作。"),
            "mailed": words("发出了哪些邮件。"),
            "told": words("通知了谁（people: 里的名称）。"),
            "events": words("告诉了其他单据哪些事件。"),
            "reminded": words("这一步提醒了谁。"),
            "added": {"type": "object", "description": "这一步加了谁：节点 → 人。", "additionalProperties": words("人")},
            "refused": {"type": "string", "description": "被拒绝执行的原因代码。"},
            "round": {"type": "integer", "minimum": 1, "description": "第几轮（退回一次加一）。"},
            "values": about("values", "字段的值。"),
        }),
        &[],
    )
}
