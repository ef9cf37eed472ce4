//! What the sample company knows before anything happens: customers, vehicles, parts, contracts and targets of before.

use super::customers::CUSTOMERS;

/// A record: entity type, id, values by field as another system would send them. `{today-3}` in a value is a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoRecord {
    /// Entity type.
    pub entity: &'static str,
    /// Its id.
    pub id: String,
    /// Its values.
    pub values: Vec<(&'static str, String)>,
}

fn record<const N: usize>(
    entity: &'static str,
    id: &str,
    values: [(&'static str, &str); N],
) -> DemoRecord {
    DemoRecord {
        entity,
        id: id.to_owned(),
        values: values.map(|(name, text)| (name, text.to_owned())).into(),
    }
}

/// All of them, each after those it refers to.
pub fn all() -> Vec<DemoRecord> {
    let mut found: Vec<DemoRecord> = customers().collect();
    found.extend(VEHICLES.iter().map(vehicle));
    found.extend(PARTS.iter().map(|(id, name, class)| {
        record(
            "part",
            id,
            [("code", id), ("name", name), ("part_class", class)],
        )
    }));
    found.extend(CONTRACTS.iter().map(contract));
    found.extend(targets());
    found
}

fn customers() -> impl Iterator<Item = DemoRecord> {
    CUSTOMERS.iter().map(|known| {
        let title = known.tax_title();
        record(
            "customer",
            known.code,
            [
                ("code", known.code),
                ("full_name", known.name),
                ("city", known.city),
                ("area", known.area),
                ("credit", known.limit),
                ("grade", known.grade),
                ("credit_code", known.credit_code),
                ("tax_title", &title),
                ("taxpayer", known.taxpayer),
            ],
        )
    })
}

/// Id, VIN, plate, model, class, owner, delivered, kilometres.
type Vehicle = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

/// Plates and numbers are invented; the check digits are true.
const VEHICLES: &[Vehicle] = &[
    (
        "V3001",
        "LZYTAGBW6K1000123",
        "浙A3Q215",
        "纯电动客车 LC6100",
        "commercial",
        "C1002",
        "{today-300}",
        "30100",
    ),
    (
        "V3002",
        "LZYTAGBW9L1000456",
        "浙A7D556",
        "环卫车 LC5180",
        "commercial",
        "C1004",
        "{today-620}",
        "87900",
    ),
    (
        "V3003",
        "LZYTMGBW2M1000789",
        "皖A2K083",
        "牵引车 LC4250",
        "commercial",
        "C1003",
        "{today-410}",
        "41800",
    ),
    (
        "V3004",
        "LS5A3DBE0NA100321",
        "浙A9E308",
        "冷藏车 LC5090",
        "commercial",
        "C1001",
        "{today-1300}",
        "167500",
    ),
    (
        "V3005",
        "LZYTAGBW5P1000654",
        "粤A6M127",
        "自卸车 LC3310",
        "commercial",
        "C2001",
        "{today-1200}",
        "175200",
    ),
    (
        "V3006",
        "LZYTAGBW6R1000987",
        "浙A5F779",
        "纯电动重卡 LC4251",
        "commercial",
        "C1001",
        "{today-260}",
        "27500",
    ),
    (
        "V3007",
        "LZYTAGBWXS1000321",
        "粤A1T662",
        "混合动力客车 LC6850",
        "commercial",
        "C2002",
        "{today-340}",
        "55600",
    ),
];

fn vehicle(known: &Vehicle) -> DemoRecord {
    let (id, vin, plate, model, class, owner, delivered, km) = known;
    record(
        "vehicle",
        id,
        [
            ("vin", vin),
            ("plate", plate),
            ("model", model),
            ("vehicle_class", class),
            ("customer", owner),
            ("delivered_on", delivered),
            ("odometer_km", km),
        ],
    )
}

const PARTS: &[(&str, &str, &str)] = &[
    ("P-2207", "电机控制器总成", "nev_core"),
    ("P-0133", "制动片（前）", "wear"),
    ("P-1580", "转向助力泵", "assembly"),
    ("P-0911", "车门线束", "part"),
];

/// The one of them that orders are placed on.
const FRAME: &str = "H2025-031";

/// Id, number, subject, customer, amount in yuan: signed last year, being fulfilled.
const CONTRACTS: &[(&str, &str, &str, &str, &str)] = &[
    (
        "H2025-018",
        "HT-2025-0018",
        "冷藏车 6 台",
        "C1001",
        "1860000.00",
    ),
    (
        "H2025-021",
        "HT-2025-0021",
        "牵引车 8 台",
        "C1003",
        "3240000.00",
    ),
    (
        "H2025-027",
        "HT-2025-0027",
        "矿用洒水车 2 台",
        "C2002",
        "640000.00",
    ),
    (
        "H2025-030",
        "HT-2025-0030",
        "冷链车维保服务",
        "C2003",
        "180000.00",
    ),
    (
        FRAME,
        "HT-2025-0031",
        "年度冷藏车框架",
        "C1001",
        "2400000.00",
    ),
    (
        "H2025-033",
        "HT-2025-0033",
        "农用运输车 3 台",
        "C3001",
        "276000.00",
    ),
];

fn contract(known: &(&str, &str, &str, &str, &str)) -> DemoRecord {
    let (id, number, subject, customer, amount) = known;
    let plan = format!(r#"[{{"kind":"delivery","due_on":"{{today+60}}","amount":"{amount}"}}]"#);
    record(
        "contract",
        id,
        [
            ("number", number),
            ("subject", subject),
            ("customer", customer),
            ("currency", "cny"),
            ("price", amount),
            ("amount", amount),
            ("cost", "100000.00"),
            ("payment_days", "60"),
            ("dated", "{today-200}"),
            ("start_on", "{today-190}"),
            ("end_on", "{today+175}"),
            ("frame", if *id == FRAME { "true" } else { "false" }),
            ("signed_on", "{today-195}"),
            ("construction", "false"),
            ("template_changed", "false"),
            ("plan", &plan),
        ],
    )
}

fn targets() -> [DemoRecord; 2] {
    let target = |id, number, unit, person, indicator, days: (&str, &str), value| {
        record(
            "target",
            id,
            [
                ("number", number),
                ("kind", "set"),
                ("unit", unit),
                ("person", person),
                ("indicator", indicator),
                ("tier", "base"),
                ("starts_on", days.0),
                ("ends_on", days.1),
                ("value", value),
                ("status", "active"),
            ],
        )
    };
    [
        target(
            "MB2026-0901",
            "MB-2026-0901",
            "sales_east",
            "chenyu",
            "contract",
            ("{today-30}", "{today+60}"),
            "2600000.00",
        ),
        target(
            "MB2026-0902",
            "MB-2026-0902",
            "sales_south",
            "liangxin",
            "collection",
            ("{today-85}", "{today+4}"),
            "1200000.00",
        ),
    ]
}
