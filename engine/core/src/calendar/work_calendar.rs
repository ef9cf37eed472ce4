//! A checked calendar: which days are worked, when it is open, how much working time lies between two moments.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

use super::explain::sentence_list;
use super::{CalendarSpec, Holiday, MakeUpDay, OwnDay, Shift};
use crate::text::Text;
use crate::time::Moment;

/// No question about working time looks at more days than this: a ten-year term in a one-day week fits.
pub(super) const WALK_DAYS_MAX: usize = 40_000;
/// Longest public holiday that is believed.
const HOLIDAY_DAYS_MAX: i32 = 31;
/// Most days of a company's own.
const OWN_DAYS_MAX: usize = 2_000;

/// A working calendar: valid by construction, immutable, cheap to ask.
#[derive(Clone, Debug)]
pub struct WorkCalendar {
    spec: CalendarSpec,
    zone: TimeZone,
    marks: BTreeMap<Date, Mark>,
}

/// A day that is not as its weekday says.
#[derive(Clone, Debug)]
enum Mark {
    Holiday(Holiday),
    MakeUp(MakeUpDay),
    Own(OwnDay),
}

/// What sort of day it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayKind<'a> {
    /// An ordinary working day.
    Workday,
    /// The weekend of this calendar.
    DayOff,
    /// A public holiday, whatever its weekday.
    Holiday(&'a Holiday),
    /// A day of the weekend that is worked (调休).
    MakeUp(&'a MakeUpDay),
    /// Off by the company's own decision.
    OwnOff(&'a OwnDay),
    /// Worked by the company's own decision, although it would be off.
    OwnWork(&'a OwnDay),
}

impl DayKind<'_> {
    /// Is it worked?
    pub fn works(self) -> bool {
        match self {
            DayKind::Workday | DayKind::MakeUp(_) | DayKind::OwnWork(_) => true,
            DayKind::DayOff | DayKind::Holiday(_) | DayKind::OwnOff(_) => false,
        }
    }
}

impl WorkCalendar {
    /// Checks a spec.
    ///
    /// # Errors
    /// Every fault of it, as sentences for the administrator.
    pub fn new(spec: CalendarSpec) -> Result<Self, Vec<Text>> {
        let mut faults = faults(&spec);
        let zone = TimeZone::get(&spec.zone).map_err(|_| {
            faults.push(Text::new(
                format!("没有时区“{}”，例如 Asia/Shanghai", spec.zone),
                format!(
                    "There is no time zone “{}”; write for example Asia/Shanghai",
                    spec.zone
                ),
            ));
        });
        match zone {
            Ok(zone) if faults.is_empty() => Ok(Self {
                marks: marks(&spec),
                spec,
                zone,
            }),
            Ok(_) | Err(()) => Err(faults),
        }
    }

    /// ASCII name that flows use.
    pub fn name(&self) -> &str {
        &self.spec.name
    }

    /// What people call it.
    pub fn label(&self) -> &Text {
        &self.spec.label
    }

    /// The data it was made from.
    pub fn spec(&self) -> &CalendarSpec {
        &self.spec
    }

    /// Its time zone.
    pub fn zone(&self) -> TimeZone {
        self.zone.clone()
    }

    /// The IANA name of its time zone.
    pub fn zone_name(&self) -> &str {
        &self.spec.zone
    }

    /// The last year whose public holidays are known; none when no year is.
    pub fn published_until(&self) -> Option<i16> {
        self.spec.years.keys().next_back().copied()
    }

    /// Are the public holidays of that year known?
    pub fn is_published(&self, year: i16) -> bool {
        self.spec.years.contains_key(&year)
    }

    /// What sort of day it is.
    pub fn day_kind(&self, date: Date) -> DayKind<'_> {
        let iso = date.weekday().to_monday_one_offset();
        let in_week = self
            .spec
            .week
            .iter()
            .any(|day| i16::from(*day) == i16::from(iso));
        match self.marks.get(&date) {
            Some(Mark::Own(own)) if !own.works => DayKind::OwnOff(own),
            Some(Mark::Own(own)) if !in_week => DayKind::OwnWork(own),
            Some(Mark::Holiday(holiday)) => DayKind::Holiday(holiday),
            Some(Mark::MakeUp(day)) if !in_week => DayKind::MakeUp(day),
            // Six days a week: a make-up Saturday is a Saturday like any other.
            Some(Mark::MakeUp(_) | Mark::Own(_)) => DayKind::Workday,
            None if in_week => DayKind::Workday,
            None => DayKind::DayOff,
        }
    }

    /// Is it worked?
    pub fn is_workday(&self, date: Date) -> bool {
        self.day_kind(date).works()
    }

    /// Date and time of day in the calendar's zone.
    pub fn civil(&self, at: Moment) -> DateTime {
        let stamp = Timestamp::from_millisecond(at.0).unwrap_or(if at.0 < 0 {
            Timestamp::MIN
        } else {
            Timestamp::MAX
        });
        self.zone.to_datetime(stamp)
    }

    /// The moment of a date and time of day in the calendar's zone. A time that a clock change skips or repeats is
    /// taken as RFC 5545 does: the later and the earlier.
    pub fn moment(&self, at: DateTime) -> Moment {
        self.zone
            .to_timestamp(at)
            .map_or(Moment(Timestamp::MAX.as_millisecond()), |stamp| {
                Moment(stamp.as_millisecond())
            })
    }

    /// 00:00 of that date in the calendar's zone.
    pub fn midnight(&self, date: Date) -> Moment {
        self.moment(date.to_datetime(Time::midnight()))
    }

    /// The first moment at or after `at` when it is open.
    pub fn opening_after(&self, at: Moment) -> Moment {
        self.open_stretches(at).next().map_or(at, |(from, _)| from)
    }

    /// Working time from `a` to `b` in milliseconds; negative when `b` is before `a`.
    pub fn work_between(&self, a: Moment, b: Moment) -> i64 {
        if b < a {
            return -self.work_between(b, a);
        }
        self.open_stretches(a)
            .take_while(|(from, _)| *from < b)
            .map(|(from, to)| to.min(b).0 - from.0)
            .sum()
    }

    /// Everything open from `at` on, in order, the first cut at `at`; at most [`WALK_DAYS_MAX`] days.
    pub(super) fn open_stretches(&self, at: Moment) -> impl Iterator<Item = (Moment, Moment)> {
        // From the day before: its night shift may be open still.
        let day_before = self
            .civil(at)
            .date()
            .saturating_sub(jiff::Span::new().days(1));
        day_before
            .series(jiff::Span::new().days(1))
            .take(WALK_DAYS_MAX)
            .filter(|date| self.is_workday(*date))
            .flat_map(move |date| {
                self.spec
                    .shifts
                    .iter()
                    .map(move |shift| self.stretch(date, *shift))
            })
            .filter(move |(_, to)| *to > at)
            .map(move |(from, to)| (from.max(at), to))
    }

    /// First opening and last closing of that date, were it worked.
    pub(super) fn span(&self, date: Date) -> Option<(Moment, Moment)> {
        let (first, last) = (self.spec.shifts.first()?, self.spec.shifts.last()?);
        Some((self.stretch(date, *first).0, self.stretch(date, *last).1))
    }

    /// The working day that moment belongs to, when it lies in the span of one: after midnight perhaps the day before.
    pub(super) fn work_date(&self, at: Moment) -> Option<Date> {
        let today = self.civil(at).date();
        let before = today.saturating_sub(jiff::Span::new().days(1));
        let covers = |date: &Date| {
            self.is_workday(*date)
                && self
                    .span(*date)
                    .is_some_and(|(opening, closing)| opening <= at && at <= closing)
        };
        [today, before].into_iter().find(covers)
    }

    fn stretch(&self, date: Date, shift: Shift) -> (Moment, Moment) {
        let at = |minutes: u16| {
            let midnight = date.to_datetime(Time::midnight());
            let clock = jiff::Span::new().minutes(i64::from(minutes));
            // Civil arithmetic: 09:00 stays 09:00 on a day with a clock change.
            self.moment(midnight.saturating_add(clock))
        };
        (at(shift.from.minutes()), at(shift.end_minutes()))
    }
}

fn marks(spec: &CalendarSpec) -> BTreeMap<Date, Mark> {
    let mut marks = BTreeMap::new();
    for year in spec.years.values() {
        for holiday in &year.holidays {
            for date in holiday.from.series(jiff::Span::new().days(1)) {
                if date > holiday.to {
                    break;
                }
                marks.insert(date, Mark::Holiday(holiday.clone()));
            }
        }
        for day in &year.make_up {
            marks.insert(day.date, Mark::MakeUp(day.clone()));
        }
    }
    for own in &spec.own {
        marks.insert(own.date, Mark::Own(own.clone()));
    }
    marks
}

fn faults(spec: &CalendarSpec) -> Vec<Text> {
    let mut faults = vec![];
    let mut fault = |wrong: bool, zh: &str, en: &str| {
        if wrong {
            faults.push(Text::new(zh, en));
        }
    };
    fault(
        spec.name.is_empty(),
        "日历没有名称，请填写英文名称，例如 cn_office",
        "The calendar has no name; give it an ASCII one like cn_office",
    );
    fault(
        spec.week.is_empty() || spec.week.iter().any(|day| !(1..=7).contains(day)),
        "每周工作日应为 1（周一）到 7（周日）中的若干天",
        "The week must list working days from 1 (Monday) to 7 (Sunday)",
    );
    fault(
        spec.shifts.is_empty(),
        "至少要有一个上班时段",
        "There must be at least one shift",
    );
    let (last, others) = match spec.shifts.split_last() {
        Some((last, others)) => (Some(last), others),
        None => (None, &[][..]),
    };
    let reaches_into_next = last
        .zip(spec.shifts.first())
        .is_some_and(|(last, first)| last.is_overnight() && last.to > first.from);
    fault(
        spec.shifts.iter().any(|shift| shift.from == shift.to)
            || others.iter().any(|shift| shift.is_overnight())
            || reaches_into_next,
        "每个时段的开始必须早于结束；只有最后一个可以跨零点，且不能与第二天的第一个重叠",
        "A shift must start before it ends; only the last may run past midnight, and not into the next day's first",
    );
    fault(
        spec.shifts.windows(2).any(|pair| pair[0].to > pair[1].from),
        "时段必须按先后排列且不能重叠",
        "Shifts must be in order and must not overlap",
    );
    fault(
        spec.own.len() > OWN_DAYS_MAX,
        "自定义日期太多（最多 2000 天）",
        "Too many days of your own (at most 2,000)",
    );
    faults.extend(spec.years.iter().flat_map(|(year, days)| {
        let holidays = days.holidays.iter().filter(|holiday| {
            let long = holiday
                .from
                .until(holiday.to)
                .map_or(i32::MAX, |span| span.get_days());
            !(0..HOLIDAY_DAYS_MAX).contains(&long)
        });
        let doubles = days.make_up.iter().filter(|day| {
            days.holidays
                .iter()
                .any(|off| off.from <= day.date && day.date <= off.to)
        });
        sentence_list(*year, holidays, doubles)
    }));
    faults
}
