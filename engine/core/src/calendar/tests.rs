//! Hand-checked dates: the examples of the specification, then the rules one by one.
#![expect(clippy::unwrap_used, reason = "tests")]

use jiff::civil::{Date, DateTime};

use super::*;
use crate::text::{Lang, Text};
use crate::time::Moment;

fn office() -> WorkCalendar {
    builtin(CN_OFFICE).unwrap()
}

fn at(calendar: &WorkCalendar, text: &str) -> Moment {
    let civil: DateTime = text.replace(' ', "T").parse().unwrap();
    calendar.moment(civil)
}

fn shown(calendar: &WorkCalendar, moment: Moment) -> String {
    calendar
        .civil(moment)
        .strftime("%a %Y-%m-%d %H:%M")
        .to_string()
}

/// `start` + `term`, as "Tue 2026-02-24 17:00".
fn end(calendar: &WorkCalendar, start: &str, term: &str) -> String {
    shown(
        calendar,
        calendar
            .add(at(calendar, start), Term::parse(term).unwrap())
            .at,
    )
}

/// A6.1: 2026's cases, worked out by hand from the notice of 2025-11-04.
#[test]
fn the_examples_of_the_specification() {
    let office = office();
    for (start, term, expected) in [
        ("2026-02-13 17:00", "2 workdays", "Tue 2026-02-24 17:00"),
        ("2026-09-18 17:00", "2 workdays", "Mon 2026-09-21 17:00"),
        ("2026-09-30 16:00", "1 workday", "Thu 2026-10-08 16:00"),
        ("2026-09-30 16:00", "2 workdays", "Fri 2026-10-09 16:00"),
        ("2026-10-09 16:00", "4 work hours", "Sat 2026-10-10 11:00"),
        ("2026-03-02 10:00", "1 workday", "Tue 2026-03-03 10:00"),
    ] {
        assert_eq!(end(&office, start, term), expected, "{start} + {term}");
    }
}

/// A6.2: a start on a day off or after hours counts as the next opening.
#[test]
fn where_a_workday_starts() {
    let office = office();
    for (start, term, expected) in [
        // Before opening, after closing, on a day off: the next opening.
        ("2026-03-02 07:00", "1 workday", "Tue 2026-03-03 09:00"),
        ("2026-03-02 20:00", "1 workday", "Wed 2026-03-04 09:00"),
        ("2026-03-07 11:00", "1 workday", "Tue 2026-03-10 09:00"),
        ("2026-10-03 11:00", "1 workday", "Fri 2026-10-09 09:00"),
        // Inside the day's span the clock time stays: lunch, opening, closing.
        ("2026-03-02 12:30", "1 workday", "Tue 2026-03-03 12:30"),
        ("2026-03-02 09:00", "1 workday", "Tue 2026-03-03 09:00"),
        ("2026-03-02 18:00", "1 workday", "Tue 2026-03-03 18:00"),
        // A make-up Saturday is a day like any other.
        ("2026-10-10 10:00", "1 workday", "Mon 2026-10-12 10:00"),
    ] {
        assert_eq!(end(&office, start, term), expected, "{start} + {term}");
    }
}

/// A6.4: work hours run only while a shift is open.
#[test]
fn work_hours_run_only_in_shifts() {
    let office = office();
    for (start, term, expected) in [
        ("2026-03-02 10:00", "1 work hour", "Mon 2026-03-02 11:00"),
        ("2026-03-02 11:30", "1 work hour", "Mon 2026-03-02 14:00"),
        ("2026-03-02 09:00", "3 work hours", "Mon 2026-03-02 12:00"),
        (
            "2026-03-02 12:30",
            "30 work minutes",
            "Mon 2026-03-02 14:00",
        ),
        (
            "2026-03-02 18:00",
            "30 work minutes",
            "Tue 2026-03-03 09:30",
        ),
        (
            "2026-03-06 17:50",
            "30 work minutes",
            "Mon 2026-03-09 09:20",
        ),
        // A workday is not 24 working hours: 24 of them are more than three days of 7.5.
        ("2026-03-02 09:00", "24 work hours", "Thu 2026-03-05 10:30"),
    ] {
        assert_eq!(end(&office, start, term), expected, "{start} + {term}");
    }
}

#[test]
fn clock_time_runs_through_everything() {
    let office = office();
    for (start, term, expected) in [
        ("2026-09-30 16:00", "36 hours", "Fri 2026-10-02 04:00"),
        ("2026-09-30 16:00", "3 days", "Sat 2026-10-03 16:00"),
        ("2026-09-30 23:55", "10 minutes", "Thu 2026-10-01 00:05"),
    ] {
        assert_eq!(end(&office, start, term), expected, "{start} + {term}");
    }
}

/// A6.13: a six-day week, other shifts.
#[test]
fn other_calendars() {
    let six = builtin(CN_SIX_DAY).unwrap();
    // Saturday is worked; the make-up Sunday 2026-01-04 too.
    assert_eq!(
        end(&six, "2026-03-06 17:00", "1 workday"),
        "Sat 2026-03-07 17:00"
    );
    assert_eq!(
        end(&six, "2026-03-07 17:00", "1 workday"),
        "Mon 2026-03-09 17:00"
    );
    assert!(six.is_workday("2026-01-04".parse().unwrap()));
    assert!(!six.is_workday("2026-10-03".parse().unwrap()));
    let service = builtin(CN_SERVICE).unwrap();
    assert_eq!(
        end(&service, "2026-03-02 08:00", "5 work hours"),
        "Mon 2026-03-02 14:00"
    );
    assert_eq!(
        end(&service, "2026-03-07 17:45", "30 work minutes"),
        "Mon 2026-03-09 08:15"
    );
    assert_eq!(builtins().len(), 3);
    assert!(builtin("mars").is_none());
}

#[test]
fn every_published_day_is_as_announced() {
    let office = office();
    // Working days of the year: counted by hand from the notices (365 or 366 days, weekends, days off, make-up days).
    let workdays = |year: i16| {
        let first: Date = format!("{year}-01-01").parse().unwrap();
        first
            .series(jiff::Span::new().days(1))
            .take_while(|day| day.year() == year)
            .filter(|day| office.is_workday(*day))
            .count()
    };
    assert_eq!(
        (workdays(2024), workdays(2025), workdays(2026)),
        (251, 248, 248)
    );
    for day in [
        "2024-02-04",
        "2024-10-12",
        "2025-01-26",
        "2025-10-11",
        "2026-02-28",
        "2026-05-09",
    ] {
        assert!(
            matches!(office.day_kind(day.parse().unwrap()), DayKind::MakeUp(_)),
            "{day}"
        );
    }
    // 2024's New Year's Eve of the lunar calendar, 2-9, was a working day by the notice.
    assert!(office.is_workday("2024-02-09".parse().unwrap()));
    assert!(!office.is_workday("2025-10-08".parse().unwrap()));
    assert!(
        office.spec().years[&2026]
            .source
            .zh
            .contains("国办发明电〔2025〕7号")
    );
    assert_eq!(office.published_until(), Some(2026));
}

/// Three shifts round the clock but the morning, Monday to Saturday.
pub(super) fn plant() -> WorkCalendar {
    let mut spec = builtin(CN_SIX_DAY).unwrap().spec().clone();
    spec.name = "cn_plant".into();
    spec.shifts = vec![
        Shift::new((8, 0), (12, 0)),
        Shift::new((14, 0), (22, 0)),
        Shift::new((22, 0), (6, 0)),
    ];
    WorkCalendar::new(spec).unwrap()
}

/// A6.3: a night shift belongs to the day it begins on.
#[test]
fn a_night_shift_runs_over_midnight() {
    let plant = plant();
    for (start, term, expected) in [
        ("2026-03-02 23:00", "4 work hours", "Tue 2026-03-03 03:00"),
        ("2026-03-03 05:00", "2 work hours", "Tue 2026-03-03 09:00"),
        // Saturday's night shift ends on Sunday morning; the next opening is Monday's.
        ("2026-03-08 05:00", "2 work hours", "Mon 2026-03-09 09:00"),
        ("2026-03-08 05:00", "1 workday", "Tue 2026-03-10 05:00"),
        // Tuesday 02:00 is Monday's night shift: one workday later is Tuesday's, on Wednesday.
        ("2026-03-03 02:00", "1 workday", "Wed 2026-03-04 02:00"),
        ("2026-03-08 07:00", "1 workday", "Tue 2026-03-10 08:00"),
        // The last shift before the holiday ends on its first morning; afterwards it opens on the 8th.
        ("2026-09-30 23:00", "8 work hours", "Thu 2026-10-08 09:00"),
    ] {
        assert_eq!(end(&plant, start, term), expected, "{start} + {term}");
    }
    let left = plant.left(
        at(&plant, "2026-03-03 02:00"),
        at(&plant, "2026-03-04 02:00"),
    );
    assert_eq!(left.text.en, "1 workday left (Wed 02:00)");
    let mut spec = plant.spec().clone();
    spec.shifts = vec![Shift::new((8, 0), (16, 0)), Shift::new((22, 0), (9, 0))];
    assert_eq!(WorkCalendar::new(spec).unwrap_err().len(), 1);
}

/// A6.12: a due date says what it skips and counts.
#[test]
fn a_due_date_is_explained() {
    let office = office();
    let due = office.add(
        at(&office, "2026-09-30 16:00"),
        Term::parse("3 workdays").unwrap(),
    );
    assert_eq!(shown(&office, due.at), "Sat 2026-10-10 16:00");
    assert_eq!(
        due.why,
        [
            Text::new(
                "跳过国庆节假期 10-01 至 10-07",
                "skips the National Day holiday 10-01 … 10-07"
            ),
            Text::new(
                "2026-10-10（周六）是国庆节调休工作日",
                "Saturday 2026-10-10 is a make-up workday (National Day)"
            ),
        ]
    );
    assert_eq!(due.warnings, []);

    let due = office.add(
        at(&office, "2026-03-06 20:00"),
        Term::parse("2 work hours").unwrap(),
    );
    let en: Vec<&str> = due.why.iter().map(|text| text.get(Lang::En)).collect();
    assert_eq!(
        en,
        [
            "counts working time only, 09:00–12:00, 13:30–18:00",
            "starts outside working hours: counted from Mon 2026-03-09 09:00",
            "skips the weekend 03-07 … 03-08",
        ]
    );
    let through = office.add(
        at(&office, "2026-03-06 20:00"),
        Term::parse("36 hours").unwrap(),
    );
    assert_eq!(through.why[0].zh, "按自然时间连续计算，包含夜间和休息日");
    let long = office.add(
        at(&office, "2026-01-05 10:00"),
        Term::parse("200 workdays").unwrap(),
    );
    assert_eq!(
        long.why.len(),
        13,
        "a long explanation is cut: {:?}",
        long.why
    );
}

/// A6.5: a year that is not published is weekends only, with a warning.
#[test]
fn an_unpublished_year_is_weekends_only_and_says_so() {
    let office = office();
    let due = office.add(
        at(&office, "2026-12-31 10:00"),
        Term::parse("1 workday").unwrap(),
    );
    // 2027-01-01 is a Friday; nothing says yet that it is off.
    assert_eq!(shown(&office, due.at), "Fri 2027-01-01 10:00");
    assert_eq!(due.warnings.len(), 1);
    assert!(
        due.warnings[0].en.starts_with("2027 is not published yet"),
        "{:?}",
        due.warnings
    );
    assert!(due.warnings[0].zh.contains("2027 年放假安排尚未公布"));
    assert!(!office.is_published(2027));
}

#[test]
fn time_left_in_words() {
    let office = office();
    let left = |now: &str, due: &str, lang: Lang| {
        let left = office.left(at(&office, now), at(&office, due));
        (left.late, left.text.get(lang).to_owned())
    };
    for (now, due, late, zh, en) in [
        (
            "2026-03-05 16:00",
            "2026-03-06 16:00",
            false,
            "还剩 1 个工作日（周五 16:00）",
            "1 workday left (Fri 16:00)",
        ),
        (
            "2026-03-05 10:00",
            "2026-03-06 16:00",
            false,
            "还剩 1 个工作日（周五 16:00）",
            "1 workday left (Fri 16:00)",
        ),
        (
            "2026-03-06 14:00",
            "2026-03-06 16:00",
            false,
            "还剩 2 小时（今天 16:00）",
            "2 h left (today 16:00)",
        ),
        (
            "2026-03-06 11:00",
            "2026-03-06 14:20",
            false,
            "还剩 1 小时 50 分钟工作时间（今天 14:20）",
            "1 h 50 min of working time left (today 14:20)",
        ),
        (
            "2026-03-06 20:00",
            "2026-03-07 08:00",
            false,
            "还剩 12 小时（周六 08:00）",
            "12 h left (Sat 08:00)",
        ),
        (
            "2026-09-28 10:00",
            "2026-10-09 10:00",
            false,
            "还剩 4 个工作日（10-09 周五 10:00）",
            "4 workdays left (Fri 10-09 10:00)",
        ),
        (
            "2026-12-30 10:00",
            "2027-01-08 10:00",
            false,
            "还剩 7 个工作日（2027-01-08 周五 10:00）",
            "7 workdays left (Fri 2027-01-08 10:00)",
        ),
        (
            "2026-03-06 16:00",
            "2026-03-06 16:00",
            false,
            "马上到期（今天 16:00）",
            "Due now (today 16:00)",
        ),
        (
            "2026-03-06 16:05",
            "2026-03-06 16:00",
            true,
            "已超时 5 分钟（应于今天 16:00）",
            "5 min late (was due today 16:00)",
        ),
        (
            "2026-03-10 16:00",
            "2026-03-06 16:00",
            true,
            "已超时 2 个工作日（应于周五 16:00）",
            "2 workdays late (was due Fri 16:00)",
        ),
    ] {
        assert_eq!(
            left(now, due, Lang::Zh),
            (late, zh.to_owned()),
            "{now} {due}"
        );
        assert_eq!(
            left(now, due, Lang::En),
            (late, en.to_owned()),
            "{now} {due}"
        );
    }
}

#[test]
fn a_stopped_clock_keeps_its_rest() {
    let office = office();
    let (now, due) = (
        at(&office, "2026-03-02 10:00"),
        at(&office, "2026-03-03 10:00"),
    );
    let rest = office.rest(now, due, TermUnit::Workdays);
    assert_eq!(rest, Rest::Work(27_000_000), "7.5 hours");
    let later = at(&office, "2026-03-06 17:00");
    assert_eq!(
        shown(&office, office.resume(later, rest)),
        "Mon 2026-03-09 17:00"
    );
    let clock = office.rest(now, due, TermUnit::Hours);
    assert_eq!(
        shown(&office, office.resume(later, clock)),
        "Sat 2026-03-07 17:00"
    );
    assert_eq!(office.rest(due, now, TermUnit::Hours), Rest::Clock(0));
}

/// A6.13: days of a plant's own win; bad data is refused.
#[test]
fn own_days_win_and_bad_data_is_refused_with_every_fault() {
    let mut spec = office().spec().clone();
    let own = |date: &str, works| OwnDay {
        date: date.parse().unwrap(),
        works,
        name: Text::new("盘点", "stocktaking"),
    };
    spec.own = vec![
        own("2026-03-03", false),
        own("2026-03-07", true),
        own("2026-10-02", true),
    ];
    let plant = WorkCalendar::new(spec.clone()).unwrap();
    assert_eq!(
        end(&plant, "2026-03-02 10:00", "1 workday"),
        "Wed 2026-03-04 10:00"
    );
    assert_eq!(
        end(&plant, "2026-03-06 10:00", "1 workday"),
        "Sat 2026-03-07 10:00"
    );
    assert_eq!(
        end(&plant, "2026-09-30 10:00", "1 workday"),
        "Fri 2026-10-02 10:00"
    );

    spec.zone = "Asia/Peking".into();
    spec.week = vec![0, 8];
    spec.shifts = vec![Shift::new((13, 0), (18, 0)), Shift::new((9, 0), (9, 0))];
    let faults = WorkCalendar::new(spec).unwrap_err();
    assert_eq!(faults.len(), 4, "{faults:?}");
}

#[test]
fn a_calendar_is_data() {
    let spec = office().spec().clone();
    let json = serde_json::to_string(&spec).unwrap();
    assert!(json.contains(r#"{"from":"13:30","to":"18:00"}"#), "{json}");
    assert_eq!(serde_json::from_str::<CalendarSpec>(&json).unwrap(), spec);
    let wrong = json.replace("13:30", "25:30");
    assert!(
        serde_json::from_str::<CalendarSpec>(&wrong)
            .unwrap_err()
            .to_string()
            .contains("25:30")
    );
}

#[test]
fn terms_are_read_exactly() {
    use TermUnit::*;
    for (text, count, unit) in [
        ("2 workdays", 2, Workdays),
        ("1 workday", 1, Workdays),
        ("4 work hours", 4, WorkHours),
        ("30 work  minutes", 30, WorkMinutes),
        ("36 hours", 36, Hours),
        ("3 days", 3, Days),
        ("10 minutes", 10, Minutes),
        (" 1 hour ", 1, Hours),
    ] {
        assert_eq!(Term::parse(text).unwrap(), Term::new(count, unit), "{text}");
    }
    assert_eq!(Term::new(1, WorkHours).to_string(), "1 work hour");
    assert_eq!(Term::new(2, Workdays).words(Lang::Zh), "2 个工作日");
    assert_eq!(Term::new(2, Workdays).words(Lang::En), "2 workdays");
}

#[test]
fn a_wrong_term_says_what_was_meant() {
    for (text, suggestions) in [
        ("两天", "2 days | 2 workdays"),
        ("2天", "2 days | 2 workdays"),
        ("２天", "2 days | 2 workdays"),
        ("2工作日", "2 workdays"),
        ("三个工作日", "3 workdays"),
        ("十二小时", "12 hours | 12 work hours"),
        ("三十六 小时", "36 hours | 36 work hours"),
        ("2 working days", "2 workdays"),
        ("2 Workdays", "2 workdays"),
        ("2 wrokdays", "2 workdays"),
        ("2-business-days", "2 workdays"),
        ("2d", "2 days | 2 workdays"),
        ("4h", "4 hours | 4 work hours"),
        ("30min", "30 minutes | 30 work minutes"),
        ("半天", "12 hours | 4 work hours"),
        ("1.5 hours", "90 minutes | 90 work minutes"),
        ("two weeks", "14 days | 10 workdays"),
        ("一周", "7 days | 5 workdays"),
        ("2", "2 workdays | 2 days | 2 hours"),
        ("0 days", "1 day"),
        ("99999 workdays", "3660 workdays"),
        ("99999999999999999999999 workdays", "3660 workdays"),
        ("5 seconds", ""),
        ("soon", ""),
        ("", ""),
        ("-1 days", ""),
        ("1.23 days", ""),
    ] {
        let error = Term::parse(text).unwrap_err();
        let found: Vec<String> = error.suggestions.iter().map(ToString::to_string).collect();
        assert_eq!(found.join(" | "), suggestions, "{text}");
        assert!(!error.message.zh.is_empty() && !error.message.en.is_empty());
    }
    let error = Term::parse("两天").unwrap_err();
    assert_eq!(
        error.message.en,
        "“两天” is not a duration: write 2 days or 2 workdays"
    );
    assert_eq!(
        error.message.zh,
        "“两天”不是时长：请写成 2 days 或 2 workdays"
    );
}
