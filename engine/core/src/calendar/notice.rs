//! A calendar file: a year's notice for all calendars, or a whole calendar. What an administrator loads.

use serde::{Deserialize, Serialize};

use super::{CalendarSpec, Holiday, MakeUpDay, OwnDay, WorkCalendar, YearDays};
use crate::text::Text;

/// A year's notice: public holidays and make-up workdays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    /// The year.
    pub year: i16,
    /// The notice: number, title, date.
    pub source: Text,
    /// Days off.
    pub holidays: Vec<Holiday>,
    /// 调休.
    #[serde(default)]
    pub make_up: Vec<MakeUpDay>,
    /// The calendars it is for; all when none is named.
    #[serde(default)]
    pub calendars: Vec<String>,
}

/// Days of a company's or plant's own, for one calendar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnDays {
    /// The calendar.
    pub calendar: String,
    /// Its own days: these replace those of the same date.
    pub own: Vec<OwnDay>,
}

/// What a calendar file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CalendarFile {
    /// `year: …`: a notice.
    Notice(Notice),
    /// `name: …`: a whole calendar, new or in place of the one of that name.
    Calendar(Box<CalendarSpec>),
    /// `calendar: …`: days of its own for one.
    Own(OwnDays),
}

/// Where a file is wrong, without the reader's drawing of it: the page shows the text itself.
fn wrong(fault: &serde_yaml::Error) -> Text {
    let place = fault.location();
    let fault = fault.without_snippet().to_string();
    let what = fault.lines().next().unwrap_or_default();
    let what = what.strip_prefix("error: ").unwrap_or(what);
    let what = what.split(" at line ").next().unwrap_or_default();
    let (line, column) = place.map_or((1, 1), |place| (place.line(), place.column()));
    Text::new(
        format!("日历文件第 {line} 行第 {column} 列有误，请改正后再导入（{what}）"),
        format!(
            "The calendar file is wrong at line {line}, column {column}; correct it and load it again ({what})"
        ),
    )
}

/// Largest calendar file.
const FILE_BYTES_MAX: usize = 256 * 1024;

impl CalendarFile {
    /// Reads a file in YAML (or JSON, which is YAML).
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(text: &str) -> Result<Self, Text> {
        if text.len() > FILE_BYTES_MAX {
            return Err(Text::new(
                "日历文件最多 256 KB",
                "A calendar file has at most 256 KB",
            ));
        }
        let begins = |key: &str| {
            let plain = text.trim_start_matches(|c: char| c == '{' || c.is_whitespace());
            let lines = text.lines().any(|line| line.starts_with(key));
            lines || plain.trim_start_matches('"').starts_with(key)
        };
        if begins("year") {
            serde_yaml::from_str(text)
                .map(Self::Notice)
                .map_err(|fault| wrong(&fault))
        } else if begins("calendar") {
            serde_yaml::from_str(text)
                .map(Self::Own)
                .map_err(|fault| wrong(&fault))
        } else if begins("name") {
            let read = serde_yaml::from_str(text);
            read.map(|spec| Self::Calendar(Box::new(spec)))
                .map_err(|fault| wrong(&fault))
        } else {
            Err(Text::new(
                "日历文件应以 year:（一年的放假安排）、name:（一个日历）或 calendar:（一个日历的自定义日期）开头",
                "A calendar file begins with year: (a year's notice), name: (a calendar) or calendar: (days of its own)",
            ))
        }
    }

    /// The calendars as they are after it: those that change, checked.
    ///
    /// # Errors
    /// Every fault, as sentences.
    pub fn applied<'a>(
        &self,
        known: impl IntoIterator<Item = &'a CalendarSpec>,
    ) -> Result<Vec<WorkCalendar>, Vec<Text>> {
        let mut known: Vec<CalendarSpec> = known.into_iter().cloned().collect();
        let mut named: Vec<&str> = match self {
            Self::Notice(notice) => notice.calendars.iter().map(String::as_str).collect(),
            Self::Own(days) => vec![&days.calendar],
            Self::Calendar(_) => vec![],
        };
        named.retain(|name| !known.iter().any(|spec| spec.name == *name));
        if let Some(name) = named.first() {
            let zh = format!("没有日历“{name}”");
            return Err(vec![Text::new(
                zh,
                format!("There is no calendar “{name}”"),
            )]);
        }
        if let Self::Calendar(spec) = self
            && !known.iter().any(|known| known.name == spec.name)
        {
            known.push(spec.as_ref().clone());
        }
        let changed = known.into_iter().filter_map(|spec| {
            let next = self.on(&spec);
            let is_new = matches!(self, Self::Calendar(new) if new.name == spec.name);
            (next != spec || is_new).then_some(next)
        });
        let (mut made, mut faults) = (vec![], vec![]);
        for spec in changed {
            match WorkCalendar::new(spec) {
                Ok(calendar) => made.push(calendar),
                Err(more) => faults.extend(more),
            }
        }
        if faults.is_empty() {
            Ok(made)
        } else {
            Err(faults)
        }
    }

    fn on(&self, spec: &CalendarSpec) -> CalendarSpec {
        let mut next = spec.clone();
        match self {
            Self::Notice(notice) => {
                if notice.calendars.is_empty() || notice.calendars.contains(&spec.name) {
                    let days = YearDays {
                        source: notice.source.clone(),
                        holidays: notice.holidays.clone(),
                        make_up: notice.make_up.clone(),
                    };
                    next.years.insert(notice.year, days);
                }
            }
            Self::Calendar(new) if new.name == spec.name => next = new.as_ref().clone(),
            Self::Calendar(_) => {}
            Self::Own(days) if days.calendar == spec.name => {
                let given = |date| days.own.iter().any(|own| own.date == date);
                next.own.retain(|own| !given(own.date));
                next.own.extend(days.own.iter().cloned());
                next.own.sort_by_key(|own| own.date);
            }
            Self::Own(_) => {}
        }
        next
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::super::{CN_OFFICE, builtins};
    use super::*;

    const NOTICE: &str = "year: 2027\nsource: {zh: 国务院通知, en: Notice}\nholidays:\n  - {name: {zh: 元旦, en: New Year}, from: 2027-01-01, to: 2027-01-03}\nmake_up:\n  - {date: 2027-01-09, holiday: {zh: 元旦, en: New Year}}\n";

    fn specs() -> Vec<CalendarSpec> {
        let builtins = builtins().into_iter();
        builtins.map(|calendar| calendar.spec().clone()).collect()
    }

    /// A6.10: a year's notice changes every calendar, and a day is explained by it.
    #[test]
    fn a_new_years_notice_is_read_and_changes_every_calendar() {
        let file = CalendarFile::read(NOTICE).unwrap();
        let changed = file.applied(&specs()).unwrap();
        assert_eq!(changed.len(), 3);
        let office = changed.iter().find(|one| one.name() == CN_OFFICE).unwrap();
        assert!(office.is_published(2027));
        assert!(!office.is_workday("2027-01-01".parse().unwrap()));
        assert!(office.is_workday("2027-01-09".parse().unwrap()));
        let json = serde_json::to_string(&match file {
            CalendarFile::Notice(notice) => notice,
            CalendarFile::Calendar(_) | CalendarFile::Own(_) => panic!("not a notice"),
        });
        assert!(CalendarFile::read(&json.unwrap()).is_ok());
    }

    #[test]
    fn own_days_and_whole_calendars_are_read_and_faults_are_said() {
        let own = "calendar: cn_office\nown: [{date: 2026-12-31, works: false, name: {zh: 盘点, en: Stocktaking}}]\n";
        let changed = CalendarFile::read(own).unwrap().applied(&specs()).unwrap();
        assert!(!changed[0].is_workday("2026-12-31".parse().unwrap()));
        let plant = "name: plant_2\nlabel: {zh: 二厂, en: Plant 2}\nweek: [1, 2, 3, 4, 5, 6]\nshifts: [{from: '08:00', to: '20:00'}, {from: '20:00', to: '08:00'}]\n";
        let changed = CalendarFile::read(plant)
            .unwrap()
            .applied(&specs())
            .unwrap();
        assert_eq!((changed.len(), changed[0].name()), (1, "plant_2"));
        assert!(CalendarFile::read("days: 1").is_err());
        assert!(CalendarFile::read("year: soon").is_err());
        let unknown = NOTICE.to_owned() + "calendars: [mars]\n";
        assert!(
            CalendarFile::read(&unknown)
                .unwrap()
                .applied(&specs())
                .is_err()
        );
        let wrong = NOTICE.replace("to: 2027-01-03", "to: 2026-01-03");
        let faults = CalendarFile::read(&wrong).unwrap().applied(&specs());
        assert_eq!(faults.unwrap_err().len(), 3);
        assert!(CalendarFile::read(&"#".repeat(300_000)).is_err());
    }
}
