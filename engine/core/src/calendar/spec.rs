//! A calendar as data: what an administrator edits, what the store keeps in versions. Checked by
//! [`WorkCalendar::new`](super::WorkCalendar::new).

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::text::Text;

/// A working calendar as data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalendarSpec {
    /// ASCII name that flows use: `cn_office`.
    pub name: String,
    /// What people call it.
    pub label: Text,
    /// Time zone, an IANA name.
    #[serde(default = "CalendarSpec::zone_default")]
    pub zone: String,
    /// Ordinary working days of the week: 1 is Monday, 7 is Sunday.
    pub week: Vec<u8>,
    /// When it is open on a working day, in order. The last may end on the next day (`22:00` to `06:00`): it belongs to
    /// the day it begins on.
    pub shifts: Vec<Shift>,
    /// Public holidays and make-up workdays by year. A year that is missing is weekends only, with a warning.
    #[serde(default)]
    pub years: BTreeMap<i16, YearDays>,
    /// Days of the company's or plant's own; they win over everything else.
    #[serde(default)]
    pub own: Vec<OwnDay>,
}

impl CalendarSpec {
    fn zone_default() -> String {
        "Asia/Shanghai".to_owned()
    }
}

/// The public holidays of one year, as one notice announces them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct YearDays {
    /// The notice: number, title, date.
    pub source: Text,
    /// Days off.
    pub holidays: Vec<Holiday>,
    /// 调休: days of the weekend that are worked instead.
    pub make_up: Vec<MakeUpDay>,
}

/// A public holiday with all its days off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holiday {
    /// What it is called.
    pub name: Text,
    /// First day off.
    pub from: Date,
    /// Last day off.
    pub to: Date,
}

/// A make-up workday (调休上班).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MakeUpDay {
    /// The day.
    pub date: Date,
    /// The holiday it makes up for.
    pub holiday: Text,
}

/// A day of the company's own: stocktaking, plant shutdown, an extra Saturday.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnDay {
    /// The day.
    pub date: Date,
    /// Worked, or off.
    pub works: bool,
    /// Why.
    pub name: Text,
}

/// An open stretch of a working day: from (inclusive) to (exclusive); one that ends before it begins ends the next day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shift {
    /// Opening.
    pub from: ClockTime,
    /// Closing.
    pub to: ClockTime,
}

impl Shift {
    /// A shift between two times of day, hours and minutes.
    pub const fn new(from: (u16, u16), to: (u16, u16)) -> Self {
        Self {
            from: ClockTime::at(from.0, from.1),
            to: ClockTime::at(to.0, to.1),
        }
    }

    /// Does it run past midnight?
    pub const fn is_overnight(self) -> bool {
        self.to.0 < self.from.0
    }

    /// When it ends, in minutes since the midnight its day begins with.
    pub(super) const fn end_minutes(self) -> u16 {
        if self.is_overnight() {
            self.to.0 + ClockTime::MINUTES_MAX
        } else {
            self.to.0
        }
    }
}

impl fmt::Display for Shift {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}–{}", self.from, self.to)
    }
}

/// A time of day in minutes since midnight; written `09:00`, and `24:00` for the end of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ClockTime(u16);

impl ClockTime {
    const MINUTES_MAX: u16 = 24 * 60;

    /// That hour and minute; later than 24:00 is 24:00.
    pub const fn at(hour: u16, minute: u16) -> Self {
        let minutes = hour.saturating_mul(60).saturating_add(minute);
        if minutes > Self::MINUTES_MAX {
            Self(Self::MINUTES_MAX)
        } else {
            Self(minutes)
        }
    }

    /// Minutes since midnight, 0 to 1 440.
    pub const fn minutes(self) -> u16 {
        self.0
    }
}

impl fmt::Display for ClockTime {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl From<ClockTime> for String {
    fn from(time: ClockTime) -> Self {
        time.to_string()
    }
}

impl TryFrom<String> for ClockTime {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let wrong = || format!("“{text}” 不是时刻，应写成 09:00 / not a time of day, write 09:00");
        let (hour, minute) = text.split_once(':').ok_or_else(wrong)?;
        let (hour, minute): (u16, u16) = (
            hour.parse().map_err(|_| wrong())?,
            minute.parse().map_err(|_| wrong())?,
        );
        if minute > 59 || hour > 24 || (hour == 24 && minute > 0) {
            return Err(wrong());
        }
        Ok(ClockTime::at(hour, minute))
    }
}
