//! How much time is left, in one phrase.

use super::explain::weekday;
use super::{Term, TermUnit, WorkCalendar};
use crate::text::{Lang, Text};
use crate::time::Moment;

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;
/// Beyond this many workdays a list says "more than".
const WORKDAYS_SHOWN_MAX: u32 = 999;

/// The time left until something is due, or by how much it is late.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeLeft {
    /// It is late.
    pub late: bool,
    /// "还剩 1 个工作日（周五 16:00）", "1 workday left (Fri 16:00)".
    pub text: Text,
}

impl WorkCalendar {
    /// How much time is left at `now` until `due`, in the largest unit that fits: workdays, work hours, work minutes;
    /// clock time when no working time lies between.
    pub fn left(&self, now: Moment, due: Moment) -> TimeLeft {
        let late = now > due;
        let (from, to) = if late { (due, now) } else { (now, due) };
        let when = Text::new(
            self.short(now, due, Lang::Zh),
            self.short(now, due, Lang::En),
        );
        let text = match self.length(from, to) {
            None if late => Text::new(
                format!("刚刚超时（应于{}）", when.zh),
                format!("Just now late (was due {})", when.en),
            ),
            None => Text::new(
                format!("马上到期（{}）", when.zh),
                format!("Due now ({})", when.en),
            ),
            Some(length) if late => Text::new(
                format!("已超时 {}（应于{}）", length.zh, when.zh),
                format!("{} late (was due {})", length.en, when.en),
            ),
            Some(length) => Text::new(
                format!("还剩 {}（{}）", length.zh, when.zh),
                format!("{} left ({})", length.en, when.en),
            ),
        };
        TimeLeft { late, text }
    }

    /// The length of a stretch in the largest unit that fits; none under a minute.
    fn length(&self, from: Moment, to: Moment) -> Option<Text> {
        let workdays = self.workdays_between(from, to);
        if workdays > 0 {
            return Some(Term::new(workdays, TermUnit::Workdays).text());
        }
        let (work, clock) = (self.work_between(from, to), to.0 - from.0);
        if work >= MINUTE_MS && work < clock {
            let plain = clock_words(work);
            return Some(Text::new(
                format!("{}工作时间", plain.zh),
                format!("{} of working time", plain.en),
            ));
        }
        (clock >= MINUTE_MS).then(|| clock_words(clock))
    }

    /// Whole workdays from one moment to another: the largest n with `from + n workdays ≤ to`.
    fn workdays_between(&self, from: Moment, to: Moment) -> u32 {
        let start = self.counted_from(from);
        let begin = self.civil(start);
        let day = self.work_date(start).unwrap_or(begin.date());
        let last = self.civil(to).date();
        let days = day
            .series(jiff::Span::new().days(1))
            .skip(1)
            .take_while(|day| *day <= last)
            .filter(|day| self.is_workday(*day))
            .take_while(|on| self.same_time(*on, day, begin) <= to)
            .take(WORKDAYS_SHOWN_MAX as usize)
            .count();
        u32::try_from(days).unwrap_or(WORKDAYS_SHOWN_MAX)
    }

    /// A date near `now` as briefly as it stays clear: 今天 16:00, 周五 16:00, 10-08 周四 16:00, with the year if needed.
    fn short(&self, now: Moment, at: Moment, lang: Lang) -> String {
        let (today, civil) = (self.civil(now).date(), self.civil(at));
        let (date, clock) = (civil.date(), civil.time().strftime("%H:%M"));
        let day = weekday(date, lang);
        let apart = self.midnight(date).0.abs_diff(self.midnight(today).0);
        if date == today {
            format!("{} {clock}", lang.pick("今天", "today"))
        } else if apart < (7 * DAY_MS).unsigned_abs() {
            format!("{day} {clock}")
        } else if date.year() == today.year() {
            let date = date.strftime("%m-%d");
            match lang {
                Lang::Zh => format!("{date} {day} {clock}"),
                Lang::En => format!("{day} {date} {clock}"),
            }
        } else {
            self.say(at, lang)
        }
    }
}

impl super::Rest {
    /// "3 小时 20 分钟工作时间", "3 h 20 min of working time".
    pub fn text(self) -> Text {
        match self {
            super::Rest::Clock(ms) => clock_words(ms),
            super::Rest::Work(ms) => {
                let plain = work_words(ms);
                Text::new(
                    format!("{}工作时间", plain.zh),
                    format!("{} of working time", plain.en),
                )
            }
        }
    }
}

/// As [`clock_words`], without days: a working day has no fixed length.
fn work_words(ms: i64) -> Text {
    let (hours, minutes) = (ms / HOUR_MS, ms % HOUR_MS / MINUTE_MS);
    match (hours, minutes) {
        (0, _) => Text::new(format!("{minutes} 分钟"), format!("{minutes} min")),
        (_, 0) => Text::new(format!("{hours} 小时"), format!("{hours} h")),
        _ => Text::new(
            format!("{hours} 小时 {minutes} 分钟"),
            format!("{hours} h {minutes} min"),
        ),
    }
}

/// "2 天", "3 小时 20 分钟", "5 分钟"; whole minutes, and whole days from two days on.
fn clock_words(ms: i64) -> Text {
    let (days, hours, minutes) = (ms / DAY_MS, ms / HOUR_MS, ms % HOUR_MS / MINUTE_MS);
    if days >= 2 {
        return Text::new(format!("{days} 天"), format!("{days} days"));
    }
    match (hours, minutes) {
        (0, _) => Text::new(format!("{minutes} 分钟"), format!("{minutes} min")),
        (_, 0) => Text::new(format!("{hours} 小时"), format!("{hours} h")),
        _ => Text::new(
            format!("{hours} 小时 {minutes} 分钟"),
            format!("{hours} h {minutes} min"),
        ),
    }
}
