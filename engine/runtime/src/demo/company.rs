//! Who works at the sample company: forty-five invented people at a reserved mail domain.

use assent_core::text::Text;
use jiff::Span;
use jiff::civil::Date;

/// What the company is called.
pub fn name() -> Text {
    Text::new("岚川专用车公司（演示）", "Lanchuan Special Vehicles (demo)")
}

/// Spreadsheets as the organisation's import takes them: CSV texts with headings.
#[derive(Clone, Debug)]
pub struct CompanySheets {
    /// Departments, regions, areas and stations with their heads.
    pub units: &'static str,
    /// People with their superiors.
    pub people: &'static str,
    /// Names of roles.
    pub roles: &'static str,
    /// Who holds which role, where.
    pub grants: &'static str,
    /// Two people who are away around today, with their proxies.
    pub absences: String,
}

/// The company as it is on that day.
pub fn sheets(today: Date) -> CompanySheets {
    CompanySheets {
        units: include_str!("data/units.csv"),
        people: include_str!("data/people.csv"),
        roles: include_str!("data/roles.csv"),
        grants: include_str!("data/grants.csv"),
        absences: dated(include_str!("data/absences.csv"), today),
    }
}

/// Puts days in for `{today-1}`, `{today+4}`; other braces stay.
pub fn dated(text: &str, today: Date) -> String {
    let mut parts = text.split("{today");
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (mark, rest) = part.split_once('}').unwrap_or(("", part));
        let days: i64 = mark.parse().unwrap_or(0);
        let day = today.checked_add(Span::new().days(days)).unwrap_or(today);
        filled.push_str(&day.to_string());
        filled.push_str(rest);
    }
    filled
}

/// Somebody a visitor can be with one click.
#[derive(Clone, Debug)]
pub struct DemoPersona {
    /// Id in the directory.
    pub person: &'static str,
    /// What they do in the demo.
    pub part: Text,
}

/// Those a visitor can be, in the order of the story.
pub fn personas() -> Vec<DemoPersona> {
    let persona = |person, zh: &str, en: &str| DemoPersona {
        person,
        part: Text::new(zh, en),
    };
    vec![
        persona(
            "chenyu",
            "销售专员：发起发运申请",
            "Sales: asks for a shipment",
        ),
        persona(
            "wanghaoran",
            "物流经理：审批欠载发运",
            "Logistics manager: signs under-loaded shipments",
        ),
        persona(
            "zhaoyating",
            "销售总监：会签严重欠载、接手超时的信用审批",
            "Sales director: countersigns heavy under-loads, takes over late credit cases",
        ),
        persona(
            "qianwenbin",
            "财务经理：会签我方承担的运费",
            "Finance manager: countersigns freight at our cost",
        ),
        persona(
            "gaojianguo",
            "总经理：合同、目标",
            "General manager: contracts, targets",
        ),
        persona("shenjia", "应收会计：开票", "AR accountant: invoices"),
        persona(
            "kongling",
            "服务调度：受理、派工",
            "Service dispatcher: takes repairs in and hands them out",
        ),
        persona(
            "sunlei",
            "系统管理员：流程、人员、挂起的实例",
            "Administrator: flows, people, held instances",
        ),
    ]
}
