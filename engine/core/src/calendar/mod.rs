//! Working time as China keeps it, and durations in words.
//!
//! * [`Term`] is a duration as an author writes it: `2 workdays`, `4 work hours`, `36 hours`.
//! * [`CalendarSpec`] is a calendar as data (a company's, a plant's): shifts, week, public holidays by year, own days.
//! * [`WorkCalendar`] is a checked spec; it answers every question about time and explains its answers.
//!
//! What a term means, exactly:
//!
//! * *n workdays* ends at the same clock time on the n-th working day after the day it starts. A start on a day off,
//!   before the first opening or after the last closing counts as the next opening. A start inside the day's span keeps
//!   its clock time, in the lunch break too (whoever hands in at 12:30 has until 12:30), and so does a start on the very
//!   minute of closing: 18:00 is still that day.
//! * *n work hours / work minutes* run only while a shift is open; the break and the night do not count.
//! * *n days, hours, minutes* are clock time and run through nights and holidays.
//!
//! A year whose holidays the State Council has not published yet is weekends only, and the answer says so.

mod add;
mod cn;
mod explain;
mod left;
mod notice;
mod spec;
mod term;
mod term_parse;
mod work_calendar;

pub use add::{Due, Rest};
pub use cn::{CN_OFFICE, CN_SERVICE, CN_SIX_DAY, builtin, builtins, state_council_years};
pub use left::TimeLeft;
pub use notice::{CalendarFile, Notice, OwnDays};
pub use spec::{CalendarSpec, ClockTime, Holiday, MakeUpDay, OwnDay, Shift, YearDays};
pub use term::{Term, TermUnit};
pub use term_parse::TermError;
pub use work_calendar::{DayKind, WorkCalendar};

#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;
