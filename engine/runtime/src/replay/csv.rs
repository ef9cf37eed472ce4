//! CSV logs: one event a line, the lines of a case together, as pm4py and Disco write them.

use std::collections::HashSet;
use std::io::Read;

use super::log::{ATTRIBUTE_BYTES_MAX, Cases, EVENTS_PER_CASE_MAX, LogCase, LogEvent, LogFault};
use super::xes::set;

/// Names of the case column.
const CASE: [&str; 4] = ["case:concept:name", "case", "case_id", "案例"];
/// Names of the activity column.
const ACTIVITY: [&str; 3] = ["concept:name", "activity", "活动"];
/// Names of the role column.
const ROLE: [&str; 3] = ["org:role", "role", "角色"];
/// Names of the time column.
const TIME: [&str; 4] = ["time:timestamp", "timestamp", "time", "时间"];

/// The cases of a CSV log.
///
/// # Errors
/// When the header names no case or activity.
pub(super) fn cases(reader: impl Read + Send + 'static) -> Result<Cases, LogFault> {
    let mut rows = ::csv::ReaderBuilder::new()
        .trim(::csv::Trim::All)
        .from_reader(reader);
    let header = rows.headers().map_err(|fault| broken(&fault))?.clone();
    let names: Vec<String> = header
        .iter()
        .map(|name| canonical(name.trim_start_matches('\u{FEFF}')))
        .collect();
    let column = |name: &str, known: &[&str]| {
        names.iter().position(|at| at == name).ok_or_else(|| {
            let known = known.join(", ");
            LogFault::new(
                1,
                format!("CSV 缺少列：应有其中之一：{known}"),
                format!("The CSV lacks a column named one of: {known}"),
            )
        })
    };
    let case = column(CASE[0], &CASE)?;
    column(ACTIVITY[0], &ACTIVITY)?;
    Ok(Box::new(Csv {
        rows: rows.into_records(),
        names,
        case,
        seen: HashSet::new(),
        ahead: None,
        done: false,
    }))
}

fn canonical(name: &str) -> String {
    for known in [&CASE[..], &ACTIVITY[..], &ROLE[..], &TIME[..]] {
        if known.iter().any(|at| at.eq_ignore_ascii_case(name)) {
            return known[0].to_owned();
        }
    }
    name.to_owned()
}

struct Csv<R> {
    rows: ::csv::StringRecordsIntoIter<R>,
    names: Vec<String>,
    case: usize,
    /// Cases that are finished: one that comes again would be taken for a new one.
    seen: HashSet<String>,
    /// The first event of the next case.
    ahead: Option<(String, LogEvent)>,
    done: bool,
}

impl<R: Read> Csv<R> {
    fn next_case(&mut self) -> Result<Option<LogCase>, LogFault> {
        let mut case = LogCase::default();
        if let Some((id, event)) = self.ahead.take() {
            case.id = id;
            case.events.push(event);
        }
        while let Some(row) = self.rows.next() {
            let row = row.map_err(|fault| broken(&fault))?;
            let line = row.position().map_or(0, ::csv::Position::line);
            let (id, event) = self.event(&row, line)?;
            if case.events.is_empty() {
                case.id = id;
            } else if id != case.id {
                self.ahead = Some((id, event));
                break;
            }
            if case.events.len() >= EVENTS_PER_CASE_MAX {
                return Err(LogFault::new(
                    line,
                    format!("案例 {} 的事件过多", case.id),
                    format!("Case {} has too many events", case.id),
                ));
            }
            case.events.push(event);
        }
        if case.events.is_empty() {
            return Ok(None);
        }
        if !self.seen.insert(case.id.clone()) {
            return Err(LogFault::new(
                0,
                format!("案例 {} 的行不在一起：请先按案例排序", case.id),
                format!(
                    "The lines of case {} are apart: sort the file by case first",
                    case.id
                ),
            ));
        }
        Ok(Some(case))
    }

    fn event(&self, row: &::csv::StringRecord, line: u64) -> Result<(String, LogEvent), LogFault> {
        let mut event = LogEvent::default();
        for (at, (name, value)) in self.names.iter().zip(row).enumerate() {
            if value.len() > ATTRIBUTE_BYTES_MAX {
                return Err(LogFault::new(
                    line,
                    format!("列 {name} 的内容过长"),
                    format!("The text in column {name} is too long"),
                ));
            }
            if at != self.case && !value.is_empty() {
                set(&mut event, name.clone(), value.to_owned(), line)?;
            }
        }
        Ok((row.get(self.case).unwrap_or_default().to_owned(), event))
    }
}

impl<R: Read> Iterator for Csv<R> {
    type Item = Result<LogCase, LogFault>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let next = self.next_case().transpose();
        self.done = !matches!(next, Some(Ok(_)));
        next
    }
}

fn broken(fault: &::csv::Error) -> LogFault {
    let line = fault.position().map_or(0, ::csv::Position::line);
    LogFault::new(
        line,
        format!("CSV 文件第 {line} 行有错误：{fault}"),
        format!("Line {line} of the CSV is broken: {fault}"),
    )
}
