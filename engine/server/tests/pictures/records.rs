//! Made-up answers of why, prints and proofs.

use assent_core::audit::RootRow;
use assent_core::text::Lang;
use assent_core::time::Moment;
use assent_runtime::app::{ChildView, NextView, ReasonView, WaitView, WhyView};
use assent_runtime::audit::{Printed, Proven};
use assent_server::web::model::print::{self, Paper, PrintModel};
use assent_server::web::model::why::{self, WhyModel};
use assent_server::web::pages::proof::words_of;
use assent_server::web::pages::said::Said;

use super::views::{self, text, wang, when, zhang, zhao};

fn reason(code: &'static str, zh: &str, en: &str, events: &[u32]) -> ReasonView {
    ReasonView {
        code,
        person: Some(wang()),
        state: "under_load".into(),
        state_name: text("欠载审批", "Under-load approval"),
        events: events.to_vec(),
        at: Some(when(3, "2026-10-08 周四 09:12")),
        words: vec![text(zh, en)],
    }
}

/// Answers about somebody who was not asked.
pub fn why(lang: Lang) -> WhyModel {
    let next = |fate, zh: &str, en: &str, because: (&str, &str)| NextView {
        state: "s".into(),
        name: text(zh, en),
        fate,
        fate_shown: match fate {
            "skipped" => text("按现状会跳过", "will be skipped as things stand"),
            _ => text("会经过", "comes"),
        },
        because: text(because.0, because.1),
        people: vec![wang(), zhao()],
        why: vec![text(
            "担任角色“物流经理”的人。",
            "Whoever holds the role logistics manager.",
        )],
    };
    let view = WhyView {
        head: views::head("running", "进行中", "Running"),
        person: Some(zhang()),
        asked: vec![reason(
            "rule",
            "“欠载审批”的审批人规则找到了此人：",
            "The rule of “Under-load approval” names them:",
            &[12, 13],
        )],
        not_asked: vec![reason(
            "left_out",
            "“欠载审批”的规则包含张申请，但张申请是发起人，不能审批自己的申请（own_request）。",
            "The rule of “Under-load approval” names 张申请, but 张申请 is the applicant and never decides on their own request (own_request).",
            &[12],
        )],
        way: vec![reason(
            "skipped",
            "“总监审批”被跳过：装载率 < 0.60（装载率 70.0 %）不成立。",
            "“Director” was skipped: Load rate < 0.60 (Load rate 70.0 %) is false.",
            &[11],
        )],
        next: vec![
            next(
                "skipped",
                "财务审批",
                "Finance",
                (
                    "装载率 < 0.85 → 不成立（装载率 0.90）",
                    "Load rate < 0.85 → false (Load rate 0.90)",
                ),
            ),
            next("comes", "通知 ERP", "Tell the ERP", ("", "")),
        ],
        waits: vec![WaitView {
            state: "items".into(),
            state_name: text("逐项审批", "Item by item"),
            words: vec![text(
                "等待子流程“分项审核”，3 个中已结束 1 个",
                "Waits for the subflows “Item review”: 1 of 3 ended",
            )],
            children: vec![ChildView {
                instance: "0199f3a1-2c11-7d00-8a55-3f1b9e2d7c11".into(),
                flow: "item".into(),
                flow_name: text("分项审核", "Item review"),
                title: "分项 甲1".into(),
                status: "running".into(),
                status_shown: text("审批中", "In progress"),
                ended: false,
                standing: text("主管", "Supervisor"),
                waiting_on: vec![wang()],
                trouble: None,
                open: true,
            }],
        }],
    };
    let people = [wang(), zhang(), zhao()].map(|person| (person.id, person.name));
    why::draw(&view, people.to_vec(), lang)
}

/// A record, covered by a root or not yet.
pub fn print(lang: Lang, sealed: bool) -> PrintModel {
    let view = views::instance("approved", "已同意", "Approved");
    let root = RootRow {
        no: 128,
        at: Moment(1_790_000_000_000),
        size: 40_960,
        root: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328".into(),
        key: "448f04ffcba874db".into(),
        signature: String::new(),
    };
    let printed = Printed {
        seq: 27,
        hash: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4".into(),
        root: sealed.then_some(root),
        sealed: sealed.then(|| when(1, "2026-10-08 周四 11:50")),
    };
    let paper = Paper {
        company: "华东重型车辆制造有限公司",
        base_url: "https://assent.example.com",
        printed: &printed,
        by: ("王物流", "2026-10-08 周四 12:00"),
    };
    print::draw(&view, &paper, lang)
}

/// What the code on a print leads to, by name.
pub fn proofs(lang: Lang) -> Vec<(&'static str, Said)> {
    let sealed = Proven::Authentic {
        sealed: Some((128, when(1, "2026-10-08 周四 11:50"))),
        gone_on: true,
    };
    let fresh = Proven::Authentic {
        sealed: None,
        gone_on: false,
    };
    let retired = |authentic| Proven::Retired {
        bundle: "assent-retired-0199f3a1-2c11-7d00-8a55-3f1b9e2d7c10.jsonl.gz".into(),
        at: when(1, "2027-04-12 周一 09:30"),
        sealed: Some((128, when(1, "2026-10-08 周四 11:50"))),
        authentic,
    };
    [
        ("proof-sealed", sealed),
        ("proof-fresh", fresh),
        ("proof-retired", retired(true)),
        ("proof-retired-earlier", retired(false)),
        ("proof-unknown", Proven::Unknown),
        ("proof-damaged", Proven::Damaged),
    ]
    .map(|(name, proven)| (name, words_of(&proven, lang)))
    .to_vec()
}
