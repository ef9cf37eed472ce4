//! A duration as an author writes it.

use std::fmt;

use crate::text::{Lang, Text};

/// A length of time in words: `2 workdays`, `4 work hours`, `36 hours`. Displayed as it is written in YAML.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Term {
    /// How many.
    pub count: u32,
    /// Of what.
    pub unit: TermUnit,
}

impl Term {
    /// So many percent of it, to the minute; of workdays only what is whole days, for a workday has no length of its own.
    pub fn share(self, percent: u32) -> Option<Term> {
        let part = |minutes: u32, unit| {
            let all = u64::from(self.count) * u64::from(minutes) * u64::from(percent);
            let count = u32::try_from(all / 100).ok()?;
            (count > 0).then_some(Term { count, unit })
        };
        match self.unit {
            TermUnit::Workdays => {
                let all = u64::from(self.count) * u64::from(percent);
                let count = u32::try_from(all / 100).ok()?;
                (all.is_multiple_of(100) && count > 0).then_some(Term {
                    count,
                    unit: self.unit,
                })
            }
            TermUnit::WorkHours => part(60, TermUnit::WorkMinutes),
            TermUnit::WorkMinutes => part(1, TermUnit::WorkMinutes),
            TermUnit::Days => part(24 * 60, TermUnit::Minutes),
            TermUnit::Hours => part(60, TermUnit::Minutes),
            TermUnit::Minutes => part(1, TermUnit::Minutes),
        }
    }
}

/// Working time and clock time are different things.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TermUnit {
    /// Same clock time on the n-th working day after.
    Workdays,
    /// Hours while the office is open.
    WorkHours,
    /// Minutes while the office is open.
    WorkMinutes,
    /// 24 hours each.
    Days,
    /// Clock hours.
    Hours,
    /// Clock minutes.
    Minutes,
}

impl TermUnit {
    /// All units, in the order of the reference page.
    pub const ALL: [TermUnit; 6] = [
        TermUnit::Workdays,
        TermUnit::WorkHours,
        TermUnit::WorkMinutes,
        TermUnit::Days,
        TermUnit::Hours,
        TermUnit::Minutes,
    ];

    /// The unit as YAML spells it, for one and for several.
    pub fn spelling(self) -> (&'static str, &'static str) {
        match self {
            TermUnit::Workdays => ("workday", "workdays"),
            TermUnit::WorkHours => ("work hour", "work hours"),
            TermUnit::WorkMinutes => ("work minute", "work minutes"),
            TermUnit::Days => ("day", "days"),
            TermUnit::Hours => ("hour", "hours"),
            TermUnit::Minutes => ("minute", "minutes"),
        }
    }

    /// The largest count of this unit a term may have: ten years.
    pub fn count_max(self) -> u32 {
        const YEARS_MAX: u32 = 10;
        const DAYS_MAX: u32 = YEARS_MAX * 366;
        match self {
            TermUnit::Workdays | TermUnit::Days => DAYS_MAX,
            TermUnit::WorkHours | TermUnit::Hours => DAYS_MAX * 24,
            TermUnit::WorkMinutes | TermUnit::Minutes => DAYS_MAX * 24 * 60,
        }
    }

    /// True when only working time counts.
    pub fn is_working_time(self) -> bool {
        match self {
            TermUnit::Workdays | TermUnit::WorkHours | TermUnit::WorkMinutes => true,
            TermUnit::Days | TermUnit::Hours | TermUnit::Minutes => false,
        }
    }
}

impl Term {
    /// A term of that many units.
    pub fn new(count: u32, unit: TermUnit) -> Self {
        Self { count, unit }
    }

    /// The term as people say it: "2 个工作日", "2 workdays".
    pub fn words(self, lang: Lang) -> String {
        match lang {
            Lang::En => self.to_string(),
            Lang::Zh => {
                let count = self.count;
                match self.unit {
                    TermUnit::Workdays => format!("{count} 个工作日"),
                    TermUnit::WorkHours => format!("{count} 个工作小时"),
                    TermUnit::WorkMinutes => format!("{count} 分钟工作时间"),
                    TermUnit::Days => format!("{count} 天"),
                    TermUnit::Hours => format!("{count} 小时"),
                    TermUnit::Minutes => format!("{count} 分钟"),
                }
            }
        }
    }

    /// Both languages at once.
    pub fn text(self) -> Text {
        Text::new(self.words(Lang::Zh), self.words(Lang::En))
    }
}

impl fmt::Display for Term {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (one, several) = self.unit.spelling();
        let unit = if self.count == 1 { one } else { several };
        write!(out, "{} {unit}", self.count)
    }
}

impl std::str::FromStr for Term {
    type Err = super::TermError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Term::parse(text)
    }
}
