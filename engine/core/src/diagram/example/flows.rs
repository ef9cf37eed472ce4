//! The flows of the specification, and an odd one.

use super::*;

/// The approval chain of the specification.
pub(in crate::diagram) fn shipment_release() -> Definition {
    use Does::{Approve, Draft, End, Run, Together};
    flow(
        "shipment_release",
        "发运审批",
        "Shipment release",
        &[
            ("credit", "role/credit_controller"),
            ("finance", "role/finance_manager"),
            ("logistics", "role/logistics_manager"),
            ("director", "role/sales_director"),
        ],
        vec![
            state("draft", "申请", "Request", Draft("applicant")),
            state(
                "credit_check",
                "信用检查",
                "Credit check",
                Run("erp.credit_check"),
            ),
            state(
                "credit_approval",
                "超信用放行",
                "Over-credit release",
                Approve("credit", Needs::Any),
            )
            .when("credit_used + amount > credit_limit")
            .rejected(To::Go("refused"))
            .within("1 workday"),
            state(
                "under_load",
                "欠载审批",
                "Under-load approval",
                Approve("logistics", Needs::Any),
            )
            .when("load_rate < tables.load.pass and load_rate >= tables.load.director_below")
            .rejected(To::Back("draft"))
            .within("2 workdays"),
            state(
                "heavy_under_load",
                "严重欠载会签",
                "Heavy under-load countersign",
                Together(
                    Join::All,
                    vec![
                        (
                            "sales",
                            "销售",
                            "Sales",
                            "",
                            vec![state(
                                "director_sign",
                                "销售总监",
                                "Sales director",
                                Approve("director", Needs::Any),
                            )],
                        ),
                        (
                            "money",
                            "财务",
                            "Money",
                            "extra_freight > tables.load.finance_above",
                            vec![state(
                                "finance_sign",
                                "财务会签",
                                "Finance",
                                Approve("finance", Needs::Any),
                            )],
                        ),
                    ],
                ),
            )
            .when("load_rate < tables.load.director_below")
            .rejected(To::Back("draft"))
            .within("2 workdays"),
            state(
                "release",
                "ERP 放行",
                "Release in ERP",
                Run("erp.release_shipment"),
            ),
            state("released", "已放行", "Released", End(Outcome::Approved)),
            state("refused", "已拒绝", "Refused", End(Outcome::Rejected)),
        ],
    )
}

/// The free state machine of the specification.
pub(in crate::diagram) fn repair_order() -> Definition {
    use Does::{Approve, Choose, Draft, End, Rule, Subflow, Together, WaitFor, WaitUntil, Work};
    let level = |id, zh: &str, en: &str, by| state(id, zh, en, Approve(by, Needs::Any));
    flow(
        "repair_order",
        "维修工单",
        "Repair order",
        &[
            ("station", "role/station_clerk of record.station"),
            ("dispatcher", "role/dispatcher in record.area"),
            ("engineer", "record.engineer"),
            ("inspector", "role/inspector of record.station"),
            ("area", "role/area_manager in record.area"),
            ("hq", "role/service_manager"),
            ("director", "role/service_director"),
            ("caller", "role/callback_clerk except record.engineer"),
        ],
        vec![
            state("draft", "报修", "Request", Draft("station")),
            state("warranty", "质保判定", "Warranty", Rule("warranty.decide")),
            state(
                "goodwill",
                "善意索赔审批",
                "Goodwill",
                Choose(vec![
                    (
                        "goodwill_amount <= tables.goodwill.area_up_to",
                        level("goodwill_area", "区域审批", "Area", "area"),
                    ),
                    (
                        "goodwill_amount <= tables.goodwill.hq_up_to",
                        level("goodwill_hq", "总部审批", "Head office", "hq"),
                    ),
                    (
                        "",
                        level("goodwill_director", "总监审批", "Director", "director"),
                    ),
                ]),
            )
            .when("not in_warranty and goodwill_amount > 0")
            .next(To::Go("dispatch"))
            .rejected(To::Go("quote")),
            state(
                "quote",
                "客户报价",
                "Quote",
                Work(
                    "station",
                    vec![
                        ("agreed", "客户同意", "Customer agreed", To::Go("dispatch")),
                        (
                            "declined",
                            "客户拒绝",
                            "Customer declined",
                            To::Go("cancelled"),
                        ),
                    ],
                ),
            )
            .when("not in_warranty"),
            state("dispatch", "派工", "Dispatch", Work("dispatcher", vec![]))
                .within("30 work minutes"),
            state(
                "repairing",
                "维修中",
                "Repairing",
                Work(
                    "engineer",
                    vec![
                        (
                            "wait_for_parts",
                            "等待配件",
                            "Wait for parts",
                            To::Go("waiting_parts"),
                        ),
                        ("finish", "完工", "Finish", To::Go("checks")),
                        (
                            "hand_up",
                            "上报复杂故障",
                            "Escalate",
                            To::Go("waiting_fault_report"),
                        ),
                    ],
                ),
            )
            .within("24 hours"),
            state(
                "waiting_parts",
                "待件",
                "Waiting for parts",
                WaitFor("parts.received"),
            )
            .within("10 workdays")
            .next(To::Go("repairing")),
            state(
                "waiting_fault_report",
                "复杂故障处理",
                "Fault report",
                Subflow("fault_report"),
            )
            .next(To::Go("repairing")),
            state(
                "checks",
                "完工审核",
                "Closing checks",
                Together(
                    Join::All,
                    vec![
                        (
                            "technical",
                            "质检",
                            "Technical",
                            "",
                            vec![level("tested", "质检", "Test", "inspector")],
                        ),
                        (
                            "cost",
                            "费用",
                            "Cost",
                            "total_amount > tables.review.cost_above",
                            vec![level("cost_review", "费用审核", "Cost review", "area")],
                        ),
                    ],
                ),
            )
            .rejected(To::Back("repairing")),
            state(
                "cooling",
                "待回访",
                "Before the call",
                WaitUntil("finished_on + 3 days"),
            ),
            state(
                "call_back",
                "回访",
                "Call-back",
                Work(
                    "caller",
                    vec![
                        ("satisfied", "满意", "Satisfied", To::Go("closed")),
                        ("dissatisfied", "不满意", "Dissatisfied", To::Go("closed")),
                    ],
                ),
            ),
            state("closed", "关闭", "Closed", End(Outcome::Approved)),
            state("cancelled", "取消", "Cancelled", End(Outcome::Cancelled)),
        ],
    )
}

/// Everything at once: nested branches, many branches, long names, falling off the end.
pub(in crate::diagram) fn odd() -> Definition {
    use Does::{Approve, Draft, Mail, Together, Work};
    let sign = |id, zh: &str, en: &str| state(id, zh, en, Approve("boss", Needs::All));
    let inner = Together(
        Join::Any,
        vec![
            (
                "n1",
                "内一",
                "Inner 1",
                "",
                vec![
                    sign(
                        "i1",
                        "法务部合同条款与违约责任复核",
                        "Legal review of terms and liability",
                    ),
                    sign("i2", "复核", "Again"),
                ],
            ),
            (
                "n2",
                "内二",
                "Inner 2",
                "",
                vec![sign("i3", "风控", "Risk").rejected(To::Back("draft"))],
            ),
        ],
    );
    flow(
        "odd",
        "<奇怪> & \"引号\"的流程",
        "Odd <one> & 'quotes'",
        &[("boss", "user/boss")],
        vec![
            state(
                "draft",
                "起草一份名字非常非常长的、需要换行显示的合同评审申请单",
                "A request with a very long name that must be wrapped",
                Draft("applicant"),
            ),
            state(
                "wide",
                "四方会签",
                "Four at once",
                Together(
                    Join::Count(2),
                    vec![
                        (
                            "a",
                            "甲",
                            "A",
                            "",
                            vec![state("nested", "内部并行", "Nested", inner)],
                        ),
                        (
                            "b",
                            "乙",
                            "B",
                            "",
                            vec![
                                sign("b1", "乙方", "Party B")
                                    .late_go("chat")
                                    .within("1 workday"),
                            ],
                        ),
                        (
                            "c",
                            "丙",
                            "C",
                            "amount > 5",
                            vec![sign("c1", "丙方", "Party C")],
                        ),
                        ("d", "丁", "D", "", vec![]),
                    ],
                ),
            ),
            state(
                "chat",
                "沟通",
                "Talk",
                Work(
                    "boss",
                    vec![
                        ("again", "再来", "Again", To::Go("chat")),
                        ("on", "继续", "Go on", To::Go("note")),
                        ("enough", "到此为止", "Enough", To::Finish),
                    ],
                ),
            ),
            state("note", "通知", "Notice", Mail("applicant")).when("note == \"<b>|#;\""),
        ],
    )
}
