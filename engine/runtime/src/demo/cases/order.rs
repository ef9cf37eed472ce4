//! Orders on a frame contract.

use super::DemoStep::ErpAnswers;
use super::{AGAIN, DemoCase, approve, reject};

pub(super) const CASES: &[DemoCase] = &[
    DemoCase {
        flow: "frame_order",
        shows: "草稿",
        applicant: "chenyu",
        work_hours_ago: 1,
        values: &[
            ("contract", "H2025-031"),
            ("customer", "C1001"),
            ("goods", "冷藏车 1 台"),
            ("amount", "286000.00"),
            ("deliver_on", "{today+60}"),
        ],
        steps: &[],
        status: "running",
        standing: &["draft"],
    },
    DemoCase {
        flow: "frame_order",
        shows: "等销售负责人",
        applicant: "xuwei",
        work_hours_ago: 2,
        values: &[
            ("contract", "H2025-031"),
            ("customer", "C1001"),
            ("goods", "冷藏车 1 台"),
            ("amount", "268000.00"),
            ("deliver_on", "{today+60}"),
        ],
        steps: &[AGAIN],
        status: "running",
        standing: &["sales"],
    },
    DemoCase {
        flow: "frame_order",
        shows: "三十万以上：等销售总监",
        applicant: "chenyu",
        work_hours_ago: 5,
        values: &[
            ("contract", "H2025-031"),
            ("customer", "C1001"),
            ("goods", "冷藏车 2 台"),
            ("amount", "572000.00"),
            ("deliver_on", "{today+60}"),
        ],
        steps: &[AGAIN, approve("linguodong", "sales")],
        status: "running",
        standing: &["director"],
    },
    DemoCase {
        flow: "frame_order",
        shows: "已传 ERP",
        applicant: "xuwei",
        work_hours_ago: 20,
        values: &[
            ("contract", "H2025-031"),
            ("customer", "C1001"),
            ("goods", "冷藏车 1 台"),
            ("amount", "286000.00"),
            ("deliver_on", "{today+60}"),
        ],
        steps: &[AGAIN, approve("linguodong", "sales"), ErpAnswers],
        status: "approved",
        standing: &[],
    },
    DemoCase {
        flow: "frame_order",
        shows: "销售负责人退回",
        applicant: "chenyu",
        work_hours_ago: 9,
        values: &[
            ("contract", "H2025-031"),
            ("customer", "C1001"),
            ("goods", "冷藏车 2 台"),
            ("amount", "296000.00"),
            ("deliver_on", "{today+60}"),
        ],
        steps: &[
            AGAIN,
            reject("linguodong", "sales", "交期写错了，请与生产核对"),
        ],
        status: "running",
        standing: &["draft"],
    },
];
