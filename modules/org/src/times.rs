//! Days and times in sheets, meant in China's time.

use assent_core::time::Moment;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

/// `2026-01-05` (its first minute) or `2026-01-05 09:00`; spreadsheets also write `2026/1/5`.
pub(crate) fn moment(text: &str) -> Option<Moment> {
    let text = text.replace('/', "-");
    let (day, time) = text.split_once([' ', 'T']).unwrap_or((&text, "00:00"));
    let mut parts = day.split('-').map(|part| part.parse::<i16>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    let date = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    let (hour, minute) = time.split_once(':')?;
    let time = Time::new(hour.parse().ok()?, minute.get(..2)?.parse().ok()?, 0, 0).ok()?;
    let zone = TimeZone::get("Asia/Shanghai").ok()?;
    let zoned = DateTime::from_parts(date, time).to_zoned(zone).ok()?;
    Some(Moment(zoned.timestamp().as_millisecond()))
}
