//! The customers of the sample company, as the fake ERP knows them. All invented.

/// A customer in the ERP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Customer {
    /// Number in the ERP.
    pub code: &'static str,
    /// Name, as flows hold it.
    pub name: &'static str,
    /// City.
    pub city: &'static str,
    /// Sales region, a unit of the directory.
    pub area: &'static str,
    /// Credit grade, a to d.
    pub grade: &'static str,
    /// Credit limit, CNY, as text.
    pub limit: &'static str,
    /// Used of it, CNY, as text.
    pub used: &'static str,
    /// Unified social credit code: 18 signs with a true check digit, of nobody.
    pub credit_code: &'static str,
    /// `general` or `small`.
    pub taxpayer: &'static str,
}

const fn customer(
    code: &'static str,
    name: &'static str,
    (city, area): (&'static str, &'static str),
    grade: &'static str,
    (limit, used): (&'static str, &'static str),
    (credit_code, taxpayer): (&'static str, &'static str),
) -> Customer {
    Customer {
        code,
        name,
        city,
        area,
        grade,
        limit,
        used,
        credit_code,
        taxpayer,
    }
}

impl Customer {
    /// What its invoices are made out to.
    pub fn tax_title(&self) -> String {
        format!("{}有限公司", self.name)
    }
}

/// Everybody the ERP knows. Some are close to their limit, one is beyond it.
pub const CUSTOMERS: &[Customer] = &[
    customer(
        "C1001",
        "东汇钢贸",
        ("宁波", "sales_east"),
        "a",
        ("500000.00", "100000.00"),
        ("91330200MA2B1C2D3T", "general"),
    ),
    customer(
        "C1002",
        "江岭工程机械",
        ("杭州", "sales_east"),
        "b",
        ("300000.00", "280000.00"),
        ("91330100MA2B1C2D4Q", "general"),
    ),
    customer(
        "C1003",
        "长禾物流",
        ("合肥", "sales_east"),
        "a",
        ("800000.00", "120000.00"),
        ("91340100MA2N3C2D5U", "general"),
    ),
    customer(
        "C1004",
        "澄湖环卫",
        ("苏州", "sales_east"),
        "b",
        ("400000.00", "60000.00"),
        ("91320500MA1M2C2D6T", "general"),
    ),
    customer(
        "C2001",
        "南屿建设",
        ("广州", "sales_south"),
        "c",
        ("200000.00", "195000.00"),
        ("91440101MA5C1C2D7G", "general"),
    ),
    customer(
        "C2002",
        "桂川矿业",
        ("南宁", "sales_south"),
        "a",
        ("1000000.00", "400000.00"),
        ("91450100MA5K1C2D8B", "general"),
    ),
    customer(
        "C2003",
        "海棠冷链",
        ("海口", "sales_south"),
        "b",
        ("350000.00", "90000.00"),
        ("91460100MA5T1C2D9L", "small"),
    ),
    customer(
        "C3001",
        "北沧农机",
        ("石家庄", "sales_north"),
        "c",
        ("150000.00", "152000.00"),
        ("91130100MA0B1C2DXC", "small"),
    ),
    customer(
        "C3002",
        "朔原煤运",
        ("太原", "sales_north"),
        "b",
        ("600000.00", "310000.00"),
        ("91140100MA0G1C2D1N", "general"),
    ),
    customer(
        "C3003",
        "津海港务",
        ("天津", "sales_north"),
        "b",
        ("500000.00", "0.00"),
        ("91120116MA0J1C2D2W", "general"),
    ),
];

/// Whoever is asked about this customer, the ERP is down: for showing retries and held instances.
pub const ERP_DOWN_FOR: &str = "津海港务";
/// Asked about this one, the ERP answers too late: a gateway gives up.
pub const ERP_SLOW_FOR: &str = "海棠冷链";
