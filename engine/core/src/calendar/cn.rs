//! China's public holidays as the State Council announces them, and the calendars built on them.
//!
//! One table per year, from the General Office's yearly notice 国务院办公厅关于…年部分节假日安排的通知. A new year is a
//! new table here, or data an administrator imports into a [`CalendarSpec`] before the next release.

use std::collections::BTreeMap;

use jiff::civil::date;

use super::{CalendarSpec, Holiday, MakeUpDay, Shift, WorkCalendar, YearDays};
use crate::text::Text;

/// Monday to Friday, 09:00–12:00 and 13:30–18:00.
pub const CN_OFFICE: &str = "cn_office";
/// Monday to Saturday, 09:00–12:00 and 13:30–18:00.
pub const CN_SIX_DAY: &str = "cn_six_day";
/// The service desk: Monday to Saturday, 08:00–12:00 and 13:00–18:00.
pub const CN_SERVICE: &str = "cn_service";

/// Month and day.
type Day = (i8, i8);

/// One notice.
struct Notice {
    year: i16,
    /// Number and date of the notice.
    number: &'static str,
    dated: &'static str,
    /// Holiday, first and last day off.
    off: &'static [(Feast, Day, Day)],
    /// Make-up workdays and the holiday they make up for.
    work: &'static [(Feast, Day)],
}

#[derive(Clone, Copy)]
enum Feast {
    NewYear,
    Spring,
    Qingming,
    Labour,
    DragonBoat,
    MidAutumn,
    National,
    NationalAndMidAutumn,
}

use Feast::{
    DragonBoat, Labour, MidAutumn, National, NationalAndMidAutumn, NewYear, Qingming, Spring,
};

const NOTICES: [Notice; 3] = [
    Notice {
        year: 2024,
        number: "国办发明电〔2023〕7号",
        dated: "2023-10-25",
        off: &[
            (NewYear, (1, 1), (1, 1)),
            (Spring, (2, 10), (2, 17)),
            (Qingming, (4, 4), (4, 6)),
            (Labour, (5, 1), (5, 5)),
            (DragonBoat, (6, 10), (6, 10)),
            (MidAutumn, (9, 15), (9, 17)),
            (National, (10, 1), (10, 7)),
        ],
        work: &[
            (Spring, (2, 4)),
            (Spring, (2, 18)),
            (Qingming, (4, 7)),
            (Labour, (4, 28)),
            (Labour, (5, 11)),
            (MidAutumn, (9, 14)),
            (National, (9, 29)),
            (National, (10, 12)),
        ],
    },
    Notice {
        year: 2025,
        number: "国办发明电〔2024〕12号",
        dated: "2024-11-12",
        off: &[
            (NewYear, (1, 1), (1, 1)),
            (Spring, (1, 28), (2, 4)),
            (Qingming, (4, 4), (4, 6)),
            (Labour, (5, 1), (5, 5)),
            (DragonBoat, (5, 31), (6, 2)),
            (NationalAndMidAutumn, (10, 1), (10, 8)),
        ],
        work: &[
            (Spring, (1, 26)),
            (Spring, (2, 8)),
            (Labour, (4, 27)),
            (NationalAndMidAutumn, (9, 28)),
            (NationalAndMidAutumn, (10, 11)),
        ],
    },
    Notice {
        year: 2026,
        number: "国办发明电〔2025〕7号",
        dated: "2025-11-04",
        off: &[
            (NewYear, (1, 1), (1, 3)),
            (Spring, (2, 15), (2, 23)),
            (Qingming, (4, 4), (4, 6)),
            (Labour, (5, 1), (5, 5)),
            (DragonBoat, (6, 19), (6, 21)),
            (MidAutumn, (9, 25), (9, 27)),
            (National, (10, 1), (10, 7)),
        ],
        work: &[
            (NewYear, (1, 4)),
            (Spring, (2, 14)),
            (Spring, (2, 28)),
            (Labour, (5, 9)),
            (National, (9, 20)),
            (National, (10, 10)),
        ],
    },
];

/// The published years, ready for a [`CalendarSpec`].
pub fn state_council_years() -> BTreeMap<i16, YearDays> {
    NOTICES
        .iter()
        .map(|notice| (notice.year, days(notice)))
        .collect()
}

/// The calendar of that name that needs no set-up.
pub fn builtin(name: &str) -> Option<WorkCalendar> {
    let spec = specs().into_iter().find(|spec| spec.name == name)?;
    WorkCalendar::new(spec).ok()
}

/// Every calendar that needs no set-up.
pub fn builtins() -> Vec<WorkCalendar> {
    // A test proves that none of them is lost here.
    specs()
        .into_iter()
        .filter_map(|spec| WorkCalendar::new(spec).ok())
        .collect()
}

fn specs() -> [CalendarSpec; 3] {
    let office = [Shift::new((9, 0), (12, 0)), Shift::new((13, 30), (18, 0))];
    let service = [Shift::new((8, 0), (12, 0)), Shift::new((13, 0), (18, 0))];
    [
        spec(
            CN_OFFICE,
            ("办公日历（周一至周五）", "Office (Mon–Fri)"),
            5,
            &office,
        ),
        spec(
            CN_SIX_DAY,
            ("六天工作制（周一至周六）", "Six-day week (Mon–Sat)"),
            6,
            &office,
        ),
        spec(
            CN_SERVICE,
            ("售后服务日历（周一至周六）", "Service desk (Mon–Sat)"),
            6,
            &service,
        ),
    ]
}

fn spec(name: &str, label: (&str, &str), days: u8, shifts: &[Shift]) -> CalendarSpec {
    CalendarSpec {
        name: name.to_owned(),
        label: Text::new(label.0, label.1),
        zone: "Asia/Shanghai".to_owned(),
        week: (1..=days).collect(),
        shifts: shifts.to_vec(),
        years: state_council_years(),
        own: vec![],
    }
}

fn days(notice: &Notice) -> YearDays {
    let on = |(month, day): Day| date(notice.year, month, day);
    YearDays {
        source: Text::new(
            format!(
                "国务院办公厅关于{}年部分节假日安排的通知（{}，{}）",
                notice.year, notice.number, notice.dated
            ),
            format!(
                "State Council General Office, notice on the public holidays of {} ({}, {})",
                notice.year, notice.number, notice.dated
            ),
        ),
        holidays: notice
            .off
            .iter()
            .map(|&(feast, from, to)| Holiday {
                name: feast_name(feast),
                from: on(from),
                to: on(to),
            })
            .collect(),
        make_up: notice
            .work
            .iter()
            .map(|&(feast, day)| MakeUpDay {
                date: on(day),
                holiday: feast_name(feast),
            })
            .collect(),
    }
}

fn feast_name(feast: Feast) -> Text {
    match feast {
        NewYear => Text::new("元旦", "New Year"),
        Spring => Text::new("春节", "Spring Festival"),
        Qingming => Text::new("清明节", "Qingming"),
        Labour => Text::new("劳动节", "Labour Day"),
        DragonBoat => Text::new("端午节", "Dragon Boat Festival"),
        MidAutumn => Text::new("中秋节", "Mid-Autumn Festival"),
        National => Text::new("国庆节", "National Day"),
        NationalAndMidAutumn => Text::new("国庆节、中秋节", "National Day and Mid-Autumn Festival"),
    }
}
