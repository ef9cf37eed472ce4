//! Days and clock times.

use jiff::civil::{Date, DateTime};

use super::text;
use crate::dialect::reader::Reader;
use crate::dialect::tree::Node;

/// A day: `2026-03-02`.
pub fn date(reader: &mut Reader, node: &Node) -> Option<Date> {
    let word = text(reader, node)?;
    let found = word.text.parse::<Date>().ok();
    if found.is_none() || word.text.len() != "2026-03-02".len() {
        reader.error(
            "date-due",
            node.span,
            (
                format!("“{}”不是日期", word.text),
                format!("“{}” is not a date", word.text),
            ),
            (
                "日期写成 年-月-日，例如 2026-03-02",
                "Write dates as year-month-day, for example 2026-03-02",
            ),
        );
        return None;
    }
    found
}

/// A day and a time: `2026-03-02 09:00`.
pub fn date_time(reader: &mut Reader, node: &Node) -> Option<DateTime> {
    let word = text(reader, node)?;
    let spaced = word.text.len() >= "2026-03-02 09:00".len();
    let found = word.text.parse::<DateTime>().ok().filter(|_| spaced);
    if found.is_none() {
        reader.error(
            "time-due",
            node.span,
            (
                format!("“{}”不是时间", word.text),
                format!("“{}” is not a point in time", word.text),
            ),
            (
                "写成 年-月-日 时:分，例如 2026-03-02 09:00",
                "Write year-month-day hour:minute, for example 2026-03-02 09:00",
            ),
        );
    }
    found
}
