//! Shipments of the sample company, one or more in every state of the flow: who asked, with which values, what happened.
//!
//! Data only. Whoever fills the database sends the commands these steps stand for, in order, each as the person named.

/// A request and what became of it.
#[derive(Clone, Copy, Debug)]
pub struct DemoCase {
    /// What it shows, for whoever reads this list.
    pub shows: &'static str,
    /// Who asked.
    pub applicant: &'static str,
    /// When it was begun, in working hours before now.
    pub work_hours_ago: u32,
    /// The request's values by field, as a person would type them.
    pub values: &'static [(&'static str, &'static str)],
    /// What happened, in order.
    pub steps: &'static [DemoStep],
    /// Where it stands then: `running`, `held`, or an outcome's word.
    pub status: &'static str,
    /// The states it is in then.
    pub standing: &'static [&'static str],
}

/// One thing that happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DemoStep {
    /// The applicant submits, for the first time or again, with changed values.
    Submit(&'static [(&'static str, &'static str)]),
    /// The ERP answers what it was asked (see [`super::erp::answer`]).
    ErpAnswers,
    /// The ERP could not be reached, and every attempt is used up: the words of the last failure.
    ErpFails(&'static str),
    /// Somebody approves in a state, filling in fields where it asks for some.
    Approve {
        /// Who.
        who: &'static str,
        /// Where.
        state: &'static str,
        /// What they fill in.
        set: &'static [(&'static str, &'static str)],
    },
    /// Somebody rejects.
    Reject {
        /// Who.
        who: &'static str,
        /// Where.
        state: &'static str,
        /// Why.
        reason: &'static str,
    },
    /// The applicant withdraws.
    Withdraw(&'static str),
}

use DemoStep::{Approve, ErpAnswers, ErpFails, Reject, Submit, Withdraw};

const AGAIN: DemoStep = Submit(&[]);

const fn approve(who: &'static str, state: &'static str) -> DemoStep {
    Approve {
        who,
        state,
        set: &[],
    }
}

const fn reject(who: &'static str, state: &'static str, reason: &'static str) -> DemoStep {
    Reject { who, state, reason }
}

/// All of them.
pub const CASES: &[DemoCase] = &[
    DemoCase {
        shows: "草稿：还没有提交",
        applicant: "chenyu",
        work_hours_ago: 1,
        values: &[
            ("shipment_no", "SH-2026-0101"),
            ("customer", "东汇钢贸"),
            ("amount", "76000.00"),
            ("loaded_t", "18"),
            ("capacity_t", "30"),
        ],
        steps: &[],
        status: "running",
        standing: &["draft"],
    },
    DemoCase {
        shows: "等待 ERP：系统维护，正在重试",
        applicant: "yangfan",
        work_hours_ago: 0,
        values: &[
            ("shipment_no", "SH-2026-0102"),
            ("customer", "津海港务"),
            ("amount", "64000.00"),
            ("loaded_t", "28.5"),
            ("capacity_t", "30"),
        ],
        steps: &[AGAIN],
        status: "running",
        standing: &["credit_check"],
    },
    DemoCase {
        shows: "超信用：等信控，刚到",
        applicant: "chenyu",
        work_hours_ago: 2,
        values: &[
            ("shipment_no", "SH-2026-0103"),
            ("customer", "江岭工程机械"),
            ("amount", "56000.00"),
            ("loaded_t", "29"),
            ("capacity_t", "30"),
        ],
        steps: &[AGAIN, ErpAnswers],
        status: "running",
        standing: &["credit_approval"],
    },
    DemoCase {
        shows: "已用额度超过上限的老客户：等信控，已催办",
        applicant: "guobing",
        work_hours_ago: 6,
        values: &[
            ("shipment_no", "SH-2026-0104"),
            ("customer", "北沧农机"),
            ("amount", "12800.00"),
            ("loaded_t", "27"),
            ("capacity_t", "30"),
        ],
        steps: &[AGAIN, ErpAnswers],
        status: "running",
        standing: &["credit_approval"],
    },
    DemoCase {
        shows: "欠载：等物流经理，客户承担",
        applicant: "chenyu",
        work_hours_ago: 3,
        values: &[
            ("shipment_no", "SH-2026-0105"),
            ("customer", "东汇钢贸"),
            ("amount", "80000.00"),
            ("loaded_t", "21"),
            ("capacity_t", "30"),
            ("bearer", "customer"),
        ],
        steps: &[AGAIN, ErpAnswers],
        status: "running",
        standing: &["under_load"],
    },
    DemoCase {
        shows: "欠载：等物流经理，我方承担，快到时限",
        applicant: "xuwei",
        work_hours_ago: 13,
        values: &[
            ("shipment_no", "SH-2026-0106"),
            ("customer", "澄湖环卫"),
            ("amount", "45500.00"),
            ("loaded_t", "19.8"),
            ("capacity_t", "30"),
            ("full_price", "5200.00"),
            ("bearer", "us"),
        ],
        steps: &[AGAIN, ErpAnswers],
        status: "running",
        standing: &["under_load"],
    },
    DemoCase {
        shows: "超信用已放行（保证金），接着等欠载审批",
        applicant: "liangxin",
        work_hours_ago: 5,
        values: &[
            ("shipment_no", "SH-2026-0107"),
            ("customer", "南屿建设"),
            ("amount", "38000.00"),
            ("loaded_t", "22.5"),
            ("capacity_t", "30"),
            ("bearer", "customer"),
        ],
        steps: &[
            AGAIN,
            ErpAnswers,
            Approve {
                who: "zhoujing",
                state: "credit_approval",
                set: &[("guarantee", "deposit")],
            },
        ],
        status: "running",
        standing: &["under_load"],
    },
    DemoCase {
        shows: "严重欠载会签：总监已签，等财务",
        applicant: "chenyu",
        work_hours_ago: 7,
        values: &[
            ("shipment_no", "SH-2026-0108"),
            ("customer", "长禾物流"),
            ("amount", "92000.00"),
            ("loaded_t", "13.5"),
            ("capacity_t", "30"),
            ("full_price", "9000.00"),
            ("bearer", "us"),
        ],
        steps: &[AGAIN, ErpAnswers, approve("zhaoyating", "director_sign")],
        status: "running",
        standing: &["heavy_under_load", "finance_sign"],
    },
    DemoCase {
        shows: "严重欠载会签：财务已签，等总监",
        applicant: "heyi",
        work_hours_ago: 4,
        values: &[
            ("shipment_no", "SH-2026-0109"),
            ("customer", "桂川矿业"),
            ("amount", "158000.00"),
            ("loaded_t", "12"),
            ("capacity_t", "30"),
            ("full_price", "12600.00"),
            ("bearer", "us"),
        ],
        steps: &[AGAIN, ErpAnswers, approve("qianwenbin", "finance_sign")],
        status: "running",
        standing: &["heavy_under_load", "director_sign"],
    },
    DemoCase {
        shows: "严重欠载，客户承担：只等总监",
        applicant: "yangfan",
        work_hours_ago: 2,
        values: &[
            ("shipment_no", "SH-2026-0110"),
            ("customer", "朔原煤运"),
            ("amount", "51000.00"),
            ("loaded_t", "16"),
            ("capacity_t", "30"),
            ("full_price", "8800.00"),
            ("bearer", "customer"),
        ],
        steps: &[AGAIN, ErpAnswers],
        status: "running",
        standing: &["heavy_under_load", "director_sign"],
    },
    DemoCase {
        shows: "退回：物流经理要求补装，等申请人",
        applicant: "chenyu",
        work_hours_ago: 9,
        values: &[
            ("shipment_no", "SH-2026-0111"),
            ("customer", "长禾物流"),
            ("amount", "67000.00"),
            ("loaded_t", "20"),
            ("capacity_t", "30"),
            ("bearer", "us"),
        ],
        steps: &[
            AGAIN,
            ErpAnswers,
            reject(
                "wanghaoran",
                "under_load",
                "同城明天还有一票，请拼车后再提交",
            ),
        ],
        status: "running",
        standing: &["draft"],
    },
    DemoCase {
        shows: "退回后补装再提交：第二轮等物流经理",
        applicant: "xuwei",
        work_hours_ago: 10,
        values: &[
            ("shipment_no", "SH-2026-0112"),
            ("customer", "东汇钢贸"),
            ("amount", "71000.00"),
            ("loaded_t", "18.6"),
            ("capacity_t", "30"),
            ("bearer", "customer"),
        ],
        steps: &[
            AGAIN,
            ErpAnswers,
            reject("wanghaoran", "under_load", "装载率太低，请补装"),
            Submit(&[("loaded_t", "24.3"), ("amount", "93000.00")]),
            ErpAnswers,
        ],
        status: "running",
        standing: &["under_load"],
    },
    DemoCase {
        shows: "满载、额度内：不打扰任何人，已放行",
        applicant: "chenyu",
        work_hours_ago: 20,
        values: &[
            ("shipment_no", "SH-2026-0113"),
            ("customer", "东汇钢贸"),
            ("amount", "88000.00"),
            ("loaded_t", "29.5"),
            ("capacity_t", "30"),
        ],
        steps: &[AGAIN, ErpAnswers, ErpAnswers],
        status: "approved",
        standing: &[],
    },
    DemoCase {
        shows: "欠载已批，已放行",
        applicant: "liangxin",
        work_hours_ago: 26,
        values: &[
            ("shipment_no", "SH-2026-0114"),
            ("customer", "桂川矿业"),
            ("amount", "134000.00"),
            ("loaded_t", "23"),
            ("capacity_t", "30"),
            ("bearer", "customer"),
        ],
        steps: &[
            AGAIN,
            ErpAnswers,
            approve("wanghaoran", "under_load"),
            ErpAnswers,
        ],
        status: "approved",
        standing: &[],
    },
    DemoCase {
        shows: "超信用且严重欠载，三人签过，已放行",
        applicant: "heyi",
        work_hours_ago: 40,
        values: &[
            ("shipment_no", "SH-2026-0115"),
            ("customer", "南屿建设"),
            ("amount", "99000.00"),
            ("loaded_t", "15"),
            ("capacity_t", "30"),
            ("full_price", "9600.00"),
            ("bearer", "us"),
        ],
        steps: &[
            AGAIN,
            ErpAnswers,
            Approve {
                who: "wumin",
                state: "credit_approval",
                set: &[("guarantee", "letter")],
            },
            approve("qianwenbin", "finance_sign"),
            approve("zhaoyating", "director_sign"),
            ErpAnswers,
        ],
        status: "approved",
        standing: &[],
    },
    DemoCase {
        shows: "信控拒绝",
        applicant: "guobing",
        work_hours_ago: 30,
        values: &[
            ("shipment_no", "SH-2026-0116"),
            ("customer", "北沧农机"),
            ("amount", "96000.00"),
            ("loaded_t", "30"),
            ("capacity_t", "30"),
        ],
        steps: &[
            AGAIN,
            ErpAnswers,
            reject("zhoujing", "credit_approval", "两笔货款逾期未收，先回款"),
        ],
        status: "rejected",
        standing: &[],
    },
    DemoCase {
        shows: "申请人撤回",
        applicant: "xuwei",
        work_hours_ago: 15,
        values: &[
            ("shipment_no", "SH-2026-0117"),
            ("customer", "澄湖环卫"),
            ("amount", "23000.00"),
            ("loaded_t", "20.1"),
            ("capacity_t", "30"),
            ("bearer", "us"),
        ],
        steps: &[AGAIN, ErpAnswers, Withdraw("客户改期，下周再发")],
        status: "withdrawn",
        standing: &[],
    },
    DemoCase {
        shows: "挂起：ERP 三次不通，已通知值班",
        applicant: "heyi",
        work_hours_ago: 8,
        values: &[
            ("shipment_no", "SH-2026-0118"),
            ("customer", "海棠冷链"),
            ("amount", "47000.00"),
            ("loaded_t", "28"),
            ("capacity_t", "30"),
        ],
        steps: &[AGAIN, ErpFails("504 ERP 超时 / timed out")],
        status: "held",
        standing: &["credit_check"],
    },
    DemoCase {
        shows: "挂起：库存冻结，ERP 不放行",
        applicant: "yangfan",
        work_hours_ago: 11,
        values: &[
            ("shipment_no", "SH-2026-0199"),
            ("customer", "朔原煤运"),
            ("amount", "82000.00"),
            ("loaded_t", "29"),
            ("capacity_t", "30"),
        ],
        steps: &[
            AGAIN,
            ErpAnswers,
            ErpFails("ERP 没有放行：库存冻结 / stock is frozen"),
        ],
        status: "held",
        standing: &["release"],
    },
];
