//! Working days, by the calendar the rule is run with.

use jiff::civil::Date;
use rhai::Dynamic;

use super::{Call, Function, RuleFault};
use crate::rule::context::Workdays;
use crate::rule::kind::Kind;

/// Ten years; a search that goes further has met a calendar without working days.
const DAYS_MAX: i64 = 3_660;

pub(super) static FUNCTIONS: &[Function] = &[
    Function {
        name: "is_workday",
        takes: &[("day", Kind::Date)],
        gives: Kind::Flag,
        zh: "是否工作日（含调休上班日）",
        en: "Is it a working day (make-up working days count)?",
        call: |call| Ok(calendar(call)?.is_workday(call.date(0)).into()),
    },
    Function {
        name: "next_workday",
        takes: &[("day", Kind::Date)],
        gives: Kind::Date,
        // Civil Code of the PRC, article 203: a period whose last day is a statutory day off ends on the day after it.
        zh: "当天是工作日则为当天，否则为其后第一个工作日（民法典第二百零三条）",
        en: "The day itself when it is a working day, else the first one after it (Civil Code, art. 203)",
        call: |call| {
            let calendar = calendar(call)?;
            let mut day = call.date(0);
            for _ in 0..DAYS_MAX {
                if calendar.is_workday(day) {
                    return Ok(Dynamic::from(day));
                }
                day = next(day, 1)?;
            }
            Err(no_workday())
        },
    },
    Function {
        name: "add_workdays",
        takes: &[("day", Kind::Date), ("n", Kind::Number)],
        gives: Kind::Date,
        zh: "day 之后（不含当天）的第 n 个工作日，负数为之前",
        en: "The n-th working day after that day (before it when negative)",
        call: add,
    },
    Function {
        name: "workdays_between",
        takes: &[("from", Kind::Date), ("until", Kind::Date)],
        gives: Kind::Number,
        zh: "from 之后到 until（含）之间的工作日天数；until 不得早于 from",
        en: "Working days after `from` up to and with `until`, which must not be earlier",
        call: between,
    },
];

fn calendar(call: &Call<'_, '_>) -> Result<std::sync::Arc<dyn Workdays>, RuleFault> {
    call.context().calendar.clone().ok_or_else(|| {
        RuleFault::new(
            "no_calendar",
            "规则用到了工作日，但没有指定工作日历",
            "The rule counts working days, but no working calendar was given",
        )
    })
}

fn add(call: &mut Call<'_, '_>) -> Result<Dynamic, RuleFault> {
    let calendar = calendar(call)?;
    let wanted = call.whole(1, -DAYS_MAX / 2, DAYS_MAX / 2)?;
    let (step, mut left, mut day) = (wanted.signum(), wanted.abs(), call.date(0));
    for _ in 0..DAYS_MAX * 2 {
        if left == 0 {
            return Ok(Dynamic::from(day));
        }
        day = next(day, step)?;
        left -= i64::from(calendar.is_workday(day));
    }
    Err(no_workday())
}

fn between(call: &mut Call<'_, '_>) -> Result<Dynamic, RuleFault> {
    let (calendar, mut day, until) = (calendar(call)?, call.date(0), call.date(1));
    let days = day
        .until(until)
        .map_or(-1, |span| i64::from(span.get_days()));
    if !(0..=DAYS_MAX).contains(&days) {
        return Err(RuleFault::new(
            "wrong_argument",
            format!("workdays_between 的 until（{until}）不得早于 from（{day}），且相距不超过十年"),
            format!(
                "workdays_between: until ({until}) must not be earlier than from ({day}), nor ten years later"
            ),
        ));
    }
    let mut count = 0;
    while day < until {
        day = next(day, 1)?;
        count += i64::from(calendar.is_workday(day));
    }
    Ok(Dynamic::from_int(count))
}

fn next(day: Date, step: i64) -> Result<Date, RuleFault> {
    day.checked_add(jiff::Span::new().days(step))
        .map_err(|_| no_workday())
}

fn no_workday() -> RuleFault {
    RuleFault::new(
        "no_calendar",
        "工作日历中十年内没有工作日，请检查日历",
        "The working calendar has no working day within ten years; check it",
    )
}
