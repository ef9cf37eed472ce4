//! When a term ends.

use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};

use super::work_calendar::WALK_DAYS_MAX;
use super::{Term, TermUnit, WorkCalendar};
use crate::text::Text;
use crate::time::Moment;

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

/// When something is due, and why then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The moment.
    pub at: Moment,
    /// What was skipped and what was counted, one sentence each, in order of time.
    pub why: Vec<Text>,
    /// What is not certain: a year whose holidays are not published.
    pub warnings: Vec<Text>,
}

/// What is left of a deadline whose clock was stopped: runs on when it is started again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rest {
    /// Working time in milliseconds.
    Work(i64),
    /// Clock time in milliseconds.
    Clock(i64),
}

impl WorkCalendar {
    /// When `term` ends that starts at `start`, with the explanation. See the module's head for what each unit means.
    pub fn add(&self, start: Moment, term: Term) -> Due {
        let count = i64::from(term.count);
        let at = match term.unit {
            TermUnit::Workdays => self.plus_workdays(start, term.count),
            TermUnit::WorkHours => self.plus_work_ms(start, count * HOUR_MS),
            TermUnit::WorkMinutes => self.plus_work_ms(start, count * MINUTE_MS),
            TermUnit::Days => start.plus_ms(count * DAY_MS),
            TermUnit::Hours => start.plus_ms(count * HOUR_MS),
            TermUnit::Minutes => start.plus_ms(count * MINUTE_MS),
        };
        let (why, warnings) = self.explain(start, at, term.unit);
        Due { at, why, warnings }
    }

    /// Where counting begins: `start` inside a working day's span, else the next opening.
    pub fn counted_from(&self, start: Moment) -> Moment {
        match self.work_date(start) {
            Some(_) => start,
            None => self.opening_after(start),
        }
    }

    /// What is left at `now` of a deadline made from a term of that unit; nothing when it has passed.
    pub fn rest(&self, now: Moment, due: Moment, unit: TermUnit) -> Rest {
        if unit.is_working_time() {
            Rest::Work(self.work_between(now, due).max(0))
        } else {
            Rest::Clock(due.0.saturating_sub(now.0).max(0))
        }
    }

    /// The new due moment when a stopped clock is started again at `now`.
    pub fn resume(&self, now: Moment, rest: Rest) -> Moment {
        match rest {
            Rest::Work(ms) => self.plus_work_ms(now, ms),
            Rest::Clock(ms) => now.plus_ms(ms),
        }
    }

    /// `ms` of working time later. No time at all is the next opening.
    pub fn plus_work_ms(&self, start: Moment, ms: i64) -> Moment {
        let mut left = ms.max(0);
        for (from, to) in self.open_stretches(start) {
            let length = to.0 - from.0;
            if left <= length {
                return from.plus_ms(left);
            }
            left -= length;
        }
        start.plus_ms(left)
    }

    fn plus_workdays(&self, start: Moment, count: u32) -> Moment {
        let from = self.counted_from(start);
        let civil = self.civil(from);
        let day = self.work_date(from).unwrap_or(civil.date());
        self.nth_workday_after(day, count)
            .map_or(from, |date| self.same_time(date, day, civil))
    }

    /// On another working day what `civil` is on its own: after midnight of a night shift, after midnight again.
    pub(super) fn same_time(&self, on: Date, day: Date, civil: DateTime) -> Moment {
        let next = jiff::Span::new().days(i32::from(civil.date() > day));
        self.moment(on.saturating_add(next).to_datetime(civil.time()))
    }

    /// The n-th working day after `date`; `date` itself for none.
    pub fn nth_workday_after(&self, date: Date, count: u32) -> Option<Date> {
        let Some(before_last) = count.checked_sub(1) else {
            return Some(date);
        };
        date.series(jiff::Span::new().days(1))
            .skip(1)
            .take(WALK_DAYS_MAX)
            .filter(|day| self.is_workday(*day))
            .nth(usize::try_from(before_last).ok()?)
    }
}
