//! An event log as a stream of cases, whatever file it comes from.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use assent_core::text::Text;
use assent_core::time::Moment;
use flate2::bufread::MultiGzDecoder;

/// Most events of a case: a larger one is not a case but a mistake in the log.
pub(super) const EVENTS_PER_CASE_MAX: usize = 10_000;
/// Most attributes of an event.
pub(super) const ATTRIBUTES_MAX: usize = 200;
/// Longest text of an attribute, bytes.
pub(super) const ATTRIBUTE_BYTES_MAX: usize = 64 * 1024;

/// One case: what happened to one request, in the log's order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogCase {
    /// `concept:name` of the trace.
    pub id: String,
    /// Its events.
    pub events: Vec<LogEvent>,
}

/// One event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogEvent {
    /// `concept:name`.
    pub activity: String,
    /// `org:role`; empty when the log has none.
    pub role: String,
    /// `time:timestamp`.
    pub at: Option<Moment>,
    /// All other attributes as text.
    pub attributes: BTreeMap<String, String>,
}

/// What is wrong with a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogFault {
    /// Byte of the file (XES) or line (CSV) near which it is.
    pub near: u64,
    /// One sentence.
    pub message: Text,
}

impl LogFault {
    pub(super) fn new(near: u64, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            near,
            message: Text::new(zh, en),
        }
    }
}

impl fmt::Display for LogFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (near {})", self.message.en, self.near)
    }
}

impl std::error::Error for LogFault {}

/// A log's cases, one at a time: a log of any length needs the memory of one case.
pub type Cases = Box<dyn Iterator<Item = Result<LogCase, LogFault>> + Send>;

/// Opens `.xes`, `.xes.gz`, `.csv` or `.csv.gz`.
///
/// # Errors
/// When the file cannot be opened or has another ending.
pub fn open(path: &Path) -> Result<Cases, LogFault> {
    let file = File::open(path).map_err(|fault| {
        LogFault::new(
            0,
            format!("无法打开 {}：{fault}", path.display()),
            format!("Cannot open {}: {fault}", path.display()),
        )
    })?;
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().to_lowercase())
        .unwrap_or_default();
    let (plain, reader): (&str, Box<dyn Read + Send>) = match name.strip_suffix(".gz") {
        Some(plain) => (plain, Box::new(MultiGzDecoder::new(BufReader::new(file)))),
        None => (name.as_str(), Box::new(file)),
    };
    if plain.ends_with(".xes") {
        Ok(xes(BufReader::with_capacity(64 * 1024, reader)))
    } else if plain.ends_with(".csv") {
        super::csv::cases(reader)
    } else {
        Err(LogFault::new(
            0,
            "日志文件应为 .xes、.xes.gz、.csv 或 .csv.gz",
            "A log ends in .xes, .xes.gz, .csv or .csv.gz",
        ))
    }
}

fn xes(reader: impl BufRead + Send + 'static) -> Cases {
    Box::new(super::xes::Xes::new(reader))
}

/// An ISO 8601 time with its offset, as XES writes it.
pub(super) fn moment(text: &str) -> Option<Moment> {
    let at: jiff::Timestamp = text.parse().ok()?;
    Some(Moment(at.as_millisecond()))
}
