//! Calendar days. Today is not among them: what day it is comes in as an input, so that a rule gives the same answer again.

use jiff::Span;
use jiff::civil::Date;
use rhai::Dynamic;

use super::{Call, Function, RuleFault};
use crate::rule::kind::Kind;

/// 200 years either way; larger numbers are slips of the pen.
const DAYS_MAX: i64 = 73_050;
const MONTHS_MAX: i64 = 2_400;

pub(super) static FUNCTIONS: &[Function] = &[
    Function {
        name: "date",
        takes: &[("text", Kind::Text)],
        gives: Kind::Date,
        zh: "把 \"2026-03-02\" 这样的文本变成日期",
        en: "The day written as \"2026-03-02\"",
        call: written,
    },
    Function {
        name: "add_days",
        takes: &[("day", Kind::Date), ("n", Kind::Number)],
        gives: Kind::Date,
        zh: "n 天之后（负数为之前）",
        en: "That many days later (earlier when negative)",
        call: |call| {
            let days = call.whole(1, -DAYS_MAX, DAYS_MAX)?;
            moved(call.date(0), Span::new().days(days))
        },
    },
    Function {
        name: "add_months",
        takes: &[("day", Kind::Date), ("n", Kind::Number)],
        gives: Kind::Date,
        // Civil Code of the PRC, article 202: a period in months ends on the corresponding day of the last month,
        // or on that month's last day where there is no corresponding day.
        zh: "n 个月之后的对应日；没有对应日的，为当月最后一天（民法典第二百零二条）",
        en: "The corresponding day that many months later, or the month's last day where there is none (Civil Code, art. 202)",
        call: |call| {
            let months = call.whole(1, -MONTHS_MAX, MONTHS_MAX)?;
            moved(call.date(0), Span::new().months(months))
        },
    },
    Function {
        name: "days_between",
        takes: &[("from", Kind::Date), ("until", Kind::Date)],
        gives: Kind::Number,
        zh: "从 from 到 until 的天数，until 更早时为负",
        en: "Days from one day to the other, negative when the second is earlier",
        call: |call| {
            let span = call
                .date(0)
                .until(call.date(1))
                .map_err(|_| no_such_day())?;
            Ok(Dynamic::from_int(i64::from(span.get_days())))
        },
    },
    Function {
        name: "year",
        takes: &[("day", Kind::Date)],
        gives: Kind::Number,
        zh: "年份",
        en: "The year",
        call: |call| Ok(Dynamic::from_int(i64::from(call.date(0).year()))),
    },
    Function {
        name: "month",
        takes: &[("day", Kind::Date)],
        gives: Kind::Number,
        zh: "月份，1 到 12",
        en: "The month, 1 to 12",
        call: |call| Ok(Dynamic::from_int(i64::from(call.date(0).month()))),
    },
    Function {
        name: "day",
        takes: &[("day", Kind::Date)],
        gives: Kind::Number,
        zh: "日，1 到 31",
        en: "The day of the month, 1 to 31",
        call: |call| Ok(Dynamic::from_int(i64::from(call.date(0).day()))),
    },
    Function {
        name: "weekday",
        takes: &[("day", Kind::Date)],
        gives: Kind::Number,
        zh: "星期几，1（星期一）到 7（星期日）",
        en: "The day of the week, 1 (Monday) to 7 (Sunday)",
        call: |call| {
            let weekday = call.date(0).weekday().to_monday_one_offset();
            Ok(Dynamic::from_int(i64::from(weekday)))
        },
    },
    Function {
        name: "end_of_month",
        takes: &[("day", Kind::Date)],
        gives: Kind::Date,
        zh: "当月最后一天",
        en: "The last day of its month",
        call: |call| Ok(Dynamic::from(call.date(0).last_of_month())),
    },
];

fn written(call: &mut Call<'_, '_>) -> Result<Dynamic, RuleFault> {
    let text = call.text(0);
    text.parse::<Date>()
        .ok()
        .filter(|date| date.to_string() == text.as_str())
        .map(Dynamic::from)
        .ok_or_else(|| {
            RuleFault::new(
                "wrong_argument",
                format!("“{text}”不是日期，请写成 2026-03-02 的样子"),
                format!("\"{text}\" is not a date; write it as 2026-03-02"),
            )
        })
}

fn moved(day: Date, by: Span) -> Result<Dynamic, RuleFault> {
    day.checked_add(by)
        .map(Dynamic::from)
        .map_err(|_| no_such_day())
}

fn no_such_day() -> RuleFault {
    RuleFault::new(
        "wrong_argument",
        "得到的日期超出日历范围，请检查天数或月数",
        "The day lies outside the calendar; check the number of days or months",
    )
}
