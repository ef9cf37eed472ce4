//! The sentences that explain a due date.

use jiff::civil::{Date, Weekday};

use super::{DayKind, Holiday, MakeUpDay, TermUnit, WorkCalendar};
use crate::text::{Lang, Text};
use crate::time::Moment;

/// A long term names this many interruptions, then counts the rest.
const SENTENCES_MAX: usize = 12;

impl WorkCalendar {
    /// Sentences and warnings for a term of that unit from `start` to `end`.
    pub(super) fn explain(
        &self,
        start: Moment,
        end: Moment,
        unit: TermUnit,
    ) -> (Vec<Text>, Vec<Text>) {
        let (from, to) = (self.civil(start).date(), self.civil(end).date());
        if !unit.is_working_time() {
            let crosses = self.days(from, to).any(|day| !self.is_workday(day));
            let why = crosses.then(|| {
                Text::new(
                    "按自然时间连续计算，包含夜间和休息日",
                    "counted in clock time: nights and days off included",
                )
            });
            return (why.into_iter().collect(), vec![]);
        }
        let mut why = vec![];
        if unit != TermUnit::Workdays {
            why.push(self.only_in_shifts());
        }
        if self.counted_from(start) != start {
            why.push(self.counted_from_sentence(self.counted_from(start)));
        }
        why.extend(self.interruptions(from, to));
        (why, self.unpublished(from, to))
    }

    /// Why a stretch of that unit from `from` ends at `to`: sentences and warnings, as [`WorkCalendar::add`] gives them.
    pub fn explained(&self, from: Moment, to: Moment, unit: TermUnit) -> (Vec<Text>, Vec<Text>) {
        self.explain(from, to, unit)
    }

    /// Date and time as people read them: "2026-10-10 周六 11:00", "Sat 2026-10-10 11:00".
    pub fn say(&self, at: Moment, lang: Lang) -> String {
        let civil = self.civil(at);
        let (date, day) = (civil.date(), weekday(civil.date(), lang));
        let clock = civil.time().strftime("%H:%M");
        match lang {
            Lang::Zh => format!("{date} {day} {clock}"),
            Lang::En => format!("{day} {date} {clock}"),
        }
    }

    fn days(&self, from: Date, to: Date) -> impl Iterator<Item = Date> {
        from.series(jiff::Span::new().days(1))
            .take_while(move |day| *day <= to)
            .take(super::work_calendar::WALK_DAYS_MAX)
    }

    fn only_in_shifts(&self) -> Text {
        let shifts: Vec<String> = self.spec().shifts.iter().map(ToString::to_string).collect();
        Text::new(
            format!("只计工作时间 {}", shifts.join("、")),
            format!("counts working time only, {}", shifts.join(", ")),
        )
    }

    fn counted_from_sentence(&self, from: Moment) -> Text {
        Text::new(
            format!("开始时不在工作时间，从 {} 起算", self.say(from, Lang::Zh)),
            format!(
                "starts outside working hours: counted from {}",
                self.say(from, Lang::En)
            ),
        )
    }

    /// Days off that were skipped and make-up days that were counted.
    fn interruptions(&self, from: Date, to: Date) -> Vec<Text> {
        let mut sentences: Vec<Text> = vec![];
        let mut more = 0;
        let mut days = self.days(from, to).peekable();
        while let Some(first) = days.next() {
            let kind = self.day_kind(first);
            let mut last = first;
            while let Some(next) =
                days.next_if(|next| self.day_kind(*next) == kind && !kind.works())
            {
                last = next;
            }
            let Some(sentence) = interruption(kind, first, last) else {
                continue;
            };
            // A weekend inside a holiday splits nothing: holidays are marked day by day.
            if sentences.len() < SENTENCES_MAX {
                sentences.push(sentence);
            } else {
                more += 1;
            }
        }
        if more > 0 {
            sentences.push(Text::new(
                format!("……另有 {more} 处休息或调休"),
                format!("… and {more} more interruptions"),
            ));
        }
        sentences
    }

    fn unpublished(&self, from: Date, to: Date) -> Vec<Text> {
        (from.year()..=to.year())
            .filter(|year| !self.is_published(*year))
            .take(SENTENCES_MAX)
            .map(|year| {
                Text::new(
                    format!("{year} 年放假安排尚未公布（日历中没有），暂按周末休息计算，公布后可能变化"),
                    format!("{year} is not published yet (not in the calendar): weekends only, may change"),
                )
            })
            .collect()
    }
}

fn interruption(kind: DayKind<'_>, first: Date, last: Date) -> Option<Text> {
    match kind {
        DayKind::Workday => None,
        DayKind::DayOff => Some(Text::new(
            format!("跳过休息日 {}", range(first, last, " 至 ")),
            format!("skips the weekend {}", range(first, last, " … ")),
        )),
        DayKind::Holiday(holiday) => Some(Text::new(
            format!(
                "跳过{}假期 {}",
                holiday.name.zh,
                range(holiday.from, holiday.to, " 至 ")
            ),
            format!(
                "skips the {} holiday {}",
                holiday.name.en,
                range(holiday.from, holiday.to, " … ")
            ),
        )),
        DayKind::MakeUp(day) => Some(Text::new(
            format!(
                "{}（{}）是{}调休工作日",
                first,
                weekday(first, Lang::Zh),
                day.holiday.zh
            ),
            format!(
                "{} {first} is a make-up workday ({})",
                weekday_long(first),
                day.holiday.en
            ),
        )),
        DayKind::OwnOff(own) => Some(Text::new(
            format!("跳过 {}（{}）", range(first, last, " 至 "), own.name.zh),
            format!("skips {} ({})", range(first, last, " … "), own.name.en),
        )),
        DayKind::OwnWork(own) => Some(Text::new(
            format!(
                "{}（{}）上班：{}",
                first,
                weekday(first, Lang::Zh),
                own.name.zh
            ),
            format!(
                "{} {first} is worked ({})",
                weekday_long(first),
                own.name.en
            ),
        )),
    }
}

fn range(first: Date, last: Date, between: &str) -> String {
    let day = |date: Date| date.strftime("%m-%d").to_string();
    if first == last {
        day(first)
    } else {
        format!("{}{between}{}", day(first), day(last))
    }
}

/// 周五, Fri.
pub(super) fn weekday(date: Date, lang: Lang) -> &'static str {
    let (zh, long) = names(date);
    lang.pick(zh, &long[..3])
}

fn weekday_long(date: Date) -> &'static str {
    names(date).1
}

fn names(date: Date) -> (&'static str, &'static str) {
    match date.weekday() {
        Weekday::Monday => ("周一", "Monday"),
        Weekday::Tuesday => ("周二", "Tuesday"),
        Weekday::Wednesday => ("周三", "Wednesday"),
        Weekday::Thursday => ("周四", "Thursday"),
        Weekday::Friday => ("周五", "Friday"),
        Weekday::Saturday => ("周六", "Saturday"),
        Weekday::Sunday => ("周日", "Sunday"),
    }
}

/// Faults of one year's days, for [`WorkCalendar::new`].
pub(super) fn sentence_list<'a>(
    year: i16,
    holidays: impl Iterator<Item = &'a Holiday>,
    doubles: impl Iterator<Item = &'a MakeUpDay>,
) -> Vec<Text> {
    let wrong = holidays.map(|holiday| {
        Text::new(
            format!(
                "{year} 年“{}”的起止日期不对（{} 至 {}）",
                holiday.name.zh, holiday.from, holiday.to
            ),
            format!(
                "{year}: the dates of {} are wrong ({} … {})",
                holiday.name.en, holiday.from, holiday.to
            ),
        )
    });
    let double = doubles.map(|day| {
        Text::new(
            format!("{year} 年 {} 既是假期又是调休工作日", day.date),
            format!(
                "{year}: {} is both a holiday and a make-up workday",
                day.date
            ),
        )
    });
    wrong.chain(double).collect()
}
