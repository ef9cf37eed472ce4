//! Made-up views for looking at pages: short and long, plain and late.

use assent_core::refusal::{Refusal, RefusalKind};
use assent_core::text::Text;
use assent_core::time::Moment;
use assent_runtime::app::{
    ChangedFact, DiagramItem, DiagramView, Due, Expected, Fact, FormField, FormOption, InboxItem,
    InstanceHead, InstanceView, OfferView, OpinionView, PersonView, Standing, TaskView,
    TimelineItem, When,
};
use serde_json::{Value as Json, json};

/// "Now" of all pictures.
pub const NOW: Moment = Moment(1_775_000_000_000);
const HOUR: i64 = 3_600_000;

pub fn text(zh: &str, en: &str) -> Text {
    Text::new(zh, en)
}

pub fn person(id: &str, name: &str, zh: &str, en: &str) -> PersonView {
    PersonView {
        id: id.into(),
        name: name.into(),
        unit: text(zh, en),
    }
}

pub fn zhang() -> PersonView {
    person("zhangsan", "张申请", "华东大区", "East China")
}

pub fn wang() -> PersonView {
    person("wangwuliu", "王物流", "物流部", "Logistics")
}

pub fn zhao() -> PersonView {
    person("zhao", "赵总监", "销售部", "Sales")
}

pub fn when(hours_ago: i64, shown: &str) -> When {
    When {
        at: NOW.plus_ms(-hours_ago * HOUR),
        shown: Text::same(shown),
    }
}

pub fn due(zh: &str, en: &str, late: bool, today: bool) -> Due {
    Due {
        at: NOW.plus_ms(HOUR),
        shown: text(zh, en),
        late,
        today,
        because: vec![text(
            "跳过国庆假期（10/1–10/7），10/10 调休上班",
            "skips the National Day holiday (1–7 Oct), 10 Oct is a make-up workday",
        )],
    }
}

pub fn fact(name: &str, zh: &str, en: &str, kind: &'static str, shown: &str, first: bool) -> Fact {
    Fact {
        name: name.into(),
        label: text(zh, en),
        shown: Text::same(shown),
        kind,
        first,
        value: Json::Null,
        files: vec![],
        table: None,
    }
}

pub fn facts() -> Vec<Fact> {
    vec![
        fact(
            "shipment_no",
            "发运单号",
            "Shipment no.",
            "text",
            "SH-2026-0003",
            false,
        ),
        fact(
            "customer",
            "客户",
            "Customer",
            "text",
            "华东钢贸集团有限公司（宁波分公司）",
            true,
        ),
        Fact {
            shown: text("1,234,567.00 CNY（123.5 万）", "CNY 1,234,567.00"),
            ..fact("amount", "金额", "Amount", "money", "", true)
        },
        fact(
            "loaded_t",
            "实装吨数",
            "Loaded (t)",
            "number",
            "21.000",
            false,
        ),
        fact(
            "capacity_t",
            "核定吨数",
            "Capacity (t)",
            "number",
            "30.000",
            false,
        ),
        fact(
            "load_rate",
            "装载率",
            "Load rate",
            "percent",
            "70.0 %",
            true,
        ),
        Fact {
            shown: text("1,588.24 CNY", "CNY 1,588.24"),
            ..fact(
                "extra_freight",
                "多付运费",
                "Extra freight",
                "money",
                "",
                true,
            )
        },
        fact("bearer", "费用承担", "Borne by", "choice", "", false),
        Fact {
            value: json!(["f1"]),
            files: vec![FormOption {
                id: "f1".into(),
                name: Text::same("装箱单-0003.pdf"),
            }],
            ..fact(
                "packing_list",
                "装箱单",
                "Packing list",
                "file",
                "装箱单-0003.pdf",
                false,
            )
        },
    ]
}

pub fn head(status: &str, zh: &str, en: &str) -> InstanceHead {
    InstanceHead {
        id: "0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b".into(),
        flow: "shipment_release".into(),
        flow_name: text("发运审批", "Shipment release"),
        version: "4f9acb5635da78a8b47b".into(),
        title: "SH-2026-0003 华东钢贸集团有限公司（宁波分公司） 1,234,567.00".into(),
        applicant: zhang(),
        status: status.into(),
        status_shown: text(zh, en),
        ended: !matches!(status, "running" | "held"),
        held: (status == "held").then(|| text("ERP 三次不通，已通知 IT 值班：请检查接口后点“重试”。", "The ERP did not answer three times; IT on call was told: check the interface, then press Retry.")),
        round: 2,
        rev: 7,
        started: when(30, "2026-09-30 周三 16:00"),
        updated: when(3, "2026-10-08 周四 09:12"),
        entity: "shipment_release".into(),
        record: "r1".into(),
    }
}

#[expect(clippy::too_many_arguments, reason = "one line of a made-up trail")]
fn line(
    seq: u32,
    hours_ago: i64,
    at: &str,
    actor: Option<PersonView>,
    kind: &str,
    tone: &'static str,
    zh: &str,
    en: &str,
) -> TimelineItem {
    TimelineItem {
        seq,
        at: when(hours_ago, at),
        actor,
        kind: kind.into(),
        tone,
        state: None,
        words: text(zh, en),
        comment: None,
        because: vec![],
        files: vec![],
        via: "page".into(),
        minor: false,
        child: None,
    }
}

pub fn timeline() -> Vec<TimelineItem> {
    vec![
        line(
            1,
            30,
            "2026-09-30 周三 16:00",
            Some(zhang()),
            "submitted",
            "",
            "张申请 提交",
            "张申请 submitted",
        ),
        TimelineItem {
            minor: true,
            ..line(
                2,
                30,
                "2026-09-30 周三 16:00",
                None,
                "called",
                "system",
                "查询 ERP 信用额度",
                "Asked the ERP for the credit limit",
            )
        },
        TimelineItem {
            because: vec![text(
                "已用额度 100,000.00 + 金额 80,000.00 > 信用额度 500,000.00 不成立",
                "credit used 100,000.00 + amount 80,000.00 > limit 500,000.00 does not hold",
            )],
            ..line(
                3,
                30,
                "2026-09-30 周三 16:00",
                None,
                "skipped",
                "system",
                "跳过 超信用放行",
                "Skipped Over-credit release",
            )
        },
        TimelineItem {
            comment: Some("装载率只有 70%，请补装或说明原因后重新提交。".into()),
            via: "mail".into(),
            ..line(
                4,
                20,
                "2026-10-08 周四 08:40",
                Some(wang()),
                "returned",
                "return",
                "王物流 退回，第 2 轮",
                "王物流 sent it back, round 2",
            )
        },
        line(
            5,
            10,
            "2026-10-08 周四 09:12",
            Some(zhang()),
            "submitted",
            "",
            "张申请 重新提交",
            "张申请 submitted again",
        ),
        line(
            6,
            3,
            "2026-10-08 周四 14:00",
            Some(zhao()),
            "decided",
            "approve",
            "赵总监 同意",
            "赵总监 approved",
        ),
    ]
}

pub fn offer(action: &'static str, zh: &str, en: &str, then_zh: &str, then_en: &str) -> OfferView {
    OfferView {
        verb: action,
        action: action.into(),
        work: false,
        label: text(zh, en),
        task: Some(4),
        allowed: true,
        refusal: None,
        consequence: text(then_zh, then_en),
        reason_required: action == "reject",
        signature: None,
        step_up: false,
        ask: vec![],
        require: vec![],
        targets: vec![],
    }
}

pub fn said(kind: &'static str, words: &str) -> OpinionView {
    OpinionView {
        by: zhao(),
        kind,
        at: when(2, "2026-10-08 周四 15:20"),
        question: None,
        words: words.into(),
    }
}

pub fn field(name: &str, zh: &str, en: &str, kind: &'static str) -> FormField {
    FormField {
        name: name.into(),
        label: text(zh, en),
        kind,
        required: false,
        write: true,
        value: Json::Null,
        options: vec![],
        decimals: None,
        currency: None,
        min: None,
        max: None,
        max_chars: None,
        pattern: None,
        accept: vec![],
        max_mb: None,
        columns: vec![],
        refers_to: None,
        computed: false,
    }
}

pub fn option(id: &str, zh: &str, en: &str) -> FormOption {
    FormOption {
        id: id.into(),
        name: text(zh, en),
    }
}

pub fn bearer() -> FormField {
    FormField {
        required: true,
        options: vec![
            option("us", "我方", "Us"),
            option("customer", "客户", "Customer"),
        ],
        ..field("bearer", "费用承担", "Borne by", "choice")
    }
}

pub fn form() -> Vec<FormField> {
    vec![
        FormField {
            required: true,
            pattern: Some("^SH-[0-9]{4}-[0-9]{4}$".into()),
            value: json!("SH-2026-0003"),
            ..field("shipment_no", "发运单号", "Shipment no.", "text")
        },
        FormField {
            required: true,
            max_chars: Some(80),
            value: json!("华东钢贸"),
            ..field("customer", "客户", "Customer", "text")
        },
        FormField {
            required: true,
            currency: Some("CNY".into()),
            decimals: Some(2),
            ..field("amount", "金额", "Amount", "money")
        },
        FormField {
            required: true,
            decimals: Some(3),
            ..field("loaded_t", "实装吨数", "Loaded (t)", "number")
        },
        FormField {
            value: json!("0.85"),
            ..field("load_rate", "装载率", "Load rate", "percent")
        },
        bearer(),
        FormField {
            accept: vec!["pdf".into(), "xlsx".into()],
            max_mb: Some(10),
            ..field("packing_list", "装箱单", "Packing list", "file")
        },
        field("ship_on", "发运日期", "Ship on", "date"),
        FormField {
            columns: vec![
                FormField {
                    max_chars: Some(40),
                    ..field("part", "品名", "Item", "text")
                },
                field("qty", "数量", "Quantity", "number"),
                field("price", "单价", "Price", "money"),
            ],
            value: json!([{"part": "热轧卷 Q235B", "qty": "12", "price": "3980.00"}]),
            ..field("lines", "明细", "Lines", "table")
        },
        field("remark", "备注", "Remark", "text"),
    ]
}

pub fn instance(status: &str, zh: &str, en: &str) -> InstanceView {
    InstanceView {
        head: head(status, zh, en),
        facts: facts(),
        standing: vec![Standing {
            state: "under_load".into(),
            name: text("欠载审批", "Under-load approval"),
            since: when(3, "2026-10-08 周四 14:00"),
            due: Some(due(
                "还剩 1 个工作日（10-10 周六 16:00）",
                "1 workday left (Sat 10 Oct 16:00)",
                false,
                false,
            )),
            waiting_on: vec![wang()],
            progress: text("需 1 人同意", "needs 1 approval"),
            children: vec![],
            trouble: None,
        }],
        timeline: timeline(),
        expected: vec![
            Expected {
                state: "release".into(),
                name: text("ERP 放行", "Release in ERP"),
                people: vec![],
                only_if: Text::default(),
                waits_for: Text::default(),
            },
            Expected {
                state: "finance".into(),
                name: text("财务会签", "Finance"),
                people: vec![person("qian", "钱财务", "财务部", "Finance")],
                only_if: text(
                    "费用承担 = 我方 且 多付运费 > 2,000.00",
                    "borne by us and extra freight > 2,000.00",
                ),
                waits_for: Text::default(),
            },
        ],
        overrides: None,
        offers: vec![
            offer(
                "withdraw",
                "撤回",
                "Withdraw",
                "申请结束，不再审批",
                "The request ends; nobody is asked any more",
            ),
            offer(
                "comment",
                "评论",
                "Comment",
                "所有相关人都能看到",
                "Everybody involved can read it",
            ),
        ],
        my_task: None,
        diagram: DiagramView {
            svg: Text::default(),
            list: [
                ("申请", "Request", "passed"),
                ("信用检查", "Credit check", "passed"),
                ("超信用放行", "Over-credit release", "skipped"),
                ("欠载审批", "Under-load approval", "here"),
                ("ERP 放行", "Release in ERP", "future"),
            ]
            .iter()
            .map(|(zh, en, mark)| DiagramItem {
                state: (*en).into(),
                words: text(zh, en),
                depth: 0,
                mark,
            })
            .collect(),
        },
    }
}

pub fn task() -> TaskView {
    let approve = OfferView {
        require: vec!["bearer".into()],
        ..offer(
            "approve",
            "同意",
            "Approve",
            "放行并通知 ERP",
            "Releases the shipment and tells the ERP",
        )
    };
    let cannot = OfferView {
        allowed: false,
        refusal: Some(Refusal::new(
            RefusalKind::NotYours,
            "own_request",
            "发起人不能审批自己的申请",
            "An applicant cannot decide their own request",
        )),
        ..offer("withdraw", "撤回", "Withdraw", "", "")
    };
    TaskView {
        instance: instance("running", "进行中", "Running"),
        task: 4,
        open: true,
        ended: Text::default(),
        end: String::new(),
        kind: "approve".into(),
        state: "under_load".into(),
        state_name: text("欠载审批", "Under-load approval"),
        assignee: wang(),
        since: when(3, "2026-10-08 周四 14:00"),
        due: Some(due(
            "还剩 1 个工作日（10-10 周六 16:00）",
            "1 workday left (Sat 10 Oct 16:00)",
            false,
            true,
        )),
        candidates: vec![],
        waits_for: None,
        asked: None,
        opinions: vec![],
        role: text(
            "欠载审批：一人同意即可",
            "Under-load approval: one of you is enough",
        ),
        why: vec![
            text(
                "角色“物流经理”由您担任",
                "You hold the role Logistics manager",
            ),
            text(
                "装载率 0.7000 < 0.8500 且 0.7000 ≥ 0.6000",
                "load rate 0.7000 < 0.8500 and 0.7000 ≥ 0.6000",
            ),
        ],
        changed: vec![
            ChangedFact {
                label: text("金额", "Amount"),
                before: text("80,000.00 CNY", "CNY 80,000.00"),
                after: text("1,234,567.00 CNY（123.5 万）", "CNY 1,234,567.00"),
            },
            ChangedFact {
                label: text("费用承担", "Borne by"),
                before: Text::default(),
                after: text("我方", "Us"),
            },
        ],
        facts_hash: "abc".into(),
        round: 2,
        offers: vec![
            approve,
            offer(
                "reject",
                "拒绝",
                "Reject",
                "退回给张申请修改",
                "Goes back to 张申请",
            ),
            OfferView {
                targets: vec![
                    option("applicant", "发起人 张申请", "the applicant"),
                    option("credit_check", "信用检查", "Credit check"),
                ],
                reason_required: true,
                ..offer(
                    "return",
                    "退回",
                    "Send back",
                    "回到申请，重走审批",
                    "Back to the request; approvals start again",
                )
            },
            offer(
                "transfer",
                "转办",
                "Transfer",
                "由同事代替您审批",
                "A colleague decides instead of you",
            ),
            offer(
                "comment",
                "评论",
                "Comment",
                "所有相关人都能看到",
                "Everybody involved can read it",
            ),
            cannot,
        ],
        form: vec![bearer()],
        next: Some(("x".into(), 3)),
        left: 3,
    }
}

pub fn inbox() -> Vec<InboxItem> {
    let item = |title: &str,
                state: (&str, &str),
                who: PersonView,
                amount: (&str, &str),
                due: Option<Due>,
                hours: i64,
                round: u32| InboxItem {
        instance: "i1".into(),
        task: Some(2),
        flow: "shipment_release".into(),
        flow_name: text("发运审批", "Shipment release"),
        title: title.into(),
        state: "s".into(),
        state_name: text(state.0, state.1),
        kind: "approve".into(),
        applicant: who,
        waiting_on: vec![wang(), zhao()],
        facts: vec![Fact {
            shown: text(amount.0, amount.1),
            ..fact("amount", "金额", "Amount", "money", "", true)
        }],
        due,
        since: when(hours, "2026-10-08 周四 14:00"),
        status: "approved".into(),
        status_shown: text("已同意", "Approved"),
        batch: true,
        waits_for: None,
        take_back: false,
        facts_hash: "h".into(),
        round,
    };
    vec![
        item(
            "SH-2026-0003 华东钢贸集团有限公司（宁波分公司） 1,234,567.00",
            ("欠载审批", "Under-load approval"),
            zhang(),
            ("1,234,567.00 CNY（123.5 万）", "CNY 1,234,567.00"),
            Some(due(
                "超时 4 小时（周四 10:00）",
                "4 hours late (Thu 10:00)",
                true,
                true,
            )),
            28,
            2,
        ),
        item(
            "SH-2026-0011 宁波港务",
            ("超信用放行", "Over-credit release"),
            person("lin", "林小雨", "华南大区", "South"),
            ("80,000.00 CNY", "CNY 80,000.00"),
            Some(due("今天 18:00 前", "by 18:00 today", false, true)),
            3,
            1,
        ),
        item(
            "维修工单 WO-2026-1187 浙G12345 制动异响",
            ("善意索赔审批", "Goodwill"),
            person("sun", "Sun Wei", "服务站", "Station"),
            ("9,600.00 CNY", "CNY 9,600.00"),
            Some(due(
                "还剩 2 个工作日（周一 18:00）",
                "2 workdays left (Mon 18:00)",
                false,
                false,
            )),
            1,
            1,
        ),
        item(
            "合同 HT-2026-031 年度框架",
            ("法务会签", "Legal"),
            zhao(),
            ("12,000,000.00 CNY（1,200 万）", "CNY 12,000,000.00"),
            None,
            0,
            1,
        ),
    ]
}
